// Tape: the statements and primals of one recording, and who refers to them.
//
// Reading order: leaf.hpp, statement.hpp, handle.hpp, then Tape. See cpp/README.md.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "autodiffx/adjoints.hpp"
#include "autodiffx/arena.hpp"
#include "autodiffx/error.hpp"
#include "autodiffx/extent.hpp"
#include "autodiffx/handle.hpp"
#include "autodiffx/inline.hpp"
#include "autodiffx/statement.hpp"
#include "autodiffx/view.hpp"

namespace autodiffx {

// What the bindings keep beside a tape: where guards and escapes were recorded.
struct Notes {
    virtual ~Notes() = default;
    virtual void truncate(std::size_t guards, std::size_t slots) = 0;
    virtual void clear() = 0;
};

// An entry for a statement of somebody else's kernel: see external.hpp.
struct Entry {
    virtual ~Entry() = default;
    // Gives up what it holds, for nobody can ask for the results of its statement any more.
    virtual void let_go() {}
    // Whether that may be handles, which otherwise keep alive what they refer to.
    [[nodiscard]] virtual bool may_hold_handles() const { return false; }
    std::unique_ptr<Entry> next;  // while many are dropped
};

// What stands on a tape for values of others, while a function runs again.
struct StandIns {
    // The (last) slot of what stands for a value of another tape. Throws graph_error if none does.
    virtual Slot find(const Handle& value, std::uint32_t slots) = 0;

protected:
    ~StandIns() = default;
};

class Tape;
// Looks on while operations are recorded, if somebody wants it to: called in make_room_slowly. True
// makes every operation come by there, and collects nothing. May throw. Null: nobody ever does.
extern bool (*recording_watch)(Tape& tape);

class Tape {
public:
    enum class Role : std::uint8_t { ambient, graph };

    explicit Tape(Role role);
    Tape(const Tape&) = delete;
    Tape& operator=(const Tape&) = delete;

    // Owners are the thread or the Graph; a tape without owner and handles ends.
    void retain() { ++owners_; }
    void release();

    [[nodiscard]] bool is_graph() const { return role_ == Role::graph; }
    [[nodiscard]] Position position() const;
    [[nodiscard]] std::size_t bytes() const;
    [[nodiscard]] std::string describe() const;  // "Graph #3", "the ambient tape"

    // Called at the start of every operation, before operands are turned into
    // slots, for slots may move: afterwards there is room for one statement. On
    // the ambient tape this is where statements that nothing can reach are
    // dropped. With no handle left that is all of them, at once; otherwise they
    // are collected when the tape has grown.
    void make_room() {
        if (statements.size() >= room_) make_room_slowly();
    }
    // Makes it look closer the next time.
    void look_closer() { room_ = 0; }
    // Whether a statement and its result can be recorded without make_room() and
    // without that anything grows.
    [[nodiscard]] bool has_room() const {
        return statements.size() < room_ && primals.size() < primals.capacity();
    }
    // The slots of a statement's operands; returns how many.
    int operands(const Statement& statement, Slot (&slots)[3]) const {
        int const arity = arity_of(statement.op);
        slots[0] = statement.a;
        slots[1] = arity == 3 ? pairs[statement.b].b : statement.b;
        if (arity == 3) slots[2] = pairs[statement.b].c;
        return arity;
    }

    // The slots of a statement's result.
    [[nodiscard]] std::uint32_t slots_of(const Statement& statement) const {
        return statement.op == Op::array
                   ? extents[static_cast<std::uint32_t>(words[statement.a + 1])].slots
                   : 1;
    }
    // The extent to which a slot belongs, or no_extent.
    [[nodiscard]] std::uint32_t extent_at(Slot slot) const {
        if (extents.empty()) return no_extent;
        std::size_t const newest = extents.size() - 1;
        bool const is_newest = slot - extents[newest].first < extents[newest].slots;
        return is_newest ? static_cast<std::uint32_t>(newest) : find_extent(slot);
    }
    // Slots from here on were made after the newest mark: what is older must not be changed, for
    // the tape may be rewound to the mark.
    [[nodiscard]] Slot floor() const {
        return newest_mark_ == nullptr ? 0 : static_cast<Slot>(newest_mark_->position.slots);
    }
    // After slots of arrays were added: make_room is to look whether to collect.
    void note_growth() {
        if (held() >= held_room_ || primals.size() >= slots_room_) room_ = 0;
    }

    void link(Handle& handle, Slot slot, Handle::State state, bool deferred = false) noexcept {
        handle.tape = this;
        handle.slot = slot;
        handle.state = state;
        handle.deferred = deferred;
        handle.array = handle.stays = false;
        Handle* const before = ring_.older;
        handle.newer = &ring_;
        handle.older = before;
        before->newer = &handle;
        ring_.older = &handle;
    }
    // The caller is done with the handle: it may still say that it is on a tape.
    AUTODIFFX_INLINE void unlink(Handle& handle) noexcept {
        Handle* const newer = handle.newer;
        Handle* const older = handle.older;
        newer->older = older;
        older->newer = newer;
        if (newer == older) forsaken();  // both are the ring
    }

    // The slot of a constant; equal bits may share one.
    Slot constant(double value) {
        Slot slot;
        return has_constant(value, slot) ? slot : new_constant(value);
    }
    // Whether a constant has one; of those that were used last.
    AUTODIFFX_INLINE bool has_constant(double value, Slot& slot) const {
        std::uint64_t const bits = bits_of(value);
        ConstantEntry const& entry = constants_[constant_index(bits)];
        slot = entry.slot;
        return entry.bits == bits && entry.generation == generation_;
    }
    // The extent of a constant array, from packed elements; or without content.
    std::uint32_t constants(const double* packed, std::size_t slots);
    std::uint32_t constants(const Buffer<double>& packed);  // shared if it is large
    // The same as constants(packed, slots), or one that was laid from the same place and still is
    // the same.
    std::uint32_t constants_of(const double* packed, std::size_t slots);
    std::uint32_t constants(std::size_t slots);
    // Whether the slot of a leaf's present version is leaf.cached_slot.
    [[nodiscard]] bool has_input(const Leaf& leaf) const { return leaf.cached_key == key_; }
    // The (first) slot of a leaf's present version.
    Slot input(Leaf& leaf) {
        if (has_input(leaf)) return leaf.cached_slot;
        return add_input(leaf);
    }
    // The first slot under which a value of an enclosing tape is known here.
    Slot capture(Tape& outer, const Handle& handle, std::uint32_t slots = 1);
    // A slot that has a value and no statement: the argument of a transform.
    Slot argument(double value);
    // Lets the objects that show an array show a newer one.
    void move_handles(std::uint32_t from, std::uint32_t to, Kind kind);
    // So many more slots, without values, as an extent. Room has been reserved.
    std::uint32_t add_extent(std::uint32_t slots);
    void reserve_extent(std::size_t slots) {
        extents.reserve_more(1);
        apart.reserve_more(1);
        primals.reserve_more(slots);
    }
    // Forgets the extents from there on.
    void drop_extents(std::size_t from);
    // Where primals are.
    [[nodiscard]] Places<double> places() { return {primals.data(), apart.data()}; }
    [[nodiscard]] Places<const double> places() const { return {primals.data(), apart.data()}; }
    // Throws missing_value if the primals of an array were given back and cannot be restored.
    void require_kept(std::uint32_t extent);
    // Computes primals again that were given back, if they can be; and those of all arrays, for a
    // sweep that is not made of doubles.
    void restore(std::uint32_t extent);
    void restore_all();
    // Moves the numbers of an array into its slots, for its elements are wanted.
    void settle(std::uint32_t extent);
    void settle_at(Slot slot);
    // An object begins or ends to show the array whose last slot this is. What nobody can ask for
    // is given back.
    void show(Slot last) {
        std::uint32_t const extent = extent_at(last);
        if (extent != no_extent) ++extents[extent].handles;
    }
    void hide(Slot last);
    [[nodiscard]] bool is_apart(std::uint32_t extent) const {
        return apart[extent] != nullptr || extents[extent].forgotten;
    }
    // Adds the first slot and the number of slots of each array that lies apart in [low, high).
    void list_apart(std::size_t low, std::size_t high, Arena<Pair>& list) const;
    // Of the last reverse sweep.
    [[nodiscard]] double adjoint_at(Slot slot) const;

    // Forgets everything after the position. The caller knows that no handle refers to it.
    void rewind(const Position& to);
    // Entries after the position whose results no handle can reach let go of what they hold, the
    // newest first, so that this may be what kept the next one.
    void let_go(const Position& from);
    // Removes what no handle can reach and moves the rest down.
    // Only from `base` on: what lies before is taken to be alive.
    void collect(const Position& base);
    void collect() { collect(Position{}); }
    // Forgets everything; handles keep their values and know that they were cleared.
    void clear();

    // The statement whose result `slot` is or belongs to, or npos if the slot is an input.
    [[nodiscard]] std::size_t statement_of(Slot slot) const;
    static constexpr std::size_t npos = static_cast<std::size_t>(-1);
    // The input that `slot` is or belongs to, or null.
    [[nodiscard]] const Input* input_at(Slot slot) const;

    // True if a replay would now read other inputs than the last one did: of
    // this graph, or of one that it captures from.
    bool is_stale();
    // Throws stale_error or missing_value if the slot depends on an input that
    // was set since, or on a placeholder that no replay has read.
    void require_current(Slot slot);
    // Whether require_current would return.
    [[nodiscard]] bool is_current(Slot slot);
    // Whether is_stale() or an unread placeholder is possible at all; cheap.
    [[nodiscard]] bool may_be_stale() const {
        return checked_epoch_ != leaf_epoch.load(std::memory_order_relaxed) || stale_ ||
               needs_replay || unevaluated;
    }

    Arena<double> primals;              // by slot
    Arena<Statement> statements;        // in order of recording, which is topological order
    Arena<Pair> pairs;                  // second and third operands
    Arena<std::int64_t> words;          // records of array statements, see array.hpp
    Arena<Extent> extents;              // arrays, by rising slot
    Arena<double*> apart;               // by extent: its primals, if these lie apart; else null
    std::vector<Input> inputs;          // by rising slot
    std::vector<std::uint32_t> guards;  // statement indices
    std::vector<std::unique_ptr<Entry>> externals;  // entries of external statements, in order
    Adjoints<double> adjoints;                      // of the last reverse sweep
    std::unique_ptr<Notes> notes;

    std::size_t swept_statements =
        npos;                   // size at the last sweep; npos: adjoints are not to be read
    std::uint64_t replays = 0;  // how often the primals were computed anew
    bool needs_replay = false;  // a replay was broken off
    bool sweeping = false;      // a sweep is under way: slots must stay where they are
    bool has_elements = false;  // elements of results may have been taken, or arrays written into
    bool unevaluated = false;   // a placeholder was recorded and not read since
    Tape* enclosing = nullptr;  // while open: what was recording before
    bool open = false;
    StandIns* stand_ins = nullptr;  // what is read of other tapes, if it is not they themselves
    bool is_segment = false;        // of a function that will run again: what it reads must stay
    std::uint32_t number = 0;       // graphs: for messages
    std::string name;

    // Handles from the newest on by their `older`, up to the end.
    [[nodiscard]] Handle* newest() const { return ring_.older; }
    [[nodiscard]] const Handle* end_of_handles() const { return &ring_; }
    // Whether no handle in the list has a higher slot than a newer one.
    [[nodiscard]] bool handles_are_ordered() const { return ordered_; }
    // As link(), for a slot that may be older than the newest handle's.
    void link_old(Handle& handle, Slot slot, Handle::State state, bool deferred = false) noexcept {
        if (newest() != &ring_ && slot < newest()->slot) ordered_ = false;
        link(handle, slot, state, deferred);
    }
    [[nodiscard]] bool has_owner() const { return owners_ != 0; }

    // Statements that the ambient tape may hold before its first collection,
    // and before it is worth while to start again.
    static constexpr std::size_t first_collection = std::size_t{1} << 14;
    static constexpr std::size_t first_full_collection = std::size_t{1} << 16;
    static constexpr std::size_t first_rewind = std::size_t{1} << 10;
    // Slots that it may hold before either, for arrays take many. To start again is cheap, and the
    // memory is still in the caches. Of those whose memory was given back, which are but addresses,
    // it may have more.
    static constexpr std::size_t first_slots = std::size_t{1} << 15;
    static constexpr std::size_t first_addresses = std::size_t{1} << 20;
    static constexpr std::size_t first_rewind_slots = std::size_t{1} << 12;

private:
    ~Tape();

    void make_room_slowly();
    void tidy(const Position& base);
    void forget(std::uint32_t extent);
    void forsaken();
    void end();
    Slot push_slot(double value);
    Slot new_constant(double value);
    Slot add_input(Leaf& leaf);
    std::uint32_t add_slots(std::uint32_t slots);
    [[nodiscard]] std::uint32_t find_extent(Slot slot) const;
    void drop_inputs(std::size_t from);
    void drop_externals(std::size_t from);
    [[nodiscard]] Leaf* keep_extent(Slot last) const;
    // Slots with memory.
    [[nodiscard]] std::size_t held() const { return primals.size() - given_back_; }
    void plan_full_collection();
    void slots_moved();

    // Constants by a hash of their bits: the slot last given to one.
    struct ConstantEntry {
        std::uint64_t bits = 0;
        std::uint64_t generation = 0;
        Slot slot = 0;
    };
    static constexpr std::size_t constant_entries = 64;
    // Constant arrays by a hash of where they were copied from.
    struct ConstantArray {
        const double* from = nullptr;
        std::uint64_t generation = 0;
        std::uint32_t extent = no_extent;
    };
    static constexpr std::size_t constant_arrays = 16;
    static std::uint64_t bits_of(double value) {
        std::uint64_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        return bits;
    }
    static std::size_t constant_index(std::uint64_t bits) {
        static_assert(constant_entries == 64, "six bits");
        return (bits * 0x9E3779B97F4A7C15u) >> 58;
    }

    std::size_t room_ = 0;          // statements up to which make_room has nothing to do
    std::size_t collect_at_;        // statements at which make_room collects
    std::size_t collect_held_at_;   // slots with memory at which it does
    std::size_t collect_slots_at_;  // slots at which it does
    std::size_t held_room_;         // up to which of either note_growth has nothing to do
    std::size_t slots_room_;
    std::size_t given_back_ = 0;       // slots of arrays whose memory was given back
    std::uint64_t generation_ = 1;     // constants of another generation are forgotten
    Tape* next_ending_ = nullptr;      // queue of tapes that are ending, see end()
    std::uint64_t key_ = 0;            // changes whenever slots of inputs may have moved
    std::uint64_t checked_epoch_ = 0;  // state of leaf_epoch when staleness was last looked at
    bool stale_ = false;
    Role role_;
    std::uint32_t owners_ = 0;
    friend struct Mark;
    Mark* newest_mark_ = nullptr;
    Handle ring_;  // no handle itself, but the neighbour of the newest and of the oldest
    bool ordered_ = true;
    Position tenured_;              // up to here the last collection went
    std::size_t tenured_held_ = 0;  // what it left
    Zeroed<std::uint8_t> marks_;    // of collections: all zero in between
    ConstantEntry constants_[constant_entries];
    ConstantArray arrays_[constant_arrays];
};

// The tapes that `tape` captures from, directly or not, each after those that
// it captures from itself; `tape` is the last.
std::vector<Tape*> capture_order(Tape& tape);

}  // namespace autodiffx
