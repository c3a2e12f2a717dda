// grad, value_and_grad and jvp of functions of scalars.
//
// A reverse transform marks a position on the tape in use, runs the function,
// sweeps down to the mark and rewinds. If what it swept depends on something
// active outside (the argument itself, or a captured Variable), the sweep is
// recorded instead, so that its result can be differentiated in turn.
#include <optional>

#include "arrays.hpp"
#include "number.hpp"

namespace autodiffx::bindings {

namespace {

long long last_level = 0;

[[noreturn]] void raise_bad_argument(const char* transform, PyObject* object) {
    raise_type_error(
        std::string(transform) +
        "() differentiates by numbers, Variables and Duals, got an argument of type '" +
        type_name(object) + "'");
}

// One differentiated argument: what the function is given, and its slot.
struct Argument {
    py::object given;
    VariableObject* variable = nullptr;  // inside `given`; keeps the slot
};

// A slot of its own for the argument, from which nothing is passed on below.
Argument lift(const char* transform, Tape& tape, PyObject* object, bool& active) {
    Argument argument;
    if (is_dual(object)) {
        DualObject const& dual = dual_of(object);
        Argument const inner = lift(transform, tape, dual.value.to_python().ptr(), active);
        argument.variable = inner.variable;
        argument.given = py::reinterpret_steal<py::object>(
            new_dual(Number(inner.given), dual.tangent, dual.level));
        return argument;
    }
    tape.make_room();
    Term term;
    if (find_term(tape, object, term) != Found::term) raise_bad_argument(transform, object);
    Operand operand{0, Kind::result, term.operand.deferred};
    if (term.operand.kind != Kind::constant) {
        // A copy: nothing is passed on below it, and a replay reads it anew.
        active = true;
        operand.slot = record<Op::positive>(tape, term.operand).slot;
    } else {
        operand.slot = tape.argument(term.value);
    }
    argument.given = py::reinterpret_steal<py::object>(new_result(tape, operand));
    argument.variable = reinterpret_cast<VariableObject*>(argument.given.ptr());
    return argument;
}

struct Region {
    Tape& tape;
    Mark before;                // where to rewind to
    std::optional<Mark> start;  // after the arguments: where sweeps stop
    bool active = false;        // an argument depends on something outside

    std::size_t const noted;    // guards and escapes before
    std::uint64_t const epoch;  // leaf_epoch before: if it stands, no leaf was set

    explicit Region(Tape& on)
        : tape(on), before(on), noted(notes_so_far(on)), epoch(leaf_epoch.load()) {}
    ~Region() {
        start.reset();
        // Nothing newer than the mark is alive: as if it had never been recorded.
        // Guards and escapes are kept, for they may be about something outside.
        if (before.tape != nullptr && tape.newest() == &before && noted == notes_so_far(tape)) {
            tape.rewind(before.position);
        }
    }
    static std::size_t notes_so_far(Tape& on) { return on.notes ? notes_of(on).noted : 0; }
};

// The leaves that the swept result depends on are those it was computed from.
void require_unchanged(const Tape& tape, const Adjoints<double>& adjoints) {
    for (std::size_t i = 0; i < adjoints.touched.size(); ++i) {
        const Input* const input = tape.input_at(adjoints.touched[i]);
        if (input == nullptr || input->leaf == nullptr || input->leaf->version == input->version)
            continue;
        throw stale_error(
            (input->leaf->has_name ? input->leaf->name : std::string("a Variable")) +
            " was set after this value was computed: set it before or after grad(), not inside");
    }
}

// The derivative of one output by all arguments.
std::vector<Number> differentiate(Region& region, const std::vector<Argument>& arguments,
                                  PyObject* output, bool& outside) {
    std::vector<Number> zero(arguments.size());
    if (is_dual(output)) {
        // Differentiation is linear: component by component.
        DualObject const& dual = dual_of(output);
        std::vector<Number> const values =
            differentiate(region, arguments, dual.value.to_python().ptr(), outside);
        std::vector<Number> const tangents =
            differentiate(region, arguments, dual.tangent.to_python().ptr(), outside);
        std::vector<Number> result(arguments.size());
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            result[i] = Number(
                py::reinterpret_steal<py::object>(new_dual(values[i], tangents[i], dual.level)));
        }
        return result;
    }
    Tape& tape = region.tape;
    double number;
    if (!is_variable(output)) {
        if (read_number(output, number)) return zero;
        raise_type_error(
            "grad() needs a function that returns a scalar (a number, Variable or Dual), got '" +
            type_name(output) + "'");
    }
    if (&current_tape() != &tape) {
        throw graph_error(
            "the function given to grad() left another tape in use: close the Graphs that it "
            "opens");
    }
    if (is_array(output)) {
        ArrayView const& view = view_of(output);
        raise_type_error("grad() needs a function that returns a scalar, got an array of shape " +
                         shape_text(view.shape(), view.ndim) +
                         ": add its elements up, or differentiate them one by one");
    }
    Term term;
    find_term(tape, output, term);
    if (term.operand.kind != Kind::result) {
        outside = outside || term.operand.kind == Kind::leaf;
        return zero;
    }
    if (tape.is_graph() && tape.may_be_stale()) tape.require_current(term.operand.slot);
    Slot const slot = term.operand.slot;
    std::size_t const stop = region.start->position.statements;
    Slot const base = static_cast<Slot>(region.before.position.slots);
    std::vector<Number> result(arguments.size());
    if (slot < base) {
        outside = true;
        return zero;
    }
    bool const leaves_set = region.epoch != leaf_epoch.load();
    if (!region.active || leaves_set) {
        reverse_sweep(tape, tape.adjoints, {{slot, 1.0}}, stop);
        Adjoints<double> const& adjoints = tape.adjoints;
        if (leaves_set) require_unchanged(tape, adjoints);
        if (!region.active && adjoints.touched.empty() && adjoints.low >= base) {
            for (std::size_t i = 0; i < arguments.size(); ++i) {
                Slot const at = arguments[i].variable->handle.slot;
                result[i] = adjoints.at(at);
            }
            return result;
        }
    }
    outside = true;
    RecordedAdjoints adjoints;
    recorded_sweep(tape, adjoints, {slot, Recorded(1.0)}, stop, region.before.position);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::size_t const at = arguments[i].variable->handle.slot - base;
        Recorded const adjoint = adjoints.at(at);
        if (adjoint.is_constant()) result[i] = adjoint.value;
        else
            result[i] =
                Number(py::reinterpret_steal<py::object>(handle_on_old(tape, adjoint.operand)));
    }
    return result;
}

// What value_and_grad returns for the function's value: a plain float unless
// it depends on something active outside.
py::object outer_value(const py::object& output, bool outside) {
    if (outside) return output;
    if (is_dual(output.ptr())) {
        DualObject const& dual = dual_of(output.ptr());
        return py::reinterpret_steal<py::object>(
            new_dual(Number(outer_value(dual.value.to_python(), false)),
                     Number(outer_value(dual.tangent.to_python(), false)), dual.level));
    }
    if (is_variable(output.ptr())) return py::float_(read_value(handle_of(output.ptr())));
    double number;
    if (read_number(output.ptr(), number)) return py::float_(number);
    return output;
}

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

py::object value_and_gradient(const py::object& function, const py::object& argnums,
                              const py::tuple& arguments, const py::dict& keywords) {
    std::vector<Py_ssize_t> const positions = positions_of(argnums, arguments.size());
    Tape& tape = current_tape();
    Region region(tape);
    std::vector<Argument> lifted;
    py::tuple given(arguments.size());
    for (std::size_t i = 0; i < arguments.size(); ++i) given[i] = arguments[i];
    for (Py_ssize_t const position : positions) {
        auto const at = static_cast<std::size_t>(position);
        lifted.push_back(lift("grad", tape, py::object(arguments[at]).ptr(), region.active));
        given[at] = lifted.back().given;
    }
    region.start.emplace(tape);
    py::object output = function(*given, **keywords);
    given = py::tuple();
    if (region.before.tape == nullptr)
        throw graph_error("the Graph in which grad() was called was cleared by its function");
    bool outside = region.active;
    std::vector<Number> const derivatives = differentiate(region, lifted, output.ptr(), outside);
    py::object const value = outer_value(output, outside);
    py::object gradient;
    if (py::isinstance<py::tuple>(argnums) || py::isinstance<py::list>(argnums)) {
        py::tuple all(derivatives.size());
        for (std::size_t i = 0; i < derivatives.size(); ++i) all[i] = derivatives[i].to_python();
        gradient = all;
    } else {
        gradient = derivatives[0].to_python();
    }
    return py::make_tuple(value, gradient);
}

// ---- forward ------------------------------------------------------------------

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
        return {dual_of(output.ptr()).value.to_python(), dual_of(output.ptr()).tangent.to_python()};
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
    if (is_dual(output.ptr()) || is_variable(output.ptr())) return {output, py::float_(0.0)};
    if (read_number(output.ptr(), number)) return {py::float_(number), py::float_(0.0)};
    raise_type_error("jvp() needs a function that returns numbers, got '" +
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
            return of_tangent ? py::object(py::float_(0.0)) : object;
        }
        DualObject const& dual = dual_of(object.ptr());
        return (of_tangent ? dual.tangent : dual.value).to_python();
    };
    return py::reinterpret_steal<py::object>(
        new_dual(Number(put_on(part(primal, false), part(tangent, false), level)),
                 Number(put_on(part(primal, true), part(tangent, true), level)), outer));
}

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
    long long const level = ++last_level;
    py::tuple arguments(py::len(primals));
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        py::object const index = py::int_(i);
        arguments[i] = put_on(primals[index], tangents[index], level);
    }
    auto const [value, tangent] = take_apart(function(*arguments), level);
    return py::make_tuple(value, tangent);
}

}  // namespace

void register_transforms(py::module_& module) {
    module.def("_value_and_gradient", &value_and_gradient);
    module.def("_jvp", &jvp);
}

}  // namespace autodiffx::bindings
