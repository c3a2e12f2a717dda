// Statement: one recorded operation, and how its operands take part.
#pragma once

#include <cstddef>
#include <cstdint>

#include "autodiffx/op.hpp"
#include "autodiffx/view.hpp"

namespace autodiffx {

// How an operand takes part. Bit 0: active, a sweep passes through it.
enum class Kind : std::uint8_t {
    constant = 0,  // passive, the same number in every replay
    result = 1,    // active, computed on this tape (or an input that a transform made)
    varying = 2,   // passive, but a replay computes it anew
    leaf = 3,      // active, an input of this tape: stands below everything a sweep visits
};
inline bool is_active(Kind kind) { return (static_cast<unsigned>(kind) & 1u) != 0; }

// What a guard recorded. The other four comparisons are these with the
// operands or the outcome turned round.
enum class Relation : std::uint8_t { less, less_equal, equal, truth, trunc, floor, ceil, rint };

// One recorded operation, 16 bytes. With three operands, `b` is an index into
// Tape::pairs, where the second and third stand. An operation on arrays has its
// record in Tape::words from `a` on, `b` words long, and the last slot of its
// result in `result`. A guard and a write into an array have no result; their
// `result` is the next free slot, so that results never decrease.
struct Statement {
    Op op;
    std::uint16_t flags;  // kinds of a, b, c in bits 0-1, 2-3, 4-5; see below
    Slot a, b;
    Slot result;

    static constexpr unsigned passive_bit = 1u << 6;   // the result is varying, not active
    static constexpr unsigned deferred_bit = 1u << 7;  // depends on a placeholder
    static constexpr unsigned outcome_bit = 1u << 8;   // guards: what was decided
    static constexpr unsigned relation_shift = 9;      // guards: the Relation, 3 bits
    // Is a decision, has one as an operand, or is an array's: what a reverse sweep looks closer at.
    static constexpr unsigned decision_bit = 1u << 12;
    static constexpr unsigned array_bit = 1u << 13;  // Op::array or Op::write
    static constexpr unsigned flat_bit = 1u << 14;   // of these, what flat.hpp says

    [[nodiscard]] bool is_array() const { return (flags & array_bit) != 0; }
    [[nodiscard]] bool has_result() const { return op != Op::guard && op != Op::write; }

    [[nodiscard]] Kind kind(int operand) const {
        return static_cast<Kind>((flags >> (2 * operand)) & 3u);
    }
    [[nodiscard]] Relation relation() const {
        return static_cast<Relation>((flags >> relation_shift) & 7u);
    }
};
static_assert(sizeof(Statement) == 16);

struct Pair {
    Slot b, c;
};

namespace detail {
inline constexpr std::uint8_t arities[] = {
#define UNARY(name, ...) 1,
#define BINARY(name, ...) 2,
#define TERNARY(name, ...) 3,
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
    2,  // guard
    0,  // array: its operands stand in the record
    0,  // write: likewise
};
inline constexpr bool passive[] = {
#define UNARY(name, visibility, smoothness, ...) Smoothness::smoothness == Smoothness::passive,
#define BINARY(name, visibility, smoothness, ...) Smoothness::smoothness == Smoothness::passive,
#define TERNARY(name, visibility, smoothness, ...) Smoothness::smoothness == Smoothness::passive,
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
};
}  // namespace detail
// Whether an operator of the table gives truth values, on arrays booleans.
inline bool decides(Op op) { return detail::passive[static_cast<std::size_t>(op)]; }
inline int arity_of(Op op) { return detail::arities[static_cast<std::size_t>(op)]; }

}  // namespace autodiffx
