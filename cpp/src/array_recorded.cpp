// Array statements in recorded sweeps: what they pass on is recorded as array statements.
#include "autodiffx/external.hpp"
#include "autodiffx/field.hpp"
#include "autodiffx/sweep.hpp"
#include "autodiffx/unpacked.hpp"

namespace autodiffx {

namespace {

// Elements that an extent has room for.
std::int64_t room(std::uint32_t slots, Dtype dtype) {
    return std::int64_t{slots} * 8 / static_cast<std::int64_t>(item_size(dtype));
}

// One statement of a recorded sweep.
struct Step {
    Tape& tape;
    RecordedAdjoints& adjoints;
    Unpacked const at;

    // The part in the shape of the loops.
    [[nodiscard]] Field field(const ArrayPart& part) const {
        if (part.extent == no_extent && part.kind == Kind::constant &&
            part.dtype == Dtype::float64) {
            return tape.primals[part.first];
        }
        Field field;
        field.tape = &tape;
        field.first = part.first;
        field.extent = part.extent;
        field.slots = part.slots;
        field.dtype = part.dtype;
        field.kind = part.kind;
        field.deferred = at.deferred;
        field.offset = part.offset;
        field.ndim = at.loops;
        std::copy(at.lengths, at.lengths + at.loops, field.shape);
        std::copy(part.strides, part.strides + at.loops, field.strides);
        return field;
    }

    // ---- the adjoint of the result ---------------------------------------------

    // As one axis of all that the extent has room for.
    [[nodiscard]] Field flat(const RecordedAdjoints::Array& adjoint) const {
        return flat(adjoint, at.result);
    }
    [[nodiscard]] Field flat(const RecordedAdjoints::Array& adjoint, const ArrayPart& of) const {
        Field field;
        field.tape = &tape;
        field.first = adjoint.first;
        field.extent = adjoint.extent;
        field.slots = of.slots;
        field.dtype = of.dtype;
        field.kind = adjoint.kind;
        field.deferred = adjoint.deferred;
        field.ndim = 1;
        field.shape[0] = room(field.slots, field.dtype);
        field.strides[0] = 1;
        return field;
    }
    // In the shape of the loops.
    [[nodiscard]] Field seen(const RecordedAdjoints::Array& adjoint) const {
        Field field = flat(adjoint);
        field.offset = at.result.offset;
        field.ndim = at.loops;
        std::copy(at.lengths, at.lengths + at.loops, field.shape);
        std::copy(at.result.strides, at.result.strides + at.loops, field.strides);
        return field;
    }
    // An array of its own, to be assigned to.
    void own(RecordedAdjoints::Array& adjoint) const {
        if (adjoint.owned) return;
        Field const field = flat(adjoint);
        put(adjoint, record_fill(tape, field.operand(), field.shape, 1, field.dtype));
        adjoint.owned = true;
    }
    static void put(RecordedAdjoints::Array& adjoint, const ArrayResult& result) {
        adjoint.present = true;
        adjoint.owned = false;
        adjoint.first = result.first;
        adjoint.extent = result.extent;
        adjoint.kind = result.kind;
        adjoint.deferred = result.deferred;
    }
    // Brings in what scalar statements passed to single elements.
    void take_in_elements(RecordedAdjoints::Array& adjoint) const {
        if (tape.is_apart(at.result.extent)) return;  // its elements were never wanted
        Slot const first = at.result.first;
        for (Slot slot = first; slot <= at.result.last(); ++slot) {
            Recorded& element = adjoints.values[slot - adjoints.base];
            if (adjoints.reached[slot - adjoints.base] == 0 || element.is(0.0)) continue;
            if (!adjoint.present) {
                ArrayOperand zero;
                zero.first = tape.constant(0.0);
                std::int64_t const length = room(at.result.slots, at.result.dtype);
                put(adjoint, record_fill(tape, zero, &length, 1, at.result.dtype));
                adjoint.owned = true;
            }
            own(adjoint);
            Field target = flat(adjoint);
            target.offset = slot - first;
            target.ndim = 0;
            ArrayOperand const before = target.operand();
            ArrayResult const present = record_copy(tape, before, Dtype::float64, ArrayOp::copy);
            Recorded const sum =
                Recorded(tape, {present.first, present.kind, present.deferred}) + element;
            Operand const number = sum.on(tape);
            ArrayOperand value;
            value.first = number.slot;
            value.kind = number.kind;
            value.deferred = number.deferred;
            write(adjoint, target, value);
            element = Recorded(0.0);
        }
    }
    void write(RecordedAdjoints::Array& adjoint, const Field& target,
               const ArrayOperand& value) const {
        adjoint.extent = record_write(tape, target.operand(), value);
        adjoint.first = tape.extents[adjoint.extent].first;
    }

    // ---- what it passes on -------------------------------------------------------

    [[nodiscard]] bool wanted(const ArrayPart& part) const {
        return part.kind == Kind::result && part.first >= adjoints.base;
    }

    void mark(const ArrayPart& part) const {
        adjoints.lowest = std::min(adjoints.lowest, part.first);
        adjoints.reached[part.last() - adjoints.base] = reached_actively;
    }
    void contribute(const ArrayPart& part, Field contribution) const {
        if (!wanted(part)) return;
        mark(part);
        if (contribution.is(0.0) || at.total() == 0) return;
        if (contribution.is_number()) spread_out(contribution, part.dtype);
        if (contribution.dtype != part.dtype) {
            ArrayOperand const operand = contribution.operand();
            contribution = Field(tape, record_copy(tape, operand, part.dtype));
        }
        if (part.extent == no_extent) add_to_number(part, contribution);
        else add_to_array(part, contribution);
    }
    // A number as an array in the shape of the loops.
    void spread_out(Field& number, Dtype dtype) const {
        ArrayOperand const operand = number.operand_beside(tape, dtype);
        number = Field();
        number.tape = &tape;
        number.first = operand.first;
        number.dtype = operand.dtype;
        number.ndim = at.loops;
        std::copy(at.lengths, at.lengths + at.loops, number.shape);
        std::fill_n(number.strides, at.loops, std::int64_t{0});
    }
    void add_to_number(const ArrayPart& part, const Field& contribution) const {
        ArrayResult const sum = record_total(tape, contribution.operand());
        Recorded& adjoint = adjoints.values[part.first - adjoints.base];
        adjoint = adjoint + Recorded(tape, {sum.first, sum.kind, sum.deferred});
    }
    void add_to_array(const ArrayPart& part, const Field& contribution) const {
        std::int64_t const length = room(part.slots, part.dtype);
        ArrayResult term;
        if (covers(part)) {
            term = record_reshaped(tape, contribution.operand(), ArrayOp::copy, &length, 1);
        } else {
            term =
                record_spread(tape, contribution.operand(), &length, 1, part.offset, part.strides);
        }
        accumulate(part, term);
    }
    // Adds an array of the size of the part's extent to its adjoint.
    void accumulate(const ArrayPart& part, const ArrayResult& term) const {
        RecordedAdjoints::Array& adjoint = adjoints.array(part.extent);
        if (!adjoint.present) {
            put(adjoint, term);
            return;
        }
        std::int64_t strides[max_ndim];
        Field const before = flat(adjoint, part);
        ArrayOperand const operands[] = {before.operand(), as_operand(term, strides)};
        put(adjoint, record_array(tape, Op::add, operands));
    }
    // Whether the loops run over the whole extent in its own order.
    [[nodiscard]] bool covers(const ArrayPart& part) const {
        if (part.offset != 0 || at.total() != room(part.slots, part.dtype)) return false;
        std::int64_t step = 1;
        for (int i = at.loops; i-- > 0;) {
            if (at.lengths[i] != 1 && part.strides[i] != step) return false;
            step *= at.lengths[i];
        }
        return true;
    }

    template <Op op>
    void elementwise(const Field& adjoint) const {
        constexpr int arity = Row<op>::arity;
        if constexpr (Row<op>::smoothness != Smoothness::passive) {
            unsigned reads = 0;
            reads |= wanted(at.operands[0]) ? partial_reads<op, 0>() : 0u;
            if constexpr (arity > 1) reads |= wanted(at.operands[1]) ? partial_reads<op, 1>() : 0u;
            if constexpr (arity > 2) reads |= wanted(at.operands[2]) ? partial_reads<op, 2>() : 0u;
            Field values[arity], r;
            for (int k = 0; k < arity; ++k) {
                if ((reads >> k & 1u) != 0) values[k] = field(at.operands[k]);
            }
            if ((reads & Reads::result) != 0) r = field(at.result);
            pass<op, 0>(adjoint, values, r);
            if constexpr (arity > 1) pass<op, 1>(adjoint, values, r);
            if constexpr (arity > 2) pass<op, 2>(adjoint, values, r);
        }
    }
    template <Op op, int i>
    void pass(const Field& adjoint, const Field* values, const Field& r) const {
        if (!wanted(at.operands[i])) return;
        Field partial;
        if constexpr (Row<op>::arity == 1) partial = Row<op>::template partial<i>(values[0], r);
        else if constexpr (Row<op>::arity == 2)
            partial = Row<op>::template partial<i>(values[0], values[1], r);
        else partial = Row<op>::template partial<i>(values[0], values[1], values[2], r);
        contribute(at.operands[i], table::chain(adjoint, partial));
    }

    [[nodiscard]] RecordedAdjoints::Array& settled() const {
        RecordedAdjoints::Array& adjoint = adjoints.array(at.result.extent);
        if (at.result.dtype == Dtype::float64) take_in_elements(adjoint);
        return adjoint;
    }
    // A part of a product, without the loop along which it repeats.
    [[nodiscard]] Field matrix(Field field, int rows, int columns) const {
        std::int64_t const shape[] = {field.shape[rows], field.shape[columns]};
        std::int64_t const steps[] = {field.strides[rows], field.strides[columns]};
        field.ndim = 2;
        std::copy(shape, shape + 2, field.shape);
        std::copy(steps, steps + 2, field.strides);
        return field;
    }
    void matmul(const RecordedAdjoints::Array& adjoint) const {
        enum { m, n, k };
        Field const found = matrix(seen(adjoint), m, n);
        Field const of_a = matrix(field(at.operands[0]), k, m);
        Field const of_b = matrix(field(at.operands[1]), n, k);
        if (wanted(at.operands[0]))
            pass_product(at.operands[0], record_matmul(tape, found.operand(), of_b.operand()), m,
                         k);
        if (wanted(at.operands[1]))
            pass_product(at.operands[1], record_matmul(tape, of_a.operand(), found.operand()), k,
                         n);
    }
    // Adds a matrix along two of the loops to the adjoint of an operand.
    void pass_product(const ArrayPart& part, const ArrayResult& product, int rows,
                      int columns) const {
        mark(part);
        if (part.extent == no_extent) return add_to_number(part, Field(tape, product));
        std::int64_t const length = room(part.slots, part.dtype);
        std::int64_t const strides[] = {part.strides[rows], part.strides[columns]};
        std::int64_t dense[max_ndim];
        ArrayOperand const operand = as_operand(product, dense);
        accumulate(part, record_spread(tape, operand, &length, 1, part.offset, strides));
    }
    void run() const {
        if (at.result.dtype == Dtype::boolean) return;
        RecordedAdjoints::Array& adjoint = settled();
        if (!adjoint.present) {
            // Reached with adjoint zero: so is what it was made of.
            for (int k = 0; k < at.arity; ++k) contribute(at.operands[k], 0.0);
            return;
        }
        if (is_elementwise(at.op)) return elementwise_any(seen(adjoint));
        if (is_extreme(at.op) && wanted(at.operands[0]))
            return contribute(at.operands[0],
                              table::chain(seen(adjoint), shares_of_ties(field(at.operands[0]),
                                                                         field(at.result))));
        if (at.op == ArrayOp::logsumexp) return elementwise<Op::logsumexp>(seen(adjoint));
        std::int64_t const count = static_cast<std::int64_t>(at.indices.size());
        ArrayPart const& operand = at.operands[0];
        std::int64_t const length = room(operand.slots, operand.dtype);
        if (at.op == ArrayOp::matmul) return matmul(adjoint);
        Field const whole = flat(adjoint), view = seen(adjoint);
        switch (at.op) {
            case ArrayOp::take:
                if (wanted(operand)) {
                    mark(operand);
                    if (operand.extent == no_extent) add_to_number(operand, view);
                    else
                        accumulate(operand,
                                   record_put(tape, view.operand(), at.indices.data(), &length, 1));
                }
                return;
            case ArrayOp::put:
            case ArrayOp::write_at:
                if (wanted(operand)) {
                    ArrayResult const taken =
                        record_take(tape, whole.operand(), at.indices.data(), &count, 1);
                    contribute(operand, Field(tape, taken));
                }
                if (at.op == ArrayOp::write_at) {
                    own(adjoint);
                    Field const owned = flat(adjoint);
                    ArrayOperand const zero = Field(0.0).operand_beside(tape, at.result.dtype);
                    adjoint.extent =
                        record_write_at(tape, owned.operand(), at.indices.data(), count, zero);
                    adjoint.first = tape.extents[adjoint.extent].first;
                }
                return;
            case ArrayOp::write:
                if (wanted(operand)) {
                    contribute(operand, Field(tape, record_copy(tape, view.operand(),
                                                                at.result.dtype, ArrayOp::gather)));
                }
                own(adjoint);
                write(adjoint, seen(adjoint), Field(0.0).operand_beside(tape, at.result.dtype));
                return;
            default:
                contribute(operand, view);
        }
    }
    void elementwise_any(const Field& adjoint) const {
        using Pass = void (Step::*)(const Field&) const;
        static constexpr Pass passes[] = {
#define UNARY(name, ...) &Step::elementwise<Op::name>,
#define BINARY(name, ...) &Step::elementwise<Op::name>,
#define TERNARY(name, ...) &Step::elementwise<Op::name>,
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
        };
        (this->*passes[static_cast<std::size_t>(at.op)])(adjoint);
    }
};

}  // namespace

RecordedAdjoints::Array& settled(Tape& tape, const Statement& statement,
                                 RecordedAdjoints& adjoints) {
    return Step{tape, adjoints, Unpacked(tape, statement)}.settled();
}

void pull_back(Tape& tape, const Statement& statement, RecordedAdjoints& adjoints) {
    if (External* const external = external_of(tape, statement))
        return pull_back(tape, statement, *external, adjoints);
    Step{tape, adjoints, Unpacked(tape, statement)}.run();
}

void pass_on(Tape& tape, RecordedAdjoints& adjoints, const ArrayOperand& operand,
             const ArrayResult* contribution) {
    ArrayPart const part{operand.first, operand.extent, operand.slots,  operand.dtype,
                         operand.kind,  operand.offset, operand.strides};
    Step{tape, adjoints, Unpacked(operand, part)}.contribute(
        part, contribution == nullptr ? Field(0.0) : Field(tape, *contribution));
}

}  // namespace autodiffx
