// What can go wrong in the core, as types that the bindings turn into Python's.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace autodiffx {

// A value was used where its tape is not recording, or its tape was cleared.
struct graph_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// A leaf was set after something was computed from it.
struct stale_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// A placeholder was needed before it had a value.
struct missing_value : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// A derivative was asked of something that depends on no Variable.
struct passive_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// A replay found that a recorded decision now goes the other way. The bindings
// know where the guard was recorded; the core knows only which one it is.
struct control_flow_changed : std::runtime_error {
    control_flow_changed(std::size_t guard, double left, double right)
        : std::runtime_error("a recorded decision changed"),
          guard(guard),
          left(left),
          right(right) {}
    std::size_t guard;   // index among the guards of the tape
    double left, right;  // the operands it has now
};

// What is still to come.
struct not_supported : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace autodiffx
