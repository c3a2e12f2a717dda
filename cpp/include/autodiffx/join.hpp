// Joins: arrays put one after the other along an axis, an external statement of the engine's own.
#pragma once

#include <vector>

#include "autodiffx/external.hpp"

namespace autodiffx {

// Arrays that have the axis and agree in all others, in the strongest of their dtypes; make_room
// has been called. No partial reads their primals. Throws std::length_error, std::bad_alloc.
ArrayResult record_join(Tape& tape, std::vector<ArrayOperand> operands, int axis);

}  // namespace autodiffx
