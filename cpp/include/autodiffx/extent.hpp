// Extent: the slots of one array, and where the numbers are that belong to them.
//
// Numbers lie in arenas at the index of their slot. Those of an array that is not small lie apart,
// in memory of their own, until a scalar statement wants one of them: its slots are addresses
// without content. So nothing that is as long as the recording has to be cleared or moved.
#pragma once

#include <cstddef>
#include <cstdint>

#include "autodiffx/view.hpp"

namespace autodiffx {

inline constexpr std::uint32_t no_extent = static_cast<std::uint32_t>(-1);  // of a number

// Who reads the primals of an array in a sweep. They stay until it, but for flat statements alone:
// these make do with what can be computed again.
enum class Need : std::uint8_t { none, flat, always };

struct Extent {
    Slot first = 0;
    std::uint32_t slots = 1;
    std::uint32_t handles = 0;  // of Python's objects that show it
    Need need = Need::none;
    bool assigned = false;   // is written into: whoever needs its primals records a copy
    bool forgotten = false;  // nobody can ask for its primals, they were given back
    // If they were: from so many statements away they can be computed again. 0: they can not.
    std::uint8_t distance = 0;

    [[nodiscard]] Slot last() const { return first + slots - 1; }
    void require(Need by) {
        if (need < by) need = by;
    }
};

// From so many slots on the numbers of an array lie apart. Tests try all arrays both ways.
inline std::uint32_t apart_from = 64;
// From so many slots on what is cheap is computed again rather than kept: many of them do not fit
// into the caches, and memory is slower than arithmetic.
inline std::uint32_t recompute_from = 16384;

// So many numbers are done before what is made for many is called.
inline constexpr std::uint32_t few = 8;

// Where the numbers of slots are.
template <class T>
struct Places {
    T* arena;                   // by slot
    T* const* apart = nullptr;  // by extent, null for those in the arena; null: all of them are

    [[nodiscard]] T* at(Slot first, std::uint32_t extent) const {
        T* const own = apart == nullptr || extent == no_extent ? nullptr : apart[extent];
        return own != nullptr ? own : arena + first;
    }
    // Of an ArrayPart, an ArrayOperand.
    template <class Array>
    [[nodiscard]] T* at(const Array& array) const {
        return at(array.first, array.extent);
    }
};

}  // namespace autodiffx
