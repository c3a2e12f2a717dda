// When memory apart from the slots is released: by sweeps, rewinding, collection and the end.
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "apart.hpp"
#include "autodiffx/external.hpp"
#include "check.hpp"

using namespace recording;
using namespace autodiffx;

namespace {

// Passes everything on, and notes what is in use when a sweep comes by.
struct Probe : External {
    Since const& since;
    std::size_t& seen;
    bool refuses = false;
    Probe(const Since& from, std::size_t& to) : since(from), seen(to) {}
    [[nodiscard]] std::string_view name() const override { return "probe"; }
    void forward(const ExternalRecord& record, Places<double> primals) override {
        std::copy_n(primals.at(record.operand(0)), length, primals.at(record.result(0)));
    }
    void tangent(const ExternalRecord& record, Places<const double>,
                 Places<double> tangents) override {
        std::copy_n(tangents.at(record.operand(0)), length, tangents.at(record.result(0)));
    }
    template <class T>
    static void pass(const ExternalRecord& record, const Places<T>& adjoints) {
        T* const to = adjoints.at(record.operand(0));
        T* const from = adjoints.at(record.result(0));
        for (std::int64_t i = 0; i < length; ++i) to[i] = to[i] + from[i];
    }
    void reverse(const ExternalRecord& record, const AdjointPlaces<double>& at) override {
        if (refuses) throw std::domain_error("refused");
        seen = since.arrays();
        pass(record, at.adjoints);
    }
    void reverse(const ExternalRecord& record, const AdjointPlaces<dual<double>>& at) override {
        pass(record, at.adjoints);
    }
    std::vector<ArrayResult> reverse(Tape&, const std::vector<ArrayOperand>&,
                                     const std::vector<ArrayOperand>&,
                                     const std::vector<ArrayOperand>&,
                                     const std::vector<bool>&) override {
        return {};
    }
};

// A probe on the tape, of ones.
ArrayResult record_probe(Tape& tape, const ArrayOperand& operand, std::unique_ptr<Probe> probe) {
    std::vector<ExternalResult> results(1);
    std::int64_t const shape = length;
    results[0].ndim = 1;
    results[0].shape = &shape;
    results[0].packed = ones.data();
    return record_external(tape, std::move(probe), {operand}, results, Dtype::float64, false);
}

}  // namespace

TEST(sweeps_release_the_adjoints_that_nobody_can_ask_for) {
    Since const since;
    const auto chain = [&](Tape& tape, const Array& x, std::size_t& seen,
                           std::vector<std::unique_ptr<Shown>>* kept) {
        auto shown = std::make_unique<Shown>(
            tape, record_probe(tape, x.on(tape), std::make_unique<Probe>(since, seen)));
        for (int i = 0; i < 30; ++i) {
            auto next = std::make_unique<Shown>(tape, apply(tape, Op::negative, shown->operand()));
            if (kept != nullptr) kept->push_back(std::move(shown));
            shown = std::move(next);
        }
        return shown;
    };
    {
        const Array x({length}, ones);
        Ambient tape;
        std::size_t seen = 0;
        auto const result = chain(tape, x, seen, nullptr);
        // The leaf's, which the tape shares, that of the probe, which needs it, and the result's.
        CHECK_EQUAL(since.arrays(), 3u);
        {
            auto const found = gradient(tape, seed_of(result->operand(), ones));
            CHECK(adjoints_of(found, x) == ones);
            // Beside these the seed, the result's adjoint, and the two at hand.
            CHECK_EQUAL(seen, 3u + 1u + 1u + 2u);
            CHECK_EQUAL(since.arrays(), 3u + 1u + 1u);
            CHECK_EQUAL(tape->adjoint_at(result->slot - 2), 1.0);
        }
        CHECK_EQUAL(since.arrays(), 3u + 1u);
        tape->adjoints.clear();
        CHECK_EQUAL(since.arrays(), 3u);
    }
    CHECK_EQUAL(since.bytes(), 0u);
    {
        const Array x({length}, ones);
        Ambient tape;
        std::size_t seen = 0;
        std::vector<std::unique_ptr<Shown>> kept;
        auto const result = chain(tape, x, seen, &kept);
        gradient(tape, seed_of(result->operand(), ones));
        // What has a handle has its adjoint.
        CHECK_EQUAL(kept.size(), 30u);
        for (std::size_t i = 0; i < kept.size(); ++i)
            CHECK_EQUAL(tape->adjoint_at(kept[i]->slot - 1), i % 2 == 0 ? 1.0 : -1.0);
        CHECK_EQUAL(since.arrays(), 1u + 31u + 31u);
    }
    CHECK_EQUAL(since.bytes(), 0u);
}

TEST(a_sweep_that_is_broken_off_leaves_nothing_behind) {
    Since const since;
    {
        const Array x({length}, ones);
        Graph tape;
        std::size_t seen = 0;
        Shown const doubled(tape, apply(tape, Op::add, x.on(tape), x.on(tape)));
        auto probe = std::make_unique<Probe>(since, seen);
        probe->refuses = true;
        Shown const refused(tape, record_probe(tape, doubled.operand(), std::move(probe)));
        Shown const result(tape, apply(tape, Op::multiply, refused.operand(), doubled.operand()));
        CHECK_THROWS(std::domain_error, gradient(tape, seed_of(result.operand(), ones)));
        CHECK(!tape->sweeping);
        for (int i = 0; i < 2; ++i) {
            auto const found = gradient(tape, seed_of(doubled.operand(), ones));
            CHECK(adjoints_of(found, x) == Elements(length, 2.0));
        }
    }
    CHECK_EQUAL(since.bytes(), 0u);
}

TEST(rewinding_clearing_and_the_end_release_all) {
    Since const since;
    {
        const Array x({length}, ones);
        std::size_t const leaf = since.bytes();
        {
            Ambient tape;
            {
                const Mark mark(tape);
                {
                    Shown const sines(tape, apply(tape, Op::sin, x.on(tape)));
                    Shown const tenth(tape, apply(tape, Op::tanh, sines.operand()));
                    CHECK_EQUAL(since.arrays(), 3u);
                }
                tape->rewind(mark.position);
                CHECK_EQUAL(since.bytes(), leaf);
                CHECK(tape->apart.empty());
            }
            Shown const sines(tape, apply(tape, Op::sin, x.on(tape)));
            gradient(tape, seed_of(sines.operand(), ones));
            CHECK(since.bytes() > leaf + one);
        }
        CHECK_EQUAL(since.bytes(), leaf);
        {
            Graph tape;
            Shown const sines(tape, apply(tape, Op::sin, x.on(tape)));
            {
                Shown const squares(tape, apply(tape, Op::square, sines.operand()));
                gradient(tape, seed_of(squares.operand(), ones));
            }
            Elements const before = sines.elements();
            tape->clear();
            // What still has a handle keeps its numbers.
            CHECK_EQUAL(since.bytes(), leaf + one);
            CHECK(sines.elements() == before);
            CHECK(tape->apart.empty());
        }
        CHECK_EQUAL(since.bytes(), leaf);
    }
    CHECK_EQUAL(since.bytes(), 0u);
}

TEST(collection_moves_what_is_apart_and_frees_what_is_dead) {
    Since const since;
    for (unsigned seed = 0; seed < 60; ++seed) {
        std::mt19937 random(seed);
        const Array x({length}, counted(0.5, 0.01)), y({3}, {0.1, 0.2, 0.3});
        Ambient tape;
        struct Kept {
            std::unique_ptr<Shown> shown;
            std::unique_ptr<Held> element;
            Elements elements, adjoints;
        };
        std::vector<Kept> kept;
        Position young = tape->position();
        std::size_t settled_dead = 0;
        for (int i = 0; i < 60; ++i) {
            const Array& of = random() % 3 == 0 ? y : x;
            Op const ops[] = {Op::sin, Op::exp, Op::negative};
            Shown first(tape, apply(tape, ops[random() % 3], of.on(tape)));
            auto shown =
                std::make_unique<Shown>(tape, apply(tape, ops[random() % 3], first.operand()));
            if (random() % 4 == 0) number(tape, 0.5 + i);
            if (random() % 5 == 0) slot_of(tape, first.operand(), 1), ++settled_dead;
            if (i == 30) young = tape->position();
            if (random() % 2 == 0) continue;
            Kept one_kept;
            if (random() % 3 == 0)
                one_kept.element = std::make_unique<Held>(tape, slot_of(tape, shown->operand(), 2));
            one_kept.elements = shown->elements();
            auto const found = gradient(tape, seed_of(shown->operand(), Elements(of.size(), 1.0)));
            one_kept.adjoints = adjoints_of(found, of);
            one_kept.shown = std::move(shown);
            kept.push_back(std::move(one_kept));
        }
        tape->adjoints.clear();
        if (seed % 2 == 0) tape->collect(young);
        else tape->collect();
        if (seed % 3 == 0) tape->collect();
        std::size_t apart = 0;
        for (std::size_t i = 0; i < tape->extents.size(); ++i) {
            if (tape->apart[i] != nullptr) apart += tape->extents[i].slots == 3 ? 64 : one;
        }
        // The leaves have theirs, of which the tape shares one or both.
        CHECK(since.bytes() + one + 64 >= apart);
        for (Kept const& each : kept) {
            CHECK(each.shown->elements() == each.elements);
            Array const& of = each.elements.size() == 3 ? y : x;
            auto const found =
                gradient(tape, seed_of(each.shown->operand(), Elements(of.size(), 1.0)));
            CHECK(adjoints_of(found, of) == each.adjoints);
            if (!each.element) continue;
            CHECK_EQUAL(each.element->primal(), each.elements[2]);
            Elements wanted(of.size());
            wanted[2] = each.adjoints[2];
            CHECK(adjoints_of(gradient(tape, {each.element->slot, 1.0}), of) == wanted);
        }
        tape->adjoints.clear();
        // With the handles goes all that stood behind them.
        kept.clear();
        tape->collect();
        CHECK_EQUAL(tape->extents.size(), 0u);
        CHECK(tape->apart.empty());
        CHECK_EQUAL(since.bytes(), one + 64);
    }
    CHECK_EQUAL(since.bytes(), 0u);
}

TEST(a_loop_over_arrays_stays_small) {
    Since const since;
    const Array x({length}, ones);
    Ambient tape;
    std::size_t most = 0;
    for (int step = 0; step < 3000; ++step) {
        tape->make_room();
        Shown const sines(tape, apply(tape, Op::sin, x.on(tape)));
        tape->make_room();
        Shown const squares(tape, apply(tape, Op::square, sines.operand()));
        gradient(tape, seed_of(squares.operand(), ones));
        most = std::max(most, since.arrays());
    }
    // So many slots, after which nobody refers to any of them.
    CHECK(most <= Tape::first_slots / length + 10);
}
