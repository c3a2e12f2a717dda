// External statements: a kernel of this file in every sweep, its entries through collection,
// rewinding and the end of a tape.
#include "autodiffx/external.hpp"

#include <memory>
#include <vector>

#include "check.hpp"
#include "recording.hpp"

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
    static std::size_t place(const View& view, std::int64_t i) {
        return static_cast<std::size_t>(view.first + view.offset + i * view.strides[0]);
    }
    void forward(const ExternalRecord& record, double* primals) override {
        if (refuses) throw std::domain_error("refused");
        ArrayOperand const x = record.operand(0), s = record.operand(1);
        View const products = record.result(0), squares = record.result(1);
        double sum = 0.0;
        for (std::int64_t i = 0; i < x.shape[0]; ++i) {
            double const each = primals[place(x, i)];
            primals[place(products, i)] = each * primals[s.first];
            sum += each * each;
        }
        primals[squares.first + squares.offset] = sum;
    }
    void tangent(const ExternalRecord& record, const double* primals, double* tangents) override {
        ArrayOperand const x = record.operand(0), s = record.operand(1);
        View const products = record.result(0), squares = record.result(1);
        double sum = 0.0;
        for (std::int64_t i = 0; i < x.shape[0]; ++i) {
            std::size_t const at = place(x, i);
            tangents[place(products, i)] =
                tangents[at] * primals[s.first] + primals[at] * tangents[s.first];
            sum += 2.0 * primals[at] * tangents[at];
        }
        tangents[squares.first + squares.offset] = sum;
    }
    template <class T, class Primal>
    static void pull_back(const ExternalRecord& record, Primal primal, T* adjoints) {
        ArrayOperand const x = record.operand(0), s = record.operand(1);
        View const products = record.result(0), squares = record.result(1);
        T const of_sum = adjoints[squares.first + squares.offset];
        for (std::int64_t i = 0; i < x.shape[0]; ++i) {
            T const adjoint = adjoints[place(products, i)];
            T& of_x = adjoints[place(x, i)];
            of_x = of_x + adjoint * primal(s.first) + T(2.0) * of_sum * primal(place(x, i));
            if (is_active(s.kind)) {
                T& of_s = adjoints[s.first];
                of_s = of_s + adjoint * primal(place(x, i));
            }
        }
    }
    void reverse(const ExternalRecord& record, const double* primals, const double*,
                 double* adjoints) override {
        pull_back(record, [primals](std::size_t at) { return primals[at]; }, adjoints);
    }
    void reverse(const ExternalRecord& record, const double* primals, const double* tangents,
                 dual<double>* adjoints) override {
        pull_back(
            record, [=](std::size_t at) { return dual<double>(primals[at], tangents[at]); },
            adjoints);
    }
    std::vector<ArrayResult> reverse(Tape&, const std::vector<ArrayOperand>&,
                                     const std::vector<ArrayOperand>&,
                                     const std::vector<ArrayOperand>&,
                                     const std::vector<bool>&) override {
        return {};
    }
};

// Three numbers in an array leaf.
struct Vector {
    Leaf* const leaf = new Leaf;
    explicit Vector(std::vector<double> elements) {
        leaf->array = std::make_unique<LeafArray>();
        leaf->array->size = static_cast<std::int64_t>(elements.size());
        leaf->array->shape = {leaf->array->size};
        leaf->array->value = std::move(elements);
        leaf->touch();
    }
    Vector(const Vector&) = delete;
    Vector& operator=(const Vector&) = delete;
    ~Vector() { leaf->release(); }
};

constexpr std::int64_t one_step[] = {1}, backwards[] = {-1};

ArrayOperand operand_of(Tape& tape, const Vector& x) {
    ArrayOperand operand;
    operand.first = tape.input(*x.leaf);
    operand.extent = tape.extent_at(operand.first);
    operand.slots = x.leaf->slots();
    operand.shape = x.leaf->array->shape.data();
    operand.strides = one_step;
    operand.ndim = 1;
    operand.kind = Kind::leaf;
    return operand;
}
ArrayOperand operand_of(Operand number) {
    ArrayOperand operand;
    operand.first = number.slot;
    operand.kind = number.kind;
    operand.deferred = number.deferred;
    return operand;
}

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
    external_of(tape, statement)->forward(ExternalRecord(tape, statement), tape.primals.data());
    return extent;
}

Seed<double> seed_of(const ArrayResult& extent, std::vector<double> adjoints) {
    Seed<double> seed{extent.first, 0.0};
    seed.extent = std::move(adjoints);
    return seed;
}

const LeafAdjoint& of(const std::vector<LeafAdjoint>& found, const Leaf* leaf) {
    for (LeafAdjoint const& each : found) {
        if (each.leaf == leaf) return each;
    }
    throw std::logic_error("the leaf was not reached");
}

}  // namespace

TEST(a_kernel_takes_part_in_both_sweeps) {
    Graph tape;
    const Vector x({1.0, -2.0, 3.0});
    const Variable s(0.5);
    ArrayOperand reversed = operand_of(tape, x);
    reversed.strides = backwards;
    reversed.offset = 2;
    ArrayResult const extent = record_products(tape, reversed, operand_of(s.on(tape)));
    CHECK_EQUAL(extent.slots, 4u);
    CHECK_EQUAL(tape->primals[extent.first], 1.5);
    CHECK_EQUAL(tape->primals[extent.first + 3], 14.0);

    auto const seed = seed_of(extent, {1.0, 10.0, 100.0, 1000.0});
    auto const found = gradient(tape, seed);
    CHECK(of(found, x.leaf).extent == (std::vector<double>{2050.0, -3995.0, 6000.5}));
    CHECK_EQUAL(of(found, s.leaf).adjoint, 3.0 - 20.0 + 100.0);

    std::vector<LeafTangent> const direction = {{x.leaf, 0.0, {1.0, 0.0, -1.0}}, {s.leaf, 2.0}};
    CHECK(tangent(tape, extent.first, extent.last(), direction) ==
          (std::vector<double>{5.5, -4.0, 2.5, -4.0}));
    auto const products = hessian_product(tape, seed, direction);
    CHECK(of(products, x.leaf).extent == (std::vector<double>{2200.0, 20.0, -1998.0}));
    CHECK_EQUAL(of(products, s.leaf).adjoint, 99.0);
}

TEST(a_replay_runs_the_kernel_and_survives_its_refusal) {
    Graph tape;
    const Vector x({1.0, 2.0, 3.0});
    const Variable s(1.0);
    ArrayResult const extent = record_products(tape, operand_of(tape, x), operand_of(s.on(tape)));
    s.leaf->set(2.0);
    replay(tape);
    CHECK_EQUAL(tape->primals[extent.first + 2], 6.0);
    auto& kernel = static_cast<Products&>(*external_of(tape, tape->statements[0]));
    kernel.refuses = true;
    s.leaf->set(3.0);
    CHECK_THROWS(std::domain_error, replay(tape));
    CHECK(tape->is_stale());
    kernel.refuses = false;
    replay(tape);
    CHECK_EQUAL(tape->primals[extent.first + 2], 9.0);
}

TEST(collection_keeps_the_entries_that_are_reached) {
    {
        Ambient tape;
        const Vector x({1.0, 2.0, 3.0});
        const Variable s(1.0), t(5.0);
        ArrayResult const extent =
            record_products(tape, operand_of(tape, x), operand_of(s.on(tape)));
        Held const held(tape, {extent.last(), Kind::result, false});
        record_products(tape, operand_of(tape, x), operand_of(t.on(tape)));
        ArrayResult const other =
            record_products(tape, operand_of(tape, x), operand_of(t.on(tape)));
        Held const kept(tape, {other.last(), Kind::result, false});
        CHECK_EQUAL(entries_alive, 3);
        tape->collect();
        CHECK_EQUAL(entries_alive, 2);
        CHECK_EQUAL(tape->externals.size(), 2u);
        auto const found = gradient(tape, {kept.operand().slot, 1.0});
        CHECK(of(found, x.leaf).extent == (std::vector<double>{2.0, 4.0, 6.0}));
        Seed<double> first{kept.operand().slot - 3, 0.0};
        first.extent = {1.0, 0.0, 0.0, 0.0};
        CHECK_EQUAL(of(gradient(tape, first), t.leaf).adjoint, 1.0);
    }
    CHECK_EQUAL(entries_alive, 0);
}

TEST(of_a_result_one_element_may_be_the_seed) {
    Graph tape;
    const Vector x({1.0, -2.0, 3.0});
    const Variable s(0.5);
    ArrayResult const extent = record_products(tape, operand_of(tape, x), operand_of(s.on(tape)));
    tape->has_elements = true;
    auto const found = gradient(tape, {extent.first + 1, 1.0});
    // The kernel reads the adjoints of all results, beyond the seed too.
    CHECK(tape->adjoints.values.size() > extent.last());
    CHECK(of(found, x.leaf).extent == (std::vector<double>{0.0, 0.5, 0.0}));
    CHECK_EQUAL(of(found, s.leaf).adjoint, -2.0);
}

TEST(rewinding_and_clearing_drop_entries) {
    Graph tape;
    const Vector x({1.0, 2.0, 3.0});
    const Variable s(1.0);
    record_products(tape, operand_of(tape, x), operand_of(s.on(tape)));
    Position const before = tape->position();
    for (int i = 0; i < 1000; ++i)
        record_products(tape, operand_of(tape, x), operand_of(s.on(tape)));
    CHECK_EQUAL(entries_alive, 1001);
    tape->rewind(before);
    CHECK_EQUAL(entries_alive, 1);
    tape->clear();
    CHECK_EQUAL(entries_alive, 0);
}

TEST(of_constants_nothing_is_recorded) {
    Graph tape;
    double const elements[] = {1.0, 2.0};
    std::int64_t const shape[] = {2};
    ArrayOperand x;
    x.extent = tape->constants(elements, 2);
    x.first = tape->extents[x.extent].first;
    x.slots = 2;
    x.shape = shape;
    x.strides = one_step;
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
