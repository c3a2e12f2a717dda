// Recording of what is written into arrays.
//
// The slots of an array that is assigned to change, so nobody who needs their primals later may
// read them: what was recorded before the first write keeps the old extent, and the array moves
// to a copy of it; what is recorded afterwards copies what it needs. So no sweep ever has to put
// old numbers back.
#include <algorithm>

#include "autodiffx/draft.hpp"

namespace autodiffx {

namespace {

// The elements of an extent as one axis, or the shape that its statement gave it.
struct Whole {
    ArrayOperand operand;
    std::int64_t shape[max_ndim];
    std::int64_t strides[max_ndim];

    Whole(const Tape& tape, const ArrayOperand& target) : operand(target) {
        std::size_t const at = tape.statement_of(target.first);
        if (at == Tape::npos) throw std::logic_error("what is written to was not computed here");
        ArrayRecord const record(tape, tape.statements[at]);
        operand.offset = 0;
        operand.ndim = record.ndim();
        std::copy(record.shape(), record.shape() + record.ndim(), shape);
        dense_strides(shape, operand.ndim, strides);
        operand.shape = shape;
        operand.strides = strides;
    }
};

bool is_fill(const Tape& tape, const ArrayOperand& target) {
    std::size_t const at = tape.statement_of(target.first);
    return at != Tape::npos && ArrayRecord(tape, tape.statements[at]).op() == ArrayOp::fill;
}

// The extent in which the target can be written: its own, or a new one to which it moves.
std::uint32_t assignable(Tape& tape, const ArrayOperand& target, bool active) {
    Extent& extent = tape.extents[target.extent];
    // A graph shows all its results: they stay what they were, if not made to be assigned to.
    bool const is_free = extent.assigned || !tape.is_graph() || is_fill(tape, target);
    if (is_free && extent.need == Need::none && extent.first >= tape.floor() &&
        (target.kind == Kind::result || !active)) {
        extent.assigned = true;
        return target.extent;
    }
    Whole const whole(tape, target);
    ArrayResult const moved = record_moved(tape, whole.operand, active);
    tape.move_handles(target.extent, moved.extent, moved.kind);
    return moved.extent;
}

bool is_same_view(const ArrayOperand& a, const ArrayOperand& b) {
    return a.extent == b.extent && a.offset == b.offset && a.ndim == b.ndim &&
           std::equal(a.shape, a.shape + a.ndim, b.shape) &&
           std::equal(a.strides, a.strides + a.ndim, b.strides);
}

// The value as it is written: in the target's dtype, and not what is being overwritten.
struct Source {
    ArrayOperand operand;
    ArrayResult made;
    std::int64_t strides[max_ndim];

    Source(Tape& tape, const ArrayOperand& target, const ArrayOperand& value) : operand(value) {
        if (value.dtype == target.dtype && value.extent != target.extent) return;
        if (value.dtype != target.dtype && target.dtype == Dtype::boolean) {
            ArrayOperand zero;
            zero.dtype = value.dtype;
            zero.first = tape.constant(0.0);
            ArrayOperand const pair[] = {value, zero};
            made = record_array(tape, Op::not_equal, pair);
        } else {
            made = record_copy(tape, value, target.dtype,
                               value.dtype == target.dtype ? ArrayOp::copy : ArrayOp::astype);
        }
        operand = as_operand(made, strides);
    }
};

}  // namespace

std::uint32_t record_write(Tape& tape, const ArrayOperand& target, const ArrayOperand& value) {
    if (is_same_view(target, value)) return target.extent;  // the last step of y[1:3] += v
    std::int64_t spread[max_ndim];
    broadcast_into(value, target.shape, target.ndim, spread);  // before anything is recorded
    if (elements_of(target.shape, target.ndim) == 0) return target.extent;
    Source const source(tape, target, value);
    Draft draft;
    draft.op = ArrayOp::write;
    draft.operands = &source.operand;
    draft.dtype = target.dtype;
    draft.written = assignable(tape, target, is_active(source.operand.kind));
    tape.has_elements = true;
    draft.offset = target.offset;
    draft.ndim = target.ndim;
    draft.shape = target.shape;
    draft.loop_over(target.shape, target.ndim);
    broadcast_into(source.operand, target.shape, target.ndim, draft.strides[0]);
    std::copy(target.strides, target.strides + target.ndim, draft.strides[1]);
    record(tape, draft);
    return draft.written;
}

std::uint32_t record_write_at(Tape& tape, const ArrayOperand& target, const std::int64_t* indices,
                              std::int64_t count, const ArrayOperand& value) {
    if (count == 0) return target.extent;
    Source source(tape, target, value);
    std::int64_t const elements = elements_of(value.shape, value.ndim);
    ArrayResult dense;
    std::int64_t strides[max_ndim];
    if (elements != 1 && source.operand.extent == value.extent) {
        dense = record_copy(tape, source.operand, target.dtype, ArrayOp::gather);
        source.operand = as_operand(dense, strides);
    }
    Draft draft;
    draft.op = ArrayOp::write_at;
    draft.operands = &source.operand;
    draft.dtype = target.dtype;
    draft.written = assignable(tape, target, is_active(source.operand.kind));
    tape.has_elements = true;
    draft.ndim = 1;
    draft.shape = &count;
    draft.indices = indices;
    draft.count = count;
    draft.loop_over(&count, 1);
    draft.strides[0][0] = elements == 1 ? 0 : 1;
    draft.strides[1][0] = 1;
    record(tape, draft);
    return draft.written;
}

}  // namespace autodiffx
