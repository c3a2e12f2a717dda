// What the rows call: constants to full length and short kernels. A kernel is
// a function of doubles and may branch, so that the rows need not. The longer
// ones are declared in special.hpp.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

namespace autodiffx::table {

inline constexpr double ln_2 = 0.69314718055994530941723212145817657;
inline constexpr double log2_e = 1.4426950408889634073599246810018921;
inline constexpr double log10_e = 0.43429448190325182765112891891660508;
inline constexpr double half_sqrt_pi = 0.88622692545275801364908374167057259;
inline constexpr double radians_per_degree = 0.017453292519943295769236907684886127;
inline constexpr double degrees_per_radian = 57.295779513082320876798154814105170;
inline constexpr double selu_scale = 1.0507009873554804934193349852946;
inline constexpr double selu_scale_alpha = 1.7580993408473768599402175208123;

// How power_derivative counts: once more by the base, once more by the exponent.
inline constexpr double power_by_base = 1.0;
inline constexpr double power_by_exponent = 1024.0;

}  // namespace autodiffx::table

namespace autodiffx::kernel {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double pi = 3.1415926535897932384626433832795029;
inline constexpr double pi_squared = 9.8696044010893586188344909998761511;
inline constexpr double sqrt_2_pi = 2.5066282746310005024157652848110453;
inline constexpr double inverse_sqrt_2_pi = 0.39894228040143267793994605993438187;
inline constexpr double two_over_sqrt_pi = 1.1283791670955125738961589031215452;

// 0 * inf is 0 here: what does not depend contributes nothing. Without a branch, so that a loop
// over it becomes vector instructions.
inline double chain(double adjoint, double partial) {
    double const product = adjoint * partial;
    return (adjoint == 0.0) | (partial == 0.0) ? 0.0 : product;
}

// ---- series ------------------------------------------------------------------

// sum_k c[k] d**(k+1), d the distance of x from a root that is known to twice
// the digits: the root's relative accuracy is kept all the way to it.
template <std::size_t count>
double root_series(double x, double root, double root_error, const double (&c)[count]) {
    double const distance = (x - root) - root_error;
    double sum = c[count - 1];
    for (std::size_t k = count - 1; k-- > 0;) sum = sum * distance + c[k];
    return sum * distance;
}

// sum_k c[k] T_k(u) by Clenshaw's rule, for u in [-1, 1].
template <std::size_t count>
double chebyshev_series(double u, const double (&c)[count]) {
    double now = 0.0, before = 0.0;
    for (std::size_t k = count - 1; k > 0; --k) {
        double const next = 2.0 * u * now - before + c[k];
        before = now;
        now = next;
    }
    return u * now - before + c[0];
}

// ---- selection and steps -----------------------------------------------------

inline double sign(double x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x == 0.0 ? 0.0 : x; }

// Of two zeros NumPy's maximum and minimum give the second, its fmax and fmin the first.
inline double maximum(double a, double b) { return a > b || std::isnan(a) ? a : b; }
inline double fmax(double a, double b) { return a >= b || std::isnan(b) ? a : b; }

// The share of a in maximum(a, b). A nan takes it all.
inline double maximum_partial(double a, double b) {
    if (a > b) return 1.0;
    if (a < b) return 0.0;
    return a == b || std::isnan(a) == std::isnan(b) ? 0.5 : std::isnan(a) ? 1.0 : 0.0;
}

// The share of a in fmax(a, b). A nan leaves it to the other.
inline double fmax_partial(double a, double b) {
    if (a > b) return 1.0;
    if (a < b) return 0.0;
    return a == b || std::isnan(a) == std::isnan(b) ? 0.5 : std::isnan(a) ? 0.0 : 1.0;
}

inline double relu(double x) { return x > 0.0 || std::isnan(x) ? x : 0.0; }

// ---- exponentials ------------------------------------------------------------

// scale * exp(x); where exp(x) alone would lose digits to underflow, or
// overflow before the scale brings it back, in two halves.
inline double scaled_exp(double x, double scale) {
    if (std::abs(x) < 700.0) return scale * std::exp(x);
    double const half = std::exp(0.5 * x);
    return scale * half * half;
}

inline double scaled_exp2(double x, double scale) {
    if (std::abs(x) < 1000.0) return scale * std::exp2(x);
    double const half = std::exp2(0.5 * x);
    return scale * half * half;
}

inline double selu(double x) {
    return x >= 0.0 ? table::selu_scale * x : table::selu_scale_alpha * std::expm1(x);
}

inline double sigmoid(double x) {
    if (x >= 0.0) return 1.0 / (1.0 + std::exp(-x));
    double const e = std::exp(x);
    return e / (1.0 + e);
}

// sigmoid(x) sigmoid(-x), even in x: written with the exponential that does not
// overflow.
inline double logistic_density(double x) {
    double const e = std::exp(-std::abs(x));
    return e / std::fma(e, 2.0 + e, 1.0);
}

// 1 / cosh(x)**2; far out, where exp(-2 |x|) alone may be subnormal, as a square.
inline double sech2(double x) {
    if (std::abs(x) < 20.0) return 4.0 * logistic_density(2.0 * x);
    double const sech = 2.0 * std::exp(-std::abs(x));
    return sech * sech;
}

inline double softplus(double x) {
    return (x > 0.0 ? x : 0.0) + std::log1p(std::exp(-std::abs(x)));
}

// The two halves about their common maximum, so that neither overflows.
inline double logaddexp(double a, double b) {
    if (a == b) return a + table::ln_2;  // two equal infinities have no difference
    return a > b ? a + std::log1p(std::exp(b - a)) : b + std::log1p(std::exp(a - b));
}

inline double logaddexp_partial(double a, double b) { return a == b ? 0.5 : sigmoid(a - b); }

inline double logsumexp_partial(double x, double total) {
    return std::isinf(total) ? 0.0 : std::exp(x - total);
}

inline double xlogy(double x, double y) {
    return x == 0.0 && !std::isnan(y) ? 0.0 : x * std::log(y);
}
inline double xlog1py(double x, double y) {
    return x == 0.0 && !std::isnan(y) ? 0.0 : x * std::log1p(y);
}

// log(p / (1 - p)); about 1/2, where it vanishes, by the distance from there.
inline double logit(double p) {
    if (p > 0.25 && p < 0.75) return 2.0 * std::atanh(2.0 * (p - 0.5));
    return std::log(p / (1.0 - p));
}

// ---- activations ---------------------------------------------------------------

inline double softsign(double x) {
    return std::isinf(x) ? std::copysign(1.0, x) : x / (1.0 + std::abs(x));
}

// x sigmoid(x), which decays to -0 on the left.
inline double silu(double x) {
    if (x >= 0.0) return x / (1.0 + std::exp(-x));
    return x < -800.0 ? -0.0 : scaled_exp(x, x / (1.0 + std::exp(x)));
}

// 1 / (1 + |x|)**2, what the sum lost to rounding put back.
inline double softsign_partial(double x) {
    double const magnitude = std::abs(x), sum = 1.0 + magnitude;
    double const kept = sum - magnitude, lost = (1.0 - kept) + (magnitude - (sum - kept));
    return std::isinf(sum) ? 0.0 : (1.0 - 2.0 * (lost / sum)) / sum / sum;
}

// ---- algebraic -----------------------------------------------------------------

// 1 / (1 + sign x**2) rounded about once: the sum is carried to twice the digits.
inline double inverse_of_one_and_square(double x, double sign) {
    double const square = sign * x * x, square_error = std::fma(sign * x, x, -square);
    double const sum = 1.0 + square;
    double const kept = sum - square, lost = (1.0 - kept) + (square - (sum - kept));
    double const inverse = 1.0 / sum;
    if (sum == 0.0) return inverse;
    return inverse + inverse * (std::fma(-sum, inverse, 1.0) - (lost + square_error) * inverse);
}
inline double arctan_partial(double x) {
    return std::abs(x) > 1e9 ? 1.0 / x / x : inverse_of_one_and_square(x, 1.0);
}
inline double arctanh_partial(double x) {
    return std::abs(x) > 1e9 ? -1.0 / x / x : inverse_of_one_and_square(x, -1.0);
}

// One over the root of 1 - x**2, 1 + x**2 and x**2 - 1, each rounded once.
inline double arcsin_partial(double x) { return 1.0 / std::sqrt(std::fma(-x, x, 1.0)); }
inline double arcsinh_partial(double x) {
    return std::abs(x) > 1e150 ? 1.0 / std::abs(x) : 1.0 / std::sqrt(std::fma(x, x, 1.0));
}
inline double arccosh_partial(double x) {
    if (x < 1.0) return nan;
    return x > 1e150 ? 1.0 / x : 1.0 / std::sqrt(std::fma(x, x, -1.0));
}

}  // namespace autodiffx::kernel
