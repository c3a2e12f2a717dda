// Partials: the rows of the table as data, for sweeps that are not compiled once for each operator.
#pragma once

#include "autodiffx/block.hpp"

namespace autodiffx {

// Of one operator. Bits as in partial_reads().
struct Partials {
    int arity;
    bool passive;  // a decision, of which nobody asks them
    unsigned reads[3];
    double (*numbers[3])(const double* operands, double result);
    Block (*blocks[3])(const Block* operands, const Block& result);
    dual<Block> (*twofold[3])(const dual<Block>* operands, const dual<Block>& result);

    [[nodiscard]] Block at(int i, const Block* operands, const Block& result) const {
        return blocks[i](operands, result);
    }
    [[nodiscard]] dual<Block> at(int i, const dual<Block>* operands,
                                 const dual<Block>& result) const {
        return twofold[i](operands, result);
    }
};

const Partials& partials_of(Op op);

}  // namespace autodiffx
