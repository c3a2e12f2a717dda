// How Variables are made: by their type, and from a pickle.
#pragma once

#include "common.hpp"

namespace autodiffx::bindings {

// tp_new and tp_init.
PyObject* create(PyTypeObject* type, PyObject* arguments, PyObject* keywords);
int initialise_variable(PyObject* self, PyObject* arguments, PyObject* keywords);
int initialise_constant(PyObject* self, PyObject* arguments, PyObject* keywords);
// __reduce__, and what it names.
PyObject* reduce(PyObject* self, PyObject*);
py::object restore_variable(const py::object& type, const py::object& value, const py::object& name,
                            const py::object& grad, const py::object& dtype);

}  // namespace autodiffx::bindings
