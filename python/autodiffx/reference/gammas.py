"""The gamma function and its relatives in sixty digits.

Arguments are raised by the recurrence until Stirling's series (Abramowitz and Stegun 6.1.40,
6.3.18, 6.4.11) converges to all digits; negative ones are reflected first.
"""

import functools
import math
from decimal import Decimal
from fractions import Fraction

from autodiffx.reference.precise import (
    HALF,
    NEGLIGIBLE,
    ONE,
    PI,
    TWO,
    ZERO,
    cos_pi,
    precise,
    sin_pi,
)

NAN, INFINITY = Decimal("NaN"), Decimal("Infinity")


@functools.cache
def bernoulli(k: int) -> Decimal:
    """B_k, exactly, then rounded: sum over j <= k of C(k+1, j) B_j = 0."""
    return _decimal(_bernoulli(k))


@functools.cache
def _bernoulli(k: int) -> Fraction:
    if k == 0:
        return Fraction(1)
    if k > 1 and k % 2:
        return Fraction(0)
    return -sum((math.comb(k + 1, j) * _bernoulli(j) for j in range(k)), Fraction(0)) / (k + 1)


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


def raised(x: Decimal, n: int) -> int:
    """How many steps of the recurrence bring x to where the series for order n converges."""
    return max(0, 45 + n - int(x)) if x < 45 + n else 0


def log_gamma(x: Decimal) -> Decimal:
    """log Gamma(x) for x > 0."""
    if not x.is_finite():
        return x
    if x in (1, 2):
        return ZERO
    product = ONE
    for _ in range(raised(x, 0)):
        product *= x
        x += 1
    total = (x - HALF) * x.ln() - x + (TWO * PI).ln() / 2
    for k in range(2, 200, 2):
        term = bernoulli(k) / (k * (k - 1) * x ** (k - 1))
        total += term
        if abs(term) <= NEGLIGIBLE:
            break
    return total - product.ln()


def psi(n: int, x: Decimal) -> Decimal:
    """The polygamma function of order n, 0 for digamma.

    At the poles 0, -1, -2, ... infinite for odd n; for even n, where the two sides differ,
    -+infinity at +-0 and NaN at the others.
    """
    sign = ONE if n % 2 else -ONE
    if not x.is_finite():
        at_infinity = x if n == 0 else ZERO.copy_sign(sign)
        return at_infinity if x > 0 else NAN
    if x <= 0 and x == x.to_integral_value():
        return INFINITY if n % 2 else -ONE / x if x == 0 else NAN
    if x < 0:
        # psi_n(x) = (-1)^n psi_n(1-x) - pi d^n/dx^n cot(pi x)
        return -sign * psi(n, ONE - x) - PI ** (n + 1) * _cot_derivative(n, x)
    factorial = math.factorial(n)
    total = ZERO
    for _ in range(raised(x, n)):
        total += ONE / x ** (n + 1)
        x += 1
    total *= factorial
    if n == 0:
        total += -x.ln() + HALF / x
    else:
        total += math.factorial(n - 1) / x**n + factorial / (2 * x ** (n + 1))
    ratio = Decimal(math.factorial(n + 1)) / 2  # (k + n - 1)! / k! for k = 2
    for k in range(2, 200, 2):
        term = bernoulli(k) * ratio / x ** (k + n)
        total += term
        if abs(term) <= NEGLIGIBLE * abs(total):
            break
        ratio *= Decimal((k + n) * (k + n + 1)) / ((k + 1) * (k + 2))
    return sign * total


def _cot_derivative(n: int, x: Decimal) -> Decimal:
    """d^n cot(z) / dz^n at z = pi x: a polynomial in c = cot(z), as c' = -(1 + c^2)."""
    coefficients = [0, 1]
    for _ in range(n):
        slope = [k * coefficients[k] for k in range(1, len(coefficients))]
        coefficients = [
            -(slope[k] if k < len(slope) else 0) - (slope[k - 2] if k >= 2 else 0)
            for k in range(len(slope) + 2)
        ]
    c = cos_pi(x) / sin_pi(x)
    total = ZERO
    for coefficient in reversed(coefficients):
        total = total * c + coefficient
    return total


def gamma_function(x: Decimal) -> Decimal:
    """Gamma(x); at a pole +-infinity for +-0 and NaN at the negative integers."""
    if x == 0:
        return ONE / x
    if x > 0:
        return log_gamma(x).exp()
    if not x.is_finite() or x == x.to_integral_value():
        return NAN
    return PI / (sin_pi(x) * log_gamma(ONE - x).exp())


def rise(n: int, x: Decimal, step: Decimal) -> Decimal:
    """psi_n(x + step) - psi_n(x) for x, step > 0, where psi_(-1) is log Gamma.

    A step much smaller than x is taken by Taylor's series: the difference would lose it.
    """
    if step > x * Decimal("1e-8"):
        function = log_gamma if n < 0 else functools.partial(psi, n)
        return function(x + step) - function(x)
    return sum((psi(n + k, x) * step**k / math.factorial(k) for k in range(1, 9)), ZERO)


def log_beta(a: Decimal, b: Decimal) -> Decimal:
    """log B(a, b) for a, b > 0."""
    small, large = min(a, b), max(a, b)
    if large.is_infinite():
        return -INFINITY
    return log_gamma(small) - rise(-1, large, small)


def is_pole(x: Decimal) -> bool:
    """Whether Gamma is infinite at x."""
    return x <= 0 and x.is_finite() and x == x.to_integral_value()


def beta_function(a: Decimal, b: Decimal) -> Decimal:
    """B(a, b); +infinity at a pole, but (-1)^b B(1-a-b, b) where that of Gamma(a+b) undoes it."""
    if a.is_nan() or b.is_nan() or -INFINITY in (a, b):
        return NAN
    a, b = min(a, b), max(a, b)
    if a > 0:
        return log_beta(a, b).exp()
    if is_pole(a) or is_pole(b):
        undone = is_pole(a + b) and b > 0 and b == b.to_integral_value()
        return (-1) ** int(b) * beta_function(ONE - (a + b), b) if undone else INFINITY
    if is_pole(a + b):
        return ZERO
    if b.is_infinite():
        return INFINITY.copy_sign(gamma_function(a))
    if a > -100:
        return beta_function(a + 1, b) * (a + b) / a
    return gamma_function(a) * gamma_function(b) / gamma_function(a + b)


def beta_slope(n: int, a: Decimal, b: Decimal) -> Decimal:
    """psi_n(a) - psi_n(a + b): the derivatives by a of log B."""
    if a > 0 and b > 0 and not (a + b).is_infinite():
        return -rise(n, a, b)
    return psi(n, a) - psi(n, a + b)


@precise
def gamma(x: Decimal) -> Decimal:
    return gamma_function(x)


@precise
def gamma_by_x(x: Decimal) -> Decimal:
    """Gamma psi."""
    return gamma_function(x) * psi(0, x)


@precise
def gamma_by_xx(x: Decimal) -> Decimal:
    """Gamma (psi^2 + psi_1)."""
    return gamma_function(x) * (psi(0, x) ** 2 + psi(1, x))


@precise
def lgamma(x: Decimal) -> Decimal:
    """log |Gamma(x)|; infinite at the poles and at both infinities."""
    if x > 0 or x.is_nan():
        return log_gamma(x)
    if x.is_infinite() or x == x.to_integral_value():
        return INFINITY
    return (PI / abs(sin_pi(x))).ln() - log_gamma(ONE - x)


@precise
def digamma(x: Decimal) -> Decimal:
    """psi."""
    return psi(0, x)


def polygamma(n: float, x: float) -> float:
    """psi_n(x) for an integer n >= 0, else NaN."""
    return _polygamma(n, x) if n >= 0 and n == int(n) else math.nan


@precise
def _polygamma(n: Decimal, x: Decimal) -> Decimal:
    return psi(int(n), x)


@precise
def beta(a: Decimal, b: Decimal) -> Decimal:
    return beta_function(a, b)


@precise
def beta_by_a(a: Decimal, b: Decimal) -> Decimal:
    """B d with d = psi(a) - psi(a+b)."""
    return beta_function(a, b) * beta_slope(0, a, b)


@precise
def beta_by_aa(a: Decimal, b: Decimal) -> Decimal:
    """B (d^2 + d') with d' = psi_1(a) - psi_1(a+b)."""
    return beta_function(a, b) * (beta_slope(0, a, b) ** 2 + beta_slope(1, a, b))


@precise
def beta_by_ab(a: Decimal, b: Decimal) -> Decimal:
    """B ((psi(a) - psi(a+b)) (psi(b) - psi(a+b)) - psi_1(a+b))."""
    if a > 0 and b > 0 and min(a, b) < Decimal("1e-6"):
        return _beta_by_ab_at_edge(min(a, b), max(a, b))
    both = beta_slope(0, a, b) * beta_slope(0, b, a)
    return beta_function(a, b) * (both - psi(1, a + b))


def _beta_by_ab_at_edge(a: Decimal, b: Decimal) -> Decimal:
    """The mixed derivative of B for small a, where the poles 1/a and 1/b of B cancel.

    B = (1/a + 1/b) e^H with H = log (Gamma(1+a) Gamma(1+b) / Gamma(1+a+b)), a power series in a
    whose coefficients H_j = (-1)^j zeta(j)/j - psi_(j-1)(1+b)/j! vanish with b. From those of
    e^H, G_i = sum over j of (j/i) H_j G_(i-j), and from G_i' = sum of H_j' G_(i-j):
    B_ab = sum of (i-1) a^(i-2) G_i' + i a^(i-1) (G_i/b)'.
    """
    if b < Decimal("1e-18"):
        return -psi(2, ONE)  # 2 zeta(3): the limit at (0, 0)
    if b.is_infinite():
        return ZERO
    terms = range(1, 12)
    # psi_(j-1)(1) = (-1)^j (j-1)! zeta(j), and -gamma for j = 1
    h = [ZERO] + [-rise(j - 1, ONE, b) / math.factorial(j) for j in terms]
    slope = [ZERO] + [-psi(j, ONE + b) / math.factorial(j) for j in terms]
    g, total = [ONE], ZERO
    for i in terms:
        g.append(sum((j * h[j] * g[i - j] for j in range(1, i + 1)), ZERO) / i)
        g_slope = sum((slope[j] * g[i - j] for j in range(1, i + 1)), ZERO)
        if i > 1:
            total += (i - 1) * (a ** (i - 2) if i > 2 else ONE) * g_slope
        total += i * (a ** (i - 1) if i > 1 else ONE) * (g_slope - g[i] / b) / b
    return total


@precise
def betaln(a: Decimal, b: Decimal) -> Decimal:
    """log |B(a, b)|."""
    if a > 0 and b > 0:
        return log_beta(a, b)
    return abs(beta_function(a, b)).ln()


@precise
def betaln_by_a(a: Decimal, b: Decimal) -> Decimal:
    """psi(a) - psi(a+b)."""
    return beta_slope(0, a, b)


@precise
def betaln_by_aa(a: Decimal, b: Decimal) -> Decimal:
    """psi_1(a) - psi_1(a+b)."""
    return beta_slope(1, a, b)
