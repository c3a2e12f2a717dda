// Float32 statements in a reverse sweep: in every layout, beside the same statement on float64.
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "autodiffx/singles.hpp"
#include "check.hpp"

using namespace recording;
using namespace autodiffx;

namespace {

// Numbers all over an interval that float32 has, always the same.
Elements drawn(const Interval& from, std::size_t count, unsigned seed) {
    Elements result(count);
    for (double& each : result) {
        seed = seed * 1664525u + 1013904223u;
        double const share = (seed >> 8) / double(1u << 24);
        each = static_cast<double>(static_cast<float>(from.low + (from.high - from.low) * share));
    }
    return result;
}

// How an operand lies along two axes.
struct Layout {
    const char* name;
    bool rows, columns;  // whether it goes on along them
    std::int64_t step;   // between elements
};
constexpr std::array layouts = {Layout{"whole", true, true, 1}, Layout{"row", false, true, 1},
                                Layout{"column", true, false, 1}, Layout{"one", false, false, 1},
                                Layout{"every second", true, true, 2}};

struct Matrix {
    std::int64_t rows, columns;
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(rows * columns); }
    [[nodiscard]] Seen seen(const ArrayOperand& whole, const Layout& layout) const {
        std::int64_t const down = layout.columns ? columns * layout.step : 1;
        return {whole, {rows, columns}, {layout.rows ? down : 0, layout.columns ? layout.step : 0}};
    }
};
constexpr std::array matrices = {Matrix{3, 40}, Matrix{1, 2500}, Matrix{5, 2}, Matrix{4, 1}};

struct Found {
    std::vector<Elements> by_operand;
};

// The gradient by both operands; `same` makes one array of them.
template <Op op>
Found gradient_in(Dtype dtype, const Matrix& matrix, const Layout (&of)[2], bool same) {
    constexpr int arity = Row<op>::arity;
    Graph tape;
    std::vector<std::unique_ptr<Array>> arrays;
    std::vector<Seen> seen;
    for (int k = 0; k < arity; ++k) {
        if (k == 0 || !same) {
            std::size_t const count = 2 * matrix.size();
            arrays.push_back(std::make_unique<Array>(
                Lengths{static_cast<std::int64_t>(count)},
                drawn(Row<op>::intervals[k], count, static_cast<unsigned>(k + 1)), dtype));
        }
        seen.push_back(matrix.seen(arrays.back()->on(tape), of[k]));
    }
    ArrayOperand operands[2];
    for (int k = 0; k < arity; ++k) operands[k] = seen[static_cast<std::size_t>(k)].operand();
    Shown const result(tape, record_array(tape, op, operands));
    Elements weights = drawn({-1.0, 1.0}, matrix.size(), 7);
    weights[0] = 0.0;
    auto const slopes = gradient(tape, seed_of(result.operand(), weights));
    Found found;
    for (auto const& each : arrays) found.by_operand.push_back(adjoints_of(slopes, *each));
    return found;
}

bool agree(const Elements& single, const Elements& expected) {
    double largest = 0.0;
    for (double const each : expected) largest = std::max(largest, std::abs(each));
    return close(single, expected, 2e-6 * largest);
}

template <Op op>
void compare() {
    constexpr int arity = Row<op>::arity;
    if constexpr (Row<op>::smoothness != Smoothness::passive && arity < 3) {
        for (Matrix const& matrix : matrices) {
            for (Layout const& a : layouts) {
                for (Layout const& b : layouts) {
                    for (bool const same : {false, true}) {
                        if (arity == 1 && (same || &b != &layouts[0])) continue;
                        // Where both contributions cancel there is nothing to be relative to.
                        if (same && op != Op::add && op != Op::multiply && op != Op::hypot)
                            continue;
                        Layout const of[] = {a, b};
                        Found const single = gradient_in<op>(Dtype::float32, matrix, of, same);
                        Found const whole = gradient_in<op>(Dtype::float64, matrix, of, same);
                        for (std::size_t k = 0; k < single.by_operand.size(); ++k) {
                            if (agree(single.by_operand[k], whole.by_operand[k])) continue;
                            check::fail(__FILE__, __LINE__,
                                        std::string(Row<op>::name) + " of " + a.name + " and " +
                                            b.name + ", operand " + std::to_string(k));
                        }
                    }
                }
            }
        }
    }
}

}  // namespace

TEST(arithmetic) {
    compare<Op::add>();
    compare<Op::subtract>();
    compare<Op::multiply>();
    compare<Op::divide>();
    compare<Op::negative>();
    compare<Op::positive>();
    compare<Op::square>();
    compare<Op::reciprocal>();
    compare<Op::hypot>();
}
TEST(functions) {
    compare<Op::tanh>();
    compare<Op::sigmoid>();
    compare<Op::exp>();
    compare<Op::log>();
    compare<Op::sqrt>();
    compare<Op::sin>();
    compare<Op::arctan2>();
    compare<Op::maximum>();
    compare<Op::softplus>();
}

TEST(sums_along_either_axis) {
    for (Matrix const& matrix : matrices) {
        for (int const marked : {0, 1, 2}) {
            bool const axes[] = {marked != 1, marked != 0};
            Elements slopes[2];
            for (Dtype const dtype : {Dtype::float64, Dtype::float32}) {
                Graph tape;
                const Array x({matrix.rows, matrix.columns}, drawn({-1, 1}, matrix.size(), 1),
                              dtype);
                Shown const sum(tape, record_sum_over(tape, x.on(tape), axes, false));
                auto const count =
                    static_cast<std::size_t>(elements_of(sum.made.shape, sum.made.ndim));
                auto const found = gradient(tape, seed_of(sum.operand(), drawn({-1, 1}, count, 2)));
                slopes[dtype == Dtype::float64] = adjoints_of(found, x);
            }
            CHECK(slopes[0] == slopes[1]);
        }
    }
}

TEST(zero_wins_against_an_infinite_partial) {
    Graph tape;
    Elements numbers(20, 1.0), weights(20, 2.0);
    numbers[3] = numbers[4] = weights[3] = 0.0;
    const Array x({20}, numbers, Dtype::float32);
    ArrayOperand const operand = x.on(tape);
    Shown const result(tape, record_array(tape, Op::sqrt, &operand));
    Elements const found = adjoints_of(gradient(tape, seed_of(result.operand(), weights)), x);
    CHECK_EQUAL(found[3], 0.0);
    CHECK_EQUAL(found[4], std::numeric_limits<double>::infinity());
    CHECK_EQUAL(found[5], 1.0);
}

TEST(what_is_no_statement_of_singles_is_refused) {
    Graph tape;
    const Array x({20}, drawn({-1, 1}, 20, 1));
    ArrayOperand const operand = x.on(tape);
    record_array(tape, Op::tanh, &operand);
    Tape const& on = tape;
    ArrayRecord const record(on, on.statements[on.statements.size() - 1]);
    CHECK(!pull_back_single(record, {}));
}
