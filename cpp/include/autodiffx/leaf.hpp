// Leaf: a variable that the user made, number or array.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "autodiffx/buffer.hpp"
#include "autodiffx/extent.hpp"

namespace autodiffx {

// The elements of an array leaf and their gradient, packed as in slots.
struct LeafArray {
    Dtype dtype = Dtype::float64;
    std::vector<std::int64_t> shape;
    std::int64_t size = 0;  // elements
    // As many as slots; one if there is no element. Tapes share what is large: it is replaced, not
    // written to.
    Buffer<double> value;
    Buffer<double> grad;  // empty: none
};

// A variable that the user made. It belongs to no tape: each tape that uses it
// copies its value into a slot. Counted by reference, by its Python object and
// by every tape that has it as an input.
struct Leaf {
    double value = 0.0;
    double grad = 0.0;
    std::uint64_t version = 0;  // rises whenever the value is set
    std::uint64_t cached_key =
        0;                      // Tape::key of the tape in which `cached_slot` holds this version
    std::uint64_t written = 0;  // the backward call that last wrote `grad`
    Slot cached_slot = 0;
    std::uint32_t references = 1;
    bool has_value = false;
    bool has_grad = false;
    bool has_name = false;
    bool has_elements = false;  // of an array that was indexed: tapes keep it in their slots
    std::string name;
    void* object = nullptr;            // its Python object while that lives; the bindings' business
    std::unique_ptr<LeafArray> array;  // of an array; `value` and `grad` are not used then

    void set(double v);
    void touch();  // a new version
    // From now on tapes have it in their slots.
    void want_elements() {
        if (has_elements) return;
        has_elements = true;
        if (slots() >= apart_from) cached_key = 0;
    }
    [[nodiscard]] std::uint32_t slots() const {
        return array ? static_cast<std::uint32_t>(array->value.size()) : 1;
    }
    void retain() { ++references; }
    void release() {
        if (--references == 0) delete this;
    }
};

// Rises whenever any leaf is set: while it stands still, nothing becomes stale.
extern std::atomic<std::uint64_t> leaf_epoch;

}  // namespace autodiffx
