// The gamma function and its relatives.
#include <cmath>

#include "autodiffx/formulas.hpp"
#include "autodiffx/special.hpp"

namespace autodiffx::kernel {

namespace {

constexpr double half_log_2_pi = 0.91893853320467274178032973640561764;

// Where the asymptotic series in 1/x**2 serve, and their Bernoulli numbers B(2j).
constexpr double large = 10.0;
constexpr int bernoulli_count = 12;
constexpr double bernoulli[bernoulli_count] = {
    1.0 / 6.0,       -1.0 / 30.0,       1.0 / 42.0,       -1.0 / 30.0,
    5.0 / 66.0,      -691.0 / 2730.0,   7.0 / 6.0,        -3617.0 / 510.0,
    43867.0 / 798.0, -174611.0 / 330.0, 854513.0 / 138.0, -236364091.0 / 2730.0,
};

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

bool is_whole(double x) { return x == std::floor(x); }

double factorial(int n) {
    double product = 1.0;
    for (int i = 2; i <= n; ++i) product *= i;
    return product;
}

double whole_power(double x, int n) {
    double product = 1.0;
    for (; n > 0; n >>= 1, x *= x) {
        if (n & 1) product *= x;
    }
    return product;
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

// The sum of Stirling's series for log(gamma(x)), x >= large.
double stirling_correction(double x) {
    double const inverse_square = 1.0 / x / x;
    double sum = 0.0;
    for (int j = bernoulli_count; j >= 1; --j) {
        sum = sum * inverse_square + bernoulli[j - 1] / (2.0 * j * (2.0 * j - 1.0));
    }
    return sum / x;
}

// log(gamma(a) / gamma(a + b)) + b log(a + b) for a >= large: what is left of it
// is of the size of b.
double fall_beside_power(double a, double b) {
    return b - (a - 0.5) * std::log1p(b / a) + stirling_correction(a) - stirling_correction(a + b);
}

// How many unit steps take x to where the asymptotic series serve.
int steps_to_large(double x, double where) {
    return x < where ? static_cast<int>(std::ceil(where - x)) : 0;
}

// (digamma(x + b) - digamma(x)) / b = sum_k 1 / ((x + k) (x + b + k)), smallest
// terms first.
double digamma_slope(double x, double b) {
    int const steps = steps_to_large(x, large);
    double const far = x + steps, p = 1.0 / far, q = 1.0 / (far + b);
    // (p**2j - q**2j) / b = p q sum_i p**i q**(2j-1-i)
    double series = 0.0, power = 1.0, total = 1.0;
    for (int j = 1; j <= bernoulli_count; ++j) {
        power *= q;
        total = total * p + power;
        series += bernoulli[j - 1] / (2.0 * j) * total;
        power *= q;
        total = total * p + power;
    }
    double sum = p * q * (0.5 + series) + std::log1p(b / far) / b;
    for (int k = steps - 1; k >= 0; --k) sum += 1.0 / ((x + k) * (x + k + b));
    return sum;
}

// (digamma_slope(x, b) - polygamma(1, x + b)) / b = sum_k 1 / ((x + k) (x + b + k)^2).
double digamma_bend(double x, double b) {
    int const steps = steps_to_large(x, large);
    double const far = x + steps, p = 1.0 / far, q = 1.0 / (far + b);
    // log1p(b / far) - w = w**2 / 2 + w**3 / 3 + ... for w = b q
    double const w = b * q;
    double bend = 0.0;
    if (w > 0.25) {
        bend = (std::log1p(b / far) - w) / (w * w);
    } else {
        double power = 1.0;
        for (int i = 2; std::abs(power) > 1e-18; ++i, power *= w) bend += power / i;
    }
    // B(2j) / 2j p sum_i q**(2j-1-i) h(i), h(i) = sum_l p**l q**(i-l), l and i below 2j
    double series = 0.0, h = 1.0, power = 1.0, total = 1.0;
    for (int i = 1; i < 2 * bernoulli_count; ++i) {
        power *= q;
        h = p * h + power;
        total = total * q + h;
        if (i % 2 == 1) series += bernoulli[i / 2] / (i + 1.0) * total;
    }
    double sum = q * q * (bend + p * (0.5 + series));
    for (int k = steps - 1; k >= 0; --k) sum += 1.0 / ((x + k) * (x + k + b) * (x + k + b));
    return sum;
}

// The sign of gamma(x).
double gamma_sign(double x) { return x > 0.0 || std::fmod(std::floor(x), 2.0) == 0.0 ? 1.0 : -1.0; }

// beta at a pole of gamma(a): finite where b and a + b are such that the pole
// of gamma(a + b) takes it away.
bool is_taken_away(double a, double b) { return is_whole(b) && b > 0.0 && a + b <= 0.0; }

double beta_at_pole(double a, double b) {
    if (!is_taken_away(a, b)) return infinity;
    double const sign = std::fmod(b, 2.0) == 0.0 ? 1.0 : -1.0;
    return sign * beta(1.0 - (a + b), b);
}

double betaln_at_pole(double a, double b) {
    return is_taken_away(a, b) ? betaln(1.0 - (a + b), b) : infinity;
}

// beta(a, b) for a >= b >= large, by Stirling's series: the two powers are taken
// as powers, whose bases are known to twice the digits.
double beta_of_large(double a, double b) {
    double const sum = a + b, back = sum - a;
    double const lost = (a - (sum - back)) + (b - back);
    double const correction =
        stirling_correction(a) + stirling_correction(b) - stirling_correction(sum);
    double const q = b / sum;
    double const q_lost = (std::fma(-q, sum, b) - q * lost) / b;
    double log_rest = correction + q_lost * b;
    double rest;
    if (b < 0.3 * a) {
        rest = std::exp(log_rest - (a - 0.5) * std::log1p(b / a));
    } else {
        double const p = a / sum;
        log_rest += (std::fma(-p, sum, a) - p * lost) / a * (a - 0.5);
        rest = std::pow(p, a - 0.5) * std::exp(log_rest);
    }
    return sqrt_2_pi / std::sqrt(b) * std::pow(q, b) * rest;
}

double beta_by_logarithms(double a, double b) {
    double const sign = gamma_sign(a) * gamma_sign(b) * gamma_sign(a + b);
    return sign * std::exp(lgamma(a) + lgamma(b) - lgamma(a + b));
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
    for (int k = steps - 1; k >= 0; --k) near += 1.0 / whole_power(x + k, n + 1);
    return sign * (factorial(n) * near + sum);
}

double polygamma_drop(double a, double b, double order) {
    bool const stepped = a > -1.0 && a + b > 0.0 && a != 0.0 && b != 0.0;
    if (!stepped || std::isinf(a) || std::isinf(b)) {
        return polygamma(order, a) - polygamma(order, a + b);
    }
    int const n = static_cast<int>(order);
    if (n == 0) {
        // The pole at 0 apart: its square would overflow.
        if (a >= 1.0) return -b * digamma_slope(a, b);
        return -(b / (a + b) / a + b * digamma_slope(1.0 + a, b));
    }
    // p**k - q**k for p = 1 / a and q = 1 / (a + b) as (p - q) sum p**i q**(k-1-i)
    auto const power_drop = [b](double x, int k) {
        double const p = 1.0 / x, q = 1.0 / (x + b), difference = b / (x + b) / x;
        double drop = 0.0, q_power = difference;
        for (int i = 0; i < k; ++i) {
            drop = p * drop + q_power;
            q_power *= q;
        }
        return drop;
    };
    int const steps = steps_to_large(a, large + n);
    double const far = a + steps;
    double sum = 0.0;
    double coefficient = 0.5 * (n + 1.0);  // (2j + n - 1)! / ((2j)! n!) for j = 1
    for (int j = 1; j <= bernoulli_count; ++j) {
        sum += bernoulli[j - 1] * coefficient * power_drop(far, 2 * j + n);
        coefficient *= (n + 2.0 * j) * (n + 2.0 * j + 1.0) / ((2.0 * j + 1.0) * (2.0 * j + 2.0));
    }
    sum += 0.5 * power_drop(far, n + 1) + power_drop(far, n) / n;
    for (int k = steps - 1; k >= 0; --k) sum += power_drop(a + k, n + 1);
    return (n % 2 == 1 ? 1.0 : -1.0) * factorial(n) * sum;
}

double beta(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return nan;
    if (a < b) return beta(b, a);
    if (b == -infinity) return nan;
    if (b <= 0.0 && is_whole(b)) return beta_at_pole(b, a);
    if (a <= 0.0 && is_whole(a)) return beta_at_pole(a, b);
    if (std::isinf(a)) return b > 0.0 ? 0.0 : gamma_sign(b) * infinity;
    if (b < 0.0) {
        if (a + b <= 0.0 && is_whole(a + b)) return 0.0;
        // The logarithms of far apart operands have no digit of their difference.
        return b < -64.0 ? beta_by_logarithms(a, b) : beta(a, b + 1.0) * ((a + b) / b);
    }
    if (b >= large) return beta_of_large(a, b);
    // gamma(a) / gamma(a + b), a raised to where Stirling's series serves; lost is
    // the relative error of what is written before it.
    double steps = 1.0, lost = 0.0;
    for (; a < large; a += 1.0) {
        double const ratio = b / a, factor = 1.0 + ratio, product = steps * factor;
        double const ratio_lost = std::fma(-ratio, a, b) / a;
        double const larger = std::fmax(1.0, ratio), smaller = std::fmin(1.0, ratio);
        lost += ((smaller - (factor - larger)) + ratio_lost) / factor;
        lost += std::fma(steps, factor, -product) / product;
        steps = product;
    }
    double const sum = a + b;
    lost -= b * ((b - (sum - a)) / sum);
    double const rest = std::pow(sum, -b) * std::exp(fall_beside_power(a, b) + lost);
    return std::tgamma(b) * steps * rest;
}

double betaln(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return nan;
    if (a < b) return betaln(b, a);
    if (b == -infinity) return nan;
    if (b <= 0.0 && is_whole(b)) return betaln_at_pole(b, a);
    if (a <= 0.0 && is_whole(a)) return betaln_at_pole(a, b);
    if (std::isinf(a)) return b > 0.0 ? -infinity : infinity;
    if (b < -64.0) return lgamma(a) + lgamma(b) - lgamma(a + b);
    if (b < 0.0) {
        double const value = std::log(std::abs(beta(a, b)));
        if (std::abs(value) < 700.0) return value;
        return betaln(a, b + 1.0) + (std::log(std::abs(a + b)) - std::log(-b));
    }
    if (b < 1e-290) return std::log1p(b / a) - std::log(b);  // beta would overflow
    if (b >= large) {
        double const correction =
            stirling_correction(a) + stirling_correction(b) - stirling_correction(a + b);
        return (half_log_2_pi - 0.5 * std::log(b) + correction) -
               ((a - 0.5) * std::log1p(b / a) + b * std::log1p(a / b));
    }
    if (a < large) {
        double const value = std::log(beta(a, b));
        if (std::abs(value) > 0.5 || a > 3.0) return value;
        // Near beta = 1 the logarithms cancel to their last digits only.
        double const sum = a + b, lost = b - (sum - a);
        return lgamma(a) + lgamma(b) - lgamma(sum) - lost * digamma(sum);
    }
    return lgamma(b) - b * std::log(a + b) + fall_beside_power(a, b);
}

// Written with gamma(x) = gamma(1 + x) / x the terms have one sign:
//     beta a b (S(a, b) S(b, a) + (E(a, b) + E(b, a)) / (a + b)),
// S(a, b) the slope of digamma from 1 + a to 1 + a + b, E(a, b) its bend.
double beta_mixed(double a, double b) {
    bool const stepped = a > -1.0 && b > -1.0 && a + b > 0.0 && a != 0.0 && b != 0.0;
    if (!stepped || std::isinf(a) || std::isinf(b)) {
        double const drops = polygamma_drop(a, b, 0.0) * polygamma_drop(b, a, 0.0);
        return beta(a, b) * (drops - polygamma(1.0, a + b));
    }
    double const slopes = digamma_slope(1.0 + a, b) * digamma_slope(1.0 + b, a);
    double const bends = digamma_bend(1.0 + a, b) + digamma_bend(1.0 + b, a);
    return beta(a, b) * a * b * (slopes + bends / (a + b));
}

}  // namespace autodiffx::kernel
