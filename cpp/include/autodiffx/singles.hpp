// Singles: statements on float32 arrays in a plain reverse sweep, without doubles put into memory
// in between.
#pragma once

#include "autodiffx/array.hpp"

namespace autodiffx {

// Passes on the adjoint of a statement all of whose arrays are float32, with elements that are
// neighbours or repeat along the inner loop, and whose partials are arithmetic or a single operator
// that has a loop of its own. False, and nothing done, if it is another.
bool pull_back_single(const ArrayRecord& record, const AdjointPlaces<double>& at);

}  // namespace autodiffx
