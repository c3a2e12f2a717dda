// Runs: how a block is read from the elements of a view, and added to them.
//
// Elements lie in the slots with `components` numbers each: one in a plain sweep, two (value and
// tangent) in a sweep over dual numbers.
#pragma once

#include "autodiffx/array.hpp"
#include "autodiffx/block.hpp"

namespace autodiffx {

// One component of the elements of an array, in the order of a record's loops.
class Run {
public:
    // `extent`: where the numbers of the array's first slot are.
    Run(const void* extent, const ArrayPart& part, const ArrayRecord& record, int components = 1,
        int component = 0);

    // Elements [from, from + Scratch::length) in the loops' order.
    [[nodiscard]] Block read(std::int64_t from) const;
    // Adds to them, in whatever order; repeated elements add up.
    void add(std::int64_t from, const Block& block) const;
    // Adds what a partial passes on of an adjoint.
    void add_chain(std::int64_t from, const Block& adjoint, const Block& partial) const;
    // The same where there was nothing.
    void assign_chain(std::int64_t from, const Block& adjoint, const Block& partial) const;
    // Puts the block in place of them.
    void write(std::int64_t from, const Block& block) const;

private:
    template <class S, class Use>
    void for_each(std::int64_t from, Use use) const;
    template <class Use>
    void for_each_in_column(std::int64_t from, Use use) const;
    template <class Use>
    void visit(std::int64_t from, Use use) const;

    char* base_;
    Dtype dtype_;
    int components_;
    int loops_;
    bool repeats_;     // one element for all
    bool neighbours_;  // one element after the other
    bool dense_;       // and these are doubles
    bool is_row_;      // one row of doubles for all rows
    bool is_column_;   // one column for all columns
    const std::int64_t* lengths_;
    const std::int64_t* strides_;
};

}  // namespace autodiffx
