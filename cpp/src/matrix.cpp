// Products of matrices: by BLAS where there is one.
#include "autodiffx/matrix.hpp"

#include <limits>
#include <type_traits>
#include <vector>

#include "autodiffx/loops.hpp"

namespace autodiffx {

Blas blas;

namespace {

// A copy with its rows one after the other.
template <class T>
Matrix<T> packed(const Matrix<T>& matrix, std::vector<T>& memory) {
    memory.resize(static_cast<std::size_t>(matrix.rows * matrix.columns));
    Matrix<T> const copy{memory.data(), matrix.rows, matrix.columns, matrix.columns, 1};
    for (std::int64_t i = 0; i < matrix.rows; ++i) {
        for (std::int64_t j = 0; j < matrix.columns; ++j) copy.at(i, j) = matrix.at(i, j);
    }
    return copy;
}

void call_gemm(char* ta, char* tb, int* m, int* n, int* k, double* a, int* lda, double* b, int* ldb,
               double* beta, double* c, int* ldc) {
    double one = 1.0;
    blas.gemm(ta, tb, m, n, k, &one, a, lda, b, ldb, beta, c, ldc);
}
void call_gemm(char* ta, char* tb, int* m, int* n, int* k, float* a, int* lda, float* b, int* ldb,
               float* beta, float* c, int* ldc) {
    float one = 1.0f;
    blas.single_gemm(ta, tb, m, n, k, &one, a, lda, b, ldb, beta, c, ldc);
}

template <class T>
bool has_gemm() {
    return std::is_same_v<T, double> ? blas.gemm != nullptr : blas.single_gemm != nullptr;
}
template <class T>
Loop const& product_loop() {
    return std::is_same_v<T, double> ? blas.product : blas.single_product;
}

// c = a b by NumPy's loop. Each of them has rows, or its transpose does.
template <class T>
void call_product(const Matrix<T>& a, const Matrix<T>& b, const Matrix<T>& c) {
    std::ptrdiff_t const lengths[] = {1, a.rows, a.columns, b.columns};
    std::ptrdiff_t steps[9] = {};
    const Matrix<T>* const all[] = {&a, &b, &c};
    for (int i = 0; i < 3; ++i) {
        bool const rows = all[i]->has_rows();
        // Where there is one row or column its step says nothing and might be anything.
        std::ptrdiff_t const distance =
            rows ? all[i]->row_distance() : all[i]->transposed().row_distance();
        constexpr auto item = static_cast<std::ptrdiff_t>(sizeof(T));
        steps[3 + 2 * i] = rows ? distance * item : item;
        steps[4 + 2 * i] = rows ? item : distance * item;
    }
    char* pointers[] = {reinterpret_cast<char*>(a.data), reinterpret_cast<char*>(b.data),
                        reinterpret_cast<char*>(c.data)};
    Loop const& loop = product_loop<T>();
    loop.function(pointers, lengths, steps, loop.data);
}

template <class T>
bool fits(const Matrix<T>& matrix) {
    constexpr std::int64_t limit = std::numeric_limits<int>::max();
    return matrix.rows < limit && matrix.columns < limit && matrix.row_step < limit &&
           matrix.column_step < limit;
}

// Whether any element is infinite or nan.
template <class T>
bool has_infinities(const Matrix<T>& matrix) {
    Matrix<T> const lying = matrix.column_step == 1 ? matrix : matrix.transposed();
    if (lying.column_step == 1 && lying.row_step == lying.columns)
        return any_infinite(lying.data, lying.rows * lying.columns, 1);
    for (std::int64_t i = 0; i < lying.rows; ++i) {
        if (any_infinite(&lying.at(i, 0), lying.columns, lying.column_step)) return true;
    }
    return false;
}

// c += a b, or c = a b, as derivatives are passed on: zero times infinity is zero.
template <class T>
void multiply_carefully(const Matrix<T>& a, const Matrix<T>& b, const Matrix<T>& c, bool adds) {
    for (std::int64_t i = 0; i < c.rows; ++i) {
        for (std::int64_t j = 0; j < c.columns; ++j) {
            double sum = adds ? static_cast<double>(c.at(i, j)) : 0.0;
            for (std::int64_t k = 0; k < a.columns; ++k) {
                sum +=
                    table::chain(static_cast<double>(a.at(i, k)), static_cast<double>(b.at(k, j)));
            }
            c.at(i, j) = static_cast<T>(sum);
        }
    }
}

}  // namespace

template <class T>
void multiply(Matrix<T> a, Matrix<T> b, Matrix<T> c, bool adds) {
    if (c.rows == 0 || c.columns == 0) return;
    if (!c.has_rows() && c.transposed().has_rows())
        return multiply(b.transposed(), a.transposed(), c.transposed(), adds);
    bool const by_loop = product_loop<T>().function != nullptr;
    bool const known = by_loop || has_gemm<T>();
    if (!known || !fits(a) || !fits(b) || !fits(c) || a.columns == 0) {
        for (std::int64_t i = 0; i < c.rows; ++i) {
            for (std::int64_t j = 0; j < c.columns; ++j) {
                T sum = adds ? c.at(i, j) : T(0);
                for (std::int64_t k = 0; k < a.columns; ++k) sum += a.at(i, k) * b.at(k, j);
                c.at(i, j) = sum;
            }
        }
        return;
    }
    std::vector<T> memory_a, memory_b, memory_c;
    if (!c.has_rows() || (adds && !has_gemm<T>())) {
        memory_c.resize(static_cast<std::size_t>(c.rows * c.columns));
        Matrix<T> const dense{memory_c.data(), c.rows, c.columns, c.columns, 1};
        multiply(a, b, dense, false);
        for (std::int64_t i = 0; i < c.rows; ++i) {
            for (std::int64_t j = 0; j < c.columns; ++j)
                c.at(i, j) = adds ? c.at(i, j) + dense.at(i, j) : dense.at(i, j);
        }
        return;
    }
    if (!a.has_rows() && !a.transposed().has_rows()) a = packed(a, memory_a);
    if (!b.has_rows() && !b.transposed().has_rows()) b = packed(b, memory_b);
    if (by_loop && !adds) return call_product(a, b, c);
    // What lies in rows here lies in columns there, so there it is c' = b' a'.
    char of_a = a.has_rows() ? 'N' : 'T', of_b = b.has_rows() ? 'N' : 'T';
    int m = static_cast<int>(c.columns), n = static_cast<int>(c.rows);
    int k = static_cast<int>(a.columns);
    int lda = a.has_rows() ? a.row_distance() : a.transposed().row_distance();
    int ldb = b.has_rows() ? b.row_distance() : b.transposed().row_distance();
    int ldc = c.row_distance();
    T beta = adds ? T(1) : T(0);
    call_gemm(&of_b, &of_a, &m, &n, &k, b.data, &ldb, a.data, &lda, &beta, c.data, &ldc);
}

template <class T>
void pass(const Matrix<T>& a, const Matrix<T>& b, const Matrix<T>& c, bool adds) {
    // Zero times infinity would leave a nan. What is infinite in a makes a whole row of c so, in b
    // a whole column, unless BLAS leaves zeros out by itself: the ends of c tell.
    if (!adds) {
        multiply(a, b, c, false);
        if (c.rows == 0 || c.columns == 0) return;
        if (any_infinite(c.data, c.columns, c.column_step) ||
            any_infinite(c.data, c.rows, c.row_step))
            multiply_carefully(a, b, c, false);
        return;
    }
    if (has_infinities(a) || has_infinities(b)) multiply_carefully(a, b, c, adds);
    else multiply(a, b, c, adds);
}

template void multiply(Matrix<double>, Matrix<double>, Matrix<double>, bool);
template void multiply(Matrix<float>, Matrix<float>, Matrix<float>, bool);
template void pass(const Matrix<double>&, const Matrix<double>&, const Matrix<double>&, bool);
template void pass(const Matrix<float>&, const Matrix<float>&, const Matrix<float>&, bool);

}  // namespace autodiffx
