// Division with Python's signs, roots and powers.
#include <cmath>

#include "autodiffx/formulas.hpp"

namespace autodiffx::kernel {

namespace {

// How often power_derivative goes by the exponent at most.
constexpr int max_exponent_order = 7;

// scale * |a|**exponent with the sign of `power`, which over- or underflowed:
// by halves, so that the scale can bring it back.
double by_halves(double scale, double magnitude, double exponent, double power) {
    double const half = std::pow(magnitude, 0.5 * exponent);
    return std::copysign(1.0, power) * scale * half * half;
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

double hypot_partial(double a, double b) {
    double const larger = std::fmax(std::abs(a), std::abs(b));
    if (larger == 0.0) return 0.0;
    if (std::isinf(larger)) {
        if (std::isinf(a) && std::isinf(b)) return nan;
        return std::isinf(a) ? std::copysign(1.0, a) : std::isnan(a) ? a : std::copysign(0.0, a);
    }
    // hypot itself must neither overflow nor lose digits.
    if (larger > 0x1p1020) return hypot_partial(0x1p-4 * a, 0x1p-4 * b);
    if (larger < 0x1p-960) return hypot_partial(0x1p200 * a, 0x1p200 * b);
    return a / std::hypot(a, b);
}

// d^n/da^n d^m/db^m a^b = a^(b-n) sum_j C(m, j) F^(j)(b) log(a)^(m-j), where
// F(b) = b (b - 1) ... (b - n + 1).
double power_derivative(double a, double b, double order) {
    int const m = static_cast<int>(order / exponent_order_unit);
    int const n = static_cast<int>(order - m * exponent_order_unit);
    if (m > max_exponent_order) return nan;

    // Taylor coefficients of F about b, up to order m.
    double taylor[max_exponent_order + 1] = {1.0};
    for (int i = 0; i < n; ++i) {
        for (int j = m; j >= 0; --j) {
            taylor[j] = taylor[j] * (b - i) + (j > 0 ? taylor[j - 1] : 0.0);
        }
    }
    double sum = 0.0;
    double log_power = 1.0, log_a = m > 0 ? std::log(a) : 0.0;
    double falling = 1.0;  // m! / (m - j)! times j! / j!, built from j = m down
    // C(m, j) j! = m (m - 1) ... (m - j + 1)
    for (int j = 1; j <= m; ++j) falling *= m - j + 1;
    for (int j = m; j >= 0; --j) {
        double const coefficient = falling * taylor[j];
        if (coefficient != 0.0) sum += coefficient * log_power;
        log_power *= log_a;
        if (j > 0) falling /= m - j + 1;
    }
    if (sum == 0.0) return 0.0;

    // The exponent b - n and what its rounding left.
    double const exponent = b - n;
    double const back = exponent + n;
    double const left = (b - back) + ((back - exponent) - n);
    double const power = std::pow(a, exponent);
    if (power == 0.0 && (a == 0.0 || std::isinf(a) || std::isinf(b))) return 0.0;
    double const log_magnitude = left != 0.0 && std::isfinite(left) ? std::log(std::abs(a)) : 0.0;
    double const scale = log_magnitude != 0.0 ? sum * (1.0 + left * log_magnitude) : sum;
    if ((std::abs(power) < 0x1p-1000 || std::isinf(power)) && std::isfinite(a) && a != 0.0) {
        return by_halves(scale, std::abs(a), exponent, power);
    }
    return scale * power;
}

}  // namespace autodiffx::kernel
