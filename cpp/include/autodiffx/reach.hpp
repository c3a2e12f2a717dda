// Reach: what a reverse sweep has come by, and where it gathers the adjoints of arrays.
#pragma once

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "autodiffx/array.hpp"
#include "autodiffx/record.hpp"

namespace autodiffx {

// Beside what was reached, in the last slot of an array.
inline constexpr std::uint8_t extent_listed = 4;  // of an input: it stands in Adjoints::extents
inline constexpr std::uint8_t in_blocks = 8;      // its adjoint is one block, see flat_run.cpp

template <class T>
struct Reach {
    // Only plain adjoints lie apart.
    static constexpr bool is_plain = std::is_same_v<T, double>;
    const Tape* tape;
    T* values;
    std::uint8_t* reached;
    Adjoints<T>* adjoints;
    Slot lowest;  // of the slots reached, inputs apart
    Slot base;    // slot of index 0 in `values` and `reached`

    [[nodiscard]] std::size_t index(Slot slot) const {
        if constexpr (std::is_same_v<T, Recorded>) return slot - base;
        else return slot;
    }
    [[nodiscard]] bool is_apart(std::uint32_t extent) const {
        return is_plain && extent != no_extent && tape->is_apart(extent);
    }
    // What was reached of an array: the strongest of its slots.
    [[nodiscard]] std::uint8_t reach_of(const ArrayPart& part) const {
        return reach_of(part.first, part.extent, part.slots);
    }
    [[nodiscard]] std::uint8_t reach_of(Slot first, std::uint32_t extent,
                                        std::uint32_t slots) const {
        std::uint8_t const* const at = reached + index(first);
        // As a rule the array was reached as a whole, which stands in its last slot.
        std::uint8_t const last = at[slots - 1] & 3u;
        if (last == reached_actively || is_apart(extent)) return last;
        if (std::memchr(at, reached_actively, slots) != nullptr) return reached_actively;
        return std::memchr(at, reached_passively, slots) != nullptr ? reached_passively : 0;
    }
    void reach(const ArrayPart& part, std::uint8_t how) {
        reach(part.first, part.extent, part.slots, part.kind, how);
    }
    void reach(Slot first, std::uint32_t extent, std::uint32_t slots, Kind kind, std::uint8_t how) {
        Slot const last = first + slots - 1;
        std::uint8_t& at = reached[index(last)];
        std::uint8_t listed = 0;
        if (kind != Kind::leaf) {
            lowest = std::min(lowest, first);
        } else if (slots == 1) {
            if (at == 0) adjoints->touched.push(last);
        } else {
            listed = extent_listed;
            if ((at & extent_listed) == 0) {
                adjoints->touched.push(last);
                if (!is_apart(extent)) adjoints->extents.push({first, slots});
            }
        }
        if ((at & 3u) == reached_actively) how = reached_actively;
        at = static_cast<std::uint8_t>((at & in_blocks) | how | listed);
    }
    // Gives the adjoint of an operand that is contributed to its memory, if it is the first time.
    // True if the contribution, that of all of it, is to be assigned; else the memory is zero.
    template <class IsWhole>
    bool lay(const ArrayPart& part, IsWhole is_whole) {
        if (!is_apart(part.extent) || adjoints->apart[part.extent] != nullptr) return false;
        T* const own = adjoints->lay_apart(part.extent, part.slots);
        bool const assigns = is_whole();
        if (!assigns) std::fill_n(own, part.slots, T(0.0));
        else if (part.dtype != Dtype::float64) own[part.slots - 1] = T(0.0);  // what fills it up
        return assigns;
    }
    // The statement that made an array has passed its adjoint on: nothing older contributes to it.
    void leave(std::uint32_t extent) {
        if (is_apart(extent) && !is_shown(extent)) adjoints->forget(extent);
    }
    // Whether the adjoint of a result may become that of an operand, memory and all.
    [[nodiscard]] bool can_bequeath(std::uint32_t extent) const {
        return is_apart(extent) && !is_shown(extent);
    }
    void bequeath(std::uint32_t from, std::uint32_t to) {
        std::swap(adjoints->apart[from], adjoints->apart[to]);
        adjoints->forget(from);
    }
    // Whether somebody may ask for the adjoint after the sweep.
    [[nodiscard]] bool is_shown(std::uint32_t extent) const {
        return tape->is_graph() || tape->extents[extent].handles != 0;
    }
};

// A flat statement on few elements. False, what was reached apart, if it is not so simple.
bool pull_back_few(Reach<double>& reach, const Statement& statement);

// The flat statement i, and flat ones of the same length right below it along with it. Returns the
// last of them.
std::size_t pull_back_run(Reach<double>& reach, std::size_t i, std::size_t stop);

}  // namespace autodiffx
