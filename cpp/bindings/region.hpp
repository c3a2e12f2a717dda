// Region: where a function is run to be differentiated in reverse.
//
// A reverse transform marks a position on the tape in use, runs the function,
// sweeps down to the mark and rewinds. If what it swept depends on something
// active outside (the argument itself, or a captured Variable), the sweep is
// recorded instead, so that its result can be differentiated in turn.
#pragma once

#include <optional>
#include <vector>

#include "arrays.hpp"
#include "number.hpp"

namespace autodiffx::bindings {

// One number or array that is differentiated by: what the function is given, and its slots.
struct Lifted {
    py::object given;
    py::object original;                 // of an array; null of a number
    VariableObject* variable = nullptr;  // that, or inside `given`; keeps the slots

    [[nodiscard]] PyObject* object() const { return reinterpret_cast<PyObject*>(variable); }
};

struct Region {
    Tape& tape;
    Mark before;                // where to rewind to
    std::optional<Mark> start;  // after the arguments: where sweeps stop
    bool active = false;        // an argument depends on something outside

    std::size_t const noted;    // guards and escapes before
    std::uint64_t const epoch;  // leaf_epoch before: if it stands, no leaf was set

    // Whether the tape is rewound at its end. Not what Python holds: that may be garbage, whose end
    // comes at any time, also in the middle of a sweep that has given nothing a handle yet.
    bool rewinds = true;

    explicit Region(Tape& on);
    ~Region() {
        if (rewinds) rewind();
    }
    Region(const Region&) = delete;
    Region& operator=(const Region&) = delete;

    // As if nothing had been recorded since, if nothing newer is alive.
    void rewind();
    // Slots of its own for an argument, from which nothing is passed on below.
    Lifted lift(PyObject* object);
    // The derivative of one output by all arguments. Sets `outside` if it depends on something
    // active outside: it does if it was made of what is newer than the arguments and active.
    std::vector<Number> differentiate(const std::vector<Lifted>& arguments, PyObject* output,
                                      bool& outside, bool made_of_active = false);
    // Whether anything recorded since reads what is active and older, or an input.
    [[nodiscard]] bool reads_outside() const;
    // The same by a plain sweep from seeds, or nothing if something active outside is reached.
    std::optional<std::vector<Number>> pull_back(const std::vector<Lifted>& arguments,
                                                 const std::vector<Seed<double>>& seeds);
};

// What a transform returns for the value of its function: a plain number or array, unless it
// depends on something active outside.
py::object outer_value(const py::object& output, bool outside);

}  // namespace autodiffx::bindings
