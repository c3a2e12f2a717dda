// grad and value_and_grad of functions of numbers, arrays and containers of them.
//
// A reverse transform marks a position on the tape in use, runs the function,
// sweeps down to the mark and rewinds. If what it swept depends on something
// active outside (the argument itself, or a captured Variable), the sweep is
// recorded instead, so that its result can be differentiated in turn.
#include <algorithm>
#include <optional>

#include "arrays.hpp"
#include "jvp.hpp"
#include "number.hpp"

namespace autodiffx::bindings {

namespace {

[[noreturn]] void raise_bad_argument(PyObject* object) {
    raise_type_error(
        "grad() differentiates by numbers, arrays, Variables, Duals, and lists, tuples and dicts "
        "of them, got '" +
        type_name(object) + "'");
}

// One number or array that is differentiated by: what the function is given, and its slots.
struct Lifted {
    py::object given;
    py::object original;                 // of an array; null of a number
    VariableObject* variable = nullptr;  // that, or inside `given`; keeps the slots

    [[nodiscard]] PyObject* object() const { return reinterpret_cast<PyObject*>(variable); }
};

// The copy is a statement before the mark that sweeps stop at, so nothing is passed on below.
Lifted lift_array(Tape& tape, PyObject* object, bool& active) {
    py::object const array = is_array(object)
                                 ? py::reinterpret_borrow<py::object>(object)
                                 : py::reinterpret_steal<py::object>(
                                       new_constant_array(from_numpy("grad()", object, nullptr)));
    if (view_of(array.ptr()).dtype == Dtype::boolean) {
        raise_type_error(
            "grad() differentiates by float64 and float32, got a Variable of dtype bool: decisions "
            "have no derivative");
    }
    tape.make_room();
    ArrayOperand operand = array_operand(tape, array.ptr());
    active = active || operand.kind != Kind::constant;
    // What is passive gets an active copy.
    if (!is_active(operand.kind)) operand.kind = Kind::result;
    ArrayResult const copy = record_copy(tape, operand, operand.dtype, ArrayOp::copy);
    Lifted lifted;
    lifted.given = py::reinterpret_steal<py::object>(new_array(tape, copy));
    // If the function writes into its argument that moves, and this stays.
    lifted.original = py::reinterpret_steal<py::object>(
        array_on_old(tape, copy.last(), Kind::result, copy.deferred));
    lifted.variable = reinterpret_cast<VariableObject*>(lifted.original.ptr());
    lifted.variable->handle.stays = true;
    return lifted;
}

// Slots of its own for an argument, from which nothing is passed on below.
Lifted lift(Tape& tape, PyObject* object, bool& active) {
    Lifted lifted;
    if (is_dual(object)) {
        DualObject const& dual = dual_of(object);
        Lifted const inner = lift(tape, dual.value.to_python().ptr(), active);
        lifted.variable = inner.variable;
        lifted.original = inner.original;
        lifted.given = py::reinterpret_steal<py::object>(
            new_dual(Number(inner.given), dual.tangent, dual.level));
        return lifted;
    }
    tape.make_room();
    Term term;
    Found const found = find_term(tape, object, term);
    if (found == Found::array) {
        return lift_array(tape, object, active);
    } else if (found != Found::term) {
        raise_bad_argument(object);
    } else {
        Operand operand{0, Kind::result, term.operand.deferred};
        if (term.operand.kind != Kind::constant) {
            // A copy: nothing is passed on below it, and a replay reads it anew.
            active = true;
            operand.slot = record<Op::positive>(tape, term.operand).slot;
        } else {
            operand.slot = tape.argument(term.value);
        }
        lifted.given = py::reinterpret_steal<py::object>(new_result(tape, operand));
    }
    lifted.variable = reinterpret_cast<VariableObject*>(lifted.given.ptr());
    return lifted;
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

// Derivatives of an output that depends on none of the arguments.
std::vector<Number> zeros(const std::vector<Lifted>& arguments) {
    std::vector<Number> result(arguments.size());
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!is_array(arguments[i].object())) continue;
        result[i] = fitted(0.0, Number(py::reinterpret_borrow<py::object>(arguments[i].object())));
    }
    return result;
}

// What a plain sweep has left at an argument.
Number adjoint_of(const Adjoints<double>& adjoints, const Lifted& argument) {
    if (!is_array(argument.object())) return adjoints.at(argument.variable->handle.slot);
    return Number(py::reinterpret_steal<py::object>(array_grad(argument.object())));
}

// What a recorded sweep has left there: a number or Variable, or an array of either.
Number adjoint_of(Tape& tape, RecordedAdjoints& adjoints, const Lifted& argument) {
    Handle const& handle = argument.variable->handle;
    if (!is_array(argument.object())) {
        Recorded const adjoint = adjoints.at(handle.slot - adjoints.base);
        if (adjoint.is_constant()) return adjoint.value;
        return Number(py::reinterpret_steal<py::object>(handle_on_old(tape, adjoint.operand)));
    }
    RecordedAdjoints::Array const& adjoint =
        settled(tape, tape.statements[tape.statement_of(handle.slot)], adjoints);
    if (!adjoint.present)
        return fitted(0.0, Number(py::reinterpret_borrow<py::object>(argument.object())));
    ArrayView const& view = view_of(argument.object());
    ArrayResult result;
    result.first = adjoint.first;
    result.extent = adjoint.extent;
    result.slots = view.slots;
    result.dtype = view.dtype;
    result.kind = adjoint.kind;
    result.deferred = adjoint.deferred;
    result.ndim = view.ndim;
    std::copy(view.shape(), view.shape() + view.ndim, result.shape);
    py::object made = py::reinterpret_steal<py::object>(old_array(tape, result));
    if (adjoint.kind == Kind::constant) made = made.attr("value");
    return Number(made);
}

void require_scalar(PyObject* output) {
    if (!is_array_like(output) || (is_variable(output) && view_of(output).ndim == 0)) return;
    py::object const shape = py::handle(output).attr("shape");
    raise_type_error("grad() needs a function that returns one number, got an array of shape " +
                     std::string(py::str(shape)) +
                     ": add its elements up, or take a derivative along a direction with jvp()");
}

// The derivative of one output by all arguments.
std::vector<Number> differentiate(Region& region, const std::vector<Lifted>& arguments,
                                  PyObject* output, bool& outside) {
    require_scalar(output);
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
        if (read_number(output, number)) return zeros(arguments);
        raise_type_error(
            "grad() needs a function that returns a scalar (a number, Variable or Dual), got '" +
            type_name(output) + "'");
    }
    if (&current_tape() != &tape) {
        throw graph_error(
            "the function given to grad() left another tape in use: close the Graphs that it "
            "opens");
    }
    Seed<double> seed{0, 1.0};
    Operand operand{};
    if (is_array(output)) {  // a single float32
        ArrayOperand const array = array_operand(tape, output);
        seed = array_seed(output, nullptr);
        operand = {array.last(), array.kind, array.deferred};
    } else {
        Term term;
        find_term(tape, output, term);
        operand = term.operand;
        seed.slot = operand.slot;
    }
    if (operand.kind != Kind::result) {
        outside = outside || operand.kind == Kind::leaf;
        return zeros(arguments);
    }
    if (tape.is_graph() && tape.may_be_stale()) tape.require_current(operand.slot);
    std::size_t const stop = region.start->position.statements;
    auto const base = static_cast<Slot>(region.before.position.slots);
    std::vector<Number> result(arguments.size());
    if (operand.slot < base) {
        outside = true;
        return zeros(arguments);
    }
    bool const leaves_set = region.epoch != leaf_epoch.load();
    if (!region.active || leaves_set) {
        reverse_sweep(tape, tape.adjoints, {seed}, stop);
        Adjoints<double> const& adjoints = tape.adjoints;
        if (leaves_set) require_unchanged(tape, adjoints);
        if (!region.active && adjoints.touched.empty() && adjoints.low >= base) {
            for (std::size_t i = 0; i < arguments.size(); ++i) {
                result[i] = adjoint_of(adjoints, arguments[i]);
            }
            return result;
        }
    }
    outside = true;
    RecordedAdjoints adjoints;
    if (is_array(output)) recorded_sweep(tape, adjoints, seed, stop, region.before.position);
    else recorded_sweep(tape, adjoints, {seed.slot, Recorded(1.0)}, stop, region.before.position);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        result[i] = adjoint_of(tape, adjoints, arguments[i]);
    }
    return result;
}

// What value_and_grad returns for the function's value: a plain number unless
// it depends on something active outside.
py::object outer_value(const py::object& output, bool outside) {
    if (outside) return output;
    if (is_dual(output.ptr())) {
        DualObject const& dual = dual_of(output.ptr());
        return py::reinterpret_steal<py::object>(
            new_dual(Number(outer_value(dual.value.to_python(), false)),
                     Number(outer_value(dual.tangent.to_python(), false)), dual.level));
    }
    if (is_array(output.ptr())) {
        // What has no axis is a NumPy scalar.
        py::object const array = to_numpy(read_elements(output.ptr()), view_of(output.ptr()), true);
        return array[py::tuple()];
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

// ---- containers ----------------------------------------------------------------

// One argument that is differentiated by: a number or array, or a list, tuple or dict with some,
// whose structure the derivative has too.
struct Argument {
    py::object given;
    py::object structure;      // null: of a number or array
    std::size_t first, count;  // among all that is lifted
};

bool is_container(PyObject* object) {
    return PyList_Check(object) || PyTuple_Check(object) || PyDict_Check(object);
}

Argument lift_all(Tape& tape, const py::object& object, std::vector<Lifted>& all, bool& active) {
    if (!is_container(object.ptr())) {
        all.push_back(lift(tape, object.ptr(), active));
        return {all.back().given, py::object(), all.size() - 1, 1};
    }
    auto const flat = py::module_::import("optree").attr("tree_flatten")(object).cast<py::tuple>();
    Argument argument{py::object(), flat[1], all.size(), 0};
    py::list given;
    for (py::handle const each : flat[0]) {
        all.push_back(lift(tape, each.ptr(), active));
        given.append(all.back().given);
        ++argument.count;
    }
    argument.given = argument.structure.attr("unflatten")(given);
    return argument;
}

py::object derivative_by(const Argument& argument, const std::vector<Number>& derivatives) {
    if (!argument.structure) return derivatives[argument.first].to_python();
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
        differentiated.push_back(lift_all(tape, arguments[at], lifted, region.active));
        given[at] = differentiated.back().given;
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

}  // namespace

void register_transforms(py::module_& module) {
    module.def("_value_and_gradient", &value_and_gradient);
    module.def("_jvp", &jvp);
}

}  // namespace autodiffx::bindings
