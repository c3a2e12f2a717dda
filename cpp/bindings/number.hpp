// Number: any Python number as a number type of the operator table, so that
// the rows serve Duals whose components are floats, Variables or other Duals.
#pragma once

#include <array>
#include <vector>

#include "autodiffx/dual.hpp"
#include "autodiffx/inline.hpp"
#include "common.hpp"

namespace autodiffx::bindings {

struct Number : number_type {
    py::object object;  // null: a plain number
    double value = 0.0;

    Number(double constant = 0.0) : value(constant) {}
    explicit Number(py::object any) : object(std::move(any)) {
        if (PyFloat_CheckExact(object.ptr()) || PyBool_Check(object.ptr())) {
            value = PyFloat_CheckExact(object.ptr()) ? PyFloat_AS_DOUBLE(object.ptr())
                                                     : object.ptr() == Py_True;
            object = py::object();
        }
    }
    [[nodiscard]] bool is_plain() const { return !object; }
    [[nodiscard]] bool is(double number) const { return is_plain() && value == number; }
    [[nodiscard]] py::object to_python() const {
        return object ? object : py::reinterpret_steal<py::object>(PyFloat_FromDouble(value));
    }

    template <Op op>
    static Number apply(const Number& a) {
        if (a.is_plain()) return Row<op>::primal(a.value);
        return call(op, {&a, nullptr, nullptr});
    }
    // Partials are made of many: not inlined, they are compiled once each.
    template <Op op>
    AUTODIFFX_NOINLINE static Number apply(const Number& a, const Number& b) {
        if (a.is_plain() && b.is_plain()) return Row<op>::primal(a.value, b.value);
        if (auto const known = known_result<op>(a, b)) return *known;
        return call(op, {&a, &b, nullptr});
    }
    template <Op op>
    static Number apply(const Number& a, const Number& b, const Number& c) {
        if (a.is_plain() && b.is_plain() && c.is_plain())
            return Row<op>::primal(a.value, b.value, c.value);
        return call(op, {&a, &b, &c});
    }

private:
    // On so many numbers as there are, of which one at least is no plain one.
    static Number call(Op op, const std::array<const Number*, 3>& numbers);
};

// The partial of an operator by operand `index`, at operands and result of any kind.
Number partial_of(Op op, int index, const Number* operands, const Number& result);

// A value and its tangent at one level. Levels nest, the higher outermost.
struct DualObject {
    PyObject_HEAD Number value;
    Number tangent;
    long long level;
};
inline DualObject& dual_of(PyObject* object) { return *reinterpret_cast<DualObject*>(object); }
// The tangent has the shape and dtype of the value, see fitted().
PyObject* new_dual(Number value, Number tangent, long long level);

// ---- Duals of arrays: dual_arrays.cpp ------------------------------------------

// Whether operators take it for an array: an array Variable, an ndarray with an axis, or a Dual
// of either.
bool is_array_like_slowly(PyObject* object);
inline bool is_array_like(PyObject* object) {
    bool const number = PyFloat_CheckExact(object) ||
                        (is_dual(object) && dual_of(object).value.is_plain()) ||
                        (Py_TYPE(object) == variable_type && !handle_of(object).array);
    return !number && is_array_like_slowly(object);
}
inline bool is_array_like(const Number& number) {
    return !number.is_plain() && is_array_like(number.object.ptr());
}
// Lengths of the axes, a tuple, and NumPy's dtype.
py::object shape_of(const Number& number);
py::object dtype_of(const Number& number);
// A number of NumPy's becomes a plain one where that is all there is to it; a float32 stays.
Number settled(py::object object);
// An ndarray of its own in float64 or float32. Throws TypeError for other elements.
py::object own_array(const char* what, PyObject* object);
// A tangent in the shape and dtype of what it belongs to: repeated and cast if need be.
Number fitted(Number tangent, const Number& value);
// The operand in the dtype that an operator calculates in.
Number aligned(Number operand, const Number& result);
// What an ndarray in a Dual shows: nobody writes into it.
py::object shown(const Number& component);
// Methods and attributes of arrays, on value and tangent alike.
const std::vector<PyMethodDef>& dual_array_methods();
const std::vector<PyGetSetDef>& dual_array_attributes();
const std::vector<PyType_Slot>& dual_array_slots();
const std::vector<PyType_Slot>& dual_writing_slots();

}  // namespace autodiffx::bindings
