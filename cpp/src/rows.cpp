// Arithmetic on short rows: where a matrix meets a row or a column. A loop called for each row
// would take longer to be called than to run.
#include "autodiffx/rows.hpp"

#include "autodiffx/inline.hpp"

namespace autodiffx {

namespace {

template <class T>
struct Rows {
    T* result;
    const T *a, *b;
    std::int64_t count, length;
    std::int64_t result_step, a_step, b_step;  // from one row to the next
};

template <Op op, class T, bool a_repeats, bool b_repeats>
AUTODIFFX_INLINE void apply(const Rows<T>& rows) {
    for (std::int64_t i = 0; i < rows.count; ++i) {
        T* const result = rows.result + i * rows.result_step;
        const T* const a = rows.a + i * rows.a_step;
        const T* const b = rows.b + i * rows.b_step;
        for (std::int64_t j = 0; j < rows.length; ++j) {
            T const x = a[a_repeats ? 0 : j], y = b[b_repeats ? 0 : j];
            if constexpr (op == Op::add) result[j] = x + y;
            else if constexpr (op == Op::subtract) result[j] = x - y;
            else if constexpr (op == Op::multiply) result[j] = x * y;
            else result[j] = x / y;
        }
    }
}
template <Op op, class T>
AUTODIFFX_INLINE void apply(const Rows<T>& rows, bool a_repeats, bool b_repeats) {
    if (a_repeats) apply<op, T, true, false>(rows);
    else if (b_repeats) apply<op, T, false, true>(rows);
    else apply<op, T, false, false>(rows);
}

#define ROWS(name, T)                                                       \
    AUTODIFFX_CLONES                                                        \
    void name##_rows(const Rows<T>& rows, bool a_repeats, bool b_repeats) { \
        apply<Op::name>(rows, a_repeats, b_repeats);                        \
    }
ROWS(add, double)
ROWS(subtract, double)
ROWS(multiply, double)
ROWS(divide, double)
ROWS(add, float)
ROWS(subtract, float)
ROWS(multiply, float)
ROWS(divide, float)
#undef ROWS

template <class T>
bool evaluate_in(const ArrayRecord& record, Places<double> primals) {
    ArrayPart const parts[] = {record.operand(0), record.operand(1), record.result()};
    auto const start = [&](const ArrayPart& part) {
        return reinterpret_cast<T*>(primals.at(part)) + part.offset;
    };
    Rows<T> const rows{start(parts[2]),     start(parts[0]),     start(parts[1]),
                       record.lengths()[0], record.lengths()[1], parts[2].strides[0],
                       parts[0].strides[0], parts[1].strides[0]};
    bool const a_repeats = parts[0].strides[1] == 0, b_repeats = parts[1].strides[1] == 0;
    switch (static_cast<Op>(record.op())) {
        case Op::add:
            add_rows(rows, a_repeats, b_repeats);
            return true;
        case Op::subtract:
            subtract_rows(rows, a_repeats, b_repeats);
            return true;
        case Op::multiply:
            multiply_rows(rows, a_repeats, b_repeats);
            return true;
        case Op::divide:
            divide_rows(rows, a_repeats, b_repeats);
            return true;
        default:
            return false;
    }
}

}  // namespace

bool evaluate_rows(const ArrayRecord& record, Places<double> primals) {
    constexpr std::int64_t longest = 64;
    if (record.loops() != 2 || record.arity() != 2 || record.lengths()[1] > longest) return false;
    if (!is_elementwise(record.op())) return false;
    ArrayPart const a = record.operand(0), b = record.operand(1), result = record.result();
    if (a.dtype != result.dtype || b.dtype != result.dtype || result.dtype == Dtype::boolean)
        return false;
    auto const is_row = [](const ArrayPart& part) {
        return part.strides[1] == 1 || part.strides[1] == 0;
    };
    if (!is_row(a) || !is_row(b) || result.strides[1] != 1) return false;
    if (a.strides[1] == 0 && b.strides[1] == 0) return false;
    return result.dtype == Dtype::float64 ? evaluate_in<double>(record, primals)
                                          : evaluate_in<float>(record, primals);
}

}  // namespace autodiffx
