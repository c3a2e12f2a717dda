// The gamma function and its relatives.
#include <cmath>

#include "autodiffx/bernoulli.hpp"
#include "autodiffx/formulas.hpp"
#include "autodiffx/special.hpp"
#include "autodiffx/twofold.hpp"

namespace autodiffx::kernel {

namespace {

// How far the derivatives of gamma and of the cotangent go.
constexpr int max_gamma_order = 32;
constexpr int max_cotangent_order = 62;

// digamma's positive root, and over t = 2 x - 3 the Chebyshev coefficients of
// digamma(x) / (x - root) on [1, 2].
constexpr double digamma_root = 1.4616321449683623;
constexpr double digamma_root_error = 9.549995429965697e-17;
constexpr double digamma_coefficients[] = {
    0.98357026044156698801,     -0.22706408633464439669,    0.033368899023930108972,
    -0.0053200772715965474438,  0.00087886569378205053326,  -0.00014773492650606043282,
    0.00002506054346835914444,  -4.272103402999332207e-6,   7.3027692724659230493e-7,
    -1.2502886813559595515e-7,  2.1425009322359473734e-8,   -3.6732959185651790393e-9,
    6.2997172361089309069e-10,  -1.0805930288832660114e-10, 1.8537351920536378898e-11,
    -3.1802353658255300096e-12, 5.4561475703227941847e-13,  -9.3609931310364381561e-14,
    1.6060646362950750099e-14,  -2.7555431377438813107e-15, 4.7277361786019113911e-16,
    -8.1114842034650900328e-17, 1.3917077694741540651e-17,  -2.3877901082188627e-18,
};

double whole_power(double x, int n) {
    double product = 1.0;
    for (; n > 0; n >>= 1, x *= x) {
        if (n & 1) product *= x;
    }
    return product;
}

// 1 / (x + k)^n. Left of 0 the terms on both sides of a pole can balance, so that no
// argument beside x makes up for their rounding: there they are right to the last digit.
double inverse_power(double x, int k, int n) {
    Twofold const base = exact_sum(k, x);
    if (x > 0.0 || base.high > 1.0) return 1.0 / whole_power(base.high, n);
    return (1.0 - n * (base.low / base.high)) / std::pow(base.high, n);
}

// cot(pi x), the whole turns taken off exactly, from the nearer of pole and zero.
double cot_pi(double x) {
    double const part = x - std::nearbyint(x);
    if (std::abs(part) < 0.25) return 1.0 / std::tan(pi * part);
    return std::copysign(std::tan(pi * (0.5 - std::abs(part))), part);
}

// Whether a polygamma function is taken from the other side of 1/2: to the left,
// and those that change sign also between the first poles. Elsewhere unit steps to
// the right lose nothing.
bool is_reflected(double x, int order) {
    if (x < -3.0) return true;
    return x < 0.0 && order % 2 == 0 && std::abs(x - std::nearbyint(x)) > 0.25;
}

// d^n/dx^n of pi cot(pi x) = pi^(n+1) P(cot(pi x)), where each derivative takes
// P to -(1 + c^2) dP/dc.
double cot_derivative(double x, int n) {
    if (n > max_cotangent_order) return nan;
    double const fraction = x - std::nearbyint(x);
    // Near the pole it alone counts: (-1)^n n! / fraction^(n+1).
    if (std::abs(fraction) < 1e-9) {
        return (n % 2 == 0 ? 1.0 : -1.0) * factorial(n) * whole_power(1.0 / fraction, n + 1);
    }
    double p[max_cotangent_order + 2] = {0.0, 1.0};
    for (int k = 0; k < n; ++k) {
        double next[max_cotangent_order + 2] = {};
        for (int i = 1; i <= k + 1; ++i) {
            next[i - 1] -= i * p[i];
            next[i + 1] -= i * p[i];
        }
        for (int i = 0; i <= k + 2; ++i) p[i] = next[i];
    }
    double const c = cot_pi(x);
    double value = 0.0;
    for (int i = n + 1; i >= 0; --i) value = value * c + p[i];
    return whole_power(pi_squared, (n + 1) / 2) * (n % 2 == 0 ? pi : 1.0) * value;
}

}  // namespace

double gamma_derivative(double x, double order) {
    if (x == -infinity || (x < 0.0 && is_whole(x))) return nan;
    int const n = static_cast<int>(order);
    if (n > max_gamma_order) return nan;
    // gamma^(n) / gamma, from gamma' = gamma digamma by the product rule.
    double ratio[max_gamma_order + 1] = {1.0}, slope[max_gamma_order];
    for (int k = 1; k <= n; ++k) {
        slope[k - 1] = polygamma(k - 1, x);
        double binomial = 1.0, sum = 0.0;
        for (int j = 0; j < k; ++j) {
            sum += binomial * slope[j] * ratio[k - 1 - j];
            binomial *= (k - 1.0 - j) / (j + 1.0);
        }
        ratio[k] = sum;
    }
    if (x > -165.0) return std::tgamma(x) * ratio[n];
    // gamma underflows: the ratio meets it sixteen steps up, where it is normal.
    double value = std::tgamma(x + 16.0) * ratio[n];
    for (int k = 15; k >= 0; --k) value /= x + k;
    return value;
}

double lgamma(double x) {
#if defined(__GLIBC__)
    int sign;
    return ::lgamma_r(x, &sign);  // the plain one writes a global
#else
    return std::lgamma(x);
#endif
}

double digamma(double x) {
    if (x == 0.0) return std::copysign(infinity, -x);
    if (x < 0.0 && is_whole(x)) return nan;
    if (is_reflected(x, 0)) return digamma(1.0 - x) - pi * cot_pi(x);
    if (x < large) {
        // Into [1, 2], where the root is, by digamma(x + 1) = digamma(x) + 1 / x.
        double steps = 0.0;
        for (; x > 2.0; x -= 1.0) steps += 1.0 / (x - 1.0);
        for (; x < 1.0; x += 1.0) steps -= 1.0 / x;
        double const distance = (x - digamma_root) - digamma_root_error;
        return steps + distance * chebyshev_series(2.0 * x - 3.0, digamma_coefficients);
    }
    double const inverse_square = 1.0 / x / x;
    double series = 0.0;
    for (int j = bernoulli_count; j >= 1; --j) {
        series = (series + bernoulli[j - 1] / (2.0 * j)) * inverse_square;
    }
    return std::log(x) - 0.5 / x - series;
}

double polygamma(double order, double x) {
    if (!(order >= 0.0) || !is_whole(order) || order > 1e4) return nan;
    int const n = static_cast<int>(order);
    if (n == 0) return digamma(x);
    double const sign = n % 2 == 1 ? 1.0 : -1.0;
    if (std::isnan(x) || x == -infinity) return nan;
    if (x == 0.0) return n % 2 == 1 ? infinity : std::copysign(infinity, -x);
    if (x < 0.0 && is_whole(x)) return n % 2 == 1 ? infinity : nan;
    if (is_reflected(x, n)) return -sign * polygamma(order, 1.0 - x) - cot_derivative(x, n);
    // n! sum_k (x + k)^-(n+1), the far terms by the Euler-Maclaurin series
    int const steps = steps_to_large(x, large + n);
    double const inverse = 1.0 / (x + steps), inverse_square = inverse * inverse;
    double coefficient = inverse_square * 0.5 * (n + 1.0), series = 0.0;
    for (int j = 1; j <= bernoulli_count; ++j) {
        series += bernoulli[j - 1] * coefficient;
        coefficient *= inverse_square * (n + 2.0 * j) * (n + 2.0 * j + 1.0) /
                       ((2.0 * j + 1.0) * (2.0 * j + 2.0));
    }
    // n! first: the powers of a huge x would underflow without it.
    double sum = factorial(n) * (1.0 / n + 0.5 * inverse + series);
    for (int k = 0; k < n; ++k) sum *= inverse;
    double near = 0.0;
    for (int k = steps - 1; k >= 0; --k) near += inverse_power(x, k, n + 1);
    return sign * (factorial(n) * near + sum);
}

}  // namespace autodiffx::kernel
