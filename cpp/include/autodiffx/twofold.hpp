// A number carried to twice the digits, as an unevaluated sum of two: for what the rounding of an
// intermediate result would spoil.
#pragma once

#include <cmath>

namespace autodiffx::kernel {

struct Twofold {
    double high = 0.0;
    double low = 0.0;  // at most half a unit in the last place of high

    Twofold() = default;
    Twofold(double number) : high(number) {}
    Twofold(double high, double low) : high(high), low(low) {}

    double value() const { return high + low; }
};

// a + b exactly; the second one where |a| >= |b| is known.
inline Twofold exact_sum(double a, double b) {
    double const sum = a + b, back = sum - a;
    return {sum, (a - (sum - back)) + (b - back)};
}
inline Twofold exact_sum_of_falling(double a, double b) {
    double const sum = a + b;
    return {sum, b - (sum - a)};
}

// a b exactly, unless what is lost underflows.
inline Twofold exact_product(double a, double b) {
    double const product = a * b;
    return {product, std::fma(a, b, -product)};
}

inline Twofold operator+(Twofold a, Twofold b) {
    Twofold const sum = exact_sum(a.high, b.high);
    return exact_sum_of_falling(sum.high, sum.low + (a.low + b.low));
}

inline Twofold operator*(Twofold a, Twofold b) {
    Twofold const product = exact_product(a.high, b.high);
    return exact_sum_of_falling(product.high, product.low + (a.high * b.low + a.low * b.high));
}

inline Twofold operator/(Twofold a, Twofold b) {
    double const quotient = a.high / b.high;
    double const rest = std::fma(-quotient, b.high, a.high) + (a.low - quotient * b.low);
    return exact_sum_of_falling(quotient, rest / b.high);
}

}  // namespace autodiffx::kernel
