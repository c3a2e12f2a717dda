// Rows: arithmetic on matrices whose rows are short.
#pragma once

#include "autodiffx/array.hpp"

namespace autodiffx {

// The primal of a statement that is + - * or / on rows of one dtype; false if it is none.
bool evaluate_rows(const ArrayRecord& record, Places<double> primals);

}  // namespace autodiffx
