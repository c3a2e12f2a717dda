// Python objects as operands, and operands as Python objects.
#include <cmath>

#include "arrays.hpp"

namespace autodiffx::bindings {

__thread Tape* tape_in_use = nullptr;

namespace {

// The thread's dictionary owns its ambient tape, so it goes with the thread,
// under the GIL.
void end_ambient_tape(PyObject* capsule) {
    Tape* const tape = static_cast<Tape*>(PyCapsule_GetPointer(capsule, nullptr));
    if (tape_in_use == tape) tape_in_use = nullptr;
    tape->release();
}

// numpy.generic and numpy.ndarray, fetched once.
PyObject* numpy_type(char const* name) {
    return py::object(py::module_::import("numpy").attr(name)).release().ptr();
}

}  // namespace

void raise_foreign(const Tape& tape, const Handle& handle) {
    std::string const here = tape.describe();
    if (handle.state == Handle::State::detached && handle.slot == 0) {
        throw graph_error(
            "the value was computed inside of checkpoint(), which keeps nothing but what its "
            "function returns, and is used in " +
            here + ": return it as well, or use its .value");
    }
    if (handle.state == Handle::State::detached) {
        throw graph_error("the value was recorded in Graph #" + std::to_string(handle.slot) +
                          ", which has been cleared, and is used in " + here +
                          ": compute it again, or use its .value");
    }
    std::string const there = handle.tape->describe();
    if (!handle.tape->is_graph()) {
        throw graph_error("the value was recorded on " + there +
                          " of another thread, and is used in " + here +
                          ": compute it in this thread, or use its .value");
    }
    throw graph_error("the value was recorded in " + there +
                      ", which is not open here, and is used in " + here + ": enter " + there +
                      " again, or use its .value");
}

Handle known_to(Tape& tape, const Handle& handle, std::uint32_t slots) {
    for (Tape* around = &tape; around != nullptr; around = around->enclosing) {
        if (handle.tape == around) return handle;
        if (around->stand_ins == nullptr) continue;
        Handle known = handle;
        known.slot = around->stand_ins->find(handle, slots);
        known.tape = around;
        return known;
    }
    raise_foreign(tape, handle);
}

Tape& make_ambient_tape() {
    PyObject* const dictionary = PyThreadState_GetDict();
    if (dictionary == nullptr) raise(PyExc_RuntimeError, "this thread has no Python thread state");
    auto* const tape = new Tape(Tape::Role::ambient);
    tape->retain();
    py::object const capsule =
        py::reinterpret_steal<py::object>(PyCapsule_New(tape, nullptr, end_ambient_tape));
    if (!capsule) {
        tape->release();
        throw py::error_already_set();
    }
    if (PyDict_SetItemString(dictionary, "autodiffx.ambient_tape", capsule.ptr()) != 0)
        throw py::error_already_set();
    tape_in_use = tape;
    return *tape;
}

bool read_number(PyObject* object, double& value) {
    if (PyFloat_Check(object)) {
        value = PyFloat_AS_DOUBLE(object);
        return true;
    }
    if (PyLong_Check(object)) {
        value = PyLong_AsDouble(object);
        if (value == -1.0 && PyErr_Occurred() != nullptr) throw py::error_already_set();
        return true;
    }
    static PyObject* const generic = numpy_type("generic");
    static PyObject* const array = numpy_type("ndarray");
    bool const is_array = PyObject_TypeCheck(object, reinterpret_cast<PyTypeObject*>(array));
    if (!is_array && !PyObject_TypeCheck(object, reinterpret_cast<PyTypeObject*>(generic)))
        return false;
    py::handle const numpy_object(object);
    if (is_array && py::cast<int>(numpy_object.attr("ndim")) != 0) return false;
    std::string const kind = py::str(numpy_object.attr("dtype").attr("kind"));
    if (kind != "f" && kind != "i" && kind != "u" && kind != "b") return false;
    py::object const item = numpy_object.attr("item")();
    if (PyFloat_Check(item.ptr()) || PyLong_Check(item.ptr()))
        return read_number(item.ptr(), value);
    value = PyFloat_AsDouble(item.ptr());  // a long double stays NumPy's
    if (value == -1.0 && PyErr_Occurred() != nullptr) throw py::error_already_set();
    return true;
}

void require_plain_array(char const* what, PyObject* array) {
    static PyObject* const ndarray = numpy_type("ndarray");
    py::handle const type(reinterpret_cast<PyObject*>(Py_TYPE(array))), plain(ndarray);
    if (type.is(plain)) return;
    for (char const* name : {"__mul__", "__array_ufunc__"}) {
        if (type.attr(name).is(plain.attr(name))) continue;
        raise_type_error(std::string(what) + " takes plain arrays, got a '" + type_name(array) +
                         "', whose arithmetic is its own and would be lost: take np.asarray() of "
                         "it, and in place of a mask np.where");
    }
}

Found find_term_slowly(Tape& tape, PyObject* object, Term& term) {
    if (is_dual(object)) return Found::dual;
    if (!is_variable(object)) {
        // First what is quickly told: looking for a number asks NumPy by name.
        if (is_ndarray(object)) return Found::array;
        return read_number(object, term.value) ? Found::term : Found::none;
    }
    term.variable = true;
    Handle const& handle = handle_of(object);
    if (handle.array) return Found::array;
    switch (handle.state) {
        case Handle::State::constant:
            term.value = handle.value;
            return Found::term;
        case Handle::State::leaf:
            if (!handle.leaf->has_value && !tape.is_graph()) {
                throw missing_value(
                    "Variable does not have value: " +
                    (handle.leaf->has_name ? handle.leaf->name : std::string("(no name)")));
            }
            term.operand = {tape.input(*handle.leaf) + handle.slot, Kind::leaf,
                            !handle.leaf->has_value};
            return Found::term;
        case Handle::State::result:
        case Handle::State::varying: {
            bool const varying = handle.state == Handle::State::varying;
            if (handle.tape == &tape) {
                term.operand = {handle.slot, varying ? Kind::varying : Kind::result,
                                handle.deferred};
                return Found::term;
            }
            Handle const known = known_to(tape, handle, 1);
            Kind const own = varying ? Kind::varying : Kind::result;
            Kind const captured = varying ? Kind::varying : Kind::leaf;
            term.operand = known.tape == &tape ? Operand{known.slot, own, handle.deferred}
                                               : Operand{tape.capture(*known.tape, known), captured,
                                                         handle.deferred};
            return Found::term;
        }
        case Handle::State::detached:
        case Handle::State::mark:
            break;
    }
    raise_foreign(tape, handle);
}

double read_value(const Handle& handle) {
    switch (handle.state) {
        case Handle::State::constant:
        case Handle::State::detached:
            return handle.value;
        case Handle::State::leaf:
            if (!handle.leaf->has_value) {
                throw missing_value(
                    "Variable does not have value: " +
                    (handle.leaf->has_name ? handle.leaf->name : std::string("(no name)")));
            }
            return handle.leaf->array ? handle.leaf->array->value[handle.slot] : handle.leaf->value;
        default:
            if (handle.tape->is_graph() && handle.tape->may_be_stale())
                handle.tape->require_current(handle.slot);
            return handle.tape->primals[handle.slot];
    }
}

}  // namespace autodiffx::bindings
