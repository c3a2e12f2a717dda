// Arrays apart from the slots: who shares their memory, what is settled, and what is given back as
// nobody can ask for it.
#include <cmath>
#include <memory>
#include <vector>

#include "apart.hpp"
#include "check.hpp"

using namespace recording;
using namespace autodiffx;

TEST(settling_moves_numbers_into_the_slots) {
    Graph tape;
    Elements const at = counted(0.1, 0.01), direction = counted(1.0, -0.02);
    const Array x({length}, at);
    Shown const sines(tape, apply(tape, Op::sin, x.on(tape)));
    Shown const squares(tape, apply(tape, Op::square, sines.operand()));
    auto const seed = seed_of(squares.operand(), counted(-1.0, 0.03));
    Elements const by_x = adjoints_of(gradient(tape, seed), x);
    Elements const product = adjoints_of(hessian_product(tape, seed, {along(x, direction)}), x);
    std::uint32_t const extent = sines.operand().extent;
    CHECK(tape->apart[extent] != nullptr);
    Elements const before = sines.elements();
    Since const since;

    Operand const third = slot_of(tape, sines.operand(), 3);
    CHECK(tape->apart[extent] == nullptr);
    CHECK_EQUAL(Memory::in_use(), since.begun - one);
    CHECK(sines.elements() == before);
    CHECK_EQUAL(tape->primals[third.slot], std::sin(at[3]));
    tape->settle(extent);  // once is enough
    CHECK(sines.elements() == before);

    // Later sweeps agree, through the element too.
    CHECK(adjoints_of(gradient(tape, seed), x) == by_x);
    CHECK(adjoints_of(hessian_product(tape, seed, {along(x, direction)}), x) == product);
    Operand const cube = record<Op::multiply>(tape, record<Op::square>(tape, third), third);
    Elements wanted(length);
    wanted[3] = 3.0 * std::sin(at[3]) * std::sin(at[3]) * std::cos(at[3]);
    CHECK(close(adjoints_of(gradient(tape, {cube.slot, 1.0}), x), wanted));
    CHECK(std::abs(tangent(tape, cube.slot, cube.slot, {along(x, direction)})[0] -
                   wanted[3] * direction[3]) < 1e-15);
    x.set(counted(-0.5, 0.01));
    replay(tape);
    CHECK_EQUAL(sines.elements()[3], std::sin(-0.5 + 0.03));
}

TEST(nothing_is_settled_under_a_sweep) {
    Graph tape;
    const Array x({length}, ones);
    Shown const sines(tape, apply(tape, Op::sin, x.on(tape)));
    tape->sweeping = true;
    CHECK_THROWS(graph_error, tape->settle(sines.operand().extent));
    tape->sweeping = false;
    CHECK(tape->apart[sines.operand().extent] != nullptr);
    CHECK_EQUAL(sines.elements()[0], std::sin(1.0));
}

TEST(what_nothing_needs_is_given_back_with_its_last_handle) {
    Ambient tape;
    Elements const at = counted(0.1, 0.01), direction = counted(1.0, -0.02);
    const Array x({length}, at);
    ArrayOperand const leaf = x.on(tape);
    Position const base = tape->position();
    Shown const copy(tape, record_copy(tape, leaf, Dtype::float64, ArrayOp::copy));
    std::size_t const stop = tape->statements.size();
    auto sum = std::make_unique<Shown>(tape, apply(tape, Op::add, copy.operand(), copy.operand()));
    auto shifted = std::make_unique<Shown>(
        tape, apply(tape, Op::subtract, sum->operand(), scalar(number(tape, 1.0))));
    Shown const sines(tape, apply(tape, Op::sin, shifted->operand()));
    ArrayOperand unneeded = sum->operand();
    ArrayOperand const needed = shifted->operand();
    unneeded.shape = sines.made.shape;  // which outlives it
    unneeded.strides = sines.strides;
    auto again = std::make_unique<Shown>(tape, sum->made);
    Since const since;
    again.reset();
    CHECK(!tape->extents[unneeded.extent].forgotten);
    sum.reset();
    CHECK(tape->extents[unneeded.extent].forgotten);
    CHECK(tape->apart[unneeded.extent] == nullptr);
    CHECK_EQUAL(Memory::in_use(), since.begun - one);
    // The cosine needs it.
    shifted.reset();
    CHECK(!tape->extents[needed.extent].forgotten);
    CHECK(tape->apart[needed.extent] != nullptr);
    CHECK_EQUAL(Memory::in_use(), since.begun - one);
    CHECK_THROWS(autodiffx::missing_value, apply(tape, Op::sin, unneeded));

    // Every sweep still works.
    Elements const slopes = each_of(at, [](double a) { return 2.0 * std::cos(2.0 * a - 1.0); });
    Elements bends = each_of(at, [](double a) { return -4.0 * std::sin(2.0 * a - 1.0); });
    Elements moved = slopes;
    for (std::size_t i = 0; i < bends.size(); ++i)
        bends[i] *= direction[i], moved[i] *= direction[i];
    auto const seed = seed_of(sines.operand(), ones);
    CHECK(close(adjoints_of(gradient(tape, seed), x), slopes));
    auto const along_x = along(x, direction);
    auto const tangents = tangent(tape, seed.slot, seed.last(), {along_x});
    CHECK(close({tangents.begin(), tangents.end()}, moved));
    CHECK(close(adjoints_of(hessian_product(tape, seed, {along_x}), x), bends));
    RecordedAdjoints adjoints;
    recorded_sweep(tape, adjoints, seed, stop, base);
    auto const& slope = settled(tape, tape->statements[stop - 1], adjoints);
    const double* const found = tape->places().at(slope.first, slope.extent);
    CHECK(close({found, found + length}, slopes));
    Seed<double> bending{slope.first, 1.0};
    bending.extent = packed(direction);
    CHECK(close(adjoints_of(gradient(tape, bending), x), bends));
}

TEST(what_a_later_statement_would_need_is_kept_by_its_handle) {
    Ambient tape;
    const Array x({length}, ones);
    Shown const doubled(tape, apply(tape, Op::add, x.on(tape), x.on(tape)));
    {
        Shown const sum(tape, apply(tape, Op::add, doubled.operand(), x.on(tape)));
    }
    // Needed only now, but it has a handle.
    Shown const squares(tape, apply(tape, Op::square, doubled.operand()));
    CHECK(adjoints_of(gradient(tape, seed_of(squares.operand(), ones)), x) ==
          Elements(length, 8.0));
}

TEST(a_graph_gives_nothing_back) {
    Graph tape;
    const Array x({length}, ones);
    ArrayOperand sum, total;
    {
        Shown const shown(tape, apply(tape, Op::add, x.on(tape), x.on(tape)));
        sum = shown.operand();
        Shown const result(tape, apply(tape, Op::add, shown.operand(), x.on(tape)));
        total = result.operand();
    }
    CHECK(!tape->extents[sum.extent].forgotten);
    x.set(counted(0.0, 1.0));
    replay(tape);
    CHECK_EQUAL(tape->places().at(sum)[7], 14.0);
    CHECK(adjoints_of(gradient(tape, seed_of(total, ones)), x) == Elements(length, 3.0));
    // And its adjoints are there to be asked for.
    CHECK_EQUAL(tape->adjoint_at(sum.first + 5), 1.0);
}

TEST(what_another_tape_captured_is_kept) {
    Ambient outer;
    const Array x({length}, ones);
    auto sum = std::make_unique<Shown>(outer, apply(outer, Op::add, x.on(outer), x.on(outer)));
    ArrayOperand const of = sum->operand();
    std::int64_t const strides = 1;
    {
        Graph inner;
        ArrayOperand captured = of;
        captured.first = inner->capture(outer, *sum, of.slots);
        captured.extent = inner->extent_at(captured.first);
        captured.shape = sum->made.shape;
        captured.strides = &strides;
        captured.kind = Kind::leaf;
        Shown const squares(inner, apply(inner, Op::square, captured));
        sum.reset();
        CHECK(!outer->extents[of.extent].forgotten);
        replay(inner);
        CHECK(squares.elements() == Elements(length, 4.0));
        CHECK(adjoints_of(gradient(inner, seed_of(squares.operand(), ones)), x) ==
              Elements(length, 8.0));
    }
    CHECK(outer->extents[of.extent].forgotten);
}

TEST(a_leaf_shares_its_numbers_with_the_tapes) {
    Since const since;
    {
        const Array x({length}, ones);
        CHECK_EQUAL(since.arrays(), 1u);
        Graph tape, other;
        ArrayOperand const operand = x.on(tape);
        CHECK(tape->apart[operand.extent] == x.leaf->array->value.data());
        CHECK(tape->places().at(x.on(other)) == x.leaf->array->value.data());
        CHECK_EQUAL(since.arrays(), 1u);
        Shown const squares(tape, apply(tape, Op::square, operand));
        // A new value leaves what was recorded alone, also where only a part of it is written.
        x.leaf->array->value.writable()[4] = 7.0;
        x.leaf->touch();
        CHECK_EQUAL(tape->places().at(operand)[4], 1.0);
        CHECK_EQUAL(since.arrays(), 3u);
        x.set(counted(0.0, 0.5));
        CHECK(numbers(tape, squares.made) == ones);
        CHECK_EQUAL(tape->places().at(operand)[4], 1.0);
        // A replay takes the new one over, and lets go of the old.
        CHECK_EQUAL(since.arrays(), 3u);
        replay(tape);
        CHECK(tape->apart[operand.extent] == x.leaf->array->value.data());
        CHECK_EQUAL(squares.elements()[4], 4.0);
        CHECK_EQUAL(other->places().at(x.on(other))[4], 2.0);
        CHECK(adjoints_of(gradient(tape, seed_of(squares.operand(), ones)), x) ==
              counted(0.0, 1.0));
    }
    CHECK_EQUAL(since.bytes(), 0u);
}

TEST(constants_are_shared_and_results_are_not) {
    Since const since;
    Buffer<double> const numbers_of(length, 2.0);
    {
        Graph tape;
        std::uint32_t const shared = tape->constants(numbers_of);
        CHECK(tape->apart[shared] == numbers_of.data());
        std::uint32_t const copied = tape->constants(numbers_of.data(), numbers_of.size());
        CHECK(tape->apart[copied] != numbers_of.data());
        CHECK_EQUAL(tape->apart[copied][length - 1], 2.0);
        CHECK_EQUAL(since.arrays(), 2u);
    }
    CHECK_EQUAL(since.arrays(), 1u);
}

TEST(a_leaf_whose_elements_are_wanted_lies_in_the_slots) {
    Graph tape;
    const Array x({length}, counted(1.0, 1.0));
    Shown const squares(tape, apply(tape, Op::square, x.on(tape)));
    ArrayOperand const before = x.on(tape);
    x.leaf->want_elements();
    ArrayOperand const after = x.on(tape);
    CHECK(after.extent != before.extent);
    CHECK(tape->apart[before.extent] != nullptr);
    CHECK(tape->apart[after.extent] == nullptr);
    x.leaf->want_elements();
    CHECK_EQUAL(x.on(tape).extent, after.extent);
    // Both are the same leaf: what arrives at either is added up.
    tape->has_elements = true;
    Operand const fourth{after.first + 3, Kind::leaf, false};
    CHECK_EQUAL(tape->primals[fourth.slot], 4.0);
    Operand const sine = record<Op::square>(tape, fourth);
    Shown const scaled(tape, apply(tape, Op::multiply, squares.operand(), scalar(sine)));
    Elements wanted = each_of(counted(1.0, 1.0), [](double a) { return 2.0 * a * 16.0; });
    double squared = 0.0;
    for (double a : counted(1.0, 1.0)) squared += a * a;
    wanted[3] += 2.0 * 4.0 * squared;
    auto found = gradient(tape, seed_of(scaled.operand(), ones));
    CHECK_EQUAL(found.size(), 1u);
    CHECK(close(adjoints_of(found, x), wanted));
    store_gradient(std::move(found), false);
    CHECK(x.leaf->array->grad == adjoints_of(gradient(tape, seed_of(scaled.operand(), ones)), x));
    x.set(ones);
    replay(tape);
    CHECK(scaled.elements() == ones);
}
