// Replay: the primals of a graph from the present values of its inputs.
#pragma GCC diagnostic ignored "-Wpedantic"  // computed goto
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "autodiffx/external.hpp"
#include "autodiffx/sweep.hpp"

namespace autodiffx {

namespace {

bool is_same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

struct ReplayStep {
    Tape* tape;
    const Statement* first;
    const Pair* pairs;
    double* primals;

    template <Op op>
    void unary(const Statement& s) {
        primals[s.result] = Row<op>::primal(primals[s.a]);
    }
    template <Op op>
    void binary(const Statement& s) {
        primals[s.result] = Row<op>::primal(primals[s.a], primals[s.b]);
    }
    template <Op op>
    void ternary(const Statement& s) {
        Pair const pair = pairs[s.b];
        primals[s.result] = Row<op>::primal(primals[s.a], primals[pair.b], primals[pair.c]);
    }
    void array(const Statement& s) const {
        if (External* const external = external_of(*tape, s))
            external->forward(ExternalRecord(*tape, s), tape->places());
        else evaluate(ArrayRecord(*tape, s), tape->places());
    }
    void write(const Statement& s) const { evaluate(ArrayRecord(*tape, s), tape->places()); }
    void guard(const Statement& s) const {
        double const decided = decide(s.relation(), primals[s.a], primals[s.b]);
        // A guard on a rounding compares with the integer it gave, kept as b.
        bool const outcome =
            s.relation() >= Relation::trunc ? is_same(decided, primals[s.b]) : decided != 0.0;
        if (outcome != ((s.flags & Statement::outcome_bit) != 0)) changed(s);
    }
    [[noreturn]] void changed(const Statement& s) const {
        for (std::size_t g = 0; g < tape->guards.size(); ++g) {
            Statement const& guard = tape->statements[tape->guards[g]];
            if (guard.a == s.a && guard.b == s.b && guard.flags == s.flags &&
                guard.result == s.result) {
                throw control_flow_changed(g, primals[s.a], primals[s.b]);
            }
        }
        throw std::logic_error("a guard is not listed");
    }
};

void run(const Statement* at, const Statement* end, ReplayStep step) {
    while (at != end) {
        Statement const& s = *at++;
#include "dispatch.inc"
    next:;
    }
}

constexpr std::size_t poll_interval = std::size_t{1} << 20;

void copy_in(Tape& tape, const Input& input, const double* packed) {
    double* const to = tape.places().at(input.slot, tape.extent_at(input.slot));
    std::copy(packed, packed + input.slots, to);
}

// What lies apart is shared with the leaf.
void take_in(Tape& tape, const Input& input, const Buffer<double>& value) {
    std::uint32_t const extent = tape.extent_at(input.slot);
    if (tape.apart[extent] == nullptr) return copy_in(tape, input, value.data());
    Memory::release(tape.apart[extent]);
    tape.apart[extent] = Buffer<double>(value).release();
}

void load_inputs(Tape& tape) {
    for (Input const& input : tape.inputs) {
        if (input.leaf != nullptr && !input.leaf->has_value) {
            throw missing_value(
                "Variable does not have value: " +
                (input.leaf->has_name ? input.leaf->name : std::string("(no name)")));
        }
    }
    for (Input& input : tape.inputs) {
        if (input.leaf != nullptr) {
            if (input.leaf->array) take_in(tape, input, input.leaf->array->value);
            else tape.primals[input.slot] = input.leaf->value;
            input.version = input.leaf->version;
        } else if (input.captured) {
            if (!input.captured->on_tape()) {
                throw graph_error(
                    tape.describe() +
                    " uses a value of a graph that has been cleared: record it again");
            }
            Tape& outer = *input.captured->tape;
            // An ambient tape cannot be replayed: what was set since makes its values stale.
            if (!outer.is_graph()) outer.require_current(input.captured->slot);
            Slot const first = input.captured->slot + 1 - input.slots;
            copy_in(tape, input, outer.places().at(first, outer.extent_at(first)));
            input.version = input.captured->tape->replays;
        }
        input.loaded = true;
    }
}

void replay_one(Tape& tape) {
    if (tape.sweeping) throw graph_error("a sweep of " + tape.describe() + " is already under way");
    tape.needs_replay = true;  // until the end is reached
    tape.swept_statements = Tape::npos;
    load_inputs(tape);
    for (std::size_t i = 0; i < tape.statements.size(); i += poll_interval) {
        std::size_t const end = std::min(i + poll_interval, tape.statements.size());
        run(tape.statements.data() + i, tape.statements.data() + end,
            ReplayStep{&tape, tape.statements.data(), tape.pairs.data(), tape.primals.data()});
        if (end != tape.statements.size() && sweep_poll != nullptr) sweep_poll();
    }
    ++tape.replays;
    leaf_epoch.fetch_add(
        1, std::memory_order_relaxed);  // graphs that capture from this one look again
    tape.needs_replay = tape.unevaluated = false;
}

}  // namespace

void replay(Tape& tape) {
    // What it captures from comes first, if that is stale. The tape itself is last.
    for (Tape* each : capture_order(tape)) {
        if (each == &tape || each->is_stale() || (each->is_graph() && each->unevaluated))
            replay_one(*each);
    }
}

}  // namespace autodiffx
