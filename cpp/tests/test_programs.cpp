// Random programs on arrays, in views of every layout: wherever the numbers lie they are the same,
// and each sweep agrees with the others.
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"

using namespace recording;
using namespace autodiffx;

namespace {

struct Outcome {
    Elements primals, adjoints, tangents, products;  // of all arrays; by the leaf; of the result
    Elements slopes, bent;  // the recorded sweep's adjoints, and what sweeping it gives
    Elements again;         // primals of the replay elsewhere
};

// One program, made from the numbers that a seed gives: the same for the same seed.
class Program {
public:
    explicit Program(unsigned seed) : random_(seed) {}

    // Statements on arrays that stem from x; the last one's result depends on several.
    void record(Tape& tape, const ArrayOperand& x) {
        tape_ = &tape;
        arrays_.clear();
        keep(record_copy(tape, x, x.dtype, ArrayOp::copy));
        for (int i = 0; i < 12; ++i) {
            step();
            // Nobody has some of them any more: what nothing needs is given back.
            if (arrays_.size() > 2 && below(3) == 0)
                arrays_.erase(arrays_.begin() + below(std::int64_t(arrays_.size())));
            if (below(4) == 0) tape.collect();
        }
        Shape const shape{3, 4};
        Seen const a = view(shape), b = view(shape);
        ArrayOperand const terms[] = {a.operand(), b.operand()};
        keep(record_array(tape, Op::multiply, terms));
    }
    [[nodiscard]] const Shown& result() const { return *arrays_.back(); }
    [[nodiscard]] Elements primals() const {
        Elements all;
        for (auto const& array : arrays_) {
            Elements const each = array->elements();
            all.insert(all.end(), each.begin(), each.end());
        }
        return all;
    }
    void forget() { arrays_.clear(); }

private:
    struct Shape {
        std::int64_t rows, columns;
    };
    std::int64_t below(std::int64_t end) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint32_t>(end));
    }
    void keep(const ArrayResult& result) {
        arrays_.push_back(std::make_unique<Shown>(*tape_, result));
    }
    const Shown& any() {
        return *arrays_[static_cast<std::size_t>(below(static_cast<std::int64_t>(arrays_.size())))];
    }
    Shape any_shape() {
        Shape const shapes[] = {{3, 4}, {4, 3}, {2, 6}, {1, 4}, {3, 1}, {2, 2}};
        return shapes[below(6)];
    }
    // Of the elements of some array, which may repeat and lie in any order.
    Seen view(Shape shape) {
        Shown const& of = any();
        std::int64_t const elements = elements_of(of.made.shape, of.made.ndim);
        Lengths const lengths = {shape.rows, shape.columns};
        if (elements == shape.rows * shape.columns && below(2) == 0) {
            bool const turned = below(2) == 0;
            return of.view(lengths, turned ? Lengths{1, shape.rows} : Lengths{shape.columns, 1});
        }
        for (;;) {
            Lengths steps(2);
            std::int64_t least = 0, most = 0;
            for (std::size_t i = 0; i < 2; ++i) {
                steps[i] = below(13) - 6;
                std::int64_t const span = steps[i] * (lengths[i] - 1);
                (span < 0 ? least : most) += span;
            }
            if (most - least >= elements) continue;
            return of.view(lengths, steps, below(elements - (most - least)) - least);
        }
    }
    Lengths indices(std::int64_t count, std::int64_t end) {
        Lengths result;
        for (std::int64_t i = 0; i < count; ++i) result.push_back(below(end));
        return result;
    }

    void step() {
        Shape const shape = any_shape();
        switch (below(11)) {
            case 0:
            case 1: {
                Op const ops[] = {Op::sin, Op::tanh, Op::square, Op::negative, Op::exp};
                Op const op = ops[below(5)];
                Seen const a = view(shape);
                ArrayOperand const operand = a.operand();
                return keep(record_array(*tape_, op, &operand));
            }
            case 2:
            case 3: {
                Op const ops[] = {Op::add, Op::subtract, Op::multiply, Op::maximum};
                Op const op = ops[below(4)];
                Seen const a = view(shape), b = below(4) == 0 ? a : view(shape);
                ArrayOperand const operands[] = {a.operand(), b.operand()};
                return keep(record_array(*tape_, op, operands));
            }
            case 4: {
                Seen const a = view(shape);
                bool const marked[] = {below(2) == 0, below(2) == 0};
                return keep(record_sum_over(*tape_, a.operand(), marked, true));
            }
            case 5: {
                std::int64_t const inner = 1 + below(4);
                Seen const a = view({shape.rows, inner}), b = view({inner, shape.columns});
                return keep(record_matmul(*tape_, a.operand(), b.operand()));
            }
            case 6: {
                Seen const a = view(shape);
                std::int64_t const room = 1 + below(12);
                if (below(2) == 0) {
                    Lengths const places = indices(shape.rows * shape.columns, 12);
                    std::int64_t const twelve = 12;
                    return keep(record_put(*tape_, a.operand(), places.data(), &twelve, 1));
                }
                Shown const& of = any();
                Lengths const places = indices(room, elements_of(of.made.shape, of.made.ndim));
                return keep(record_take(*tape_, of.operand(), places.data(), &room, 1));
            }
            case 7: {
                // Some numbers of a new array, some of what was there before.
                Seen const a = view({3, 4}), b = view({1, 4});
                keep(record_fill(*tape_, a.operand(), a.shape.data(), 2, Dtype::float64));
                Shown const& made = *arrays_.back();
                record_write(*tape_, made.view({4}, {1}, 4 * below(3)).operand(),
                             Seen(b.of, {4}, {b.strides[1]}).operand());
                std::int64_t const places[] = {below(4), 4 + below(4), 8 + below(4)};
                return record_write_at_(made, places);
            }
            case 8: {
                Seen const a = view(shape);
                Shown const single(*tape_, record_copy(*tape_, a.operand(), Dtype::float32));
                Seen const turned = single.view({shape.columns, shape.rows}, {1, shape.columns});
                return keep(record_copy(*tape_, turned.operand(), Dtype::float64));
            }
            case 9: {
                // An element as a number, beside the array that it comes from.
                Shown const& of = any();
                std::int64_t const place = below(elements_of(of.made.shape, of.made.ndim));
                Operand const number =
                    below(2) == 0 && !tape_->extents[of.operand().extent].assigned
                        ? slot_of(*tape_, of.operand(), place)
                        : element(*tape_, of.operand(), place);
                Operand const sine = autodiffx::record<Op::sin>(*tape_, number);
                Seen const a = view(shape);
                ArrayOperand const operands[] = {a.operand(), scalar(sine)};
                return keep(record_array(*tape_, Op::multiply, operands));
            }
            default: {
                // A view of zeros, in which its elements are put backwards.
                Seen const a = view(shape);
                std::int64_t const strides[] = {-shape.columns, -1}, room = 14;
                return keep(record_spread(*tape_, a.operand(), &room, 1,
                                          shape.rows * shape.columns - 1, strides));
            }
        }
    }
    void record_write_at_(const Shown& made, const std::int64_t* places) {
        Seen const value = view({1, 3});
        autodiffx::record_write_at(*tape_, made.operand(), places, 3, value.operand());
    }

    std::mt19937 random_;
    Tape* tape_ = nullptr;
    std::vector<std::unique_ptr<Shown>> arrays_;
};

Elements const weights = {1.0, -2.0, 0.5, 0.25, 1.5, -0.75, 2.0, -1.0, 0.125, 3.0, -0.5, 1.0};

Elements somewhere(unsigned seed) {
    std::mt19937 random(seed);
    Elements result(12);
    for (double& each : result) each = static_cast<double>(random() % 2001) / 1000.0 - 1.0;
    return result;
}

Outcome outcome_of(unsigned seed, std::uint32_t threshold) {
    std::uint32_t const before = std::exchange(apart_from, threshold);
    Elements const direction = somewhere(seed + 1);
    Outcome found;
    const Array x({3, 4}, somewhere(seed + 2));
    {
        Graph tape;
        Program program(seed);
        program.record(tape, x.on(tape));
        found.primals = program.primals();
        auto const seeded = seed_of(program.result().operand(), weights);
        Slot const first = seeded.slot, last = seeded.last();
        found.adjoints = adjoints_of(gradient(tape, seeded), x);
        CHECK(adjoints_of(gradient(tape, seeded), x) == found.adjoints);
        auto const along_x = along(x, direction);
        auto const tangents = tangent(tape, first, last, {along_x});
        found.tangents = {tangents.begin(), tangents.end()};
        found.products = adjoints_of(hessian_product(tape, seeded, {along_x}), x);
        x.set(somewhere(seed + 3));
        replay(tape);
        found.again = program.primals();
        Graph fresh;
        Program anew(seed);
        anew.record(fresh, x.on(fresh));
        CHECK(anew.primals() == found.again);
        x.set(somewhere(seed + 2));
    }
    {
        // The same on the ambient tape, which forgets and collects; down to a copy of x.
        Ambient tape;
        x.on(tape);
        Position const base = tape->position();
        Shown const copy(tape, record_copy(tape, x.on(tape), Dtype::float64, ArrayOp::copy));
        std::size_t const stop = tape->statements.size();
        Program program(seed);
        program.record(tape, copy.operand());
        Shown const result(tape, program.result().made);
        program.forget();
        tape->collect();
        auto const seeded = seed_of(result.operand(), weights);
        CHECK(adjoints_of(gradient(tape, seeded), x) == found.adjoints);
        RecordedAdjoints adjoints;
        recorded_sweep(tape, adjoints, seeded, stop, base);
        auto const& slope = settled(tape, tape->statements[stop - 1], adjoints);
        if (!slope.present) return found;
        const double* const at = tape->places().at(slope.first, slope.extent);
        found.slopes = {at, at + 12};
        Seed<double> bending{slope.first, 1.0};
        bending.extent = packed(direction);
        auto const bent = gradient(tape, bending);
        found.bent = bent.empty() ? Elements(12) : adjoints_of(bent, x);
    }
    apart_from = before;
    return found;
}

// Relative to the largest of them.
bool agree(const Elements& a, const Elements& b, double tolerance) {
    double largest = 1.0;
    for (double each : a) largest = std::max(largest, std::abs(each));
    return close(a, b, tolerance * largest);
}

}  // namespace

TEST(numbers_are_the_same_wherever_they_lie) {
    int swept = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        int const failures = check::failures;
        Outcome const inside = outcome_of(seed, 1000), apart = outcome_of(seed, 2),
                      mixed = outcome_of(seed, 7);
        for (Outcome const* other : {&apart, &mixed}) {
            CHECK(other->primals == inside.primals);
            CHECK(other->adjoints == inside.adjoints);
            CHECK(other->tangents == inside.tangents);
            CHECK(other->products == inside.products);
            CHECK(other->slopes == inside.slopes);
            CHECK(other->bent == inside.bent);
            CHECK(other->again == inside.again);
        }
        // And the sweeps agree: what is not smooth or single rounds differently.
        Elements const direction = somewhere(seed + 1);
        double forward = 0.0, backward = 0.0;
        for (std::size_t i = 0; i < 12; ++i) {
            forward += weights[i] * apart.tangents[i];
            backward += direction[i] * apart.adjoints[i];
        }
        CHECK(agree({forward}, {backward}, 1e-5));
        if (!apart.slopes.empty()) {
            ++swept;
            CHECK(agree(apart.slopes, apart.adjoints, 1e-5));
            CHECK(agree(apart.bent, apart.products, 1e-4));
        }
        if (check::failures != failures) std::fprintf(stderr, "program %u\n", seed);
    }
    CHECK(swept > 300);
}
