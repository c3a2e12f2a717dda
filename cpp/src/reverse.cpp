// The reverse sweep, in every number type.
#pragma GCC diagnostic ignored "-Wpedantic"  // computed goto
#include <algorithm>
#include <cstring>
#include <limits>

#include "autodiffx/external.hpp"
#include "autodiffx/flat.hpp"
#include "autodiffx/inline.hpp"
#include "autodiffx/reach.hpp"
#include "autodiffx/sources.hpp"
#include "autodiffx/sweep.hpp"

namespace autodiffx {

void (*sweep_poll)() = nullptr;
SweepWatch* sweep_watch = nullptr;

namespace {

// Statements between two polls.
constexpr std::size_t poll_interval = std::size_t{1} << 20;

// What a partial passes on of an adjoint that is known not to be zero.
inline double pass_on(double adjoint, double partial) {
    return partial == 0.0 ? 0.0 : adjoint * partial;
}
template <class T>
T pass_on(const T& adjoint, const T& partial) {
    return chain(adjoint, partial);
}

bool is_zero(double x) { return x == 0.0; }
bool is_zero(const dual<double>& x) { return x.value == 0.0 && x.tangent == 0.0; }
bool is_zero(const Recorded& x) { return x.is(0.0); }

// One statement of a reverse sweep, by arity. Inlined by force: as calls they
// would keep the fields in memory and cost more than the arithmetic.
template <class Source>
struct ReverseStep : Reach<typename Source::Number> {
    using T = typename Source::Number;
    using Reach<T>::values;
    using Reach<T>::reached;
    using Reach<T>::adjoints;
    using Reach<T>::lowest;
    using Reach<T>::base;
    using Reach<T>::index;
    Source source;
    RecordedAdjoints* recorded;  // of a recorded sweep
    T adjoint{};                 // of the statement at hand

    ReverseStep(const Reach<T>& reach, const Source& from, RecordedAdjoints* to)
        : Reach<T>(reach), source(from), recorded(to) {}

    // Recorded sweeps pass nothing on to what lies before `base` nor to
    // inputs: it would be recorded for nothing.
    [[nodiscard]] bool wanted(Kind kind, [[maybe_unused]] Slot slot) const {
        if constexpr (std::is_same_v<T, Recorded>) return kind == Kind::result && slot >= base;
        else return is_active(kind);
    }
    // To an active operand.
    AUTODIFFX_INLINE void contribute(Slot slot, Kind kind, const T& contribution) {
        // Of the active kinds it is the leaf that has this bit: one test instead of two.
        if (AUTODIFFX_UNLIKELY((static_cast<unsigned>(kind) & 2u) != 0)) {
            if (reached[index(slot)] == 0) adjoints->touched.push(slot);
        } else {
            lowest = std::min(lowest, slot);
        }
        std::size_t const at = index(slot);
        reached[at] = reached_actively;
        values[at] = values[at] + contribution;
    }
    [[nodiscard]] T read(const Statement& s, int operand, Slot slot) const {
        return source.read(slot, s.kind(operand), (s.flags & Statement::deferred_bit) != 0);
    }
    [[nodiscard]] T result(const Statement& s) const {
        return source.read(s.result, Kind::result, (s.flags & Statement::deferred_bit) != 0);
    }

    template <Op op>
    AUTODIFFX_INLINE void unary(const Statement& stored) {
        // A copy, for what is written to `reached` might be a part of it.
        Statement const s = stored;
        T const a = read(s, 0, s.a), r = result(s);
        if (wanted(s.kind(0), s.a)) {
            contribute(s.a, s.kind(0), pass_on(adjoint, Row<op>::template partial<0>(a, r)));
        }
    }
    template <Op op>
    AUTODIFFX_INLINE void binary(const Statement& stored) {
        Statement const s = stored;
        T const a = read(s, 0, s.a), b = read(s, 1, s.b), r = result(s);
        if (wanted(s.kind(0), s.a)) {
            contribute(s.a, s.kind(0), pass_on(adjoint, Row<op>::template partial<0>(a, b, r)));
        }
        if (wanted(s.kind(1), s.b)) {
            contribute(s.b, s.kind(1), pass_on(adjoint, Row<op>::template partial<1>(a, b, r)));
        }
    }
    template <Op op>
    AUTODIFFX_INLINE void ternary(const Statement& s) {
        Pair const pair = source.pair(s.b);
        T const a = read(s, 0, s.a), b = read(s, 1, pair.b), c = read(s, 2, pair.c), r = result(s);
        if (wanted(s.kind(0), s.a)) {
            contribute(s.a, s.kind(0), pass_on(adjoint, Row<op>::template partial<0>(a, b, c, r)));
        }
        if (wanted(s.kind(1), pair.b)) {
            contribute(pair.b, s.kind(1),
                       pass_on(adjoint, Row<op>::template partial<1>(a, b, c, r)));
        }
        if (wanted(s.kind(2), pair.c)) {
            contribute(pair.c, s.kind(2),
                       pass_on(adjoint, Row<op>::template partial<2>(a, b, c, r)));
        }
    }
    void guard(const Statement&) {}  // decides, passes nothing on

    void array(const Statement&) {}  // see run()
    void write(const Statement&) {}
    // Statement i, and those below it that are swept along with it. Returns the last of them.
    std::size_t pull_back_array(std::size_t i, [[maybe_unused]] std::size_t stop) {
        Statement const s = source.statement(i);
        if constexpr (std::is_same_v<T, Recorded>) {
            ArrayPart const result = ArrayRecord(*source.tape, s).result();
            if (result.first < base || this->reach_of(result) == 0) return i;
            recorded->lowest = lowest;
            pull_back(*source.tape, s, *recorded);
            lowest = recorded->lowest;
        } else {
            if constexpr (std::is_same_v<T, double>) {
                if ((s.flags & Statement::flat_bit) != 0)
                    return pull_back_few(*this, s) ? i : pull_back_run(*this, i, stop);
            }
            Tape const& tape = *source.tape;
            ArrayRecord const record(tape, s);
            ArrayPart const result = record.result();
            std::uint8_t const how = this->reach_of(result);
            if (how == 0) return i;
            // What is overwritten gets no adjoint even if what is written passes none on.
            bool const passive = how == reached_passively ||
                                 ((s.flags & Statement::passive_bit) != 0 && s.op != Op::write);
            External* const external = external_of(tape, s);
            constexpr int bits = std::numeric_limits<unsigned>::digits;
            unsigned assigns = 0, skips = 0;
            std::uint32_t heir = no_extent;
            for (int k = 0; k < record.arity(); ++k) {
                ArrayPart const part = record.operand(k);
                if (part.kind == Kind::constant) continue;
                bool const passes = !passive && part.kind != Kind::varying;
                this->reach(part, passes ? reached_actively : reached_passively);
                auto const is_whole = [&] {
                    if (external == nullptr) return reaches_all(record, k);
                    return k < bits && external->reaches_all(ExternalRecord(tape, s), k);
                };
                if (!passes || !this->lay(part, is_whole)) continue;
                assigns |= 1u << k;
                if (heir != no_extent || !this->can_bequeath(result.extent)) continue;
                if (!passes_as_it_is(record, k)) continue;
                heir = part.extent;
                skips |= 1u << k;
            }
            if (passive) return i;
            AdjointPlaces<T> const at{
                tape.places(), {source.tangents}, adjoints->places(), assigns, skips};
            if (external != nullptr) external->reverse(ExternalRecord(tape, s), at);
            else pull_back(record, at);
            if (heir != no_extent) this->bequeath(result.extent, heir);
            else if (s.op == Op::array) this->leave(result.extent);
        }
        return i;
    }
    // What the result depends on through a decision.
    void depend_on(Slot slot, Kind kind) {
        if constexpr (!std::is_same_v<T, Recorded>) {
            if (kind == Kind::constant) return;
            if (kind == Kind::leaf) {
                if (reached[slot] == 0) adjoints->touched.push(slot);
            } else {
                lowest = std::min(lowest, slot);
            }
            if (reached[slot] == 0) reached[slot] = reached_passively;
        }
    }
    // Passes dependence through decisions on; true if there is nothing else to do.
    bool depend(const Statement& s, std::uint8_t how) {
        bool const all = how == reached_passively || (s.flags & Statement::passive_bit) != 0;
        int const arity = arity_of(s.op);
        Slot slots[3] = {s.a, s.b, 0};
        if (arity == 3) {
            slots[1] = source.pair(s.b).b;
            slots[2] = source.pair(s.b).c;
        }
        for (int k = 0; k < arity; ++k) {
            if (all || s.kind(k) == Kind::varying) depend_on(slots[k], s.kind(k));
        }
        return all;
    }
    // A zero adjoint contributes nothing, but what is below still counts as
    // depended on: leaves get a gradient of zero, not none.
    void touch(const Statement& s) {
        int const arity = arity_of(s.op);
        if (wanted(s.kind(0), s.a)) contribute(s.a, s.kind(0), T(0.0));
        if (arity == 2 && wanted(s.kind(1), s.b)) contribute(s.b, s.kind(1), T(0.0));
        if (arity == 3) {
            Pair const pair = source.pair(s.b);
            if (wanted(s.kind(1), pair.b)) contribute(pair.b, s.kind(1), T(0.0));
            if (wanted(s.kind(2), pair.c)) contribute(pair.c, s.kind(2), T(0.0));
        }
    }
};

// Statements from `from` - 1 down to stop, or down to the oldest ancestor of the
// seeds: then it returns true. `from` is left where it ended.
template <bool has_elements, class Source>
bool run(ReverseStep<Source>& shared, std::size_t& from, std::size_t stop) {
    // Copies, whose fields can live in registers.
    ReverseStep<Source> step = shared;
    std::size_t i = from;
    bool ended = false;
    while (i != stop) {
        Statement const& s = step.source.statement(--i);
        if (s.result < step.lowest) {
            ended = true;
            break;
        }
        std::uint8_t const how = step.reached[step.index(s.result)];
        if (how != reached_actively || (s.flags & Statement::decision_bit) != 0) {
            // Of an array an element may have been reached, not its last slot; a write has none.
            if (how == 0 && !(has_elements && s.is_array())) continue;
            if (s.is_array()) {
                // Not on the copy: a call would keep its fields in memory for all statements.
                shared.lowest = step.lowest;
                i = shared.pull_back_array(i, stop);
                step.lowest = shared.lowest;
                continue;
            }
            if (s.op == Op::guard || step.depend(s, how)) continue;
        }
        step.adjoint = step.values[step.index(s.result)];
        if (is_zero(step.adjoint)) {
            step.touch(s);
            continue;
        }
#include "dispatch.inc"
    next:;
    }
    shared.lowest = step.lowest;
    from = i;
    return ended;
}

template <class T, class MakeSource>
void sweep(Tape& tape, Adjoints<T>& adjoints, const std::vector<Seed<T>>& seeds, std::size_t stop,
           Slot base, MakeSource make_source, RecordedAdjoints* recorded = nullptr) {
    constexpr bool is_plain = std::is_same_v<T, double>;
    Sweeping const sweeping(tape);
    if constexpr (!is_plain) tape.restore_all();
    // Sweeps of other numbers have adjoints of their own, and leave those of the last gradient.
    if constexpr (is_plain) {
        if (&adjoints == &tape.adjoints) tape.swept_statements = Tape::npos;
    }
    adjoints.clear();
    Slot high = base, lowest = std::numeric_limits<Slot>::max();
    std::size_t from = stop;
    for (Seed<T> const& seed : seeds) {
        high = std::max(high, seed.last());
        lowest = std::min(lowest, seed.slot);
        std::size_t const statement = tape.statement_of(seed.last());
        if (statement != Tape::npos) from = std::max(from, statement + 1);
        std::uint32_t const extent = tape.has_elements ? tape.extent_at(seed.last()) : no_extent;
        if (extent == no_extent) continue;
        // The seed may be an element; what was written into an array stands anywhere behind it.
        high = std::max(high, tape.extents[extent].last());
        if (!tape.extents[extent].assigned) continue;
        from = tape.statements.size();
        high = static_cast<Slot>(tape.primals.size());
    }
    std::size_t const count = std::size_t{high} - base + 1;
    adjoints.values.extend(count);
    adjoints.reached.extend(count);
    if constexpr (is_plain) {
        adjoints.extend_apart(tape.extents.size());
    }
    for (Seed<T> const& seed : seeds) {
        std::uint32_t const extent =
            seed.extent.empty() || !is_plain ? no_extent : tape.extent_at(seed.slot);
        if (extent != no_extent && tape.is_apart(extent)) {
            T* own = adjoints.apart[extent];
            if (own != nullptr) {
                add_packed(own, seed.extent, seed.dtype);
            } else {
                own = adjoints.lay_apart(extent, seed.extent.size());
                std::copy(seed.extent.begin(), seed.extent.end(), own);
            }
        } else {
            T& adjoint = adjoints.values[seed.slot - base];
            if (seed.extent.empty()) adjoint = adjoint + seed.adjoint;
            else add_packed(&adjoint, seed.extent, seed.dtype);
        }
        std::uint8_t& reached = adjoints.reached[seed.last() - base];
        if (!seed.passive) reached = reached_actively;
        else if (reached == 0) reached = reached_passively;
    }
    // Until the sweep has told how far down it went, everything may be touched.
    adjoints.low = 0;
    adjoints.high = count;
    bool ended = false;
    bool const watched = is_plain && sweep_watch != nullptr && sweep_watch->wants_to();
    std::size_t const interval = watched ? 1 : poll_interval;
    while (!ended && from > stop) {
        std::size_t const pause = from - stop > interval ? from - interval : stop;
        Reach<T> const reach{
            &tape, adjoints.values.data(), adjoints.reached.data(), &adjoints, lowest, base};
        ReverseStep<decltype(make_source())> step(reach, make_source(), recorded);
        // Said apart where it is worth it alone: each is the whole table compiled once more.
        if (is_plain && !tape.has_elements) ended = run<!is_plain>(step, from, pause);
        else ended = run<true>(step, from, pause);
        lowest = step.lowest;
        if constexpr (is_plain) {
            if (watched && !ended) sweep_watch->saw(tape, adjoints, tape.statements[from]);
        }
        if (!ended && from > stop && sweep_poll != nullptr) sweep_poll();
    }
    adjoints.low = std::min<std::size_t>(lowest - base, count);
    if constexpr (is_plain) tape.list_apart(adjoints.low, adjoints.high, adjoints.untouched);
}

}  // namespace

void reverse_sweep(Tape& tape, Adjoints<double>& adjoints, const std::vector<Seed<double>>& seeds,
                   std::size_t stop) {
    sweep(tape, adjoints, seeds, stop, 0, [&] { return PrimalSource(tape); });
    if (&adjoints == &tape.adjoints) tape.swept_statements = tape.statements.size();
}

void reverse_sweep(Tape& tape, const Arena<double>& tangents, Adjoints<dual<double>>& adjoints,
                   const std::vector<Seed<dual<double>>>& seeds, std::size_t stop) {
    sweep(tape, adjoints, seeds, stop, 0, [&] { return DualSource(tape, tangents); });
}

static void prepare(const Tape& tape, RecordedAdjoints& adjoints, const Position& base) {
    adjoints.base = static_cast<Slot>(base.slots);
    adjoints.base_extent = static_cast<std::uint32_t>(base.extents);
    adjoints.arrays.assign(tape.extents.size() - base.extents, {});
}

void recorded_sweep(Tape& tape, RecordedAdjoints& adjoints, Seed<Recorded> seed, std::size_t stop,
                    const Position& base) {
    prepare(tape, adjoints, base);
    sweep(
        tape, adjoints, std::vector<Seed<Recorded>>{std::move(seed)}, stop, adjoints.base,
        [&] { return RecordedSource{&tape, {}}; }, &adjoints);
}

void recorded_sweep(Tape& tape, RecordedAdjoints& adjoints, const Seed<double>& seed,
                    std::size_t stop, const Position& base) {
    prepare(tape, adjoints, base);
    RecordedAdjoints::Array& adjoint = adjoints.array(tape.extent_at(seed.slot));
    adjoint.extent = tape.constants(seed.extent.data(), seed.extent.size());
    adjoint.first = tape.extents[adjoint.extent].first;
    adjoint.present = true;
    sweep(
        tape, adjoints, std::vector<Seed<Recorded>>{{seed.last(), Recorded(0.0)}}, stop,
        adjoints.base, [&] { return RecordedSource{&tape, {}}; }, &adjoints);
}

}  // namespace autodiffx
