// What the operator table expands to: the Op enum, and for each operator its
// kernel, its partials and its facts.
//
// Every number type meets the table here and nowhere else. A row is written
// once, over a type T; T is double in a plain sweep, dual<double> in forward
// over reverse, Recorded when the sweep itself is recorded. A number type
// other than double provides
//
//     T(double)                               a constant
//     template <Op op> static T apply(a)      one table operator on itself,
//     template <Op op> static T apply(a, b)   by number of operands
//     template <Op op> static T apply(a, b, c)
//
// and inherits from `number_type`; the functions by which rows call each
// other (`cos(a)`, `a * b`) are then made for it below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>

#include "autodiffx/formulas.hpp"
#include "autodiffx/special.hpp"

namespace autodiffx {

enum class Op : std::uint16_t {
#define UNARY(name, ...) name,
#define BINARY(name, ...) name,
#define TERNARY(name, ...) name,
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
    guard,  // not in the table: a recorded decision, see tape.hpp
    array,  // nor these: an operation on whole arrays, see array.hpp,
    write,  // and what is written into an array
    count_,
};

// Operators of the table, the structural ones not counted.
inline constexpr std::size_t table_size = static_cast<std::size_t>(Op::guard);

enum class Visibility : std::uint8_t {
    open,    // a public function, method and NumPy name
    hidden,  // exists so that the table is closed under differentiation
};

enum class Smoothness : std::uint8_t {
    smooth,   // differentiable wherever it is finite
    kinked,   // continuous or selecting, with a convention where not differentiable
    stepped,  // piecewise constant: derivative zero by convention, still active
    passive,  // a decision, 0 or 1: the result is passive, replay evaluates it anew
};

// Where tests draw an operand from.
struct Interval {
    double low, high;
};
namespace table {
inline constexpr Interval any{-10, 10}, above_0{0.1, 10}, above_half{0.5, 10}, within_1{-0.9, 0.9};
}

// Types that take part in the table without being double.
struct number_type {};
template <class T>
using if_number = std::enable_if_t<std::is_base_of_v<number_type, T>, int>;

// The number type among the operands of a mixed expression (the others are
// double). Two different number types do not mix.
template <class... Operands>
struct among;
template <class T>
struct among<T> {
    using type = T;
};
template <class... Rest>
struct among<double, double, Rest...> : among<double, Rest...> {};
template <class T, class... Rest>
struct among<double, T, Rest...> : among<T, Rest...> {};
template <class T, class... Rest>
struct among<T, double, Rest...> : among<T, Rest...> {};
template <class T, class... Rest>
struct among<T, T, Rest...> : among<T, Rest...> {};
template <class... Operands>
using number_among =
    std::enable_if_t<std::is_base_of_v<number_type, typename among<Operands...>::type>,
                     typename among<Operands...>::type>;

// ---- rows over double: the kernels -----------------------------------------

namespace table {
#define UNARY(name, visibility, smoothness, primal, ...) \
    inline double name(double a) { return primal; }
#define BINARY(name, visibility, smoothness, primal, ...) \
    inline double name(double a, double b) { return primal; }
#define TERNARY(name, visibility, smoothness, primal, ...) \
    inline double name(double a, double b, double c) { return primal; }
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY

// ---- rows over any other number type ---------------------------------------

// A double among numbers is a constant of their type.
template <class T>
constexpr const T& as_number(const T& a) {
    return a;
}
template <class T>
constexpr T as_number(double a) {
    return T(a);
}

#define UNARY(name, ...)                       \
    template <class T, if_number<T> = 0>       \
    constexpr T name(const T& a) {             \
        return T::template apply<Op::name>(a); \
    }
#define BINARY(name, ...)                                                     \
    template <class A, class B, class T = number_among<A, B>>                 \
    constexpr T name(const A& a, const B& b) {                                \
        return T::template apply<Op::name>(as_number<T>(a), as_number<T>(b)); \
    }
#define TERNARY(name, ...)                                                                     \
    template <class A, class B, class C, class T = number_among<A, B, C>>                      \
    constexpr T name(const A& a, const B& b, const C& c) {                                     \
        return T::template apply<Op::name>(as_number<T>(a), as_number<T>(b), as_number<T>(c)); \
    }
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
}  // namespace table

template <class A, class B, class T = number_among<A, B>>
constexpr T operator+(const A& a, const B& b) {
    return table::add(a, b);
}
template <class A, class B, class T = number_among<A, B>>
constexpr T operator-(const A& a, const B& b) {
    return table::subtract(a, b);
}
template <class A, class B, class T = number_among<A, B>>
constexpr T operator*(const A& a, const B& b) {
    return table::multiply(a, b);
}
template <class A, class B, class T = number_among<A, B>>
constexpr T operator/(const A& a, const B& b) {
    return table::divide(a, b);
}
template <class T, if_number<T> = 0>
constexpr T operator-(const T& a) {
    return table::negative(a);
}

// ---- Row<op>: everything about one operator, for templates -----------------

template <Op op>
struct Row;

namespace table {
#define INTERVAL(low, high) \
    Interval { low, high }
#define ROW_FACTS(name_, visibility_, smoothness_, arity_)            \
    static constexpr std::string_view name = #name_;                  \
    static constexpr Visibility visibility = Visibility::visibility_; \
    static constexpr Smoothness smoothness = Smoothness::smoothness_; \
    static constexpr int arity = arity_;

#define UNARY(name_, visibility_, smoothness_, primal_, da, in_a, note_)                       \
    struct name_##_row {                                                                       \
        ROW_FACTS(name_, visibility_, smoothness_, 1)                                          \
        static constexpr Interval intervals[1] = {in_a};                                       \
        static constexpr const char* partial_texts[1] = {#da};                                 \
        static constexpr const char* note = note_;                                             \
        static double primal(double a) { return name_(a); }                                    \
        template <int i, class T>                                                              \
        static constexpr T partial([[maybe_unused]] const T& a, [[maybe_unused]] const T& r) { \
            return T(da);                                                                      \
        }                                                                                      \
    };
#define BINARY(name_, visibility_, smoothness_, primal_, da, db, in_a, in_b, note_)          \
    struct name_##_row {                                                                     \
        ROW_FACTS(name_, visibility_, smoothness_, 2)                                        \
        static constexpr Interval intervals[2] = {in_a, in_b};                               \
        static constexpr const char* partial_texts[2] = {#da, #db};                          \
        static constexpr const char* note = note_;                                           \
        static double primal(double a, double b) { return name_(a, b); }                     \
        template <int i, class T>                                                            \
        static constexpr T partial([[maybe_unused]] const T& a, [[maybe_unused]] const T& b, \
                                   [[maybe_unused]] const T& r) {                            \
            if constexpr (i == 0) return T(da);                                              \
            else return T(db);                                                               \
        }                                                                                    \
    };
#define TERNARY(name_, visibility_, smoothness_, primal_, da, db, dc, in_a, in_b, in_c, note_) \
    struct name_##_row {                                                                       \
        ROW_FACTS(name_, visibility_, smoothness_, 3)                                          \
        static constexpr Interval intervals[3] = {in_a, in_b, in_c};                           \
        static constexpr const char* partial_texts[3] = {#da, #db, #dc};                       \
        static constexpr const char* note = note_;                                             \
        static double primal(double a, double b, double c) { return name_(a, b, c); }          \
        template <int i, class T>                                                              \
        static constexpr T partial([[maybe_unused]] const T& a, [[maybe_unused]] const T& b,   \
                                   [[maybe_unused]] const T& c, [[maybe_unused]] const T& r) { \
            if constexpr (i == 0) return T(da);                                                \
            else if constexpr (i == 1) return T(db);                                           \
            else return T(dc);                                                                 \
        }                                                                                      \
    };
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
}  // namespace table

#define UNARY(name, ...) \
    template <>          \
    struct Row<Op::name> : table::name##_row {};
#define BINARY(name, ...) \
    template <>           \
    struct Row<Op::name> : table::name##_row {};
#define TERNARY(name, ...) \
    template <>            \
    struct Row<Op::name> : table::name##_row {};
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
#undef ROW_FACTS
#undef INTERVAL

// ---- what need not be calculated ---------------------------------------------

// The result of an operator on numbers that can tell, by is(), that they are 0, 1 or -1: most
// partials of arithmetic are.
template <Op op, class T>
std::optional<T> known_result(const T& a, const T& b) {
    if constexpr (op == Op::chain) {
        if (a.is(0.0) || b.is(0.0)) return T(0.0);
    }
    if constexpr (op == Op::chain || op == Op::multiply) {
        if (a.is(1.0)) return b;
        if (b.is(1.0)) return a;
        if (a.is(-1.0)) return T::template apply<Op::negative>(b);
        if (b.is(-1.0)) return T::template apply<Op::negative>(a);
    }
    if constexpr (op == Op::add) {
        if (a.is(0.0)) return b;
        if (b.is(0.0)) return a;
    }
    return std::nullopt;
}

// ---- what a partial reads --------------------------------------------------

// A number that knows nothing but which operands it was made from: bit i is
// operand i, bit 3 the result. A partial run on it tells what it reads, so the
// facts follow the rows by themselves.
struct Reads : number_type {
    static constexpr unsigned result = 1U << 3U;
    unsigned bits;

    constexpr Reads(double = 0.0) : bits(0) {}
    static constexpr Reads operand(int i) { return from(1U << static_cast<unsigned>(i)); }
    static constexpr Reads from(unsigned bits) {
        Reads reads;
        reads.bits = bits;
        return reads;
    }
    template <Op op, class... Operands>
    static constexpr Reads apply(const Operands&... operands) {
        return from((operands.bits | ...));
    }
};

// The operands (bits 0 to 2) and the result (Reads::result) that partial i of
// the operator reads.
template <Op op, int i>
constexpr unsigned partial_reads() {
    constexpr Reads a = Reads::operand(0), b = Reads::operand(1), c = Reads::operand(2);
    constexpr Reads r = Reads::from(Reads::result);
    if constexpr (Row<op>::arity == 1) return Row<op>::template partial<i>(a, r).bits;
    else if constexpr (Row<op>::arity == 2) return Row<op>::template partial<i>(a, b, r).bits;
    else return Row<op>::template partial<i>(a, b, c, r).bits;
}

// ---- which partials are nothing but arithmetic -----------------------------

// A number that knows only whether arithmetic has made it.
struct Arithmetic : number_type {
    bool only = true;

    constexpr Arithmetic(double = 0.0) {}
    template <Op op, class... Operands>
    static constexpr Arithmetic apply(const Operands&... operands) {
        Arithmetic result;
        result.only = (operands.only && ...) &&
                      (op == Op::positive || op == Op::negative || op == Op::add ||
                       op == Op::subtract || op == Op::multiply || op == Op::divide ||
                       op == Op::square || op == Op::reciprocal || op == Op::maximum);
        return result;
    }
};

template <Op op, int i>
constexpr bool is_arithmetic() {
    constexpr Arithmetic x;
    if constexpr (Row<op>::arity == 1) return Row<op>::template partial<i>(x, x).only;
    else if constexpr (Row<op>::arity == 2) return Row<op>::template partial<i>(x, x, x).only;
    else return Row<op>::template partial<i>(x, x, x, x).only;
}

}  // namespace autodiffx
