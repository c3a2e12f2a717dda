// The plain loops: every operator over runs of elements, made from its kernel.
#include "autodiffx/loops.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "autodiffx/inline.hpp"

namespace autodiffx {

namespace {

template <class T>
T load(const char* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}
template <class T>
void store(char* at, T value) {
    std::memcpy(at, &value, sizeof value);
}

// clip as NumPy's loop has it: where bounds tie, the sign of zero is the bound's.
double clipped(double a, double low, double high) {
    double const raised = std::isnan(a) || a > low ? a : low;
    return std::isnan(raised) || raised < high ? raised : high;
}

// Booleans lie in memory as bytes 0 and 1. The condition of `where` is one.
template <Op op, class In, class Out>
void each(char** pointers, const std::ptrdiff_t* length, const std::ptrdiff_t* steps, void*) {
    constexpr int arity = Row<op>::arity;
    char* at[4] = {};
    for (int k = 0; k <= arity; ++k) at[k] = pointers[k];
    for (std::ptrdiff_t i = 0; i < *length; ++i) {
        double result;
        if constexpr (arity == 1) {
            result = Row<op>::primal(static_cast<double>(load<In>(at[0])));
        } else if constexpr (arity == 2) {
            result = Row<op>::primal(static_cast<double>(load<In>(at[0])),
                                     static_cast<double>(load<In>(at[1])));
        } else {
            using First = std::conditional_t<op == Op::where, std::uint8_t, In>;
            auto const a = static_cast<double>(load<First>(at[0]));
            auto const b = static_cast<double>(load<In>(at[1]));
            auto const c = static_cast<double>(load<In>(at[2]));
            result = op == Op::clip ? clipped(a, b, c) : Row<op>::primal(a, b, c);
        }
        store(at[arity], static_cast<Out>(result));
        for (int k = 0; k <= arity; ++k) at[k] += steps[k];
    }
}

// As `each`, all numbers: the form in which a block needs decisions and selections.
template <Op op>
void each_number(char** pointers, const std::ptrdiff_t* length, const std::ptrdiff_t* steps,
                 void*) {
    constexpr int arity = Row<op>::arity;
    for (std::ptrdiff_t i = 0; i < *length; ++i) {
        double operands[3] = {};
        for (int k = 0; k < arity; ++k) operands[k] = load<double>(pointers[k] + i * steps[k]);
        double result;
        if constexpr (arity == 1) result = Row<op>::primal(operands[0]);
        else if constexpr (arity == 2) result = Row<op>::primal(operands[0], operands[1]);
        else result = Row<op>::primal(operands[0], operands[1], operands[2]);
        store(pointers[arity] + i * steps[arity], result);
    }
}

// The chain of neighbours with neighbours or with one number. No other library has a loop for it.
AUTODIFFX_CLONES
void chain_of_runs(double* result, const double* x, const double* y, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i) result[i] = Row<Op::chain>::primal(x[i], y[i]);
}
AUTODIFFX_CLONES
void chain_with_number(double* result, const double* x, double y, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i) result[i] = Row<Op::chain>::primal(x[i], y);
}
void chain_numbers(char** pointers, const std::ptrdiff_t* length, const std::ptrdiff_t* steps,
                   void* data) {
    constexpr auto item = static_cast<std::ptrdiff_t>(sizeof(double));
    auto const* const x = reinterpret_cast<const double*>(pointers[0]);
    auto const* const y = reinterpret_cast<const double*>(pointers[1]);
    auto* const result = reinterpret_cast<double*>(pointers[2]);
    bool const dense = steps[2] == item;
    if (dense && steps[0] == item && steps[1] == item) chain_of_runs(result, x, y, *length);
    else if (dense && steps[0] == item && steps[1] == 0) chain_with_number(result, x, *y, *length);
    else if (dense && steps[1] == item && steps[0] == 0) chain_with_number(result, y, *x, *length);
    else each<Op::chain, double, double>(pointers, length, steps, data);
}

// 4 e / (1 + e)**2 with e = exp(-2 |x|), by whichever loop is installed for exp.
AUTODIFFX_CLONES
void sech2_exponents(double* e, const double* x, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i) e[i] = -2.0 * std::abs(x[i]);
}
AUTODIFFX_CLONES
void sech2_of_powers(double* e, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        double const sum = 1.0 + e[i];
        e[i] = 4.0 * (e[i] / (sum * sum));
    }
}
void sech2_numbers(char** pointers, const std::ptrdiff_t* length, const std::ptrdiff_t* steps,
                   void* data) {
    constexpr auto item = static_cast<std::ptrdiff_t>(sizeof(double));
    if (steps[0] != item || steps[1] != item) {
        each<Op::sech2, double, double>(pointers, length, steps, data);
        return;
    }
    auto* const result = reinterpret_cast<double*>(pointers[1]);
    sech2_exponents(result, reinterpret_cast<const double*>(pointers[0]), *length);
    char* in_place[] = {pointers[1], pointers[1]};
    loop_of(Op::exp, Dtype::float64)(in_place, *length, steps);
    sech2_of_powers(result, *length);
}

// exp(a - b) by the same, 0 where b is infinite.
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
                               const std::ptrdiff_t* steps, void* data) {
    constexpr auto item = static_cast<std::ptrdiff_t>(sizeof(double));
    bool const dense = steps[0] == item && steps[2] == item;
    auto const* const a = reinterpret_cast<const double*>(pointers[0]);
    auto const* const b = reinterpret_cast<const double*>(pointers[1]);
    auto* const result = reinterpret_cast<double*>(pointers[2]);
    if (dense && steps[1] == item) {
        logsumexp_exponents(result, a, b, *length);
    } else if (dense && steps[1] == 0) {
        logsumexp_exponents(result, a, *b, *length);
    } else {
        each<Op::logsumexp_partial, double, double>(pointers, length, steps, data);
        return;
    }
    char* in_place[] = {pointers[2], pointers[2]};
    std::ptrdiff_t const neighbours[] = {item, item};
    loop_of(Op::exp, Dtype::float64)(in_place, *length, neighbours);
}

struct Table {
    Loop loops[table_size][3];
    Loop numbers[table_size];

    template <Op op>
    void fill() {
        auto const i = static_cast<std::size_t>(op);
        constexpr bool decides = Row<op>::smoothness == Smoothness::passive;
        if constexpr (decides) {
            loops[i][0].function = each<op, double, std::uint8_t>;
            loops[i][1].function = each<op, float, std::uint8_t>;
            loops[i][2].function = each<op, std::uint8_t, std::uint8_t>;
            numbers[i].function = each_number<op>;
        } else {
            loops[i][0].function = each<op, double, double>;
            loops[i][1].function = each<op, float, float>;
            if constexpr (op == Op::where) numbers[i].function = each_number<op>;
            if constexpr (op == Op::chain) numbers[i].function = chain_numbers;
            if constexpr (op == Op::sech2) numbers[i].function = sech2_numbers;
            if constexpr (op == Op::logsumexp_partial)
                numbers[i].function = logsumexp_partial_numbers;
        }
    }
    Table() {
#define UNARY(name, ...) fill<Op::name>();
#define BINARY(name, ...) fill<Op::name>();
#define TERNARY(name, ...) fill<Op::name>();
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
    }
};

Table& table_of_loops() {
    static Table table;
    return table;
}

}  // namespace

Loop& loop_of(Op op, Dtype dtype) {
    return table_of_loops().loops[static_cast<std::size_t>(op)][static_cast<std::size_t>(dtype)];
}

Loop const& number_loop(Op op) {
    Table& table = table_of_loops();
    Loop const& special = table.numbers[static_cast<std::size_t>(op)];
    return special.function != nullptr ? special : table.loops[static_cast<std::size_t>(op)][0];
}

AUTODIFFX_CLONES
void accumulate(double* sum, const double* x, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) sum[i] += x[i];
}

AUTODIFFX_CLONES
void accumulate_chain(double* sum, const double* x, const double* y, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) sum[i] += Row<Op::chain>::primal(x[i], y[i]);
}

AUTODIFFX_CLONES
void accumulate_chain(double* sum, const double* x, double y, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) sum[i] += Row<Op::chain>::primal(x[i], y);
}

void assign_chain(double* result, const double* x, const double* y, std::size_t length) {
    chain_of_runs(result, x, y, static_cast<std::ptrdiff_t>(length));
}

void assign_chain(double* result, const double* x, double y, std::size_t length) {
    chain_with_number(result, x, y, static_cast<std::ptrdiff_t>(length));
}

AUTODIFFX_CLONES
double total_of(const double* x, std::size_t length) {
    // Sixteen partial sums, added up in pairs: the error grows as for length / 16.
    constexpr std::size_t width = 16;
    double sums[width] = {};
    std::size_t i = 0;
    for (; i + width <= length; i += width) {
        for (std::size_t j = 0; j < width; ++j) sums[j] += x[i + j];
    }
    for (; i < length; ++i) sums[i % width] += x[i];
    for (std::size_t half = width / 2; half > 0; half /= 2) {
        for (std::size_t j = 0; j < half; ++j) sums[j] += sums[j + half];
    }
    return sums[0];
}

namespace {

// Looked at as bits, for that goes in wide steps.
template <class T, class Bits>
AUTODIFFX_INLINE bool any_infinite_of(const T* x, std::int64_t length, std::int64_t step) {
    T const infinity = std::numeric_limits<T>::infinity();
    Bits exponent;
    std::memcpy(&exponent, &infinity, sizeof exponent);
    Bits found = 0;
    for (std::int64_t i = 0; i < length; ++i) {
        Bits bits;
        std::memcpy(&bits, x + i * step, sizeof bits);
        found |= static_cast<Bits>((bits & exponent) == exponent);
    }
    return found != 0;
}
AUTODIFFX_CLONES
bool any_infinite_neighbour(const double* x, std::int64_t length) {
    return any_infinite_of<double, std::uint64_t>(x, length, 1);
}
AUTODIFFX_CLONES
bool any_infinite_neighbour(const float* x, std::int64_t length) {
    return any_infinite_of<float, std::uint32_t>(x, length, 1);
}

}  // namespace

bool any_infinite(const double* x, std::int64_t length, std::int64_t step) {
    if (step == 1) return any_infinite_neighbour(x, length);
    return any_infinite_of<double, std::uint64_t>(x, length, step);
}
bool any_infinite(const float* x, std::int64_t length, std::int64_t step) {
    if (step == 1) return any_infinite_neighbour(x, length);
    return any_infinite_of<float, std::uint32_t>(x, length, step);
}

}  // namespace autodiffx
