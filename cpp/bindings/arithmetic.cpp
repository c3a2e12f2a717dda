// The number protocol, shared by Variable and Dual: CPython's own type slots,
// since the cost of one operation decides whether people use this.
#include "arithmetic.hpp"

#include <cmath>

#include "array_shortcut.hpp"
#include "number.hpp"
#include "shortcut.hpp"

namespace autodiffx::bindings {

namespace {

template <Op op>
AUTODIFFX_NOINLINE PyObject* unary_slowly(PyObject* a) {
    return guarded([&] { return apply(op, &a); });
}

template <Op op>
PyObject* unary_slot(PyObject* a) {
    if (PyObject* const result = unary_at_once<op>(a)) return result;
    return unary_slowly<op>(a);
}

template <Op op>
AUTODIFFX_NOINLINE PyObject* binary_slowly(PyObject* a, PyObject* b) {
    return guarded([&] {
        PyObject* const arguments[] = {a, b};
        if (is_array(a) || is_array(b)) {
            if (PyObject* const result = arrays_at_once(op, arguments, 2)) return result;
        }
        Tape& tape = current_tape();
        tape.make_room();
        QuickOperand left, right;
        if (find_quickly(tape, a, left) && find_quickly(tape, b, right)) {
            return new_result(tape, record_quickly<op>(tape, left, right));
        }
        return apply(op, arguments);
    });
}

// CPython calls it with a Variable (or Dual) on one side at least.
template <Op op>
PyObject* binary_slot(PyObject* a, PyObject* b) {
    if (PyObject* const result = binary_at_once<op>(a, b)) return result;
    return binary_slowly<op>(a, b);
}

AUTODIFFX_NOINLINE PyObject* power_slowly(PyObject* base, PyObject* exponent, PyObject* modulus) {
    return guarded([&]() -> PyObject* {
        if (modulus != Py_None)
            raise_type_error("pow() of a Variable takes no modulus: use (x ** y) % m");
        Op const op = power_or_square(base, exponent);
        if (op == Op::power) {
            if (PyObject* const result = binary_at_once<Op::power>(base, exponent)) return result;
        }
        PyObject* const arguments[] = {base, exponent};
        return apply(op, arguments);
    });
}

PyObject* power_slot(PyObject* base, PyObject* exponent, PyObject* modulus) {
    Py_ssize_t integer;
    if (modulus == Py_None && read_integer(exponent, integer) && integer == 2) {
        if (PyObject* const result = unary_at_once<Op::square>(base)) return result;
    }
    return power_slowly(base, exponent, modulus);
}

// The number that decisions look at: the value below all levels of Dual.
PyObject* innermost(PyObject* object) {
    while (is_dual(object)) {
        Number const& value = dual_of(object).value;
        if (value.is_plain()) break;
        object = value.object.ptr();
    }
    return object;
}

// The only element of an array; NumPy's error if there are more or none.
double single_element(PyObject* array) {
    ArrayView const& view = view_of(array);
    if (view.size == 0) {
        raise_value_error(
            "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an "
            "array is not empty.");
    }
    if (view.size > 1) {
        raise_value_error(
            "The truth value of an array with more than one element is ambiguous. Use a.any() or "
            "a.all()");
    }
    py::object const value = to_numpy(read_elements(array), view, false);
    return py::cast<double>(value.attr("item")());
}

// The present value of a number or Variable; false if it is neither.
bool plain_value(PyObject* object, double& value) {
    object = innermost(object);
    if (is_dual(object)) {
        value = dual_of(object).value.value;
        return true;
    }
    if (is_variable(object)) {
        if (is_array(object)) value = single_element(object);
        else value = read_value(handle_of(object));
        return true;
    }
    if (is_ndarray(object)) {
        int const truth =
            PyObject_IsTrue(object);  // raises NumPy's error if it has not one element
        if (truth < 0) throw py::error_already_set();
        value = py::cast<double>(py::handle(object).attr("item")());
        return true;
    }
    return read_number(object, value);
}

// As an operand of a guard on the tape in use.
Operand guard_operand(Tape& tape, PyObject* object) {
    object = innermost(object);
    Term term;
    if (is_dual(object)) {
        term.value = dual_of(object).value.value;
    } else if (is_array(object)) {
        // An array of one element: what is decided is decided on its slot.
        ArrayOperand const array = array_operand(tape, object);
        if (array.dtype == Dtype::float64) {
            return {array.first + static_cast<Slot>(array.offset), array.kind, array.deferred};
        }
        ArrayResult const wide = record_copy(tape, array, Dtype::float64);
        return {wide.first, wide.kind, wide.deferred};
    } else {
        find_term(tape, object, term);
    }
    return place(tape, term);
}

bool needs_guard(const Tape& tape, PyObject* object) {
    if (!tape.is_graph()) return false;
    object = innermost(object);
    return is_variable(object) && handle_of(object).state != Handle::State::constant;
}

bool has_axes(PyObject* object) {
    object = innermost(object);
    return is_array(object) ? view_of(object).ndim > 0 : is_ndarray(object);
}

// A rounding to an integer, guarded while a Graph records.
double guarded_integer(PyObject* self, Relation relation) {
    if (has_axes(self))
        raise_type_error("only 0-dimensional arrays can be converted to Python scalars");
    double value = 0.0;
    plain_value(self, value);
    double const whole = decide(relation, value, 0.0);
    Tape& tape = current_tape();
    if (needs_guard(tape, self)) {
        Operand const a = guard_operand(tape, self);
        Term term;
        term.value = whole;
        guard(tape, relation, a, place(tape, term), true);
    }
    return whole;
}

template <Relation relation>
PyObject* integer_slot(PyObject* self) {
    // PyLong_FromDouble raises Python's own errors for inf and nan.
    return guarded([&] { return PyLong_FromDouble(guarded_integer(self, relation)); });
}
template <Relation relation>
PyObject* integer_method(PyObject* self, PyObject*) {
    return integer_slot<relation>(self);
}

PyObject* float_slot(PyObject* self) {
    return guarded([&]() -> PyObject* {
        bool passive = false;
        if (is_variable(self)) {
            Handle const& handle = handle_of(self);
            passive =
                handle.state == Handle::State::constant || handle.state == Handle::State::varying;
            if (passive) note_escape(handle);
        }
        if (!passive) {
            raise_type_error("float() of a " + type_name(self) +
                             " would drop its derivative: use x.value for the number, adx.sin(x) "
                             "instead of math.sin(x), "
                             "and for arrays anp.stack([x, ...]) to join or anp.zeros(n) to fill");
        }
        if (is_array(self)) {
            py::object const value = to_numpy(read_elements(self), view_of(self), false);
            return PyNumber_Float(value.ptr());
        }
        return PyFloat_FromDouble(read_value(handle_of(self)));
    });
}

int bool_slot(PyObject* self) {
    return guarded([&]() -> int {
        double value = 0.0;
        plain_value(self, value);
        Tape& tape = current_tape();
        if (needs_guard(tape, self)) {
            Operand const a = guard_operand(tape, self);
            guard(tape, Relation::truth, a, a, value != 0.0);
        }
        return value != 0.0;
    });
}

// divmod gives the quotient as a plain float, a decision like int(x), and the
// remainder as a recorded value.
PyObject* divmod_slot(PyObject* a, PyObject* b) {
    return guarded([&]() -> PyObject* {
        double left = 0.0, right = 0.0;
        PyObject* const arguments[] = {a, b};
        if (is_array_like(a) || is_array_like(b)) {
            py::object const quotient =
                py::reinterpret_steal<py::object>(apply_or_raise(Op::floor_divide, arguments));
            py::object const rest =
                py::reinterpret_steal<py::object>(apply_or_raise(Op::remainder, arguments));
            return py::make_tuple(quotient, rest).release().ptr();
        }
        if (!plain_value(a, left) || !plain_value(b, right)) Py_RETURN_NOTIMPLEMENTED;
        py::object const remainder =
            py::reinterpret_steal<py::object>(apply_or_raise(Op::remainder, arguments));
        double const quotient = table::floor_divide(left, right);
        Tape& tape = current_tape();
        if (needs_guard(tape, a) || needs_guard(tape, b)) {
            PyObject* const inner[] = {innermost(a), innermost(b)};
            py::object const recorded =
                py::reinterpret_steal<py::object>(apply_or_raise(Op::floor_divide, inner));
            if (is_variable(recorded.ptr())) {
                Operand const operand = guard_operand(tape, recorded.ptr());
                Term term;
                term.value = quotient;
                guard(tape, Relation::floor, operand, place(tape, term), true);
            }
        }
        return py::make_tuple(quotient, remainder).release().ptr();
    });
}

PyObject* round_method(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
    return guarded([&]() -> PyObject* {
        if (count > 1) raise_type_error("round() takes at most one argument, the number of digits");
        if (count == 1 && arguments[0] != Py_None) return rounded(self, arguments[0]);
        return PyLong_FromDouble(guarded_integer(self, Relation::rint));
    });
}

}  // namespace

void guard(Tape& tape, Relation relation, Operand a, Operand b, bool outcome) {
    PythonNotes& notes = notes_of(tape);
    notes.guards.reserve(notes.guards.size() + 1);
    Place const place = current_place();
    try {
        record_guard(tape, relation, a, b, outcome);
    } catch (...) {
        Py_XDECREF(place.code);
        throw;
    }
    notes.guards.push_back({place});
    ++notes.noted;
}

Op power_or_square(PyObject* base, PyObject* exponent) {
    if (is_array_like(base)) return power_of_array(exponent);
    bool const two = (PyFloat_CheckExact(exponent) && PyFloat_AS_DOUBLE(exponent) == 2.0) ||
                     (PyLong_CheckExact(exponent) && PyLong_AsLong(exponent) == 2);
    if (PyErr_Occurred() != nullptr) PyErr_Clear();  // an int too large for a long is not 2
    return two ? Op::square : Op::power;
}

PyObject* rounded(PyObject* self, PyObject* decimals) {
    long const digits = PyLong_AsLong(decimals);
    if (digits == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
    if (digits == 0) return apply_or_raise(Op::rint, &self);
    // As NumPy: scaled by a power of ten, rounded, scaled back.
    py::object const scale =
        py::float_(std::pow(10.0, static_cast<double>(digits < 0 ? -digits : digits)));
    Op const up = digits > 0 ? Op::multiply : Op::divide;
    Op const down = digits > 0 ? Op::divide : Op::multiply;
    PyObject* const first[] = {self, scale.ptr()};
    py::object const scaled = py::reinterpret_steal<py::object>(apply_or_raise(up, first));
    PyObject* const second[] = {scaled.ptr()};
    py::object const whole = py::reinterpret_steal<py::object>(apply_or_raise(Op::rint, second));
    PyObject* const third[] = {whole.ptr(), scale.ptr()};
    return apply_or_raise(down, third);
}

// Element by element: data, not a decision, so there is no guard.
static PyObject* compare_arrays(PyObject* a, PyObject* b, int operation) {
    static constexpr Op ops[] = {Op::less,      Op::less_equal, Op::equal,
                                 Op::not_equal, Op::greater,    Op::greater_equal};
    PyObject* const arguments[] = {a, b};
    PyObject* const found = apply(ops[operation], arguments);
    // A replay of a Graph has to find what was decided among its data.
    if (!follows_autograd || !is_variable(found) || current_tape().is_graph()) return found;
    return py::object(py::reinterpret_steal<py::object>(found).attr("value")).release().ptr();
}

PyObject* compare(PyObject* a, PyObject* b, int operation) {
    return guarded([&]() -> PyObject* {
        if (is_array_like(a) || is_array_like(b)) return compare_arrays(a, b, operation);
        double left = 0.0, right = 0.0;
        if (!plain_value(a, left) || !plain_value(b, right)) Py_RETURN_NOTIMPLEMENTED;
        bool outcome = false;
        Relation relation = Relation::equal;
        bool turned = false, negated = false;
        switch (operation) {
            case Py_LT:
                outcome = left < right;
                relation = Relation::less;
                break;
            case Py_LE:
                outcome = left <= right;
                relation = Relation::less_equal;
                break;
            case Py_EQ:
                outcome = left == right;
                break;
            case Py_NE:
                outcome = left != right;
                negated = true;
                break;
            case Py_GT:
                outcome = left > right;
                relation = Relation::less;
                turned = true;
                break;
            case Py_GE:
                outcome = left >= right;
                relation = Relation::less_equal;
                turned = true;
                break;
            default:
                Py_RETURN_NOTIMPLEMENTED;
        }
        Tape& tape = current_tape();
        if (needs_guard(tape, a) || needs_guard(tape, b)) {
            Operand const first = guard_operand(tape, turned ? b : a);
            Operand const second = guard_operand(tape, turned ? a : b);
            guard(tape, relation, first, second, outcome != negated);
        }
        return decision(outcome);
    });
}

const std::vector<PyType_Slot>& number_slots() {
    static const std::vector<PyType_Slot> slots = {
        {Py_nb_add, reinterpret_cast<void*>(binary_slot<Op::add>)},
        {Py_nb_subtract, reinterpret_cast<void*>(binary_slot<Op::subtract>)},
        {Py_nb_multiply, reinterpret_cast<void*>(binary_slot<Op::multiply>)},
        {Py_nb_true_divide, reinterpret_cast<void*>(binary_slot<Op::divide>)},
        {Py_nb_floor_divide, reinterpret_cast<void*>(binary_slot<Op::floor_divide>)},
        {Py_nb_remainder, reinterpret_cast<void*>(binary_slot<Op::remainder>)},
        {Py_nb_divmod, reinterpret_cast<void*>(divmod_slot)},
        {Py_nb_power, reinterpret_cast<void*>(power_slot)},
        {Py_nb_negative, reinterpret_cast<void*>(unary_slot<Op::negative>)},
        {Py_nb_positive, reinterpret_cast<void*>(unary_slot<Op::positive>)},
        {Py_nb_absolute, reinterpret_cast<void*>(unary_slot<Op::absolute>)},
        {Py_nb_bool, reinterpret_cast<void*>(bool_slot)},
        {Py_nb_int, reinterpret_cast<void*>(integer_slot<Relation::trunc>)},
        {Py_nb_float, reinterpret_cast<void*>(float_slot)},
        {Py_tp_richcompare, reinterpret_cast<void*>(compare)},
    };
    return slots;
}

const std::vector<PyMethodDef>& number_methods() {
    static const std::vector<PyMethodDef> methods = {
        {"__floor__", integer_method<Relation::floor>, METH_NOARGS, nullptr},
        {"__ceil__", integer_method<Relation::ceil>, METH_NOARGS, nullptr},
        {"__trunc__", integer_method<Relation::trunc>, METH_NOARGS, nullptr},
        {"__round__", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(round_method)),
         METH_FASTCALL, nullptr},
    };
    return methods;
}

}  // namespace autodiffx::bindings
