// Primals that are given back and computed again: which, what is left of them, who gets them back.
#include <cmath>
#include <memory>
#include <vector>

#include "apart.hpp"
#include "check.hpp"

using namespace recording;
using namespace autodiffx;

namespace {

// Products x * x * ... of so many factors, of which nobody holds but the last.
std::unique_ptr<Shown> power(Tape& tape, const Array& x, int factors) {
    auto shown = std::make_unique<Shown>(tape, apply(tape, Op::multiply, x.on(tape), x.on(tape)));
    for (int i = 2; i < factors; ++i) {
        auto next =
            std::make_unique<Shown>(tape, apply(tape, Op::multiply, shown->operand(), x.on(tape)));
        shown = std::move(next);
    }
    return shown;
}
Elements derivatives_of_power(const Elements& x, int factors) {
    return each_of(x, [&](double each) { return factors * std::pow(each, factors - 1); });
}

}  // namespace

TEST(a_long_chain_keeps_but_a_few_arrays) {
    RecomputeFrom const few(2);
    Since const since;
    {
        const Array x({length}, counted(0.99, 0.0002));
        Ambient tape;
        auto const result = power(tape, x, 500);
        CHECK(since.arrays() <= 2 + 500 / 16);
        CHECK(since.arrays() >= 500 / 64);
        for (int i = 0; i < 2; ++i) {
            auto const found = gradient(tape, seed_of(result->operand(), ones));
            Elements const wanted = derivatives_of_power(counted(0.99, 0.0002), 500);
            Elements const given = adjoints_of(found, x);
            for (std::size_t k = 0; k < given.size(); ++k)
                CHECK(std::abs(given[k] - wanted[k]) <= 1e-12 * std::abs(wanted[k]));
        }
        // A sweep leaves them as they were.
        tape->adjoints.clear();
        CHECK(since.arrays() <= 2 + 500 / 16);
        // Tangents read all of them.
        auto const tangents =
            tangent(tape, result->operand().first, result->slot, {along(x, ones)});
        Elements const wanted = derivatives_of_power(counted(0.99, 0.0002), 500);
        for (std::size_t k = 0; k < wanted.size(); ++k)
            CHECK(std::abs(tangents[k] - wanted[k]) <= 1e-12 * std::abs(wanted[k]));
        CHECK(since.arrays() >= 500);
    }
    CHECK_EQUAL(since.bytes(), 0u);
}

TEST(collection_keeps_what_is_to_be_computed_again) {
    RecomputeFrom const few(2);
    Since const since;
    {
        const Array x({length}, counted(0.9, 0.002));
        Ambient tape;
        auto const result = power(tape, x, 40);
        Elements const before = adjoints_of(gradient(tape, seed_of(result->operand(), ones)), x);
        tape->adjoints.clear();
        {
            auto const other = power(tape, x, 50);
            tape->collect();
        }
        tape->collect();
        CHECK(since.arrays() <= 2 + 40 / 16 + 1);
        CHECK(adjoints_of(gradient(tape, seed_of(result->operand(), ones)), x) == before);
    }
    CHECK_EQUAL(since.bytes(), 0u);
}

// The array of a handle that has gone, by its last slot.
TEST(who_asks_for_it_gets_it) {
    RecomputeFrom const few(2);
    const Array x({length}, counted(0.9, 0.002));
    Ambient tape;
    Elements values;
    Slot last = 0;
    std::unique_ptr<Shown> sines;
    {
        auto product =
            std::make_unique<Shown>(tape, apply(tape, Op::multiply, x.on(tape), x.on(tape)));
        Shown const sum(tape, apply(tape, Op::add, product->operand(), x.on(tape)));
        product.reset();
        values = sum.elements();
        last = sum.slot;
        sines = std::make_unique<Shown>(tape, apply(tape, Op::sin, sum.operand()));
    }
    std::uint32_t const extent = tape->extent_at(last);
    CHECK(tape->apart[extent] == nullptr);
    CHECK(tape->is_apart(extent));
    tape->require_kept(extent);
    Elements const restored(tape->apart[extent], tape->apart[extent] + length);
    CHECK(restored == values);
    // Once more: it is not lost with the next handle either.
    tape->restore_all();
    tape->settle(extent);
    CHECK_EQUAL(tape->primals[last], values.back());
    auto const found = adjoints_of(gradient(tape, seed_of(sines->operand(), ones)), x);
    for (std::size_t i = 0; i < values.size(); ++i) {
        double const each = counted(0.9, 0.002)[i];
        CHECK(std::abs(found[i] - std::cos(values[i]) * (2 * each + 1)) <= 1e-14);
    }
}

TEST(what_it_is_computed_from_may_be_written_into) {
    RecomputeFrom const few(2);
    Since const since;
    {
        const Array x({length}, counted(0.9, 0.002));
        Ambient tape;
        Shown target(tape, apply(tape, Op::sin, x.on(tape)));
        Elements const sines = target.elements();
        std::unique_ptr<Shown> result;
        {
            // The cube reads the square, and the square the target, which others need.
            Shown const exponentials(tape, apply(tape, Op::cos, target.operand()));
            Shown const square(tape, apply(tape, Op::square, target.operand()));
            Shown const sum(tape, apply(tape, Op::add, square.operand(), exponentials.operand()));
            result = std::make_unique<Shown>(
                tape, apply(tape, Op::multiply, sum.operand(), square.operand()));
        }
        auto const before = adjoints_of(gradient(tape, seed_of(result->operand(), ones)), x);
        record_write(tape, target.operand(), scalar(number(tape, 7.0)));
        CHECK(target.elements() == Elements(length, 7.0));
        CHECK(adjoints_of(gradient(tape, seed_of(result->operand(), ones)), x) == before);
    }
    CHECK_EQUAL(since.bytes(), 0u);
}

TEST(what_is_dear_or_read_otherwise_stays) {
    RecomputeFrom const few(2);
    const Array x({length}, counted(0.9, 0.002));
    Ambient tape;
    std::vector<std::unique_ptr<Shown>> results;
    std::vector<Slot> dropped;
    auto const drop = [&](const ArrayResult& made, Op reader) {
        Shown const shown(tape, made);
        dropped.push_back(shown.slot);
        results.push_back(std::make_unique<Shown>(tape, apply(tape, reader, shown.operand())));
    };
    drop(apply(tape, Op::exp, x.on(tape)), Op::sin);
    {
        Shown const doubled(tape, apply(tape, Op::add, x.on(tape), x.on(tape)));
        dropped.push_back(doubled.slot);
        // Every other element: what reads it is not flat.
        Seen const part = doubled.view({length / 2}, {2});
        results.push_back(std::make_unique<Shown>(tape, apply(tape, Op::sin, part.operand())));
    }
    {
        Shown const doubled(tape, apply(tape, Op::add, x.on(tape), x.on(tape)));
        dropped.push_back(doubled.slot);
        // A part: flat, but shorter.
        Seen const part = doubled.view({length / 2}, {1}, 3);
        results.push_back(std::make_unique<Shown>(tape, apply(tape, Op::sin, part.operand())));
    }
    for (Slot const last : dropped) CHECK(tape->apart[tape->extent_at(last)] != nullptr);
    drop(apply(tape, Op::add, x.on(tape), x.on(tape)), Op::sin);
    CHECK(tape->apart[tape->extent_at(dropped.back())] == nullptr);
    Elements const given = counted(0.9, 0.002);
    for (std::size_t i = 0; i < results.size(); ++i) {
        ArrayOperand const operand = results[i]->operand();
        auto const found = adjoints_of(
            gradient(tape, seed_of(operand, Elements(results[i]->elements().size(), 1.0))), x);
        for (std::size_t k = 0; k < found.size(); ++k) {
            double wanted = 2.0 * std::cos(2.0 * given[k]);
            if (i == 0) wanted = std::cos(std::exp(given[k])) * std::exp(given[k]);
            if (i == 1 && k % 2 == 1) wanted = 0.0;
            if (i == 2 && (k < 3 || k >= 3 + length / 2)) wanted = 0.0;
            CHECK(std::abs(found[k] - wanted) <= 1e-14);
        }
    }
}
