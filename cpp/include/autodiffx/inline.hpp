// Inlining by force, where a call would keep fields in memory and cost more
// than the arithmetic it stands for; and never, where the registers that the
// rare way needs would be saved on the common one.
#pragma once

#if defined(__GNUC__)
#define AUTODIFFX_INLINE __attribute__((always_inline)) inline
#define AUTODIFFX_NOINLINE __attribute__((noinline))
#define AUTODIFFX_UNLIKELY(condition) __builtin_expect((condition), false)
// Keeps compilers from working out what depends on the value once for each way by
// which it may have been set: that takes more registers than there are.
#define AUTODIFFX_OPAQUE(value) __asm__("" : "+r"(value))
// Of this library alone, which need not be looked up.
#define AUTODIFFX_HIDDEN __attribute__((visibility("hidden")))
#else
#define AUTODIFFX_INLINE inline
#define AUTODIFFX_NOINLINE
#define AUTODIFFX_UNLIKELY(condition) (condition)
#define AUTODIFFX_OPAQUE(value) static_cast<void>(0)
#define AUTODIFFX_HIDDEN
#endif

// Compiled for several instruction sets, the best chosen when the program starts.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define AUTODIFFX_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
// Compiled for one instruction set with fused multiply-adds, whether or not the machine has it.
#define AUTODIFFX_WIDE_FUSED __attribute__((target("avx512f")))
#define AUTODIFFX_FUSED __attribute__((target("avx2,fma")))
#else
#define AUTODIFFX_CLONES
#endif
