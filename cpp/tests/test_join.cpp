// Joins: views of any order and dtype in every sweep, in lanes too, and what the tape keeps.
#include "autodiffx/join.hpp"

#include <vector>

#include "arrays.hpp"
#include "autodiffx/lanes.hpp"
#include "check.hpp"

using namespace recording;
using namespace autodiffx;

namespace {

ArrayResult square(Tape& tape, const ArrayOperand& operand) {
    return record_array(tape, Op::square, &operand);
}

ArrayOperand constant(Tape& tape, const Elements& elements, const Lengths& shape,
                      const Lengths& strides, Dtype dtype = Dtype::float64) {
    Buffer<double> const slots = packed(elements, dtype);
    ArrayOperand operand;
    operand.extent = tape.constants(slots);
    operand.first = tape.extents[operand.extent].first;
    operand.slots = static_cast<std::uint32_t>(slots.size());
    operand.shape = shape.data();
    operand.strides = strides.data();
    operand.ndim = static_cast<int>(shape.size());
    operand.dtype = dtype;
    return operand;
}

Elements elements_of_result(const Tape& tape, const ArrayResult& result) {
    auto const count = static_cast<std::size_t>(elements_of(result.shape, result.ndim));
    return unpacked(tape.places().at(result), count, result.dtype);
}

}  // namespace

TEST(views_constants_and_numbers_along_the_only_axis) {
    Graph tape;
    const Array x({3}, {1.0, -2.0, 3.0});
    const Variable s(0.5);
    Lengths const two = {2}, one = {1};
    Shown const squares(tape, square(tape, x.on(tape)));
    Seen const reversed(x.on(tape), {3}, {-1}, 2), repeated(scalar(s.on(tape)), {2}, {0}),
        none(x.on(tape), {0}, {1});
    Shown const joined(tape, record_join(tape,
                                         {squares.operand(), reversed.operand(), none.operand(),
                                          constant(tape, {7.0, 8.0}, two, one), repeated.operand()},
                                         0));
    CHECK(joined.elements() == (Elements{1.0, 4.0, 9.0, 3.0, -2.0, 1.0, 7.0, 8.0, 0.5, 0.5}));

    auto const seed =
        seed_of(joined.operand(), {1.0, 2.0, 3.0, 10.0, 20.0, 30.0, 5.0, 5.0, 100.0, 1000.0});
    auto const found = gradient(tape, seed);
    CHECK(adjoints_of(found, x) == (Elements{32.0, 12.0, 28.0}));
    CHECK_EQUAL(adjoint_of(found, s), 1100.0);
    std::vector<LeafTangent> const direction = {along(x, {1.0, 0.5, -1.0}), {s.leaf, 2.0}};
    CHECK(tangent(tape, joined.made.first, joined.made.last(), direction) ==
          (Elements{2.0, -2.0, -6.0, -1.0, 0.5, 1.0, 0.0, 0.0, 2.0, 2.0}));
    auto const products = hessian_product(tape, seed, direction);
    CHECK(adjoints_of(products, x) == (Elements{2.0, 2.0, -6.0}));
    CHECK_EQUAL(adjoint_of(products, s), 0.0);

    x.set({0.0, 1.0, 2.0});
    s.leaf->set(-1.0);
    replay(tape);
    CHECK(joined.elements() == (Elements{0.0, 1.0, 4.0, 2.0, 1.0, 0.0, 7.0, 8.0, -1.0, -1.0}));
}

TEST(matrices_of_any_order_along_either_axis) {
    Graph tape;
    const Array x({2, 3}, {1.0, 2.0, 3.0, 4.0, 5.0, 6.0});
    Seen const transposed(x.on(tape), {3, 2}, {1, 3}), columns(x.on(tape), {3, 1}, {1, 3});
    Shown const beside(tape, record_join(tape, {transposed.operand(), columns.operand()}, 1));
    CHECK(beside.elements() == (Elements{1.0, 4.0, 1.0, 2.0, 5.0, 2.0, 3.0, 6.0, 3.0}));
    auto const found =
        gradient(tape, seed_of(beside.operand(), {1.0, 2.0, 10.0, 3.0, 4.0, 20.0, 5.0, 6.0, 30.0}));
    CHECK(adjoints_of(found, x) == (Elements{11.0, 23.0, 35.0, 2.0, 4.0, 6.0}));

    Shown const below(tape, record_join(tape, {x.on(tape), x.on(tape)}, 0));
    CHECK_EQUAL(below.made.shape[0], 4);
    CHECK_EQUAL(below.made.shape[1], 3);
    auto const twice =
        gradient(tape, seed_of(below.operand(), {1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60}));
    CHECK(adjoints_of(twice, x) == (Elements{11.0, 22.0, 33.0, 44.0, 55.0, 66.0}));
}

TEST(of_two_dtypes_the_stronger_is_taken) {
    Graph tape;
    Lengths const three = {3}, one = {1};
    const Array x({3}, {1.0, 0.5, -2.0}, Dtype::float32), y({1}, {4.0});
    ArrayOperand const truths = constant(tape, {1.0, 0.0, 1.0}, three, one, Dtype::boolean);
    Shown const joined(tape, record_join(tape, {x.on(tape), y.on(tape), truths}, 0));
    CHECK(joined.made.dtype == Dtype::float64);
    CHECK(joined.elements() == (Elements{1.0, 0.5, -2.0, 4.0, 1.0, 0.0, 1.0}));
    auto const found =
        gradient(tape, seed_of(joined.operand(), {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0}));
    CHECK(adjoints_of(found, x) == (Elements{1.0, 2.0, 3.0}));
    CHECK(adjoints_of(found, y) == (Elements{4.0}));

    Shown const squares(tape, square(tape, x.on(tape)));
    Shown const single(tape, record_join(tape, {squares.operand(), truths, x.on(tape)}, 0));
    CHECK(single.made.dtype == Dtype::float32);
    CHECK(single.elements() == (Elements{1.0, 0.25, 4.0, 1.0, 0.0, 1.0, 1.0, 0.5, -2.0}));
    auto const seed = seed_of(single.operand(), {1, 1, 1, 9, 9, 9, 10, 20, 30});
    CHECK(adjoints_of(gradient(tape, seed), x) == (Elements{12.0, 21.0, 26.0}));
    auto const products = hessian_product(tape, seed, {along(x, {1.0, -1.0, 0.5})});
    CHECK(adjoints_of(products, x) == (Elements{2.0, -2.0, 1.0}));

    ArrayOperand const zero = scalar(number(tape, 0.0));
    ArrayOperand const pair[] = {y.on(tape), zero};
    Shown const positive(tape, record_array(tape, Op::greater, pair));
    ArrayResult const all = record_join(tape, {positive.operand(), truths}, 0);
    CHECK(all.dtype == Dtype::boolean);
    CHECK(all.kind == Kind::varying);
    CHECK(elements_of_result(tape, all) == (Elements{1.0, 1.0, 0.0, 1.0}));
}

TEST(no_partial_needs_what_is_joined) {
    Graph tape;
    const Array x({3}, {1.0, 2.0, 3.0});
    Shown const squares(tape, square(tape, x.on(tape)));
    ArrayResult const joined = record_join(tape, {squares.operand(), x.on(tape)}, 0);
    CHECK(tape->extents[joined.extent].need == Need::none);
    CHECK(tape->extents[squares.operand().extent].need == Need::none);

    Lengths const two = {2}, one = {1};
    std::size_t const before = tape->statements.size();
    ArrayOperand const constants = constant(tape, {4.0, 5.0}, two, one);
    ArrayResult const fixed = record_join(tape, {constants, constants}, 0);
    CHECK(fixed.kind == Kind::constant);
    CHECK(elements_of_result(tape, fixed) == (Elements{4.0, 5.0, 4.0, 5.0}));
    CHECK_EQUAL(tape->statements.size(), before);
}

TEST(lanes_are_joined_where_they_are_other_than_zero) {
    Graph tape;
    const Array x({6}, {1.0, 2.0, 3.0, 4.0, 5.0, 6.0});
    Shown const copy(tape, record_copy(tape, x.on(tape), Dtype::float64, ArrayOp::copy));
    std::size_t const stop = tape->statements.size();
    Slot const base = copy.operand().first;
    Seen const even(copy.operand(), {3}, {-2}, 4);
    Shown const joined(tape, record_join(tape, {x.on(tape), even.operand(), copy.operand()}, 0));
    auto const part = [](const ArrayOperand& of) {
        return ArrayPart{of.first, of.extent, of.slots, of.dtype, of.kind, of.offset, of.strides};
    };
    ArrayPart const from = part(copy.operand()), to = part(joined.operand());

    Lanes tangents(tape, base);
    for (int sweep = 0; sweep < 2; ++sweep) {  // the second over what the first has left
        tangents.clear(from);
        tangents.set_element(from, 2, 5, 1.5);
        tangents.set_support(from, {2, 3});
        forward_sweep(tape, tangents, Path(tape, {to}, base, stop));
        CHECK_EQUAL(tangents.support(to).from, 7);
        CHECK_EQUAL(tangents.support(to).to, 12);
        for (std::size_t i = 0; i < 15; ++i) {
            for (std::size_t lane = 0; lane < Lanes::count; ++lane) {
                bool const moves = lane == 5 && (i == 7 || i == 11);
                CHECK_EQUAL(tangents.element(to, i, lane), moves ? 1.5 : 0.0);
            }
        }
    }

    Lanes adjoints(tape, base);
    adjoints.set_element(to, 0, 1, 9.0);  // of what has no lanes
    adjoints.set_element(to, 8, 2, 2.0);
    adjoints.set_element(to, 9, 2, 3.0);
    adjoints.set_support(to, {0, 10});
    reverse_sweep(tape, adjoints, to, stop);
    CHECK(adjoints.support(to).is_empty());
    for (std::size_t i = 0; i < 6; ++i) {
        for (std::size_t lane = 0; lane < Lanes::count; ++lane)
            CHECK_EQUAL(adjoints.element(from, i, lane), lane == 2 && i == 0 ? 5.0 : 0.0);
    }
}
