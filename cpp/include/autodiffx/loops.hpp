// Loops: an operator applied to runs of elements.
//
// They have the form of NumPy's own inner loops, so that the bindings can put those in place of
// the plain ones here, and a primal has the bits that NumPy gives it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "autodiffx/op.hpp"
#include "autodiffx/view.hpp"

namespace autodiffx {

// `pointers` and `steps` (in bytes): of each operand, then of the result. One length.
struct Loop {
    using Function = void (*)(char** pointers, const std::ptrdiff_t* length,
                              const std::ptrdiff_t* steps, void* data);
    Function function = nullptr;
    void* data = nullptr;

    void operator()(char** pointers, std::ptrdiff_t length, const std::ptrdiff_t* steps) const {
        function(pointers, &length, steps, data);
    }
};

// The loop for operands of a dtype (of `where`: the second and third, the first is boolean).
// Decisions give booleans, everything else the operands' dtype. Booleans have loops for
// decisions alone: the function is null for the rest.
Loop& loop_of(Op op, Dtype dtype);

// The same on float64, with decisions as numbers 0 and 1: what a partial is made of.
Loop const& number_loop(Op op);

// A product of matrices, c (+)= a b, as BLAS has it: Fortran order, `lda` and so on the distance
// between columns, 'N' as it lies or 'T' transposed.
struct Blas {
    using Double = void (*)(char* transpose_a, char* transpose_b, int* m, int* n, int* k,
                            double* alpha, double* a, int* lda, double* b, int* ldb, double* beta,
                            double* c, int* ldc);
    using Single = void (*)(char* transpose_a, char* transpose_b, int* m, int* n, int* k,
                            float* alpha, float* a, int* lda, float* b, int* ldb, float* beta,
                            float* c, int* ldc);
    Double gemm = nullptr;  // null: loops of our own
    Single single_gemm = nullptr;
    // c = a b as NumPy has it, which may come with a BLAS of its own: lengths 1, m, k, n; steps in
    // bytes, three that are zero, of a along m and k, of b along k and n, of c along m and n.
    Loop product;
    Loop single_product;
};
extern Blas blas;

// sum[i] += x[i] and sum[i] += chain(x[i], y[i]), the hottest loops of a reverse sweep.
void accumulate(double* sum, const double* x, std::size_t length);
void accumulate_chain(double* sum, const double* x, const double* y, std::size_t length);
// sum[i] += chain(x[i], y).
void accumulate_chain(double* sum, const double* x, double y, std::size_t length);
// The chains without a sum before.
void assign_chain(double* result, const double* x, const double* y, std::size_t length);
void assign_chain(double* result, const double* x, double y, std::size_t length);
// sum[j] += x[...] where x are rows of a length, of which the first begins at `first`.
void accumulate_rows(double* sum, std::size_t length, std::size_t first, const double* x,
                     std::size_t count);
// The sum of a run, in an order that keeps rounding small.
double total_of(const double* x, std::size_t length);
// Whether any of x[0], x[step], x[2 step], ... is infinite or nan.
bool any_infinite(const double* x, std::int64_t length, std::int64_t step);
bool any_infinite(const float* x, std::int64_t length, std::int64_t step);

}  // namespace autodiffx
