// Number: any Python number as a number type of the operator table, so that
// the rows serve Duals whose components are floats, Variables or other Duals.
#pragma once

#include "autodiffx/dual.hpp"
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
        return call<op>(a.to_python());
    }
    template <Op op>
    static Number apply(const Number& a, const Number& b) {
        if (a.is_plain() && b.is_plain()) return Row<op>::primal(a.value, b.value);
        if constexpr (op == Op::chain) {
            if (a.is(0.0) || b.is(0.0)) return 0.0;
        }
        if constexpr (op == Op::chain || op == Op::multiply) {
            if (a.is(1.0)) return b;
            if (b.is(1.0)) return a;
        }
        if constexpr (op == Op::add) {
            if (a.is(0.0)) return b;
            if (b.is(0.0)) return a;
        }
        return call<op>(a.to_python(), b.to_python());
    }
    template <Op op>
    static Number apply(const Number& a, const Number& b, const Number& c) {
        if (a.is_plain() && b.is_plain() && c.is_plain())
            return Row<op>::primal(a.value, b.value, c.value);
        return call<op>(a.to_python(), b.to_python(), c.to_python());
    }

private:
    template <Op op, class... Objects>
    static Number call(const Objects&... objects) {
        PyObject* const arguments[] = {objects.ptr()...};
        return Number(py::reinterpret_steal<py::object>(apply_or_raise(op, arguments)));
    }
};

// A value and its tangent at one level. Levels nest, the higher outermost.
struct DualObject {
    PyObject_HEAD Number value;
    Number tangent;
    long long level;
};
inline DualObject& dual_of(PyObject* object) { return *reinterpret_cast<DualObject*>(object); }
PyObject* new_dual(Number value, Number tangent, long long level);

}  // namespace autodiffx::bindings
