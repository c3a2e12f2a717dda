// The plain loops: every operator over runs of elements, made from its kernel.
#include "autodiffx/loops.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "autodiffx/inline.hpp"
#include "autodiffx/partial_loops.hpp"

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
            if (Loop::Function const own = partial_loop(op)) loops[i][0].function = own;
            if (Loop::Function const own = single_partial_loop(op)) loops[i][1].function = own;
            if constexpr (op == Op::where) numbers[i].function = each_number<op>;
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

AUTODIFFX_CLONES
void accumulate_rows(double* sum, std::size_t length, std::size_t first, const double* x,
                     std::size_t count) {
    std::size_t at = 0;
    for (std::size_t j = first; j < length && at < count; ++j) sum[j] += x[at++];
    for (; at + length <= count; at += length) {
        for (std::size_t j = 0; j < length; ++j) sum[j] += x[at + j];
    }
    for (std::size_t j = 0; at < count; ++j) sum[j] += x[at++];
}

AUTODIFFX_CLONES
void assign_chain(double* result, const double* x, const double* y, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) result[i] = Row<Op::chain>::primal(x[i], y[i]);
}

AUTODIFFX_CLONES
void assign_chain(double* result, const double* x, double y, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) result[i] = Row<Op::chain>::primal(x[i], y);
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
