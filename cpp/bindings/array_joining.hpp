// Arrays joined along an axis that they have, or along a new one.
#pragma once

#include "arrays.hpp"

namespace autodiffx::bindings {

// numpy.concatenate or numpy.stack of such arguments as autodiffx.numpy need not look at; null,
// without error, for all others.
PyObject* joined_by_function(PyObject* function, PyObject* arguments, PyObject* keywords);

// _join(arrays, axis) and _stack(arrays, axis), of a list or tuple; None where they are not arrays
// of fitting shapes with a Variable among them, for autodiffx.numpy knows what to do or to say.
void register_joining(py::module_& module);

}  // namespace autodiffx::bindings
