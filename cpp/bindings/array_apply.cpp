// Operators on arguments of which at least one is an array.
#include <cstring>
#include <utility>

#include "array_shortcut.hpp"
#include "autodiffx/field.hpp"

namespace autodiffx::bindings {

namespace {

// The extent that takes up just these slots.
std::uint32_t extent_of(const Tape& tape, Slot first, std::uint32_t slots) {
    std::uint32_t const extent = tape.extent_at(first);
    bool const whole = extent != no_extent && tape.extents[extent].first == first &&
                       tape.extents[extent].slots == slots;
    return whole ? extent : no_extent;
}

// A view of slots that begin at `first` as an operand. What repeats a number, be it an element of
// an array, is no array of its own.
void lay(ArrayOperand& operand, const ArrayView& view, Tape& tape, Slot first) {
    static_cast<View&>(operand) = located(view, first);
    operand.extent = extent_of(tape, first, view.slots);
    tape.require_kept(operand.extent);
}

// The first slot of an array of an enclosing tape. What is being assigned to there is captured as
// it is now.
Slot capture_array(Tape& tape, const Handle& handle, const ArrayView& view) {
    Tape& outer = *handle.tape;
    std::uint32_t const slots = view.slots;
    std::uint32_t const at = extent_of(outer, handle.slot + 1 - slots, slots);
    if (at == no_extent) return tape.capture(outer, handle, slots);
    outer.require_kept(at);
    Extent& extent = outer.extents[at];
    if (!extent.assigned) {
        extent.require(Need::always);
        return tape.capture(outer, handle, slots);
    }
    ArrayOperand whole;
    std::int64_t const length =
        std::int64_t{extent.slots} * 8 / static_cast<std::int64_t>(item_size(view.dtype));
    std::int64_t const stride = 1;
    whole.first = extent.first;
    whole.extent = at;
    whole.slots = extent.slots;
    whole.shape = &length;
    whole.strides = &stride;
    whole.ndim = 1;
    whole.dtype = view.dtype;
    whole.kind = static_cast<Kind>(handle.state);
    whole.deferred = handle.deferred;
    if (tape.is_segment) {
        // What runs again must find it under the same name: it moves, as when it is first written.
        ArrayResult const moved = record_moved(outer, whole, is_active(whole.kind));
        outer.extents[moved.extent].assigned = false;
        outer.extents[moved.extent].require(Need::always);
        outer.move_handles(at, moved.extent, moved.kind);
        Handle present = handle;
        present.slot = moved.last();
        return tape.capture(outer, present, moved.slots);
    }
    ArrayResult const copy = record_copy(outer, whole, whole.dtype, ArrayOp::copy);
    Handle present = handle;
    present.slot = copy.last();
    return tape.capture(outer, present, copy.slots);
}

// The value under the name of the tape in use.
ArrayOperand operand_of_variable(Tape& tape, PyObject* object) {
    Handle const& handle = handle_of(object);
    ArrayView const& view = view_of(object);
    ArrayOperand operand;
    switch (handle.state) {
        case Handle::State::constant: {
            lay(operand, view, tape, tape.extents[tape.constants(handle.leaf->array->value)].first);
            return operand;
        }
        case Handle::State::leaf:
            if (!tape.is_graph()) read_value(handle);  // raises for a placeholder
            lay(operand, view, tape, tape.input(*handle.leaf));
            operand.kind = Kind::leaf;
            operand.deferred = !handle.leaf->has_value;
            return operand;
        case Handle::State::result:
        case Handle::State::varying: {
            bool const varying = handle.state == Handle::State::varying;
            operand.deferred = handle.deferred;
            if (handle.tape == &tape) {
                lay(operand, view, tape, handle.slot + 1 - view.slots);
                operand.kind = varying ? Kind::varying : Kind::result;
                return operand;
            }
            Handle const known = known_to(tape, handle, view.slots);
            if (known.tape == &tape) {
                lay(operand, view, tape, known.slot + 1 - view.slots);
                operand.kind = varying ? Kind::varying : Kind::result;
                return operand;
            }
            lay(operand, view, tape, capture_array(tape, known, view));
            operand.kind = varying ? Kind::varying : Kind::leaf;
            return operand;
        }
        case Handle::State::detached:
        case Handle::State::mark:
            break;
    }
    raise_foreign(tape, handle);
}

}  // namespace

ArrayOperand array_operand(Tape& tape, PyObject* object) {
    return operand_of_variable(tape, object);
}

bool find_array_operand(Tape& tape, PyObject* object, Dtype weak, ArrayOperand& operand,
                        std::int64_t* shape, std::int64_t* strides) {
    if (is_array(object)) {
        operand = operand_of_variable(tape, object);
        return true;
    }
    if (is_ndarray(object)) {
        lay_constant(tape, object, operand, shape, strides);
        return true;
    }
    Term term;
    if (find_term(tape, object, term) != Found::term) return false;
    operand.kind = term.operand.kind;
    operand.deferred = term.operand.deferred;
    if (term.operand.kind == Kind::constant) {
        Strength const own = strength_of(object);
        operand.dtype = own <= Strength::boolean   ? weak
                        : own == Strength::float32 ? Dtype::float32
                                                   : Dtype::float64;
        operand.first = number_slot(tape, term.value, operand.dtype);
    } else {
        operand.first = term.operand.slot;
    }
    return true;
}

PyObject* apply_to_arrays(Op op, PyObject* const* arguments) {
    int const arity = arity_of(op);
    require_loops(op);
    if (PyObject* const result = arrays_at_once(op, arguments, arity)) return result;
    // Which dtype a plain number takes on: that of the strongest of the others.
    Strength strongest = Strength::weak;
    for (int k = op == Op::where ? 1 : 0; k < arity; ++k) {
        strongest = std::max(strongest, strength_of(arguments[k]));
    }
    Dtype const weak = strongest == Strength::float32 ? Dtype::float32 : Dtype::float64;

    Tape& tape = current_tape();
    tape.make_room();
    ArrayOperand operands[3];
    std::int64_t shapes[3][max_ndim], strides[3][max_ndim];  // of ndarrays
    for (int k = 0; k < arity; ++k) {
        if (!find_array_operand(tape, arguments[k], weak, operands[k], shapes[k], strides[k]))
            Py_RETURN_NOTIMPLEMENTED;
    }
    return new_array(tape, record_array(tape, op, operands));
}

Op power_of_array(PyObject* exponent) {
    bool const plain = PyFloat_CheckExact(exponent) || PyLong_CheckExact(exponent);
    if (!plain) return Op::power;
    double const value = PyFloat_AsDouble(exponent);
    if (value == -1.0 && PyErr_Occurred() != nullptr) {
        PyErr_Clear();
        return Op::power;
    }
    if (value == 2.0) return Op::square;
    if (value == 0.5) return Op::sqrt;
    if (value == -1.0) return Op::reciprocal;
    return value == 1.0 ? Op::positive : Op::power;
}

}  // namespace autodiffx::bindings
