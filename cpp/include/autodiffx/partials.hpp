// Partials: the rows of the table as data, for sweeps that are not compiled once for each operator.
#pragma once

#include "autodiffx/block.hpp"

namespace autodiffx {

// Of one operator. Bits as in partial_reads().
struct Partials {
    int arity;
    unsigned reads[3];
    double (*numbers[3])(const double* operands, double result);
    Block (*blocks[3])(const Block* operands, const Block& result);
};

const Partials& partials_of(Op op);

}  // namespace autodiffx
