// Handle: a live reference to a slot; and Mark, Input: places on a tape, and what it takes in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "autodiffx/leaf.hpp"
#include "autodiffx/statement.hpp"

namespace autodiffx {

class Tape;

// A live reference to a slot. Tapes know their handles: these are the roots of
// collection, and are told when slots move or the tape is cleared.
struct Handle {
    enum class State : std::uint8_t {  // the first four are the operand's Kind
        constant = 0,                  // no tape; `value`
        result = 1,                    // on a tape, active
        varying = 2,                   // on a tape, passive but replayed
        leaf = 3,                      // no tape; `leaf`
        detached,  // its tape was cleared; `value` is what it was, `slot` the tape's number
        mark,      // not a value but a position, see Mark
    };

    Tape* tape = nullptr;  // set while on a tape
    union {
        Handle* newer = nullptr;  // neighbours in the tape's list
        double value;
        Leaf* leaf;
    };
    Handle* older = nullptr;
    Slot slot = 0;  // of an array's extent the last; of an element of an array leaf its place there
    State state = State::constant;
    bool deferred = false;  // depends on a placeholder: may be unevaluated
    bool array = false;     // not a single number
    bool stays = false;     // with its slots, also if the array that they show moves
    [[nodiscard]] bool on_tape() const { return tape != nullptr; }
    // A number, active and evaluated.
    [[nodiscard]] bool is_plain_result() const { return is_plain(State::result); }
    [[nodiscard]] bool is_plain_leaf() const { return is_plain(State::leaf); }

private:
    // All four bytes in one look, which compilers do not make of four.
    [[nodiscard]] bool is_plain(State wanted) const {
        State const pattern[4] = {wanted};
        return std::memcmp(reinterpret_cast<const char*>(this) + offsetof(Handle, state), pattern,
                           sizeof pattern) == 0;
    }
};

// What a tape takes from outside: a leaf, a slot of an enclosing tape, or a
// number that a transform put there.
struct Input {
    Slot slot;                         // the first
    Leaf* leaf = nullptr;              // a leaf, held by reference
    std::unique_ptr<Handle> captured;  // or a handle on the enclosing tape
    std::uint64_t version = 0;  // of the leaf, or Tape::replays of the captured tape, when read
    bool loaded = true;         // false: a placeholder that no forward has read yet
    std::uint32_t slots = 1;    // of an array its extent
};

// A place on a tape to which it can be rewound.
struct Position {
    std::size_t statements = 0, slots = 0, pairs = 0, inputs = 0, guards = 0, words = 0,
                extents = 0, externals = 0;
};

// A position that collection keeps up to date. It stands in the list of
// handles: while nothing newer does, no handle refers to what came after it.
struct Mark : Handle {
    explicit Mark(Tape& on);
    ~Mark();
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;
    Position position;
    Mark* outer;  // the tape's next older mark
};

}  // namespace autodiffx
