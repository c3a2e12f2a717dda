// The number protocol that Variable and Dual share.
#pragma once

#include <vector>

#include "common.hpp"

namespace autodiffx::bindings {

const std::vector<PyType_Slot>& number_slots();
const std::vector<PyMethodDef>& number_methods();
// Records that a decision went as it did, at this place of the user's code.
void guard(Tape& tape, Relation relation, Operand a, Operand b, bool outcome);
PyObject* compare(PyObject* a, PyObject* b, int operation);
// Its outcome of numbers: Python's truth value, or NumPy's, of which ~ is the negation.
PyObject* decision(bool outcome);
// The square is exact and quick, so the plain exponent 2 stands for it, as in
// NumPy's arrays.
Op power_or_square(PyObject* base, PyObject* exponent);
// x rounded to a number of decimals, as numpy.round does it.
PyObject* rounded(PyObject* self, PyObject* decimals);

}  // namespace autodiffx::bindings
