// Adjoints: what a reverse sweep leaves, by slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "autodiffx/arena.hpp"
#include "autodiffx/statement.hpp"

namespace autodiffx {

// Values of Adjoints::reached other than 0, the stronger first. A result may depend on a value
// through decisions alone: that passes no adjoint on, but what changes it makes the result stale.
inline constexpr std::uint8_t reached_actively = 1;
inline constexpr std::uint8_t reached_passively = 2;

// Adjoints of one sweep: index s belongs to slot s. Zero outside [low, high),
// the range of the last sweep, and outside `touched`.
template <class T>
struct Adjoints {
    Arena<T> values;
    Arena<std::uint8_t> reached;  // how the swept result depends on this slot
    Arena<Slot> touched;          // inputs that were reached: slots of numbers, last ones of arrays
    Arena<Pair> extents;          // of array inputs that were reached as a whole: first, count
    std::size_t low = 0, high = 0;

    // Makes everything zero again.
    void clear() {
        std::size_t const count = high - low;
        if (count != 0) {
            std::memset(static_cast<void*>(values.data() + low), 0, count * sizeof(T));
            std::memset(reached.data() + low, 0, count);
        }
        for (std::size_t i = 0; i < touched.size(); ++i) {
            Slot const slot = touched[i];
            std::memset(static_cast<void*>(values.data() + slot), 0, sizeof(T));
            reached[slot] = 0;
        }
        for (std::size_t i = 0; i < extents.size(); ++i) {
            auto const [first, slots] = extents[i];
            std::memset(static_cast<void*>(values.data() + first), 0, slots * sizeof(T));
            std::memset(reached.data() + first, 0, slots);
        }
        touched.truncate(0);
        extents.truncate(0);
        low = high = 0;
    }

    // The adjoint at an index, zero where the sweep did not come by.
    [[nodiscard]] T at(std::size_t index) const {
        return index >= low && index < high ? values[index] : T(0.0);
    }
};

}  // namespace autodiffx
