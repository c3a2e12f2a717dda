// The gamma function and its relatives.
#include <cmath>

#include "autodiffx/formulas.hpp"

namespace autodiffx::kernel {

namespace {

constexpr double pi = 3.1415926535897932384626433832795029;

// Where the asymptotic series in 1/x**2 serve, and their Bernoulli numbers B(2j).
constexpr double large = 10.0;
constexpr int bernoulli_count = 12;
constexpr double bernoulli[bernoulli_count] = {
    1.0 / 6.0,         -1.0 / 30.0,        1.0 / 42.0,         -1.0 / 30.0,
    5.0 / 66.0,        -691.0 / 2730.0,    7.0 / 6.0,          -3617.0 / 510.0,
    43867.0 / 798.0,   -174611.0 / 330.0,  854513.0 / 138.0,   -236364091.0 / 2730.0,
};

// digamma's positive root, and its Taylor coefficients there.
constexpr double root = 1.4616321449683623;
constexpr double root_error = 9.549995429965697e-17;
constexpr double taylor[] = {
    0.9676722454476211704274448,     -0.4427631689835921060928653,
    0.2584997609556510106244014,     -0.1639427054424065275042513,
    0.1078240506912623657571829,     -0.07219956125645471092612178,
    0.04880428816414310722509253,    -0.0331611264748473592922584,
    0.02259764823221810465962483,    -0.01542476590494895913880032,
    0.01053879161661217538812405,    -0.007204534386356868240970474,
    0.004926781395729853446354266,   -0.003369801655439328082792857,
    0.00230512632673492783693838,    -0.001576936771430197259270935,
    0.001078825201916296580691918,   -0.0007380709389960051295660474,
    0.0005049532658346020351773982,  -0.000345468025106307699555568,
    0.000236356015640270527923696,   -0.0001617062209197480344835931,
    0.0001106337276874741090408716,  -0.00007569179582195065919237709,
    0.00005178575775222080868993268, -0.00003543007094765960631569882,
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

// pi / tan(pi x), the whole turns taken off exactly.
double pi_cot_pi(double x) { return pi / std::tan(pi * (x - std::nearbyint(x))); }

// d^n/dx^n of pi cot(pi x) = pi^(n+1) P(cot(pi x)), P' = -(1 + c^2) dP/dc.
double cot_derivative(double x, int n) {
    constexpr int max_degree = 64;
    if (n + 1 > max_degree) return nan;
    double const fraction = x - std::nearbyint(x);
    double const c = 1.0 / std::tan(pi * fraction);
    double p[max_degree + 2] = {0.0, 1.0};
    for (int k = 0; k < n; ++k) {
        double next[max_degree + 2] = {};
        for (int i = 1; i <= k + 1; ++i) {
            next[i - 1] -= i * p[i];
            next[i + 1] -= i * p[i];
        }
        for (int i = 0; i <= k + 2; ++i) p[i] = next[i];
    }
    double value = 0.0;
    for (int i = n + 1; i >= 0; --i) value = value * c + p[i];
    return whole_power(pi, n + 1) * value;
}

// log(gamma(a + b) / gamma(a)) for 0 < b <= a, without cancellation.
double log_rise(double a, double b) {
    double shifted = 0.0;
    for (; a < large; a += 1.0) shifted += std::log1p(b / a);
    double const sum = a + b;
    // Stirling's series at a + b less that at a.
    double correction = 0.0;
    double p = 1.0 / a, q = 1.0 / sum, p_square = p * p, q_square = q * q;
    for (int j = 1; j <= bernoulli_count; ++j) {
        correction += bernoulli[j - 1] / (2.0 * j * (2.0 * j - 1.0)) * (q - p);
        p *= p_square;
        q *= q_square;
    }
    return (a - 0.5) * std::log1p(b / a) + b * (std::log(sum) - 1.0) + correction - shifted;
}

// The sign of gamma(x).
double gamma_sign(double x) {
    return x > 0.0 || std::fmod(std::floor(x), 2.0) == 0.0 ? 1.0 : -1.0;
}

// beta at a pole of gamma(a): finite where b and a + b are such that the pole
// of gamma(a + b) takes it away.
double beta_at_pole(double a, double b) {
    if (!is_whole(b) || 1.0 - a - b <= 0.0) return infinity;
    double const sign = std::fmod(b, 2.0) == 0.0 ? 1.0 : -1.0;
    return sign * beta(1.0 - a - b, b);
}

}  // namespace

double gamma(double x) {
    if (x == -infinity) return nan;
    return x < 0.0 && is_whole(x) ? nan : std::tgamma(x);
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
    if (x < 0.0) {
        if (is_whole(x)) return nan;
        return digamma(1.0 - x) - pi_cot_pi(x);
    }
    double const distance = (x - root) - root_error;
    if (std::abs(distance) < 0.35) {
        double value = 0.0;
        for (int i = sizeof taylor / sizeof *taylor - 1; i >= 0; --i) {
            value = (value + taylor[i]) * distance;
        }
        return value;
    }
    double shifted = 0.0;
    for (; x < large; x += 1.0) shifted += 1.0 / x;
    double const inverse_square = 1.0 / x / x;
    double series = 0.0;
    for (int j = bernoulli_count; j >= 1; --j) {
        series = (series + bernoulli[j - 1] / (2.0 * j)) * inverse_square;
    }
    return std::log(x) - 0.5 / x - series - shifted;
}

double polygamma(double order, double x) {
    if (!(order >= 0.0) || !is_whole(order) || order > 1e4) return nan;
    int const n = static_cast<int>(order);
    if (n == 0) return digamma(x);
    double const sign = n % 2 == 1 ? 1.0 : -1.0;
    if (std::isnan(x) || x == -infinity) return nan;
    if (x <= 0.0) {
        if (is_whole(x)) return n % 2 == 1 ? infinity : nan;
        return -sign * polygamma(order, 1.0 - x) - cot_derivative(x, n);
    }
    // n! sum_k (x + k)^-(n+1), the far terms by the Euler-Maclaurin series
    double sum = 0.0;
    for (; x < large + n; x += 1.0) sum += whole_power(1.0 / x, n + 1);
    double const inverse = 1.0 / x, inverse_square = inverse * inverse;
    double coefficient = inverse_square * 0.5 * (n + 1.0), series = 0.0;
    for (int j = 1; j <= bernoulli_count; ++j) {
        series += bernoulli[j - 1] * coefficient;
        coefficient *= inverse_square * (n + 2.0 * j) * (n + 2.0 * j + 1.0) /
                       ((2.0 * j + 1.0) * (2.0 * j + 2.0));
    }
    double const far = whole_power(inverse, n) * (1.0 / n + 0.5 * inverse + series);
    return sign * factorial(n) * (sum + far);
}

double polygamma_drop(double a, double b, double order) {
    if (!(a > 0.0 && b > 0.0) || std::isinf(a) || std::isinf(b)) {
        return polygamma(order, a) - polygamma(order, a + b);
    }
    int const n = static_cast<int>(order);
    // p**k - q**k for k = n + 1, p = 1 / a and q = 1 / (a + b), as
    // (p - q) sum p**i q**(k-1-i): every term is positive.
    auto power_drop = [](double p, double q, double difference, int k) {
        double drop = 0.0, q_power = difference;
        for (int i = 0; i < k; ++i) {
            drop = p * drop + q_power;
            q_power *= q;
        }
        return drop;
    };
    double sum = 0.0;
    for (; a < large + n; a += 1.0) {
        double const p = 1.0 / a, q = 1.0 / (a + b);
        sum += power_drop(p, q, b * q * p, n + 1);
    }
    double const p = 1.0 / a, q = 1.0 / (a + b), difference = b * q * p;
    sum += n == 0 ? std::log1p(b / a) : power_drop(p, q, difference, n) / n;
    sum += 0.5 * power_drop(p, q, difference, n + 1);
    double coefficient = 0.5 * (n + 1.0);  // (2j + n - 1)! / ((2j)! n!) for j = 1
    for (int j = 1; j <= bernoulli_count; ++j) {
        sum += bernoulli[j - 1] * coefficient * power_drop(p, q, difference, 2 * j + n);
        coefficient *= (n + 2.0 * j) * (n + 2.0 * j + 1.0) / ((2.0 * j + 1.0) * (2.0 * j + 2.0));
    }
    return (n % 2 == 1 ? 1.0 : -1.0) * factorial(n) * sum;
}

double beta(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return nan;
    if (a < b) return beta(b, a);
    if (b > 0.0 && std::isfinite(a)) {
        if (b < 170.0) return std::tgamma(b) * std::exp(-log_rise(a, b));
        return std::exp(betaln(a, b));
    }
    if (b <= 0.0 && is_whole(b)) return beta_at_pole(b, a);
    if (a <= 0.0 && is_whole(a)) return beta_at_pole(a, b);
    double const sign = gamma_sign(a) * gamma_sign(b) * gamma_sign(a + b);
    return sign * std::exp(lgamma(a) + lgamma(b) - lgamma(a + b));
}

double betaln(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return nan;
    if (a < b) return betaln(b, a);
    if (b > 0.0 && std::isfinite(a)) return lgamma(b) - log_rise(a, b);
    if (b <= 0.0 && is_whole(b)) return std::log(std::abs(beta_at_pole(b, a)));
    if (a <= 0.0 && is_whole(a)) return std::log(std::abs(beta_at_pole(a, b)));
    return lgamma(a) + lgamma(b) - lgamma(a + b);
}

}  // namespace autodiffx::kernel
