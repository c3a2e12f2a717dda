// Staleness: has an input been set since something was computed from it?
#include <algorithm>
#include <cstring>
#include <unordered_set>
#include <utility>
#include <vector>

#include "autodiffx/array.hpp"

namespace autodiffx {

namespace {

std::string name_of(const Leaf& leaf) { return leaf.has_name ? leaf.name : "a Variable"; }

// Some input of this tape itself has another value than it was read with.
bool inputs_changed(const Tape& tape) {
    return std::any_of(tape.inputs.begin(), tape.inputs.end(), [](const Input& input) {
        if (input.leaf != nullptr) return input.leaf->version != input.version;
        return input.captured && input.captured->on_tape() &&
               input.captured->tape->replays != input.version;
    });
}

[[noreturn]] void throw_stale(const Leaf& leaf, const Tape& tape) {
    std::string const what = name_of(leaf) + " was set after this value was computed: ";
    throw stale_error(what + (tape.is_graph()
                                  ? "call forward() on " + tape.describe() + " first"
                                  : std::string("compute it again, or record with Graph")));
}

// The inputs that the slot depends on.
std::vector<const Input*> inputs_below(const Tape& tape, Slot slot) {
    std::vector<const Input*> found;
    std::size_t own = tape.statement_of(slot);
    Slot highest = own == Tape::npos ? slot : tape.statements[own].result;
    std::uint32_t const extent = tape.extent_at(slot);
    if (extent != no_extent && tape.extents[extent].assigned) {
        // What was written into it stands anywhere behind it.
        own = tape.statements.size() - 1;
        highest = static_cast<Slot>(tape.primals.size());
    }
    // Of an array any slot may stand for the whole.
    std::vector<std::uint8_t> reached(std::size_t{highest} + 1, 0);
    reached[slot] = 1;
    auto const any_in = [&reached](Slot first, std::uint32_t slots) {
        if (first >= reached.size()) return false;
        std::size_t const count = std::min<std::size_t>(slots, reached.size() - first);
        return std::memchr(reached.data() + first, 1, count) != nullptr;
    };
    auto const any_reached = [&](const Statement& statement) {
        if (!statement.is_array()) return reached[statement.result] != 0;
        ArrayPart const result = ArrayRecord(tape, statement).result();
        return any_in(result.first, result.slots);
    };
    for (std::size_t i = own == Tape::npos ? 0 : own + 1; i-- > 0;) {
        Statement const& statement = tape.statements[i];
        if (statement.op == Op::guard || !any_reached(statement)) continue;
        for_each_operand(tape, statement, [&](Slot first, std::uint32_t slots, Kind) {
            reached[first + slots - 1] = 1;
        });
    }
    for (Input const& input : tape.inputs) {
        if (any_in(input.slot, input.slots)) found.push_back(&input);
    }
    return found;
}

}  // namespace

std::vector<Tape*> capture_order(Tape& tape) {
    std::vector<Tape*> order;
    std::unordered_set<Tape*> seen{&tape};
    std::vector<std::pair<Tape*, std::size_t>> path{{&tape, 0}};  // and the next input to look at
    while (!path.empty()) {
        Tape* const at = path.back().first;
        std::size_t const next = path.back().second++;
        if (next == at->inputs.size()) {
            order.push_back(at);
            path.pop_back();
            continue;
        }
        Input const& input = at->inputs[next];
        Tape* const outer = input.captured ? input.captured->tape : nullptr;
        if (outer != nullptr && seen.insert(outer).second) path.emplace_back(outer, 0);
    }
    return order;
}

bool Tape::is_stale() {
    if (!is_graph()) return false;
    if (needs_replay) return true;
    std::uint64_t const epoch = leaf_epoch.load(std::memory_order_relaxed);
    if (checked_epoch_ == epoch) return stale_;
    bool any = false;
    for (Tape* each : capture_order(*this)) {
        any = any || (each->is_graph() && (each->needs_replay || inputs_changed(*each)));
    }
    checked_epoch_ = epoch;
    stale_ = any;
    return any;
}

bool Tape::is_current(Slot slot) {
    try {
        require_current(slot);
        return true;
    } catch (const stale_error&) {
        return false;
    } catch (const missing_value&) {
        return false;
    }
}

void Tape::require_current(Slot slot) {
    if (is_graph()) {
        if (!may_be_stale()) return;
        if (needs_replay) {
            throw stale_error("the last replay of " + describe() +
                              " was broken off: set its inputs and call forward() again");
        }
        if (!is_stale() && !unevaluated) return;
    }
    std::vector<std::pair<Tape*, Slot>> pending{{this, slot}};
    while (!pending.empty()) {
        auto const [tape, at] = pending.back();
        pending.pop_back();
        for (Input const* input : inputs_below(*tape, at)) {
            if (input->leaf != nullptr) {
                if (!input->leaf->has_value) {
                    throw missing_value(
                        "Variable does not have value: " +
                        (input->leaf->has_name ? input->leaf->name : std::string("(no name)")));
                }
                if (input->leaf->version != input->version || !input->loaded)
                    throw_stale(*input->leaf, *tape);
            } else if (input->captured && input->captured->on_tape()) {
                Tape* const outer = input->captured->tape;
                if (outer->is_graph() &&
                    (outer->replays != input->version || outer->needs_replay)) {
                    throw stale_error(
                        outer->describe() +
                        " was replayed after this value was computed: call forward() on " +
                        tape->describe() + " first");
                }
                pending.emplace_back(outer, input->captured->slot);
            }
        }
    }
}

}  // namespace autodiffx
