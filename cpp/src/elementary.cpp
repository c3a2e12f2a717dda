// Division with Python's signs, roots, powers, directions, sinc and silu.
#include <cmath>

#include "autodiffx/formulas.hpp"
#include "autodiffx/special.hpp"

namespace autodiffx::kernel {

namespace {

// How often power_derivative goes by the exponent at most.
constexpr int max_exponent_order = 7;

// The first root of sinc'' and the Taylor coefficients of sinc'' there.
constexpr double sinc_root = 0.6625862125821924;
constexpr double sinc_root_error = -3.2226195496236431714e-17;
constexpr double sinc_taylor[] = {
    7.2818153823467820687,     -1.5684851808319596313,      -8.0327449406994725038,
    1.3972001543785861603,     2.958768742735972007,        -0.43102151076324471626,
    -0.55264461194230899528,   0.069207608301524127677,     0.062741806879733037968,
    -0.006887425306413227197,  -0.004799011454002863947,    0.00046882013956367123338,
    0.00026441457090810043868, -0.000023265984040212084482, -0.000011001274170668132228,
    8.8047832651581836253e-7,  3.5799941278296946743e-7,
};

// sin(pi x + n pi / 2), the whole turns taken off exactly.
double sin_pi(double x, int n) {
    double const part = std::fmod(x, 2.0), quarters = std::nearbyint(2.0 * part);
    if (std::isnan(part)) return part;  // no integer stands for it
    double const t = pi * (part - 0.5 * quarters);
    switch ((static_cast<int>(quarters) + n) & 3) {
        case 0:
            return std::sin(t);
        case 1:
            return std::cos(t);
        case 2:
            return -std::sin(t);
        default:
            return -std::cos(t);
    }
}

// sum_k (-1)^k pi^2k x^(2k-n) (2k)! / ((2k-n)! (2k+1)!), for small x.
double sinc_series(double x, int n) {
    int const first = (n + 1) / 2;
    double term = 2 * first > n ? x : 1.0;
    for (int j = 1; j <= first; ++j) term *= -pi_squared;
    for (int j = 2; j <= 2 * first - n; ++j) term /= j;
    term /= 2 * first + 1;
    double const step = -pi_squared * x * x;
    double sum = 0.0;
    for (double even = 2.0 * first; std::abs(term) > 1e-19 * std::abs(sum); even += 2.0) {
        sum += term;
        term *= step * (even + 1.0) / ((even + 1.0 - n) * (even + 2.0 - n) * (even + 3.0));
    }
    return sum;
}

// The operands over 2**exponent, where their squares and cubes neither over- nor
// underflow beside each other.
struct Scaled {
    double a, b;
    int exponent;
};

Scaled scaled(double a, double b) {
    double const larger = std::fmax(std::abs(a), std::abs(b));
    if (larger > 1e-90 && larger < 1e90) return {a, b, 0};
    if (larger == 0.0 || !std::isfinite(larger)) return {a, b, 0};
    int const exponent = std::ilogb(larger);
    return {std::scalbn(a, -exponent), std::scalbn(b, -exponent), exponent};
}

// scale * |a|**exponent with the sign of `power`, which over- or underflowed:
// by quarters, so that the scale can bring it back.
double by_quarters(double scale, double magnitude, double exponent, double power) {
    double const quarter = std::pow(magnitude, 0.25 * exponent);
    if (quarter == 0.0) return std::copysign(0.0, power);
    return std::copysign(1.0, power) * scale * quarter * quarter * quarter * quarter;
}

}  // namespace

double remainder(double a, double b) {
    double const left = std::fmod(a, b);
    if (left == 0.0) return std::copysign(0.0, b);
    return (left < 0.0) != (b < 0.0) ? left + b : left;
}

double floor_divide(double a, double b) {
    if (b == 0.0) return a / b;
    double const left = std::fmod(a, b);
    double quotient = (a - left) / b;
    if (left != 0.0 && (left < 0.0) != (b < 0.0)) quotient -= 1.0;
    // (a - left) / b is whole but for rounding.
    return quotient == 0.0 ? std::copysign(0.0, a / b) : std::nearbyint(quotient);
}

// libm's root and one step of Newton, its residual to twice the digits.
double cbrt(double x) {
    if (x == 0.0 || !std::isfinite(x)) return x;
    // Below this the residual would be subnormal.
    if (std::abs(x) < 1e-270) return 0x1p-60 * cbrt(0x1p180 * x);
    double const root = std::cbrt(x);
    double const square = root * root;
    double const square_error = std::fma(root, root, -square);
    double const residual = std::fma(-root, square, x) - root * square_error;
    return root + residual / (3.0 * square);
}

double cbrt_partial(double x) {
    if (x == 0.0) return infinity;
    return std::isinf(x) ? 0.0 : cbrt(x) / x / 3.0;
}

double hypot_partial(double a, double b) {
    if (a == 0.0 && b == 0.0) return 0.0;
    if (std::isinf(a) || std::isinf(b)) {
        // Between two infinities the diagonal is as good as any direction.
        if (std::isinf(a)) return std::copysign(std::isinf(b) ? std::sqrt(0.5) : 1.0, a);
        return std::isnan(a) ? a : std::copysign(0.0, a);
    }
    auto const [u, v, exponent] = scaled(a, b);
    return u / std::hypot(u, v);
}

double hypot_curvature(double a, double b) {
    if (a == 0.0 && b == 0.0) return 0.0;
    if (std::isnan(a) || std::isnan(b)) return nan;
    if (std::isinf(a) || std::isinf(b)) return 0.0;
    auto const [u, v, exponent] = scaled(a, b);
    double const root = std::hypot(u, v), ratio = v / root;
    // The square alone would underflow.
    int const half = exponent / 2;
    return std::scalbn(ratio / root, -half) * std::scalbn(ratio, half - exponent);
}

double hypot_mixed(double a, double b) {
    if (a == 0.0 && b == 0.0) return 0.0;
    if (std::isnan(a) || std::isnan(b)) return nan;
    if (std::isinf(a) || std::isinf(b)) return 0.0;
    auto const [u, v, exponent] = scaled(a, b);
    double const root = std::hypot(u, v);
    return std::scalbn(-(u / root) * (v / root) / root, -exponent);
}

double arctan2_partial(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return nan;
    if (std::isinf(a) || std::isinf(b)) return std::copysign(0.0, b);
    auto const [u, v, exponent] = scaled(a, b);
    return std::scalbn(v / (u * u + v * v), -exponent);
}

double arctan2_mixed(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return nan;
    if (std::isinf(a) || std::isinf(b)) return 0.0;
    auto const [u, v, exponent] = scaled(a, b);
    double const square = u * u + v * v;
    return std::scalbn((u - v) / square * ((u + v) / square), -2 * exponent);
}

// d^n/da^n d^m/db^m a^b = a^(b-n) sum_j m!/(m-j)! t_j log(a)^(m-j), where the t_j
// are the Taylor coefficients of b (b - 1) ... (b - n + 1).
double power_derivative(double a, double b, double order) {
    int const m = static_cast<int>(order / table::power_by_exponent);
    int const n = static_cast<int>(order - m * table::power_by_exponent);
    if (m > max_exponent_order) return nan;

    double taylor[max_exponent_order + 1] = {1.0};
    for (int i = 0; i < n; ++i) {
        for (int j = m; j > 0; --j) taylor[j] = chain(taylor[j], b - i) + taylor[j - 1];
        taylor[0] *= b - i;
    }
    // Where the terms cancel, the rounding of the logarithm is what is left of them.
    long double const log_a = m > 0 ? std::log(static_cast<long double>(a)) : 0.0L;
    long double wide_sum = taylor[0], weight = 1.0L;
    for (int j = 1; j <= m; ++j) {
        weight *= m - j + 1;
        wide_sum =
            (wide_sum == 0.0L || log_a == 0.0L ? 0.0L : wide_sum * log_a) + weight * taylor[j];
    }
    double const sum = static_cast<double>(wide_sum);
    if (sum == 0.0) return 0.0;
    if (std::isnan(log_a)) return nan;
    // A fraction may be lost in b - n; a negative number to it has no power.
    if (a < 0.0 && std::isfinite(a) && b != std::floor(b)) return nan;

    // The exponent b - n, and what its rounding left: nothing worth a correction
    // where b itself is that coarse.
    double const exponent = b - n;
    double const back = exponent + n;
    double const left = std::abs(b) < 1e9 ? (b - back) + ((back - exponent) - n) : 0.0;
    double const power = std::pow(a, exponent);
    bool const extreme = a == 0.0 || std::isinf(a) || std::isinf(b);
    if (extreme) return power == 0.0 ? 0.0 : sum * power;
    double const scale = left == 0.0 ? sum : sum * (1.0 + left * std::log(std::abs(a)));
    bool const out_of_range = std::abs(power) < 0x1p-1000 || std::isinf(power);
    return out_of_range ? by_quarters(scale, std::abs(a), exponent, power) : scale * power;
}

double sinc_derivative(double x, double order) {
    int const n = static_cast<int>(order);
    if (std::isinf(x)) return n == 0 ? nan : 0.0;
    if (n == 2 && std::abs(std::abs(x) - sinc_root) < 0.15) {
        return root_series(std::abs(x), sinc_root, sinc_root_error, sinc_taylor);
    }
    if (n > 0 && std::abs(x) < 0.25 * (n + 1)) return sinc_series(x, n);
    if (x == 0.0) return 1.0;
    // x f(n) + n f(n-1) = pi^(n-1) sin(pi x + n pi / 2)
    // At the other integers a zero without a sign.
    double value = sin_pi(x, 0) / (pi * x) + 0.0, pi_power = 1.0;
    for (int k = 1; k <= n; ++k) {
        value = (pi_power * sin_pi(x, k) - k * value) / x;
        pi_power *= pi;
    }
    return value;
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

}  // namespace autodiffx::kernel
