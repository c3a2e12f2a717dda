// Primals of array statements.
#include <cstring>

#include "autodiffx/array.hpp"
#include "autodiffx/loops.hpp"
#include "autodiffx/rows.hpp"

namespace autodiffx {

namespace {

// A cast has a dtype on either side, for which the table has no loop.
template <class In, class Out>
void cast(char** pointers, const std::ptrdiff_t* length, const std::ptrdiff_t* steps, void*) {
    for (std::ptrdiff_t i = 0; i < *length; ++i) {
        In in;
        std::memcpy(&in, pointers[0] + i * steps[0], sizeof in);
        Out const out = static_cast<Out>(in);
        std::memcpy(pointers[1] + i * steps[1], &out, sizeof out);
    }
}
template <class In>
Loop::Function cast_from(Dtype to) {
    switch (to) {
        case Dtype::float64:
            return cast<In, double>;
        case Dtype::float32:
            return cast<In, float>;
        default:
            return cast<In, std::uint8_t>;
    }
}
Loop cast_loop(Dtype from, Dtype to) {
    switch (from) {
        case Dtype::float64:
            return {cast_from<double>(to)};
        case Dtype::float32:
            return {cast_from<float>(to)};
        default:
            return {cast_from<std::uint8_t>(to)};
    }
}

template <class T>
void add_up(char** pointers, const std::ptrdiff_t* length, const std::ptrdiff_t* steps, void*) {
    constexpr auto item = static_cast<std::ptrdiff_t>(sizeof(T));
    if constexpr (std::is_same_v<T, double>) {
        auto const* const x = reinterpret_cast<const double*>(pointers[0]);
        auto* const sum = reinterpret_cast<double*>(pointers[1]);
        if (steps[0] == item && steps[1] == 0) {
            *sum += total_of(x, static_cast<std::size_t>(*length));
            return;
        }
        if (steps[0] == item && steps[1] == item) {
            accumulate(sum, x, static_cast<std::size_t>(*length));
            return;
        }
    }
    for (std::ptrdiff_t i = 0; i < *length; ++i) {
        *reinterpret_cast<T*>(pointers[1] + i * steps[1]) +=
            *reinterpret_cast<const T*>(pointers[0] + i * steps[0]);
    }
}

// Whether the result starts from zero and is added to.
bool adds(ArrayOp op) { return op == ArrayOp::sum || op == ArrayOp::spread || op == ArrayOp::put; }

Loop loop_for(const ArrayRecord& record) {
    ArrayOp const op = record.op();
    if (adds(op)) return {record.dtype() == Dtype::float64 ? add_up<double> : add_up<float>};
    bool const copies = !is_elementwise(op) || op == array_op(Op::positive);
    if (copies) return cast_loop(record.operand(0).dtype, record.dtype());
    return loop_of(static_cast<Op>(op), record.operand(record.arity() - 1).dtype);
}

template <class T>
void move_indexed(const ArrayRecord& record, const T* operand, T* result) {
    const std::int64_t* const indices = record.index_list();
    std::int64_t const count = record.indices(), step = record.operand(0).strides[0];
    if (record.op() == ArrayOp::take) {
        for (std::int64_t i = 0; i < count; ++i) result[i] = operand[indices[i]];
    } else if (record.op() == ArrayOp::put) {
        for (std::int64_t i = 0; i < count; ++i) {
            T& sum = result[indices[i]];
            sum = static_cast<T>(sum + operand[i * step]);
        }
    } else {
        for (std::int64_t i = 0; i < count; ++i) result[indices[i]] = operand[i * step];
    }
}

void evaluate_indexed(const ArrayRecord& record, const char* operand, char* result) {
    switch (record.dtype()) {
        case Dtype::float64:
            move_indexed(record, reinterpret_cast<const double*>(operand),
                         reinterpret_cast<double*>(result));
            break;
        case Dtype::float32:
            move_indexed(record, reinterpret_cast<const float*>(operand),
                         reinterpret_cast<float*>(result));
            break;
        case Dtype::boolean:
            move_indexed(record, reinterpret_cast<const std::uint8_t*>(operand),
                         reinterpret_cast<std::uint8_t*>(result));
            break;
    }
}

}  // namespace

void evaluate(const ArrayRecord& record, Places<double> primals) {
    ArrayPart const result = record.result();
    double* const results = primals.at(result);
    if (record.op() == ArrayOp::matmul) {
        results[result.slots - 1] = 0.0;  // also of a product without elements
        return evaluate_matmul(record, primals);
    }
    if (is_extreme(record.op())) return evaluate_extreme(record, primals);
    if (record.op() == ArrayOp::logsumexp || record.op() == ArrayOp::shift)
        return evaluate_logsumexp(record, primals);
    int const arity = record.arity(), loops = record.loops(), inner = loops - 1;
    const std::int64_t* const lengths = record.lengths();
    ArrayPart parts[4];
    char* pointers[4];
    std::ptrdiff_t items[4], steps[4];
    for (int k = 0; k <= arity; ++k) {
        parts[k] = k < arity ? record.operand(k) : result;
        items[k] = static_cast<std::ptrdiff_t>(item_size(parts[k].dtype));
        pointers[k] = reinterpret_cast<char*>(primals.at(parts[k])) + parts[k].offset * items[k];
        steps[k] = parts[k].strides[inner] * items[k];
    }
    // Sums start from zero; and the bytes that fill up a slot are never left undefined.
    bool const writes = record.op() == ArrayOp::write || record.op() == ArrayOp::write_at;
    if (adds(record.op())) {
        std::memset(results, 0, result.slots * sizeof(double));
    } else if (!writes && result.dtype != Dtype::float64) {
        results[result.slots - 1] = 0.0;
    }
    if (has_indices(record.op())) {
        evaluate_indexed(record, pointers[0], pointers[1]);
        return;
    }
    std::int64_t runs = 1;
    for (int i = 0; i < inner; ++i) runs *= lengths[i];
    if (runs == 0 || lengths[inner] == 0) {
        if (result.dtype == Dtype::float64) results[result.slots - 1] = 0.0;
        return;
    }
    if (evaluate_rows(record, primals)) return;
    Loop const loop = loop_for(record);
    std::int64_t at[max_ndim] = {};
    for (;;) {
        char* run[4];
        for (int k = 0; k <= arity; ++k) run[k] = pointers[k];
        loop(run, lengths[inner], steps);
        int axis = inner - 1;
        for (; axis >= 0; --axis) {
            for (int k = 0; k <= arity; ++k) pointers[k] += parts[k].strides[axis] * items[k];
            if (++at[axis] < lengths[axis]) break;
            for (int k = 0; k <= arity; ++k) {
                pointers[k] -= parts[k].strides[axis] * items[k] * lengths[axis];
            }
            at[axis] = 0;
        }
        if (axis < 0) return;
    }
}

}  // namespace autodiffx
