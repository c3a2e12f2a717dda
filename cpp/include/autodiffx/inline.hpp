// Inlining by force, where a call would keep fields in memory and cost more
// than the arithmetic it stands for.
#pragma once

#if defined(__GNUC__)
#define AUTODIFFX_INLINE __attribute__((always_inline)) inline
#else
#define AUTODIFFX_INLINE inline
#endif
