// The methods by which array Variables are arranged, copied and cast.
#include <algorithm>

#include "array_axes.hpp"

namespace autodiffx::bindings {

namespace {

PyObject* copy_of(PyObject* self) {
    Tape& tape = current_tape();
    tape.make_room();
    ArrayOperand const operand = array_operand(tape, self);
    // Of a constant, too, it can be assigned to.
    return new_array(tape,
                     operand.kind == Kind::constant && operand.dtype != Dtype::boolean
                         ? record_fill(tape, operand, operand.shape, operand.ndim, operand.dtype)
                         : record_copy(tape, operand, operand.dtype, ArrayOp::copy));
}

// A number in one axis; arrays as they are.
py::object with_axes(PyObject* object) {
    if (is_array(object)) return py::reinterpret_borrow<py::object>(object);
    return py::reinterpret_steal<py::object>(broadcast_to(object, py::make_tuple(1)));
}

py::args all_of(PyObject* arguments) { return py::reinterpret_borrow<py::args>(arguments); }

// A number has no axes: it is its own reshape, transpose, copy.
py::object as_array_object(PyObject* self) { return py::reinterpret_borrow<py::object>(self); }

// Whether the first axis is to run fastest. Arrays of their own have the last one do so, so that
// NumPy's "A" and "K" ask for nothing else than "C".
bool first_axis_fastest(PyObject* order) {
    if (order == nullptr) return false;
    if (PyUnicode_Check(order)) {
        auto const name = py::cast<std::string>(order);
        if (name == "F") return true;
        if (name == "C" || name == "A" || name == "K") return false;
    }
    raise_value_error("order is 'C', 'F', 'A' or 'K', got " +
                      py::cast<std::string>(py::repr(order)));
}

py::object axes_reversed(const py::object& array) {
    return py::reinterpret_steal<py::object>(transpose(array.ptr(), {}));
}

// Of a method whose one argument is the order.
bool first_axis_fastest(PyObject* arguments, PyObject* keywords, const char* format) {
    if (PyTuple_GET_SIZE(arguments) == 0 && keywords == nullptr) return false;
    PyObject* order = nullptr;
    static const char* names[] = {"order", nullptr};
    if (PyArg_ParseTupleAndKeywords(arguments, keywords, format, const_cast<char**>(names),
                                    &order) == 0) {
        throw py::error_already_set();
    }
    return first_axis_fastest(order);
}

PyObject* reshape_method(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> PyObject* {
        PyObject* order = nullptr;
        if (keywords != nullptr) {
            order = PyDict_GetItemString(keywords, "order");
            if (PyDict_Size(keywords) != (order == nullptr ? 0 : 1))
                raise_type_error("reshape() takes the lengths of the axes, and order= by name");
            if (order != nullptr && py::handle(order).equal(py::str("K")))
                raise_value_error("order 'K' is not permitted for reshaping");
        }
        auto shape = integers(all_of(arguments), "reshape()");
        py::object const array = with_axes(self);
        if (!first_axis_fastest(order)) return reshape(array.ptr(), shape);
        std::reverse(shape.begin(), shape.end());
        auto const made =
            py::reinterpret_steal<py::object>(reshape(axes_reversed(array).ptr(), shape));
        return axes_reversed(made).release().ptr();
    });
}
PyObject* ravel_method(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return guarded([&] {
        bool const reversed = first_axis_fastest(arguments, keywords, "|O:ravel");
        py::object const array = with_axes(self);
        return reshape((reversed ? axes_reversed(array) : array).ptr(), {-1});
    });
}
PyObject* transpose_method(PyObject* self, PyObject* arguments) {
    return guarded([&]() -> PyObject* {
        py::args const all = all_of(arguments);
        if (!is_array(self)) return as_array_object(self).release().ptr();
        bool const none = all.empty() || (all.size() == 1 && py::object(all[0]).is_none());
        return transpose(self, none ? std::vector<Py_ssize_t>{} : integers(all, "transpose()"));
    });
}
PyObject* swapaxes_method(PyObject* self, PyObject* arguments) {
    return guarded([&]() -> PyObject* {
        auto const axes = integers(all_of(arguments), "swapaxes()");
        if (axes.size() != 2) raise_type_error("swapaxes() takes two axes");
        int const ndim = is_array(self) ? view_of(self).ndim : 0;
        std::vector<Py_ssize_t> order(static_cast<std::size_t>(ndim));
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<Py_ssize_t>(i);
        std::swap(order.at(static_cast<std::size_t>(checked_axis(axes[0], ndim))),
                  order.at(static_cast<std::size_t>(checked_axis(axes[1], ndim))));
        return transpose(self, order);
    });
}
PyObject* squeeze_method(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> PyObject* {
        PyObject* axis = Py_None;
        static const char* names[] = {"axis", nullptr};
        if (PyArg_ParseTupleAndKeywords(arguments, keywords, "|O:squeeze",
                                        const_cast<char**>(names), &axis) == 0) {
            return nullptr;
        }
        if (!is_array(self)) return as_array_object(self).release().ptr();
        return squeeze(self, py::reinterpret_borrow<py::object>(axis));
    });
}
PyObject* diagonal_method(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> PyObject* {
        Py_ssize_t offset = 0, axis1 = 0, axis2 = 1;
        static const char* names[] = {"offset", "axis1", "axis2", nullptr};
        if (PyArg_ParseTupleAndKeywords(arguments, keywords, "|nnn:diagonal",
                                        const_cast<char**>(names), &offset, &axis1, &axis2) == 0) {
            return nullptr;
        }
        if (!is_array(self)) raise_value_error("diag requires an array of at least two dimensions");
        return diagonal(self, offset, axis1, axis2);
    });
}
PyObject* copy_method(PyObject* self, PyObject*) {
    return guarded([&]() -> PyObject* {
        return is_array(self) ? copy_of(self) : apply_or_raise(Op::positive, &self);
    });
}
PyObject* flatten_method(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> PyObject* {
        bool const reversed = first_axis_fastest(arguments, keywords, "|O:flatten");
        py::object const given = with_axes(self), array = reversed ? axes_reversed(given) : given;
        Tape& tape = current_tape();
        tape.make_room();
        ArrayOperand const operand = array_operand(tape, array.ptr());
        std::int64_t const length[] = {view_of(array.ptr()).size};
        return new_array(tape, record_reshaped(tape, operand, ArrayOp::copy, length, 1));
    });
}
PyObject* astype_method(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> PyObject* {
        PyObject* dtype = nullptr;
        int copy = 1;
        static const char* names[] = {"dtype", "copy", nullptr};
        if (PyArg_ParseTupleAndKeywords(arguments, keywords, "O|p:astype",
                                        const_cast<char**>(names), &dtype, &copy) == 0) {
            return nullptr;
        }
        Dtype const wanted = dtype_from(dtype);
        Dtype const present = is_array(self) ? view_of(self).dtype : Dtype::float64;
        if (copy == 0 && wanted == present) return as_array_object(self).release().ptr();
        if (!is_array(self) && wanted == present) return apply_or_raise(Op::positive, &self);
        Tape& tape = current_tape();
        tape.make_room();
        ArrayOperand operand;
        if (is_array(self)) {
            operand = array_operand(tape, self);
        } else {
            Term term;
            find_term(tape, self, term);
            Operand const number = place(tape, term);
            operand.first = number.slot;
            operand.kind = number.kind;
            operand.deferred = number.deferred;
        }
        return new_array(tape, record_copy(tape, operand, wanted, ArrayOp::astype));
    });
}

}  // namespace

const std::vector<PyMethodDef>& array_methods() {
    auto const with_keywords = [](PyObject* (*function)(PyObject*, PyObject*, PyObject*)) {
        return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
    };
    static const std::vector<PyMethodDef> methods = {
        {"reshape", with_keywords(reshape_method), METH_VARARGS | METH_KEYWORDS,
         "reshape($self, *shape, order='C')\n--\n\nThe elements in another shape: a view where "
         "NumPy gives one, else a recorded copy. In order 'F' the first axis runs fastest."},
        {"ravel", with_keywords(ravel_method), METH_VARARGS | METH_KEYWORDS,
         "ravel($self, order='C')\n--\n\nThe elements in one axis: a view where NumPy gives one. "
         "In order 'F' the first axis runs fastest."},
        {"flatten", with_keywords(flatten_method), METH_VARARGS | METH_KEYWORDS,
         "flatten($self, order='C')\n--\n\nA recorded copy in one axis. In order 'F' the first "
         "axis runs fastest."},
        {"transpose", transpose_method, METH_VARARGS,
         "transpose($self, *axes)\n--\n\nA view with the axes in another order, reversed by "
         "default."},
        {"swapaxes", swapaxes_method, METH_VARARGS,
         "swapaxes($self, axis1, axis2)\n--\n\nA view with two axes exchanged."},
        {"squeeze", with_keywords(squeeze_method), METH_VARARGS | METH_KEYWORDS,
         "squeeze($self, axis=None)\n--\n\nA view without axes of length one."},
        {"diagonal", with_keywords(diagonal_method), METH_VARARGS | METH_KEYWORDS,
         "diagonal($self, offset=0, axis1=0, axis2=1)\n--\n\nA view of a diagonal, as the last "
         "axis."},
        {"copy", copy_method, METH_NOARGS, "copy($self)\n--\n\nA recorded copy."},
        {"astype", with_keywords(astype_method), METH_VARARGS | METH_KEYWORDS,
         "astype($self, dtype, copy=True)\n--\n\nThe elements as float64 or float32, recorded."},
    };
    return methods;
}

}  // namespace autodiffx::bindings
