// Fused: a partial that is arithmetic on arrays, computed where it is passed on and never put into
// memory.
#pragma once

#include "autodiffx/inline.hpp"
#include "autodiffx/op.hpp"

namespace autodiffx {

template <Op op, int i>
constexpr bool can_fuse() {
    return Row<op>::arity < 3 && Row<op>::smoothness != Smoothness::passive &&
           partial_reads<op, i>() != 0 && is_arithmetic<op, i>();
}

// The operator `chain` in the dtype of the elements, on which it becomes vector instructions.
AUTODIFFX_INLINE float chained(float adjoint, float partial) {
    float const product = adjoint * partial;
    return (adjoint == 0.0f) | (partial == 0.0f) ? 0.0f : product;
}
AUTODIFFX_INLINE double chained(double adjoint, double partial) {
    return table::chain(adjoint, partial);
}

// to = given * partial, or to += given * partial, of elements that are neighbours. The partial is
// computed from doubles, whatever the elements are.
template <Op op, int i, bool adds, class T>
AUTODIFFX_INLINE void fuse(T* to, const T* given, const T* a, const T* b, const T* r,
                           std::size_t count) {
    constexpr unsigned reads = partial_reads<op, i>();
    constexpr bool reads_result = (reads & Reads::result) != 0;
    for (std::size_t j = 0; j < count; ++j) {
        double const x = (reads & 1u) != 0 ? double{a[j]} : 0.0;
        double const y = (reads & 2u) != 0 ? double{b[j]} : 0.0;
        double const z = reads_result ? double{r[j]} : 0.0;
        double partial;
        if constexpr (Row<op>::arity == 1) partial = Row<op>::template partial<i>(x, z);
        else partial = Row<op>::template partial<i>(x, y, z);
        T const passed = chained(given[j], static_cast<T>(partial));
        to[j] = adds ? to[j] + passed : passed;
    }
}
template <Op op, int i, class T>
AUTODIFFX_INLINE void fuse(T* to, const T* given, const T* a, const T* b, const T* r,
                           std::size_t count, bool adds) {
    if (adds) fuse<op, i, true>(to, given, a, b, r, count);
    else fuse<op, i, false>(to, given, a, b, r, count);
}

}  // namespace autodiffx
