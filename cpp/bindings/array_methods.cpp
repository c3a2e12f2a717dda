// The methods by which array Variables are arranged, copied and cast.
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

PyObject* reshape_method(PyObject* self, PyObject* arguments) {
    return guarded([&] {
        auto const shape = integers(all_of(arguments), "reshape()");
        return reshape(with_axes(self).ptr(), shape);
    });
}
PyObject* ravel_method(PyObject* self, PyObject*) {
    return guarded([&] { return reshape(with_axes(self).ptr(), {-1}); });
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
PyObject* flatten_method(PyObject* self, PyObject*) {
    return guarded([&]() -> PyObject* {
        py::object const array = with_axes(self);
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
        {"reshape", reshape_method, METH_VARARGS,
         "reshape($self, *shape)\n--\n\nThe elements in another shape: a view where NumPy gives "
         "one, else a recorded copy."},
        {"ravel", ravel_method, METH_NOARGS,
         "ravel($self)\n--\n\nThe elements in one axis: a view where NumPy gives one."},
        {"flatten", flatten_method, METH_NOARGS,
         "flatten($self)\n--\n\nA recorded copy in one axis."},
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
