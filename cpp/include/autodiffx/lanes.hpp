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
#include "autodiffx/inline.hpp"

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

// An array whose lanes are those of another times a number for each element: so are the results of
// flat statements, one after the other. They are multiplied once somebody asks for them.
struct Scaled {
    std::uint32_t source = no_extent;  // no_extent: its lanes are its own
    std::int64_t offset = 0;           // the first element's, in the source
    Buffer<double> factors;
    // What the factors were made of, for they serve all sweeps: by operand a version, or one of
    // these.
    static constexpr std::uint64_t nothing = 0, lanes_themselves = 1;
    std::uint64_t version = 0, operands[3] = {};
    bool waits = false;  // nobody has asked for the lanes in this sweep
    Support left;        // where the memory of its lanes holds others than zero
};

// Of the slots from `base` on.
class Lanes {
public:
    static constexpr std::size_t count = 16;

    Lanes(const Tape& tape, Slot base)
        : tape_(tape),
          base_(base),
          slots_(tape.primals.size() - base),
          numbers_(slots_ * count),
          cleared_((slots_ + chunk - 1) / chunk, 0),
          supports_(tape.extents.size()) {}

    [[nodiscard]] Slot base() const { return base_; }
    [[nodiscard]] std::size_t slots() const { return slots_; }
    // Zeros, unless something has been set: an operand may be active that no statement computes.
    [[nodiscard]] double* at(Slot slot) {
        std::size_t const place = slot - base_;
        if (AUTODIFFX_UNLIKELY(cleared_[place / chunk] == 0)) clear_chunks(place, place);
        return numbers_.writable() + place * count;
    }
    [[nodiscard]] double* at(const ArrayPart& part) {
        if (Scaled* const scaled = scaled_at(part.extent); scaled != nullptr && scaled->waits)
            multiply(part.extent);
        std::size_t const first = part.first - base_;
        if (part.slots != 0) clear_chunks(first, first + part.slots - 1);
        return numbers_.writable() + first * count;
    }
    // Whether an operand has derivatives in them: not if it is passive, an input, or older.
    [[nodiscard]] bool hold(Kind kind, Slot slot) const {
        return kind == Kind::result && slot >= base_;
    }

    // Where an array's lanes may be other than zero. Of float64; others have all of it or nothing.
    [[nodiscard]] Support support(const ArrayPart& part) {
        return support(part.first, part.extent);
    }
    [[nodiscard]] Support support(Slot first, std::uint32_t extent) {
        return extent == no_extent ? support_of_number(first) : supports_[extent];
    }
    void set_support(const ArrayPart& part, const Support& support) {
        if (part.extent != no_extent) supports_[part.extent] = support;
    }
    void fill(const ArrayPart& part) { set_support(part, {0, part.slots}); }
    [[nodiscard]] bool is_filled(const ArrayPart& part) {
        Support const found = support(part);
        return found.from == 0 && found.to == part.slots;
    }
    // Zeros in all of an array.
    void clear(const ArrayPart& part);

    // How an array is scaled in this sweep; null: it is not.
    [[nodiscard]] Scaled* scaled_at(std::uint32_t extent) {
        if (extent >= scaled_.size() || scaled_[extent].source == no_extent) return nullptr;
        return &scaled_[extent];
    }
    // Of an array that is about to be scaled, what it was in another sweep.
    [[nodiscard]] Scaled& scaled_before(std::uint32_t extent) {
        if (scaled_.empty()) scaled_.resize(supports_.size());
        return scaled_[extent];
    }
    // Scales an array, to be found in `scaled_before`, from now on.
    void scale(std::uint32_t extent, std::uint32_t source, std::int64_t offset);
    // From now on its lanes are its own.
    void end_scaling(std::uint32_t extent);
    [[nodiscard]] std::uint64_t new_version() { return ++versions_; }

    // Element `place` of an extent.
    [[nodiscard]] double element(const ArrayPart& part, std::size_t place, std::size_t lane);
    void set_element(const ArrayPart& part, std::size_t place, std::size_t lane, double number);

private:
    [[nodiscard]] Support support_of_number(Slot slot) {
        const double* const lanes = at(slot);
        bool const zero = std::all_of(lanes, lanes + count, [](double x) { return x == 0.0; });
        return zero ? Support{} : Support{0, 1};
    }
    // The lanes of a scaled array.
    void multiply(std::uint32_t extent);
    // Clears those of the slots' chunks that nobody has asked for yet.
    void clear_chunks(std::size_t first, std::size_t last);

    // So many slots are cleared at once, when one of them is asked for: large constants never are.
    static constexpr std::size_t chunk = 32;

    const Tape& tape_;
    Slot base_;
    std::size_t slots_;
    Buffer<double> numbers_;
    std::vector<std::uint8_t> cleared_;  // by chunk
    std::vector<Support> supports_;      // by extent
    std::vector<Scaled> scaled_;         // by extent; none before one is
    std::uint64_t versions_ = Scaled::lanes_themselves;
};

// The statements on which some results depend, in their order: what a forward sweep goes through.
struct Path {
    std::vector<std::size_t> statements;
    // By extent: whether single elements are operands or results, and whether it is written into.
    static constexpr std::uint8_t by_element = 1, written = 2;
    std::vector<std::uint8_t> uses;

    // Of statements from `from` on, whose slots begin at `base`.
    Path(const Tape& tape, const std::vector<ArrayPart>& results, Slot base, std::size_t from);
};

// Carries tangents up a path; those of the seeds are set. A sweep sets the tangents of all that is
// computed on it, so only seeds have to be cleared before the next on the same path.
void forward_sweep(Tape& tape, Lanes& tangents, const Path& path);

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

// A flat statement that scales one array. False, and nothing done, if it is none, or if a product
// of partials is no normal number: in another order it might be one.
bool scale_lanes(const Tape& tape, const Statement& statement, const Path& path, Lanes& tangents);

// The same of a product of matrices.
void push_matmul(const ArrayRecord& record, Places<const double> primals, Lanes& tangents);
void pull_matmul(const ArrayRecord& record, Places<const double> primals, Lanes& adjoints);

}  // namespace autodiffx
