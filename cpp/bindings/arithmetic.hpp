// The number protocol that Variable and Dual share.
#pragma once

#include <vector>

#include "common.hpp"

namespace autodiffx::bindings {

const std::vector<PyType_Slot>& number_slots();
const std::vector<PyMethodDef>& number_methods();
PyObject* compare(PyObject* a, PyObject* b, int operation);
// x rounded to a number of decimals, as numpy.round does it.
PyObject* rounded(PyObject* self, PyObject* decimals);

}  // namespace autodiffx::bindings
