// Array leaves, arrays that somebody holds, and short words to ask for their elements.
//
// Every test that includes this runs twice: with arrays as short as its own in the slots, and
// apart.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "autodiffx/array.hpp"
#include "autodiffx/flat.hpp"
#include "check.hpp"
#include "recording.hpp"

namespace recording {

using autodiffx::ArrayOperand;
using autodiffx::ArrayResult;
using autodiffx::Buffer;
using autodiffx::Dtype;
using autodiffx::max_ndim;
using Elements = std::vector<double>;
using Lengths = std::vector<std::int64_t>;

VARIATION(short_arrays_in_slots) { autodiffx::apart_from = 64; }
VARIATION(short_arrays_apart) { autodiffx::apart_from = 2; }

// While it lives, arrays from so many slots on are computed again rather than kept, and swept in
// runs.
struct RecomputeFrom {
    std::uint32_t const runs = autodiffx::run_from, recomputed = autodiffx::recompute_from;
    explicit RecomputeFrom(std::uint32_t slots) {
        autodiffx::run_from = autodiffx::recompute_from = slots;
    }
    ~RecomputeFrom() {
        autodiffx::run_from = runs;
        autodiffx::recompute_from = recomputed;
    }
    RecomputeFrom(const RecomputeFrom&) = delete;
    RecomputeFrom& operator=(const RecomputeFrom&) = delete;
};

// Elements as slots hold them, and back.
inline Buffer<double> packed(const Elements& elements, Dtype dtype = Dtype::float64) {
    auto const count = static_cast<std::int64_t>(elements.size());
    Buffer<double> slots(autodiffx::slots_for(count, dtype), 0.0);
    double* const numbers = slots.writable();
    if (dtype == Dtype::float64) {
        std::copy(elements.begin(), elements.end(), numbers);
        return slots;
    }
    auto* const to = reinterpret_cast<unsigned char*>(numbers);
    for (std::size_t i = 0; i < elements.size(); ++i) {
        auto const single = static_cast<float>(elements[i]);
        if (dtype == Dtype::float32) std::memcpy(to + 4 * i, &single, sizeof single);
        else to[i] = elements[i] != 0.0;
    }
    return slots;
}
inline Elements unpacked(const double* slots, std::size_t count, Dtype dtype = Dtype::float64) {
    Elements elements(count);
    auto const* const from = reinterpret_cast<const unsigned char*>(slots);
    for (std::size_t i = 0; i < count; ++i) {
        float single;
        if (dtype == Dtype::float64) elements[i] = slots[i];
        else if (dtype == Dtype::boolean) elements[i] = from[i];
        else {
            std::memcpy(&single, from + 4 * i, sizeof single);
            elements[i] = static_cast<double>(single);
        }
    }
    return elements;
}

inline bool operator==(const Buffer<double>& a, const Elements& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}
// The numbers of an extent, wherever they are.
inline Elements numbers(const Tape& tape, const ArrayResult& of) {
    const double* const first = tape.places().at(of);
    return {first, first + of.slots};
}
// One slot of a float64 array, as somebody has it who took that element.
template <class Whole>
Operand slot_of(Tape& tape, const Whole& array, std::int64_t place) {
    if (array.extent != autodiffx::no_extent) {
        tape.extents[array.extent].require(autodiffx::Need::always);
        tape.settle(array.extent);
    }
    tape.has_elements = true;
    return {array.first + static_cast<Slot>(place), array.kind, array.deferred};
}

// A view with shape and strides of its own.
struct Seen {
    ArrayOperand of;
    Lengths shape, strides;
    Seen(const ArrayOperand& whole, Lengths lengths, Lengths steps, std::int64_t offset = 0)
        : of(whole), shape(std::move(lengths)), strides(std::move(steps)) {
        of.offset += offset;
    }
    [[nodiscard]] ArrayOperand operand() const {
        ArrayOperand result = of;
        result.shape = shape.data();
        result.strides = strides.data();
        result.ndim = static_cast<int>(shape.size());
        return result;
    }
};

// An array leaf in C order.
struct Array {
    Leaf* const leaf = new Leaf;
    Lengths strides;
    Array(Lengths shape, const Elements& elements, Dtype dtype = Dtype::float64) {
        leaf->array = std::make_unique<autodiffx::LeafArray>();
        leaf->array->dtype = dtype;
        leaf->array->size = static_cast<std::int64_t>(elements.size());
        strides.resize(shape.size());
        autodiffx::dense_strides(shape.data(), static_cast<int>(shape.size()), strides.data());
        leaf->array->shape = std::move(shape);
        set(elements);
    }
    Array(const Array&) = delete;
    Array& operator=(const Array&) = delete;
    ~Array() { leaf->release(); }
    void set(const Elements& elements) const {
        leaf->array->value = packed(elements, leaf->array->dtype);
        leaf->touch();
    }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(leaf->array->size); }
    ArrayOperand on(Tape& tape) const {
        ArrayOperand operand;
        operand.first = tape.input(*leaf);
        operand.extent = tape.extent_at(operand.first);
        operand.slots = leaf->slots();
        operand.shape = leaf->array->shape.data();
        operand.strides = strides.data();
        operand.ndim = static_cast<int>(strides.size());
        operand.dtype = leaf->array->dtype;
        operand.kind = Kind::leaf;
        return operand;
    }
};

// An array that somebody still holds: its handle goes where the array moves.
struct Shown : Handle {
    ArrayResult const made;
    std::int64_t strides[max_ndim];
    Shown(Tape& on, const ArrayResult& result) : made(result) {
        autodiffx::dense_strides(made.shape, made.ndim, strides);
        on.link(*this, made.last(), static_cast<State>(made.kind), made.deferred);
        array = true;
        on.show(made.last());
    }
    Shown(const Shown&) = delete;
    Shown& operator=(const Shown&) = delete;
    ~Shown() {
        if (!on_tape()) {
            if (state == State::detached) leaf->release();
            return;
        }
        tape->hide(slot);
        tape->unlink(*this);
    }
    [[nodiscard]] ArrayOperand operand() const {
        ArrayOperand operand;
        operand.extent = tape->extent_at(slot);
        operand.first = tape->extents[operand.extent].first;
        operand.slots = made.slots;
        operand.shape = made.shape;
        operand.strides = strides;
        operand.ndim = made.ndim;
        operand.dtype = made.dtype;
        operand.kind = static_cast<Kind>(state);
        operand.deferred = deferred;
        return operand;
    }
    [[nodiscard]] Seen view(Lengths shape, Lengths steps, std::int64_t offset = 0) const {
        return {operand(), std::move(shape), std::move(steps), offset};
    }
    [[nodiscard]] Elements elements() const {
        auto const count = static_cast<std::size_t>(autodiffx::elements_of(made.shape, made.ndim));
        const double* const first =
            on_tape() ? tape->places().at(operand()) : leaf->array->value.data();
        return unpacked(first, count, made.dtype);
    }
};

// A number as an operand of array statements.
inline ArrayOperand scalar(const Operand& number) {
    ArrayOperand operand;
    operand.first = number.slot;
    operand.kind = number.kind;
    operand.deferred = number.deferred;
    return operand;
}

// One element of a float64 array as a number of its own.
inline Operand element(Tape& tape, const ArrayOperand& array, std::int64_t place) {
    Seen const one(array, {}, {}, place);
    ArrayResult const copy =
        autodiffx::record_copy(tape, one.operand(), array.dtype, autodiffx::ArrayOp::copy);
    return {copy.first, copy.kind, copy.deferred};
}

inline ArrayResult zeros(Tape& tape, const Lengths& shape, Dtype dtype = Dtype::float64) {
    return autodiffx::record_fill(tape, scalar(number(tape, 0.0)), shape.data(),
                                  static_cast<int>(shape.size()), dtype);
}

// Adjoints for all elements of a result.
inline autodiffx::Seed<double> seed_of(const ArrayOperand& result, const Elements& adjoints) {
    autodiffx::Seed<double> seed{result.first, 1.0};
    seed.extent = packed(adjoints, result.dtype);
    seed.dtype = result.dtype;
    return seed;
}

inline const LeafAdjoint& of(const std::vector<LeafAdjoint>& found, const Array& array) {
    for (LeafAdjoint const& each : found) {
        if (each.leaf == array.leaf) return each;
    }
    throw std::logic_error("the leaf was not reached");
}
inline Elements adjoints_of(const std::vector<LeafAdjoint>& found, const Array& array) {
    return unpacked(of(found, array).extent.data(), array.size(), array.leaf->array->dtype);
}

// The tangent of a leaf in a direction.
inline autodiffx::LeafTangent along(const Array& array, const Elements& direction) {
    return {array.leaf, 0.0, packed(direction, array.leaf->array->dtype)};
}

// Whether they agree but for the rounding of numbers near one.
inline bool close(const Elements& a, const Elements& b, double tolerance = 1e-13) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(),
                      [&](double x, double y) { return std::abs(x - y) <= tolerance; });
}

}  // namespace recording
