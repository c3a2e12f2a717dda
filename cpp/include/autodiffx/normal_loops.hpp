// Normal loops: ndtr, erf and erfc over runs of float64, in the bits of an installed loop and in
// less than its time.
#pragma once

#include "autodiffx/loops.hpp"

namespace autodiffx {

// For ndtr, erf or erfc: a loop that gives what the installed one gives, bit by bit, and calls it
// for what is not ordinary. If numbers at which both are tried differ, the installed loop itself,
// and so for every other operator. What is installed last for an operator serves all its loops.
Loop quicker_loop(Op op, Loop installed);

}  // namespace autodiffx
