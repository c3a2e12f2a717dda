// What makes array Variables arrays to Python: length, iteration, indexing, shape.
#include <cstring>

#include "arithmetic.hpp"
#include "shortcut.hpp"

namespace autodiffx::bindings {

namespace {

Py_ssize_t length(PyObject* self) {
    return guarded([&]() -> Py_ssize_t {
        if (!is_array(self) || view_of(self).ndim == 0) raise_type_error("len() of unsized object");
        return static_cast<Py_ssize_t>(view_of(self).shape()[0]);
    });
}

AUTODIFFX_NOINLINE PyObject* subscript_slowly(PyObject* self, PyObject* key) {
    return guarded([&] { return subscript(self, key); });
}
PyObject* subscript_slot(PyObject* self, PyObject* key) {
    if (PyObject* const element = element_at_once(self, key)) return element;
    return subscript_slowly(self, key);
}

int assign_slot(PyObject* self, PyObject* key, PyObject* value) {
    return guarded([&]() -> int {
        if (value == nullptr) raise_type_error("elements of a Variable cannot be deleted");
        if (!is_array(self)) raise_type_error("a scalar Variable has no elements to assign to");
        require_assignable(self);
        assign(self, key, value);
        return 0;
    });
}

// Gives the elements along the first axis, each when it is asked for.
class Elements {
public:
    explicit Elements(py::object array) : array_(std::move(array)) {}
    py::object next() {
        if (at_ >= view_of(array_.ptr()).shape()[0]) throw py::stop_iteration();
        py::object const index = py::int_(at_++);
        return py::reinterpret_steal<py::object>(subscript(array_.ptr(), index.ptr()));
    }

private:
    py::object array_;
    std::int64_t at_ = 0;
};

PyObject* iterate(PyObject* self) {
    return guarded([&]() -> PyObject* {
        if (!is_array(self)) raise_type_error("a scalar Variable cannot be iterated over");
        if (view_of(self).ndim == 0) raise_type_error("iteration over a 0-d array");
        return py::cast(Elements(py::reinterpret_borrow<py::object>(self))).release().ptr();
    });
}

bool is_boolean(PyObject* object) {
    if (PyBool_Check(object)) return true;
    if (is_array(object)) return view_of(object).dtype == Dtype::boolean;
    if (is_variable(object)) return handle_of(object).state == Handle::State::varying;
    return strength_of(object) == Strength::boolean;
}

// & | ~ of truth values.
template <Op op>
PyObject* logical_slot(PyObject* a, PyObject* b) {
    return guarded([&]() -> PyObject* {
        if (!is_array(a) && !is_array(b)) Py_RETURN_NOTIMPLEMENTED;
        return logical(op, a, b);
    });
}
// What changes an array in place. Numbers are rebound, as Python's are, and elements.
PyObject* in_place(Op op, PyObject* a, PyObject* b) {
    PyObject* const arguments[] = {a, b};
    if (!is_array(a) || view_of(a).ndim == 0 || follows_autograd) return apply(op, arguments);
    require_writable(a);
    py::object const result = py::reinterpret_steal<py::object>(apply_or_raise(op, arguments));
    assign_result(a, result.ptr());
    Py_INCREF(a);
    return a;
}
template <Op op>
AUTODIFFX_NOINLINE PyObject* in_place_slowly(PyObject* a, PyObject* b) {
    return guarded([&] { return in_place(op, a, b); });
}
template <Op op>
PyObject* in_place_slot(PyObject* a, PyObject* b) {
    if (PyObject* const result = binary_at_once<op>(a, b)) return result;
    return in_place_slowly<op>(a, b);
}
PyObject* in_place_power_slot(PyObject* a, PyObject* b, PyObject*) {
    return guarded([&] { return in_place(power_or_square(a, b), a, b); });
}
PyObject* invert_slot(PyObject* self) {
    return guarded([&]() -> PyObject* {
        if (!is_array(self) || !is_boolean(self))
            raise_type_error("~ takes a boolean array, as comparisons give it");
        return apply(Op::logical_not, &self);
    });
}

PyObject* item(PyObject* self, PyObject* arguments) {
    return guarded([&]() -> PyObject* {
        Handle const& handle = handle_of(self);
        bool const passive =
            handle.state == Handle::State::constant || handle.state == Handle::State::varying;
        if (!passive) {
            raise_type_error(
                "item() of a Variable would drop its derivative: use x.value for the numbers, or "
                "x[i] for an element");
        }
        py::object const value = py::handle(self).attr("value");
        py::object const array = py::module_::import("numpy").attr("asarray")(value);
        return py::object(array.attr("item")(*py::reinterpret_borrow<py::args>(arguments)))
            .release()
            .ptr();
    });
}

PyObject* reversed(PyObject* self, PyObject*) {
    return guarded([&]() -> PyObject* {
        py::slice const backwards{py::none(), py::none(), py::int_(-1)};
        py::object const view = py::reinterpret_steal<py::object>(subscript(self, backwards.ptr()));
        return PyObject_GetIter(view.ptr());
    });
}

// ---- attributes ----------------------------------------------------------------

PyObject* get_shape(PyObject* self, void*) {
    return guarded([&]() -> PyObject* {
        int const ndim = is_array(self) ? view_of(self).ndim : 0;
        py::tuple shape(static_cast<std::size_t>(ndim));
        for (int i = 0; i < ndim; ++i)
            shape[static_cast<std::size_t>(i)] = py::int_(view_of(self).shape()[i]);
        return shape.release().ptr();
    });
}
PyObject* get_ndim(PyObject* self, void*) {
    return PyLong_FromLong(is_array(self) ? view_of(self).ndim : 0);
}
PyObject* get_size(PyObject* self, void*) {
    return PyLong_FromLongLong(is_array(self) ? view_of(self).size : 1);
}
PyObject* get_dtype(PyObject* self, void*) {
    return guarded([&] {
        return dtype_to_python(is_array(self) ? view_of(self).dtype : Dtype::float64)
            .release()
            .ptr();
    });
}
PyObject* get_transpose(PyObject* self, void*) {
    return guarded([&] {
        py::object const method = py::handle(self).attr("transpose");
        return py::object(method()).release().ptr();
    });
}

}  // namespace

PyObject* logical(Op op, PyObject* a, PyObject* b) {
    if (!is_boolean(a) || !is_boolean(b)) {
        raise_type_error("& | ^ take boolean arrays, as comparisons give them; got '" +
                         type_name(a) + "' and '" + type_name(b) + "' of other numbers");
    }
    PyObject* const arguments[] = {a, b};
    return apply(op, arguments);
}

PyGetSetDef array_attributes[] = {
    {"shape", get_shape, nullptr, "The lengths of the axes, a tuple; () for a number.", nullptr},
    {"ndim", get_ndim, nullptr, "The number of axes.", nullptr},
    {"size", get_size, nullptr, "The number of elements.", nullptr},
    {"dtype", get_dtype, nullptr, "float64 or float32; bool for what comparisons give.", nullptr},
    {"T", get_transpose, nullptr, "A view with the axes reversed.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

const std::vector<PyMethodDef>& array_protocol_methods() {
    static const std::vector<PyMethodDef> methods = {
        {"item", item, METH_VARARGS,
         "item($self, *index)\n--\n\nAn element of a passive array as a Python number."},
        {"__reversed__", reversed, METH_NOARGS, nullptr},
    };
    return methods;
}

const std::vector<PyType_Slot>& array_slots() {
    static const std::vector<PyType_Slot> slots = {
        {Py_mp_length, reinterpret_cast<void*>(length)},
        {Py_mp_subscript, reinterpret_cast<void*>(subscript_slot)},
        {Py_mp_ass_subscript, reinterpret_cast<void*>(assign_slot)},
        {Py_tp_iter, reinterpret_cast<void*>(iterate)},
        {Py_nb_and, reinterpret_cast<void*>(logical_slot<Op::logical_and>)},
        {Py_nb_or, reinterpret_cast<void*>(logical_slot<Op::logical_or>)},
        {Py_nb_xor, reinterpret_cast<void*>(logical_slot<Op::not_equal>)},
        {Py_nb_invert, reinterpret_cast<void*>(invert_slot)},
        {Py_nb_inplace_add, reinterpret_cast<void*>(in_place_slot<Op::add>)},
        {Py_nb_inplace_subtract, reinterpret_cast<void*>(in_place_slot<Op::subtract>)},
        {Py_nb_inplace_multiply, reinterpret_cast<void*>(in_place_slot<Op::multiply>)},
        {Py_nb_inplace_true_divide, reinterpret_cast<void*>(in_place_slot<Op::divide>)},
        {Py_nb_inplace_floor_divide, reinterpret_cast<void*>(in_place_slot<Op::floor_divide>)},
        {Py_nb_inplace_remainder, reinterpret_cast<void*>(in_place_slot<Op::remainder>)},
        {Py_nb_inplace_power, reinterpret_cast<void*>(in_place_power_slot)},
    };
    return slots;
}

void register_array_protocol(py::module_& module) {
    module.def("_broadcast_to", [](const py::object& array, const py::object& shape) {
        if (is_dual(array.ptr())) return py::object(array.attr("_broadcast_to")(shape));
        return py::reinterpret_steal<py::object>(broadcast_to(array.ptr(), shape));
    });
    module.def("_require_plain_array", [](const py::object& array) {
        require_plain_array("an operation with a Variable", array.ptr());
    });
    py::class_<Elements>(module, "_Elements", "The elements of an array Variable, one by one.")
        .def("__iter__", [](const py::object& self) { return self; })
        .def("__next__", &Elements::next);
}

}  // namespace autodiffx::bindings
