// The attributes of Variables, and what reads and checks them.
#pragma once

#include "common.hpp"

namespace autodiffx::bindings {

extern PyGetSetDef variable_attributes[];

// The number that was given, or a TypeError that says what `what` takes.
double number_or_raise(char const* what, PyObject* value);
void set_name(Leaf& leaf, PyObject* name);
// The statement that computed it, or null for leaves, constants, arguments of
// transforms and what was cleared.
const Statement* statement_of(const Handle& handle);

}  // namespace autodiffx::bindings
