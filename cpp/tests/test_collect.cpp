// Collection on the ambient tape: what nobody holds goes, what is held keeps its meaning.
#include <cmath>
#include <memory>
#include <vector>

#include "check.hpp"
#include "recording.hpp"

using namespace recording;
using autodiffx::gradient;
using autodiffx::record;

TEST(a_loop_that_keeps_nothing_stays_small) {
    Ambient tape;
    const Variable x(0.5);
    std::size_t largest = 0;
    for (int step = 0; step < 200000; ++step) {
        tape->make_room();
        const Held loss(tape, record<Op::square>(tape, x.on(tape)));
        largest = std::max(largest, tape->statements.size());
    }
    CHECK(largest <= Tape::first_collection);
    CHECK(tape->primals.size() <= 2 * Tape::first_collection);
}

TEST(values_and_gradients_survive_collection) {
    Ambient tape;
    const Variable x(0.7), y(-1.3);
    std::vector<std::unique_ptr<Held>> kept;
    for (int i = 0; i < 100; ++i) {
        wave(tape, x.on(tape), number(tape, i + 1.5));  // dropped at once
        const Operand scaled = record<Op::multiply>(tape, x.on(tape), number(tape, i + 0.25));
        const Operand chosen = record<Op::where>(tape, number(tape, i % 2), scaled, y.on(tape));
        kept.push_back(std::make_unique<Held>(tape, record<Op::exp>(tape, chosen)));
    }
    std::vector<double> primals, by_x, by_y;
    for (const auto& held : kept) {
        primals.push_back(held->primal());
        const auto found = gradient(tape, {held->slot, 1.0});
        by_x.push_back(adjoint_of(found, x));
        by_y.push_back(adjoint_of(found, y));
    }
    const std::size_t before = tape->statements.size();
    tape->collect();
    CHECK_EQUAL(tape->statements.size(), 300u);
    CHECK_EQUAL(before, 700u);
    CHECK_EQUAL(tape->pairs.size(), 100u);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        CHECK_EQUAL(kept[i]->primal(), primals[i]);
        const auto found = gradient(tape, {kept[i]->slot, 1.0});
        CHECK_EQUAL(adjoint_of(found, x), by_x[i]);
        CHECK_EQUAL(adjoint_of(found, y), by_y[i]);
    }
    // Recording goes on where it was, with leaves and constants found again.
    const Held more(tape, record<Op::add>(tape, kept[7]->operand(), x.on(tape)));
    CHECK_EQUAL(more.primal(), primals[7] + 0.7);
    CHECK_EQUAL(adjoint_of(gradient(tape, {more.slot, 1.0}), x), by_x[7] + 1.0);
}

TEST(a_collected_leaf_is_let_go) {
    Ambient tape;
    const Variable x(0.7);
    {
        const Held passing(tape, record<Op::exp>(tape, x.on(tape)));
        CHECK_EQUAL(x.leaf->references, 2u);
    }
    tape->collect();
    CHECK_EQUAL(x.leaf->references, 1u);
    CHECK(tape->inputs.empty());
    CHECK(tape->statements.empty());
}

TEST(a_position_moves_with_what_is_before_it) {
    Ambient tape;
    const Variable x(0.7);
    record<Op::exp>(tape, x.on(tape));  // dropped
    const Held before(tape, record<Op::sin>(tape, x.on(tape)));
    {
        const autodiffx::Mark mark(tape);
        record<Op::cos>(tape, before.operand());  // dropped
        const Operand after = record<Op::tan>(tape, before.operand());
        {
            const Held held(tape, after);
            tape->collect();
            CHECK_EQUAL(tape->statements.size(), 2u);
            CHECK_EQUAL(held.primal(), std::tan(std::sin(0.7)));
        }
        CHECK_EQUAL(mark.position.statements, 1u);
        tape->rewind(mark.position);
    }
    CHECK_EQUAL(tape->statements.size(), 1u);
    CHECK_EQUAL(adjoint_of(gradient(tape, {before.slot, 1.0}), x), std::cos(0.7));
}

TEST(graphs_keep_everything) {
    Graph graph;
    const Variable x(0.7);
    for (std::size_t i = 0; i < 2 * Tape::first_collection; ++i) {
        graph->make_room();
        record<Op::exp>(graph, x.on(graph));
    }
    graph->collect();
    CHECK_EQUAL(graph->statements.size(), 2 * Tape::first_collection);
}
