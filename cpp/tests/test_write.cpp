// Writes into arrays: what is written in place and what moves, and every sweep past them.
#include <cmath>
#include <memory>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"

using namespace recording;
using namespace autodiffx;

namespace {

ArrayResult apply(Tape& tape, Op op, const ArrayOperand& operand) {
    return record_array(tape, op, &operand);
}

// y = 0; y[1:3] = x[0:2]; y[0] = y[1]; y[1:4] += y[0:3]; y[at 3, 0] = x[1:3] x[1:3]; sin(y) y[2].
// Reads after writes, what is written overlapping what is read, and elements written twice.
ArrayResult woven(Tape& tape, const Array& x) {
    Shown const y(tape, zeros(tape, {4}));
    record_write(tape, y.view({2}, {1}, 1).operand(), Seen(x.on(tape), {2}, {1}).operand());
    record_write(tape, y.view({}, {}).operand(), y.view({}, {}, 1).operand());
    Seen const upper = y.view({3}, {1}, 1), lower = y.view({3}, {1});
    ArrayOperand const terms[] = {upper.operand(), lower.operand()};
    Shown const sums(tape, record_array(tape, Op::add, terms));
    record_write(tape, y.view({3}, {1}, 1).operand(), sums.operand());
    Seen const last(x.on(tape), {2}, {1}, 1);
    Shown const squares(tape, apply(tape, Op::square, last.operand()));
    std::int64_t const places[] = {3, 0};
    record_write_at(tape, y.operand(), places, 2, squares.operand());
    Shown const sines(tape, apply(tape, Op::sin, y.operand()));
    Seen const third = y.view({}, {}, 2);
    ArrayOperand const factors[] = {sines.operand(), third.operand()};
    return record_array(tape, Op::multiply, factors);
}
template <class T>
std::vector<T> woven(const std::vector<T>& x) {
    std::vector<T> y(4, T(0.0));
    y[1] = x[0], y[2] = x[1];
    y[0] = y[1];
    std::vector<T> const sums = {y[1] + y[0], y[2] + y[1], y[3] + y[2]};
    for (std::size_t i = 0; i < 3; ++i) y[i + 1] = sums[i];
    y[3] = x[1] * x[1], y[0] = x[2] * x[2];
    std::vector<T> result;
    for (T const& each : y) result.push_back(table::sin(each) * y[2]);
    return result;
}

Elements const at = {0.3, -0.8, 1.1}, weights = {1.0, -0.5, 2.0, 0.25};
Elements const direction = {0.7, 0.2, -0.4};

// Adjoints by tangents of every direction, from the same code on numbers.
Elements slopes(const Elements& x) {
    Elements result;
    for (std::size_t j = 0; j < x.size(); ++j) {
        std::vector<dual<double>> moved;
        for (std::size_t i = 0; i < x.size(); ++i) moved.push_back({x[i], i == j ? 1.0 : 0.0});
        std::vector<dual<double>> const found = woven(moved);
        double sum = 0.0;
        for (std::size_t i = 0; i < found.size(); ++i) sum += weights[i] * found[i].tangent;
        result.push_back(sum);
    }
    return result;
}

}  // namespace

TEST(values_and_gradients_are_those_of_the_same_code_on_numbers) {
    Graph tape;
    const Array x({3}, at);
    Shown const result(tape, woven(tape, x));
    CHECK(result.elements() == woven(at));
    auto const found = gradient(tape, seed_of(result.operand(), weights));
    CHECK(close(adjoints_of(found, x), slopes(at)));
    auto const again = gradient(tape, seed_of(result.operand(), weights));
    CHECK(adjoints_of(again, x) == adjoints_of(found, x));
}

TEST(tangents_and_adjoints_agree_past_writes) {
    Graph tape;
    const Array x({3}, at);
    Shown const result(tape, woven(tape, x));
    ArrayOperand const whole = result.operand();
    auto const tangents = tangent(tape, whole.first, whole.last(), {along(x, direction)});
    double forward = 0.0, backward = 0.0;
    Elements const adjoints = adjoints_of(gradient(tape, seed_of(whole, weights)), x);
    for (std::size_t i = 0; i < 4; ++i) forward += weights[i] * tangents[i];
    for (std::size_t j = 0; j < 3; ++j) backward += adjoints[j] * direction[j];
    CHECK(std::abs(forward - backward) <= 1e-14);
}

TEST(curvature_past_writes_is_the_slope_of_the_gradient) {
    Graph tape;
    const Array x({3}, at);
    Shown const result(tape, woven(tape, x));
    auto const found =
        hessian_product(tape, seed_of(result.operand(), weights), {along(x, direction)});
    double const h = 1e-5;
    Elements up = at, down = at, wanted(3);
    for (std::size_t i = 0; i < 3; ++i) up[i] += h * direction[i], down[i] -= h * direction[i];
    Elements const above = slopes(up), below = slopes(down);
    for (std::size_t i = 0; i < 3; ++i) wanted[i] = (above[i] - below[i]) / (2 * h);
    CHECK(close(adjoints_of(found, x), wanted, 1e-8));
}

TEST(replay_goes_past_writes) {
    Graph tape;
    const Array x({3}, at);
    Shown const result(tape, woven(tape, x));
    Elements const others = {-1.2, 0.4, 0.9};
    x.set(others);
    replay(tape);
    CHECK(result.elements() == woven(others));
    auto const found = gradient(tape, seed_of(result.operand(), weights));
    CHECK(close(adjoints_of(found, x), slopes(others)));
}

TEST(what_nobody_needs_is_written_in_place) {
    Graph tape;
    const Array x({2}, {3, 4});
    Shown const y(tape, zeros(tape, {4}));
    Slot const first = y.operand().first;
    x.on(tape);
    std::size_t const slots = tape->primals.size(), extents = tape->extents.size();
    for (int i = 0; i < 3; ++i) {
        ArrayOperand const value = x.on(tape);
        std::uint32_t const written = record_write(tape, y.view({2}, {1}, i).operand(), value);
        CHECK_EQUAL(written, y.operand().extent);
    }
    CHECK_EQUAL(y.operand().first, first);
    CHECK_EQUAL(tape->primals.size(), slots);
    CHECK_EQUAL(tape->extents.size(), extents);
    CHECK(y.elements() == (Elements{3, 3, 3, 4}));
}

TEST(what_a_partial_reads_stays_and_the_array_moves) {
    Graph tape;
    const Array x({3}, {0.5, 1.0, 2.0});
    Shown const y(tape,
                  record_fill(tape, x.on(tape), x.leaf->array->shape.data(), 1, Dtype::float64));
    Shown const sines(tape, apply(tape, Op::sin, y.operand()));
    std::uint32_t const before = y.operand().extent;
    CHECK(tape->extents[before].need != Need::none);
    Shown old(tape, y.made);
    old.stays = true;
    std::uint32_t const written =
        record_write(tape, y.view({}, {}, 1).operand(), scalar(number(tape, 7.0)));
    CHECK(written != before);
    CHECK_EQUAL(y.operand().extent, written);
    CHECK_EQUAL(old.operand().extent, before);
    CHECK(y.elements() == (Elements{0.5, 7.0, 2.0}));
    CHECK(old.elements() == (Elements{0.5, 1.0, 2.0}));
    auto const found = gradient(tape, seed_of(sines.operand(), {1, 1, 1}));
    CHECK(adjoints_of(found, x) == (Elements{std::cos(0.5), std::cos(1.0), std::cos(2.0)}));
    // What was replaced passes nothing on.
    CHECK(adjoints_of(gradient(tape, seed_of(y.operand(), {1, 1, 1})), x) == (Elements{1, 0, 1}));
}

TEST(what_reads_an_assigned_array_copies_it) {
    Graph tape;
    const Array x({2}, {0.5, 1.0});
    Shown const y(tape, zeros(tape, {2}));
    record_write(tape, y.operand(), x.on(tape));
    Shown const squares(tape, apply(tape, Op::square, y.operand()));
    CHECK(tape->extents[y.operand().extent].need == Need::none);
    Slot const first = y.operand().first;
    record_write(tape, y.operand(), scalar(number(tape, 9.0)));
    CHECK_EQUAL(y.operand().first, first);
    auto const found = gradient(tape, seed_of(squares.operand(), {1, 1}));
    CHECK(adjoints_of(found, x) == (Elements{1.0, 2.0}));
}

TEST(nothing_older_than_a_mark_is_written_in_place) {
    Ambient tape;
    const Array x({2}, {0.5, 1.0});
    Shown before(tape, zeros(tape, {2}));
    record_write(tape, before.operand(), x.on(tape));
    ArrayOperand const old = before.operand();
    std::size_t const statements = tape->statements.size();
    {
        const Mark mark(tape);
        before.stays = true;
        std::uint32_t const written =
            record_write(tape, before.operand(), scalar(number(tape, 9.0)));
        CHECK(written != old.extent);
        CHECK(tape->extents[written].first >= tape->floor());
        std::size_t const extents = tape->extents.size();
        ArrayOperand moved = before.operand();
        moved.extent = written;
        moved.first = tape->extents[written].first;
        CHECK_EQUAL(record_write(tape, moved, scalar(number(tape, 8.0))), written);
        CHECK_EQUAL(tape->extents.size(), extents);
        tape->rewind(mark.position);
    }
    CHECK_EQUAL(tape->statements.size(), statements);
    CHECK(before.elements() == (Elements{0.5, 1.0}));
    CHECK(adjoints_of(gradient(tape, seed_of(before.operand(), {1, 1})), x) == (Elements{1, 1}));
    // With the mark gone it is written in place again.
    before.stays = false;
    CHECK_EQUAL(record_write(tape, before.operand(), scalar(number(tape, 9.0))), old.extent);
}

TEST(collection_keeps_the_writes_of_what_lives_alone) {
    Ambient tape;
    const Array x({2}, {0.5, 1.0});
    std::vector<std::unique_ptr<Shown>> kept;
    for (int i = 0; i < 40; ++i) {
        Shown const dead(tape, zeros(tape, {3}));
        record_write(tape, dead.view({2}, {1}).operand(), x.on(tape));
        kept.push_back(std::make_unique<Shown>(tape, zeros(tape, {3})));
        record_write(tape, kept.back()->view({2}, {1}, 1).operand(), x.on(tape));
        record_write(tape, kept.back()->view({}, {}).operand(), scalar(number(tape, i)));
    }
    CHECK_EQUAL(tape->statements.size(), 200u);
    tape->collect();
    CHECK_EQUAL(tape->statements.size(), 120u);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        Shown const& y = *kept[i];
        CHECK(y.elements() == (Elements{static_cast<double>(i), 0.5, 1.0}));
        auto const found = gradient(tape, seed_of(y.operand(), {1, 2, 3}));
        CHECK(adjoints_of(found, x) == (Elements{2, 3}));
        // It is still being assigned to, and knows it.
        std::uint32_t const extent = y.operand().extent;
        CHECK_EQUAL(record_write(tape, y.view({}, {}, 2).operand(), scalar(number(tape, -1.0))),
                    extent);
        CHECK(adjoints_of(gradient(tape, seed_of(y.operand(), {1, 2, 3})), x) == (Elements{2, 0}));
    }
}

TEST(a_young_collection_counts_every_write_into_what_is_older) {
    Ambient tape;
    const Array x({2}, {0.5, 1.0});
    Shown const y(tape, zeros(tape, {2}));
    Position const young = tape->position();
    Shown const doubled(tape, apply(tape, Op::exp, x.on(tape)));
    apply(tape, Op::log, x.on(tape));  // dropped
    record_write(tape, y.operand(), doubled.operand());
    tape->collect(young);
    CHECK_EQUAL(tape->statements.size(), 3u);
    CHECK(y.elements() == (Elements{std::exp(0.5), std::exp(1.0)}));
    CHECK(adjoints_of(gradient(tape, seed_of(y.operand(), {1, 0})), x) ==
          (Elements{std::exp(0.5), 0.0}));
}

TEST(a_write_casts_and_repeats) {
    Graph tape;
    const Array x({2, 1}, {0.1, 2.0}), flags({2}, {0, 1}, Dtype::boolean);
    Shown const single(tape, zeros(tape, {2, 3}, Dtype::float32));
    record_write(tape, single.operand(), x.on(tape));
    double const rounded = static_cast<double>(0.1f);
    CHECK(single.elements() == (Elements{rounded, rounded, rounded, 2, 2, 2}));
    auto const found = gradient(tape, seed_of(single.operand(), {1, 2, 4, 8, 16, 32}));
    CHECK(adjoints_of(found, x) == (Elements{7, 56}));
    Shown const decided(tape, zeros(tape, {2}, Dtype::boolean));
    record_write(tape, decided.operand(), Seen(x.on(tape), {2}, {1}).operand());
    CHECK(decided.elements() == (Elements{1, 1}));
    Shown const y(tape, zeros(tape, {2}));
    record_write(tape, y.operand(), flags.on(tape));
    CHECK(y.elements() == (Elements{0, 1}));
}

TEST(truth_values_that_are_assigned_to_get_no_adjoint) {
    // One of them, repeated: what lies behind it in the same slots and the next stays as it is.
    Elements const numbers = {1, 2, 3, 4, 5, 6, 7, 8};
    for (Dtype const dtype : {Dtype::float64, Dtype::float32}) {
        Graph tape;
        const Array x({8}, numbers);
        Shown const truths(tape, zeros(tape, {8}, Dtype::boolean));
        Shown const y(tape, zeros(tape, {8}));
        record_write(tape, y.operand(), x.on(tape));
        record_write(tape, truths.operand(), scalar(number(tape, 1.0)));
        Seen const repeated = truths.view({8}, {0}, 7);
        Shown const factor(tape, record_copy(tape, repeated.operand(), dtype));
        ArrayOperand const factors[] = {factor.operand(), y.operand()};
        Shown const products(tape, record_array(tape, Op::multiply, factors));
        auto const seed = seed_of(products.operand(), Elements(8, 1.0));
        CHECK(adjoints_of(gradient(tape, seed), x) == Elements(8, 1.0));
        auto const bent = hessian_product(tape, seed, {along(x, numbers)});
        CHECK(adjoints_of(bent, x) == Elements(8, 0.0));
    }
}

TEST(a_write_at_indices_takes_a_number_or_as_many_in_any_layout) {
    Graph tape;
    const Array x({2, 2}, {1, 2, 3, 4});
    Shown const y(tape, zeros(tape, {6}));
    std::int64_t const places[] = {5, 0, 3, 2};
    Seen const transposed(x.on(tape), {2, 2}, {1, 2});
    record_write_at(tape, y.operand(), places, 4, transposed.operand());
    CHECK(y.elements() == (Elements{3, 0, 4, 2, 0, 1}));
    record_write_at(tape, y.operand(), places, 2, scalar(number(tape, 9.0)));
    CHECK(y.elements() == (Elements{9, 0, 4, 2, 0, 9}));
    auto const found = gradient(tape, seed_of(y.operand(), {1, 2, 3, 4, 5, 6}));
    CHECK(adjoints_of(found, x) == (Elements{0, 4, 0, 3}));
    std::size_t const statements = tape->statements.size();
    record_write_at(tape, y.operand(), places, 0, transposed.operand());
    CHECK_EQUAL(tape->statements.size(), statements);
}

TEST(an_array_turns_round_in_itself) {
    Graph tape;
    const Array x({4}, {1, 2, 3, 4});
    Shown const y(tape, zeros(tape, {4}));
    record_write(tape, y.operand(), x.on(tape));
    record_write(tape, y.operand(), y.view({4}, {-1}, 3).operand());
    CHECK(y.elements() == (Elements{4, 3, 2, 1}));
    auto const found = gradient(tape, seed_of(y.operand(), {1, 2, 3, 4}));
    CHECK(adjoints_of(found, x) == (Elements{4, 3, 2, 1}));
}

TEST(what_does_not_fit_is_refused_before_anything_is_recorded) {
    Graph tape;
    const Array x({3}, {1, 2, 3});
    Shown const y(tape, zeros(tape, {2}));
    ArrayOperand const value = x.on(tape);
    Position const before = tape->position();
    CHECK_THROWS(shape_error, record_write(tape, y.operand(), value));
    Position const after = tape->position();
    CHECK_EQUAL(after.statements, before.statements);
    CHECK_EQUAL(after.slots, before.slots);
    CHECK_EQUAL(after.words, before.words);
    CHECK_EQUAL(after.extents, before.extents);
}

TEST(repeated_indices_are_taken_often_and_put_together) {
    Graph tape;
    const Array x({3}, {1, 2, 3});
    std::int64_t const places[] = {2, 0, 2, 2}, shape[] = {2, 2}, wide[] = {4};
    Shown const taken(tape, record_take(tape, x.on(tape), places, shape, 2));
    CHECK(taken.elements() == (Elements{3, 1, 3, 3}));
    auto const by_taking = gradient(tape, seed_of(taken.operand(), {1, 2, 4, 8}));
    CHECK(adjoints_of(by_taking, x) == (Elements{2, 0, 13}));
    Seen const transposed = taken.view({2, 2}, {1, 2});
    Shown const put(tape, record_put(tape, transposed.operand(), places, wide, 1));
    CHECK(put.elements() == (Elements{3, 0, 7, 0}));
    auto const by_putting = gradient(tape, seed_of(put.operand(), {1, 2, 4, 8}));
    CHECK(adjoints_of(by_putting, x) == (Elements{4, 0, 9}));
}

TEST(a_view_is_spread_over_zeros) {
    Graph tape;
    const Array x({2}, {5, 7});
    std::int64_t const shape[] = {2, 3}, strides[] = {-3};
    Shown const spread(tape, record_spread(tape, x.on(tape), shape, 2, 4, strides));
    CHECK(spread.elements() == (Elements{0, 7, 0, 0, 5, 0}));
    auto const found = gradient(tape, seed_of(spread.operand(), {1, 2, 3, 4, 5, 6}));
    CHECK(adjoints_of(found, x) == (Elements{5, 2}));
}

TEST(nothing_is_taken_put_and_spread) {
    Graph tape;
    const Array x({3}, {1, 2, 3}), none({0}, {});
    std::int64_t const empty[] = {0, 2}, shape[] = {2};
    Shown const taken(tape, record_take(tape, x.on(tape), nullptr, empty, 2));
    CHECK_EQUAL(taken.made.ndim, 2);
    CHECK(taken.elements().empty());
    Shown const put(tape, record_put(tape, none.on(tape), nullptr, shape, 1));
    CHECK(put.elements() == (Elements{0, 0}));
    auto const found = gradient(tape, seed_of(put.operand(), {1, 1}));
    CHECK(adjoints_of(found, none).empty());
}
