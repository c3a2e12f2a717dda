// Recording of array statements.
#include "autodiffx/array.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>

#include "autodiffx/loops.hpp"

namespace autodiffx {

namespace {

struct Facts {
    int arity;
    bool decides;  // the result is boolean and passive
};
constexpr Facts facts[] = {
#define UNARY(name, ...) {1, Row<Op::name>::smoothness == Smoothness::passive},
#define BINARY(name, ...) {2, Row<Op::name>::smoothness == Smoothness::passive},
#define TERNARY(name, ...) {3, Row<Op::name>::smoothness == Smoothness::passive},
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
};

// Records what is described by its loops: lengths, and a list of strides for each operand and
// then the result. Takes the operands' kinds from `operands`.
struct Draft {
    ArrayOp op;
    int arity;
    const ArrayOperand* operands;
    Dtype dtype;
    bool passive;
    int ndim;                   // of the result
    const std::int64_t* shape;  // of the result
    int loops;                  // number of loops
    std::int64_t lengths[max_ndim];
    std::int64_t strides[4][max_ndim];
};

ArrayResult record(Tape& tape, Draft& draft) {
    ArrayResult result;
    std::int64_t const elements = elements_of(draft.shape, draft.ndim);
    result.slots = static_cast<std::uint32_t>(slots_for(elements, draft.dtype));
    result.dtype = draft.dtype;
    result.ndim = draft.ndim;
    std::copy(draft.shape, draft.shape + draft.ndim, result.shape);
    draft.loops = join_axes(draft.lengths, draft.strides[0], draft.arity + 1, draft.loops);
    bool active = false, varies = false;
    for (int k = 0; k < draft.arity; ++k) {
        Kind const kind = draft.operands[k].kind;
        active = active || is_active(kind);
        varies = varies || kind != Kind::constant;
        result.deferred = result.deferred || draft.operands[k].deferred;
    }
    active = active && !draft.passive;
    result.kind = active ? Kind::result : varies ? Kind::varying : Kind::constant;

    auto const loops = static_cast<std::size_t>(draft.loops);
    auto const arity = static_cast<std::size_t>(draft.arity);
    std::size_t const words =
        2 + static_cast<std::size_t>(draft.ndim) + 2 * loops + arity * (3 + loops);
    // If memory ends here, the recording is as it was.
    tape.words.reserve_more(words);
    tape.primals.reserve_more(result.slots);
    tape.statements.reserve_more(1);

    std::size_t const at = tape.words.size();
    result.first = static_cast<Slot>(tape.primals.size());
    auto const push = [&tape](std::int64_t word) { tape.words.push_unchecked(word); };
    push(static_cast<std::int64_t>(static_cast<std::uint64_t>(draft.op) | arity << 16 |
                                   loops << 24 | static_cast<std::uint64_t>(draft.ndim) << 32 |
                                   static_cast<std::uint64_t>(draft.dtype) << 40));
    push(result.slots);
    for (int i = 0; i < draft.ndim; ++i) push(draft.shape[i]);
    for (std::size_t i = 0; i < loops; ++i) push(draft.lengths[i]);
    for (std::size_t i = 0; i < loops; ++i) push(draft.strides[arity][i]);
    for (std::size_t k = 0; k < arity; ++k) {
        ArrayOperand const& operand = draft.operands[k];
        push(ArrayRecord::extent_word(operand.first, operand.slots));
        push(static_cast<std::int64_t>(operand.dtype) | static_cast<std::int64_t>(operand.kind)
                                                            << 8);
        push(operand.offset);
        for (std::size_t i = 0; i < loops; ++i) push(draft.strides[k][i]);
    }
    // Statements find their record by 32 bits; slots run out long before.
    if (tape.words.size() > std::numeric_limits<Slot>::max()) {
        tape.words.truncate(at);
        throw std::length_error("a tape is full");
    }
    Statement const statement{
        Op::array,
        static_cast<std::uint16_t>(Statement::array_bit | Statement::decision_bit |
                                   (active ? 0u : Statement::passive_bit) |
                                   (result.deferred ? Statement::deferred_bit : 0u)),
        static_cast<Slot>(at), static_cast<Slot>(words), result.last()};
    tape.primals.extend_unchecked(result.slots);
    evaluate(ArrayRecord(tape, statement), tape.primals.data());
    if (varies) tape.statements.push_unchecked(statement);
    else tape.words.truncate(at);
    tape.note_growth();
    return result;
}

ArrayResult record_elementwise(Tape& tape, ArrayOp op, const ArrayOperand* operands, int arity,
                               Dtype dtype, bool passive) {
    Draft draft;
    draft.op = op;
    draft.arity = arity;
    draft.operands = operands;
    draft.dtype = dtype;
    draft.passive = passive;
    View views[3];
    for (int k = 0; k < arity; ++k) views[k] = operands[k];
    std::int64_t shape[max_ndim];
    draft.ndim = broadcast_shape(views, arity, shape);
    draft.shape = shape;
    draft.loops = draft.ndim;
    std::copy(shape, shape + draft.ndim, draft.lengths);
    for (int k = 0; k < arity; ++k) broadcast_strides(operands[k], draft.ndim, draft.strides[k]);
    dense_strides(shape, draft.ndim, draft.strides[arity]);
    return record(tape, draft);
}

}  // namespace

ArrayOperand as_operand(const ArrayResult& result, std::int64_t (&strides)[max_ndim]) {
    dense_strides(result.shape, result.ndim, strides);
    ArrayOperand operand;
    operand.first = result.first;
    operand.slots = result.slots;
    operand.shape = result.shape;
    operand.strides = strides;
    operand.ndim = result.ndim;
    operand.dtype = result.dtype;
    operand.kind = result.kind;
    operand.deferred = result.deferred;
    return operand;
}

ArrayResult record_copy(Tape& tape, const ArrayOperand& operand, Dtype dtype, ArrayOp how) {
    return record_elementwise(tape, how, &operand, 1, dtype, false);
}

ArrayResult record_reshaped(Tape& tape, const ArrayOperand& operand, ArrayOp how,
                            const std::int64_t* shape, int ndim) {
    Draft draft;
    draft.op = how;
    draft.arity = 1;
    draft.operands = &operand;
    draft.dtype = operand.dtype;
    draft.passive = false;
    draft.ndim = ndim;
    draft.shape = shape;
    draft.loops = operand.ndim;
    std::copy(operand.shape, operand.shape + operand.ndim, draft.lengths);
    std::copy(operand.strides, operand.strides + operand.ndim, draft.strides[0]);
    dense_strides(operand.shape, operand.ndim, draft.strides[1]);
    return record(tape, draft);
}

ArrayResult record_array(Tape& tape, Op op, const ArrayOperand* operands) {
    auto const [arity, decides] = facts[static_cast<std::size_t>(op)];
    View views[3];
    for (int k = 0; k < arity; ++k) views[k] = operands[k];
    std::int64_t shape[max_ndim];
    elements_of(shape, broadcast_shape(views, arity, shape));  // before anything is recorded

    // The dtype in which to calculate: booleans only where there is a loop for them.
    int const first = op == Op::where ? 1 : 0;
    Dtype dtype = Dtype::boolean;
    for (int k = first; k < arity; ++k) dtype = std::min(dtype, operands[k].dtype);
    if (dtype == Dtype::boolean && !decides) dtype = Dtype::float64;

    ArrayOperand cast[3];
    ArrayResult made[3];
    std::int64_t strides[3][max_ndim];
    for (int k = 0; k < arity; ++k) {
        cast[k] = operands[k];
        bool const condition = k < first;
        if (condition && operands[k].dtype != Dtype::boolean) {
            ArrayOperand zero;
            zero.dtype = operands[k].dtype;
            zero.first = tape.constant(0.0);  // the bits of zero in either dtype
            ArrayOperand const pair[] = {operands[k], zero};
            made[k] =
                record_elementwise(tape, array_op(Op::not_equal), pair, 2, Dtype::boolean, true);
            cast[k] = as_operand(made[k], strides[k]);
        } else if (!condition && operands[k].dtype != dtype) {
            made[k] = record_copy(tape, operands[k], dtype);
            cast[k] = as_operand(made[k], strides[k]);
        }
    }
    return record_elementwise(tape, array_op(op), cast, arity, decides ? Dtype::boolean : dtype,
                              decides);
}

ArrayResult record_sum(Tape& tape, const ArrayOperand& operand, const std::int64_t* shape,
                       int ndim) {
    Draft draft;
    draft.op = ArrayOp::sum;
    draft.arity = 1;
    draft.operands = &operand;
    draft.dtype = operand.dtype;
    draft.passive = false;
    draft.ndim = ndim;
    draft.shape = shape;
    draft.loops = operand.ndim;
    std::copy(operand.shape, operand.shape + operand.ndim, draft.lengths);
    std::copy(operand.strides, operand.strides + operand.ndim, draft.strides[0]);
    std::int64_t dense[max_ndim];
    dense_strides(shape, ndim, dense);
    View result;
    result.shape = shape;
    result.strides = dense;
    result.ndim = ndim;
    broadcast_strides(result, operand.ndim, draft.strides[1]);
    return record(tape, draft);
}

}  // namespace autodiffx
