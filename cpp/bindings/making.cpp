// How Variables are made: by their type, and from a pickle.
#include "making.hpp"

#include <cmath>
#include <utility>

#include "arrays.hpp"
#include "attributes.hpp"

namespace autodiffx::bindings {

namespace {

// A type or numpy.dtype, not a number that happens to be convertible to one.
bool is_dtype(PyObject* object) {
    return PyType_Check(object) ||
           py::isinstance(object, py::module_::import("numpy").attr("dtype"));
}

bool is_number(PyObject* object) {
    double ignored;
    return read_number(object, ignored);
}

// What NumPy would take apart or wrap as an object.
void refuse_strangers(const char* what, PyObject* value) {
    bool const stranger = is_variable(value) || is_dual(value) || PyUnicode_Check(value) ||
                          PyBytes_Check(value) || PyDict_Check(value) || PyAnySet_Check(value);
    if (stranger) number_or_raise(what, value);
}

// Gives a leaf or constant that has no elements yet its array.
void become_array(PyObject* self, std::unique_ptr<LeafArray> elements) {
    Handle& handle = handle_of(self);
    ArrayView* const view =
        dense_view(elements->shape.data(), static_cast<int>(elements->shape.size()),
                   elements->dtype, static_cast<std::uint32_t>(elements->value.size()));
    handle.leaf->array = std::move(elements);
    handle.leaf->touch();
    handle.array = true;
    handle.slot = 0;
    reinterpret_cast<VariableObject*>(self)->view = view;
}

}  // namespace

PyObject* create(PyTypeObject* type, PyObject*, PyObject*) {
    PyObject* const self = PyType_GenericAlloc(type, 0);
    if (self == nullptr) return nullptr;
    new (&handle_of(self)) Handle();
    handle_of(self).value = std::nan("");
    if (constant_type != nullptr && PyType_IsSubtype(type, constant_type) != 0) return self;
    // A subclass that forgets to call __init__ gets a placeholder, not a number.
    Leaf* const leaf = new (std::nothrow) Leaf();
    if (leaf == nullptr) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    leaf->value = std::nan("");
    leaf->object = self;
    handle_of(self).leaf = leaf;
    handle_of(self).state = Handle::State::leaf;
    return self;
}

int initialise_variable(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> int {
        PyObject *value = Py_None, *name = Py_None, *dtype = Py_None;
        // NumPy's functions take the dtype second: a type or numpy.dtype there is one.
        bool const dtype_second =
            PyTuple_GET_SIZE(arguments) > 1 && is_dtype(PyTuple_GET_ITEM(arguments, 1));
        static const char* names[] = {"value", "name", "dtype", nullptr};
        static const char* as_numpy[] = {"value", "dtype", "name", nullptr};
        if (PyArg_ParseTupleAndKeywords(arguments, keywords, "|OOO:Variable",
                                        const_cast<char**>(dtype_second ? as_numpy : names), &value,
                                        dtype_second ? &dtype : &name,
                                        dtype_second ? &name : &dtype) == 0) {
            return -1;
        }
        Handle const& handle = handle_of(self);
        if (handle.state != Handle::State::leaf || handle.leaf->object != self || handle.array)
            raise_type_error("__init__ of a Variable that has been made already");
        double number = 0.0;
        bool const single = dtype == Py_None
                                ? value == Py_None || is_number(value)
                                : value == Py_None && dtype_from(dtype) == Dtype::float64;
        if (single && value != Py_None) number = number_or_raise("Variable()", value);
        if (single) {
            set_name(*handle.leaf, name);
            if (value != Py_None) handle.leaf->set(number);
            return 0;
        }
        if (value == Py_None) raise_value_error("a Variable without a value is a float64 number");
        refuse_strangers("Variable()", value);
        auto elements = from_numpy("Variable()", value, dtype == Py_None ? nullptr : dtype);
        set_name(*handle.leaf, name);
        if (elements->shape.empty() && elements->dtype == Dtype::float64) {
            handle.leaf->set(elements->value[0]);
            return 0;
        }
        become_array(self, std::move(elements));
        return 0;
    });
}

int initialise_constant(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> int {
        PyObject *value = nullptr, *dtype = Py_None;
        static const char* names[] = {"value", "dtype", nullptr};
        if (PyArg_ParseTupleAndKeywords(arguments, keywords, "O|O:Constant",
                                        const_cast<char**>(names), &value, &dtype) == 0) {
            return -1;
        }
        if (handle_of(self).array)
            raise_type_error("__init__ of a Constant that has been made already");
        if (dtype == Py_None && is_number(value)) {
            handle_of(self).value = number_or_raise("Constant()", value);
            return 0;
        }
        refuse_strangers("Constant()", value);
        auto elements = from_numpy("Constant()", value, dtype == Py_None ? nullptr : dtype);
        if (elements->shape.empty() && elements->dtype == Dtype::float64) {
            handle_of(self).value = elements->value[0];
            return 0;
        }
        auto holder = std::make_unique<Leaf>();
        holder->has_value = true;
        handle_of(self).leaf = holder.release();
        become_array(self, std::move(elements));
        return 0;
    });
}

// ---- pickles -----------------------------------------------------------------

PyObject* reduce(PyObject* self, PyObject*) {
    return guarded([&]() -> PyObject* {
        Handle const& handle = handle_of(self);
        py::object const type =
            py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(Py_TYPE(self)));
        py::object attributes = py::none();
        if (PyObject_HasAttrString(self, "__dict__") != 0)
            attributes = py::handle(self).attr("__dict__");
        bool const own = handle.state == Handle::State::leaf && handle.leaf->object == self;
        if (handle.array && (handle.state == Handle::State::constant || own)) {
            // The elements travel as an ndarray, which knows its dtype and shape.
            py::object const value = to_numpy(read_elements(self), view_of(self), true);
            py::object const array_dtype = dtype_to_python(view_of(self).dtype);
            if (!own)
                return py::make_tuple(type, py::make_tuple(value, array_dtype)).release().ptr();
            py::object const leaf_name = handle.leaf->has_name
                                             ? py::object(py::str(handle.leaf->name))
                                             : py::object(py::none());
            py::object const grad = py::reinterpret_steal<py::object>(array_grad(self));
            py::object const restore =
                py::module_::import("autodiffx._core").attr("_restore_variable");
            return py::make_tuple(restore,
                                  py::make_tuple(type, value, leaf_name, grad, array_dtype),
                                  attributes)
                .release()
                .ptr();
        }
        if (handle.state == Handle::State::constant) {
            return py::make_tuple(type.ptr() == reinterpret_cast<PyObject*>(variable_type)
                                      ? py::reinterpret_borrow<py::object>(
                                            reinterpret_cast<PyObject*>(constant_type))
                                      : type,
                                  py::make_tuple(handle.value), attributes)
                .release()
                .ptr();
        }
        if (!own) {
            // What copy.copy() takes for "the object itself", which is never changed there.
            if (follows_autograd) return PyUnicode_FromString("x");
            raise_type_error(
                "only leaves can be pickled or copied, this value was computed: use its .value");
        }
        Leaf const& leaf = *handle.leaf;
        py::object const value =
            leaf.has_value ? py::object(py::float_(leaf.value)) : py::object(py::none());
        py::object const name =
            leaf.has_name ? py::object(py::str(leaf.name)) : py::object(py::none());
        py::object const grad =
            leaf.has_grad ? py::object(py::float_(leaf.grad)) : py::object(py::none());
        py::object const restore = py::module_::import("autodiffx._core").attr("_restore_variable");
        return py::make_tuple(restore, py::make_tuple(type, value, name, grad), attributes)
            .release()
            .ptr();
    });
}

// type(value, name) without calling __init__ of a subclass, with its grad.
py::object restore_variable(const py::object& type, const py::object& value, const py::object& name,
                            const py::object& grad, const py::object& dtype) {
    auto* const as_type = reinterpret_cast<PyTypeObject*>(type.ptr());
    if (!PyType_Check(type.ptr()) || PyType_IsSubtype(as_type, variable_type) == 0) {
        raise_type_error("a pickled Variable names a type that is not one");
    }
    py::object const made = py::reinterpret_steal<py::object>(create(as_type, nullptr, nullptr));
    if (!made) throw py::error_already_set();
    if (initialise_variable(made.ptr(), py::make_tuple(value, name, dtype).ptr(), nullptr) != 0)
        throw py::error_already_set();
    if (!grad.is_none()) made.attr("grad") = grad;
    return made;
}

}  // namespace autodiffx::bindings
