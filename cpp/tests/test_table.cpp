// The operator table: its facts, its special values, identities between its rows,
// and that a row serves every number type alike.
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <type_traits>
#include <utility>

#include "autodiffx/dual.hpp"
#include "check.hpp"

using namespace autodiffx;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double subnormal = 5e-324;

// Equal, nan to nan, and zeros with their signs.
bool same(double x, double y) {
    if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
    return x == y && std::signbit(x) == std::signbit(y);
}

bool close(double x, double y, double ulps) {
    if (x == y) return true;
    return std::abs(x - y) <= ulps * std::numeric_limits<double>::epsilon() * std::abs(y);
}

// visit(std::integral_constant<Op, op>) for every operator of the table.
template <class Visit, std::size_t... i>
void for_each_op(const Visit& visit, std::index_sequence<i...>) {
    (visit(std::integral_constant<Op, static_cast<Op>(i)>()), ...);
}
template <class Visit>
void for_each_op(const Visit& visit) {
    for_each_op(visit, std::make_index_sequence<table_size>());
}

// Row<op>'s partial i and its primal at operands that are given as an array.
template <Op op, int i, class T>
T partial_at(const T (&x)[3], const T& r) {
    if constexpr (Row<op>::arity == 1) return Row<op>::template partial<i>(x[0], r);
    else if constexpr (Row<op>::arity == 2) return Row<op>::template partial<i>(x[0], x[1], r);
    else return Row<op>::template partial<i>(x[0], x[1], x[2], r);
}
template <Op op, class T>
T value_at(const T (&x)[3]) {
    if constexpr (Row<op>::arity == 1) return evaluate<op>(x[0]);
    else if constexpr (Row<op>::arity == 2) return evaluate<op>(x[0], x[1]);
    else return evaluate<op>(x[0], x[1], x[2]);
}

// Operands inside their intervals, no two alike, three sets of them.
template <Op op>
void choose(double (&x)[3], int which) {
    constexpr double places[] = {0.45, 0.23, 0.83, 0.37, 0.66};
    for (int k = 0; k < Row<op>::arity; ++k) {
        const Interval& interval = Row<op>::intervals[k];
        x[k] = interval.low + places[which + k] * (interval.high - interval.low);
    }
}

template <Op op, int i>
void check_tangent(int which) {
    using dual1 = dual<double>;
    double x[3] = {};
    choose<op>(x, which);
    dual1 d[3];
    for (int k = 0; k < Row<op>::arity; ++k) d[k] = dual1(x[k], k == i ? 1.0 : 0.0);
    double const r = value_at<op>(x);
    dual1 const found = value_at<op>(d);
    CHECK_EQUAL(found.value, r);
    CHECK_EQUAL(found.tangent, (partial_at<op, i>(x, r)) + 0.0);
}

// Against a central difference, which sees a wrong formula and no more.
template <Op op, int i>
void check_slope(int which) {
    using R = Row<op>;
    bool const is_order = std::string(R::partial_texts[i]) == "0.0";
    if (R::smoothness == Smoothness::stepped || R::smoothness == Smoothness::passive) return;
    if (is_order) return;
    double x[3] = {}, above[3], below[3];
    choose<op>(x, which);
    double const h = 1e-5 * (1.0 + std::abs(x[i]));
    for (int k = 0; k < 3; ++k) above[k] = below[k] = x[k];
    above[i] += h;
    below[i] -= h;
    double const r = value_at<op>(x), partial = partial_at<op, i>(x, r);
    double const slope = (value_at<op>(above) - value_at<op>(below)) / (above[i] - below[i]);
    if (!(std::abs(slope - partial) < 1e-6 * (1.0 + std::abs(r) + std::abs(partial)))) {
        std::string const what = std::string(R::name) + " by operand " + std::to_string(i);
        check::fail(__FILE__, __LINE__,
                    what + ": " + check::shown(partial) + ", slope " + check::shown(slope));
    }
}

// Not-a-number in what a partial is not said to read changes nothing.
template <Op op, int i>
void check_reads() {
    constexpr unsigned reads = partial_reads<op, i>();
    CHECK(reads < 16);
    CHECK((reads & 7U) < (1U << static_cast<unsigned>(Row<op>::arity)));
    double x[3] = {};
    choose<op>(x, 0);
    double const r = value_at<op>(x), partial = partial_at<op, i>(x, r);
    for (int k = 0; k < Row<op>::arity; ++k) {
        if (reads & (1U << static_cast<unsigned>(k))) continue;
        double y[3] = {x[0], x[1], x[2]};
        y[k] = not_a_number;
        CHECK(same(partial_at<op, i>(y, r), partial));
    }
    if (!(reads & Reads::result)) CHECK(same(partial_at<op, i>(x, not_a_number), partial));
}

template <Op op, int i = 0, class Check>
void for_each_operand(const Check& check) {
    if constexpr (i < Row<op>::arity) {
        check(std::integral_constant<int, i>());
        for_each_operand<op, i + 1>(check);
    }
}

template <Op op>
double first(double x) {
    return evaluate<op>(dual<double>(x, 1.0)).tangent;
}
template <Op op>
double second(double x) {
    using dual2 = dual<dual<double>>;
    return evaluate<op>(dual2({x, 1.0}, {1.0, 0.0})).tangent.tangent;
}

}  // namespace

TEST(every_row_has_a_name_of_its_own) {
    std::set<std::string> names;
    for_each_op([&](auto op) { names.insert(std::string(Row<op()>::name)); });
    CHECK_EQUAL(names.size(), table_size);
    CHECK_EQUAL(names.count("tanh"), 1U);
    CHECK_EQUAL(std::string(Row<Op::sech2>::name), "sech2");
}

TEST(hidden_rows_are_read_by_some_partial) {
    // chain belongs to the sweeps as well, logsumexp to a statement of arrays; every other hidden
    // row stands in a partial.
    std::string texts;
    for_each_op([&](auto op) {
        for (const char* text : Row<op()>::partial_texts) texts += std::string(" ") + text;
    });
    for_each_op([&](auto op) {
        if (Row<op()>::visibility == Visibility::open || op() == Op::logsumexp) return;
        std::string const call = std::string(Row<op()>::name) + "(";
        if (texts.find(call) == std::string::npos) check::fail(__FILE__, __LINE__, call);
    });
}

TEST(intervals_have_an_inside) {
    for_each_op([](auto op) {
        for (const Interval& interval : Row<op()>::intervals) CHECK(interval.low <= interval.high);
    });
}

TEST(a_tangent_is_the_partial) {
    for_each_op([](auto op) {
        for_each_operand<op()>([&](auto i) {
            for (int which = 0; which < 3; ++which) check_tangent<op(), i()>(which);
        });
    });
}

TEST(a_partial_is_the_slope_of_its_row) {
    for_each_op([](auto op) {
        for_each_operand<op()>([&](auto i) {
            for (int which = 0; which < 3; ++which) check_slope<op(), i()>(which);
        });
    });
}

TEST(a_partial_reads_what_it_says) {
    for_each_op([](auto op) { for_each_operand<op()>([&](auto i) { check_reads<op(), i()>(); }); });
    static_assert(partial_reads<Op::multiply, 0>() == 2);
    static_assert(partial_reads<Op::multiply, 1>() == 1);
    static_assert(partial_reads<Op::exp, 0>() == Reads::result);
    static_assert(partial_reads<Op::divide, 1>() == (2 | Reads::result));
    static_assert(partial_reads<Op::add, 0>() == 0);
}

TEST(steps_and_decisions_have_no_derivative) {
    for_each_op([](auto op) {
        using R = Row<op()>;
        if (R::smoothness != Smoothness::stepped && R::smoothness != Smoothness::passive) return;
        for (const char* text : R::partial_texts) CHECK_EQUAL(std::string(text), "0.0");
    });
}

TEST(zero_wins_against_infinity) {
    CHECK(same(chain(0.0, inf), 0.0));
    CHECK(same(chain(-0.0, not_a_number), 0.0));
    CHECK(same(chain(inf, 0.0), 0.0));
    CHECK(same(chain(2.0, -inf), -inf));
    // sqrt at 0: an adjoint that is 0 passes 0, its own tangent passes infinity.
    using dual1 = dual<double>;
    dual1 const passed = chain(dual1(0.0, 1.0), dual1(inf, -inf));
    CHECK(same(passed.value, 0.0));
    CHECK(same(passed.tangent, inf));
}

TEST(constants_pass_nothing) {
    using dual1 = dual<double>;
    dual1 const cube = table::power(dual1(-2.0, 1.0), dual1(3.0));
    CHECK_EQUAL(cube.value, -8.0);
    CHECK_EQUAL(cube.tangent, 12.0);  // the partial by the exponent is nan
}

TEST(division_has_pythons_signs) {
    CHECK_EQUAL(table::floor_divide(7.0, 2.0), 3.0);
    CHECK_EQUAL(table::floor_divide(-7.0, 2.0), -4.0);
    CHECK_EQUAL(table::floor_divide(7.0, -2.0), -4.0);
    CHECK(same(table::floor_divide(0.0, -2.0), -0.0));
    CHECK(same(table::floor_divide(1.0, inf), 0.0));
    CHECK_EQUAL(table::floor_divide(-1.0, inf), -1.0);
    CHECK_EQUAL(table::floor_divide(1.0, 0.0), inf);
    CHECK(std::isnan(table::floor_divide(0.0, 0.0)));
    CHECK_EQUAL(table::remainder(-7.0, 2.0), 1.0);
    CHECK_EQUAL(table::remainder(7.0, -2.0), -1.0);
    CHECK(same(table::remainder(6.0, -2.0), -0.0));
    CHECK_EQUAL(table::remainder(-1.0, inf), inf);
    CHECK(std::isnan(table::remainder(1.0, 0.0)));
    CHECK(std::isnan(table::remainder(inf, 2.0)));
}

TEST(selection_and_nan) {
    CHECK(std::isnan(table::maximum(not_a_number, 1.0)));
    CHECK(std::isnan(table::minimum(1.0, not_a_number)));
    CHECK_EQUAL(table::fmax(not_a_number, 1.0), 1.0);
    CHECK_EQUAL(table::fmin(1.0, not_a_number), 1.0);
    CHECK_EQUAL(table::clip(3.0, 0.0, 1.0), 1.0);
    CHECK_EQUAL(table::clip(0.5, 1.0, 0.0), 0.0);
    CHECK(std::isnan(table::clip(not_a_number, 0.0, 1.0)));
    CHECK_EQUAL(table::where(not_a_number, 1.0, 2.0), 1.0);
    CHECK(std::isnan(table::sign(not_a_number)));
    CHECK(same(table::sign(-0.0), 0.0));
    CHECK(std::isnan(table::relu(not_a_number)));
    CHECK_EQUAL(table::rint(0.5), 0.0);
    CHECK_EQUAL(table::rint(1.5), 2.0);
}

TEST(limits_at_infinity) {
    CHECK_EQUAL(first<Op::tanh>(inf), 0.0);
    CHECK_EQUAL(second<Op::tanh>(-inf), 0.0);
    CHECK_EQUAL(first<Op::sigmoid>(-inf), 0.0);
    CHECK_EQUAL(second<Op::arctan>(inf), 0.0);
    CHECK_EQUAL(second<Op::arcsinh>(inf), 0.0);
    CHECK_EQUAL(second<Op::arccosh>(inf), 0.0);
    CHECK_EQUAL(first<Op::gelu>(inf), 1.0);
    CHECK_EQUAL(second<Op::gelu>(-inf), 0.0);
    CHECK_EQUAL(table::gelu(-inf), 0.0);
    CHECK_EQUAL(table::silu(-inf), 0.0);
    CHECK_EQUAL(first<Op::silu>(inf), 1.0);
    CHECK_EQUAL(second<Op::silu>(inf), 0.0);
    CHECK_EQUAL(table::softsign(-inf), -1.0);
    CHECK_EQUAL(second<Op::softsign>(inf), 0.0);
    CHECK_EQUAL(first<Op::log_ndtr>(-inf), inf);
    CHECK_EQUAL(second<Op::log_ndtr>(-inf), -1.0);
    CHECK_EQUAL(first<Op::log_ndtr>(inf), 0.0);
    CHECK_EQUAL(table::log_ndtr_derivative(-inf, 3.0), 0.0);
    CHECK_EQUAL(table::log_ndtr_derivative(inf, 5.0), 0.0);
    CHECK_EQUAL(second<Op::erf>(inf), 0.0);
    CHECK_EQUAL(table::logaddexp(inf, inf), inf);
    CHECK_EQUAL(table::logaddexp(-inf, -inf), -inf);
    CHECK_EQUAL(table::logaddexp_partial(-inf, -inf), 0.5);
}

TEST(tails_keep_their_digits) {
    // 50-digit values, rounded
    CHECK(close(first<Op::tanh>(30.0), 3.5026043050786081e-26, 2));
    CHECK(close(first<Op::sigmoid>(-700.0), 9.8596765437597709e-305, 2));
    CHECK(close(second<Op::sigmoid>(1e-20), -1.25e-21, 2));
    CHECK(close(first<Op::arcsin>(1.0 - 1e-15), 22369621.333333339, 2));
    CHECK(close(second<Op::log_ndtr>(-1e6), -0.999999999999, 2));
    CHECK(close(table::log_ndtr_derivative(-300.0, 3.0), 7.4064198902395809e-8, 8));
    CHECK(close(table::log_ndtr_derivative(-1e76, 4.0), 6e-304, 8));
    CHECK(std::isnan(table::log_ndtr_derivative(-1.0, 172.0)));
    CHECK(close(first<Op::ndtri>(1e-300), 2.69730446504261198e298, 4));
    CHECK(close(table::gelu(-30.0), -1.4720141781444561e-196, 4));
    CHECK_EQUAL(table::expm1(subnormal), subnormal);
}

TEST(edges_of_the_range) {
    // beta overflows by its pole; what is differentiated by the other operand has none.
    CHECK_EQUAL(table::beta(0.3, 1e-310), inf);
    CHECK(close(table::beta_partial(0.3, 1e-310), -12.245364546107731, 2));
    CHECK(close(table::beta_curvature(0.3, 1e-310), 75.272536588726039, 2));
    CHECK(close(table::beta_mixed(0.3, 1e-310), 1.8147986003931829, 2));
    CHECK(close(table::beta_mixed(1e-310, 1e-310), 2.4041138063191886, 2));  // 2 zeta(3)
    // Intermediate results would over- or underflow where the value does not.
    CHECK(close(table::hypot_partial(1.5e308, 1.5e308), 0.70710678118654752, 2));
    CHECK(std::abs(table::hypot_curvature(1.5e308, 1.5e308) - 2.3570226039551584e-309) < 1e-323);
    CHECK(close(table::hypot_partial(subnormal, subnormal), 0.70710678118654752, 2));
    CHECK(close(table::arctan2_partial(1e200, 1e200), 5e-201, 2));
    CHECK_EQUAL(table::arctan2_mixed(3e-311, -3e-311), 0.0);
    CHECK(close(first<Op::arctan>(1e154), 1e-308, 2));
    CHECK(close(first<Op::exp2>(1024.2), 1.4313538816446261e308, 2000));
    CHECK(close(table::power_derivative(1e-300, 1e-20, 1.0), 9.9999999999999991e279, 4));
    CHECK(close(table::power_derivative(1e10, 31.0, 1.0), 3.1e301, 2));
    CHECK_EQUAL(table::power_derivative(3.0, 1e308, 1.0), inf);
    CHECK_EQUAL(table::power_derivative(1e-9, 1e308, 1.0), 0.0);
    CHECK_EQUAL(table::power_derivative(0.0, 1.0, 1.0), 1.0);
    CHECK_EQUAL(table::power_derivative(0.0, 0.5, 1.0), inf);
    CHECK_EQUAL(table::power_derivative(0.0, 2.5, 1024.0), 0.0);
    CHECK(std::isnan(table::power_derivative(-2.0, 0.5, 1.0)));
    CHECK(std::isnan(table::power_derivative(-2.0, 3.0, 1024.0)));
    CHECK_EQUAL(table::sinc(1.7976931348623157e308), 0.0);
    // Subnormal results, to a unit or two.
    CHECK(std::abs(table::silu(-740.0) + 3.0996675112355562e-319) < 1e-323);
    CHECK(std::abs(second<Op::ndtr>(-38.0) - 4.1694399976288532e-313) < 1e-323);
    CHECK(std::abs(first<Op::gamma>(-175.5) - 1.0896658617244078e-318) < 1e-323);
    CHECK(std::abs(second<Op::gamma>(-175.5) - 7.7128964885113237e-318) < 1e-323);
}

TEST(roots_keep_their_digits) {
    CHECK(close(table::digamma(1.4616321449683622), -9.2412655217294275e-17, 4));
    CHECK_EQUAL(table::sinc(3.0), 0.0);
    CHECK_EQUAL(table::lgamma(1.0), 0.0);
    CHECK_EQUAL(table::logit(0.5), 0.0);
}

TEST(gamma_and_its_relatives) {
    CHECK_EQUAL(table::gamma(5.0), 24.0);
    CHECK(std::isnan(table::gamma(-1.0)));
    CHECK_EQUAL(table::gamma(-0.0), -inf);
    CHECK(close(table::gamma_derivative(1.0, 1.0), -0.57721566490153286, 2));
    CHECK(close(table::digamma(1.0), -0.57721566490153286, 2));
    CHECK(close(table::polygamma(1.0, 1.0), 1.6449340668482264, 2));
    CHECK(close(table::polygamma(2.0, 1.0), -2.4041138063191886, 2));
    CHECK(close(table::polygamma(1.0, -0.5), 8.9348022005446793, 4));
    CHECK_EQUAL(table::polygamma(1.0, 0.0), inf);
    CHECK(close(table::beta(2.0, 3.0), 1.0 / 12.0, 4));
    CHECK(close(table::beta(1e-300, 2.0), 1e300, 4));
    CHECK(close(table::betaln(1e10, 1e-10), 23.025850927580150, 4));
    CHECK_EQUAL(table::beta(0.0, 1.0), inf);
    CHECK(close(table::polygamma_drop(3.0, 1e-20, 0.0), -3.9493406684822641e-21, 4));
}

TEST(identities) {
    for (double x : {-3.7, -1.2, -0.4, 0.3, 0.9, 1.6, 2.8, 6.5}) {
        CHECK(close(table::square(table::tanh(x)) + table::sech2(x), 1.0, 4));
        CHECK(close(table::sigmoid(x) + table::sigmoid(-x), 1.0, 2));
        CHECK(close(table::logistic_density(x), table::sigmoid(x) * table::sigmoid(-x), 4));
        CHECK(close(table::ndtr(x) + table::ndtr(-x), 1.0, 2));
        CHECK(close(table::log_ndtr(-std::abs(x)), std::log(table::ndtr(-std::abs(x))), 4));
        CHECK(close(table::silu(x) + table::silu(-x), x * std::tanh(0.5 * x), 8));
        CHECK(close(table::ndtri(table::ndtr(-std::abs(x))), -std::abs(x), 8));
        CHECK(close(table::erfinv(std::erf(0.2 * x)), 0.2 * x, 16));
        CHECK(close(table::hypot_curvature(x, 2.0) * table::hypot(x, 2.0),
                    table::square(table::hypot_partial(2.0, x)), 8));
        CHECK(close(table::digamma(x + 1.0), table::digamma(x) + 1.0 / x, 100));
        double const trigamma = table::polygamma(1.0, x);
        CHECK(close(table::polygamma(1.0, x + 1.0), trigamma - 1.0 / (x * x), 1000));
        CHECK(close(table::cbrt(x) * table::cbrt(x) * table::cbrt(x), x, 4));
    }
}
