// Sweeps of several lanes over the statements of a tape.
#include <algorithm>
#include <cstring>
#include <utility>

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
        const double* const from = lanes_.at(part.first) + lane;
        double* const to = slots().data() + part.first;
        // Bytes, for there may be two numbers of another dtype in a slot.
        for (std::size_t i = 0; i < part.slots; ++i)
            std::memcpy(to + i, from + i * Lanes::count, sizeof(double));
    }
    void take(const ArrayPart& part, std::size_t lane) {
        double* const to = lanes_.at(part.first) + lane;
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
}

// What a reverse sweep has come by, slot by slot; of an array as a whole its last one.
class Marks {
public:
    explicit Marks(const Lanes& lanes) : base_(lanes.base), marked_(lanes.slots, 0) {}
    void mark(Slot slot) { marked_[slot - base_] = 1; }
    [[nodiscard]] bool has(Slot slot) const { return marked_[slot - base_] != 0; }
    [[nodiscard]] bool has_any(const ArrayPart& part) const {
        return has(part.last()) ||
               std::memchr(marked_.data() + (part.first - base_), 1, part.slots) != nullptr;
    }

private:
    Slot base_;
    std::vector<std::uint8_t> marked_;
};

}  // namespace

void forward_sweep(Tape& tape, Lanes& tangents, std::size_t from) {
    tape.restore_all();
    OneLane one(tape, tangents);
    for (std::size_t i = from; i < tape.statements.size(); ++i) {
        poll(i);
        Statement const s = tape.statements[i];
        if (s.op == Op::guard) continue;
        // What is written leaves no tangent of what was there, even if it is passive.
        if ((s.flags & Statement::passive_bit) != 0 && s.op != Op::write) continue;
        if (s.is_array()) {
            if (!push_lanes(ArrayRecord(tape, s), std::as_const(tape).places(), tangents))
                push_one_by_one(tape, s, tangents, one);
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

void reverse_sweep(Tape& tape, Lanes& adjoints, const std::vector<Slot>& seeds, std::size_t stop) {
    Sweeping const sweeping(tape);
    tape.restore_all();
    OneLane one(tape, adjoints);
    Marks marks(adjoints);
    for (Slot const seed : seeds) marks.mark(seed);
    for (std::size_t i = tape.statements.size(); i-- > stop;) {
        poll(i);
        Statement const s = tape.statements[i];
        if (s.op == Op::guard) continue;
        bool const passive = (s.flags & Statement::passive_bit) != 0;
        if (s.is_array()) {
            ArrayRecord const record(tape, s);
            if ((passive && s.op != Op::write) || !marks.has_any(record.result())) continue;
            for (int k = 0; k < record.arity(); ++k) {
                ArrayPart const part = record.operand(k);
                if (adjoints.hold(part.kind, part.first)) marks.mark(part.last());
            }
            if (!pull_lanes(record, std::as_const(tape).places(), adjoints))
                pull_one_by_one(tape, s, adjoints, one);
            continue;
        }
        if (passive || !marks.has(s.result)) continue;
        Operands const operands(tape, s);
        Partials const& row = partials_of(s.op);
        const double* const from = adjoints.at(s.result);
        for (int k = 0; k < operands.arity; ++k) {
            if (!adjoints.hold(s.kind(k), operands.slots[k])) continue;
            double const partial = row.numbers[k](operands.values, tape.primals[s.result]);
            chain_lanes({adjoints.at(operands.slots[k]), 1, from, 1, &partial, 0, 1}, true);
            marks.mark(operands.slots[k]);
        }
    }
}

}  // namespace autodiffx
