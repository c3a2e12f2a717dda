// Products of matrices: values, sweeps, and how they are recorded.
#include <algorithm>
#include <cstring>
#include <vector>

#include "autodiffx/draft.hpp"
#include "autodiffx/dual.hpp"
#include "autodiffx/lanes.hpp"
#include "autodiffx/loops.hpp"

namespace autodiffx {

Blas blas;

namespace {

// A matrix where it lies; strides in elements.
template <class T>
struct Matrix {
    T* data;
    std::int64_t rows, columns, row_step, column_step;

    [[nodiscard]] Matrix transposed() const { return {data, columns, rows, column_step, row_step}; }
    [[nodiscard]] T& at(std::int64_t i, std::int64_t j) const {
        return data[i * row_step + j * column_step];
    }
    // Whether the elements of a row are neighbours, and the rows at least a row apart.
    [[nodiscard]] bool has_rows() const {
        return (column_step == 1 || columns == 1) && (row_step >= columns || rows == 1);
    }
    [[nodiscard]] int row_distance() const {
        return static_cast<int>(std::max<std::int64_t>(rows == 1 ? columns : row_step, 1));
    }
};

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

// c += a b, or c = a b.
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

// c += a b, or c = a b, of a derivative and a value. If it does not add, no element of c stands
// for another.
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

// The three matrices of a record, from slot 0 of an arena; `step` numbers an element.
template <class T>
struct Matrices {
    Matrix<T> a, b, c;

    Matrices(const ArrayRecord& record, T* of_a, T* of_b, T* of_c, int step_a = 1, int step_b = 1,
             int step_c = 1) {
        const std::int64_t* const lengths = record.lengths();
        std::int64_t const m = lengths[0], n = lengths[1], k = lengths[2];
        ArrayPart const left = record.operand(0), right = record.operand(1);
        ArrayPart const result = record.result();
        a = {of_a + left.offset * step_a, m, k, left.strides[0] * step_a, left.strides[2] * step_a};
        b = {of_b + right.offset * step_b, k, n, right.strides[2] * step_b,
             right.strides[1] * step_b};
        c = {of_c, m, n, result.strides[0] * step_c, result.strides[1] * step_c};
    }
};

template <class T>
T* elements(const double* extent) {
    return reinterpret_cast<T*>(const_cast<double*>(extent));
}

template <class T>
void evaluate_in(const ArrayRecord& record, Places<double> primals) {
    Matrices<T> const at(record, elements<T>(primals.at(record.operand(0))),
                         elements<T>(primals.at(record.operand(1))),
                         elements<T>(primals.at(record.result())));
    multiply(at.a, at.b, at.c, false);
}

template <class T>
void push_in(const ArrayRecord& record, Places<const double> primals, Places<double> tangents) {
    ArrayPart const left = record.operand(0), right = record.operand(1);
    T* const tangent = elements<T>(tangents.at(record.result()));
    if (is_active(left.kind)) {
        Matrices<T> const at(record, elements<T>(tangents.at(left)), elements<T>(primals.at(right)),
                             tangent);
        pass(at.a, at.b, at.c, false);
    }
    if (is_active(right.kind)) {
        Matrices<T> const at(record, elements<T>(primals.at(left)), elements<T>(tangents.at(right)),
                             tangent);
        pass(at.a, at.b, at.c, is_active(left.kind));
    }
}

template <class T>
void pull_in(const ArrayRecord& record, const AdjointPlaces<double>& at) {
    ArrayPart const left = record.operand(0), right = record.operand(1);
    T* const adjoint = elements<T>(at.adjoints.at(record.result()));
    Matrices<T> const values(record, elements<T>(at.primals.at(left)),
                             elements<T>(at.primals.at(right)), adjoint);
    Matrices<T> const found(record, elements<T>(at.adjoints.at(left)),
                            elements<T>(at.adjoints.at(right)), adjoint);
    if (is_active(left.kind)) pass(found.c, values.b.transposed(), found.a, (at.assigns & 1u) == 0);
    if (is_active(right.kind))
        pass(values.a.transposed(), found.c, found.b, (at.assigns & 2u) == 0);
}

// The same on dual numbers, whose components lie side by side.
template <class T>
void pull_dual(const ArrayRecord& record, const AdjointPlaces<dual<double>>& at) {
    ArrayPart const left = record.operand(0), right = record.operand(1);
    ArrayPart const result = record.result();
    auto const component = [&](const ArrayPart& part, int i) {
        return reinterpret_cast<T*>(at.adjoints.at(part)) + i;
    };
    T* const a = elements<T>(at.primals.at(left));
    T* const b = elements<T>(at.primals.at(right));
    T* const ta = elements<T>(at.tangents.at(left));
    T* const tb = elements<T>(at.tangents.at(right));
    for (int i = 0; i < 2; ++i) {
        Matrices<T> const of(record, component(left, i), component(right, i), component(result, i),
                             2, 2, 2);
        Matrices<T> const values(record, a, b, component(result, i), 1, 1, 2);
        if (is_active(left.kind)) pass(of.c, values.b.transposed(), of.a, true);
        if (is_active(right.kind)) pass(values.a.transposed(), of.c, of.b, true);
    }
    // The tangents of what they are multiplied by.
    Matrices<T> const value(record, component(left, 1), component(right, 1), component(result, 0),
                            2, 2, 2);
    Matrices<T> const moving(record, ta, tb, component(result, 0), 1, 1, 2);
    if (is_active(left.kind) && is_active(right.kind)) {
        pass(value.c, moving.b.transposed(), value.a, true);
        pass(moving.a.transposed(), value.c, value.b, true);
    }
}

// ---- several lanes ---------------------------------------------------------------

constexpr auto width = static_cast<std::int64_t>(Lanes::count);

// Row or column i of a matrix whose elements are lanes: a matrix with one column for each lane.
Matrix<double> row_of(const Matrix<double>& lanes, std::int64_t i) {
    return {lanes.data + i * lanes.row_step * width, lanes.columns, width,
            lanes.column_step * width, 1};
}
Matrix<double> column_of(const Matrix<double>& lanes, std::int64_t j) {
    return row_of(lanes.transposed(), j);
}
// All columns and their lanes side by side, if they lie so.
bool lies_in_rows(const Matrix<double>& lanes) {
    return lanes.column_step == 1 || lanes.columns == 1;
}
Matrix<double> in_rows(const Matrix<double>& lanes) {
    return {lanes.data, lanes.rows, lanes.columns * width, lanes.row_step * width, 1};
}

// c (+)= a b where a is a matrix of numbers, b and c ones of lanes.
void multiply_lanes(const Matrix<double>& a, const Matrix<double>& b, const Matrix<double>& c,
                    bool adds) {
    if (lies_in_rows(b) && lies_in_rows(c)) return pass(a, in_rows(b), in_rows(c), adds);
    for (std::int64_t j = 0; j < c.columns; ++j) pass(a, column_of(b, j), column_of(c, j), adds);
}

// The matrices of a record: values, and the lanes of what is differentiated, in elements.
struct LaneMatrices {
    Matrices<double> values, lanes;

    LaneMatrices(const ArrayRecord& record, Places<const double> primals, Lanes& all)
        : values(record, elements<double>(primals.at(record.operand(0))),
                 elements<double>(primals.at(record.operand(1))), nullptr),
          lanes(values) {
        lanes.a.data = lanes_of(record.operand(0), all);
        lanes.b.data = lanes_of(record.operand(1), all);
        lanes.c.data = all.at(record.result().first);
    }
    static double* lanes_of(const ArrayPart& part, Lanes& all) {
        return all.hold(part.kind, part.first) ? all.at(part.first) + part.offset * width : nullptr;
    }
    [[nodiscard]] bool has_left() const { return lanes.a.data != nullptr; }
    [[nodiscard]] bool has_right() const { return lanes.b.data != nullptr; }
};

}  // namespace

void evaluate_matmul(const ArrayRecord& record, Places<double> primals) {
    if (record.dtype() == Dtype::float64) evaluate_in<double>(record, primals);
    else evaluate_in<float>(record, primals);
}

void push_matmul(const ArrayRecord& record, Places<const double> primals, Places<double> tangents) {
    if (record.dtype() == Dtype::float64) push_in<double>(record, primals, tangents);
    else push_in<float>(record, primals, tangents);
}

void pull_matmul(const ArrayRecord& record, const AdjointPlaces<double>& at) {
    if (record.dtype() == Dtype::float64) pull_in<double>(record, at);
    else pull_in<float>(record, at);
}

void pull_matmul(const ArrayRecord& record, const AdjointPlaces<dual<double>>& at) {
    if (record.dtype() == Dtype::float64) pull_dual<double>(record, at);
    else pull_dual<float>(record, at);
}

void push_matmul(const ArrayRecord& record, Places<const double> primals, Lanes& tangents) {
    LaneMatrices const at(record, primals, tangents);
    ArrayPart const result = record.result();
    if (!at.has_left() && !at.has_right())
        std::fill_n(at.lanes.c.data, result.slots * Lanes::count, 0.0);
    // A transposed product has the matrix of numbers on the left as well.
    if (at.has_left()) {
        multiply_lanes(at.values.b.transposed(), at.lanes.a.transposed(), at.lanes.c.transposed(),
                       false);
    }
    if (at.has_right()) multiply_lanes(at.values.a, at.lanes.b, at.lanes.c, at.has_left());
}

void pull_matmul(const ArrayRecord& record, Places<const double> primals, Lanes& adjoints) {
    LaneMatrices const at(record, primals, adjoints);
    if (at.has_left()) {
        multiply_lanes(at.values.b, at.lanes.c.transposed(), at.lanes.a.transposed(), true);
    }
    if (at.has_right()) multiply_lanes(at.values.a.transposed(), at.lanes.c, at.lanes.b, true);
}

ArrayResult record_matmul(Tape& tape, const ArrayOperand& a, const ArrayOperand& b) {
    ArrayResult copies[2];
    std::int64_t strides[2][max_ndim];
    ArrayOperand const operands[] = {
        is_active(b.kind) ? as_needed(tape, a, copies[0], strides[0]) : a,
        is_active(a.kind) ? as_needed(tape, b, copies[1], strides[1]) : b};
    std::int64_t const m = a.shape[0], k = a.shape[1], n = b.shape[1];
    std::int64_t const shape[] = {m, n}, lengths[] = {m, n, k};
    Draft draft;
    draft.op = ArrayOp::matmul;
    draft.arity = 2;
    draft.operands = operands;
    draft.dtype = a.dtype;
    draft.ndim = 2;
    draft.shape = shape;
    draft.loop_over(lengths, 3);
    std::int64_t const steps[3][3] = {{operands[0].strides[0], 0, operands[0].strides[1]},
                                      {0, operands[1].strides[1], operands[1].strides[0]},
                                      {n, 1, 0}};
    for (int i = 0; i < 3; ++i) std::copy(steps[i], steps[i] + 3, draft.strides[i]);
    return record(tape, draft);
}

}  // namespace autodiffx
