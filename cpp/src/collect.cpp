// Collection: what no handle can reach is removed, the rest moves down.
#include <algorithm>
#include <vector>

#include "autodiffx/tape.hpp"

namespace autodiffx {

namespace {

// 1 for every slot that a live handle can reach.
std::vector<std::uint8_t> reachable(const Tape& tape) {
    std::vector<std::uint8_t> live(tape.primals.size(), 0);
    Slot highest = 0;
    for (const Handle* handle = tape.newest(); handle != nullptr; handle = handle->older) {
        if (handle->state == Handle::State::mark) continue;
        live[handle->slot] = 1;
        highest = std::max(highest, handle->slot);
    }
    for (std::size_t i = tape.statements.size(); i-- > 0;) {
        Statement const& statement = tape.statements[i];
        if (statement.result > highest || live[statement.result] == 0) continue;
        Slot slots[3] = {};
        int const arity = tape.operands(statement, slots);
        for (int k = 0; k < arity; ++k) live[slots[k]] = 1;
    }
    return live;
}

// Where each slot goes; one more entry than slots, for positions at the end.
std::vector<Slot> new_places(const std::vector<std::uint8_t>& live) {
    std::vector<Slot> places(live.size() + 1);
    Slot next = 0;
    for (std::size_t slot = 0; slot < live.size(); ++slot) {
        places[slot] = next;
        next += live[slot];
    }
    places[live.size()] = next;
    return places;
}

std::vector<Mark*> marks_oldest_first(const Tape& tape) {
    std::vector<Mark*> marks;
    for (Handle* handle = tape.newest(); handle != nullptr; handle = handle->older) {
        if (handle->state == Handle::State::mark) marks.push_back(static_cast<Mark*>(handle));
    }
    std::reverse(marks.begin(), marks.end());
    return marks;
}

}  // namespace

void Tape::collect() {
    if (is_graph() || sweeping) return;
    std::vector<std::uint8_t> live;
    std::vector<Slot> places;
    std::vector<Mark*> marks;
    try {
        live = reachable(*this);
        places = new_places(live);
        marks = marks_oldest_first(*this);
    } catch (const std::bad_alloc&) {
        collect_at_ = 2 * statements.size();  // no memory to tidy up with: go on without
        return;
    }

    // Statements and their pairs. A mark goes between what is left around it.
    std::size_t kept = 0, kept_pairs = 0;
    auto mark = marks.begin();
    for (std::size_t i = 0; i <= statements.size(); ++i) {
        for (; mark != marks.end() && (*mark)->position.statements == i; ++mark) {
            (*mark)->position.statements = kept;
            (*mark)->position.pairs = kept_pairs;
            (*mark)->position.slots = places[(*mark)->position.slots];
        }
        if (i == statements.size()) break;
        Statement statement = statements[i];
        if (live[statement.result] == 0) continue;
        if (arity_of(statement.op) == 3) {
            Pair const pair = pairs[statement.b];
            statement.b = static_cast<Slot>(kept_pairs);
            pairs[kept_pairs++] = {places[pair.b], places[pair.c]};
        } else {
            statement.b = places[statement.b];
        }
        statement.a = places[statement.a];
        statement.result = places[statement.result];
        statements[kept++] = statement;
    }
    statements.truncate(kept);
    pairs.truncate(kept_pairs);

    std::size_t kept_inputs = 0;
    mark = marks.begin();
    for (std::size_t i = 0; i <= inputs.size(); ++i) {
        for (; mark != marks.end() && (*mark)->position.inputs == i; ++mark) {
            (*mark)->position.inputs = kept_inputs;
        }
        if (i == inputs.size()) break;
        Input& input = inputs[i];
        if (live[input.slot] == 0) {
            if (input.leaf != nullptr) input.leaf->release();
            continue;
        }
        input.slot = places[input.slot];
        if (kept_inputs != i) inputs[kept_inputs] = std::move(input);
        ++kept_inputs;
    }
    inputs.erase(inputs.begin() + static_cast<std::ptrdiff_t>(kept_inputs), inputs.end());

    for (Handle* handle = newest_; handle != nullptr; handle = handle->older) {
        if (handle->state != Handle::State::mark) handle->slot = places[handle->slot];
    }
    for (std::size_t slot = 0; slot < live.size(); ++slot) {
        if (live[slot] != 0) primals[places[slot]] = primals[slot];
    }
    primals.truncate(places.back());

    slots_moved();
    collect_at_ = std::max(first_collection, 2 * kept);
}

}  // namespace autodiffx
