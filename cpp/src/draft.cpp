// Recording of array statements.
#include "autodiffx/array.hpp"

#include <algorithm>
#include <initializer_list>

#include "autodiffx/draft.hpp"
#include "autodiffx/loops.hpp"

namespace autodiffx {

namespace {

struct Facts {
    int arity;
    bool decides;       // the result is boolean and passive
    unsigned reads[3];  // what the partial of each operand reads
};
template <Op op>
constexpr Facts facts_of() {
    constexpr int arity = Row<op>::arity;
    Facts facts{arity, Row<op>::smoothness == Smoothness::passive, {0, 0, 0}};
    if (facts.decides) return facts;
    facts.reads[0] = partial_reads<op, 0>();
    if constexpr (arity > 1) facts.reads[1] = partial_reads<op, 1>();
    if constexpr (arity > 2) facts.reads[2] = partial_reads<op, 2>();
    return facts;
}
constexpr Facts facts[] = {
#define UNARY(name, ...) facts_of<Op::name>(),
#define BINARY(name, ...) facts_of<Op::name>(),
#define TERNARY(name, ...) facts_of<Op::name>(),
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
};

ArrayResult record_elementwise(Tape& tape, ArrayOp op, const ArrayOperand* operands, int arity,
                               Dtype dtype, bool passive) {
    ArrayOperand kept[3];
    ArrayResult copies[3];
    std::int64_t strides[3][max_ndim];
    unsigned const needed = needed_primals(op, operands, arity);
    for (int k = 0; k < arity; ++k) {
        bool const stays = (needed >> k & 1u) != 0;
        kept[k] = stays ? as_needed(tape, operands[k], copies[k], strides[k]) : operands[k];
    }
    Draft draft;
    draft.op = op;
    draft.arity = arity;
    draft.operands = kept;
    draft.dtype = dtype;
    draft.passive = passive;
    View views[3];
    for (int k = 0; k < arity; ++k) views[k] = kept[k];
    std::int64_t shape[max_ndim];
    draft.ndim = broadcast_shape(views, arity, shape);
    draft.shape = shape;
    draft.loop_over(shape, draft.ndim);
    for (int k = 0; k < arity; ++k) broadcast_strides(kept[k], draft.ndim, draft.strides[k]);
    dense_strides(shape, draft.ndim, draft.strides[arity]);
    return record(tape, draft);
}

// Flags of a statement about its operands, and what follows for the result.
struct Dependence {
    bool active = false, varies = false, deferred = false;

    Dependence(const Draft& draft) {
        for (int k = 0; k < draft.arity; ++k) {
            ArrayOperand const& operand = draft.operands[k];
            active = active || is_active(operand.kind);
            varies = varies || operand.kind != Kind::constant;
            deferred = deferred || operand.deferred;
        }
        active = (active || draft.own) && !draft.passive;
        varies = varies || draft.own;
    }
};

// Whether it is what flat.hpp calls so.
bool is_flat(const Draft& draft) {
    int const arity = draft.arity;
    if (!is_elementwise(draft.op) || draft.dtype != Dtype::float64 || draft.loops != 1)
        return false;
    if (draft.lengths[0] == 0 || draft.written != no_extent) return false;
    if (draft.lengths[0] != 1 && draft.strides[arity][0] != 1) return false;
    for (int k = 0; k < arity; ++k) {
        ArrayOperand const& operand = draft.operands[k];
        bool const is_number = operand.extent == no_extent;
        if (operand.dtype != Dtype::float64) return false;
        if (is_number ? operand.offset != 0 : draft.strides[k][0] != 1) return false;
    }
    return true;
}

// Appends the record; room has been reserved.
void push_words(Tape& tape, const Draft& draft, std::uint32_t extent) {
    auto const push = [&tape](std::int64_t word) { tape.words.push_unchecked(word); };
    push(static_cast<std::int64_t>(static_cast<std::uint64_t>(draft.op) |
                                   static_cast<std::uint64_t>(draft.arity) << 16 |
                                   static_cast<std::uint64_t>(draft.loops) << 24 |
                                   static_cast<std::uint64_t>(draft.ndim) << 32 |
                                   static_cast<std::uint64_t>(draft.dtype) << 40));
    push(extent);
    push(draft.offset);
    push(draft.count);
    for (int i = 0; i < draft.ndim; ++i) push(draft.shape[i]);
    for (int i = 0; i < draft.loops; ++i) push(draft.lengths[i]);
    for (int i = 0; i < draft.loops; ++i) push(draft.strides[draft.arity][i]);
    for (int k = 0; k < draft.arity; ++k) {
        ArrayOperand const& operand = draft.operands[k];
        push(ArrayRecord::place_word(operand.first, operand.extent));
        push(static_cast<std::int64_t>(operand.dtype) | static_cast<std::int64_t>(operand.kind)
                                                            << 8);
        push(operand.offset);
        for (int i = 0; i < draft.loops; ++i) push(draft.strides[k][i]);
    }
    for (std::int64_t i = 0; i < draft.count; ++i) push(draft.indices[i]);
}

}  // namespace

unsigned needed_primals(ArrayOp op, const ArrayOperand* operands, int arity) {
    if (op == ArrayOp::matmul)
        return (is_active(operands[0].kind) ? 2u : 0u) | (is_active(operands[1].kind) ? 1u : 0u);
    if (is_extreme(op)) return is_active(operands[0].kind) ? 1u | Reads::result : 0u;
    if (op == ArrayOp::logsumexp) op = array_op(Op::logsumexp);
    if (!is_elementwise(op)) return 0;
    Kind kinds[3] = {};
    for (int k = 0; k < arity; ++k) kinds[k] = operands[k].kind;
    return needed_by_partials(static_cast<Op>(op), kinds);
}

unsigned needed_by_partials(Op op, const Kind* kinds) {
    Facts const& of = facts[static_cast<std::size_t>(op)];
    unsigned needed = 0;
    for (int k = 0; k < of.arity; ++k) {
        if (is_active(kinds[k])) needed |= of.reads[k];
    }
    return needed;
}

ArrayResult record(Tape& tape, Draft& draft) {
    bool const writes = draft.written != no_extent;
    ArrayResult result;
    std::int64_t const elements = elements_of(draft.shape, draft.ndim);
    result.slots = writes ? tape.extents[draft.written].slots
                          : static_cast<std::uint32_t>(slots_for(elements, draft.dtype));
    result.dtype = draft.dtype;
    result.ndim = draft.ndim;
    std::copy(draft.shape, draft.shape + draft.ndim, result.shape);
    if (draft.count == 0 && draft.op != ArrayOp::matmul)
        draft.loops = join_axes(draft.lengths, draft.strides[0], draft.arity + 1, draft.loops);
    Dependence const depends(draft);
    result.kind = depends.active ? Kind::result : depends.varies ? Kind::varying : Kind::constant;
    result.deferred = depends.deferred;

    std::size_t const words =
        ArrayRecord::head + static_cast<std::size_t>(draft.ndim) +
        2 * static_cast<std::size_t>(draft.loops) +
        static_cast<std::size_t>(draft.arity) * (3 + static_cast<std::size_t>(draft.loops)) +
        static_cast<std::size_t>(draft.count);
    std::size_t const at = tape.words.size();
    // Statements find their record by 32 bits; slots run out long before.
    if (at + words > std::numeric_limits<Slot>::max()) throw std::length_error("a tape is full");
    // If memory ends here, the recording is as it was.
    tape.words.reserve_more(words);
    if (!writes) tape.reserve_extent(result.slots);
    tape.statements.reserve_more(1);
    for (int k = 0; k < draft.arity; ++k) {
        std::uint32_t const extent = draft.operands[k].extent;
        tape.require_kept(extent);
    }

    result.extent = writes ? draft.written : tape.add_extent(result.slots);
    result.first = tape.extents[result.extent].first;
    push_words(tape, draft, result.extent);
    Statement const statement{
        writes ? Op::write : Op::array,
        static_cast<std::uint16_t>(Statement::array_bit | Statement::decision_bit |
                                   (is_flat(draft) ? Statement::flat_bit : 0u) |
                                   (depends.active ? 0u : Statement::passive_bit) |
                                   (depends.deferred ? Statement::deferred_bit : 0u)),
        static_cast<Slot>(at), static_cast<Slot>(words),
        writes ? static_cast<Slot>(tape.primals.size()) : result.last()};
    try {
        evaluate(ArrayRecord(tape, statement), tape.places());
    } catch (...) {  // a product of matrices packs them in memory of its own
        tape.words.truncate(at);
        if (!writes) {
            tape.drop_extents(result.extent);
            tape.primals.truncate(result.first);
        }
        throw;
    }
    unsigned const needed = needed_primals(draft.op, draft.operands, draft.arity);
    bool const flat = (statement.flags & Statement::flat_bit) != 0;
    for (int k = 0; k < draft.arity; ++k) {
        std::uint32_t const extent = draft.operands[k].extent;
        if ((needed >> k & 1u) == 0 || extent == no_extent) continue;
        bool const is_whole = tape.extents[extent].slots == result.slots;
        tape.extents[extent].require(flat && is_whole ? Need::flat : Need::always);
    }
    if ((needed & Reads::result) != 0)
        tape.extents[result.extent].require(flat ? Need::flat : Need::always);
    if (writes || depends.varies) tape.statements.push_unchecked(statement);
    else tape.words.truncate(at);
    tape.note_growth();
    return result;
}

ArrayOperand as_operand(const ArrayResult& result, std::int64_t (&strides)[max_ndim]) {
    dense_strides(result.shape, result.ndim, strides);
    ArrayOperand operand;
    operand.first = result.first;
    operand.extent = result.extent;
    operand.slots = result.slots;
    operand.shape = result.shape;
    operand.strides = strides;
    operand.ndim = result.ndim;
    operand.dtype = result.dtype;
    operand.kind = result.kind;
    operand.deferred = result.deferred;
    return operand;
}

ArrayOperand as_needed(Tape& tape, const ArrayOperand& operand, ArrayResult& copy,
                       std::int64_t (&strides)[max_ndim]) {
    if (operand.extent == no_extent || !tape.extents[operand.extent].assigned) return operand;
    copy = record_copy(tape, operand, operand.dtype, ArrayOp::copy);
    return as_operand(copy, strides);
}

ArrayResult record_copy(Tape& tape, const ArrayOperand& operand, Dtype dtype, ArrayOp how) {
    return record_elementwise(tape, how, &operand, 1, dtype, false);
}

ArrayResult record_stopped(Tape& tape, const ArrayOperand& operand) {
    return record_elementwise(tape, array_op(Op::positive), &operand, 1, operand.dtype, true);
}

ArrayResult record_array(Tape& tape, Op op, const ArrayOperand* operands) {
    int const arity = facts[static_cast<std::size_t>(op)].arity;
    bool const decides = facts[static_cast<std::size_t>(op)].decides;
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

}  // namespace autodiffx
