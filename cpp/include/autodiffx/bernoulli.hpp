// What the series of the gamma function and its relatives have in common.
#pragma once

#include <cmath>

namespace autodiffx::kernel {

// Where the asymptotic series in 1/x**2 serve, and their Bernoulli numbers B(2j).
inline constexpr double large = 10.0;
inline constexpr int bernoulli_count = 12;
inline constexpr double bernoulli[bernoulli_count] = {
    1.0 / 6.0,       -1.0 / 30.0,       1.0 / 42.0,       -1.0 / 30.0,
    5.0 / 66.0,      -691.0 / 2730.0,   7.0 / 6.0,        -3617.0 / 510.0,
    43867.0 / 798.0, -174611.0 / 330.0, 854513.0 / 138.0, -236364091.0 / 2730.0,
};

// How many unit steps take x to where the asymptotic series serve.
inline int steps_to_large(double x, double where) {
    return x < where ? static_cast<int>(std::ceil(where - x)) : 0;
}

inline bool is_whole(double x) { return x == std::floor(x); }

inline double factorial(int n) {
    double product = 1.0;
    for (int i = 2; i <= n; ++i) product *= i;
    return product;
}

}  // namespace autodiffx::kernel
