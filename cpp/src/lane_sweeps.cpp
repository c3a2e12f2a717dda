// Sweeps of several lanes over the statements of a tape.
#include <algorithm>
#include <cstring>

#include "autodiffx/external.hpp"
#include "autodiffx/lanes.hpp"
#include "autodiffx/partials.hpp"
#include "autodiffx/sweep.hpp"

namespace autodiffx {

namespace {

constexpr std::size_t poll_interval = std::size_t{1} << 16;

void poll(std::size_t i) {
    if (i % poll_interval == poll_interval - 1 && sweep_poll != nullptr) sweep_poll();
}

struct Operands {
    Slot slots[3];
    double values[3];
    int arity;

    Operands(const Tape& tape, const Statement& s) : arity(tape.operands(s, slots)) {
        for (int k = 0; k < arity; ++k) values[k] = tape.primals[slots[k]];
    }
};

// One lane's slots put together, for the statements that are swept lane by lane.
class OneLane {
public:
    OneLane(const Tape& tape, Lanes& lanes) : tape_(tape), lanes_(lanes) {}

    [[nodiscard]] Places<double> places() { return {slots().data()}; }
    void put(const ArrayPart& part, std::size_t lane) {
        const double* const from = lanes_.at(part) + lane;
        double* const to = slots().data() + part.first;
        // Bytes, for there may be two numbers of another dtype in a slot.
        for (std::size_t i = 0; i < part.slots; ++i)
            std::memcpy(to + i, from + i * Lanes::count, sizeof(double));
    }
    void take(const ArrayPart& part, std::size_t lane) {
        double* const to = lanes_.at(part) + lane;
        const double* const from = slots().data() + part.first;
        for (std::size_t i = 0; i < part.slots; ++i)
            std::memcpy(to + i * Lanes::count, from + i, sizeof(double));
    }
    // Of what has no lanes.
    void clear(const ArrayPart& part) { std::fill_n(slots().data() + part.first, part.slots, 0.0); }

private:
    std::vector<double>& slots() {
        if (slots_.empty()) slots_.resize(tape_.primals.size());
        return slots_;
    }
    const Tape& tape_;
    Lanes& lanes_;
    std::vector<double> slots_;
};

void push_one_by_one(const Tape& tape, const Statement& s, Lanes& tangents, OneLane& one) {
    ArrayRecord const record(tape, s);
    ArrayPart const result = record.result();
    bool const writes = s.op == Op::write;
    for (std::size_t lane = 0; lane < Lanes::count; ++lane) {
        for (int k = 0; k < record.arity(); ++k) {
            ArrayPart const part = record.operand(k);
            if (tangents.hold(part.kind, part.first)) one.put(part, lane);
            else if (is_active(part.kind)) one.clear(part);
        }
        if (writes) one.put(result, lane);
        if (External* const external = external_of(tape, s))
            external->tangent(ExternalRecord(tape, s), tape.places(), one.places());
        else push_forward(record, tape.places(), one.places());
        one.take(result, lane);
    }
    tangents.fill(result);
}

void pull_one_by_one(const Tape& tape, const Statement& s, Lanes& adjoints, OneLane& one) {
    ArrayRecord const record(tape, s);
    ArrayPart const result = record.result();
    for (std::size_t lane = 0; lane < Lanes::count; ++lane) {
        for (int k = 0; k < record.arity(); ++k) {
            ArrayPart const part = record.operand(k);
            if (adjoints.hold(part.kind, part.first)) one.put(part, lane);
            else if (is_active(part.kind)) one.clear(part);
        }
        one.put(result, lane);
        AdjointPlaces<double> const at{tape.places(), {nullptr}, one.places()};
        if (External* const external = external_of(tape, s))
            external->reverse(ExternalRecord(tape, s), at);
        else pull_back(record, at);
        for (int k = 0; k < record.arity(); ++k) {
            ArrayPart const part = record.operand(k);
            if (adjoints.hold(part.kind, part.first)) one.take(part, lane);
        }
        one.take(result, lane);
    }
    for (int k = 0; k < record.arity(); ++k) {
        ArrayPart const part = record.operand(k);
        if (adjoints.hold(part.kind, part.first)) adjoints.fill(part);
    }
}

bool push(const Tape& tape, const Statement& s, Lanes& tangents) {
    if (External* const external = external_of(tape, s))
        return external->push_lanes(ExternalRecord(tape, s), tangents);
    return push_lanes(ArrayRecord(tape, s), tape.places(), tangents);
}

bool pull(const Tape& tape, const Statement& s, Lanes& adjoints) {
    if (External* const external = external_of(tape, s))
        return external->pull_lanes(ExternalRecord(tape, s), adjoints);
    return pull_lanes(ArrayRecord(tape, s), tape.places(), adjoints);
}

// What a reverse sweep has come by: of an array as a whole its last slot, or elements of it.
class Marks {
public:
    explicit Marks(const Lanes& lanes) : base_(lanes.base()), marks_(lanes.slots(), 0) {}
    void mark(Slot slot) { marks_[slot - base_] |= as_number; }
    void mark(const ArrayPart& part) {
        marks_[part.last() - base_] |= part.extent == no_extent ? as_number : as_array;
    }
    [[nodiscard]] bool has(Slot slot) const { return marks_[slot - base_] != 0; }
    [[nodiscard]] bool has_array(const ArrayPart& part) const {
        return (marks_[part.last() - base_] & as_array) != 0;
    }
    [[nodiscard]] bool has_element(const ArrayPart& part) const {
        const std::uint8_t* const first = marks_.data() + (part.first - base_);
        return (first[part.slots - 1] & as_number) != 0 ||
               std::memchr(first, as_number, part.slots) != nullptr;
    }

private:
    static constexpr std::uint8_t as_number = 1, as_array = 2;
    Slot base_;
    std::vector<std::uint8_t> marks_;
};

}  // namespace

void forward_sweep(Tape& tape, Lanes& tangents, const Path& path) {
    tape.restore_all();
    OneLane one(tape, tangents);
    for (std::size_t i = 0; i < path.statements.size(); ++i) {
        poll(i);
        Statement const s = tape.statements[path.statements[i]];
        // What is written leaves no tangent of what was there, even if it is passive.
        if ((s.flags & Statement::passive_bit) != 0 && s.op != Op::write) continue;
        if (s.is_array()) {
            if (scale_lanes(tape, s, path, tangents)) continue;
            tangents.end_scaling(ArrayRecord(tape, s).result().extent);
            if (!push(tape, s, tangents)) push_one_by_one(tape, s, tangents, one);
            continue;
        }
        Operands const operands(tape, s);
        Partials const& row = partials_of(s.op);
        double* const to = tangents.at(s.result);
        bool adds = false;
        for (int k = 0; k < operands.arity; ++k) {
            if (!tangents.hold(s.kind(k), operands.slots[k])) continue;
            double const partial = row.numbers[k](operands.values, tape.primals[s.result]);
            chain_lanes({to, 1, tangents.at(operands.slots[k]), 1, &partial, 0, 1}, adds);
            adds = true;
        }
        if (!adds) std::fill_n(to, Lanes::count, 0.0);
    }
}

void reverse_sweep(Tape& tape, Lanes& adjoints, const ArrayPart& seeded, std::size_t stop) {
    Sweeping const sweeping(tape);
    tape.restore_all();
    OneLane one(tape, adjoints);
    Marks marks(adjoints);
    marks.mark(seeded);
    for (std::size_t i = tape.statements.size(); i-- > stop;) {
        poll(i);
        Statement const s = tape.statements[i];
        if (s.op == Op::guard) continue;
        bool const passive = (s.flags & Statement::passive_bit) != 0;
        if (s.is_array()) {
            ArrayRecord const record(tape, s);
            if (passive && s.op != Op::write) continue;
            ArrayPart const result = record.result();
            bool const by_element = tape.has_elements && marks.has_element(result);
            if (!by_element && !marks.has_array(result)) continue;
            if (by_element) adjoints.fill(result);
            for (int k = 0; k < record.arity(); ++k) {
                ArrayPart const part = record.operand(k);
                if (adjoints.hold(part.kind, part.first)) marks.mark(part);
            }
            if (!pull(tape, s, adjoints)) pull_one_by_one(tape, s, adjoints, one);
            if (s.op != Op::write) adjoints.clear(result);
            continue;
        }
        if (passive || !marks.has(s.result)) continue;
        Operands const operands(tape, s);
        Partials const& row = partials_of(s.op);
        double* const from = adjoints.at(s.result);
        for (int k = 0; k < operands.arity; ++k) {
            if (!adjoints.hold(s.kind(k), operands.slots[k])) continue;
            double const partial = row.numbers[k](operands.values, tape.primals[s.result]);
            chain_lanes({adjoints.at(operands.slots[k]), 1, from, 1, &partial, 0, 1}, true);
            marks.mark(operands.slots[k]);
        }
        std::fill_n(from, Lanes::count, 0.0);
    }
}

}  // namespace autodiffx
