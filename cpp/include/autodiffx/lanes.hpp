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

// Elements of an extent, from the first on. Outside of them all lanes are zero.
struct Support {
    std::int64_t from = 0, to = 0;

    [[nodiscard]] bool is_empty() const { return from >= to; }
    void include(std::int64_t first, std::int64_t last) {
        if (is_empty()) *this = {first, last + 1};
        else *this = {std::min(from, first), std::max(to, last + 1)};
    }
};

// Of the slots from `base` on.
class Lanes {
public:
    static constexpr std::size_t count = 16;

    // Zeros: an operand may be active that no statement computes, an argument of a transform
    // inside.
    Lanes(const Tape& tape, Slot base)
        : base_(base),
          slots_(tape.primals.size() - base),
          numbers_(slots_ * count, 0.0),
          supports_(tape.extents.size()) {}

    [[nodiscard]] Slot base() const { return base_; }
    [[nodiscard]] std::size_t slots() const { return slots_; }
    [[nodiscard]] double* at(Slot slot) { return numbers_.writable() + place(slot); }
    [[nodiscard]] const double* at(Slot slot) const { return numbers_.data() + place(slot); }
    // Whether an operand has derivatives in them: not if it is passive, an input, or older.
    [[nodiscard]] bool hold(Kind kind, Slot slot) const {
        return kind == Kind::result && slot >= base_;
    }

    // Where an array's lanes may be other than zero. Of float64; others have all of it or nothing.
    [[nodiscard]] Support support(const ArrayPart& part) const {
        return part.extent == no_extent ? support_of_number(part.first) : supports_[part.extent];
    }
    void set_support(const ArrayPart& part, const Support& support) {
        if (part.extent != no_extent) supports_[part.extent] = support;
    }
    void fill(const ArrayPart& part) { set_support(part, {0, part.slots}); }
    [[nodiscard]] bool is_filled(const ArrayPart& part) const {
        Support const found = support(part);
        return found.from == 0 && found.to == part.slots;
    }
    // Zeros in all of an array.
    void clear(const ArrayPart& part);

    // Element `place` of an extent whose first slot is given.
    [[nodiscard]] double element(Slot first, std::size_t place, std::size_t lane,
                                 Dtype dtype) const;
    void set_element(Slot first, std::size_t place, std::size_t lane, Dtype dtype, double number);

private:
    [[nodiscard]] Support support_of_number(Slot slot) const {
        const double* const lanes = at(slot);
        bool const zero = std::all_of(lanes, lanes + count, [](double x) { return x == 0.0; });
        return zero ? Support{} : Support{0, 1};
    }
    [[nodiscard]] std::size_t place(Slot slot) const { return std::size_t{slot - base_} * count; }

    Slot base_;
    std::size_t slots_;
    Buffer<double> numbers_;
    std::vector<Support> supports_;  // by extent
};

// Carries tangents up from the statement `from` on; those of the seeds are set. A sweep sets the
// tangents of all that is computed, so only seeds have to be cleared before the next.
void forward_sweep(Tape& tape, Lanes& tangents, std::size_t from);

// Carries adjoints down to the statement `stop`; those of `seeded`, which holds the seeds, are set,
// all others are zero. Afterwards those of all that was computed are zero again.
void reverse_sweep(Tape& tape, Lanes& adjoints, const ArrayPart& seeded, std::size_t stop);

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

// Elements first, first + step, ... that a support includes: [begin, end) of `count`.
struct Within {
    std::int64_t begin = 0, end;

    Within(const Support& support, std::int64_t first, std::int64_t step, std::int64_t count);
};

// False, and nothing done, if it is none that goes in lanes.
bool push_lanes(const ArrayRecord& record, Places<const double> primals, Lanes& tangents);
bool pull_lanes(const ArrayRecord& record, Places<const double> primals, Lanes& adjoints);

// The same of a product of matrices.
void push_matmul(const ArrayRecord& record, Places<const double> primals, Lanes& tangents);
void pull_matmul(const ArrayRecord& record, Places<const double> primals, Lanes& adjoints);

}  // namespace autodiffx
