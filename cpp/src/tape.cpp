// The life of a tape: inputs and constants come, positions are rewound, the end.
#include "autodiffx/tape.hpp"

#include <algorithm>

namespace autodiffx {

namespace {
std::atomic<std::uint64_t> last_key{0};
std::atomic<std::uint32_t> last_number{0};
}  // namespace

Mark::Mark(Tape& on) : position(on.position()), outer(on.newest_mark_) {
    on.link(*this, static_cast<Slot>(position.slots), State::mark);
    on.newest_mark_ = this;
}

Mark::~Mark() {
    if (tape == nullptr) return;
    // Mostly the newest; generators may end in another order.
    for (Mark** at = &tape->newest_mark_; *at != nullptr; at = &(*at)->outer) {
        if (*at != this) continue;
        *at = outer;
        break;
    }
    tape->unlink(*this);
}

Tape::Tape(Role role)
    : collect_at_(role == Role::ambient ? first_full_collection : npos),
      collect_held_at_(role == Role::ambient ? 4 * first_slots : npos),
      collect_slots_at_(role == Role::ambient ? 4 * first_addresses : npos),
      held_room_(role == Role::ambient ? first_slots : npos),
      slots_room_(role == Role::ambient ? first_addresses : npos),
      key_(++last_key),
      role_(role) {
    ring_.newer = ring_.older = &ring_;
    if (role == Role::graph) number = ++last_number;
    primals.limit(std::size_t{std::numeric_limits<Slot>::max()} + 1);
}

Tape::~Tape() {
    drop_extents(0);
    drop_inputs(0);
    drop_externals(0);
}

void Tape::release() {
    if (owners_ == 1) let_go(Position{});
    --owners_;
    if (owners_ == 0 && newest() == &ring_) end();
}

// Ends this tape. Its captured inputs may have been the last handles of another
// one, which then ends too: in a loop, since tapes nest to any depth.
void Tape::end() {
    thread_local bool at_work = false;
    thread_local Tape* waiting = nullptr;
    next_ending_ = waiting;
    waiting = this;
    if (at_work) return;
    at_work = true;
    while (waiting != nullptr) {
        Tape* const last = waiting;
        waiting = last->next_ending_;
        delete last;  // may put others on the list
    }
    at_work = false;
}

Position Tape::position() const {
    return {statements.size(), primals.size(), pairs.size(),   inputs.size(),
            guards.size(),     words.size(),   extents.size(), externals.size()};
}

std::size_t Tape::bytes() const {
    return sizeof *this + primals.capacity() * sizeof(double) +
           statements.capacity() * sizeof(Statement) + pairs.capacity() * sizeof(Pair) +
           inputs.capacity() * sizeof(Input) + guards.capacity() * sizeof(guards[0]) +
           words.capacity() * sizeof(words[0]) + extents.capacity() * sizeof(Extent) +
           apart.capacity() * sizeof(apart[0]) + adjoints.values.capacity() * sizeof(double) +
           adjoints.reached.capacity() + adjoints.extents.capacity() * sizeof(Pair) +
           adjoints.touched.capacity() * sizeof(Slot);
}

std::string Tape::describe() const {
    if (is_segment || stand_ins != nullptr) return "the function given to checkpoint()";
    if (!is_graph()) return "the ambient tape";
    return name.empty() ? "Graph #" + std::to_string(number) : "Graph '" + name + "'";
}

Slot Tape::push_slot(double value) {
    std::size_t const slot = primals.size();
    primals.push(value);
    return static_cast<Slot>(slot);
}

Slot Tape::new_constant(double value) {
    std::uint64_t const bits = bits_of(value);
    Slot const slot = push_slot(value);
    constants_[constant_index(bits)] = {bits, generation_, slot};
    return slot;
}

Slot Tape::add_input(Leaf& leaf) {
    inputs.emplace_back();  // first, so that nothing is half done if memory ends
    Input& entry = inputs.back();
    try {
        if (leaf.array) {
            Buffer<double> const& value = leaf.array->value;
            std::uint32_t const extent =
                leaf.has_elements ? constants(value.data(), value.size()) : constants(value);
            if (leaf.has_elements) settle(extent);
            entry.slot = extents[extent].first;
        } else
            entry.slot =
                push_slot(leaf.has_value ? leaf.value : std::numeric_limits<double>::quiet_NaN());
    } catch (...) {
        inputs.pop_back();
        throw;
    }
    entry.leaf = &leaf;
    entry.slots = leaf.slots();
    entry.version = leaf.version;
    leaf.retain();
    leaf.cached_key = key_;
    leaf.cached_slot = entry.slot;
    if (!leaf.has_value) {
        entry.loaded = false;
        unevaluated = true;
    }
    return entry.slot;
}

Slot Tape::capture(Tape& outer, const Handle& handle, std::uint32_t slots) {
    // A second input for the same value does no harm, so only the latest are searched.
    std::size_t const oldest = inputs.size() > 16 ? inputs.size() - 16 : 0;
    for (std::size_t i = inputs.size(); i-- > oldest;) {
        Input const& entry = inputs[i];
        if (entry.captured && entry.captured->tape == &outer &&
            entry.captured->slot == handle.slot && entry.slots == slots &&
            entry.version == outer.replays) {
            return entry.slot;
        }
    }
    auto captured = std::make_unique<Handle>();
    inputs.emplace_back();
    Input& entry = inputs.back();
    try {
        if (handle.array) {
            Slot const first = handle.slot + 1 - slots;
            const double* const from = outer.places().at(first, outer.extent_at(first));
            entry.slot = extents[constants(from, slots)].first;
        } else {
            entry.slot = push_slot(outer.primals[handle.slot]);
        }
    } catch (...) {
        inputs.pop_back();
        throw;
    }
    outer.link_old(*captured, handle.slot, handle.state);
    captured->deferred = handle.deferred;
    captured->array = handle.array;
    captured->stays = true;
    if (handle.array) outer.show(handle.slot);
    entry.captured = std::move(captured);
    entry.slots = slots;
    entry.version = outer.replays;
    if (handle.deferred && outer.unevaluated) {
        entry.loaded = false;
        unevaluated = true;
    }
    return entry.slot;
}

Slot Tape::argument(double value) { return push_slot(value); }

void Tape::drop_inputs(std::size_t from) {
    for (std::size_t i = inputs.size(); i-- > from;) {
        if (inputs[i].leaf != nullptr) inputs[i].leaf->release();
        if (!inputs[i].captured) continue;
        Handle& captured = *inputs[i].captured;
        if (captured.tape != nullptr && captured.array) captured.tape->hide(captured.slot);
        if (captured.tape != nullptr) captured.tape->unlink(captured);
        else if (captured.array) captured.leaf->release();
    }
    inputs.erase(inputs.begin() + static_cast<std::ptrdiff_t>(from), inputs.end());
}

// Entries may run anything when they go, recording on this tape included: the list is what it
// will be before the first does.
void Tape::drop_externals(std::size_t from) {
    std::unique_ptr<Entry> dropped;
    while (externals.size() > from) {
        std::unique_ptr<Entry> last = std::move(externals.back());
        externals.pop_back();
        last->next = std::move(dropped);
        dropped = std::move(last);
    }
    while (dropped) dropped = std::move(dropped->next);
}

void Tape::slots_moved() {
    key_ = ++last_key;
    ++generation_;
    swept_statements = npos;
}

void Tape::rewind(const Position& to) {
    if (inputs.size() > to.inputs) {
        drop_inputs(to.inputs);
        key_ = ++last_key;
    }
    ++generation_;
    swept_statements = npos;
    // Slots and extents come without statements too: arguments and constants.
    if (to.statements < tenured_.statements || to.slots < tenured_.slots ||
        to.extents < tenured_.extents)
        tenured_ = to;
    statements.truncate(to.statements);
    primals.truncate(to.slots);
    pairs.truncate(to.pairs);
    words.truncate(to.words);
    drop_extents(to.extents);
    if (guards.size() > to.guards) {
        guards.resize(to.guards);
    }
    if (notes) notes->truncate(to.guards, to.slots);
    drop_externals(to.externals);
    tenured_held_ = std::min(tenured_held_, held());
}

bool (*recording_watch)(Tape& tape) = nullptr;

void Tape::make_room_slowly() {
    bool const watched = recording_watch != nullptr && recording_watch(*this);
    if (!is_graph() && !sweeping) {
        std::size_t const slots = primals.size();
        bool const none_left = newest() == &ring_;
        if (none_left && (statements.size() >= first_rewind || slots >= first_rewind_slots)) {
            rewind(Position{});
            if (watched) recording_watch(*this);  // once more, for it is at another slot now
        } else if (watched) {
            // What was noted of slots stays true.
        } else if (statements.size() >= collect_at_ || held() >= collect_held_at_ ||
                   slots >= collect_slots_at_) {
            tidy(Position{});
        } else if (statements.size() >= tenured_.statements + first_collection ||
                   held() >= tenured_held_ + first_slots ||
                   slots >= tenured_.slots + first_addresses) {
            tidy(Position(tenured_));
        }
        held_room_ = std::min(collect_held_at_, tenured_held_ + first_slots);
        slots_room_ = std::min(collect_slots_at_, tenured_.slots + first_addresses);
    }
    statements.reserve_more(1);
    std::size_t const tidy_at =
        is_graph() ? npos : std::min(collect_at_, tenured_.statements + first_collection);
    // None for who watches, also after a rewind.
    room_ = watched ? 0 : std::min(statements.capacity(), std::max(tidy_at, statements.size() + 1));
}

// The last handle has gone: nobody can ask for what is recorded.
void Tape::forsaken() {
    ordered_ = true;
    if (owners_ == 0) end();
    else room_ = 0;  // make_room looks closer
}

Leaf* Tape::keep_extent(Slot last) const {
    std::size_t const statement = statement_of(last);
    const Input* const input = input_at(last);
    std::uint32_t const slots = statement != npos  ? slots_of(statements[statement])
                                : input != nullptr ? input->slots
                                                   : 1;
    auto kept = std::make_unique<Leaf>();
    kept->array = std::make_unique<LeafArray>();
    Slot const first = last + 1 - slots;
    kept->array->value = Buffer<double>(places().at(first, extent_at(first)), slots);
    kept->has_value = true;
    return kept.release();
}

void Tape::clear() {
    for (Handle* handle = newest(); handle != &ring_;) {
        Handle* const older = handle->older;
        if (handle->state == Handle::State::mark) {
            static_cast<Mark*>(handle)->position = Position{};
        } else {
            // A detached array keeps its elements as a leaf does.
            Leaf* kept = nullptr;
            double const present = primals[handle->slot];
            if (handle->array) kept = keep_extent(handle->slot);
            handle->newer->older = handle->older;
            handle->older->newer = handle->newer;
            handle->tape = nullptr;
            handle->slot = number;
            handle->state = Handle::State::detached;
            if (kept != nullptr) handle->leaf = kept;
            else handle->value = present;
        }
        handle = older;
    }
    drop_inputs(0);
    slots_moved();
    statements.release();
    room_ = 0;
    tenured_ = Position{};
    tenured_held_ = 0;
    primals.release();
    pairs.release();
    words.release();
    drop_extents(0);
    extents.release();
    apart.release();
    guards.clear();
    adjoints = Adjoints<double>{};
    if (notes) notes->clear();
    needs_replay = unevaluated = stale_ = false;
    drop_externals(0);
}

std::size_t Tape::statement_of(Slot slot) const {
    // Results rarely lie far from the end: look there in growing steps first.
    std::size_t high = statements.size(), step = 1;
    while (step < high && statements[high - step].result >= slot) {
        high -= step;
        step *= 2;
    }
    std::size_t low = step < high ? high - step : 0;
    std::size_t const last = std::min(high + 1, statements.size());
    const Statement* at = std::lower_bound(
        statements.data() + low, statements.data() + last, slot,
        [](const Statement& statement, Slot wanted) { return statement.result < wanted; });
    const Statement* const end = statements.data() + statements.size();
    while (at != end && at->result == slot && !at->has_result()) ++at;
    if (at == end || !at->has_result() || at->result - slot >= slots_of(*at)) return npos;
    return static_cast<std::size_t>(at - statements.data());
}

const Input* Tape::input_at(Slot slot) const {
    auto const after =
        std::upper_bound(inputs.begin(), inputs.end(), slot,
                         [](Slot wanted, const Input& input) { return wanted < input.slot; });
    if (after == inputs.begin()) return nullptr;
    Input const& input = *std::prev(after);
    return slot - input.slot < input.slots ? &input : nullptr;
}

}  // namespace autodiffx
