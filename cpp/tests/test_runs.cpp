// Runs of statements on long arrays: swept in blocks, where nobody can ask for the adjoints, they
// give what they give with all adjoints kept, and what tangents say.
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"

using namespace recording;
using namespace autodiffx;

namespace {

constexpr std::int64_t length = 4 * 1024 + 300;  // some blocks, and a part of one

Elements waves(double step) {
    Elements result(length + 5);
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = std::sin(step * double(i));
    return result;
}
Elements const weights = [] {
    Elements all = waves(0.37);
    all.resize(length);
    return all;
}();

struct Outcome {
    Elements by_x, by_y;
    double by_s = 0.0, moved = 0.0;
};

// A random program on two leaves and a number. A few of its arrays are kept, if any.
template <class Recording>
Outcome outcome_of(unsigned seed, bool keeps_all) {
    std::mt19937 random(seed);
    auto const below = [&](std::size_t end) { return random() % end; };
    const Array x({length + 5}, waves(0.01)), y({length}, weights);
    const Variable s(0.7);
    Recording tape;
    std::vector<std::unique_ptr<Shown>> arrays, kept;
    auto const keep = [&](const ArrayResult& result) {
        arrays.push_back(std::make_unique<Shown>(tape, result));
    };
    auto const any = [&] {
        if (!arrays.empty() && below(8) != 0)
            return arrays[below(arrays.size())]->view({length}, {1});
        // A part of a leaf, all of one, one backwards.
        if (below(6) == 0) return Seen(y.on(tape), {length}, {-1}, length - 1);
        if (below(3) == 0) return Seen(y.on(tape), {length}, {1});
        return Seen(x.on(tape), {length}, {1}, static_cast<std::int64_t>(below(6)));
    };
    for (int i = 0; i < 40; ++i) {
        Seen const a = any(), b = below(3) == 0 ? a : any();
        ArrayOperand const two[] = {a.operand(), b.operand()};
        ArrayOperand const scaled[] = {scalar(s.on(tape)), a.operand()};
        Op const unary[] = {Op::sin, Op::tanh, Op::negative, Op::square};
        Op const binary[] = {Op::add, Op::multiply, Op::subtract, Op::maximum};
        if (below(30) == 0) keep(record_copy(tape, a.operand(), Dtype::float64, ArrayOp::gather));
        else if (below(5) == 0) keep(record_array(tape, Op::multiply, scaled));
        else if (below(2) == 0) keep(record_array(tape, unary[below(4)], two));
        else keep(record_array(tape, binary[below(4)], two));
        if (arrays.size() < 6) continue;
        std::size_t const place = below(arrays.size() - 1);
        bool const chosen = below(8) == 0;
        if (keeps_all || chosen) kept.push_back(std::move(arrays[place]));
        arrays.erase(arrays.begin() + static_cast<std::ptrdiff_t>(place));
    }
    ArrayOperand const last[] = {arrays.back()->operand(), arrays.front()->operand()};
    Shown const result(tape, record_array(tape, Op::add, last));
    arrays.clear();
    auto const seeded = seed_of(result.operand(), weights);
    Outcome found;
    for (int i = 0; i < 2; ++i) {
        auto const by_leaf = gradient(tape, seeded);
        auto const of_leaf = [&](const Array& array) {
            for (LeafAdjoint const& each : by_leaf) {
                if (each.leaf == array.leaf) return adjoints_of(by_leaf, array);
            }
            return Elements(array.size(), 0.0);
        };
        Elements const by_x = of_leaf(x), by_y = of_leaf(y);
        if (i == 1) CHECK(by_x == found.by_x && by_y == found.by_y);
        found.by_x = by_x;
        found.by_y = by_y;
        found.by_s = adjoint_of(by_leaf, s);
    }
    auto const tangents = tangent(tape, seeded.slot, seeded.last(),
                                  {along(x, waves(0.2)), along(y, weights), {s.leaf, 0.3}});
    for (std::size_t i = 0; i < weights.size(); ++i) found.moved += weights[i] * tangents[i];
    return found;
}

}  // namespace

TEST(adjoints_in_blocks_are_those_that_are_kept) {
    for (unsigned seed = 0; seed < 60; ++seed) {
        Outcome const graph = outcome_of<Graph>(seed, true),
                      some = outcome_of<Ambient>(seed, false);
        CHECK(some.by_x == graph.by_x);
        CHECK(some.by_y == graph.by_y);
        CHECK_EQUAL(some.by_s, graph.by_s);
        Elements const along_x = waves(0.2);
        double backward = 0.3 * some.by_s, size = 1.0;
        auto const add = [&](double direction, double adjoint) {
            backward += direction * adjoint;
            size += std::abs(direction * adjoint);
        };
        for (std::size_t i = 0; i < along_x.size(); ++i) add(along_x[i], some.by_x[i]);
        for (std::size_t i = 0; i < weights.size(); ++i) add(weights[i], some.by_y[i]);
        CHECK(std::abs(backward - some.moved) <= 1e-12 * size);
        CHECK_EQUAL(some.moved, graph.moved);
    }
}

TEST(what_is_computed_again_is_what_it_was) {
    for (unsigned seed = 0; seed < 60; ++seed) {
        Outcome const kept = outcome_of<Ambient>(seed, seed % 2 == 0);
        RecomputeFrom const few(2);
        Outcome const again = outcome_of<Ambient>(seed, seed % 2 == 0);
        CHECK(again.by_x == kept.by_x);
        CHECK(again.by_y == kept.by_y);
        CHECK_EQUAL(again.by_s, kept.by_s);
        CHECK_EQUAL(again.moved, kept.moved);
    }
}
