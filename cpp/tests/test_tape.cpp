// Recording, sweeping, replaying, rewinding: what holds for every tape.
#include <cmath>
#include <cstring>
#include <string>

#include "check.hpp"
#include "recording.hpp"

using namespace recording;
using autodiffx::gradient;
using autodiffx::record;
using autodiffx::Relation;

namespace {

double wave_at(double x, double y) { return std::sin(x * y) + x / y; }
double wave_by_x(double x, double y) { return 1.0 / y + std::cos(x * y) * y; }
double wave_by_y(double x, double y) { return -(x / y) / y + std::cos(x * y) * x; }

bool same_recording(const Tape& one, const Tape& other) {
    const auto same = [](const auto& a, const auto& b) {
        return a.size() == b.size() &&
               (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(a[0])) == 0);
    };
    return same(one.statements, other.statements) && same(one.primals, other.primals) &&
           same(one.pairs, other.pairs) && one.inputs.size() == other.inputs.size();
}

}  // namespace

TEST(values_and_gradients_are_exact) {
    Ambient tape;
    const Variable x(0.7), y(-1.3);
    const Held f(tape, wave(tape, x.on(tape), y.on(tape)));
    CHECK_EQUAL(f.primal(), wave_at(0.7, -1.3));
    const auto found = gradient(tape, {f.slot, 1.0});
    CHECK_EQUAL(adjoint_of(found, x), wave_by_x(0.7, -1.3));
    CHECK_EQUAL(adjoint_of(found, y), wave_by_y(0.7, -1.3));
}

TEST(a_second_sweep_gives_the_same) {
    Ambient tape;
    const Variable x(0.7), y(-1.3);
    const Held f(tape, wave(tape, x.on(tape), y.on(tape)));
    const Held g(tape, record<Op::exp>(tape, f.operand()));
    const double first = adjoint_of(gradient(tape, {f.slot, 1.0}), x);
    gradient(tape, {g.slot, 1.0});  // leaves other adjoints behind
    CHECK_EQUAL(adjoint_of(gradient(tape, {f.slot, 1.0}), x), first);
    CHECK_EQUAL(adjoint_of(gradient(tape, {f.slot, 2.0}), x), 2.0 * first);
}

TEST(a_zero_derivative_is_reported_and_a_stranger_is_not) {
    Ambient tape;
    const Variable x(0.7), stranger(5.0);
    const Held other(tape, record<Op::exp>(tape, stranger.on(tape)));
    const Held f(tape, record<Op::floor>(tape, x.on(tape)));
    const auto found = gradient(tape, {f.slot, 1.0});
    CHECK(names(found, x));
    CHECK_EQUAL(adjoint_of(found, x), 0.0);
    CHECK(!names(found, stranger));
}

TEST(zero_times_an_infinite_partial_is_zero) {
    Ambient tape;
    const Variable x(0.0);
    const Held root(tape, record<Op::sqrt>(tape, x.on(tape)));
    const Held f(tape, record<Op::multiply>(tape, root.operand(), number(tape, 0.0)));
    CHECK_EQUAL(adjoint_of(gradient(tape, {f.slot, 1.0}), x), 0.0);
}

TEST(stored_gradients_are_set_or_added) {
    Ambient tape;
    const Variable x(3.0);
    const Held f(tape, record<Op::multiply>(tape, x.on(tape), x.on(tape)));
    const auto found = gradient(tape, {f.slot, 1.0});
    autodiffx::store_gradient(found, false);
    autodiffx::store_gradient(found, false);
    CHECK_EQUAL(x.leaf->grad, 6.0);
    autodiffx::store_gradient(found, true);
    CHECK_EQUAL(x.leaf->grad, 12.0);
}

TEST(a_sweep_stays_above_the_oldest_ancestor) {
    Ambient tape;
    const Variable x(0.5);
    Operand unrelated = x.on(tape);
    for (int i = 0; i < 10000; ++i) unrelated = record<Op::sin>(tape, unrelated);
    const Held far(tape, unrelated);
    const std::size_t before = tape->primals.size();
    const Held f(tape, record<Op::exp>(tape, record<Op::negative>(tape, x.on(tape))));
    CHECK_EQUAL(adjoint_of(gradient(tape, {f.slot, 1.0}), x), -std::exp(-0.5));
    CHECK(tape->adjoints.low >= before);
}

TEST(rewinding_equals_never_having_recorded) {
    const Variable x(0.7), y(-1.3), passing(2.0);
    Graph one, other;
    wave(one, x.on(one), y.on(one));
    wave(other, x.on(other), y.on(other));

    const autodiffx::Position before = one->position();
    const Operand selected =
        record<Op::where>(one, number(one, 1.0), passing.on(one), number(one, 4.25));
    record<Op::multiply>(one, selected, number(one, 8.5));
    autodiffx::record_guard(one, Relation::less, selected, number(one, 9.0), true);
    one->rewind(before);
    CHECK(same_recording(one, other));
    CHECK(one->guards.empty());

    // What comes next is recorded alike, constants and inputs included.
    for (Tape* tape : {one.tape, other.tape}) {
        const Operand scaled = record<Op::multiply>(*tape, passing.on(*tape), number(*tape, 8.5));
        wave(*tape, scaled, x.on(*tape));
    }
    CHECK(same_recording(one, other));
}

TEST(replay_gives_the_bits_of_a_recording) {
    const Variable x(0.7), y(-1.3);
    Graph graph;
    const Held f(graph, wave(graph, x.on(graph), y.on(graph)));
    x.leaf->set(2.5);
    y.leaf->set(0.3);
    autodiffx::replay(graph);
    CHECK_EQUAL(f.primal(), wave_at(2.5, 0.3));
    CHECK_EQUAL(adjoint_of(gradient(graph, {f.slot, 1.0}), y), wave_by_y(2.5, 0.3));
    // A gradient replays by itself what has been set since.
    x.leaf->set(-0.2);
    CHECK_EQUAL(adjoint_of(gradient(graph, {f.slot, 1.0}), x), wave_by_x(-0.2, 0.3));
}

TEST(a_changed_decision_is_found_and_the_graph_survives_it) {
    const Variable x(1.0);
    Graph graph;
    const Operand two = number(graph, 2.0);
    const std::size_t guard =
        autodiffx::record_guard(graph, Relation::less, x.on(graph), two, true);
    const Held f(graph, record<Op::square>(graph, x.on(graph)));
    x.leaf->set(3.0);
    bool found = false;
    try {
        autodiffx::replay(graph);
    } catch (const autodiffx::control_flow_changed& change) {
        found = true;
        CHECK_EQUAL(change.guard, guard);
        CHECK_EQUAL(change.left, 3.0);
        CHECK_EQUAL(change.right, 2.0);
    }
    CHECK(found);
    x.leaf->set(1.5);
    autodiffx::replay(graph);
    CHECK_EQUAL(f.primal(), 2.25);
}

TEST(an_ambient_tape_refuses_a_stale_gradient) {
    Ambient tape;
    const Variable x(0.7), y(-1.3);
    const Held f(tape, wave(tape, x.on(tape), y.on(tape)));
    y.leaf->set(2.0);
    CHECK_THROWS(autodiffx::stale_error, gradient(tape, {f.slot, 1.0}));
    CHECK_EQUAL(f.primal(), wave_at(0.7, -1.3));
    // What is computed anew uses the new value.
    const Held g(tape, wave(tape, x.on(tape), y.on(tape)));
    CHECK_EQUAL(adjoint_of(gradient(tape, {g.slot, 1.0}), y), wave_by_y(0.7, 2.0));
}

TEST(a_placeholder_waits_for_its_value) {
    const Variable x;
    Graph graph;
    const Held f(graph, record<Op::exp>(graph, x.on(graph)));
    CHECK(f.deferred);
    CHECK_THROWS(autodiffx::missing_value, autodiffx::replay(graph));
    CHECK_THROWS(autodiffx::missing_value, gradient(graph, {f.slot, 1.0}));
    x.leaf->set(2.0);
    autodiffx::replay(graph);
    CHECK_EQUAL(f.primal(), std::exp(2.0));
}

TEST(a_captured_value_leads_into_the_enclosing_tape) {
    const Variable x(0.7), y(-1.3);
    Ambient outer;
    const Held inside(outer, record<Op::exp>(outer, x.on(outer)));
    Graph graph;
    const Operand captured{graph->capture(outer, inside), Kind::leaf, false};
    const Held f(graph, wave(graph, captured, y.on(graph)));
    const double u = std::exp(0.7);
    const auto found = gradient(graph, {f.slot, 1.0});
    CHECK_EQUAL(adjoint_of(found, y), wave_by_y(u, -1.3));
    CHECK_EQUAL(adjoint_of(found, x), wave_by_x(u, -1.3) * u);
}

TEST(a_cleared_tape_leaves_values_behind) {
    const Variable x(0.7), y(-1.3);
    Graph graph;
    const Held f(graph, wave(graph, x.on(graph), y.on(graph)));
    graph->clear();
    CHECK(f.state == Handle::State::detached);
    CHECK_EQUAL(f.primal(), wave_at(0.7, -1.3));
    CHECK(graph->statements.empty());
    CHECK(graph->inputs.empty());
    const Held again(graph, wave(graph, x.on(graph), y.on(graph)));
    CHECK_EQUAL(adjoint_of(gradient(graph, {again.slot, 1.0}), x), wave_by_x(0.7, -1.3));
}

TEST(a_tape_lives_as_long_as_a_handle) {
    const Variable x(0.7), y(-1.3);
    auto graph = std::make_unique<Graph>();
    const Held f(*graph, wave(*graph, x.on(*graph), y.on(*graph)));
    graph.reset();
    CHECK_EQUAL(f.primal(), wave_at(0.7, -1.3));
    CHECK_EQUAL(adjoint_of(gradient(*f.tape, {f.slot, 1.0}), x), wave_by_x(0.7, -1.3));
}

TEST(both_directions_agree) {
    const Variable x(0.7), y(-1.3);
    Graph graph;
    const Held f(graph, wave(graph, x.on(graph), y.on(graph)));
    const double forwards =
        autodiffx::tangent(graph, f.slot, f.slot, {{x.leaf, 0.25}, {y.leaf, -2.0}})[0];
    const auto found = gradient(graph, {f.slot, 1.0});
    const double backwards = 0.25 * adjoint_of(found, x) - 2.0 * adjoint_of(found, y);
    CHECK(std::abs(forwards - backwards) <= 4e-16 * std::abs(backwards));
}

TEST(hessian_products_of_a_polynomial_are_exact) {
    // f = x² y: Hessian [[2 y, 2 x], [2 x, 0]].
    const Variable x(3.0), y(-5.0);
    Graph graph;
    const Operand squared = record<Op::square>(graph, x.on(graph));
    const Held f(graph, record<Op::multiply>(graph, squared, y.on(graph)));
    const auto found =
        autodiffx::hessian_product(graph, {f.slot, 1.0}, {{x.leaf, 1.0}, {y.leaf, 2.0}});
    CHECK_EQUAL(adjoint_of(found, x), 2.0 * -5.0 + 2.0 * 3.0 * 2.0);
    CHECK_EQUAL(adjoint_of(found, y), 2.0 * 3.0);
}

TEST(a_million_links_need_no_recursion) {
    Ambient tape;
    const Variable x(1.0);
    Operand link = x.on(tape);
    for (int i = 0; i < 1000000; ++i) link = record<Op::negative>(tape, link);
    const Held end(tape, link);
    CHECK_EQUAL(adjoint_of(gradient(tape, {end.slot, 1.0}), x), 1.0);
}
