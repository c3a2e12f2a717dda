// Sweeps: one pass over the statements. No operator is named here; the
// arithmetic comes from the table, over whatever number type the sweep is in.
#pragma once

#include <vector>

#include "autodiffx/dual.hpp"
#include "autodiffx/external.hpp"
#include "autodiffx/record.hpp"
#include "autodiffx/tape.hpp"

namespace autodiffx {

// Called now and then during a long sweep; may throw to break it off.
extern void (*sweep_poll)();

// Marks the tape as being swept; a signal handler must not move its slots.
struct Sweeping {
    Tape& tape;
    explicit Sweeping(Tape& t) : tape(t) {
        if (tape.sweeping)
            throw graph_error("a sweep of " + tape.describe() + " is already under way");
        tape.sweeping = true;
    }
    ~Sweeping() { tape.sweeping = false; }
};

// Looks on at sweeps of doubles, where it wants to: after each statement that was swept.
struct SweepWatch {
    virtual bool wants_to() = 0;
    virtual void saw(Tape& tape, Adjoints<double>& adjoints, const Statement& statement) = 0;
    virtual void saw(Tape& tape, const Arena<double>& tangents, const Statement& statement) = 0;

protected:
    ~SweepWatch() = default;
};
extern SweepWatch* sweep_watch;

template <class T>
struct Seed {
    Slot slot;
    T adjoint;
    bool passive = false;  // depended on through decisions alone
    // Of an array: the adjoints of its slots, packed. `slot` is its first.
    Buffer<T> extent = {};
    Dtype dtype = Dtype::float64;

    [[nodiscard]] Slot last() const {
        return extent.empty() ? slot : slot + static_cast<Slot>(extent.size()) - 1;
    }
};

// Carries adjoints from the seeds down to the statement `stop`. Afterwards
// `adjoints.values[s]` holds the adjoint of every slot that was reached, and
// `adjoints.touched` lists the inputs (slots of kind leaf) among these.
void reverse_sweep(Tape& tape, Adjoints<double>& adjoints, const std::vector<Seed<double>>& seeds,
                   std::size_t stop = 0);

// The same on dual numbers, forward over reverse: tangents[s] belongs to slot s.
void reverse_sweep(Tape& tape, const Arena<double>& tangents, Adjoints<dual<double>>& adjoints,
                   const std::vector<Seed<dual<double>>>& seeds, std::size_t stop = 0);

// The same as statements: what the sweep computes is recorded on the tape, so
// that it can be differentiated and replayed. Only slots from `base` on that
// are not inputs get an adjoint; the one of slot s is at index s - base, that of
// an array in `arrays`.
struct RecordedAdjoints : Adjoints<Recorded> {
    // The adjoint of an extent: one axis of all that it has room for.
    struct Array {
        bool present = false;  // else zero
        bool owned = false;    // nobody else reads it: it can be assigned to
        Slot first = 0;
        std::uint32_t extent = no_extent;
        Kind kind = Kind::constant;
        bool deferred = false;
    };
    Slot base = 0;
    std::uint32_t base_extent = 0;  // the first from `base` on
    Slot lowest = 0;                // of the slots reached
    std::vector<Array> arrays;      // by extent, from base_extent on

    Array& array(std::uint32_t extent) { return arrays[extent - base_extent]; }
};
void recorded_sweep(Tape& tape, RecordedAdjoints& adjoints, Seed<Recorded> seed, std::size_t stop,
                    const Position& base);
// The same from a packed array of adjoints.
void recorded_sweep(Tape& tape, RecordedAdjoints& adjoints, const Seed<double>& seed,
                    std::size_t stop, const Position& base);
// The adjoint of a statement's result, what single elements were passed included.
RecordedAdjoints::Array& settled(Tape& tape, const Statement& statement,
                                 RecordedAdjoints& adjoints);
// One array statement of it, and one that is external.
void pull_back(Tape& tape, const Statement& statement, RecordedAdjoints& adjoints);
void pull_back(Tape& tape, const Statement& statement, External& external,
               RecordedAdjoints& adjoints);
// Adds to the adjoint of an operand, which is wanted, what has its shape; null is zero.
void pass_on(Tape& tape, RecordedAdjoints& adjoints, const ArrayOperand& operand,
             const ArrayResult* contribution);

// Carries tangents up: on entry `tangents` holds the seeds (as many elements
// as the tape has slots, zero where there is none).
void forward_sweep(Tape& tape, Arena<double>& tangents, std::size_t from = 0);

// Computes all primals of a graph anew from the present values of its inputs,
// those of the graphs it captures from first if these are stale.
void replay(Tape& tape);

// The dtype of the array, or number, whose last slot a handle on the tape refers to.
Dtype dtype_of(const Tape& tape, const Handle& handle);

// The gradient of one slot by every leaf that it depends on, through captured
// inputs into the enclosing tapes. A stale graph is replayed first; a stale
// leaf on an ambient tape is a stale_error. A leaf may occur more than once.
template <class T>
struct LeafFound {
    Leaf* leaf;
    T adjoint;
    Buffer<T> extent = {};  // of an array leaf, packed as its value
};
using LeafAdjoint = LeafFound<double>;
std::vector<LeafAdjoint> gradient(Tape& tape, Seed<double> seed);

// to[i] += terms[i], element by element as they are packed.
template <class T>
void add_packed(T* to, const Buffer<T>& terms, Dtype dtype) {
    auto const add = [&](auto element) {
        using S = decltype(element);
        auto* const sums = reinterpret_cast<S*>(to);
        auto const* const each = reinterpret_cast<const S*>(terms.data());
        for (std::size_t i = 0; i < terms.size() * sizeof(T) / sizeof(S); ++i) sums[i] += each[i];
    };
    if (dtype == Dtype::float32) add(0.0f);
    else add(0.0);
}

// Writes what `gradient` found into the leaves.
void store_gradient(std::vector<LeafAdjoint> found, bool accumulate);

// A direction: the tangent of each leaf named, zero for all others.
struct LeafTangent {
    const Leaf* leaf;
    double tangent;
    Buffer<double> extent = {};  // of an array leaf, packed as its value
};

// The tangents of the slots from `first` to `last` along a direction, through enclosing tapes.
Buffer<double> tangent(Tape& tape, Slot first, Slot last,
                       const std::vector<LeafTangent>& direction);

// The Hessian of what the seed weighs times a direction: the derivative of its gradient
// along it, by a reverse sweep over dual numbers.
std::vector<LeafAdjoint> hessian_product(Tape& tape, const Seed<double>& seed,
                                         const std::vector<LeafTangent>& direction);

}  // namespace autodiffx
