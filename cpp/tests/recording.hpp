// Tapes, variables and handles that end with the test, and short words to record with.
#pragma once

#include <vector>

#include "autodiffx/record.hpp"
#include "autodiffx/sweep.hpp"

namespace recording {

using autodiffx::Handle;
using autodiffx::Kind;
using autodiffx::Leaf;
using autodiffx::LeafAdjoint;
using autodiffx::Op;
using autodiffx::Operand;
using autodiffx::Slot;
using autodiffx::Tape;

struct Owned {
    Tape* const tape;
    explicit Owned(Tape::Role role) : tape(new Tape(role)) { tape->retain(); }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() { tape->release(); }
    operator Tape&() const { return *tape; }
    Tape* operator->() const { return tape; }
};
struct Ambient : Owned {
    Ambient() : Owned(Tape::Role::ambient) {}
};
struct Graph : Owned {
    Graph() : Owned(Tape::Role::graph) {}
};

struct Variable {
    Leaf* const leaf = new Leaf;
    Variable() = default;  // a placeholder
    explicit Variable(double value) { leaf->set(value); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { leaf->release(); }
    Operand on(Tape& tape) const { return {tape.input(*leaf), Kind::leaf, !leaf->has_value}; }
};

// A value that somebody still holds.
struct Held : Handle {
    Held(Tape& on, Operand at) {
        on.link(*this, at.slot, at.kind == Kind::varying ? State::varying : State::result,
                at.deferred);
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() {
        if (on_tape()) tape->unlink(*this);
    }
    [[nodiscard]] Operand operand() const {
        return {slot, state == State::varying ? Kind::varying : Kind::result, deferred};
    }
    [[nodiscard]] double primal() const { return on_tape() ? tape->primals[slot] : value; }
};

inline Operand number(Tape& tape, double value) {
    return {tape.constant(value), Kind::constant, false};
}

// What `found` says of one variable, all its entries together.
inline double adjoint_of(const std::vector<LeafAdjoint>& found, const Variable& variable) {
    double sum = 0.0;
    for (const LeafAdjoint& entry : found) sum += entry.leaf == variable.leaf ? entry.adjoint : 0.0;
    return sum;
}
inline bool names(const std::vector<LeafAdjoint>& found, const Variable& variable) {
    for (const LeafAdjoint& entry : found) {
        if (entry.leaf == variable.leaf) return true;
    }
    return false;
}

// sin(x y) + x / y, which uses both variables twice; the gradient's rounding is that of a sweep.
inline Operand wave(Tape& tape, Operand x, Operand y) {
    const Operand sine =
        autodiffx::record<Op::sin>(tape, autodiffx::record<Op::multiply>(tape, x, y));
    return autodiffx::record<Op::add>(tape, sine, autodiffx::record<Op::divide>(tape, x, y));
}

}  // namespace recording
