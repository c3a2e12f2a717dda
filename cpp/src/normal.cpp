// The error function, the normal distribution, and gelu, which is built on it.
#include <cmath>

#include "autodiffx/formulas.hpp"
#include "autodiffx/special.hpp"

namespace autodiffx::kernel {

namespace {

constexpr double sqrt_half = 0.70710678118654752440084436210484904;
constexpr double sqrt_half_error = -4.833646656726456726e-17;  // what sqrt_half lacks
constexpr double sqrt_2 = 1.4142135623730950488016887242096981;
constexpr double log_sqrt_2_pi = 0.91893853320467274178032973640561764;
constexpr double four_over_pi = 1.2732395447351626861510701069801148;

// The root of gelu' and its Taylor coefficients there.
constexpr double gelu_root = -0.7517915246935645;
constexpr double gelu_root_error = 1.4956759177009883273e-17;
constexpr double gelu_taylor[] = {
    0.43149399231404691979,    0.38828498299055199786,     -0.018199676398671087101,
    -0.11400823329722170855,   -0.014771522148244337718,   0.019421679838189065889,
    0.0045392283791254155736,  -0.0022395380680734971513,  -0.00074482683867468162427,
    0.0001863397462323351328,  0.000086159478611165716278, -0.000011214380188426641375,
    -7.7484613070037191253e-6, 4.3284506257392275468e-7,   5.7027649792421072372e-7,
    -1.6044265494246427586e-9, -3.5459866461783866484e-8,  -1.396942086426202066e-9,
    1.9031984050131397729e-9,
};

// factor * exp(-c x**2) for c = 1/2 or 1, the square carried to twice the
// digits. Where the exponential would underflow, it meets the factor by halves.
double bell(double x, double c, double factor) {
    if (!(std::abs(x) < 40.0)) return std::isnan(x) ? x : std::copysign(0.0, factor);
    double const square = x * x, lost = c * std::fma(x, x, -square);
    double const near = c * square < 600.0 ? 1.0 : 0.5;
    double const e = std::exp(-near * c * square), value = factor * (e - e * lost);
    return near == 1.0 ? value : value * e;
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

// phi(-y) / Phi(-y) - y for y >= 0, which falls like 1 / y.
double mills_excess(double y) {
    // in powers of y - 3/4
    static constexpr double near[] = {
        -0.23093259305849397274,    0.069130563900016097546,    -0.015244104459823341749,
        0.0020306453178357914582,   0.000089844213499353139334, -0.00014058721207734613865,
        0.000041901765936467178578, -5.6517109380761021718e-6,  -6.9839677156671217347e-7,
        6.0709078542018456314e-7,   -1.672352051013856746e-7,   1.902907939322060016e-8,
        4.298050501996310182e-9,    -2.7732786547944763547e-9,  6.9582554490703722341e-10,
        -6.2396656134911200496e-11, -2.4065055770051821464e-11, 1.2663472013737776271e-11,
        -2.8876887891446311603e-12, 1.8187516403424283519e-13,  1.2743732364880248926e-13,
        -5.7254401004401986826e-14, 1.1822975817254844325e-14,
    };
    if (y < 1.5) return 0.57877796522120704068 + root_series(y, 0.75, 0.0, near);
    // (y + 1) mills_excess(y) over u = (y - 4) / (y + 4)
    static constexpr double far[] = {
        1.0168805564426282347,      0.063855993001406787411,    -0.11509035595355086899,
        0.038934029049955284131,    -0.0033473705763810330008,  -0.0017736338770155733631,
        0.00054076040973986002649,  0.00003902404417582679515,  -0.000044026170678288080386,
        2.7612076544288962853e-6,   2.8674097969311684473e-6,   -4.9952825190926648014e-7,
        -1.5806245994487860906e-7,  4.9384823080860091081e-8,   7.1144729728218241026e-9,
        -3.943344498242816718e-9,   -2.0992695898584106732e-10, 2.7542478232219564767e-10,
        -3.2915681438701600859e-12, -1.7161644057774258633e-11, 1.2015595052769770618e-12,
        9.4243121787139763871e-13,  -1.2792711903789520039e-13, -4.2965402412913901755e-14,
        1.040293986513531752e-14,   1.2728811508716543899e-15,  -7.3965963773405245003e-16,
        2.5306716795013649771e-17,  4.847895457959015623e-17,   -8.2228757646463731404e-18,
        -3.0047211186514516941e-18,
    };
    if (y > 1e9) return 1.0 / y;
    return chebyshev_series((y - 4.0) / (y + 4.0), far) / (y + 1.0);
}

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

// The root of erf(r) = x for |x| <= 0.85.
double erfinv_center(double x) {
    if (std::abs(x) < 1e-9) return table::half_sqrt_pi * x;
    // Winitzki's approximation, to 2e-3.
    double const log_term = std::log1p(-x * x), shape = 4.33 + 0.5 * log_term;
    double r = std::copysign(std::sqrt(std::sqrt(shape * shape - log_term / 0.147) - shape), x);
    for (int i = 0; i < 2; ++i) {
        double const step = (std::erf(r) - x) / erf_derivative(r, 1.0);
        r -= step / (1.0 + r * step);
    }
    return r;
}

}  // namespace

double erf_derivative(double x, double order) {
    int const n = static_cast<int>(order) - 1;
    return bell(x, 1.0, two_over_sqrt_pi * hermite(x, n, 1.0));
}

double normal_derivative(double x, double order) {
    return bell(x, 0.5, inverse_sqrt_2_pi * hermite(x, static_cast<int>(order), 0.5));
}

double gelu(double x) {
    if (x < -40.0) return -0.0;
    if (x < -20.0) return bell(x, 0.5, inverse_sqrt_2_pi * x / log_ndtr_partial(x));
    return x * ndtr(x);
}

double gelu_partial(double x) {
    if (std::abs(x - gelu_root) < 0.25) {
        return root_series(x, gelu_root, gelu_root_error, gelu_taylor);
    }
    if (x < 0.0) return bell(x, 0.5, inverse_sqrt_2_pi * (x + 1.0 / log_ndtr_partial(x)));
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
    if (x > -1.0) return std::log1p(-ndtr(-x));
    return -0.5 * x * x - (log_sqrt_2_pi + std::log(log_ndtr_partial(x)));
}

double log_ndtr_partial(double x) {
    if (x <= 0.0) return mills_excess(-x) - x;
    return normal_derivative(x, 0.0) / ndtr(x);
}

double log_ndtr_curvature(double x) {
    if (x < -1e9) return -1.0;
    if (x <= 0.0) {
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
    if (p < 0.075) return ndtri_tail(p);
    if (p > 0.925) return -ndtri_tail(1.0 - p);
    return sqrt_2 * erfinv_center(2.0 * (p - 0.5));
}

double ndtri_partial(double p) {
    if (!(p >= 0.0 && p <= 1.0)) return nan;
    double const q = p > 0.5 ? 1.0 - p : p;
    if (q == 0.0) return infinity;
    double const r = ndtri(q);
    if (q > 0.3) return sqrt_2_pi * std::exp(0.5 * r * r);
    return 1.0 / log_ndtr_partial(r) / q;
}

double erfinv(double x) {
    double const q = 1.0 - std::abs(x);
    if (!(q >= 0.0)) return nan;
    if (q == 0.0) return std::copysign(infinity, x);
    if (q >= 0.15) return erfinv_center(x);
    return std::copysign(sqrt_half * ndtri_tail(0.5 * q), x);
}

}  // namespace autodiffx::kernel
