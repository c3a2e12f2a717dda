// Reverse transforms: arguments lifted, what a function made of them swept.
#include "region.hpp"

#include <algorithm>

namespace autodiffx::bindings {

namespace {

[[noreturn]] void raise_bad_argument(PyObject* object) {
    raise_type_error(
        "grad() differentiates by numbers, arrays, Variables, Duals and containers of them, got "
        "'" +
        type_name(object) + "'");
}

// Integers become float64, if there is one; decisions and arrays of integers have no derivative.
void require_real(PyObject* object) {
    if (PyFloat_Check(object) || is_variable(object) || is_dual(object)) return;
    std::string found;
    if (PyBool_Check(object)) {
        found = "a bool";
    } else if (!PyLong_Check(object) && PyObject_HasAttrString(object, "dtype") != 0) {
        py::object const dtype = py::handle(object).attr("dtype");
        std::string const kind = py::str(dtype.attr("kind"));
        bool const is_integer = kind == "i" || kind == "u";
        if (kind == "b" || (is_integer && is_array_like(object)))
            found = "an array of dtype " + std::string(py::str(dtype));
    }
    if (found.empty()) return;
    raise_type_error("grad() differentiates by real numbers, got " + found +
                     ": turn it into floats first, as by .astype(float)");
}

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

std::size_t notes_so_far(Tape& on) { return on.notes ? notes_of(on).noted : 0; }

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
        // It may be an input as it is.
        bool const is_input = adjoint.operand.kind == Kind::leaf;
        return Number(py::reinterpret_steal<py::object>(
            is_input ? object_of_slot(tape, adjoint.operand.slot, Kind::leaf)
                     : handle_on_old(tape, adjoint.operand)));
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
    if (!is_array_like(output)) return;
    py::object const shape = py::handle(output).attr("shape");
    if (py::len(shape) == 0) return;
    raise_type_error(
        "grad() needs a function that returns one number, got an array of shape " +
        std::string(py::str(shape)) +
        ": add its elements up, or take all derivatives with jacobian(), or one along a "
        "direction with jvp()");
}

}  // namespace

Region::Region(Tape& on)
    : tape(on), before(on), noted(notes_so_far(on)), epoch(leaf_epoch.load()) {}

void Region::rewind() {
    start.reset();
    // Entries may hold handles on what was recorded since. A Graph keeps everything.
    if (before.tape != nullptr && tape.newest() != &before && !tape.is_graph())
        tape.let_go(before.position);
    // Guards and escapes are kept, for they may be about something outside.
    if (before.tape != nullptr && tape.newest() == &before && noted == notes_so_far(tape)) {
        tape.rewind(before.position);
    }
}

Lifted Region::lift(PyObject* object) {
    require_real(object);
    Lifted lifted;
    if (is_dual(object)) {
        DualObject const& dual = dual_of(object);
        Lifted const inner = lift(dual.value.to_python().ptr());
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

std::vector<Number> Region::differentiate(const std::vector<Lifted>& arguments, PyObject* output,
                                          bool& outside, bool made_of_active) {
    require_scalar(output);
    if (is_dual(output)) {
        // Differentiation is linear: component by component.
        DualObject const& dual = dual_of(output);
        std::vector<Number> const values =
            differentiate(arguments, dual.value.to_python().ptr(), outside, made_of_active);
        std::vector<Number> const tangents =
            differentiate(arguments, dual.tangent.to_python().ptr(), outside, made_of_active);
        std::vector<Number> result(arguments.size());
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            result[i] = Number(
                py::reinterpret_steal<py::object>(new_dual(values[i], tangents[i], dual.level)));
        }
        return result;
    }
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
    auto const base = static_cast<Slot>(before.position.slots);
    if (operand.slot < base) {
        outside = true;
        return zeros(arguments);
    }
    if (!made_of_active) {
        if (auto found = pull_back(arguments, {seed})) return *found;
    }
    outside = true;
    std::size_t const stop = start->position.statements;
    RecordedAdjoints adjoints;
    if (is_array(output)) recorded_sweep(tape, adjoints, seed, stop, before.position);
    else recorded_sweep(tape, adjoints, {seed.slot, Recorded(1.0)}, stop, before.position);
    std::vector<Number> result(arguments.size());
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        result[i] = adjoint_of(tape, adjoints, arguments[i]);
    }
    if (watching) look_past(tape);
    return result;
}

bool Region::reads_outside() const {
    auto const base = static_cast<Slot>(before.position.slots);
    bool found = false;
    auto const look = [&](Slot first, std::uint32_t, Kind kind) {
        found = found || kind == Kind::leaf || (kind != Kind::constant && first < base);
    };
    for (std::size_t i = start->position.statements; !found && i < tape.statements.size(); ++i)
        for_each_operand(tape, tape.statements[i], look);
    return found;
}

std::optional<std::vector<Number>> Region::pull_back(const std::vector<Lifted>& arguments,
                                                     const std::vector<Seed<double>>& seeds) {
    if (seeds.empty()) return zeros(arguments);
    bool const leaves_set = epoch != leaf_epoch.load();
    // Whoever watches a sweep watches one of doubles, whose statements are the function's own.
    if (active && !leaves_set && !watching) return std::nullopt;
    reverse_sweep(tape, tape.adjoints, seeds, start->position.statements);
    Adjoints<double> const& adjoints = tape.adjoints;
    if (leaves_set) require_unchanged(tape, adjoints);
    auto const base = static_cast<Slot>(before.position.slots);
    if (active || !adjoints.touched.empty() || adjoints.low < base) return std::nullopt;
    std::vector<Number> result(arguments.size());
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        result[i] = adjoint_of(adjoints, arguments[i]);
    }
    return result;
}

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

}  // namespace autodiffx::bindings
