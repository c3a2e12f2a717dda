// What code written for autograd expects of operators, where that is not what NumPy does.
#include "arithmetic.hpp"
#include "arrays.hpp"
#include "number.hpp"

namespace autodiffx::bindings {

__thread bool follows_autograd = false;

void require_assignable(PyObject* self) {
    if (!follows_autograd) return;
    raise_type_error("a " + type_name(self) +
                     " does not support item assignment in code written for autograd: join its "
                     "parts with np.concatenate or np.where, or take the derivative with "
                     "autodiffx.grad");
}

PyObject* decision(bool outcome) {
    if (!follows_autograd) return PyBool_FromLong(outcome);
    py::object const found = py::module_::import("numpy").attr(outcome ? "True_" : "False_");
    return py::object(found).release().ptr();
}

PyObject* apply_to_lists(Op op, PyObject* const* arguments) {
    PyObject* given[3];
    py::object arrays[3];
    bool found = false, beside_array = follows_autograd;
    for (int i = 0; i < arity_of(op); ++i)
        beside_array = beside_array || is_array_like(arguments[i]);
    for (int i = 0; i < arity_of(op) && beside_array; ++i) {
        given[i] = arguments[i];
        if (PyList_Check(given[i]) == 0 && PyTuple_Check(given[i]) == 0) continue;
        arrays[i] = py::module_::import("autodiffx.numpy.arrays")
                        .attr("as_array")(py::reinterpret_borrow<py::object>(given[i]));
        given[i] = arrays[i].ptr();
        found = true;
    }
    if (!found) Py_RETURN_NOTIMPLEMENTED;
    return apply(op, given);
}

void register_autograd(py::module_& module) {
    module.def("_follow_autograd", [](bool follows) {
        bool const before = follows_autograd;
        follows_autograd = follows;
        return before;
    });
}

}  // namespace autodiffx::bindings
