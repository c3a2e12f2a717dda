// Products of matrices as statements: values, sweeps, and how they are recorded.
#include <algorithm>
#include <cstring>
#include <vector>

#include "autodiffx/draft.hpp"
#include "autodiffx/dual.hpp"
#include "autodiffx/lanes.hpp"
#include "autodiffx/matrix.hpp"

namespace autodiffx {

namespace {

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

// The rows of a matrix of lanes whose elements may be other than zero, as far as is known; `first`
// is where in its extent it begins.
struct Rows {
    std::int64_t from = 0, to;

    Rows(const Matrix<double>& lanes, std::int64_t first, const Support& support) : to(lanes.rows) {
        if (lanes.row_step <= 0 || lanes.column_step < 0 || lanes.columns == 0) return;
        std::int64_t const step = lanes.row_step;
        std::int64_t const last = first + (lanes.columns - 1) * lanes.column_step;
        if (support.from > last) from = (support.from - last + step - 1) / step;
        to = support.to > first ? std::min(to, (support.to - 1 - first) / step + 1) : 0;
        from = std::min(from, to);
    }
    [[nodiscard]] bool is_empty() const { return from == to; }
};

// c (+)= a b where a is a matrix of numbers and b, c are columns of lanes, of b those rows alone.
void multiply_rows(Matrix<double> a, Matrix<double> b, const Matrix<double>& c, const Rows& rows,
                   bool adds) {
    a.data += rows.from * a.column_step;
    b.data += rows.from * b.row_step;
    a.columns = b.rows = rows.to - rows.from;
    if (!rows.is_empty()) return pass(a, b, c, adds);
    for (std::int64_t i = 0; i < c.rows && !adds; ++i) std::fill_n(&c.at(i, 0), c.columns, 0.0);
}

// The same of matrices of lanes. `first`: where in its extent b begins, outside of whose support
// it is zero.
void multiply_lanes(const Matrix<double>& a, const Matrix<double>& b, const Matrix<double>& c,
                    std::int64_t first, const Support& support, bool adds) {
    if (lies_in_rows(b) && lies_in_rows(c))
        return multiply_rows(a, in_rows(b), in_rows(c), Rows(b, first, support), adds);
    Matrix<double> column = b;
    column.columns = 1;
    for (std::int64_t j = 0; j < c.columns; ++j) {
        Rows const rows(column, first + j * b.column_step, support);
        multiply_rows(a, column_of(b, j), column_of(c, j), rows, adds);
    }
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
        lanes.c.data = all.at(record.result());
    }
    static double* lanes_of(const ArrayPart& part, Lanes& all) {
        return all.hold(part.kind, part.first) ? all.at(part) + part.offset * width : nullptr;
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
    ArrayPart const left = record.operand(0), right = record.operand(1), result = record.result();
    bool const by_left = at.has_left() && !tangents.support(left).is_empty();
    bool const by_right = at.has_right() && !tangents.support(right).is_empty();
    if (!by_left && !by_right) return tangents.clear(result);
    // A transposed product has the matrix of numbers on the left as well.
    if (by_left) {
        multiply_lanes(at.values.b.transposed(), at.lanes.a.transposed(), at.lanes.c.transposed(),
                       left.offset, tangents.support(left), false);
    }
    if (by_right) {
        multiply_lanes(at.values.a, at.lanes.b, at.lanes.c, right.offset, tangents.support(right),
                       by_left);
    }
    tangents.fill(result);
}

void pull_matmul(const ArrayRecord& record, Places<const double> primals, Lanes& adjoints) {
    LaneMatrices const at(record, primals, adjoints);
    ArrayPart const left = record.operand(0), right = record.operand(1);
    Support const support = adjoints.support(record.result());
    if (support.is_empty()) return;
    if (at.has_left()) {
        multiply_lanes(at.values.b, at.lanes.c.transposed(), at.lanes.a.transposed(), 0, support,
                       true);
        adjoints.fill(left);
    }
    if (at.has_right()) {
        multiply_lanes(at.values.a.transposed(), at.lanes.c, at.lanes.b, 0, support, true);
        adjoints.fill(right);
    }
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
