// Lanes: sweeps from several seeds at once. What a partial costs is paid once for all of them.
//
// The tangents or adjoints of a slot lie side by side, one for each lane, so that any view of an
// array is one of its lanes too: with an axis more, of neighbours. Elements of float64 alone are
// swept like that. Whatever else there is goes lane by lane: its slots are put together, swept as
// in a plain sweep, and taken apart again.
#pragma once

#include <algorithm>
#include <vector>

#include "autodiffx/array.hpp"
#include "autodiffx/buffer.hpp"

namespace autodiffx {

// Of the slots from `base` on.
struct Lanes {
    static constexpr std::size_t count = 16;
    Slot base;
    std::size_t slots;
    Buffer<double> numbers;

    Lanes(const Tape& tape, Slot from)
        : base(from), slots(tape.primals.size() - from), numbers(slots * count, 0.0) {}

    [[nodiscard]] double* at(Slot slot) {
        return numbers.writable() + std::size_t{slot - base} * count;
    }
    [[nodiscard]] const double* at(Slot slot) const {
        return numbers.data() + std::size_t{slot - base} * count;
    }
    void clear() { std::fill_n(numbers.writable(), numbers.size(), 0.0); }
    // Whether an operand has derivatives in them: not if it is passive, an input, or older.
    [[nodiscard]] bool hold(Kind kind, Slot slot) const {
        return kind == Kind::result && slot >= base;
    }
    // Element `place` of an extent whose first slot is given.
    [[nodiscard]] double element(Slot first, std::size_t place, std::size_t lane,
                                 Dtype dtype) const;
    void set_element(Slot first, std::size_t place, std::size_t lane, Dtype dtype, double number);
};

// Carries tangents up from the statement `from` on; those of the seeds are set. A sweep sets the
// tangents of all that is computed, so only seeds have to be cleared before the next.
void forward_sweep(Tape& tape, Lanes& tangents, std::size_t from);

// Carries adjoints down to the statement `stop`; those of the seeds are set and marked, all others
// zero. It may leave anything in those of results.
void reverse_sweep(Tape& tape, Lanes& adjoints, const std::vector<Slot>& seeds, std::size_t stop);

// ---- one statement -----------------------------------------------------------------

// to += partial * from in each lane, or to = partial * from, for `count` elements. Steps count
// elements, and partials.
struct LaneRun {
    double* to;
    std::ptrdiff_t to_step;
    const double* from;
    std::ptrdiff_t from_step;
    const double* partial;
    std::ptrdiff_t partial_step;
    std::size_t count;
};
void chain_lanes(const LaneRun& run, bool adds);

// False, and nothing done, if it is none that goes in lanes.
bool push_lanes(const ArrayRecord& record, Places<const double> primals, Lanes& tangents);
bool pull_lanes(const ArrayRecord& record, Places<const double> primals, Lanes& adjoints);

// The same of a product of matrices.
void push_matmul(const ArrayRecord& record, Places<const double> primals, Lanes& tangents);
void pull_matmul(const ArrayRecord& record, Places<const double> primals, Lanes& adjoints);

}  // namespace autodiffx
