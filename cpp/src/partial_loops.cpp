// Rows that only partials read, over runs of float64.
#include "autodiffx/partial_loops.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "autodiffx/inline.hpp"

namespace autodiffx {

namespace {

constexpr auto item = static_cast<std::ptrdiff_t>(sizeof(double));

// The installed loop, in place.
void apply_loop(Op op, double* x, std::ptrdiff_t length) {
    char* const at = reinterpret_cast<char*>(x);
    char* pointers[] = {at, at};
    std::ptrdiff_t const steps[] = {item, item};
    loop_of(op, Dtype::float64)(pointers, length, steps);
}

// The bits of |x|, which are in order as the numbers are, with nan above all: whole numbers are
// compared in wide steps.
AUTODIFFX_INLINE std::int64_t size_of(double x) {
    std::int64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits & std::numeric_limits<std::int64_t>::max();
}

// Whether any element lies further out, where an exponential may be subnormal, or is nan.
AUTODIFFX_CLONES
bool reaches_beyond(double limit, const double* x, std::ptrdiff_t length) {
    std::int64_t const most = size_of(limit);
    std::int64_t far = 0;
    for (std::ptrdiff_t i = 0; i < length; ++i) far |= size_of(x[i]) > most ? 1 : 0;
    return far != 0;
}

// The kernel, element by element.
template <Op op>
void each_number(char** pointers, std::ptrdiff_t length, const std::ptrdiff_t* steps) {
    constexpr int arity = Row<op>::arity;
    auto const read = [&](int k, std::ptrdiff_t i) {
        return *reinterpret_cast<const double*>(pointers[k] + i * steps[k]);
    };
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        double result;
        if constexpr (arity == 1) result = Row<op>::primal(read(0, i));
        else if constexpr (arity == 2) result = Row<op>::primal(read(0, i), read(1, i));
        else result = Row<op>::primal(read(0, i), read(1, i), read(2, i));
        *reinterpret_cast<double*>(pointers[arity] + i * steps[arity]) = result;
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

// A row of one operand: `before` makes exponents of it, `after` the result of their powers. Where
// one of them may be subnormal or nan `before` returns false.
template <Op op, bool (*before)(double*, const double*, std::ptrdiff_t),
          void (*after)(double*, std::ptrdiff_t)>
void of_powers(char** pointers, const std::ptrdiff_t* length, const std::ptrdiff_t* steps, void*) {
    auto const* const x = reinterpret_cast<const double*>(pointers[0]);
    auto* const result = reinterpret_cast<double*>(pointers[1]);
    bool const fit = steps[0] == item && steps[1] == item && result != x;
    if (!fit || !before(result, x, *length)) return each_number<op>(pointers, *length, steps);
    apply_loop(Op::exp, result, *length);
    after(result, *length);
}

// factor |x|, with a negative factor.
AUTODIFFX_INLINE bool exponents(double* e, const double* x, double factor, std::ptrdiff_t length) {
    std::int64_t const most = size_of(700.0);
    std::int64_t far = 0;
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        e[i] = factor * std::abs(x[i]);
        far |= size_of(e[i]) > most ? 1 : 0;
    }
    return far == 0;
}

// 4 e / (1 + e)**2 with e = exp(-2 |x|).
AUTODIFFX_CLONES
bool sech2_exponents(double* e, const double* x, std::ptrdiff_t length) {
    return exponents(e, x, -2.0, length);
}
AUTODIFFX_CLONES
void sech2_of_powers(double* e, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        double const sum = 1.0 + e[i];
        e[i] = 4.0 * (e[i] / (sum * sum));
    }
}

// e / (1 + e)**2 with e = exp(-|x|).
AUTODIFFX_CLONES
bool logistic_exponents(double* e, const double* x, std::ptrdiff_t length) {
    return exponents(e, x, -1.0, length);
}
AUTODIFFX_CLONES
void logistic_density_of_powers(double* e, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        double const sum = 1.0 + e[i];
        e[i] = e[i] / (sum * sum);
    }
}

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
        logistic_exponents(result, d, count);
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

// x with half of its digits, so that its square is exact.
AUTODIFFX_INLINE double head_of(double x) {
    std::uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    bits &= ~std::uint64_t{0x7ffffff};
    std::memcpy(&x, &bits, sizeof bits);
    return x;
}

AUTODIFFX_CLONES
void bell_exponents(double* e, const double* x, double c, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        double const head = head_of(x[i]);
        e[i] = -c * (head * head);
    }
}
// factor p(x) exp(-c x**2), the rest of the square brought in; p is as of `hermite`: 1, -2c x, ...
AUTODIFFX_CLONES
void bell_of_powers(double* e, const double* x, double c, double factor, int order,
                    std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        double const head = head_of(x[i]);
        double const t = -c * ((x[i] - head) * (x[i] + head));
        e[i] = factor * (e[i] + e[i] * (t + t * t * (0.5 + t * (1.0 / 6.0))));
    }
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
    bool const known = at.fit && order >= 0 && order <= 2;
    if (!known || reaches_beyond(26.0, at.a, *length))
        return each_number<op>(pointers, *length, steps);
    bell_exponents(at.result, at.a, c, *length);
    apply_loop(Op::exp, at.result, *length);
    bell_of_powers(at.result, at.a, c, factor, order, *length);
}

}  // namespace

Loop::Function partial_loop(Op op) {
    switch (op) {
        case Op::chain:
            return chain_numbers;
        case Op::sech2:
            return of_powers<Op::sech2, sech2_exponents, sech2_of_powers>;
        case Op::logistic_density:
            return of_powers<Op::logistic_density, logistic_exponents, logistic_density_of_powers>;
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

}  // namespace autodiffx
