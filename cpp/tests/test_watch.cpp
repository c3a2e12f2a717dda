// Whoever looks on is told of every operation and of every statement of a sweep.
#include <vector>

#include "check.hpp"
#include "recording.hpp"

using namespace recording;
using autodiffx::Adjoints;
using autodiffx::gradient;
using autodiffx::record;
using autodiffx::Statement;

namespace {

std::size_t told = 0;
bool tell(Tape&) {
    ++told;
    return true;
}

struct Watching {
    Watching() {
        told = 0;
        autodiffx::recording_watch = tell;
    }
    ~Watching() { autodiffx::recording_watch = nullptr; }
};

struct Counting final : autodiffx::SweepWatch {
    std::vector<Op> seen;
    Counting() { autodiffx::sweep_watch = this; }
    ~Counting() { autodiffx::sweep_watch = nullptr; }
    bool wants_to() override { return true; }
    void saw(Tape&, Adjoints<double>&, const Statement& statement) override {
        seen.push_back(statement.op);
    }
    void saw(Tape&, const autodiffx::Arena<double>&, const Statement& statement) override {
        seen.push_back(statement.op);
    }
};

}  // namespace

TEST(a_watch_is_told_of_every_operation) {
    Ambient tape;
    const Variable x(0.5);
    tape->make_room();
    const Held first(tape, record<Op::square>(tape, x.on(tape)));
    CHECK(tape->has_room());
    {
        const Watching watching;
        tape->look_closer();
        for (int i = 0; i < 10; ++i) {
            CHECK(!tape->has_room());
            tape->make_room();
            record<Op::sin>(tape, first.operand());
        }
        CHECK(told == 10);
    }
    tape->make_room();
    CHECK(tape->has_room());
    CHECK(told == 10);
}

TEST(nothing_moves_while_somebody_watches) {
    Ambient tape;
    const Variable x(0.5);
    tape->make_room();
    record<Op::square>(tape, x.on(tape));
    const Held last(tape, record<Op::sin>(tape, x.on(tape)));
    const Slot slot = last.slot;
    const Watching watching;
    tape->look_closer();
    for (std::size_t i = 0; i < 2 * Tape::first_collection; ++i) {
        tape->make_room();
        record<Op::sin>(tape, last.operand());
    }
    CHECK(last.slot == slot);
}

TEST(a_watched_sweep_is_seen_statement_by_statement) {
    Ambient tape;
    const Variable x(0.5);
    tape->make_room();
    const Operand squared = record<Op::square>(tape, x.on(tape));
    const Held result(tape, record<Op::sin>(tape, squared));
    const double expected = adjoint_of(gradient(tape, {result.slot, 1.0}), x);
    Counting counting;
    CHECK(adjoint_of(gradient(tape, {result.slot, 1.0}), x) == expected);
    CHECK((counting.seen == std::vector<Op>{Op::sin, Op::square}));
}

TEST(a_watched_forward_sweep_is_seen_statement_by_statement) {
    Ambient tape;
    const Variable x(0.5);
    tape->make_room();
    const Operand squared = record<Op::square>(tape, x.on(tape));
    const Held result(tape, record<Op::sin>(tape, squared));
    autodiffx::Arena<double> tangents;
    tangents.extend_zeroed(tape->primals.size());
    Counting counting;
    autodiffx::forward_sweep(tape, tangents, 0);
    CHECK((counting.seen == std::vector<Op>{Op::square, Op::sin}));
}
