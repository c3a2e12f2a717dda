// Partial loops: rows that only partials read, over runs of elements, made of loops that are
// installed and of arithmetic that becomes vector instructions.
#pragma once

#include "autodiffx/loops.hpp"

namespace autodiffx {

// Null where the operator's kernel, element by element, is all there is. Where operands do not lie
// side by side, or repeat, the kernel is called as well.
Loop::Function partial_loop(Op op);
// The same over float32.
Loop::Function single_partial_loop(Op op);

}  // namespace autodiffx
