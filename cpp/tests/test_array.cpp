// Array statements: values, both sweeps, replay and collection against the same on numbers.
#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"

using namespace recording;
using namespace autodiffx;

namespace {

// matrix[i][j] * row[j], and its sine: two statements, one with broadcasting.
ArrayResult product_and_sine(Tape& tape, const Array& matrix, const Array& row,
                             std::int64_t (&strides)[max_ndim]) {
    ArrayOperand const factors[] = {matrix.on(tape), row.on(tape)};
    ArrayResult const product = record_array(tape, Op::multiply, factors);
    ArrayOperand const operand = as_operand(product, strides);
    return record_array(tape, Op::sin, &operand);
}

Seed<double> ones(const ArrayResult& result) {
    Seed<double> seed{result.first, 1.0};
    seed.extent = Buffer<double>(result.slots, 1.0);
    return seed;
}

}  // namespace

TEST(values_and_gradients_are_those_of_numbers) {
    Graph tape;
    const Array matrix({2, 3}, {0.1, -0.2, 0.3, 0.4, 0.5, -0.6}), row({3}, {1.5, 2.5, -3.5});
    std::int64_t strides[max_ndim];
    ArrayResult const result = product_and_sine(tape, matrix, row, strides);
    CHECK_EQUAL(result.ndim, 2);
    CHECK_EQUAL(result.slots, 6u);
    auto const found = gradient(tape, ones(result));
    Elements const primals = numbers(tape, result);
    std::array<double, 3> by_row{};
    for (std::size_t i = 0; i < 6; ++i) {
        double const a = matrix.leaf->array->value[i], b = row.leaf->array->value[i % 3];
        CHECK_EQUAL(primals[i], std::sin(a * b));
        CHECK_EQUAL(of(found, matrix).extent[i], std::cos(a * b) * b);
        by_row[i % 3] += std::cos(a * b) * a;
    }
    for (std::size_t j = 0; j < 3; ++j) CHECK_EQUAL(of(found, row).extent[j], by_row[j]);
}

TEST(a_second_sweep_gives_the_same) {
    Graph tape;
    const Array matrix({2, 3}, {1, 2, 3, 4, 5, 6}), row({3}, {1, 2, 3});
    std::int64_t strides[max_ndim];
    ArrayResult const result = product_and_sine(tape, matrix, row, strides);
    auto const first = gradient(tape, ones(result)), second = gradient(tape, ones(result));
    CHECK(adjoints_of(first, matrix) == adjoints_of(second, matrix));
    CHECK(adjoints_of(first, row) == adjoints_of(second, row));
}

TEST(replay_gives_the_bits_of_a_new_recording) {
    Graph tape, again;
    const Array matrix({2, 3}, {1, 2, 3, 4, 5, 6}), row({3}, {1, 2, 3});
    std::int64_t strides[max_ndim];
    ArrayResult const result = product_and_sine(tape, matrix, row, strides);
    row.set({0.1, 0.2, 0.3});
    replay(tape);
    ArrayResult const fresh = product_and_sine(again, matrix, row, strides);
    CHECK(numbers(tape, result) == numbers(again, fresh));
}

TEST(tangents_and_adjoints_agree) {
    Graph tape;
    const Array matrix({2, 3}, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6}), row({3}, {1, 2, 3});
    std::int64_t strides[max_ndim];
    ArrayResult const result = product_and_sine(tape, matrix, row, strides);
    std::vector<LeafTangent> const direction = {along(row, {1.0, -1.0, 0.5})};
    double forward = 0.0, backward = 0.0;
    for (double each : tangent(tape, result.first, result.last(), direction)) forward += each;
    auto const found = gradient(tape, ones(result));
    for (std::size_t j = 0; j < 3; ++j) {
        backward += of(found, row).extent[j] * direction[0].extent[j];
    }
    CHECK(std::abs(forward - backward) <= 1e-15);
}

TEST(an_element_is_a_slot) {
    Graph tape;
    const Array x({4}, {1, 2, 3, 4});
    ArrayOperand const whole = x.on(tape);
    Operand const result = record<Op::square>(tape, slot_of(tape, whole, 1));
    auto const found = gradient(tape, {result.slot, 1.0});
    CHECK(of(found, x).extent == (Elements{0, 4, 0, 0}));
}

TEST(more_elements_than_a_block) {
    Graph tape;
    std::vector<double> elements(5000);
    for (std::size_t i = 0; i < elements.size(); ++i) elements[i] = 1.0 + 1e-3 * double(i);
    const Array x({5000}, elements);
    ArrayOperand const operand = x.on(tape);
    ArrayResult const result = record_array(tape, Op::square, &operand);
    auto const found = gradient(tape, ones(result));
    for (std::size_t i = 0; i < elements.size(); ++i) {
        CHECK_EQUAL(of(found, x).extent[i], 2.0 * elements[i]);
    }
}

TEST(arrays_survive_collection) {
    Ambient tape;
    const Array x({3}, {1, 2, 3});
    std::int64_t strides[max_ndim];
    std::vector<std::unique_ptr<Held>> kept;
    for (int i = 0; i < 60000; ++i) {
        tape->make_room();
        ArrayOperand const operand = x.on(tape);
        ArrayResult const squares = record_array(tape, Op::square, &operand);
        if (i % 10000 != 0) continue;
        tape->make_room();
        ArrayOperand const again = as_operand(squares, strides);
        ArrayResult const roots = record_array(tape, Op::exp, &again);
        kept.push_back(std::make_unique<Held>(tape, slot_of(tape, roots, 2)));
    }
    tape->collect();
    CHECK(tape->statements.size() < 20u);
    for (const auto& held : kept) {
        CHECK_EQUAL(held->primal(), std::exp(9.0));
        auto const found = gradient(tape, {held->slot, 1.0});
        CHECK(of(found, x).extent == (Elements{0, 0, 6.0 * std::exp(9.0)}));
    }
}

TEST(shapes_that_do_not_broadcast_leave_the_recording_as_it_was) {
    Graph tape;
    const Array x({3}, {1, 2, 3}), y({2}, {1, 2});
    ArrayOperand const operands[] = {x.on(tape), y.on(tape)};
    std::size_t const slots = tape->primals.size();
    CHECK_THROWS(shape_error, record_array(tape, Op::add, operands));
    CHECK_EQUAL(tape->primals.size(), slots);
    CHECK(tape->statements.empty());
}
