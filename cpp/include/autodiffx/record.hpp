// Recording: a value and a row. The way from `a * b` to the tape.
#pragma once

#include "autodiffx/inline.hpp"
#include "autodiffx/tape.hpp"

namespace autodiffx {

// A value as the tape in use knows it.
struct Operand {
    Slot slot;
    Kind kind;
    bool deferred;  // depends on a placeholder
};

namespace detail {

template <Op op>
Operand push_result(Tape& tape, double value, unsigned kinds, bool active, bool deferred, Slot a,
                    Slot b) {
    // If memory ends here, the recording is as it was.
    tape.primals.reserve_more(1);
    if (tape.statements.size() == tape.statements.capacity()) tape.statements.reserve_more(1);
    Slot const slot = static_cast<Slot>(tape.primals.size());
    bool const swept = active && Row<op>::smoothness != Smoothness::passive;
    // Kinds are two bits each; varying is the one with only the upper bit set.
    bool const decides = !swept || ((kinds >> 1) & ~kinds & 0b010101u) != 0;
    unsigned const flags = kinds | (swept ? 0u : Statement::passive_bit) |
                           (decides ? Statement::decision_bit : 0u) |
                           (deferred ? Statement::deferred_bit : 0u);
    tape.primals.push_unchecked(value);
    tape.statements.push_unchecked({op, static_cast<std::uint16_t>(flags), a, b, slot});
    return {slot, swept ? Kind::result : Kind::varying, deferred};
}

inline unsigned kind_bits(Operand operand, int position) {
    return static_cast<unsigned>(operand.kind) << (2 * position);
}

}  // namespace detail

// An operand without anything that takes thought: evaluated, and not varying.
struct QuickOperand {
    Slot slot;
    unsigned kind;
};

// Records an operation of which at least one operand is active; there is room
// (Tape::has_room, or make_room and a slot). What differs from record() is only
// what need not be asked.
template <Op op>
AUTODIFFX_INLINE Operand record_in_room(Tape& tape, QuickOperand a, QuickOperand b = {0, 0}) {
    static_assert(Row<op>::smoothness != Smoothness::passive);
    const double* const primals = tape.primals.data();
    double value;
    if constexpr (Row<op>::arity == 1) value = Row<op>::primal(primals[a.slot]);
    else value = Row<op>::primal(primals[a.slot], primals[b.slot]);
    Slot const slot = static_cast<Slot>(tape.primals.size());
    tape.primals.push_unchecked(value);
    tape.statements.push_unchecked(
        {op, static_cast<std::uint16_t>(a.kind | b.kind << 2), a.slot, b.slot, slot});
    return {slot, Kind::result, false};
}
template <Op op>
Operand record_quickly(Tape& tape, QuickOperand a, QuickOperand b = {0, 0}) {
    tape.primals.reserve_more(1);
    return record_in_room<op>(tape, a, b);
}

template <Op op>
Operand record(Tape& tape, Operand a) {
    double const value = Row<op>::primal(tape.primals[a.slot]);
    return detail::push_result<op>(tape, value, detail::kind_bits(a, 0), is_active(a.kind),
                                   a.deferred, a.slot, 0);
}

template <Op op>
Operand record(Tape& tape, Operand a, Operand b) {
    double const value = Row<op>::primal(tape.primals[a.slot], tape.primals[b.slot]);
    return detail::push_result<op>(tape, value, detail::kind_bits(a, 0) | detail::kind_bits(b, 1),
                                   is_active(a.kind) || is_active(b.kind), a.deferred || b.deferred,
                                   a.slot, b.slot);
}

template <Op op>
Operand record(Tape& tape, Operand a, Operand b, Operand c) {
    double const value =
        Row<op>::primal(tape.primals[a.slot], tape.primals[b.slot], tape.primals[c.slot]);
    tape.pairs.push({b.slot, c.slot});
    unsigned const kinds =
        detail::kind_bits(a, 0) | detail::kind_bits(b, 1) | detail::kind_bits(c, 2);
    try {
        return detail::push_result<op>(tape, value, kinds,
                                       is_active(a.kind) || is_active(b.kind) || is_active(c.kind),
                                       a.deferred || b.deferred || c.deferred, a.slot,
                                       static_cast<Slot>(tape.pairs.size() - 1));
    } catch (...) {
        tape.pairs.truncate(tape.pairs.size() - 1);
        throw;
    }
}

// What a guard decides on these primals.
double decide(Relation relation, double a, double b);

// Records that a decision went as it did; returns the guard's index.
std::size_t record_guard(Tape& tape, Relation relation, Operand a, Operand b, bool outcome);

// A value in a sweep that is itself recorded: a slot, or a number not yet on
// any tape. Arithmetic on numbers alone is done at once, and factors of one
// and summands of zero leave no statement.
struct Recorded : number_type {
    Tape* tape = nullptr;  // null: a constant
    double value = 0.0;    // of the constant
    Operand operand{0, Kind::constant, false};

    Recorded(double constant = 0.0) : value(constant) {}
    Recorded(Tape& on, Operand at) : tape(&on), operand(at) {}
    [[nodiscard]] bool is_constant() const { return tape == nullptr; }
    [[nodiscard]] bool is(double number) const { return is_constant() && value == number; }

    [[nodiscard]] Operand on(Tape& target) const {
        return is_constant() ? Operand{target.constant(value), Kind::constant, false} : operand;
    }

    template <Op op>
    static Recorded apply(const Recorded& a) {
        if (a.is_constant()) return Row<op>::primal(a.value);
        if constexpr (op == Op::positive) return a;
        return {*a.tape, record<op>(*a.tape, a.operand)};
    }
    template <Op op>
    static Recorded apply(const Recorded& a, const Recorded& b) {
        if (a.is_constant() && b.is_constant()) return Row<op>::primal(a.value, b.value);
        if (auto const known = known_result<op>(a, b)) return *known;
        Tape& tape = a.is_constant() ? *b.tape : *a.tape;
        Operand const left = a.on(tape), right = b.on(tape);
        return {tape, record<op>(tape, left, right)};
    }
    template <Op op>
    static Recorded apply(const Recorded& a, const Recorded& b, const Recorded& c) {
        if (a.is_constant() && b.is_constant() && c.is_constant()) {
            return Row<op>::primal(a.value, b.value, c.value);
        }
        Tape& tape = !a.is_constant() ? *a.tape : !b.is_constant() ? *b.tape : *c.tape;
        Operand const first = a.on(tape), second = b.on(tape), third = c.on(tape);
        return {tape, record<op>(tape, first, second, third)};
    }
};

}  // namespace autodiffx
