// Flat statements: an operator of the table on float64 arrays of one shape whose elements are
// neighbours, or on these and single numbers. Most statements are, and Statement::flat_bit says
// so; what is done for them is done without looking at strides.
#pragma once

#include "autodiffx/array.hpp"
#include "autodiffx/block.hpp"

namespace autodiffx {

struct FlatOperand {
    Slot first = 0;
    std::uint32_t extent = no_extent;  // of a single number
    Kind kind = Kind::constant;
    std::int64_t offset = 0;  // elements from the array's first
};

// Records it: make_room has been called, no operand is deferred or being assigned to, one at least
// varies, and the result is float64. Throws std::length_error and std::bad_alloc, the recording as
// it was. Returns the result's extent.
std::uint32_t record_flat(Tape& tape, Op op, const FlatOperand* operands, const std::int64_t* shape,
                          int ndim, std::uint32_t elements, Kind& kind);

// The words of a record as they are in a flat statement, one loop and all.
struct FlatRecord {
    const std::int64_t* words;
    FlatRecord(const Tape& tape, const Statement& statement)
        : words(tape.words.data() + statement.a) {}

    [[nodiscard]] Op op() const { return static_cast<Op>(words[0] & 0xffff); }
    [[nodiscard]] int arity() const { return static_cast<int>(words[0] >> 16 & 0xff); }
    [[nodiscard]] int ndim() const { return static_cast<int>(words[0] >> 32 & 0xff); }
    [[nodiscard]] std::uint32_t extent() const { return static_cast<std::uint32_t>(words[1]); }
    [[nodiscard]] std::uint32_t length() const {
        return static_cast<std::uint32_t>(words[ArrayRecord::head + ndim()]);
    }
    [[nodiscard]] FlatOperand operand(int k) const {
        const std::int64_t* const at = words + ArrayRecord::head + ndim() + 2 + 4 * k;
        auto const place = static_cast<std::uint64_t>(at[0]);
        return {static_cast<Slot>(place), static_cast<std::uint32_t>(place >> 32),
                static_cast<Kind>(at[1] >> 8), at[2]};
    }
};

// One of them in a reverse sweep; or, if it says where, its primals are made once more. Where a
// pointer is to memory for a single block of the elements, the elements of each block in turn are
// there.
struct FlatStep {
    Op op;
    double* made = nullptr;
    const double* adjoint;
    const double* result;
    const double* operands[3];
    double* found[3];      // adjoints of the operands; null where none is wanted
    unsigned numbers = 0;  // bit k: operand k is a single number
    unsigned assigns = 0;  // bit k: nothing has been contributed to operand k yet
    unsigned blocks = 0;   // bit k: found[k] holds one block; bit 3: so does the adjoint
    unsigned again = 0;    // bit k: so does operands[k], whose primals are computed again
};

// Passes on the adjoints of elements [from, from + scratch.length).
void pull_back_flat(const FlatStep& step, std::size_t from, Scratch& scratch);
// Computes the primals of elements [from, from + length) into the block step.made.
void make_flat(const FlatStep& step, std::size_t from, std::size_t length);

// From so many elements on flat statements are swept in runs. Tests try all of them both ways.
extern std::uint32_t run_from;

}  // namespace autodiffx
