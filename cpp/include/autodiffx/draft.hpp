// Draft: an array statement before it is recorded. What the files that record them share.
#pragma once

#include <algorithm>

#include "autodiffx/array.hpp"

namespace autodiffx {

struct Draft {
    ArrayOp op{};
    int arity = 1;
    const ArrayOperand* operands = nullptr;
    Dtype dtype = Dtype::float64;       // of the result
    bool passive = false;               // a decision
    bool own = false;                   // a statement even if nothing varies: it can be assigned to
    std::uint32_t written = no_extent;  // the extent that a write goes to
    std::int64_t offset = 0;            // in the result, where the loops begin
    const std::int64_t* indices = nullptr;
    std::int64_t count = 0;               // of indices
    int ndim = 0;                         // of the result
    const std::int64_t* shape = nullptr;  // of the result
    int loops = 0;
    std::int64_t lengths[max_ndim];
    std::int64_t strides[4][max_ndim];  // of each operand, then of the result

    void loop_over(const std::int64_t* of, int axes) {
        loops = axes;
        std::copy(of, of + axes, lengths);
    }
};

// Records it and computes its primal; the elements of a write are replaced.
ArrayResult record(Tape& tape, Draft& draft);

// Which primals the active ones among the operands need for their partials: bits as of
// partial_reads.
unsigned needed_primals(ArrayOp op, const ArrayOperand* operands, int arity);
// The same of an operator of the table.
unsigned needed_by_partials(Op op, const Kind* kinds);

}  // namespace autodiffx
