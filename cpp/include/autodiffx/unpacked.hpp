// Unpacked: an array statement that can be read while others are recorded.
#pragma once

#include <algorithm>
#include <vector>

#include "autodiffx/array.hpp"

namespace autodiffx {

// A copy of a record, which moves when the tape grows.
struct Unpacked {
    ArrayOp op;
    int arity, loops;
    std::int64_t lengths[max_ndim];
    ArrayPart result, operands[3];
    std::int64_t strides[4][max_ndim];
    std::vector<std::int64_t> indices;
    bool deferred;

    Unpacked(const Tape& tape, const Statement& statement)
        : deferred((statement.flags & Statement::deferred_bit) != 0) {
        ArrayRecord const record(tape, statement);
        op = record.op();
        result = record.result();
        if (op == ArrayOp::external) {  // its operands stand elsewhere
            arity = loops = 0;
            return;
        }
        arity = record.arity();
        loops = record.loops();
        std::copy(record.lengths(), record.lengths() + loops, lengths);
        for (int k = 0; k <= arity; ++k) {
            ArrayPart& part = k < arity ? operands[k] : result;
            if (k < arity) part = record.operand(k);
            std::copy(part.strides, part.strides + loops, strides[k]);
            part.strides = strides[k];
        }
        if (record.indices() > 0)
            indices.assign(record.index_list(), record.index_list() + record.indices());
    }
    // Of one operand alone: what an external statement passes on to it.
    Unpacked(const ArrayOperand& operand, const ArrayPart& of_result)
        : op(ArrayOp::external),
          arity(0),
          loops(operand.ndim),
          result(of_result),
          deferred(operand.deferred) {
        std::copy(operand.shape, operand.shape + loops, lengths);
    }
    // Its parts point to its own strides.
    Unpacked(const Unpacked&) = delete;
    Unpacked& operator=(const Unpacked&) = delete;
    [[nodiscard]] std::int64_t total() const {
        std::int64_t total = 1;
        for (int i = 0; i < loops; ++i) total *= lengths[i];
        return total;
    }
};

}  // namespace autodiffx
