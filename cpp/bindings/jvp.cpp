// jvp: a function on Duals of a level of its own.
#include "jvp.hpp"

#include <algorithm>

#include "arrays.hpp"
#include "number.hpp"

namespace autodiffx::bindings {

namespace {

py::object zero_like(const py::object& object) { return fitted(0.0, Number(object)).to_python(); }

// A component as the caller gets it: arrays are his own.
py::object given_out(const Number& component) {
    bool const array = !component.is_plain() && is_ndarray(component.object.ptr());
    return array ? py::object(component.object.attr("copy")()) : component.to_python();
}

void require_same_shape(const py::object& primal, const py::object& tangent) {
    auto const has_shape = [](const py::object& object) {
        return is_array_like(object.ptr()) || PyList_Check(object.ptr());
    };
    if (!has_shape(primal) && !has_shape(tangent)) return;
    // Lists have a shape only to be told that it is the wrong one.
    py::object const shape = py::module_::import("numpy").attr("shape");
    py::object const wanted = shape(primal), found = shape(tangent);
    if (wanted.equal(found)) return;
    raise_value_error("a tangent of jvp() has the shape of its primal, " +
                      std::string(py::str(wanted)) + ", got one of shape " +
                      std::string(py::str(found)));
}

// Takes the level away: the value and the tangent of a number at it.
std::pair<py::object, py::object> take_apart(const py::object& output, long long level) {
    if (py::isinstance<py::tuple>(output) || py::isinstance<py::list>(output)) {
        py::list values, tangents;
        for (py::handle const each : output) {
            auto const [value, tangent] =
                take_apart(py::reinterpret_borrow<py::object>(each), level);
            values.append(value);
            tangents.append(tangent);
        }
        if (py::isinstance<py::list>(output)) return {values, tangents};
        return {py::tuple(values), py::tuple(tangents)};
    }
    if (is_dual(output.ptr()) && dual_of(output.ptr()).level == level) {
        return {given_out(dual_of(output.ptr()).value), given_out(dual_of(output.ptr()).tangent)};
    }
    double number;
    if (is_dual(output.ptr()) && dual_of(output.ptr()).level > level) {
        // Of a higher level: this one is inside its components.
        DualObject const& dual = dual_of(output.ptr());
        auto const [value, value_tangent] = take_apart(dual.value.to_python(), level);
        auto const [tangent, tangent_tangent] = take_apart(dual.tangent.to_python(), level);
        return {
            py::reinterpret_steal<py::object>(new_dual(Number(value), Number(tangent), dual.level)),
            py::reinterpret_steal<py::object>(
                new_dual(Number(value_tangent), Number(tangent_tangent), dual.level))};
    }
    if (is_dual(output.ptr()) || is_variable(output.ptr())) return {output, zero_like(output)};
    if (is_ndarray(output.ptr())) {
        py::object const array = own_array("the result of the function of jvp()", output.ptr());
        return {array, zero_like(array)};
    }
    if (read_number(output.ptr(), number)) return {py::float_(number), py::float_(0.0)};
    raise_type_error("jvp() needs a function that returns numbers and arrays, got '" +
                     type_name(output.ptr()) + "'");
}

// A number with its tangent at the level: inside the components of a Dual
// whose level is higher, for the higher is always outermost.
py::object put_on(const py::object& primal, const py::object& tangent, long long level) {
    auto const is_higher = [level](const py::object& object) {
        return is_dual(object.ptr()) && dual_of(object.ptr()).level > level;
    };
    if (!is_higher(primal) && !is_higher(tangent)) {
        py::object const type =
            py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(dual_type));
        return type(primal, tangent, level);
    }
    long long const outer = std::max(is_higher(primal) ? dual_of(primal.ptr()).level : level,
                                     is_higher(tangent) ? dual_of(tangent.ptr()).level : level);
    auto const part = [outer](const py::object& object, bool of_tangent) -> py::object {
        if (!is_dual(object.ptr()) || dual_of(object.ptr()).level != outer) {
            return of_tangent ? zero_like(object) : object;
        }
        DualObject const& dual = dual_of(object.ptr());
        return (of_tangent ? dual.tangent : dual.value).to_python();
    };
    return py::reinterpret_steal<py::object>(
        new_dual(Number(put_on(part(primal, false), part(tangent, false), level)),
                 Number(put_on(part(primal, true), part(tangent, true), level)), outer));
}

}  // namespace

py::tuple jvp(const py::object& function, const py::object& primals, const py::object& tangents) {
    auto const is_sequence = [](const py::object& object) {
        return py::isinstance<py::tuple>(object) || py::isinstance<py::list>(object);
    };
    if (!is_sequence(primals) || !is_sequence(tangents)) {
        raise_type_error(
            "jvp() takes primals and tangents as tuples or lists, one entry per argument; got '" +
            type_name(primals.ptr()) + "' and '" + type_name(tangents.ptr()) + "'");
    }
    if (py::len(primals) != py::len(tangents)) {
        raise_value_error("jvp() takes as many tangents as primals, got " +
                          std::to_string(py::len(tangents)) + " for " +
                          std::to_string(py::len(primals)));
    }
    for (std::size_t i = 0; i < py::len(primals); ++i) {
        py::object const index = py::int_(i);
        require_same_shape(primals[index], tangents[index]);
    }
    static long long last_level = 0;
    long long const level = ++last_level;
    py::tuple arguments(py::len(primals));
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        py::object const index = py::int_(i);
        arguments[i] = put_on(primals[index], tangents[index], level);
    }
    auto const [value, tangent] = take_apart(function(*arguments), level);
    return py::make_tuple(value, tangent);
}

}  // namespace autodiffx::bindings
