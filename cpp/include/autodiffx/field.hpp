// Field: an array of a tape as a number of the table, so that a sweep through arrays is recorded.
#pragma once

#include <algorithm>
#include <cstring>

#include "autodiffx/array.hpp"
#include "autodiffx/dual.hpp"

namespace autodiffx {

// The slot of a passive number in a dtype.
inline Slot number_slot(Tape& tape, double value, Dtype dtype) {
    if (dtype != Dtype::float32) return tape.constant(value);
    float const halves[2] = {static_cast<float>(value), 0.0f};
    double packed;
    std::memcpy(&packed, halves, sizeof packed);
    return tape.constant(packed);
}

// An array of the shape of a statement's loops, or the same number everywhere.
struct Field : number_type {
    Tape* tape = nullptr;  // null: a number
    double value = 0.0;
    Slot first = 0;
    std::uint32_t extent = no_extent, slots = 1;
    Dtype dtype = Dtype::float64;
    Kind kind = Kind::constant;
    bool deferred = false;
    int ndim = 0;
    std::int64_t offset = 0;
    std::int64_t shape[max_ndim], strides[max_ndim];

    Field(double constant = 0.0) : value(constant) {}
    Field(Tape& on, const ArrayResult& result)
        : tape(&on),
          first(result.first),
          extent(result.extent),
          slots(result.slots),
          dtype(result.dtype),
          kind(result.kind),
          deferred(result.deferred),
          ndim(result.ndim) {
        std::copy(result.shape, result.shape + ndim, shape);
        dense_strides(shape, ndim, strides);
    }
    [[nodiscard]] bool is_number() const { return tape == nullptr; }
    [[nodiscard]] bool is(double number) const { return is_number() && value == number; }
    // Points into the field, which has to live as long.
    [[nodiscard]] ArrayOperand operand() const&& = delete;
    [[nodiscard]] ArrayOperand operand() const& {
        ArrayOperand operand;
        operand.first = first;
        operand.extent = extent;
        operand.slots = slots;
        operand.offset = offset;
        operand.shape = shape;
        operand.strides = strides;
        operand.ndim = ndim;
        operand.dtype = dtype;
        operand.kind = kind;
        operand.deferred = deferred;
        return operand;
    }
    // A number takes on the dtype of what it meets.
    [[nodiscard]] ArrayOperand operand_beside(Tape& on, Dtype other) const {
        if (!is_number()) return operand();
        ArrayOperand number;
        number.dtype = other == Dtype::float32 ? other : Dtype::float64;
        number.first = number_slot(on, value, number.dtype);
        return number;
    }

    template <Op op>
    static Field apply(const Field& a) {
        if (a.is_number()) return Row<op>::primal(a.value);
        if constexpr (op == Op::positive) return a;
        ArrayOperand const operand = a.operand();
        return {*a.tape, record_array(*a.tape, op, &operand)};
    }
    template <Op op>
    static Field apply(const Field& a, const Field& b) {
        if (a.is_number() && b.is_number()) return Row<op>::primal(a.value, b.value);
        if (auto const known = known_result<op>(a, b)) return *known;
        Tape& tape = a.is_number() ? *b.tape : *a.tape;
        ArrayOperand const operands[] = {a.operand_beside(tape, b.dtype),
                                         b.operand_beside(tape, a.dtype)};
        return {tape, record_array(tape, op, operands)};
    }
    template <Op op>
    static Field apply(const Field& a, const Field& b, const Field& c) {
        if (a.is_number() && b.is_number() && c.is_number())
            return Row<op>::primal(a.value, b.value, c.value);
        Tape& tape = !a.is_number() ? *a.tape : !b.is_number() ? *b.tape : *c.tape;
        Dtype const dtype = std::max({a.is_number() ? Dtype::float64 : a.dtype,
                                      b.is_number() ? Dtype::float64 : b.dtype,
                                      c.is_number() ? Dtype::float64 : c.dtype});
        ArrayOperand const operands[] = {a.operand_beside(tape, dtype),
                                         b.operand_beside(tape, dtype),
                                         c.operand_beside(tape, dtype)};
        return {tape, record_array(tape, op, operands)};
    }
};

// What each element has of the derivative of an extreme, which repeats along the axes over which
// it was found: those that tie share it.
Field shares_of_ties(const Field& x, const Field& extreme);

}  // namespace autodiffx
