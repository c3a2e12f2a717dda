// Sweeps through arrays that are themselves recorded: second derivatives against exact ones, and
// against those of dual numbers.
#include <cmath>
#include <vector>

#include "arrays.hpp"
#include "autodiffx/join.hpp"
#include "check.hpp"

using namespace recording;
using namespace autodiffx;

namespace {

// What `program` makes of a copy of x, weighed and swept down to that copy with the sweep
// recorded: the gradient is an array of the tape.
template <class Program>
struct Slope {
    Graph tape;
    ArrayOperand result;
    Slot first = 0, last = 0;  // of the gradient
    std::vector<std::int64_t> shape;

    Slope(const Array& x, const Elements& weights, const Program& program) {
        x.on(tape);
        Position const before = tape->position();
        Shown const copy(tape, record_copy(tape, x.on(tape), x.leaf->array->dtype, ArrayOp::copy));
        std::size_t const stop = tape->statements.size();
        Shown const value(tape, program(*tape.tape, copy.operand()));
        result = value.operand();
        RecordedAdjoints adjoints;
        if (value.made.ndim == 0 && weights.empty())
            recorded_sweep(tape, adjoints, {result.first, Recorded(1.0)}, stop, before);
        else recorded_sweep(tape, adjoints, seed_of(result, weights), stop, before);
        // What arrived at single elements comes in too.
        Statement const statement = tape->statements[stop - 1];
        RecordedAdjoints::Array const& found = settled(tape, statement, adjoints);
        REQUIRE(found.present);
        first = found.first;
        last = found.first + copy.made.slots - 1;
    }
    [[nodiscard]] Elements elements(const Array& x) const {
        std::uint32_t const extent = tape->extent_at(first);
        return unpacked(tape->places().at(first, extent), x.size(), x.leaf->array->dtype);
    }
    // The derivative of the gradient's product with a direction.
    [[nodiscard]] Elements bent(const Array& x, const Elements& direction) const {
        Seed<double> seed{first, 1.0};
        seed.dtype = x.leaf->array->dtype;
        seed.extent = packed(direction, seed.dtype);
        return adjoints_of(gradient(tape, seed), x);
    }
};

// Checks the gradient and its product with a direction: of the plain sweep, of dual numbers, of
// the recorded sweep and of its replay at another point.
template <class Program, class Gradient, class Product>
void check_curvature(const Lengths& shape, const Elements& at, const Elements& elsewhere,
                     const Elements& weights, const Elements& direction, const Program& program,
                     const Gradient& exact, const Product& product, double tolerance = 1e-13,
                     Dtype dtype = Dtype::float64) {
    const Array x(shape, at, dtype);
    Slope<Program> const slope(x, weights, program);
    CHECK(close(slope.elements(x), exact(at), tolerance));
    CHECK(close(slope.bent(x, direction), product(at), tolerance));
    Graph plain;
    Shown const result(plain, program(*plain.tape, x.on(plain)));
    auto const seed = seed_of(result.operand(), weights.empty() ? Elements{1.0} : weights);
    CHECK(close(adjoints_of(gradient(plain, seed), x), exact(at), tolerance));
    auto const duals = hessian_product(plain, seed, {along(x, direction)});
    CHECK(close(adjoints_of(duals, x), product(at), tolerance));
    x.set(elsewhere);
    replay(slope.tape);
    CHECK(close(slope.elements(x), exact(elsewhere), tolerance));
    CHECK(close(slope.bent(x, direction), product(elsewhere), tolerance));
}

ArrayResult apply(Tape& tape, Op op, const ArrayOperand& operand) {
    return record_array(tape, op, &operand);
}
ArrayResult apply(Tape& tape, Op op, const ArrayOperand& a, const ArrayOperand& b) {
    ArrayOperand const operands[] = {a, b};
    return record_array(tape, op, operands);
}
ArrayResult sum(Tape& tape, const ArrayOperand& operand) { return record_total(tape, operand); }

}  // namespace

TEST(element_by_element) {
    Elements const weights = {1.0, -2.0, 0.5}, direction = {0.3, 0.7, -1.1};
    auto const each = [&](auto f) {
        return [&, f](const Elements& x) {
            Elements result(3);
            for (std::size_t i = 0; i < 3; ++i) result[i] = f(x[i], weights[i], direction[i]);
            return result;
        };
    };
    // x sin(x)
    auto const program = [](Tape& tape, const ArrayOperand& x) {
        Shown const sine(tape, apply(tape, Op::sin, x));
        return apply(tape, Op::multiply, x, sine.operand());
    };
    auto const slope = [](double x, double w, double) {
        return w * (std::sin(x) + x * std::cos(x));
    };
    auto const product = [](double x, double w, double v) {
        return w * v * (2 * std::cos(x) - x * std::sin(x));
    };
    check_curvature({3}, {0.3, -0.8, 2.0}, {1.5, 0.1, -0.6}, weights, direction, program,
                    each(slope), each(product));
    check_curvature({3}, {0.3, -0.8, 2.0}, {1.5, 0.1, -0.6}, weights, direction, program,
                    each(slope), each(product), 2e-6, Dtype::float32);
}

TEST(rows_that_repeat_and_sums) {
    // sum_ij (x[j] x[2+i])^2, of views of one array: a row and a column.
    auto const program = [](Tape& tape, const ArrayOperand& x) {
        Seen const row(x, {1, 2}, {0, 1}), column(x, {2, 1}, {1, 0}, 2);
        Shown const outer(tape, apply(tape, Op::multiply, row.operand(), column.operand()));
        Shown const squares(tape, apply(tape, Op::square, outer.operand()));
        return sum(tape, squares.operand());
    };
    // f = (a^2 + b^2)(c^2 + d^2)
    auto const slope = [](const Elements& x) {
        double const p = x[0] * x[0] + x[1] * x[1], q = x[2] * x[2] + x[3] * x[3];
        return Elements{2 * x[0] * q, 2 * x[1] * q, 2 * x[2] * p, 2 * x[3] * p};
    };
    Elements const v = {1.0, -0.5, 0.25, 2.0};
    auto const product = [&](const Elements& x) {
        double const p = x[0] * x[0] + x[1] * x[1], q = x[2] * x[2] + x[3] * x[3];
        double const dp = 2 * (x[0] * v[0] + x[1] * v[1]), dq = 2 * (x[2] * v[2] + x[3] * v[3]);
        return Elements{2 * v[0] * q + 2 * x[0] * dq, 2 * v[1] * q + 2 * x[1] * dq,
                        2 * v[2] * p + 2 * x[2] * dp, 2 * v[3] * p + 2 * x[3] * dp};
    };
    Elements const at = {0.5, -1.0, 2.0, 0.75}, elsewhere = {-0.3, 0.2, 1.0, -1.5};
    check_curvature({4}, at, elsewhere, {1.0}, v, program, slope, product);
    check_curvature({4}, at, elsewhere, {}, v, program, slope, product);
}

TEST(joined_parts) {
    // The squares of x^2 and of x turned around.
    auto const program = [](Tape& tape, const ArrayOperand& x) {
        Seen const reversed(x, {2}, {-1}, 1);
        Shown const squares(tape, apply(tape, Op::square, x));
        Shown const both(tape, record_join(tape, {squares.operand(), reversed.operand()}, 0));
        return apply(tape, Op::square, both.operand());
    };
    Elements const w = {1.0, -2.0, 0.5, 3.0}, v = {0.3, -1.1};
    auto const slope = [&](const Elements& x) {
        return Elements{4 * w[0] * x[0] * x[0] * x[0] + 2 * w[3] * x[0],
                        4 * w[1] * x[1] * x[1] * x[1] + 2 * w[2] * x[1]};
    };
    auto const product = [&](const Elements& x) {
        return Elements{(12 * w[0] * x[0] * x[0] + 2 * w[3]) * v[0],
                        (12 * w[1] * x[1] * x[1] + 2 * w[2]) * v[1]};
    };
    check_curvature({2}, {0.5, -1.0}, {2.0, 0.25}, w, v, program, slope, product);
    check_curvature({2}, {0.5, -1.0}, {2.0, 0.25}, w, v, program, slope, product, 1e-5,
                    Dtype::float32);
}

TEST(elements_beside_whole_arrays) {
    // x[0] x[1] sum(x^2) exp(x[2]): numbers that are elements, and an array of all of them.
    auto const program = [](Tape& tape, const ArrayOperand& x) {
        auto const slot = [&](std::int64_t i) { return slot_of(tape, x, i); };
        Shown const squares(tape, apply(tape, Op::square, x));
        ArrayResult const total = sum(tape, squares.operand());
        Operand const scale = record<Op::multiply>(
            tape, record<Op::multiply>(tape, slot(0), slot(1)), record<Op::exp>(tape, slot(2)));
        ArrayResult const all{total};
        std::int64_t strides[max_ndim];
        return apply(tape, Op::multiply, as_operand(all, strides), scalar(scale));
    };
    auto const slope = [](const Elements& x) {
        double const s = x[0] * x[0] + x[1] * x[1] + x[2] * x[2], e = std::exp(x[2]);
        double const m = x[0] * x[1];
        return Elements{e * (x[1] * s + m * 2 * x[0]), e * (x[0] * s + m * 2 * x[1]),
                        e * m * (s + 2 * x[2])};
    };
    Elements const v = {0.4, -0.9, 0.3};
    auto const product = [&](const Elements& x) {
        double const s = x[0] * x[0] + x[1] * x[1] + x[2] * x[2], e = std::exp(x[2]);
        double const m = x[0] * x[1];
        double const ds = 2 * (x[0] * v[0] + x[1] * v[1] + x[2] * v[2]), de = e * v[2];
        double const dm = x[0] * v[1] + x[1] * v[0];
        return Elements{
            de * (x[1] * s + 2 * m * x[0]) +
                e * (v[1] * s + x[1] * ds + 2 * dm * x[0] + 2 * m * v[0]),
            de * (x[0] * s + 2 * m * x[1]) +
                e * (v[0] * s + x[0] * ds + 2 * dm * x[1] + 2 * m * v[1]),
            de * m * (s + 2 * x[2]) + e * dm * (s + 2 * x[2]) + e * m * (ds + 2 * v[2])};
    };
    check_curvature({3}, {0.5, -1.2, 0.3}, {1.1, 0.4, -0.7}, {1.0}, v, program, slope, product);
}

TEST(past_writes) {
    // y = x; y[0:2] = x[1:3]^2; y[2] = x[0] y[0]; y[at 1, 2] = y[at 2, 1]: y is
    // (b^2, a b^2, c^2), of x = (a, b, c), and the result y x.
    auto const program = [](Tape& tape, const ArrayOperand& x) {
        Shown const y(tape, record_fill(tape, x, x.shape, 1, Dtype::float64));
        Seen const upper(x, {2}, {1}, 1), first(x, {}, {});
        Shown const squares(tape, apply(tape, Op::square, upper.operand()));
        record_write(tape, y.view({2}, {1}).operand(), squares.operand());
        Operand const start = element(tape, y.operand(), 0);
        Shown const made(tape, apply(tape, Op::multiply, first.operand(), scalar(start)));
        record_write(tape, y.view({}, {}, 2).operand(), made.operand());
        std::int64_t const from[] = {2, 1}, to[] = {1, 2}, count = 2;
        Shown const taken(tape, record_take(tape, y.operand(), from, &count, 1));
        record_write_at(tape, y.operand(), to, 2, taken.operand());
        return apply(tape, Op::multiply, y.operand(), x);
    };
    // w0 a b^2 + w1 a b^3 + w2 c^3
    Elements const w = {1.0, -0.5, 2.0}, v = {0.3, -0.6, 0.9};
    auto const slope = [&](const Elements& x) {
        double const a = x[0], b = x[1], c = x[2];
        return Elements{w[0] * b * b + w[1] * b * b * b, 2 * w[0] * a * b + 3 * w[1] * a * b * b,
                        3 * w[2] * c * c};
    };
    auto const product = [&](const Elements& x) {
        double const a = x[0], b = x[1], c = x[2];
        double const mixed = 2 * w[0] * b + 3 * w[1] * b * b;
        return Elements{mixed * v[1], mixed * v[0] + (2 * w[0] * a + 6 * w[1] * a * b) * v[1],
                        6 * w[2] * c * v[2]};
    };
    check_curvature({3}, {0.7, -1.1, 0.4}, {-0.2, 0.8, 1.3}, w, v, program, slope, product);
}

TEST(through_indices) {
    // Taken often and put together: t = (c^2, a^2, c^2), p = (t0 + t2, t1), p^2.
    auto const program = [](Tape& tape, const ArrayOperand& x) {
        std::int64_t const from[] = {2, 0, 2}, to[] = {0, 1, 0}, three = 3, two = 2;
        Shown const taken(tape, record_take(tape, x, from, &three, 1));
        Shown const squares(tape, apply(tape, Op::square, taken.operand()));
        Shown const put(tape, record_put(tape, squares.operand(), to, &two, 1));
        return apply(tape, Op::square, put.operand());
    };
    // 4 c^4 w0 + a^4 w1
    Elements const w = {0.5, -2.0}, v = {0.3, -0.6, 0.9};
    auto const slope = [&](const Elements& x) {
        return Elements{4 * w[1] * std::pow(x[0], 3), 0.0, 16 * w[0] * std::pow(x[2], 3)};
    };
    auto const product = [&](const Elements& x) {
        return Elements{12 * w[1] * x[0] * x[0] * v[0], 0.0, 48 * w[0] * x[2] * x[2] * v[2]};
    };
    check_curvature({3}, {0.7, -1.1, 0.4}, {-0.2, 0.8, 1.3}, w, v, program, slope, product);
}

TEST(products_of_matrices) {
    // X X' weighed: gradient (W + W') X, along V (W + W') V.
    auto const program = [](Tape& tape, const ArrayOperand& x) {
        Seen const transposed(x, {3, 2}, {1, 3});
        return record_matmul(tape, x, transposed.operand());
    };
    Elements const w = {1.0, -0.5, 2.0, 0.25}, v = {0.3, -0.6, 0.9, 1.0, -2.0, 0.5};
    auto const times = [&](const Elements& x) {
        Elements result(6);
        for (std::size_t i = 0; i < 2; ++i) {
            for (std::size_t j = 0; j < 3; ++j) {
                for (std::size_t k = 0; k < 2; ++k)
                    result[3 * i + j] += (w[2 * i + k] + w[2 * k + i]) * x[3 * k + j];
            }
        }
        return result;
    };
    auto const product = [&](const Elements&) { return times(v); };
    Elements const at = {0.5, 1.0, -2.0, 0.25, 3.0, 1.5}, elsewhere = {1, -1, 2, -2, 3, -3};
    check_curvature({2, 3}, at, elsewhere, w, v, program, times, product);
    check_curvature({2, 3}, at, elsewhere, w, v, program, times, product, 1e-5, Dtype::float32);
}

TEST(what_was_swept_with_zero_gets_zero) {
    // Zero stays zero against an infinite partial, also where the sweep is recorded.
    const Array x({2}, {0.0, 4.0});
    auto const root = [](Tape& tape, const ArrayOperand& of) { return apply(tape, Op::sqrt, of); };
    Slope<decltype(root)> const slope(x, {0.0, 1.0}, root);
    CHECK(slope.elements(x) == (Elements{0.0, 0.25}));
    CHECK(slope.bent(x, {0.0, 1.0}) == (Elements{0.0, -1.0 / 32.0}));
}

namespace {

// f = sum_g w[g] log(sum of exp over group g); group[i] says to which x[i] belongs.
struct Groups {
    std::vector<std::size_t> group;
    Elements weights;

    // Calls use(i, share of x[i] in its group, weight) for each.
    template <class Use>
    void for_each(const Elements& x, Use use) const {
        Elements sums(weights.size());
        for (std::size_t i = 0; i < x.size(); ++i) sums[group[i]] += std::exp(x[i]);
        for (std::size_t i = 0; i < x.size(); ++i)
            use(i, std::exp(x[i]) / sums[group[i]], weights[group[i]]);
    }
    [[nodiscard]] Elements slope(const Elements& x) const {
        Elements result(x.size());
        for_each(x, [&](std::size_t i, double share, double w) { result[i] = w * share; });
        return result;
    }
    [[nodiscard]] Elements product(const Elements& x, const Elements& v) const {
        Elements means(weights.size()), result(x.size());
        for_each(x, [&](std::size_t i, double share, double) { means[group[i]] += share * v[i]; });
        for_each(x, [&](std::size_t i, double share, double w) {
            result[i] = w * share * (v[i] - means[group[i]]);
        });
        return result;
    }
    void check(const bool (&marked)[2], bool turned) const {
        Elements const v = {0.3, 0.7, -1.1, 0.2, -0.4, 0.9};
        auto const program = [&](Tape& tape, const ArrayOperand& x) {
            Seen const across(x, {3, 2}, {1, 3});
            return record_logsumexp_over(tape, turned ? across.operand() : x, marked, false);
        };
        auto const exact = [&](const Elements& x) { return slope(x); };
        auto const bent = [&](const Elements& x) { return product(x, v); };
        Elements const at = {0.3, -0.8, 2.0, 1.5, 0.1, -0.6}, elsewhere = {1, 0, -2, 0.5, 3, -1};
        check_curvature({2, 3}, at, elsewhere, weights, v, program, exact, bent);
        check_curvature({2, 3}, at, elsewhere, weights, v, program, exact, bent, 1e-6,
                        Dtype::float32);
    }
};

}  // namespace

TEST(logarithms_of_sums_along_axes) {
    Groups const rows{{0, 0, 0, 1, 1, 1}, {1.5, -0.5}}, columns{{0, 1, 2, 0, 1, 2}, {1, 2, -1}},
        all{{0, 0, 0, 0, 0, 0}, {2}}, none{{0, 1, 2, 3, 4, 5}, {1, 2, 3, -1, -2, -3}};
    rows.check({false, true}, false);
    rows.check({true, false}, true);
    columns.check({true, false}, false);
    columns.check({false, true}, true);
    all.check({true, true}, false);
    all.check({true, true}, true);
    none.check({false, false}, false);
}

TEST(logarithms_of_long_sums) {
    // More than a block, so far out that exp alone would overflow.
    constexpr std::size_t length = 3000;
    for (Dtype const dtype : {Dtype::float64, Dtype::float32}) {
        bool const single = dtype == Dtype::float32;
        const Array x({length}, Elements(length, 2000.0), dtype);
        Graph tape;
        bool const marked[] = {true};
        Shown const result(tape, record_logsumexp_over(tape, x.on(tape), marked, false));
        CHECK(close(result.elements(), {2000.0 + std::log(3000.0)}, single ? 2e-4 : 1e-12));
        auto const found = adjoints_of(gradient(tape, seed_of(result.operand(), {1.0})), x);
        CHECK(close(found, Elements(length, 1.0 / 3000.0), single ? 1e-10 : 1e-18));
    }
}

TEST(infinite_sums_pass_nothing_on) {
    double const infinity = std::numeric_limits<double>::infinity();
    const Array x({3, 2}, {-infinity, -infinity, infinity, 1.0, -infinity, 2.0});
    Graph tape;
    bool const marked[] = {false, true};
    Shown const result(tape, record_logsumexp_over(tape, x.on(tape), marked, true));
    CHECK(result.elements() == (Elements{-infinity, infinity, 2.0}));
    auto const found = gradient(tape, seed_of(result.operand(), {1, 1, 1}));
    CHECK(adjoints_of(found, x) == (Elements{0, 0, 0, 0, 0, 1}));
}

TEST(a_logarithm_of_sums_of_nothing) {
    const Array x({2, 0}, {});
    Graph tape;
    bool const marked[] = {false, true}, other[] = {true, false};
    double const infinity = std::numeric_limits<double>::infinity();
    Shown const rows(tape, record_logsumexp_over(tape, x.on(tape), marked, false));
    CHECK(rows.elements() == (Elements{-infinity, -infinity}));
    Shown const columns(tape, record_logsumexp_over(tape, x.on(tape), other, false));
    CHECK(columns.elements().empty());
}
