// Variable and Constant: the handles of the core as Python objects.
#include <cmath>

#include "arithmetic.hpp"
#include "arrays.hpp"
#include "attributes.hpp"
#include "common.hpp"
#include "functions.hpp"
#include "making.hpp"

#include <structmember.h>  // needs Python.h before it

namespace autodiffx::bindings {

PyTypeObject* variable_type = nullptr;
PyTypeObject* constant_type = nullptr;

namespace {

// ---- birth and death ---------------------------------------------------------

void forget_leaf(PyObject* self) {
    Handle& handle = handle_of(self);
    bool const is_leaf = handle.state == Handle::State::leaf;
    // Passive arrays and arrays of a cleared graph keep their elements in one.
    if (!is_leaf && !handle.array) return;
    if (handle.leaf->object == self) handle.leaf->object = nullptr;
    handle.leaf->release();
}

AUTODIFFX_NOINLINE void deallocate_slowly(PyObject* self) {
    auto* const object = reinterpret_cast<VariableObject*>(self);
    PyTypeObject* const type = Py_TYPE(self);
    if (object->weak_references != nullptr) PyObject_ClearWeakRefs(self);
    if (object->handle.on_tape()) {
        bool const shows = object->handle.array && object->view->slots >= apart_from;
        if (shows) object->handle.tape->hide(object->handle.slot);
        object->handle.tape->unlink(object->handle);
    } else {
        forget_leaf(self);
    }
    if (object->view != nullptr) {
        free_view(object->view);
        object->view = nullptr;
    }
    if (type == variable_type && !free_list.is_full()) {
        free_list.push(self);
        return;
    }
    auto const release = reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free));
    release(self);
    Py_DECREF(type);
}

// A result of which no more than its view is to be given back.
AUTODIFFX_NOINLINE void deallocate_small_array(PyObject* self) {
    auto* const object = reinterpret_cast<VariableObject*>(self);
    free_view(std::exchange(object->view, nullptr));
    free_list.push(self);
    object->handle.tape->unlink(object->handle);
}

// Results and elements of array leaves die as often as they are made: without a
// call, but for the last on a tape.
void deallocate(PyObject* self) {
    auto* const object = reinterpret_cast<VariableObject*>(self);
    Handle& handle = object->handle;
    if (Py_TYPE(self) == variable_type && object->weak_references == nullptr &&
        !free_list.is_full()) {
        if (handle.is_plain_result()) {
            free_list.push(self);
            handle.tape->unlink(handle);
            return;
        }
        if (handle.is_plain_leaf() && handle.leaf->object != self && handle.leaf->references > 1) {
            free_list.push(self);
            handle.leaf->release();
            return;
        }
        // A tape does not count who shows a small array.
        if (handle.array && handle.on_tape() && object->view->slots < apart_from)
            return deallocate_small_array(self);
    }
    deallocate_slowly(self);
}

// ---- text --------------------------------------------------------------------

std::string text_of(double value) {
    char* const text = PyOS_double_to_string(value, 'r', 0, Py_DTSF_ADD_DOT_0, nullptr);
    if (text == nullptr) throw py::error_already_set();
    std::string const result(text);
    PyMem_Free(text);
    return result;
}

PyObject* represent(PyObject* self) {
    return guarded([&]() -> PyObject* {
        Handle const& handle = handle_of(self);
        std::string text = handle.array ? array_text(self) : type_name(self) + "(";
        std::string separator = handle.array ? ", " : "";
        auto const add = [&](const std::string& part) {
            text += separator + part;
            separator = ", ";
        };
        if (handle.array) {
            const Statement* const statement = statement_of(handle);
            if (statement != nullptr)
                add("op='" + std::string(name_of(*handle.tape, *statement)) + "'");
        } else if (handle.state == Handle::State::leaf) {
            if (handle.leaf->has_value) add(text_of(read_value(handle)));
            if (handle.leaf->has_name && handle.leaf->object == self)
                add("name=" + std::string(py::repr(py::str(handle.leaf->name))));
        } else if (handle.state == Handle::State::constant) {
            if (Py_TYPE(self) == variable_type) text = "Constant(";
            add(text_of(handle.value));
        } else if (handle.state == Handle::State::detached) {
            add(text_of(handle.value));
            add("cleared");
        } else {
            // A repr never raises: what is stale or unevaluated is said to be so.
            try {
                add(text_of(read_value(handle)));
            } catch (const std::runtime_error& error) {
                add(dynamic_cast<const stale_error*>(&error) != nullptr ? "stale" : "no value");
            }
            const Statement* const statement = statement_of(handle);
            if (statement != nullptr)
                add("op='" + std::string(name_of(*handle.tape, *statement)) + "'");
        }
        text += ")";
        return py::str(text).release().ptr();
    });
}

PyObject* format(PyObject* self, PyObject* specification) {
    return guarded([&]() -> PyObject* {
        if (is_array(self)) {
            if (PyObject_IsTrue(specification) == 0)
                return PyObject_Str(py::object(py::handle(self).attr("value")).ptr());
            raise_type_error(
                "unsupported format string passed to Variable.__format__: format the "
                "elements, or x.value");
        }
        py::object const value = py::float_(read_value(handle_of(self)));
        note_escape(handle_of(self));
        return PyObject_Format(value.ptr(), specification);
    });
}

Py_hash_t hash(PyObject* self) {
    static auto const by_identity =
        reinterpret_cast<hashfunc>(PyType_GetSlot(&PyBaseObject_Type, Py_tp_hash));
    return by_identity(self);
}

// ---- methods -----------------------------------------------------------------

PyObject* backward(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> PyObject* {
        PyObject* seed = nullptr;
        int accumulate = 0;
        static const char* names[] = {"seed", "accumulate", nullptr};
        if (PyArg_ParseTupleAndKeywords(arguments, keywords, "|Op:backward",
                                        const_cast<char**>(names), &seed, &accumulate) == 0) {
            return nullptr;
        }
        if (is_array(self)) {
            require_active(handle_of(self));
            backward_from_array(handle_of(self), array_seed(self, seed), accumulate != 0);
            Py_RETURN_NONE;
        }
        double const adjoint = seed == nullptr || seed == Py_None
                                   ? 1.0
                                   : number_or_raise("the seed of backward()", seed);
        backward_from(handle_of(self), adjoint, accumulate != 0);
        Py_RETURN_NONE;
    });
}

PyObject* round_to(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> PyObject* {
        PyObject *decimals = nullptr, *out = Py_None;
        static const char* names[] = {"decimals", "out", nullptr};
        if (PyArg_ParseTupleAndKeywords(arguments, keywords, "|OO:round", const_cast<char**>(names),
                                        &decimals, &out) == 0) {
            return nullptr;
        }
        if (out != Py_None)
            raise_type_error(
                "round() of a Variable takes no out=: what is recorded cannot be overwritten");
        return decimals == nullptr ? apply_or_raise(Op::rint, &self) : rounded(self, decimals);
    });
}

PyMemberDef members[] = {{"__weaklistoffset__", T_PYSSIZET,
                          offsetof(VariableObject, weak_references), READONLY, nullptr},
                         {nullptr, 0, 0, 0, nullptr}};

constexpr char const* variable_doc =
    "Variable(value=None, name=None, dtype=None)\n--\n\n"
    "A number or an array that can be differentiated by.\n\n"
    "Arithmetic on it is recorded; backward() of a result sets the grad of every\n"
    "Variable that the result depends on.\n\n"
    "Args:\n"
    "    value: int, float, bool, NumPy scalar or 0-d array, kept as a float; or an array_like\n"
    "        of any shape, copied. Without one it is a placeholder, which can be recorded in a\n"
    "        Graph and set later.\n"
    "    name: a str for messages and drawings. As the second positional argument a dtype (a\n"
    "        type or numpy.dtype) is taken too, as in NumPy.\n"
    "    dtype: float64 or float32. Without one float32 arrays stay float32; numbers,\n"
    "        integers, booleans and lists become float64.\n\n"
    "A leaf is set as a whole, w.value = a; arrays that were computed can be written into,\n"
    "y[i] = v, and gradients follow.\n\n"
    "Raises:\n"
    "    TypeError: the value is not a real number or an array of them.\n"
    "    ValueError: it is a nested list of uneven lengths.\n\n"
    ">>> import autodiffx as adx\n"
    ">>> x = adx.Variable(3.0, name=\"x\")\n"
    ">>> y = x * x\n"
    ">>> y.backward()\n"
    ">>> x.grad\n"
    "6.0\n"
    ">>> w = adx.Variable([1.0, 2.0])\n"
    ">>> (w * w).backward(seed=[1.0, 1.0])\n"
    ">>> w.grad\n"
    "array([2., 4.])\n";

constexpr char const* constant_doc =
    "Constant(value, dtype=None)\n--\n\n"
    "A number or an array that nothing is differentiated by: passive, read-only.\n\n"
    "Operations on constants alone give constants. Its grad is always None, and\n"
    "backward() of what depends on constants alone is a ValueError.\n\n"
    ">>> import autodiffx as adx\n"
    ">>> adx.Constant(2.0) * 3\n"
    "Constant(6.0)\n";

PyTypeObject* make_type(const char* name, std::vector<PyType_Slot> slots, PyTypeObject* base) {
    slots.push_back({0, nullptr});
    PyType_Spec specification = {name, static_cast<int>(sizeof(VariableObject)), 0,
                                 Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots.data()};
    PyObject* bases = nullptr;
    if (base != nullptr) bases = PyTuple_Pack(1, base);
    PyObject* const type = PyType_FromSpecWithBases(&specification, bases);
    Py_XDECREF(bases);
    if (type == nullptr) throw py::error_already_set();
    return reinterpret_cast<PyTypeObject*>(type);
}

}  // namespace

void register_variable(py::module_& module) {
    static std::vector<PyMethodDef> methods = operator_methods();
    for (PyMethodDef const& method : number_methods()) methods.push_back(method);
    auto const with_keywords = [](PyObject* (*function)(PyObject*, PyObject*, PyObject*)) {
        return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
    };
    methods.push_back(
        {"backward", with_keywords(backward), METH_VARARGS | METH_KEYWORDS,
         "backward($self, seed=None, accumulate=False)\n--\n\n"
         "Sets the grad of every leaf that this value depends on to seed times the derivative.\n\n"
         "seed: a number, 1 if left out; of an array one that broadcasts to its shape, left out\n"
         "only where there is a single element (ValueError otherwise).\n"
         "accumulate=True adds to what is there. Leaves that the value does not depend on are\n"
         "left alone; where it depends on one with derivative zero, grad is 0.0.\n\n"
         "Raises ValueError if the value depends on no Variable or a placeholder has no value,\n"
         "StaleValueError if a leaf was set since (outside a Graph; a Graph replays first),\n"
         "GraphError if its graph was cleared."});
    methods.push_back({"round", with_keywords(round_to), METH_VARARGS | METH_KEYWORDS,
                       "round($self, decimals=0, out=None)\n--\n\nRounded to decimals, halves to "
                       "even; derivative zero."});
    methods.push_back({"__format__", format, METH_O, nullptr});
    methods.push_back({"__reduce__", reduce, METH_NOARGS, nullptr});
    for (PyMethodDef const& method : numpy_methods()) methods.push_back(method);
    for (PyMethodDef const& method : array_methods()) methods.push_back(method);
    for (PyMethodDef const& method : array_protocol_methods()) methods.push_back(method);
    for (PyMethodDef const& method : delegated_methods()) methods.push_back(method);
    methods.push_back({nullptr, nullptr, 0, nullptr});

    static std::vector<PyGetSetDef> attributes;
    for (PyGetSetDef* each = variable_attributes; each->name != nullptr; ++each)
        attributes.push_back(*each);
    for (PyGetSetDef* each = array_attributes; each->name != nullptr; ++each)
        attributes.push_back(*each);
    attributes.push_back({nullptr, nullptr, nullptr, nullptr, nullptr});

    std::vector<PyType_Slot> slots = number_slots();
    for (PyType_Slot const& slot : array_slots()) slots.push_back(slot);
    for (PyType_Slot const& slot : delegated_slots()) slots.push_back(slot);
    slots.insert(slots.end(), {{Py_tp_new, reinterpret_cast<void*>(create)},
                               {Py_tp_init, reinterpret_cast<void*>(initialise_variable)},
                               {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
                               {Py_tp_repr, reinterpret_cast<void*>(represent)},
                               {Py_tp_hash, reinterpret_cast<void*>(hash)},
                               {Py_tp_getset, attributes.data()},
                               {Py_tp_members, members},
                               {Py_tp_methods, methods.data()},
                               {Py_tp_doc, const_cast<char*>(variable_doc)}});
    variable_type = make_type("autodiffx.Variable", slots, nullptr);
    constant_type = make_type("autodiffx.Constant",
                              {{Py_tp_init, reinterpret_cast<void*>(initialise_constant)},
                               {Py_tp_doc, const_cast<char*>(constant_doc)}},
                              variable_type);
    module.add_object("Variable", reinterpret_cast<PyObject*>(variable_type));
    module.add_object("Constant", reinterpret_cast<PyObject*>(constant_type));
    module.def("_restore_variable", &restore_variable, py::arg("type"), py::arg("value"),
               py::arg("name"), py::arg("grad"), py::arg("dtype") = py::none());
}

}  // namespace autodiffx::bindings
