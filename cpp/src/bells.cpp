// Waves and bells: sinc, the error function and the normal distribution, with
// the activations built on them.
#include <cmath>

#include "autodiffx/formulas.hpp"

namespace autodiffx::kernel {

namespace {

constexpr double pi = 3.1415926535897932384626433832795029;
constexpr double sqrt_half = 0.70710678118654752440084436210484904;
constexpr double sqrt_half_error = -4.833646656726456726e-17;  // what sqrt_half lacks
constexpr double sqrt_2 = 1.4142135623730950488016887242096981;
constexpr double sqrt_2_pi = 2.5066282746310005024157652848110453;
constexpr double log_sqrt_2_pi = 0.91893853320467274178032973640561764;
constexpr double inverse_sqrt_2_pi = 0.39894228040143267793994605993438187;
constexpr double two_over_sqrt_pi = 1.1283791670955125738961589031215452;
constexpr double four_over_pi = 1.2732395447351626861510701069801148;

// factor * exp(-c x**2) for c = 1/2 or 1. The square is carried to twice the
// digits, and the factor meets the exponential before that can underflow.
double bell(double x, double c, double factor) {
    if (!(std::abs(x) < 40.0)) return std::isnan(x) ? x : std::copysign(0.0, factor);
    double const square = x * x;
    double const square_error = std::fma(x, x, -square);
    double const half = std::exp(-0.5 * c * square);
    return factor * (1.0 - c * square_error) * half * half;
}

// The polynomial p of d^n/dx^n exp(-c x**2) = p(x) exp(-c x**2).
double hermite(double x, int n, double c) {
    double before = 0.0, now = 1.0;
    for (int k = 0; k < n; ++k) {
        double const next = -2.0 * c * (x * now + k * before);
        before = now;
        now = next;
    }
    return now;
}

// sin(pi x + n pi / 2), the whole turns taken off exactly.
double sin_pi(double x, int n) {
    double const quarters = std::nearbyint(2.0 * x);
    double const t = pi * (x - 0.5 * quarters);
    switch ((static_cast<int>(std::fmod(quarters, 4.0)) + n) & 3) {
        case 0: return std::sin(t);
        case 1: return std::cos(t);
        case 2: return -std::sin(t);
        default: return -std::cos(t);
    }
}

// phi(-y) / Phi(-y) - y for y > 0, by the continued fraction
// 1 / (y + 2 / (y + 3 / (y + ...))), started where the rest is known well.
double mills_excess(double y) {
    int const terms = 12 + static_cast<int>(300.0 / (y * y));
    double tail = 0.5 * (y + std::sqrt(y * y + 4.0 * (terms + 1)));
    for (int k = terms; k >= 2; --k) tail = y + k / tail;
    return 1.0 / tail;
}

constexpr double mills_limit = -1.0;  // below it the continued fraction serves

// The root r < 0 of Phi(r) = q for small q, by Halley's step on
// log Phi(r) - log q.
double ndtri_tail(double q) {
    double const log_q = std::log(q);
    double const t = std::sqrt(-2.0 * log_q);
    // Abramowitz and Stegun 26.2.23, to 4.5e-4.
    double r = -t + (2.515517 + t * (0.802853 + t * 0.010328)) /
                        (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    for (int i = 0; i < 2; ++i) {
        double const m = log_ndtr_partial(r);
        double const step = (log_ndtr(r) - log_q) / m;
        r -= step / (1.0 + 0.5 * step * (r + m));
    }
    return r;
}

// The root of erf(r) = x for |x| <= 1/2.
double erfinv_center(double x) {
    if (std::abs(x) < 1e-9) return table::half_sqrt_pi * x;
    // Winitzki's approximation, to 2e-3.
    double const log_term = std::log1p(-x * x), shape = 4.33 + 0.5 * log_term;
    double r = std::copysign(
        std::sqrt(std::sqrt(shape * shape - log_term / 0.147) - shape), x);
    for (int i = 0; i < 2; ++i) {
        double const step = (std::erf(r) - x) / erf_derivative(r, 1.0);
        r -= step / (1.0 + r * step);
    }
    return r;
}

}  // namespace

double sinc_derivative(double x, double order) {
    int const n = static_cast<int>(order);
    if (std::isinf(x)) return n == 0 ? nan : 0.0;
    if (n > 0 && std::abs(x) < 0.25 * (n + 1)) {
        // sum_k (-1)^k pi^2k x^(2k-n) (2k)! / ((2k-n)! (2k+1)!)
        int const first = (n + 1) / 2;
        double coefficient = 1.0;
        for (int j = 1; j <= 2 * first; ++j) coefficient *= j <= 2 * first - n ? 1.0 : j;
        for (int j = 1; j <= 2 * first + 1; ++j) coefficient /= j;
        for (int j = 0; j < first; ++j) coefficient *= -pi * pi;
        double term = 2 * first > n ? coefficient * x : coefficient, sum = 0.0;
        for (int k = first; k < first + 40; ++k) {
            sum += term;
            double const a = 2.0 * k + 1.0, b = a + 1.0;
            // the next term over this one
            term *= -pi * pi * x * x * a * b / ((a - n) * (b - n) * b * (b + 1.0));
            if (std::abs(term) < 1e-18 * std::abs(sum)) break;
        }
        return sum;
    }
    if (x == 0.0) return 1.0;
    // x f(n) + n f(n-1) = pi^(n-1) sin(pi x + n pi / 2)
    double value = sin_pi(x, 0) / (pi * x), pi_power = 1.0;
    for (int k = 1; k <= n; ++k) {
        value = (pi_power * sin_pi(x, k) - k * value) / x;
        pi_power *= pi;
    }
    return value;
}

double erf_derivative(double x, double order) {
    int const n = static_cast<int>(order) - 1;
    return bell(x, 1.0, two_over_sqrt_pi * hermite(x, n, 1.0));
}

double normal_derivative(double x, double order) {
    return bell(x, 0.5, inverse_sqrt_2_pi * hermite(x, static_cast<int>(order), 0.5));
}

double silu_partial(double x) {
    if (x > 800.0) return 1.0;
    if (x < -800.0) return -0.0;
    double const s = 1.0 + std::exp(-std::abs(x));
    if (x >= 0.0) return (1.0 + x * std::exp(-x) / s) / s;
    return scaled_exp(x, (1.0 + x / s) / s);
}

double silu_curvature(double x) {
    double const y = std::abs(x);
    if (y > 800.0) return -0.0;
    double const s = 1.0 + std::exp(-y);
    return scaled_exp(-y, (2.0 - y * std::tanh(0.5 * y)) / (s * s));
}

double gelu(double x) {
    if (x < -40.0) return -0.0;
    if (x < -20.0) return bell(x, 0.5, inverse_sqrt_2_pi * x / log_ndtr_partial(x));
    return x * ndtr(x);
}

double gelu_partial(double x) {
    if (x < -5.0) return bell(x, 0.5, inverse_sqrt_2_pi * (x + 1.0 / log_ndtr_partial(x)));
    return ndtr(x) + bell(x, 0.5, inverse_sqrt_2_pi * x);
}

double ndtr(double x) {
    double const z = -x * sqrt_half;
    double value = 0.5 * std::erfc(z);
    if (z > 0.5 && z < 30.0) {
        // z was rounded; erfc'(z) / erfc(z) is nearly -(z + sqrt(z^2 + 4 / pi)).
        double const z_error = std::fma(-x, sqrt_half, -z) - x * sqrt_half_error;
        value -= value * z_error * (z + std::sqrt(z * z + four_over_pi));
    }
    return value;
}

double log_ndtr(double x) {
    if (x > mills_limit) return std::log1p(-ndtr(-x));
    return -0.5 * x * x - (log_sqrt_2_pi + std::log(log_ndtr_partial(x)));
}

double log_ndtr_partial(double x) {
    if (x < mills_limit) return -x + mills_excess(-x);
    return normal_derivative(x, 0.0) / ndtr(x);
}

double log_ndtr_curvature(double x) {
    if (x < -1e9) return -1.0;
    if (x < mills_limit) {
        double const excess = mills_excess(-x);
        return -excess * (excess - x);
    }
    double const m = log_ndtr_partial(x);
    return normal_derivative(x, 1.0) / ndtr(x) - m * m;
}

double ndtri(double p) {
    if (!(p >= 0.0 && p <= 1.0)) return nan;
    if (p == 0.0) return -infinity;
    if (p == 1.0) return infinity;
    if (p < 0.25) return ndtri_tail(p);
    if (p > 0.75) return -ndtri_tail(1.0 - p);
    return sqrt_2 * erfinv_center(2.0 * (p - 0.5));
}

double ndtri_partial(double p) {
    if (!(p >= 0.0 && p <= 1.0)) return nan;
    double const q = p > 0.5 ? 1.0 - p : p;
    if (q == 0.0) return infinity;
    double const r = ndtri(q);
    if (q > 0.25) return sqrt_2_pi * std::exp(0.5 * r * r);
    return 1.0 / log_ndtr_partial(r) / q;
}

double erfinv(double x) {
    double const q = 1.0 - std::abs(x);
    if (!(q >= 0.0)) return nan;
    if (q == 0.0) return std::copysign(infinity, x);
    if (q >= 0.5) return erfinv_center(x);
    return std::copysign(sqrt_half * ndtri_tail(0.5 * q), x);
}

}  // namespace autodiffx::kernel
