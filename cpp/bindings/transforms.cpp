// grad and value_and_grad of functions of numbers, arrays and containers of them.
#include <optional>

#include "jvp.hpp"
#include "region.hpp"

namespace autodiffx::bindings {

namespace {

std::vector<Py_ssize_t> positions_of(const py::object& argnums, std::size_t count) {
    std::vector<Py_ssize_t> positions;
    auto const take = [&](py::handle each) {
        if (!py::isinstance<py::int_>(each) || PyBool_Check(each.ptr())) {
            raise_type_error("argnums is an int or a tuple of ints, got " +
                             std::string(py::repr(argnums)));
        }
        auto position = py::cast<Py_ssize_t>(each);
        if (position < 0) position += static_cast<Py_ssize_t>(count);
        if (position < 0 || position >= static_cast<Py_ssize_t>(count)) {
            raise_value_error("argnums " + std::string(py::repr(argnums)) +
                              " does not fit a call with " + std::to_string(count) +
                              " positional arguments");
        }
        positions.push_back(position);
    };
    if (py::isinstance<py::tuple>(argnums) || py::isinstance<py::list>(argnums)) {
        for (py::handle const each : argnums) take(each);
    } else {
        take(argnums);
    }
    return positions;
}

// ---- containers ----------------------------------------------------------------

// One argument that is differentiated by: a number or array, or a container of some, whose
// structure the derivative has too.
struct Argument {
    py::object given;
    py::object structure;      // null: of a number or array; a dict: of one with its keys
    std::size_t first, count;  // among all that is lifted
};

// Whether it is surely no container. Of what else there is the trees know.
bool is_leaf(PyObject* object) {
    return PyFloat_Check(object) || PyLong_Check(object) || is_variable(object) ||
           is_dual(object) || is_ndarray(object);
}

// A dict of numbers and arrays alone, as parameters mostly are.
bool is_plain_dict(PyObject* object) {
    if (!PyDict_CheckExact(object)) return false;
    PyObject *key, *value;
    for (Py_ssize_t at = 0; PyDict_Next(object, &at, &key, &value) != 0;) {
        if (!is_leaf(value)) return false;
    }
    return true;
}

Argument lift_dict(Region& region, const py::object& object, std::vector<Lifted>& all) {
    // A copy, for lifting may run Python's code.
    py::object const structure = py::reinterpret_steal<py::object>(PyDict_Copy(object.ptr()));
    Argument argument{py::dict(), structure, all.size(), 0};
    for (auto const& [key, value] : py::reinterpret_borrow<py::dict>(structure)) {
        all.push_back(region.lift(value.ptr()));
        argument.given[key] = all.back().given;
        ++argument.count;
    }
    return argument;
}

Argument lift_all(Region& region, const py::object& object, std::vector<Lifted>& all) {
    if (is_plain_dict(object.ptr())) return lift_dict(region, object, all);
    if (!is_leaf(object.ptr())) {
        // Found once; never given back, for modules may end before it does.
        static auto* const flatten =
            new py::object(py::module_::import("autodiffx.trees").attr("flatten"));
        auto const flat = (*flatten)(object).cast<py::tuple>();
        py::list const leaves = flat[0];
        if (leaves.size() != 1 || leaves[0].ptr() != object.ptr()) {
            Argument argument{py::object(), flat[1], all.size(), 0};
            py::list given;
            for (py::handle const each : leaves) {
                all.push_back(region.lift(each.ptr()));
                given.append(all.back().given);
                ++argument.count;
            }
            argument.given = argument.structure.attr("unflatten")(given);
            return argument;
        }
    }
    all.push_back(region.lift(object.ptr()));
    return {all.back().given, py::object(), all.size() - 1, 1};
}

py::object derivative_by(const Argument& argument, const std::vector<Number>& derivatives) {
    if (!argument.structure) return derivatives[argument.first].to_python();
    if (PyDict_CheckExact(argument.structure.ptr())) {
        py::dict result;
        std::size_t i = argument.first;
        for (auto const& each : py::reinterpret_borrow<py::dict>(argument.structure))
            result[each.first] = derivatives[i++].to_python();
        return result;
    }
    py::list parts;
    for (std::size_t i = 0; i < argument.count; ++i) {
        parts.append(derivatives[argument.first + i].to_python());
    }
    return argument.structure.attr("unflatten")(parts);
}

py::object value_and_gradient(const py::object& function, const py::object& argnums,
                              const py::tuple& arguments, const py::dict& keywords) {
    std::vector<Py_ssize_t> const positions = positions_of(argnums, arguments.size());
    Tape& tape = current_tape();
    Region region(tape);
    std::vector<Lifted> lifted;
    std::vector<Argument> differentiated;
    lifted.reserve(positions.size());
    differentiated.reserve(positions.size());
    py::tuple given(arguments.size());
    for (std::size_t i = 0; i < arguments.size(); ++i) given[i] = arguments[i];
    for (Py_ssize_t const position : positions) {
        auto const at = static_cast<std::size_t>(position);
        differentiated.push_back(lift_all(region, arguments[at], lifted));
        given[at] = differentiated.back().given;
    }
    region.start.emplace(tape);
    py::object output = function(*given, **keywords);
    given = py::tuple();
    if (region.before.tape == nullptr)
        throw graph_error("the Graph in which grad() was called was cleared by its function");
    bool outside = region.active;
    std::vector<Number> const derivatives = region.differentiate(lifted, output.ptr(), outside);
    py::object const value = outer_value(output, outside);
    py::object gradient;
    if (py::isinstance<py::tuple>(argnums) || py::isinstance<py::list>(argnums)) {
        py::tuple all(differentiated.size());
        for (std::size_t i = 0; i < differentiated.size(); ++i) {
            all[i] = derivative_by(differentiated[i], derivatives);
        }
        gradient = all;
    } else {
        gradient = derivative_by(differentiated[0], derivatives);
    }
    return py::make_tuple(value, gradient);
}

// A number or array as what it is now and in every replay, but passive.
py::object stopped(const py::object& object) {
    if (is_dual(object.ptr())) return stopped(dual_of(object.ptr()).value.to_python());
    if (!is_variable(object.ptr())) return object;
    Tape& tape = current_tape();
    tape.make_room();
    if (is_array(object.ptr())) {
        ArrayOperand const operand = array_operand(tape, object.ptr());
        if (operand.kind == Kind::constant) return object;
        return py::reinterpret_steal<py::object>(new_array(tape, record_stopped(tape, operand)));
    }
    Term term;
    find_term(tape, object.ptr(), term);
    Operand const a = term.operand;
    if (a.kind == Kind::constant) return object;
    Operand const result = detail::push_result<Op::positive>(
        tape, tape.primals[a.slot], detail::kind_bits(a, 0), false, a.deferred, a.slot, 0);
    return py::reinterpret_steal<py::object>(new_result(tape, result));
}

}  // namespace

void register_transforms(py::module_& module) {
    module.def("_stopped", &stopped);
    module.def("_value_and_gradient", &value_and_gradient);
    module.def("_jvp", &jvp);
}

}  // namespace autodiffx::bindings
