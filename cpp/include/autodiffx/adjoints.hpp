// Adjoints: what a reverse sweep leaves, by slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "autodiffx/arena.hpp"
#include "autodiffx/buffer.hpp"
#include "autodiffx/extent.hpp"
#include "autodiffx/statement.hpp"
#include "autodiffx/zeroed.hpp"

namespace autodiffx {

// Values of Adjoints::reached other than 0, the stronger first. A result may depend on a value
// through decisions alone: that passes no adjoint on, but what changes it makes the result stale.
inline constexpr std::uint8_t reached_actively = 1;
inline constexpr std::uint8_t reached_passively = 2;

// Adjoints of one sweep: index s belongs to slot s. Zero outside [low, high), the range of the
// last sweep, and outside `touched`. Those of an array that lies apart have memory of their own
// from the first contribution on; of such an array the last slot alone is ever reached.
template <class T>
struct Adjoints {
    Zeroed<T> values;
    Zeroed<std::uint8_t> reached;  // how the swept result depends on this slot
    Arena<T*> apart;               // by extent; null: in `values`, or zero
    Arena<std::uint32_t> laid;     // extents that were given memory apart
    Arena<Slot> touched;    // inputs that were reached: slots of numbers, last ones of arrays
    Arena<Pair> extents;    // of array inputs that were reached as a whole: first, count
    Arena<Pair> untouched;  // within [low, high), where `values` was left alone: first, count
    std::size_t low = 0, high = 0;

    Adjoints() = default;
    Adjoints(const Adjoints&) = delete;
    Adjoints& operator=(const Adjoints&) = delete;
    Adjoints(Adjoints&&) = default;
    Adjoints& operator=(Adjoints&&) = default;
    ~Adjoints() { forget_apart(); }

    [[nodiscard]] Places<T> places() { return {values.data(), apart.data()}; }
    // Memory for an extent, uninitialised.
    T* lay_apart(std::uint32_t extent, std::size_t slots) {
        laid.reserve_more(1);
        laid.push_unchecked(extent);
        return apart[extent] = Buffer<T>(slots).release();
    }
    // Knows of so many extents.
    void extend_apart(std::size_t extents) {
        if (extents <= apart.size()) return;
        apart.reserve_more(extents - apart.size());
        while (apart.size() < extents) apart.push_unchecked(nullptr);
    }
    // Gives that away.
    Buffer<T> take(std::uint32_t extent, std::size_t slots) {
        return Buffer<T>::adopt(std::exchange(apart[extent], nullptr), slots);
    }
    void forget(std::uint32_t extent) {
        if (apart[extent] != nullptr) Memory::release(std::exchange(apart[extent], nullptr));
    }

    // Makes everything zero again.
    void clear() {
        forget_apart();
        std::size_t from = low;
        for (std::size_t i = 0; i < untouched.size(); ++i) {
            auto const [first, slots] = untouched[i];
            zero(from, first);
            from = std::size_t{first} + slots;
            reached[from - 1] = 0;
        }
        zero(from, high);
        for (std::size_t i = 0; i < touched.size(); ++i) zero(touched[i], touched[i] + 1);
        for (std::size_t i = 0; i < extents.size(); ++i)
            zero(extents[i].b, extents[i].b + extents[i].c);
        touched.truncate(0);
        extents.truncate(0);
        untouched.truncate(0);
        low = high = 0;
    }

    // The adjoint at an index, zero where the sweep did not come by.
    [[nodiscard]] T at(std::size_t index) const {
        return index >= low && index < high ? values[index] : T(0.0);
    }

private:
    void zero(std::size_t from, std::size_t to) {
        if (to <= from) return;
        std::memset(static_cast<void*>(values.data() + from), 0, (to - from) * sizeof(T));
        std::memset(reached.data() + from, 0, to - from);
    }
    void forget_apart() {
        for (std::size_t i = 0; i < laid.size(); ++i) forget(laid[i]);
        laid.truncate(0);
    }
};

}  // namespace autodiffx
