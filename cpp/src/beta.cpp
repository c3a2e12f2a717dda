// The beta function and what its derivatives are made of.
#include <cmath>

#include "autodiffx/bernoulli.hpp"
#include "autodiffx/formulas.hpp"
#include "autodiffx/special.hpp"
#include "autodiffx/twofold.hpp"

namespace autodiffx::kernel {

namespace {

constexpr double half_log_2_pi = 0.91893853320467274178032973640561764;

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

// Terms of the sums below that are carried to twice the digits: those before the smallest
// argument, 1 or more, has grown to 1 + careful.
constexpr int careful = 3;

// log(1 + b / x) / b, but for the rounding of x the logarithm's alone.
Twofold log1p_slope(double x, double b) {
    double const w = b / x;
    if (w > 16.0) return Twofold(std::log(1.0 + w)) / b;
    if (std::abs(w) > 0.01) return Twofold(std::log1p(w)) / b;
    double rest = 0.0;
    for (int i = 9; i >= 2; --i) rest = w * (1.0 / i - rest);
    return exact_sum_of_falling(1.0, -rest) / x;
}

// (digamma(x + b) - digamma(x)) / b = sum_k 1 / ((x + k) (x + b + k)), smallest
// terms first.
Twofold digamma_slope(Twofold x, double b) {
    int const steps = steps_to_large(x.high, large);
    double const far = x.high + steps, p = 1.0 / far, q = 1.0 / (far + b);
    // (p**2j - q**2j) / b = p q sum_i p**i q**(2j-1-i)
    double series = 0.0, power = 1.0, total = 1.0;
    for (int j = 1; j <= bernoulli_count; ++j) {
        power *= q;
        total = total * p + power;
        series += bernoulli[j - 1] / (2.0 * j) * total;
        power *= q;
        total = total * p + power;
    }
    double rest = p * q * (0.5 + series);
    int k = steps - 1;
    for (; k >= careful; --k) rest += 1.0 / (x.high + k) / (x.high + k + b);
    Twofold sum = log1p_slope(far, b) + rest;
    for (; k >= 0; --k) sum = sum + Twofold(1.0) / (x + k) / (x + k + b);
    return sum;
}

// (digamma_slope(x, b) - polygamma(1, x + b)) / b = sum_k 1 / ((x + k) (x + b + k)^2).
Twofold digamma_bend(Twofold x, double b) {
    int const steps = steps_to_large(x.high, large);
    double const far = x.high + steps, p = 1.0 / far, q = 1.0 / (far + b);
    // log1p(b / far) - w = w**2 / 2 + w**3 / 3 + ... for w = b q
    double const w = b * q;
    double bend = 0.0;
    if (w > 0.5) {
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
    double rest = q * q * (bend + p * (0.5 + series));
    int k = steps - 1;
    for (; k >= careful; --k) {
        double const beyond = x.high + k + b;
        rest += 1.0 / (x.high + k) / beyond / beyond;
    }
    Twofold sum = rest;
    for (; k >= 0; --k) {
        Twofold const beyond = x + k + b;
        sum = sum + Twofold(1.0) / (x + k) / beyond / beyond;
    }
    return sum;
}

// gamma(1 + x) for x in [0, 1): 1 + x (x - 1) P(x), of which the 1 is exact, by the
// Chebyshev coefficients of P over 2 x - 1.
constexpr double gamma_coefficients[] = {
    0.47693316683837017715,     -0.073877810024969035071,   0.022435898404655005673,
    -0.0032317088275129269564,  0.00061245218846779762977,  -0.00010297397275378685753,
    0.000017936871679953115698, -3.078365672855450708e-6,   5.2960728270784268173e-7,
    -9.0949063297871381027e-8,  1.5615626299103180879e-8,   -2.6802386081065313286e-9,
    4.5996424481524446954e-10,  -7.8928142656675884213e-11, 1.3543022302650375478e-11,
    -2.3237256681640586463e-12, 3.9869945964900834001e-13,  -6.8407140863915384618e-14,
    1.1736923859512652576e-14,  -2.0137492932377642255e-15, 3.4550592022507029584e-16,
    -5.9279561745214757407e-17, 1.0170776732849475572e-17,  -1.7450306078539406084e-18,
};

Twofold gamma_above_one(double x) {
    return exact_sum_of_falling(
        1.0, x * (x - 1.0) * chebyshev_series(2.0 * x - 1.0, gamma_coefficients));
}

// b beta(a, b) for a >= b > 0 and b < large, which has no pole at b = 0:
// gamma(1 + b) gamma(a) / gamma(a + b), a raised to where Stirling's series serves.
Twofold scaled_beta(double a, double b) {
    double const part = b - std::floor(b);
    Twofold product = gamma_above_one(part);
    for (double up = 1.0 + part; up <= b; up += 1.0) product = product * up;
    if (a < large) product = product * (Twofold(1.0) + Twofold(b) / a);
    int const steps = steps_to_large(a, large);
    Twofold above = 1.0, below = 1.0;
    for (int k = 1; k < steps; ++k) {
        Twofold const raised = exact_sum(k, a);
        below = below * raised;
        above = above * (raised + b);
    }
    product = product * (above / below);
    Twofold const far = steps > 0 ? exact_sum(steps, a) : a, sum = exact_sum(far.high, b);
    double const lost = b * ((sum.low + far.low) / sum.high) + far.low * std::log1p(b / far.high);
    double const exponent = fall_beside_power(far.high, b) - lost;
    double const whole = exponent - b * std::log(sum.high);
    if (std::abs(whole) < 0.5) return product * exact_sum_of_falling(1.0, std::expm1(whole));
    return product * exact_product(std::pow(sum.high, -b), std::exp(exponent));
}

// Whether a can be raised by steps beside a + b without meeting a pole.
bool is_raised(double a, double b) {
    return a > -1.0 && a + b > 0.0 && a != 0.0 && b != 0.0 && !std::isinf(a) && !std::isinf(b);
}

// (polygamma(n, a) - polygamma(n, a + b)) unit / b without cancellation, where is_raised(a, b).
// The unit is b, or 1 where b is so small that it is better left out.
double drop_in_units(double a, double b, int n, double unit) {
    if (n == 0) {
        // The pole at 0 apart: its square would overflow.
        if (a >= 1.0) return -unit * digamma_slope(a, b).value();
        return -(unit / (a + b) / a + unit * digamma_slope(exact_sum(1.0, a), b).value());
    }
    // p**k - q**k for p = 1 / a and q = 1 / (a + b) as (p - q) sum p**i q**(k-1-i)
    auto const power_drop = [b, unit](double x, int k) {
        double const p = 1.0 / x, q = 1.0 / (x + b), difference = unit / (x + b) / x;
        double drop = difference, q_power = difference;
        for (int i = 1; i < k; ++i) {
            q_power *= q;
            drop = p * drop + q_power;
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

// Whether beta(a, b) may overflow by its pole at b = 0, where a derivative by a does not.
bool is_at_edge(double a, double b) { return b > 0.0 && b < 1e-290 && b <= a && !std::isinf(a); }

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

double polygamma_drop(double a, double b, double order) {
    if (is_raised(a, b)) return drop_in_units(a, b, static_cast<int>(order), b);
    return polygamma(order, a) - polygamma(order, a + b);
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
    Twofold const scaled = scaled_beta(a, b);
    return b < 1e-290 ? scaled.value() / b : (scaled / b).value();
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

double beta_partial(double a, double b) {
    if (is_at_edge(a, b)) return scaled_beta(a, b).value() * drop_in_units(a, b, 0, 1.0);
    return beta(a, b) * polygamma_drop(a, b, 0.0);
}

double beta_curvature(double a, double b) {
    if (is_at_edge(a, b)) {
        double const drop = drop_in_units(a, b, 0, 1.0);
        return scaled_beta(a, b).value() * (b * drop * drop + drop_in_units(a, b, 1, 1.0));
    }
    double const drop = polygamma_drop(a, b, 0.0);
    return beta(a, b) * (drop * drop + polygamma_drop(a, b, 1.0));
}

// Written with gamma(x) = gamma(1 + x) / x the terms have one sign:
//     beta a b (S(a, b) S(b, a) + (E(a, b) + E(b, a)) / (a + b)),
// S(a, b) the slope of digamma from 1 + a to 1 + a + b, E(a, b) its bend.
double beta_mixed(double a, double b) {
    if (!is_raised(a, b) || !is_raised(b, a)) {
        double const drops = polygamma_drop(a, b, 0.0) * polygamma_drop(b, a, 0.0);
        return beta(a, b) * (drops - polygamma(1.0, a + b));
    }
    Twofold const past_a = exact_sum(1.0, a), past_b = exact_sum(1.0, b);
    Twofold const slopes = digamma_slope(past_a, b) * digamma_slope(past_b, a);
    Twofold const bends = digamma_bend(past_a, b) + digamma_bend(past_b, a);
    double const larger = std::fmax(a, b), smaller = std::fmin(a, b);
    Twofold const sum = slopes * larger + bends * (Twofold(larger) / exact_sum(a, b));
    if (smaller < 0.0 || smaller >= large) return beta(a, b) * smaller * sum.value();
    return (scaled_beta(larger, smaller) * sum).value();
}

}  // namespace autodiffx::kernel
