// External statements: a kernel of this file in every sweep, its entries through collection,
// rewinding and the end of a tape.
#include "autodiffx/external.hpp"

#include <memory>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"

using namespace recording;
using namespace autodiffx;

namespace {

int entries_alive = 0;

// Of a vector x and a number s: the products x[i] * s, and the sum of the squares of x.
struct Products : External {
    bool refuses = false;
    Products() { ++entries_alive; }
    Products(const Products&) = delete;
    Products& operator=(const Products&) = delete;
    ~Products() override { --entries_alive; }

    [[nodiscard]] std::string_view name() const override { return "products"; }
    // The numbers of a view of up to one axis.
    template <class T>
    struct Line {
        T* first;
        std::int64_t step;
        Line(const Places<T>& places, const ArrayOperand& view)
            : first(places.at(view) + view.offset), step(view.ndim == 0 ? 0 : view.strides[0]) {}
        T& operator[](std::int64_t i) const { return first[i * step]; }
    };
    void forward(const ExternalRecord& record, Places<double> primals) override {
        if (refuses) throw std::domain_error("refused");
        Line const x(primals, record.operand(0)), s(primals, record.operand(1)),
            products(primals, record.result(0)), squares(primals, record.result(1));
        squares[0] = 0.0;
        for (std::int64_t i = 0; i < record.operand(0).shape[0]; ++i) {
            products[i] = x[i] * s[0];
            squares[0] += x[i] * x[i];
        }
    }
    void tangent(const ExternalRecord& record, Places<const double> primals,
                 Places<double> tangents) override {
        Line const x(primals, record.operand(0)), s(primals, record.operand(1));
        Line const of_x(tangents, record.operand(0)), of_s(tangents, record.operand(1)),
            of_products(tangents, record.result(0)), of_squares(tangents, record.result(1));
        of_squares[0] = 0.0;
        for (std::int64_t i = 0; i < record.operand(0).shape[0]; ++i) {
            of_products[i] = of_x[i] * s[0] + x[i] * of_s[0];
            of_squares[0] += 2.0 * x[i] * of_x[i];
        }
    }
    // `read(view, i)`: the primal of one of its elements.
    template <class T, class Read>
    static void pull_back(const ExternalRecord& record, Places<T> adjoints, Read read) {
        ArrayOperand const x = record.operand(0), s = record.operand(1);
        Line const of_x(adjoints, x), of_s(adjoints, s), of_products(adjoints, record.result(0)),
            of_squares(adjoints, record.result(1));
        for (std::int64_t i = 0; i < x.shape[0]; ++i) {
            T const adjoint = of_products[i];
            of_x[i] = of_x[i] + adjoint * read(s, 0) + T(2.0) * of_squares[0] * read(x, i);
            if (is_active(s.kind)) of_s[0] = of_s[0] + adjoint * read(x, i);
        }
    }
    void reverse(const ExternalRecord& record, const AdjointPlaces<double>& at) override {
        pull_back(record, at.adjoints,
                  [&](const ArrayOperand& of, std::int64_t i) { return Line(at.primals, of)[i]; });
    }
    void reverse(const ExternalRecord& record, const AdjointPlaces<dual<double>>& at) override {
        pull_back(record, at.adjoints, [&](const ArrayOperand& of, std::int64_t i) {
            return dual<double>(Line(at.primals, of)[i], Line(at.tangents, of)[i]);
        });
    }
    std::vector<ArrayResult> reverse(Tape&, const std::vector<ArrayOperand>&,
                                     const std::vector<ArrayOperand>&,
                                     const std::vector<ArrayOperand>&,
                                     const std::vector<bool>&) override {
        return {};
    }
};

// Computed by the kernel itself once it stands there.
ArrayResult record_products(Tape& tape, const ArrayOperand& x, const ArrayOperand& s) {
    std::vector<double> const nothing(static_cast<std::size_t>(x.shape[0]), 0.0);
    std::vector<ExternalResult> results(2);
    results[0].ndim = 1;
    results[0].shape = x.shape;
    results[0].packed = nothing.data();
    results[1].packed = nothing.data();
    ArrayResult const extent =
        record_external(tape, std::make_unique<Products>(), {x, s}, results, Dtype::float64, false);
    CHECK_EQUAL(results[1].offset, x.shape[0]);
    Statement const& statement = tape.statements[tape.statements.size() - 1];
    external_of(tape, statement)->forward(ExternalRecord(tape, statement), tape.places());
    return extent;
}

Seed<double> seed_of(const ArrayResult& extent, const Elements& adjoints) {
    Seed<double> seed{extent.first, 0.0};
    seed.extent = packed(adjoints);
    return seed;
}

double of(const std::vector<LeafAdjoint>& found, const Variable& variable) {
    REQUIRE(names(found, variable));
    return adjoint_of(found, variable);
}

}  // namespace

TEST(a_kernel_takes_part_in_both_sweeps) {
    Graph tape;
    const Array x({3}, {1.0, -2.0, 3.0});
    const Variable s(0.5);
    Seen const reversed(x.on(tape), {3}, {-1}, 2);
    ArrayResult const extent = record_products(tape, reversed.operand(), scalar(s.on(tape)));
    CHECK_EQUAL(extent.slots, 4u);
    CHECK(numbers(tape, extent) == (Elements{1.5, -1.0, 0.5, 14.0}));

    auto const seed = seed_of(extent, {1.0, 10.0, 100.0, 1000.0});
    auto const found = gradient(tape, seed);
    CHECK(adjoints_of(found, x) == (Elements{2050.0, -3995.0, 6000.5}));
    CHECK_EQUAL(of(found, s), 3.0 - 20.0 + 100.0);

    std::vector<LeafTangent> const direction = {along(x, {1.0, 0.0, -1.0}), {s.leaf, 2.0}};
    CHECK(tangent(tape, extent.first, extent.last(), direction) ==
          (Elements{5.5, -4.0, 2.5, -4.0}));
    auto const products = hessian_product(tape, seed, direction);
    CHECK(adjoints_of(products, x) == (Elements{2200.0, 20.0, -1998.0}));
    CHECK_EQUAL(of(products, s), 99.0);
}

TEST(a_replay_runs_the_kernel_and_survives_its_refusal) {
    Graph tape;
    const Array x({3}, {1.0, 2.0, 3.0});
    const Variable s(1.0);
    ArrayResult const extent = record_products(tape, x.on(tape), scalar(s.on(tape)));
    s.leaf->set(2.0);
    replay(tape);
    CHECK_EQUAL(numbers(tape, extent)[2], 6.0);
    auto& kernel = static_cast<Products&>(*external_of(tape, tape->statements[0]));
    kernel.refuses = true;
    s.leaf->set(3.0);
    CHECK_THROWS(std::domain_error, replay(tape));
    CHECK(tape->is_stale());
    kernel.refuses = false;
    replay(tape);
    CHECK_EQUAL(numbers(tape, extent)[2], 9.0);
}

TEST(collection_keeps_the_entries_that_are_reached) {
    {
        Ambient tape;
        const Array x({3}, {1.0, 2.0, 3.0});
        const Variable s(1.0), t(5.0);
        ArrayResult const extent = record_products(tape, x.on(tape), scalar(s.on(tape)));
        Shown const held(tape, extent);
        record_products(tape, x.on(tape), scalar(t.on(tape)));
        ArrayResult const other = record_products(tape, x.on(tape), scalar(t.on(tape)));
        Held const kept(tape, slot_of(tape, other, 3));
        CHECK_EQUAL(entries_alive, 3);
        tape->collect();
        CHECK_EQUAL(entries_alive, 2);
        CHECK_EQUAL(tape->externals.size(), 2u);
        auto const found = gradient(tape, {kept.operand().slot, 1.0});
        CHECK(adjoints_of(found, x) == (Elements{2.0, 4.0, 6.0}));
        Seed<double> first{kept.operand().slot - 3, 0.0};
        first.extent = packed({1.0, 0.0, 0.0, 0.0});
        CHECK_EQUAL(of(gradient(tape, first), t), 1.0);
    }
    CHECK_EQUAL(entries_alive, 0);
}

TEST(of_a_result_one_element_may_be_the_seed) {
    Graph tape;
    const Array x({3}, {1.0, -2.0, 3.0});
    const Variable s(0.5);
    ArrayResult const extent = record_products(tape, x.on(tape), scalar(s.on(tape)));
    auto const found = gradient(tape, {slot_of(tape, extent, 1).slot, 1.0});
    // The kernel reads the adjoints of all results, beyond the seed too.
    CHECK(tape->adjoints.values.size() > extent.last());
    CHECK(adjoints_of(found, x) == (Elements{0.0, 0.5, 0.0}));
    CHECK_EQUAL(of(found, s), -2.0);
}

TEST(rewinding_and_clearing_drop_entries) {
    Graph tape;
    const Array x({3}, {1.0, 2.0, 3.0});
    const Variable s(1.0);
    record_products(tape, x.on(tape), scalar(s.on(tape)));
    Position const before = tape->position();
    for (int i = 0; i < 1000; ++i) record_products(tape, x.on(tape), scalar(s.on(tape)));
    CHECK_EQUAL(entries_alive, 1001);
    tape->rewind(before);
    CHECK_EQUAL(entries_alive, 1);
    tape->clear();
    CHECK_EQUAL(entries_alive, 0);
}

TEST(of_constants_nothing_is_recorded) {
    Graph tape;
    double const elements[] = {1.0, 2.0};
    std::int64_t const shape[] = {2}, one = 1;
    ArrayOperand x;
    x.extent = tape->constants(elements, 2);
    x.first = tape->extents[x.extent].first;
    x.slots = 2;
    x.shape = shape;
    x.strides = &one;
    x.ndim = 1;
    std::vector<ExternalResult> results(1);
    results[0].ndim = 1;
    results[0].shape = shape;
    results[0].packed = elements;
    ArrayResult const result =
        record_external(tape, std::make_unique<Products>(), {x}, results, Dtype::float64, false);
    CHECK(result.kind == Kind::constant);
    CHECK_EQUAL(result.ndim, 1);
    CHECK_EQUAL(tape->statements.size(), 0u);
    CHECK_EQUAL(entries_alive, 0);
}
