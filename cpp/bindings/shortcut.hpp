// The shortcut: what most operations are, done without a single call, so that
// no register need be saved. Whatever is not so simple is left as it was, for the
// long way, which asks everything anew.
#pragma once

#include "arrays.hpp"

#if PY_VERSION_HEX < 0x030B0000
#include <longintrepr.h>
#endif

namespace autodiffx::bindings {

// An int of one digit, as nearly all are.
AUTODIFFX_INLINE bool read_integer(PyObject* object, Py_ssize_t& value) {
    if (!PyLong_CheckExact(object)) return false;
    auto* const number = reinterpret_cast<PyLongObject*>(object);
#if PY_VERSION_HEX >= 0x030C0000
    if (!PyUnstable_Long_IsCompact(number)) return false;
    value = PyUnstable_Long_CompactValue(number);
#else
    Py_ssize_t const digits = Py_SIZE(object);  // negative, of a negative number
    if (digits < -1 || digits > 1) return false;
    value = digits * static_cast<Py_ssize_t>(number->ob_digit[0]);
#endif
    return true;
}

// An evaluated active number on the tape, an input that it has, a float or int
// that it has as a constant. Changes nothing.
AUTODIFFX_INLINE bool find_at_once(const Tape& tape, PyObject* object, QuickOperand& operand) {
    if (Py_TYPE(object) == variable_type) {
        Handle const& handle = handle_of(object);
        if (handle.is_plain_result()) {
            operand = {handle.slot, static_cast<unsigned>(Kind::result)};
            AUTODIFFX_OPAQUE(operand.kind);
            return handle.tape == &tape;
        }
        if (!handle.is_plain_leaf() || !tape.has_input(*handle.leaf)) return false;
        operand = {handle.leaf->cached_slot + handle.slot, static_cast<unsigned>(Kind::leaf)};
        AUTODIFFX_OPAQUE(operand.kind);
        return handle.leaf->has_value;
    }
    operand.kind = static_cast<unsigned>(Kind::constant);
    AUTODIFFX_OPAQUE(operand.kind);
    if (PyFloat_CheckExact(object))
        return tape.has_constant(PyFloat_AS_DOUBLE(object), operand.slot);
    Py_ssize_t integer;
    return read_integer(object, integer) &&
           tape.has_constant(static_cast<double>(integer), operand.slot);
}

// Each returns the result or, without an error set, null.
template <Op op>
AUTODIFFX_INLINE PyObject* unary_at_once(PyObject* a) {
    Tape* const tape = tape_in_use;
    QuickOperand operand;
    if (tape == nullptr || Py_TYPE(a) != variable_type) return nullptr;
    if (!find_at_once(*tape, a, operand)) return nullptr;
    if (!tape->has_room() || free_list.is_empty()) return nullptr;
    return new_result(*tape, record_in_room<op>(*tape, operand));
}

template <Op op>
AUTODIFFX_INLINE PyObject* binary_at_once(PyObject* a, PyObject* b) {
    Tape* const tape = tape_in_use;
    QuickOperand left, right;
    if (tape == nullptr) return nullptr;
    if (!find_at_once(*tape, a, left) || !find_at_once(*tape, b, right)) return nullptr;
    if (!tape->has_room() || free_list.is_empty()) return nullptr;
    return new_result(*tape, record_in_room<op>(*tape, left, right));
}

// array[index] of a float64 array with one axis.
AUTODIFFX_INLINE PyObject* element_at_once(PyObject* array, PyObject* index) {
    if (Py_TYPE(array) != variable_type || !handle_of(array).array) return nullptr;
    Handle const& handle = handle_of(array);
    ArrayView const& view = view_of(array);
    if (handle.state != Handle::State::leaf || view.ndim != 1 || view.dtype != Dtype::float64)
        return nullptr;
    Py_ssize_t place;
    if (!read_integer(index, place)) return nullptr;
    if (place < 0) place += view.dims[0];
    if (place < 0 || place >= view.dims[0] || free_list.is_empty()) return nullptr;
    return new_element(*handle.leaf, static_cast<Slot>(view.offset + place * view.dims[1]));
}

}  // namespace autodiffx::bindings
