// Operators on arguments of which at least one is an array.
#include <cstring>
#include <utility>

#include "arrays.hpp"

namespace autodiffx::bindings {

namespace {

// The value under the name of the tape in use.
ArrayOperand operand_of_variable(Tape& tape, PyObject* object) {
    Handle const& handle = handle_of(object);
    ArrayView const& view = view_of(object);
    ArrayOperand operand;
    switch (handle.state) {
        case Handle::State::constant: {
            std::vector<double> const& elements = handle.leaf->array->value;
            static_cast<View&>(operand) =
                located(view, tape.constants(elements.data(), elements.size()));
            return operand;
        }
        case Handle::State::leaf:
            if (!tape.is_graph()) read_value(handle);  // raises for a placeholder
            static_cast<View&>(operand) = located(view, tape.input(*handle.leaf));
            operand.kind = Kind::leaf;
            operand.deferred = !handle.leaf->has_value;
            return operand;
        case Handle::State::result:
        case Handle::State::varying: {
            bool const varying = handle.state == Handle::State::varying;
            operand.deferred = handle.deferred;
            if (handle.tape == &tape) {
                static_cast<View&>(operand) = located(view, handle.slot + 1 - view.slots);
                operand.kind = varying ? Kind::varying : Kind::result;
                return operand;
            }
            for (Tape* outer = tape.enclosing; outer != nullptr; outer = outer->enclosing) {
                if (handle.tape != outer) continue;
                static_cast<View&>(operand) =
                    located(view, tape.capture(*outer, handle, view.slots));
                operand.kind = varying ? Kind::varying : Kind::leaf;
                return operand;
            }
            raise_foreign(tape, handle);
        }
        case Handle::State::detached:
        case Handle::State::mark:
            break;
    }
    raise_foreign(tape, handle);
}

// The slot of a passive number, in a dtype.
Slot number_slot(Tape& tape, double value, Dtype dtype) {
    if (dtype != Dtype::float32) return tape.constant(value);
    float const halves[2] = {static_cast<float>(value), 0.0f};
    double packed;
    std::memcpy(&packed, halves, sizeof packed);
    return tape.constant(packed);
}

}  // namespace

ArrayOperand array_operand(Tape& tape, PyObject* object) {
    return operand_of_variable(tape, object);
}

PyObject* apply_to_arrays(Op op, PyObject* const* arguments) {
    int const arity = arity_of(op);
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
        PyObject* const argument = arguments[k];
        if (is_array(argument)) {
            operands[k] = operand_of_variable(tape, argument);
            continue;
        }
        if (is_ndarray(argument)) {
            // The tape has a copy: what becomes of the array later changes nothing.
            std::unique_ptr<LeafArray> const elements = operand_from_numpy(argument);
            ArrayOperand& operand = operands[k];
            operand.first = tape.constants(elements->value.data(), elements->value.size());
            operand.slots = static_cast<std::uint32_t>(elements->value.size());
            operand.ndim = static_cast<int>(elements->shape.size());
            operand.dtype = elements->dtype;
            std::copy(elements->shape.begin(), elements->shape.end(), shapes[k]);
            dense_strides(shapes[k], operand.ndim, strides[k]);
            operand.shape = shapes[k];
            operand.strides = strides[k];
            continue;
        }
        Term term;
        Found const found = find_term(tape, argument, term);
        if (found != Found::term) Py_RETURN_NOTIMPLEMENTED;
        operands[k].kind = term.operand.kind;
        operands[k].deferred = term.operand.deferred;
        if (term.operand.kind == Kind::constant) {
            Strength const own = strength_of(argument);
            Dtype const dtype = own <= Strength::boolean   ? weak
                                : own == Strength::float32 ? Dtype::float32
                                                           : Dtype::float64;
            operands[k].first = number_slot(tape, term.value, dtype);
            operands[k].dtype = dtype;
        } else {
            operands[k].first = term.operand.slot;
        }
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
