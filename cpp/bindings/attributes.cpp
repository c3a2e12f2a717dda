// The attributes of Variables.
#include "attributes.hpp"

#include "external.hpp"

namespace autodiffx::bindings {

namespace {

[[noreturn]] void raise_bad_value(char const* what, PyObject* value) {
    if (is_variable(value) || is_dual(value)) {
        raise_type_error(std::string(what) + " takes a plain number, got a " + type_name(value) +
                         ", whose derivative would be dropped: use its .value");
    }
    raise_type_error(std::string(what) +
                     " takes a number (int, float, bool, a NumPy scalar or 0-d array), got '" +
                     type_name(value) + "'");
}

}  // namespace

double number_or_raise(char const* what, PyObject* value) {
    double number;
    if (!read_number(value, number)) raise_bad_value(what, value);
    return number;
}

void set_name(Leaf& leaf, PyObject* name) {
    if (name == Py_None) {
        leaf.has_name = false;
        leaf.name.clear();
        return;
    }
    if (!PyUnicode_Check(name))
        raise_type_error("the name of a Variable is a str or None, got '" + type_name(name) + "'");
    leaf.name = py::cast<std::string>(py::handle(name));
    leaf.has_name = true;
}

const Statement* statement_of(const Handle& handle) {
    if (!handle.on_tape()) return nullptr;
    std::size_t const at = handle.tape->statement_of(handle.slot);
    return at == Tape::npos ? nullptr : &handle.tape->statements[at];
}

namespace {

[[noreturn]] void raise_element() {
    raise(PyExc_AttributeError,
          "an element of an array Variable cannot be set alone: set the whole, w.value = a");
}

bool is_own_leaf(PyObject* self) {
    Handle const& handle = handle_of(self);
    return handle.state == Handle::State::leaf && handle.leaf->object == self;
}

// The Variable of which this one is a view or an element; null if it is none.
py::object looked_into(PyObject* self) {
    Handle const& handle = handle_of(self);
    if (handle.state == Handle::State::leaf) {
        if (is_own_leaf(self)) return {};
        return py::reinterpret_steal<py::object>(object_of_leaf(*handle.leaf));
    }
    if (!handle.on_tape()) return {};
    std::size_t const at = handle.tape->statement_of(handle.slot);
    bool const element = !handle.array && at != Tape::npos &&
                         handle.tape->statements[at].op == Op::array &&
                         ArrayRecord(*handle.tape, handle.tape->statements[at]).ndim() > 0;
    bool const view = handle.array && view_of(self).is_view;
    if (!element && !view) return {};
    Slot const last = at == Tape::npos ? handle.slot : handle.tape->statements[at].result;
    return py::reinterpret_steal<py::object>(
        array_on_old(*handle.tape, last, static_cast<Kind>(handle.state), handle.deferred));
}

bool is_assigned(PyObject* self) {
    Handle const& handle = handle_of(self);
    if (!handle.on_tape() || !handle.array) return false;
    Tape const& tape = *handle.tape;
    std::size_t const at = tape.statement_of(handle.slot);
    if (at == Tape::npos || tape.statements[at].op != Op::array) return false;
    return tape.extents[ArrayRecord(tape, tape.statements[at]).result().extent].assigned;
}

PyObject* get_value(PyObject* self, void*) {
    return guarded([&] {
        Handle const& handle = handle_of(self);
        if (handle.array) return array_value(self);
        double const value = read_value(handle);
        if (handle.on_tape()) note_escape(handle);
        return PyFloat_FromDouble(value);
    });
}

int set_value(PyObject* self, PyObject* value, void*) {
    return guarded([&]() -> int {
        Handle const& handle = handle_of(self);
        if (value == nullptr)
            raise(PyExc_AttributeError, "the value of a Variable cannot be deleted");
        if (handle.state != Handle::State::leaf) {
            raise(PyExc_AttributeError, handle.state == Handle::State::constant
                                            ? "a Constant cannot be set: use a Variable"
                                            : "only leaves can be set, this value was computed: "
                                              "set the Variables it came from");
        }
        if (handle.array) {
            set_array_value(self, value);
            return 0;
        }
        if (handle.leaf->array) raise_element();
        handle.leaf->set(number_or_raise(".value", value));
        return 0;
    });
}

PyObject* get_grad(PyObject* self, void*) {
    return guarded([&]() -> PyObject* {
        Handle const& handle = handle_of(self);
        if (handle.array) return array_grad(self);
        if (handle.state == Handle::State::leaf) {
            Leaf const& leaf = *handle.leaf;
            if (leaf.has_grad)
                return PyFloat_FromDouble(leaf.array ? leaf.array->grad[handle.slot] : leaf.grad);
        } else if (handle.state == Handle::State::result) {
            Tape const& tape = *handle.tape;
            if (tape.swept_statements == tape.statements.size()) {
                return PyFloat_FromDouble(tape.adjoint_at(handle.slot));
            }
        }
        Py_RETURN_NONE;
    });
}

int set_grad(PyObject* self, PyObject* value, void*) {
    return guarded([&]() -> int {
        Handle const& handle = handle_of(self);
        if (value == nullptr)
            raise(PyExc_AttributeError, "the grad of a Variable cannot be deleted: set it to None");
        if (handle.state != Handle::State::leaf) {
            raise(PyExc_AttributeError,
                  "only the grad of a leaf can be set, not that of a computed or constant value");
        }
        if (handle.array) {
            set_array_grad(self, value);
            return 0;
        }
        if (handle.leaf->array) raise_element();
        if (value == Py_None) {
            handle.leaf->has_grad = false;
        } else {
            handle.leaf->grad = number_or_raise(".grad", value);
            handle.leaf->has_grad = true;
        }
        return 0;
    });
}

PyObject* get_name(PyObject* self, void*) {
    return guarded([&]() -> PyObject* {
        Handle const& handle = handle_of(self);
        if (is_own_leaf(self) && handle.leaf->has_name) {
            return py::str(handle.leaf->name).release().ptr();
        }
        Py_RETURN_NONE;
    });
}

int set_name_attribute(PyObject* self, PyObject* value, void*) {
    return guarded([&]() -> int {
        Handle const& handle = handle_of(self);
        if (!is_own_leaf(self)) raise(PyExc_AttributeError, "only leaves have names");
        set_name(*handle.leaf, value == nullptr ? Py_None : value);
        return 0;
    });
}

PyObject* get_is_leaf(PyObject* self, void*) {
    Handle const& handle = handle_of(self);
    if (handle.state == Handle::State::leaf) return PyBool_FromLong(is_own_leaf(self));
    return PyBool_FromLong(handle.state != Handle::State::detached &&
                           statement_of(handle) == nullptr);
}

PyObject* get_op(PyObject* self, void*) {
    return guarded([&]() -> PyObject* {
        if (looked_into(self)) return PyUnicode_FromString("view");
        if (is_assigned(self)) return PyUnicode_FromString("assign");
        const Statement* const statement = statement_of(handle_of(self));
        if (statement == nullptr) Py_RETURN_NONE;
        std::string_view const name = name_of(*handle_of(self).tape, *statement);
        return PyUnicode_FromStringAndSize(name.data(), static_cast<Py_ssize_t>(name.size()));
    });
}

PyObject* get_inputs(PyObject* self, void*) {
    return guarded([&]() -> PyObject* {
        Handle const& handle = handle_of(self);
        if (py::object const whole = looked_into(self))
            return py::make_tuple(whole).release().ptr();
        const Statement* const statement = statement_of(handle);
        if (statement == nullptr) return PyTuple_New(0);
        if (external_of(*handle.tape, *statement) != nullptr)
            return inputs_of_external(*handle.tape, *statement).release().ptr();
        if (statement->op == Op::array) {
            // Making the objects links handles, which leaves the record where it is.
            ArrayRecord const record(*handle.tape, *statement);
            py::tuple inputs(static_cast<std::size_t>(record.arity()));
            for (int i = 0; i < record.arity(); ++i) {
                inputs[static_cast<std::size_t>(i)] = py::reinterpret_steal<py::object>(
                    object_of_part(*handle.tape, record.operand(i), record));
            }
            return inputs.release().ptr();
        }
        Slot slots[3];
        int const arity = handle.tape->operands(*statement, slots);
        py::tuple inputs(static_cast<std::size_t>(arity));
        for (int i = 0; i < arity; ++i) {
            inputs[static_cast<std::size_t>(i)] = py::reinterpret_steal<py::object>(
                object_of_slot(*handle.tape, slots[i], statement->kind(i)));
        }
        return inputs.release().ptr();
    });
}

}  // namespace

PyGetSetDef variable_attributes[] = {
    {"value", get_value, set_value, "The number. Settable on leaves; setting starts a new version.",
     nullptr},
    {"_value", get_value, nullptr, "The value, by the name that code written for autograd reads.",
     nullptr},
    {"grad", get_grad, set_grad,
     "The gradient that backward() set: a float, None before the first. Of a computed value its "
     "adjoint in the last sweep.",
     nullptr},
    {"name", get_name, set_name_attribute, "The name given to a leaf, or None.", nullptr},
    {"is_leaf", get_is_leaf, nullptr, "True if no recorded operation made it.", nullptr},
    {"op", get_op, nullptr, "The name of the operator that made it, None for a leaf.", nullptr},
    {"inputs", get_inputs, nullptr, "The operands of the operator that made it, () for a leaf.",
     nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

}  // namespace autodiffx::bindings
