// Operators as functions, as methods, and through NumPy's protocols.
#pragma once

#include <vector>

#include "common.hpp"

namespace autodiffx::bindings {

// Other names by which NumPy, SciPy and the array standard call operators.
struct Alias {
    const char* name;
    const char* op;
};
inline constexpr Alias aliases[] = {
    {"abs", "absolute"},          {"fabs", "absolute"},
    {"mod", "remainder"},         {"pow", "power"},
    {"float_power", "power"},     {"true_divide", "divide"},
    {"expit", "sigmoid"},         {"gammaln", "lgamma"},
    {"radians", "deg2rad"},       {"degrees", "rad2deg"},
    {"asin", "arcsin"},           {"acos", "arccos"},
    {"atan", "arctan"},           {"atan2", "arctan2"},
    {"asinh", "arcsinh"},         {"acosh", "arccosh"},
    {"atanh", "arctanh"},         {"psi", "digamma"},
    {"log_expit", "log_sigmoid"},
};

// The method by which a number of another kind, such as a truncated series, carries operators out
// itself: `method(number, name of the operator, operands)`. Null where the object has none.
py::object foreign_method_of(PyObject* object);

// Methods for every public operator, for Variable and Dual alike.
std::vector<PyMethodDef> operator_methods();
// __array_ufunc__, __array_function__ and __array__.
const std::vector<PyMethodDef>& numpy_methods();

}  // namespace autodiffx::bindings
