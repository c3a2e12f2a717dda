// Writing into Duals of arrays: y[i] = v and y += v change value and tangent alike.
#include "arithmetic.hpp"
#include "arrays.hpp"
#include "number.hpp"

namespace autodiffx::bindings {

namespace {

[[noreturn]] void raise_mixed() {
    raise(PyExc_NotImplementedError,
          "writing what is recorded, or a Dual of another level, into a Dual whose components are "
          "plain arrays is not supported yet: build the result of its parts, y = y + v");
}

// Arrays that were put together are their maker's; NumPy knows what repeats elements.
void require_writable(const Number& component) {
    PyObject* const object = component.object.ptr();
    if (is_dual(object)) {
        require_writable(dual_of(object).value);
        return require_writable(dual_of(object).tangent);
    }
    if (!is_ndarray(object)) {
        raise(PyExc_NotImplementedError,
              "writing into a Dual of recorded arrays is not supported yet: build the result of "
              "its parts, y = y + v");
    }
    if (!py::cast<bool>(component.object.attr("flags").attr("writeable"))) {
        raise_type_error(
            "this Dual was given its array (or is a view of one that was): assign into y.copy()");
    }
}

// A number as it stands beside the components of a level.
std::pair<Number, Number> split(const Number& number, long long level) {
    if (!number.is_plain() && is_dual(number.object.ptr())) {
        DualObject const& dual = dual_of(number.object.ptr());
        if (dual.level > level) raise_mixed();
        if (dual.level == level) return {dual.value, dual.tangent};
    }
    return {number, Number(0.0)};
}

// Raises what put() would raise for the kinds of the numbers.
void require_fitting(const Number& component, const Number& number) {
    PyObject* const into = component.object.ptr();
    if (is_dual(into)) {
        auto const [value, tangent] = split(number, dual_of(into).level);
        require_fitting(dual_of(into).value, value);
        return require_fitting(dual_of(into).tangent, tangent);
    }
    if (number.is_plain()) return;
    PyObject* const object = number.object.ptr();
    if (is_dual(object)) raise_mixed();
    if (is_variable(object) && handle_of(object).state != Handle::State::constant) raise_mixed();
}

void put(const Number& component, const py::object& key, const Number& number) {
    PyObject* const into = component.object.ptr();
    if (!is_dual(into)) {
        if (PyObject_SetItem(into, key.ptr(), number.to_python().ptr()) != 0)
            throw py::error_already_set();
        return;
    }
    auto const [value, tangent] = split(number, dual_of(into).level);
    put(dual_of(into).value, key, value);
    put(dual_of(into).tangent, key, tangent);
}

void write(PyObject* self, const py::object& key, PyObject* value) {
    Number const target(py::reinterpret_borrow<py::object>(self));
    Number const number(py::reinterpret_borrow<py::object>(value));
    require_writable(target);
    require_fitting(target, number);
    put(target, key, number);
}

int assign_slot(PyObject* self, PyObject* key, PyObject* value) {
    return guarded([&]() -> int {
        if (value == nullptr) raise_type_error("elements of a Dual cannot be deleted");
        if (!is_array_like(self)) raise_type_error("a scalar Dual has no elements to assign to");
        require_assignable(self);
        write(self, py::reinterpret_borrow<py::object>(key), value);
        return 0;
    });
}

// The array takes its new elements where they are. Numbers are rebound, as Python's are.
PyObject* in_place(Op op, PyObject* a, PyObject* b) {
    PyObject* const arguments[] = {a, b};
    if (!is_dual(a) || !is_array_like(a) || follows_autograd) return apply(op, arguments);
    require_writable(Number(py::reinterpret_borrow<py::object>(a)));
    PyObject* const found = apply(op, arguments);
    if (found == Py_NotImplemented) return found;
    py::object const result = py::reinterpret_steal<py::object>(found);
    Number const before(py::reinterpret_borrow<py::object>(a));
    if (!shape_of(Number(result)).equal(shape_of(before))) {
        raise_value_error("non-broadcastable output operand with shape " +
                          std::string(py::str(shape_of(before))) +
                          " doesn't match the broadcast shape " +
                          std::string(py::str(shape_of(Number(result)))));
    }
    write(a, py::ellipsis(), result.ptr());
    Py_INCREF(a);
    return a;
}

template <Op op>
PyObject* in_place_slot(PyObject* a, PyObject* b) {
    return guarded([&] { return in_place(op, a, b); });
}
PyObject* in_place_power_slot(PyObject* a, PyObject* b, PyObject*) {
    return guarded([&] { return in_place(power_or_square(a, b), a, b); });
}

}  // namespace

const std::vector<PyType_Slot>& dual_writing_slots() {
    static const std::vector<PyType_Slot> slots = {
        {Py_mp_ass_subscript, reinterpret_cast<void*>(assign_slot)},
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

}  // namespace autodiffx::bindings
