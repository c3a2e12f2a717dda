// Collection: what no handle can reach is removed, the rest moves down.
//
// Mostly only what was recorded since the last collection is looked at: most
// of it is dead, and what an expression costs then does not depend on how much
// else lives on the tape. When the tape has doubled, all of it is.
#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "autodiffx/external.hpp"

namespace autodiffx {

namespace {

// Slots that are counted together. What a collection does slot by slot is to set and scan bytes:
// an array of a million slots costs little more than one of a thousand.
constexpr std::size_t group = 32;
// A map of marks is kept for the next collection up to so many slots.
constexpr std::size_t kept_marks = std::size_t{1} << 22;

// What a collection looks at: everything from `base` on. Indices into `live`
// count from base.slots; older slots stay where they are.
struct Young {
    const Tape& tape;
    const Position& base;
    Zeroed<std::uint8_t>& live;           // 1: a live handle can reach the slot
    std::size_t slots = 0;                // how many there are
    std::vector<Pair> apart;              // arrays that lie apart: first index, slots
    std::unique_ptr<Slot[]> live_before;  // each group: where its first slot goes
    std::vector<Mark*> marks;             // oldest first
    std::vector<Handle*> handles;
    std::vector<std::size_t> writes;           // into live arrays, newest first
    std::vector<std::uint32_t> extent_places;  // where each extent goes

    Young(const Tape& of, const Position& from, Zeroed<std::uint8_t>& marked)
        : tape(of), base(from), live(marked) {}
    Young(const Young&) = delete;
    Young& operator=(const Young&) = delete;
    // What was marked is zero again for the next collection.
    ~Young() {
        std::size_t from = 0;
        for (Pair const& array : apart) {
            clear(from, array.b);
            clear(array.b, array.b + std::min<std::size_t>(array.c, group));
            from = array.b + array.c;
            clear(from - std::min<std::size_t>(array.c, group), from);
        }
        clear(from, slots);
        if (slots > kept_marks) live = Zeroed<std::uint8_t>();
    }
    void clear(std::size_t from, std::size_t to) const {
        if (to > from) std::memset(live.data() + from, 0, to - from);
    }

    [[nodiscard]] bool contains(Slot slot) const { return slot >= base.slots; }
    [[nodiscard]] std::uint8_t& mark_of(Slot slot) { return live[slot - base.slots]; }
    [[nodiscard]] Slot place(Slot slot) const {
        if (!contains(slot)) return slot;
        std::size_t const at = slot - base.slots;
        return live_before[at / group] + count(at / group * group, at);
    }

    [[nodiscard]] Slot count(std::size_t from, std::size_t to) const {
        unsigned count = 0;
        for (std::size_t i = from; i < to; ++i) count += live[i];
        return count;
    }

    void find_handles() {
        for (Handle* handle = tape.newest(); handle != tape.end_of_handles();
             handle = handle->older) {
            if (!contains(handle->slot)) {
                if (tape.handles_are_ordered()) break;  // the rest is older still
                continue;
            }
            if (handle->state == Handle::State::mark) marks.push_back(static_cast<Mark*>(handle));
            else handles.push_back(handle);
        }
        std::reverse(marks.begin(), marks.end());
    }

    void find_live() {
        for (std::size_t i = base.extents; i < tape.extents.size(); ++i) {
            Extent const& extent = tape.extents[i];
            if (!tape.is_apart(static_cast<std::uint32_t>(i))) continue;
            apart.push_back({static_cast<Slot>(extent.first - base.slots), extent.slots});
        }
        live.extend(tape.primals.size() - base.slots);
        slots = tape.primals.size() - base.slots;
        for (const Handle* handle : handles) mark_of(handle->slot) = 1;
        for (std::size_t i = tape.statements.size(); i-- > base.statements;) {
            Statement const& statement = tape.statements[i];
            bool lives = true;
            if (statement.is_array()) {
                ArrayPart const result = ArrayRecord(tape, statement).result();
                // Into an array that is older than what is looked at, all writes count.
                if (contains(result.first)) lives = lives_whole(result);
            } else if (contains(statement.result)) {
                lives = mark_of(statement.result) != 0;
            }
            if (!lives) continue;
            if (statement.op == Op::write) writes.push_back(i);
            if (!statement.is_array()) {
                for_each_operand(tape, statement, [this](Slot operand, std::uint32_t, Kind) {
                    if (contains(operand)) mark_of(operand) = 1;
                });
                continue;
            }
            ArrayRecord const record(tape, statement);
            for (int k = 0; k < record.arity(); ++k) {
                ArrayPart const part = record.operand(k);
                if (contains(part.first)) mark(part.first, part.slots, part.extent);
            }
        }
        // Those that no statement made: inputs, arguments, constants.
        for (std::size_t i = base.extents; i < tape.extents.size(); ++i) {
            auto const at = static_cast<std::uint32_t>(i);
            lives_whole({tape.extents[at].first, at, tape.extents[at].slots, {}, {}, 0, nullptr});
        }
    }
    // An array of which one element is alive lives as a whole. One that lies apart has none.
    bool lives_whole(const ArrayPart& array) {
        std::uint8_t* const marks = &mark_of(array.first);
        if (array.slots == 1) return *marks != 0;
        bool const apart = tape.is_apart(array.extent);
        if (apart ? marks[array.slots - 1] == 0 : std::memchr(marks, 1, array.slots) == nullptr)
            return false;
        mark(array.first, array.slots, array.extent);
        return true;
    }
    // Of an array that lies apart only the groups are marked that it shares with others.
    void mark(Slot first, std::uint32_t count, std::uint32_t extent) {
        std::uint8_t* const marks = &mark_of(first);
        if (count <= 2 * group || extent == no_extent || !tape.is_apart(extent)) {
            std::memset(marks, 1, count);
        } else {
            std::memset(marks, 1, group);
            std::memset(marks + count - group, 1, group);
        }
    }

    void find_places() {
        std::size_t const groups = slots / group + 1;
        live_before.reset(new Slot[groups]);
        Slot next = static_cast<Slot>(base.slots);
        std::size_t extent = base.extents;
        for (std::size_t i = 0; i < groups;) {
            std::size_t const first = base.slots + i * group;
            while (extent < tape.extents.size() && tape.extents[extent].last() < first) ++extent;
            bool const inside = extent < tape.extents.size() &&
                                tape.extents[extent].first <= first &&
                                tape.extents[extent].last() >= first + group - 1 &&
                                tape.is_apart(static_cast<std::uint32_t>(extent));
            if (!inside) {
                live_before[i] = next;
                next += count(i * group, std::min((i + 1) * group, slots));
                ++i;
                continue;
            }
            // All groups that lie whole within the array at once.
            std::size_t const after = tape.extents[extent].last() + std::size_t{1} - base.slots;
            Slot const step = mark_of(tape.extents[extent].first) != 0 ? Slot{group} : 0u;
            for (; i < after / group; ++i, next += step) live_before[i] = next;
        }
        extent_places.resize(tape.extents.size() - base.extents);
        auto next_extent = static_cast<std::uint32_t>(base.extents);
        for (std::size_t i = 0; i < extent_places.size(); ++i) {
            extent_places[i] = next_extent;
            next_extent += mark_of(tape.extents[base.extents + i].first);
        }
    }
    // Calls move(first, last + 1) for each run of live slots that have content, oldest first.
    template <class Move>
    void for_each_live_run(Move move) const {
        std::size_t from = 0;
        for (Pair const& array : apart) {
            for_each_live_run(from, array.b, move);
            from = array.b + std::size_t{array.c};
        }
        for_each_live_run(from, slots, move);
    }
    template <class Move>
    void for_each_live_run(std::size_t from, std::size_t to, Move move) const {
        const std::uint8_t* at = live.data() + from;
        const std::uint8_t* const end = live.data() + to;
        while (at != end) {
            auto const rest = static_cast<std::size_t>(end - at);
            auto const* const first = static_cast<const std::uint8_t*>(std::memchr(at, 1, rest));
            if (first == nullptr) return;
            auto const left = static_cast<std::size_t>(end - first);
            auto const* const dead = static_cast<const std::uint8_t*>(std::memchr(first, 0, left));
            at = dead != nullptr ? dead : end;
            move(static_cast<std::size_t>(first - live.data()),
                 static_cast<std::size_t>(at - live.data()));
        }
    }
    [[nodiscard]] std::uint32_t extent_place(std::uint32_t extent) const {
        bool const is_young = extent != no_extent && extent >= base.extents;
        return is_young ? extent_places[extent - base.extents] : extent;
    }
};

}  // namespace

void Tape::let_go(const Position& from) {
    auto const can_be_asked_for = [this](Slot first) {
        for (const Handle* handle = newest(); handle != &ring_; handle = handle->older) {
            if (handle->state != Handle::State::mark && handle->slot >= first) return true;
            if (ordered_ && handle->slot < first) return false;
        }
        return false;
    };
    for (std::size_t i = statements.size(); i-- > from.statements;) {
        if (externals.size() <= from.externals) return;
        External* const entry = external_of(*this, statements[i]);
        if (entry == nullptr || !entry->may_hold_handles()) continue;
        if (can_be_asked_for(ArrayRecord(*this, statements[i]).result().first)) return;
        entry->let_go();  // which may run anything
        i = std::min(i, statements.size());
    }
}

// Collects until no entry that goes may have held the last handle on something else.
void Tape::tidy(const Position& base) {
    bool again = true;
    while (again) {
        std::size_t holding = 0;
        for (auto const& entry : externals) holding += entry->may_hold_handles();
        collect(base);
        std::size_t left = 0;
        for (auto const& entry : externals) left += entry->may_hold_handles();
        again = left < holding;
    }
}

// When the tape has doubled.
void Tape::plan_full_collection() {
    collect_at_ = std::max(first_full_collection, 2 * statements.size());
    collect_held_at_ = std::max(4 * first_slots, 2 * held());
    collect_slots_at_ = std::max(4 * first_addresses, 2 * primals.size());
}

void Tape::collect(const Position& base) {
    if (is_graph() || sweeping) return;
    Young young(*this, base, marks_);
    try {
        young.find_handles();
        young.find_live();
        young.find_places();
    } catch (const std::bad_alloc&) {
        tenured_ = position();  // no memory to tidy up with: go on without
        tenured_held_ = held();
        plan_full_collection();
        return;
    }

    // Statements and their pairs. A mark goes between what is left around it.
    std::size_t kept_extents = base.extents;
    for (std::size_t i = base.extents; i < extents.size(); ++i)
        kept_extents += young.mark_of(extents[i].first);
    std::size_t kept = base.statements, kept_pairs = base.pairs, kept_words = base.words,
                kept_externals = base.externals;
    auto mark = young.marks.begin();
    for (std::size_t i = base.statements; i <= statements.size(); ++i) {
        for (; mark != young.marks.end() && (*mark)->position.statements == i; ++mark) {
            (*mark)->position.statements = kept;
            (*mark)->position.pairs = kept_pairs;
            (*mark)->position.words = kept_words;
            (*mark)->position.extents =
                (*mark)->position.extents == extents.size()
                    ? kept_extents
                    : young.extent_place(static_cast<std::uint32_t>((*mark)->position.extents));
            (*mark)->position.externals = kept_externals;
            (*mark)->position.slots = young.place(static_cast<Slot>((*mark)->position.slots));
            (*mark)->slot = static_cast<Slot>((*mark)->position.slots);
        }
        if (i == statements.size()) break;
        Statement statement = statements[i];
        bool const writes_live = !young.writes.empty() && young.writes.back() == i;
        if (writes_live) young.writes.pop_back();
        if (statement.op == Op::write ? !writes_live : young.mark_of(statement.result) == 0)
            continue;
        if (statement.is_array()) {
            ArrayRecord const record(*this, statement);
            for (int k = 0; k < record.arity(); ++k) {
                ArrayPart const part = record.operand(k);
                words[statement.a + record.operand_word(k)] = ArrayRecord::place_word(
                    young.place(part.first), young.extent_place(part.extent));
            }
            words[statement.a + ArrayRecord::extent_word] =
                young.extent_place(record.result().extent);
            if (record.op() == ArrayOp::external) {
                // The index stands where loops have their first length.
                std::int64_t& index = words[statement.a + record.lengths_word()];
                std::swap(externals[kept_externals], externals[static_cast<std::size_t>(index)]);
                index = static_cast<std::int64_t>(kept_externals++);
            }
            std::memmove(words.data() + kept_words, words.data() + statement.a,
                         statement.b * sizeof(words[0]));
            statement.a = static_cast<Slot>(kept_words);
            kept_words += statement.b;
            statement.result = young.place(statement.result);
            statements[kept++] = statement;
            continue;
        }
        if (arity_of(statement.op) == 3) {
            Pair const pair = pairs[statement.b];
            statement.b = static_cast<Slot>(kept_pairs);
            pairs[kept_pairs++] = {young.place(pair.b), young.place(pair.c)};
        } else {
            statement.b = young.place(statement.b);
        }
        statement.a = young.place(statement.a);
        statement.result = young.place(statement.result);
        statements[kept++] = statement;
    }
    statements.truncate(kept);
    pairs.truncate(kept_pairs);
    words.truncate(kept_words);

    std::size_t kept_inputs = base.inputs;
    mark = young.marks.begin();
    for (std::size_t i = base.inputs; i <= inputs.size(); ++i) {
        for (; mark != young.marks.end() && (*mark)->position.inputs == i; ++mark) {
            (*mark)->position.inputs = kept_inputs;
        }
        if (i == inputs.size()) break;
        Input& input = inputs[i];
        bool const lives = young.mark_of(input.slot) != 0;
        Slot const place = young.place(input.slot);
        if (input.leaf != nullptr && has_input(*input.leaf) &&
            input.leaf->cached_slot == input.slot) {
            // Known by its new place, or not at all.
            if (lives) input.leaf->cached_slot = place;
            else input.leaf->cached_key = 0;
        }
        if (!lives) {
            if (input.leaf != nullptr) input.leaf->release();
            continue;
        }
        input.slot = place;
        if (kept_inputs != i) inputs[kept_inputs] = std::move(input);
        ++kept_inputs;
    }
    inputs.erase(inputs.begin() + static_cast<std::ptrdiff_t>(kept_inputs), inputs.end());

    for (Handle* handle : young.handles) handle->slot = young.place(handle->slot);
    young.for_each_live_run([&](std::size_t first, std::size_t end) {
        double* const to = primals.data() + young.place(static_cast<Slot>(base.slots + first));
        const double* const from = primals.data() + base.slots + first;
        if (from != to) std::memmove(to, from, (end - first) * sizeof(double));
    });
    primals.truncate(young.place(static_cast<Slot>(primals.size())));
    for (std::size_t i = base.extents; i < extents.size(); ++i) {
        if (young.mark_of(extents[i].first) == 0) {
            if (apart[i] != nullptr) Memory::release(std::exchange(apart[i], nullptr));
            else if (extents[i].forgotten) given_back_ -= extents[i].slots;
            continue;
        }
        std::uint32_t const place = young.extent_place(static_cast<std::uint32_t>(i));
        Extent moved = extents[i];
        moved.first = young.place(moved.first);
        extents[place] = moved;
        apart[place] = std::exchange(apart[i], nullptr);
    }
    extents.truncate(kept_extents);
    apart.truncate(kept_extents);

    ++generation_;
    swept_statements = npos;
    if (base.statements == 0) plan_full_collection();
    tenured_ = position();
    tenured_held_ = held();
    tenured_.externals = kept_externals;
    drop_externals(kept_externals);
}

}  // namespace autodiffx
