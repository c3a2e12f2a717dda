// Rows that only partials read, over runs of float64 and some of float32.
#include "autodiffx/partial_loops.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>

#include "autodiffx/inline.hpp"

namespace autodiffx {

namespace {

constexpr auto item = static_cast<std::ptrdiff_t>(sizeof(double));

// The installed loop, in place.
template <class T>
void apply_loop(Op op, T* x, std::ptrdiff_t length) {
    char* const at = reinterpret_cast<char*>(x);
    char* pointers[] = {at, at};
    std::ptrdiff_t const steps[] = {sizeof(T), sizeof(T)};
    loop_of(op, sizeof(T) == 8 ? Dtype::float64 : Dtype::float32)(pointers, length, steps);
}

// The bits of |x|, which are in order as the numbers are, with nan above all: whole numbers are
// compared in wide steps.
template <class T>
AUTODIFFX_INLINE auto size_of(T x) {
    std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t> bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits & std::numeric_limits<decltype(bits)>::max();
}

// Whether numbers lie further out than a limit, where an exponential may be subnormal, or are nan.
struct Beyond {
    explicit Beyond(double limit) : most(size_of(limit)) {}
    AUTODIFFX_INLINE void look_at(double x) { found |= size_of(x) > most ? 1 : 0; }
    operator bool() const { return found != 0; }

    std::int64_t most;
    std::int64_t found = 0;
};

// The kernel, element by element.
template <Op op, class T = double>
void each_number(char** pointers, std::ptrdiff_t length, const std::ptrdiff_t* steps) {
    constexpr int arity = Row<op>::arity;
    auto const read = [&](int k, std::ptrdiff_t i) {
        return static_cast<double>(*reinterpret_cast<const T*>(pointers[k] + i * steps[k]));
    };
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        double result;
        if constexpr (arity == 1) result = Row<op>::primal(read(0, i));
        else if constexpr (arity == 2) result = Row<op>::primal(read(0, i), read(1, i));
        else result = Row<op>::primal(read(0, i), read(1, i), read(2, i));
        *reinterpret_cast<T*>(pointers[arity] + i * steps[arity]) = static_cast<T>(result);
    }
}

// A run of neighbours, and beside it one number or another run; nothing else.
struct Operands {
    const double *a, *b;
    bool b_repeats, fit;
    double* result;

    Operands(char** pointers, const std::ptrdiff_t* steps)
        : a(reinterpret_cast<const double*>(pointers[0])),
          b(reinterpret_cast<const double*>(pointers[1])),
          b_repeats(steps[1] == 0),
          fit(steps[0] == item && (steps[1] == item || steps[1] == 0) && steps[2] == item),
          result(reinterpret_cast<double*>(pointers[2])) {}
};

// ---- the sweeps' own product -----------------------------------------------------

void chain_numbers(char** pointers, const std::ptrdiff_t* length, const std::ptrdiff_t* steps,
                   void*) {
    if (steps[0] == 0 && steps[1] == item) {
        char* turned[] = {pointers[1], pointers[0], pointers[2]};
        std::ptrdiff_t const turned_steps[] = {item, 0, steps[2]};
        return chain_numbers(turned, length, turned_steps, nullptr);
    }
    Operands const at(pointers, steps);
    auto const count = static_cast<std::size_t>(*length);
    if (!at.fit) each_number<Op::chain>(pointers, *length, steps);
    else if (at.b_repeats) assign_chain(at.result, at.a, *at.b, count);
    else assign_chain(at.result, at.a, at.b, count);
}

// ---- exponentials ------------------------------------------------------------------

// A row of one operand: `before` makes exponents of it, and says whether all are up to `limit`;
// `after` makes the result of their powers.
template <Op op, class T, int limit, bool (*before)(T*, const T*, T, std::ptrdiff_t),
          void (*after)(T*, std::ptrdiff_t)>
void of_powers(char** pointers, const std::ptrdiff_t* length, const std::ptrdiff_t* steps, void*) {
    auto const* const x = reinterpret_cast<const T*>(pointers[0]);
    auto* const result = reinterpret_cast<T*>(pointers[1]);
    bool const fit = steps[0] == sizeof(T) && steps[1] == sizeof(T) && x != result;
    bool const near = fit && before(result, x, T(limit), *length);
    if (!near) return each_number<op, T>(pointers, *length, steps);
    apply_loop(Op::exp, result, *length);
    after(result, *length);
}

// -factor |x|
template <int factor, class T>
AUTODIFFX_INLINE bool exponents(T* e, const T* x, T limit, std::ptrdiff_t length) {
    auto const most = size_of(limit);
    auto far = 0 * most;
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        e[i] = T(-factor) * std::abs(x[i]);
        far |= size_of(x[i]) > most ? 1 : 0;
    }
    return far == 0;
}
AUTODIFFX_INLINE float inverse(float x) { return 1.0f / x; }
// For x from 1 to 2 as in float32, in a third of the time, the digits doubled twice by Newton's
// rule.
AUTODIFFX_INLINE double inverse(double x) {
    double const y = double{inverse(static_cast<float>(x))}, z = y + y * (1.0 - x * y);
    return z + z * (1.0 - x * z);
}
// factor e / (1 + e)**2
template <int factor, class T>
AUTODIFFX_INLINE void bells(T* e, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        T const share = inverse(T(1) + e[i]);
        e[i] = T(factor) * (e[i] * (share * share));
    }
}
// sech2 is 4 e / (1 + e)**2 with e = exp(-2 |x|), the logistic density a fourth of it, at x / 2.
#define OF_POWERS(T)                                                            \
    AUTODIFFX_CLONES                                                            \
    bool sech2_exponents(T* e, const T* x, T limit, std::ptrdiff_t length) {    \
        return exponents<2>(e, x, limit, length);                               \
    }                                                                           \
    AUTODIFFX_CLONES                                                            \
    void sech2_of_powers(T* e, std::ptrdiff_t length) { bells<4>(e, length); }  \
    AUTODIFFX_CLONES                                                            \
    bool logistic_exponents(T* e, const T* x, T limit, std::ptrdiff_t length) { \
        return exponents<1>(e, x, limit, length);                               \
    }                                                                           \
    AUTODIFFX_CLONES                                                            \
    void logistic_density_of_powers(T* e, std::ptrdiff_t length) { bells<1>(e, length); }
OF_POWERS(double)
OF_POWERS(float)
#undef OF_POWERS

// exp(a - b), 0 where b is infinite.
AUTODIFFX_CLONES
void logsumexp_exponents(double* result, const double* a, const double* b, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i)
        result[i] = std::isinf(b[i]) ? -kernel::infinity : a[i] - b[i];
}
AUTODIFFX_CLONES
void logsumexp_exponents(double* result, const double* a, double b, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i)
        result[i] = std::isinf(b) ? -kernel::infinity : a[i] - b;
}
void logsumexp_partial_numbers(char** pointers, const std::ptrdiff_t* length,
                               const std::ptrdiff_t* steps, void*) {
    Operands const at(pointers, steps);
    if (!at.fit) return each_number<Op::logsumexp_partial>(pointers, *length, steps);
    if (at.b_repeats) logsumexp_exponents(at.result, at.a, *at.b, *length);
    else logsumexp_exponents(at.result, at.a, at.b, *length);
    apply_loop(Op::exp, at.result, *length);
}

// e / (1 + e) or 1 / (1 + e), for differences d of both signs, with e = exp(-|d|).
AUTODIFFX_CLONES
void differences(double* d, const double* a, const double* b, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i) d[i] = a[i] == b[i] ? 0.0 : a[i] - b[i];
}
AUTODIFFX_CLONES
void shares_of_powers(double* e, const double* d, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i) e[i] = (d[i] >= 0.0 ? 1.0 : e[i]) / (1.0 + e[i]);
}
void logaddexp_partial_numbers(char** pointers, const std::ptrdiff_t* length,
                               const std::ptrdiff_t* steps, void*) {
    Operands const at(pointers, steps);
    if (!at.fit || at.b_repeats)
        return each_number<Op::logaddexp_partial>(pointers, *length, steps);
    constexpr std::ptrdiff_t block = 256;
    double d[block];
    for (std::ptrdiff_t from = 0; from < *length; from += block) {
        std::ptrdiff_t const count = std::min(block, *length - from);
        double* const result = at.result + from;
        differences(d, at.a + from, at.b + from, count);
        logistic_exponents(result, d, kernel::infinity, count);
        apply_loop(Op::exp, result, count);
        shares_of_powers(result, d, count);
    }
}

// ---- powers -------------------------------------------------------------------------

AUTODIFFX_CLONES
void scale(double* x, double factor, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i) x[i] *= factor;
}
// Whether all are numbers of a size that tells all about the product with a factor.
AUTODIFFX_CLONES
bool are_ordinary(const double* x, std::ptrdiff_t length) {
    std::int64_t const least = size_of(0x1p-1000), most = size_of(0x1p1000);
    std::int64_t odd = 0;
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        std::int64_t const size = size_of(x[i]);
        odd |= (size < least ? 1 : 0) | (size > most ? 1 : 0);
    }
    return odd == 0;
}

// b a**(b - 1), where b is the same everywhere.
void power_derivative_numbers(char** pointers, const std::ptrdiff_t* length,
                              const std::ptrdiff_t* steps, void*) {
    auto const* const a = reinterpret_cast<const double*>(pointers[0]);
    double const b = *reinterpret_cast<const double*>(pointers[1]);
    double const order = *reinterpret_cast<const double*>(pointers[2]);
    auto* const result = reinterpret_cast<double*>(pointers[3]);
    bool const once = steps[2] == 0 && order == table::power_by_base && steps[1] == 0;
    bool const fit = once && steps[0] == item && steps[3] == item;
    double const exponent = b - 1.0;
    if (fit && exponent + 1.0 == b && are_ordinary(a, *length)) {
        char* at[] = {pointers[0], reinterpret_cast<char*>(const_cast<double*>(&exponent)),
                      pointers[3]};
        std::ptrdiff_t const along[] = {item, 0, item};
        if (exponent == 2.0) std::transform(a, a + *length, result, [](double x) { return x * x; });
        else loop_of(Op::power, Dtype::float64)(at, *length, along);
        if (are_ordinary(result, *length)) return scale(result, b, *length);
    }
    each_number<Op::power_derivative>(pointers, *length, steps);
}

// ---- bells --------------------------------------------------------------------------

// Exponentials of numbers whose square is carried to twice the digits, in one pass; what NumPy has
// would take three. With a fused multiply-add where the machine has one.

constexpr double log2_e = 1.4426950408889634073599246810018921;
// ln 2 in two parts; the first times a whole number of ten bits is exact.
constexpr double ln_2_head = 0x1.62e42fefa38p-1, ln_2_rest = 5.497923018708371174712472e-14;
// (exp(r) - 1 - r) / r**2 for |r| <= 0.34662, interpolated at the roots of a Chebyshev polynomial;
// what is left out is 2e-17 of exp(r). Lowest powers first.
constexpr double power_series[] = {
    0.50000000000000010225,    0.16666666666666667453,   0.041666666666624116328,
    0.0083333333333300609447,  0.001388888891721948282,  0.00019841269863058050964,
    0.00002480152128699543959, 2.7557268453107124856e-6, 2.762009270665066481e-7,
    2.5100388772450646573e-8,
};

template <bool fused>
AUTODIFFX_INLINE double multiply_add(double a, double b, double c) {
    return fused ? std::fma(a, b, c) : a * b + c;
}
// By steps of the compiler: a loop in the loop would keep it from vector instructions.
template <bool fused, std::size_t from = 0>
AUTODIFFX_INLINE double power_series_at(double r) {
    if constexpr (from + 1 == std::size(power_series)) return power_series[from];
    else return multiply_add<fused>(power_series_at<fused, from + 1>(r), r, power_series[from]);
}

// exp(high + rest) for -700 <= high <= 0 and a rest that is small beside 1.
template <bool fused>
AUTODIFFX_INLINE double power_of(double high, double rest) {
    // The last bits of the sum are the nearest whole number.
    constexpr double shift = 0x1.8p52;
    double const sum = multiply_add<fused>(high, log2_e, shift), whole = sum - shift;
    double r = multiply_add<fused>(-whole, ln_2_head, high);
    r = multiply_add<fused>(-whole, ln_2_rest, r) + rest;
    double power = 1.0 + multiply_add<fused>(r * r, power_series_at<fused>(r), r);
    std::uint64_t exponent, bits;
    std::memcpy(&exponent, &sum, sizeof exponent);
    std::memcpy(&bits, &power, sizeof bits);
    bits += exponent << 52;
    std::memcpy(&power, &bits, sizeof power);
    return power;
}

// x with half of its digits, so that its square is exact.
AUTODIFFX_INLINE double head_of(double x) {
    std::uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    bits &= ~std::uint64_t{0x7ffffff};
    std::memcpy(&x, &bits, sizeof bits);
    return x;
}

// factor exp(-c x**2) for c = 1/2 or 1. Whether all x are within the limit: else it is of no use.
template <bool fused>
AUTODIFFX_INLINE bool bell_of(double* result, const double* x, double c, double factor,
                              std::ptrdiff_t length) {
    Beyond beyond(26.0);
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        beyond.look_at(x[i]);
        double high, rest;
        if constexpr (fused) {
            high = -c * x[i] * x[i];
            rest = std::fma(-c * x[i], x[i], -high);
        } else {
            double const head = head_of(x[i]);
            high = -c * (head * head);
            rest = -c * ((x[i] - head) * (x[i] + head));
        }
        result[i] = factor * power_of<fused>(high, rest);
    }
    return !beyond;
}
AUTODIFFX_CLONES
bool common_bell(double* result, const double* x, double c, double factor, std::ptrdiff_t length) {
#if defined(__FP_FAST_FMA)
    return bell_of<true>(result, x, c, factor, length);
#else
    return bell_of<false>(result, x, c, factor, length);
#endif
}
// std::fma is one instruction, or slower than all the rest: so these are no clones, of which one
// is for every machine.
#if defined(AUTODIFFX_FUSED)
AUTODIFFX_WIDE_FUSED
bool wide_fused_bell(double* result, const double* x, double c, double factor,
                     std::ptrdiff_t length) {
    return bell_of<true>(result, x, c, factor, length);
}
AUTODIFFX_FUSED
bool fused_bell(double* result, const double* x, double c, double factor, std::ptrdiff_t length) {
    return bell_of<true>(result, x, c, factor, length);
}
#endif

auto* best_bell() {
#if defined(AUTODIFFX_FUSED)
    if (__builtin_cpu_supports("avx512f")) return wide_fused_bell;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return fused_bell;
#endif
    return common_bell;
}

// Times p(x), where p is as of `hermite`: 1, -2c x, ...
AUTODIFFX_CLONES
void multiply_by_hermite(double* e, const double* x, double c, int order, std::ptrdiff_t length) {
    if (order == 1) {
        for (std::ptrdiff_t i = 0; i < length; ++i) e[i] *= -2.0 * c * x[i];
    } else if (order == 2) {
        for (std::ptrdiff_t i = 0; i < length; ++i) e[i] *= 2.0 * c * (2.0 * c * x[i] * x[i] - 1.0);
    }
}

// Derivatives of exp(-c x**2) times a factor; `first` is the order that stands for none.
template <Op op>
void bell_numbers(char** pointers, const std::ptrdiff_t* length, const std::ptrdiff_t* steps,
                  void*) {
    constexpr bool normal = op == Op::normal_derivative;
    constexpr double c = normal ? 0.5 : 1.0, first = normal ? 0.0 : 1.0;
    constexpr double factor = normal ? kernel::inverse_sqrt_2_pi : kernel::two_over_sqrt_pi;
    Operands const at(pointers, steps);
    int const order = at.b_repeats ? static_cast<int>(*at.b - first) : -1;
    bool const known = at.fit && order >= 0 && order <= 2 && at.a != at.result;
    static auto* const bell = best_bell();
    if (!known || !bell(at.result, at.a, c, factor, *length))
        return each_number<op>(pointers, *length, steps);
    multiply_by_hermite(at.result, at.a, c, order, *length);
}

}  // namespace

Loop::Function partial_loop(Op op) {
    switch (op) {
        case Op::chain:
            return chain_numbers;
        case Op::sech2:
            return of_powers<Op::sech2, double, 350, sech2_exponents, sech2_of_powers>;
        case Op::logistic_density:
            return of_powers<Op::logistic_density, double, 700, logistic_exponents,
                             logistic_density_of_powers>;
        case Op::logsumexp_partial:
            return logsumexp_partial_numbers;
        case Op::logaddexp_partial:
            return logaddexp_partial_numbers;
        case Op::power_derivative:
            return power_derivative_numbers;
        case Op::normal_derivative:
            return bell_numbers<Op::normal_derivative>;
        case Op::erf_derivative:
            return bell_numbers<Op::erf_derivative>;
        default:
            return nullptr;
    }
}

Loop::Function single_partial_loop(Op op) {
    if (op == Op::sech2) return of_powers<Op::sech2, float, 43, sech2_exponents, sech2_of_powers>;
    if (op != Op::logistic_density) return nullptr;
    return of_powers<Op::logistic_density, float, 86, logistic_exponents,
                     logistic_density_of_powers>;
}

}  // namespace autodiffx
