// Variable and Constant: the handles of the core as Python objects.
#include <cmath>

#include "arithmetic.hpp"
#include "attributes.hpp"
#include "common.hpp"
#include "functions.hpp"

#include <structmember.h>  // needs Python.h before it

namespace autodiffx::bindings {

PyTypeObject* variable_type = nullptr;
PyTypeObject* constant_type = nullptr;

namespace {

// ---- birth and death ---------------------------------------------------------

void forget_leaf(Handle& handle) {
    if (handle.state != Handle::State::leaf) return;
    handle.leaf->object = nullptr;
    handle.leaf->release();
}

void deallocate(PyObject* self) {
    auto* const object = reinterpret_cast<VariableObject*>(self);
    PyTypeObject* const type = Py_TYPE(self);
    if (object->weak_references != nullptr) PyObject_ClearWeakRefs(self);
    if (object->handle.on_tape()) object->handle.tape->unlink(object->handle);
    else forget_leaf(object->handle);
    if (type == variable_type && free_list.count < FreeList::limit) {
        free_list.objects[free_list.count++] = self;
        return;
    }
    auto const release = reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free));
    release(self);
    Py_DECREF(type);
}

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
        PyObject *value = Py_None, *name = Py_None;
        static const char* names[] = {"value", "name", nullptr};
        if (PyArg_ParseTupleAndKeywords(arguments, keywords, "|OO:Variable",
                                        const_cast<char**>(names), &value, &name) == 0) {
            return -1;
        }
        double const number = value == Py_None ? 0.0 : number_or_raise("Variable()", value);
        Handle const& handle = handle_of(self);
        if (handle.state != Handle::State::leaf)
            raise_type_error("__init__ of a Variable that is not a leaf");
        set_name(*handle.leaf, name);
        if (value != Py_None) handle.leaf->set(number);
        return 0;
    });
}

int initialise_constant(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> int {
        PyObject* value = nullptr;
        static const char* names[] = {"value", nullptr};
        if (PyArg_ParseTupleAndKeywords(arguments, keywords, "O:Constant",
                                        const_cast<char**>(names), &value) == 0) {
            return -1;
        }
        double const number = number_or_raise("Constant()", value);
        handle_of(self).value = number;
        return 0;
    });
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
        std::string text = type_name(self) + "(";
        std::string separator;
        auto const add = [&](const std::string& part) {
            text += separator + part;
            separator = ", ";
        };
        if (handle.state == Handle::State::leaf) {
            if (handle.leaf->has_value) add(text_of(handle.leaf->value));
            if (handle.leaf->has_name)
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
            if (statement != nullptr) add("op='" + std::string(name_of(statement->op)) + "'");
        }
        text += ")";
        return py::str(text).release().ptr();
    });
}

PyObject* format(PyObject* self, PyObject* specification) {
    return guarded([&]() -> PyObject* {
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
        double const adjoint =
            seed == nullptr ? 1.0 : number_or_raise("the seed of backward()", seed);
        backward_from(handle_of(self), adjoint, accumulate != 0);
        Py_RETURN_NONE;
    });
}

PyObject* reduce(PyObject* self, PyObject*) {
    return guarded([&]() -> PyObject* {
        Handle const& handle = handle_of(self);
        py::object const type =
            py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(Py_TYPE(self)));
        py::object attributes = py::none();
        if (PyObject_HasAttrString(self, "__dict__") != 0)
            attributes = py::handle(self).attr("__dict__");
        if (handle.state == Handle::State::constant) {
            return py::make_tuple(type.ptr() == reinterpret_cast<PyObject*>(variable_type)
                                      ? py::reinterpret_borrow<py::object>(
                                            reinterpret_cast<PyObject*>(constant_type))
                                      : type,
                                  py::make_tuple(handle.value), attributes)
                .release()
                .ptr();
        }
        if (handle.state != Handle::State::leaf) {
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
    "Variable(value=None, name=None)\n--\n\n"
    "A number that can be differentiated by.\n\n"
    "Arithmetic on it is recorded; backward() of a result sets the grad of every\n"
    "Variable that the result depends on.\n\n"
    "value: int, float, bool, NumPy scalar or 0-d array, kept as a float. Without one\n"
    "it is a placeholder, which can be recorded in a Graph and set later.\n"
    "name: a str for messages and drawings.\n\n"
    "Raises TypeError for anything that is not a real number.\n\n"
    ">>> import autodiffx as adx\n"
    ">>> x = adx.Variable(3.0, name=\"x\")\n"
    ">>> y = x * x\n"
    ">>> y.backward()\n"
    ">>> x.grad\n"
    "6.0\n";

constexpr char const* constant_doc =
    "Constant(value)\n--\n\n"
    "A number that nothing is differentiated by: passive, read-only.\n\n"
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

// type(value, name) without calling __init__ of a subclass, with its grad.
py::object restore_variable(const py::object& type, const py::object& value, const py::object& name,
                            const py::object& grad) {
    auto* const as_type = reinterpret_cast<PyTypeObject*>(type.ptr());
    if (!PyType_Check(type.ptr()) || PyType_IsSubtype(as_type, variable_type) == 0) {
        raise_type_error("a pickled Variable names a type that is not one");
    }
    py::object const made = py::reinterpret_steal<py::object>(create(as_type, nullptr, nullptr));
    if (!made) throw py::error_already_set();
    if (initialise_variable(made.ptr(), py::make_tuple(value, name).ptr(), nullptr) != 0)
        throw py::error_already_set();
    if (!grad.is_none()) made.attr("grad") = grad;
    return made;
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
         "backward($self, seed=1.0, accumulate=False)\n--\n\n"
         "Sets the grad of every leaf that this value depends on to seed times the derivative.\n\n"
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
    methods.push_back({nullptr, nullptr, 0, nullptr});

    std::vector<PyType_Slot> slots = number_slots();
    slots.insert(slots.end(), {{Py_tp_new, reinterpret_cast<void*>(create)},
                               {Py_tp_init, reinterpret_cast<void*>(initialise_variable)},
                               {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
                               {Py_tp_repr, reinterpret_cast<void*>(represent)},
                               {Py_tp_hash, reinterpret_cast<void*>(hash)},
                               {Py_tp_getset, variable_attributes},
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
    module.def("_restore_variable", &restore_variable);
}

}  // namespace autodiffx::bindings
