// Recording of what moves elements and adds them up.
#include "autodiffx/draft.hpp"

namespace autodiffx {

namespace {

// A statement that runs along the operand's own axes.
Draft along(const ArrayOperand& operand, ArrayOp op, const std::int64_t* shape, int ndim) {
    Draft draft;
    draft.op = op;
    draft.operands = &operand;
    draft.dtype = operand.dtype;
    draft.ndim = ndim;
    draft.shape = shape;
    draft.loop_over(operand.shape, operand.ndim);
    std::copy(operand.strides, operand.strides + operand.ndim, draft.strides[0]);
    return draft;
}

// One loop over the indices, the operand being in C order or a single element.
Draft indexed(const ArrayOperand& operand, ArrayOp op, const std::int64_t* indices,
              std::int64_t count, const std::int64_t* shape, int ndim) {
    Draft draft;
    draft.op = op;
    draft.operands = &operand;
    draft.dtype = operand.dtype;
    draft.ndim = ndim;
    draft.shape = shape;
    draft.indices = indices;
    draft.count = count;
    draft.loop_over(&count, 1);
    draft.strides[0][0] = draft.strides[1][0] = 1;
    return draft;
}

bool is_c_order(const ArrayOperand& operand) {
    std::int64_t step = 1;
    for (int i = operand.ndim; i-- > 0;) {
        if (operand.shape[i] != 1 && operand.strides[i] != step) return false;
        step *= operand.shape[i];
    }
    return true;
}

}  // namespace

ArrayResult record_reshaped(Tape& tape, const ArrayOperand& operand, ArrayOp how,
                            const std::int64_t* shape, int ndim) {
    Draft draft = along(operand, how, shape, ndim);
    dense_strides(operand.shape, operand.ndim, draft.strides[1]);
    return record(tape, draft);
}

namespace {

// What is left of a shape and its strides along the axes of the whole.
struct Remainder {
    std::int64_t shape[max_ndim], strides[max_ndim];
    int ndim = 0;

    Remainder(const ArrayOperand& operand, const bool* marked, bool kept) {
        shape[0] = 1;  // without axes it is passed on unread, which compilers do not see
        std::int64_t step = 1;
        for (int i = 0; i < operand.ndim; ++i) {
            if (!marked[i]) shape[ndim++] = operand.shape[i];
            else if (kept) shape[ndim++] = 1;
        }
        for (int i = operand.ndim; i-- > 0;) {
            strides[i] = marked[i] ? 0 : step;
            if (!marked[i]) step *= std::max<std::int64_t>(operand.shape[i], 1);
        }
    }
};

}  // namespace

ArrayResult record_sum_over(Tape& tape, const ArrayOperand& operand, const bool* marked,
                            bool kept) {
    Remainder const left(operand, marked, kept);
    Draft draft = along(operand, ArrayOp::sum, left.shape, left.ndim);
    std::copy(left.strides, left.strides + operand.ndim, draft.strides[1]);
    return record(tape, draft);
}

ArrayResult record_extreme_over(Tape& tape, const ArrayOperand& operand, ArrayOp which,
                                const bool* marked, bool kept) {
    ArrayResult copy;
    std::int64_t strides[max_ndim];
    ArrayOperand const x =
        is_active(operand.kind) ? as_needed(tape, operand, copy, strides) : operand;
    Remainder const left(x, marked, kept);
    Draft draft = along(x, which, left.shape, left.ndim);
    std::copy(left.strides, left.strides + x.ndim, draft.strides[1]);
    return record(tape, draft);
}

ArrayResult record_shift_over(Tape& tape, const ArrayOperand& operand, const bool* marked) {
    Remainder const left(operand, marked, true);
    Draft draft = along(operand, ArrayOp::shift, left.shape, left.ndim);
    draft.passive = true;
    std::copy(left.strides, left.strides + operand.ndim, draft.strides[1]);
    return record(tape, draft);
}

ArrayResult record_logsumexp_over(Tape& tape, const ArrayOperand& operand, const bool* marked,
                                  bool kept) {
    ArrayResult copy;
    std::int64_t strides[max_ndim], dense[max_ndim];
    ArrayOperand const x =
        is_active(operand.kind) ? as_needed(tape, operand, copy, strides) : operand;
    ArrayResult shift = record_shift_over(tape, x, marked);
    Remainder const left(x, marked, kept);
    ArrayOperand const operands[] = {x, as_operand(shift, dense)};
    Draft draft = along(x, ArrayOp::logsumexp, left.shape, left.ndim);
    draft.operands = operands;
    draft.arity = 2;
    for (int k = 1; k <= 2; ++k) std::copy(left.strides, left.strides + x.ndim, draft.strides[k]);
    ArrayResult const total = record(tape, draft);
    shift.ndim = total.ndim;
    std::copy(total.shape, total.shape + total.ndim, shift.shape);
    std::int64_t of_total[max_ndim];
    ArrayOperand const terms[] = {as_operand(total, of_total), as_operand(shift, dense)};
    return record_array(tape, Op::add, terms);
}

ArrayResult record_total(Tape& tape, const ArrayOperand& operand) {
    bool marked[max_ndim];
    std::fill_n(marked, max_ndim, true);
    return record_sum_over(tape, operand, marked, false);
}

ArrayResult record_spread(Tape& tape, const ArrayOperand& operand, const std::int64_t* shape,
                          int ndim, std::int64_t offset, const std::int64_t* strides) {
    Draft draft = along(operand, ArrayOp::spread, shape, ndim);
    draft.offset = offset;
    std::copy(strides, strides + operand.ndim, draft.strides[1]);
    return record(tape, draft);
}

ArrayResult record_fill(Tape& tape, const ArrayOperand& operand, const std::int64_t* shape,
                        int ndim, Dtype dtype) {
    Draft draft;
    draft.op = ArrayOp::fill;
    draft.operands = &operand;
    draft.dtype = dtype;
    draft.own = true;
    draft.ndim = ndim;
    draft.shape = shape;
    draft.loop_over(shape, ndim);
    broadcast_into(operand, shape, ndim, draft.strides[0]);
    dense_strides(shape, ndim, draft.strides[1]);
    return record(tape, draft);
}

ArrayResult record_moved(Tape& tape, const ArrayOperand& operand, bool active) {
    Draft draft = along(operand, ArrayOp::move, operand.shape, operand.ndim);
    draft.own = active;
    dense_strides(operand.shape, operand.ndim, draft.strides[1]);
    ArrayResult const result = record(tape, draft);
    tape.extents[result.extent].assigned = true;
    return result;
}

ArrayResult record_take(Tape& tape, const ArrayOperand& operand, const std::int64_t* indices,
                        const std::int64_t* shape, int ndim) {
    std::int64_t const count = elements_of(shape, ndim);
    if (count == 0) {
        // Nothing is taken: the shape is all there is.
        ArrayOperand none = operand;
        std::int64_t const no_strides[max_ndim] = {};
        none.shape = shape;
        none.strides = no_strides;
        none.ndim = ndim;
        return record_copy(tape, none, operand.dtype, ArrayOp::gather);
    }
    ArrayOperand whole = operand;
    whole.offset = 0;
    Draft draft = indexed(whole, ArrayOp::take, indices, count, shape, ndim);
    return record(tape, draft);
}

ArrayResult record_put(Tape& tape, const ArrayOperand& operand, const std::int64_t* indices,
                       const std::int64_t* shape, int ndim) {
    std::int64_t const count = elements_of(operand.shape, operand.ndim);
    std::int64_t const no_strides[max_ndim] = {};
    if (count == 0) return record_spread(tape, operand, shape, ndim, 0, no_strides);
    ArrayOperand dense = operand;
    ArrayResult copy;
    std::int64_t strides[max_ndim];
    if (!is_c_order(operand)) {
        copy = record_copy(tape, operand, operand.dtype, ArrayOp::gather);
        dense = as_operand(copy, strides);
    }
    Draft draft = indexed(dense, ArrayOp::put, indices, count, shape, ndim);
    return record(tape, draft);
}

}  // namespace autodiffx
