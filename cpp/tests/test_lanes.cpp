// Lanes: sixteen seeds at once find what sixteen sweeps of one seed each find, through statements
// of every kind.
#include "autodiffx/lanes.hpp"

#include <cmath>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"

using namespace recording;
using namespace autodiffx;

namespace {

ArrayPart part_of(const ArrayOperand& of) {
    return {of.first, of.extent, of.slots, of.dtype, of.kind, of.offset, of.strides};
}

// Numbers of both signs and different sizes, some of them zero.
double pattern(std::size_t i) { return static_cast<double>(i * i % 7) - 2.0; }

bool is_near(double a, double b) { return std::abs(a - b) <= 1e-12 * (1.0 + std::abs(b)); }

// A function of 4 by 4 elements, recorded; `result` has as many.
class Program {
public:
    Graph tape;
    Array const x{
        {4, 4},
        {0.5, 1.0, -0.5, 2.0, 1.5, -1.0, 0.25, 0.75, 1.0, -2.0, 1.25, 0.5, 0.5, 1.75, -1.5, 1.0}};
    Shown const argument{tape, record_copy(tape, x.on(tape), Dtype::float64, ArrayOp::copy)};
    std::size_t const stop = tape->statements.size();
    Shown const result{tape, record()};

private:
    ArrayResult record() {
        ArrayOperand const a = argument.operand();
        Seen const turned = argument.view({4, 4}, {-1, 4}, 3);
        ArrayOperand const pair[] = {a, turned.operand()};
        Shown const product(tape, record_array(tape, Op::multiply, pair));
        ArrayOperand const one[] = {product.operand()};
        Shown const bent(tape, record_array(tape, Op::tanh, one));
        Shown const rows(tape, record_matmul(tape, bent.operand(), turned.operand()));
        bool const first_axis[] = {true, false};
        Shown const sums(tape, record_sum_over(tape, rows.operand(), first_axis, false));
        std::int64_t const indices[] = {3, 0, 0, 2}, four[] = {4};
        Shown const taken(tape, record_take(tape, sums.operand(), indices, four, 1));
        Shown const largest(tape,
                            record_extreme_over(tape, a, ArrayOp::largest, first_axis, false));
        Operand const number = autodiffx::record<Op::multiply>(tape, element(tape, a, 5),
                                                               element(tape, taken.operand(), 1));
        Shown const written(tape, zeros(tape, {4, 4}));
        record_write(tape, written.view({4}, {4}).operand(), taken.operand());
        record_write(tape, written.view({3}, {1}, 5).operand(), scalar(number));
        record_write(tape, written.view({4}, {-1}, 15).operand(), largest.operand());
        ArrayOperand const sum[] = {written.operand(), single(bent.operand())};
        Shown const nearly(tape, record_array(tape, Op::add, sum));
        // What an inner transform is given: active, though nothing has computed it.
        Buffer<double> const slots = packed({1.5});
        ArrayOperand inner = nearly.operand();
        inner.extent = tape->constants(slots.data(), slots.size());
        inner.first = tape->extents[inner.extent].first;
        inner.slots = 1;
        inner.kind = Kind::result;
        inner.strides = repeated_;
        ArrayOperand const product_of[] = {nearly.operand(), inner};
        return record_array(tape, Op::multiply, product_of);
    }
    // The same through a statement of float32.
    ArrayOperand single(const ArrayOperand& of) {
        ArrayResult const made = record_copy(tape, of, Dtype::float32);
        Shown const rounded(tape, made);
        ArrayOperand const operands[] = {rounded.operand(), rounded.operand()};
        Shown const square(tape, record_array(tape, Op::multiply, operands));
        back_ = record_copy(tape, square.operand(), Dtype::float64);
        return as_operand(back_, strides_);
    }
    ArrayResult back_;
    static constexpr std::int64_t repeated_[2] = {0, 0};
    std::int64_t strides_[max_ndim];
};

}  // namespace

TEST(tangents_of_sixteen_seeds_are_those_of_each) {
    Program program;
    // Memory as somebody else has left it.
    Buffer<double>((program.tape->primals.size() - program.argument.operand().first) * Lanes::count,
                   7.0);
    Tape& tape = program.tape;
    ArrayPart const from = part_of(program.argument.operand());
    ArrayPart const to = part_of(program.result.operand());
    Lanes lanes(tape, from.first);
    for (std::size_t sweep = 0; sweep < 2; ++sweep) {  // the second over what the first has left
        lanes.clear(from);
        for (std::size_t lane = 0; lane < Lanes::count; ++lane)
            lanes.set_element(from, lane, lane, pattern(lane + sweep));
        lanes.fill(from);
        forward_sweep(tape, lanes, Path(tape, {to}, from.first, program.stop));
        for (std::size_t lane = 0; lane < Lanes::count; ++lane) {
            Arena<double> tangents;
            tangents.extend_zeroed(tape.primals.size());
            tangents[from.first + lane] = pattern(lane + sweep);
            forward_sweep(tape, tangents, program.stop);
            for (std::size_t i = 0; i < 16; ++i)
                CHECK(is_near(lanes.element(to, i, lane), tangents[to.first + i]));
        }
    }
}

TEST(adjoints_of_sixteen_seeds_are_those_of_each) {
    Program program;
    Tape& tape = program.tape;
    ArrayPart const from = part_of(program.argument.operand());
    ArrayPart const to = part_of(program.result.operand());
    Lanes lanes(tape, from.first);
    for (std::size_t sweep = 0; sweep < 2; ++sweep) {
        for (std::size_t lane = 0; lane < Lanes::count; ++lane)
            lanes.set_element(to, lane, lane, pattern(lane + sweep));
        lanes.fill(to);
        reverse_sweep(tape, lanes, to, program.stop);
        CHECK(lanes.support(to).is_empty());
        for (std::size_t lane = 0; lane < Lanes::count; ++lane) {
            Elements seed(16, 0.0);
            seed[lane] = pattern(lane + sweep);
            auto const found = gradient(tape, seed_of(program.result.operand(), seed));
            Elements const expected = adjoints_of(found, program.x);
            for (std::size_t i = 0; i < 16; ++i)
                CHECK(is_near(lanes.element(from, i, lane), expected[i]));
        }
        lanes.fill(from);
        lanes.clear(from);
    }
}
