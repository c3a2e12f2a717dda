// Axes of array Variables: what making views of them shares.
#include "array_axes.hpp"

#include <limits>

namespace autodiffx::bindings {

[[noreturn]] static void raise_axis(Py_ssize_t axis, int ndim) {
    py::object const type = py::module_::import("numpy.exceptions").attr("AxisError");
    PyErr_SetObject(type.ptr(), type(axis, ndim).ptr());
    throw py::error_already_set();
}

int checked_axis(Py_ssize_t axis, int ndim) {
    Py_ssize_t const found = axis < 0 ? axis + ndim : axis;
    if (found < 0 || found >= ndim) raise_axis(axis, ndim);
    return static_cast<int>(found);
}

ArrayView* like(const ArrayView& of, int ndim) {
    ArrayView* const view = allocate_view(ndim);
    view->slots = of.slots;
    view->dtype = of.dtype;
    view->offset = of.offset;
    view->size = of.size;
    return view;
}

void count_elements(ArrayView& view) {
    view.size = 1;
    for (int i = 0; i < view.ndim; ++i) {
        if (view.shape()[i] == 0) {
            view.size = 0;
            return;
        }
    }
    for (int i = 0; i < view.ndim; ++i) {
        if (view.shape()[i] > std::numeric_limits<std::int64_t>::max() / view.size) {
            raise_value_error("an array of shape " + shape_text(view.shape(), view.ndim) +
                              " has more elements than can be counted");
        }
        view.size *= view.shape()[i];
    }
}

bool is_plain_index(PyObject* item) {
    return PyIndex_Check(item) != 0 && !PyBool_Check(item) && !is_variable(item) &&
           !is_ndarray(item);
}

std::vector<Py_ssize_t> integers(const py::args& arguments, const char* what) {
    std::vector<Py_ssize_t> result;
    auto const take = [&](py::handle each) {
        Py_ssize_t const value = PyNumber_AsSsize_t(each.ptr(), PyExc_OverflowError);
        if (value == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
        result.push_back(value);
    };
    if (arguments.size() == 1 && is_plain_index(py::object(arguments[0]).ptr())) {
        take(arguments[0]);
    } else if (arguments.size() == 1) {
        if (!py::isinstance<py::sequence>(arguments[0]))
            raise_type_error(std::string(what) + " takes integers or a tuple of integers, got '" +
                             type_name(py::object(arguments[0]).ptr()) + "'");
        for (py::handle const each : arguments[0]) take(each);
    } else {
        for (py::handle const each : arguments) take(each);
    }
    return result;
}

}  // namespace autodiffx::bindings
