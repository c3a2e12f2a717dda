// Duals of arrays: shapes and dtypes of components, and the methods that arrange both alike.
#include "array_axes.hpp"
#include "number.hpp"

namespace autodiffx::bindings {

bool is_array_like_slowly(PyObject* object) {
    while (is_dual(object)) {
        Number const& value = dual_of(object).value;
        if (value.is_plain()) return false;
        object = value.object.ptr();
    }
    return is_variable(object) ? is_array(object) : is_ndarray(object);
}

py::object shape_of(const Number& number) {
    if (number.is_plain()) return py::tuple();
    return number.object.attr("shape");
}

py::object dtype_of(const Number& number) {
    if (number.is_plain()) return dtype_to_python(Dtype::float64);
    return number.object.attr("dtype");
}

Number settled(py::object object) {
    bool const elsewhere = is_variable(object.ptr()) || is_dual(object.ptr());
    double number;
    if (elsewhere || is_ndarray(object.ptr()) || strength_of(object.ptr()) == Strength::float32 ||
        !read_number(object.ptr(), number)) {
        return Number(std::move(object));
    }
    return number;
}

py::object own_array(const char* what, PyObject* object) {
    auto const elements = from_numpy(what, object, nullptr);
    OwnedView const view(dense_view(elements->shape.data(),
                                    static_cast<int>(elements->shape.size()), elements->dtype,
                                    static_cast<std::uint32_t>(elements->value.size())));
    return to_numpy(elements->value.data(), *view.view, true);
}

// ---- shape and dtype of tangents -------------------------------------------------

static py::object numpy(const char* name) { return py::module_::import("numpy").attr(name); }

// The same elements repeated to a shape.
static Number repeated(const Number& number, const py::object& shape) {
    if (number.is_plain()) return Number(numpy("full")(shape, number.value));
    PyObject* const object = number.object.ptr();
    if (is_dual(object)) {
        DualObject const& dual = dual_of(object);
        return Number(py::reinterpret_steal<py::object>(
            new_dual(repeated(dual.value, shape), repeated(dual.tangent, shape), dual.level)));
    }
    if (is_variable(object))
        return Number(py::reinterpret_steal<py::object>(broadcast_to(object, shape)));
    return Number(py::object(numpy("broadcast_to")(number.object, shape).attr("copy")()));
}

Number fitted(Number tangent, const Number& value) {
    if (!is_array_like(value)) return tangent;
    py::object const shape = shape_of(value), dtype = dtype_of(value);
    if (tangent.is_plain()) return Number(numpy("full")(shape, tangent.value, dtype));
    if (!shape_of(tangent).equal(shape)) tangent = repeated(tangent, shape);
    return aligned(std::move(tangent), value);
}

Number aligned(Number operand, const Number& result) {
    if (!is_array_like(operand) || !is_array_like(result)) return operand;
    py::object const dtype = dtype_of(result);
    if (dtype_of(operand).equal(dtype)) return operand;
    return Number(py::object(operand.object.attr("astype")(dtype)));
}

Number Number::call(Op op, const std::array<const Number*, 3>& numbers) {
    py::object objects[3];
    PyObject* arguments[3];
    Strength strongest = Strength::weak;
    auto const count = static_cast<std::size_t>(arity_of(op));
    for (std::size_t i = 0; i < count; ++i) {
        objects[i] = numbers[i]->to_python();
        arguments[i] = objects[i].ptr();
    }
    py::object result = py::reinterpret_steal<py::object>(apply_or_raise(op, arguments));
    if (!PyFloat_CheckExact(result.ptr())) return Number(std::move(result));
    // NumPy's numbers among them may make it a float32.
    for (std::size_t i = 0; i < count; ++i)
        strongest = std::max(strongest, strength_of(arguments[i]));
    if (strongest != Strength::float32) return Number(std::move(result));
    return Number(numpy("float32")(result));
}

py::object shown(const Number& component) {
    if (component.is_plain() || !is_ndarray(component.object.ptr())) return component.to_python();
    py::object view = component.object.attr("view")();
    view.attr("setflags")(py::arg("write") = false);
    return view;
}

// ---- arrangements ------------------------------------------------------------------

namespace {

// Value and tangent through the same change of arrangement.
template <class Change>
PyObject* on_both(PyObject* self, Change change) {
    DualObject const& dual = dual_of(self);
    // NumPy's numbers have the methods of arrays, Python's have not.
    auto const component = [&](const Number& number) {
        py::object const object =
            number.is_plain() ? numpy("float64")(number.value) : number.object;
        return settled(change(object));
    };
    Number value = component(dual.value);
    return new_dual(std::move(value), component(dual.tangent), dual.level);
}

enum class Method { reshape, ravel, flatten, transpose, swapaxes, squeeze, diagonal, copy, astype };
constexpr const char* method_names[] = {"reshape", "ravel",    "flatten", "transpose", "swapaxes",
                                        "squeeze", "diagonal", "copy",    "astype"};

template <Method method>
PyObject* arrange(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return guarded([&] {
        auto const all = py::reinterpret_borrow<py::args>(arguments);
        py::dict const named =
            keywords == nullptr ? py::dict() : py::reinterpret_borrow<py::dict>(keywords);
        if constexpr (method == Method::astype) {
            // What is no dtype of a Variable is none of a Dual.
            if (!all.empty()) dtype_from(py::object(all[0]).ptr());
        }
        return on_both(self, [&](const py::object& object) {
            const char* const name = method_names[static_cast<std::size_t>(method)];
            return py::object(object.attr(name)(*all, **named));
        });
    });
}

PyObject* spread(PyObject* self, PyObject* shape) {
    return guarded([&]() -> PyObject* {
        auto const wanted = py::reinterpret_borrow<py::object>(shape);
        Number const both = repeated(Number(py::reinterpret_borrow<py::object>(self)), wanted);
        return both.to_python().release().ptr();
    });
}

[[noreturn]] void raise_no_axes(PyObject* self, const char* what) {
    if (is_array_like(self)) raise_type_error(std::string(what) + " of a 0-d array");
    raise_type_error(std::string("a scalar Dual has no axes: ") + what + " needs an array");
}

Py_ssize_t axes_of(PyObject* self) { return py::len(shape_of(dual_of(self).value)); }

Py_ssize_t length(PyObject* self) {
    return guarded([&]() -> Py_ssize_t {
        if (axes_of(self) == 0) raise_type_error("len() of unsized object");
        return py::cast<Py_ssize_t>(shape_of(dual_of(self).value)[py::int_(0)]);
    });
}

PyObject* subscript_slot(PyObject* self, PyObject* key) {
    return guarded([&] {
        if (!is_array_like(self)) raise_no_axes(self, "indexing");
        auto const index = py::reinterpret_borrow<py::object>(key);
        return on_both(self, [&](const py::object& object) { return py::object(object[index]); });
    });
}

PyObject* iterate(PyObject* self) {
    return guarded([&] {
        if (axes_of(self) == 0) raise_no_axes(self, "iteration");
        py::list elements;
        py::handle const array(self);
        for (Py_ssize_t i = 0; i < length(self); ++i) elements.append(array[py::int_(i)]);
        return PyObject_GetIter(elements.ptr());
    });
}

PyObject* reversed(PyObject* self, PyObject*) {
    return guarded([&] {
        py::slice const backwards{py::none(), py::none(), py::int_(-1)};
        return PyObject_GetIter(py::object(py::handle(self)[backwards]).ptr());
    });
}

PyObject* item(PyObject*, PyObject*) {
    return guarded([&]() -> PyObject* {
        raise_type_error(
            "item() of a Dual would drop its tangent: use x.value for the numbers, or x[i] for an "
            "element");
    });
}

// ---- attributes ----------------------------------------------------------------------

PyObject* get_shape(PyObject* self, void*) {
    return guarded([&] { return shape_of(dual_of(self).value).release().ptr(); });
}
PyObject* get_dtype(PyObject* self, void*) {
    return guarded([&] { return dtype_of(dual_of(self).value).release().ptr(); });
}
PyObject* get_ndim(PyObject* self, void*) {
    return guarded([&] { return PyLong_FromSsize_t(axes_of(self)); });
}
PyObject* get_size(PyObject* self, void*) {
    return guarded([&]() -> PyObject* {
        Number const& value = dual_of(self).value;
        if (value.is_plain()) return PyLong_FromLong(1);
        return py::object(value.object.attr("size")).release().ptr();
    });
}
PyObject* get_transpose(PyObject* self, void*) {
    return guarded([&] {
        return on_both(self, [](const py::object& object) { return py::object(object.attr("T")); });
    });
}

}  // namespace

const std::vector<PyGetSetDef>& dual_array_attributes() {
    static const std::vector<PyGetSetDef> attributes = {
        {"shape", get_shape, nullptr, "The lengths of the axes, a tuple; () for a number.",
         nullptr},
        {"ndim", get_ndim, nullptr, "The number of axes.", nullptr},
        {"size", get_size, nullptr, "The number of elements.", nullptr},
        {"dtype", get_dtype, nullptr, "That of the value: float64 or float32.", nullptr},
        {"T", get_transpose, nullptr, "The axes reversed, of value and tangent.", nullptr},
    };
    return attributes;
}

const std::vector<PyMethodDef>& dual_array_methods() {
    auto const with_keywords = [](PyObject* (*function)(PyObject*, PyObject*, PyObject*)) {
        return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
    };
    constexpr int flags = METH_VARARGS | METH_KEYWORDS;
    static const std::vector<PyMethodDef> methods = {
        {"reshape", with_keywords(arrange<Method::reshape>), flags,
         "reshape($self, *shape, order='C')\n--\n\nThe elements in another shape."},
        {"ravel", with_keywords(arrange<Method::ravel>), flags,
         "ravel($self, order='C')\n--\n\nThe elements in one axis."},
        {"flatten", with_keywords(arrange<Method::flatten>), flags,
         "flatten($self, order='C')\n--\n\nA copy in one axis."},
        {"transpose", with_keywords(arrange<Method::transpose>), flags,
         "transpose($self, *axes)\n--\n\nThe axes in another order, reversed by default."},
        {"swapaxes", with_keywords(arrange<Method::swapaxes>), flags,
         "swapaxes($self, axis1, axis2)\n--\n\nTwo axes exchanged."},
        {"squeeze", with_keywords(arrange<Method::squeeze>), flags,
         "squeeze($self, axis=None)\n--\n\nWithout axes of length one."},
        {"diagonal", with_keywords(arrange<Method::diagonal>), flags,
         "diagonal($self, offset=0, axis1=0, axis2=1)\n--\n\nA diagonal, as the last axis."},
        {"copy", with_keywords(arrange<Method::copy>), flags,
         "copy($self)\n--\n\nA copy, which can be assigned to."},
        {"astype", with_keywords(arrange<Method::astype>), flags,
         "astype($self, dtype, copy=True)\n--\n\nThe elements as float64 or float32."},
        {"item", item, METH_VARARGS, "item($self, *index)\n--\n\nRefused: x[i] is an element."},
        {"_broadcast_to", spread, METH_O, nullptr},
        {"__reversed__", reversed, METH_NOARGS, nullptr},
    };
    return methods;
}

const std::vector<PyType_Slot>& dual_array_slots() {
    static const std::vector<PyType_Slot> slots = [] {
        std::vector<PyType_Slot> all = {
            {Py_mp_length, reinterpret_cast<void*>(length)},
            {Py_mp_subscript, reinterpret_cast<void*>(subscript_slot)},
            {Py_tp_iter, reinterpret_cast<void*>(iterate)},
        };
        for (PyType_Slot const& slot : dual_writing_slots()) all.push_back(slot);
        return all;
    }();
    return slots;
}

}  // namespace autodiffx::bindings
