// Loops of rows that partials read, beside the kernels of these rows.
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "autodiffx/partial_loops.hpp"
#include "check.hpp"

using namespace autodiffx;

namespace {

constexpr std::ptrdiff_t item = sizeof(double);
constexpr std::ptrdiff_t length = 301;  // no multiple of any vector

bool close(double x, double y) {
    if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
    constexpr double ulps = 6.0, smallest = 5e-324;
    return x == y || std::abs(x - y) <=
                         ulps * (std::numeric_limits<double>::epsilon() * std::abs(y) + smallest);
}

double kernel_at(Op op, double a, double b, double c) {
    switch (op) {
#define UNARY(name, ...) \
    case Op::name:       \
        return Row<Op::name>::primal(a);
#define BINARY(name, ...) \
    case Op::name:        \
        return Row<Op::name>::primal(a, b);
#define TERNARY(name, ...) \
    case Op::name:         \
        return Row<Op::name>::primal(a, b, c);
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
        default:
            return 0.0;
    }
}

int arity(Op op) {
    switch (op) {
#define UNARY(name, ...) \
    case Op::name:       \
        return 1;
#define BINARY(name, ...) \
    case Op::name:        \
        return 2;
#define TERNARY(name, ...) \
    case Op::name:         \
        return 3;
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
        default:
            return 0;
    }
}

// Operands `apart` from each other; a stride of zero repeats the first of them.
void compare(Op op, const std::vector<double> (&from)[3],
             const std::array<std::ptrdiff_t, 3>& apart, std::ptrdiff_t result_apart) {
    int const count = arity(op);
    std::vector<double> found(static_cast<std::size_t>(length * result_apart), 7.5);
    char* pointers[4];
    std::ptrdiff_t steps[4];
    for (int k = 0; k < count; ++k) {
        pointers[k] = reinterpret_cast<char*>(const_cast<double*>(from[k].data()));
        steps[k] = apart[static_cast<std::size_t>(k)] * item;
    }
    pointers[count] = reinterpret_cast<char*>(found.data());
    steps[count] = result_apart * item;
    partial_loop(op)(pointers, &length, steps, nullptr);
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        double at[3] = {};
        for (int k = 0; k < count; ++k)
            at[k] = from[k][static_cast<std::size_t>(i * apart[static_cast<std::size_t>(k)])];
        double const expected = kernel_at(op, at[0], at[1], at[2]);
        double const value = found[static_cast<std::size_t>(i * result_apart)];
        if (close(value, expected)) continue;
        std::string text = "operator " + std::to_string(static_cast<int>(op)) + " at";
        for (int k = 0; k < count; ++k) text += " " + std::to_string(at[k]);
        text += ": " + std::to_string(value) + ", not " + std::to_string(expected);
        return check::fail(__FILE__, __LINE__, text);
    }
}

void compare(Op op, const std::vector<double> (&from)[3]) {
    for (std::array<std::ptrdiff_t, 3> const& apart :
         {std::array<std::ptrdiff_t, 3>{1, 1, 1}, {1, 0, 0}, {0, 1, 0}, {1, 1, 0}, {2, 1, 1}}) {
        for (std::ptrdiff_t const result_apart : {1, 2}) compare(op, from, apart, result_apart);
    }
}

// Numbers all over an interval, always the same.
std::vector<double> drawn(double low, double high, unsigned seed) {
    std::vector<double> result(2 * length);
    for (double& each : result) {
        seed = seed * 1664525u + 1013904223u;
        each = low + (high - low) * (seed >> 8) / double(1u << 24);
    }
    return result;
}

template <class Visit>
void for_each_loop(Visit visit) {
    int found = 0;
    for (std::size_t i = 0; i < table_size; ++i) {
        if (partial_loop(static_cast<Op>(i)) == nullptr) continue;
        visit(static_cast<Op>(i));
        ++found;
    }
    CHECK(found >= 8);
}

bool has_order(Op op) { return op == Op::normal_derivative || op == Op::erf_derivative; }

}  // namespace

TEST(numbers_of_every_size) {
    for_each_loop([](Op op) {
        for (double const reach : {1.0, 5.0, 20.0, 60.0, 800.0}) {
            double const low = op == Op::power_derivative ? 0.01 : -reach;
            for (double const order : {0.0, 1.0, 2.0, 3.0}) {
                double const least = op == Op::erf_derivative ? 1.0 : 0.0;
                std::vector<double> const whole(2 * length, std::max(order, least));
                bool const ordered = has_order(op);
                if (!ordered && order > 0.0) continue;
                compare(op, {drawn(low, reach, 1), ordered ? whole : drawn(-3.0, 3.0, 2),
                             std::vector<double>(2 * length, table::power_by_base)});
            }
        }
    });
}

TEST(single_exponents) {
    for (double const b : {3.0, 2.0, 1.0, 0.5, 0.0, -1.0, 1e300, 0.1}) {
        compare(Op::power_derivative, {drawn(-2.0, 2.0, 5), std::vector<double>(2 * length, b),
                                       std::vector<double>(2 * length, table::power_by_base)});
    }
}

TEST(numbers_that_are_special) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    double const special[] = {inf,    -inf,  std::nan(""), 0.0,  -0.0,
                              5e-324, 1e308, -1e308,       38.0, 27.0};
    for_each_loop([&](Op op) {
        for (double const x : special) {
            for (double const y : special) {
                std::vector<double> a = drawn(-2.0, 2.0, 3), b = drawn(-2.0, 2.0, 4);
                a[10] = a[300] = x;
                b[0] = b[10] = y;
                if (has_order(op)) b.assign(b.size(), 1.0);
                compare(op, {a, b, std::vector<double>(2 * length, table::power_by_base)});
            }
        }
    });
}

// As far as float32 goes: the kernel computes in double.
TEST(singles_of_every_size) {
    int found = 0;
    for (std::size_t i = 0; i < table_size; ++i) {
        Op const op = static_cast<Op>(i);
        if (single_partial_loop(op) == nullptr) continue;
        ++found;
        for (double const reach : {1.0, 5.0, 20.0, 60.0, 120.0}) {
            std::vector<float> x(length), result(2 * length);
            std::vector<double> const from = drawn(-reach, reach, 8);
            for (std::size_t j = 0; j < x.size(); ++j) x[j] = static_cast<float>(from[j]);
            for (std::ptrdiff_t const apart : {1, 2}) {
                char* pointers[] = {reinterpret_cast<char*>(x.data()),
                                    reinterpret_cast<char*>(result.data())};
                constexpr auto single = static_cast<std::ptrdiff_t>(sizeof(float));
                std::ptrdiff_t const steps[] = {single, apart * single};
                single_partial_loop(op)(pointers, &length, steps, nullptr);
                for (std::size_t j = 0; j < x.size(); ++j) {
                    double const expected = kernel_at(op, static_cast<double>(x[j]), 0.0, 0.0);
                    double const value =
                        static_cast<double>(result[j * static_cast<std::size_t>(apart)]);
                    CHECK(std::abs(value - expected) <= 1e-6 * expected + 2e-45);
                }
            }
        }
    }
    CHECK(found >= 2);
}
