// Dual: forward mode as a Python number.

#include "arithmetic.hpp"
#include "arrays.hpp"
#include "functions.hpp"
#include "number.hpp"

namespace autodiffx::bindings {

PyTypeObject* dual_type = nullptr;

namespace {

DualObject* allocate(PyTypeObject* type, Number value, Number tangent, long long level) {
    // Not PyType_GenericAlloc: that starts tracking before the fields exist.
    auto* const object = PyObject_GC_New(DualObject, type);
    if (object == nullptr) throw py::error_already_set();
    new (&object->value) Number(std::move(value));
    new (&object->tangent) Number(std::move(tangent));
    object->level = level;
    // Two plain numbers cannot be part of a cycle.
    if (!object->value.is_plain() || !object->tangent.is_plain()) PyObject_GC_Track(object);
    return object;
}

// A component: a plain number or array, a Variable, or a Dual of a lower level.
Number component(const char* what, PyObject* object, long long level) {
    double number;
    if (is_variable(object)) return Number(py::reinterpret_borrow<py::object>(object));
    if (is_dual(object)) {
        if (dual_of(object).level >= level) {
            raise_value_error(std::string("the ") + what + " of a Dual of level " +
                              std::to_string(level) +
                              " must be of a lower level, got one of level " +
                              std::to_string(dual_of(object).level));
        }
        return Number(py::reinterpret_borrow<py::object>(object));
    }
    if (read_number(object, number)) return number;
    if (is_ndarray(object)) {
        py::object array = own_array("Dual()", object);
        // What is computed from it can be assigned to, the argument itself cannot.
        array.attr("setflags")(py::arg("write") = false);
        return Number(std::move(array));
    }
    raise_type_error(
        std::string("the ") + what +
        " of a Dual is a number, an array, a Variable or a Dual of a lower level, got '" +
        type_name(object) + "'");
}

// A tangent as the user gave it, in the shape and dtype of the value. Zero fits any.
Number checked_tangent(Number tangent, const Number& value) {
    if (!is_array_like(value) && !is_array_like(tangent)) return tangent;
    py::object const shape = shape_of(value), given = shape_of(tangent);
    if (!tangent.is(0.0) && !given.equal(shape)) {
        raise_value_error("the tangent of a Dual has the shape of its value, " +
                          std::string(py::str(shape)) + ", got one of shape " +
                          std::string(py::str(given)));
    }
    return fitted(std::move(tangent), value);
}

PyObject* create(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> PyObject* {
        PyObject *value = nullptr, *tangent = nullptr;
        long long level = 0;
        static const char* names[] = {"value", "tangent", "level", nullptr};
        if (PyArg_ParseTupleAndKeywords(arguments, keywords, "O|OL:Dual", const_cast<char**>(names),
                                        &value, &tangent, &level) == 0) {
            return nullptr;
        }
        if (level < 0)
            raise_value_error("the level of a Dual is not negative, got " + std::to_string(level));
        Number first = component("value", value, level);
        Number second = checked_tangent(
            tangent == nullptr ? Number(0.0) : component("tangent", tangent, level), first);
        return reinterpret_cast<PyObject*>(
            allocate(type, std::move(first), std::move(second), level));
    });
}

int traverse(PyObject* self, visitproc visit, void* arg) {
    Py_VISIT(dual_of(self).value.object.ptr());
    Py_VISIT(dual_of(self).tangent.object.ptr());
    Py_VISIT(Py_TYPE(self));
    return 0;
}

int clear(PyObject* self) {
    dual_of(self).value.object = py::object();
    dual_of(self).tangent.object = py::object();
    return 0;
}

void deallocate(PyObject* self) {
    PyTypeObject* const type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    // Duals nest by level: a long chain must not be freed by deep recursion.
    Py_TRASHCAN_BEGIN(self, deallocate) dual_of(self).value.~Number();
    dual_of(self).tangent.~Number();
    PyObject_GC_Del(self);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

std::string text_of(const Number& component) {
    if (component.is_plain() || !is_ndarray(component.object.ptr()))
        return py::repr(component.to_python());
    std::string text = py::str(py::module_::import("numpy").attr("array2string")(
        component.object, py::arg("separator") = ", ", py::arg("prefix") = "Dual("));
    if (!dtype_of(component).equal(dtype_to_python(Dtype::float64)))
        text += ", dtype=" + std::string(py::str(dtype_of(component)));
    return text;
}

PyObject* represent(PyObject* self) {
    return guarded([&]() -> PyObject* {
        if (Py_EnterRecursiveCall(" in the repr of nested Duals") != 0)
            throw py::error_already_set();
        DualObject const& dual = dual_of(self);
        std::string text;
        try {
            text = "Dual(" + text_of(dual.value) + ", tangent=" + text_of(dual.tangent);
        } catch (...) {
            Py_LeaveRecursiveCall();
            throw;
        }
        Py_LeaveRecursiveCall();
        if (dual.level != 0) text += ", level=" + std::to_string(dual.level);
        return py::str(text + ")").release().ptr();
    });
}

Py_hash_t hash(PyObject* self) {
    static auto const by_identity =
        reinterpret_cast<hashfunc>(PyType_GetSlot(&PyBaseObject_Type, Py_tp_hash));
    return by_identity(self);
}

PyObject* format(PyObject* self, PyObject* specification) {
    return guarded(
        [&] { return PyObject_Format(dual_of(self).value.to_python().ptr(), specification); });
}

PyObject* get_value(PyObject* self, void*) {
    return guarded([&] { return shown(dual_of(self).value).release().ptr(); });
}
PyObject* get_tangent(PyObject* self, void*) {
    return guarded([&] { return shown(dual_of(self).tangent).release().ptr(); });
}
PyObject* get_level(PyObject* self, void*) { return PyLong_FromLongLong(dual_of(self).level); }

PyObject* reduce(PyObject* self, PyObject*) {
    return guarded([&] {
        DualObject const& dual = dual_of(self);
        return py::make_tuple(
                   py::handle(reinterpret_cast<PyObject*>(dual_type)),
                   py::make_tuple(dual.value.to_python(), dual.tangent.to_python(), dual.level))
            .release()
            .ptr();
    });
}

PyObject* array(PyObject*, PyObject*, PyObject*) {
    return guarded([&]() -> PyObject* {
        raise_type_error(
            "a NumPy array of a Dual would drop its tangent: use x.value for the number, "
            "adx.sin(x) for functions");
    });
}

PyObject* round_to(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
    return guarded([&]() -> PyObject* {
        return count == 0 ? apply_or_raise(Op::rint, &self) : rounded(self, arguments[0]);
    });
}

constexpr PyGetSetDef components[] = {
    {"value", get_value, nullptr, "The primal.", nullptr},
    {"_value", get_value, nullptr, "The primal, by the name that code written for autograd reads.",
     nullptr},
    {"tangent", get_tangent, nullptr, "The derivative carried along.", nullptr},
    {"level", get_level, nullptr, "Which differentiation the tangent belongs to.", nullptr}};

constexpr char const* dual_doc =
    "Dual(value, tangent=0.0, level=0)\n--\n\n"
    "A number or an array with its derivative: forward mode.\n\n"
    "f(Dual(x, t)) is Dual(f(x), f'(x) * t). Duals of the same level combine; those of\n"
    "different levels nest, the higher outermost, so that derivatives of derivatives\n"
    "are not confused. value and tangent are numbers, arrays (of float64 or float32, which are\n"
    "copied), Variables, or Duals of lower level. The tangent has the value's shape and takes\n"
    "its dtype; 0 fits any. Indexing and the methods of arrays act on both alike.\n\n"
    "Raises TypeError for anything else and ValueError for a component whose level is not\n"
    "lower, or a tangent of another shape.\n\n"
    ">>> import autodiffx as adx\n"
    ">>> adx.Dual(3.0, 1.0) * adx.Dual(3.0, 1.0)\n"
    "Dual(9.0, tangent=6.0)\n";

}  // namespace

PyObject* new_dual(Number value, Number tangent, long long level) {
    return reinterpret_cast<PyObject*>(
        allocate(dual_type, std::move(value), std::move(tangent), level));
}

void register_dual(py::module_& module) {
    static std::vector<PyMethodDef> methods = operator_methods();
    for (PyMethodDef const& method : number_methods()) methods.push_back(method);
    for (PyMethodDef const& method : numpy_methods()) {
        if (std::string(method.ml_name) != "__array__") methods.push_back(method);
    }
    methods.push_back({"__array__",
                       reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(array)),
                       METH_VARARGS | METH_KEYWORDS, nullptr});
    methods.push_back(
        {"round", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(round_to)),
         METH_FASTCALL,
         "round($self, decimals=0)\n--\n\nRounded to decimals, halves to even; tangent zero."});
    methods.push_back({"__format__", format, METH_O, nullptr});
    methods.push_back({"__reduce__", reduce, METH_NOARGS, nullptr});
    for (PyMethodDef const& method : dual_array_methods()) methods.push_back(method);
    for (PyMethodDef const& method : delegated_methods()) methods.push_back(method);
    methods.push_back({nullptr, nullptr, 0, nullptr});
    static std::vector<PyGetSetDef> attributes(std::begin(components), std::end(components));
    for (PyGetSetDef const& attribute : dual_array_attributes()) attributes.push_back(attribute);
    attributes.push_back({nullptr, nullptr, nullptr, nullptr, nullptr});
    std::vector<PyType_Slot> slots = number_slots();
    for (PyType_Slot const& slot : dual_array_slots()) slots.push_back(slot);
    for (PyType_Slot const& slot : delegated_slots()) slots.push_back(slot);
    slots.insert(slots.end(), {{Py_tp_new, reinterpret_cast<void*>(create)},
                               {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
                               {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
                               {Py_tp_clear, reinterpret_cast<void*>(clear)},
                               {Py_tp_repr, reinterpret_cast<void*>(represent)},
                               {Py_tp_hash, reinterpret_cast<void*>(hash)},
                               {Py_tp_getset, attributes.data()},
                               {Py_tp_methods, methods.data()},
                               {Py_tp_doc, const_cast<char*>(dual_doc)},
                               {0, nullptr}});
    PyType_Spec specification = {"autodiffx.Dual", static_cast<int>(sizeof(DualObject)), 0,
                                 Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots.data()};
    dual_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&specification));
    if (dual_type == nullptr) throw py::error_already_set();
    module.add_object("Dual", reinterpret_cast<PyObject*>(dual_type));
}

}  // namespace autodiffx::bindings
