"""Functions over mpmath numbers from which the exact formulas are made.

Written for arbitrary precision, so plainly. A function returns None where there is nothing to
compare: at a kink, outside the domain.
"""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import mpmath

mp = mpmath.mp.clone()
exp, log, sqrt, sin, cos, tanh, cosh = (
    mp.exp, mp.log, mp.sqrt, mp.sin, mp.cos, mp.tanh, mp.cosh,
)  # fmt: skip
gamma, psi = mp.gamma, mp.psi

Function = Callable[..., Any]


def real_log(x: Any) -> Any:
    return log(x) if x > 0 else None


def inside(condition: bool, value: Callable[[], Any]) -> Any:
    """A value within the domain only."""
    return value() if condition else None


# ---- the normal distribution -------------------------------------------------------------------


def density(x: Any) -> Any:
    return exp(-x * x / 2) / sqrt(2 * mp.pi)


def mills(t: Any) -> Any:
    """Phi(-t) / phi(t) for t > 0."""
    if t < 10000:
        return mp.erfc(t / sqrt(2)) / (2 * density(t))
    term = total = 1 / t  # asymptotic: the terms shrink for the first t^2/2 of them
    k = 1
    while abs(term) > abs(total) * mp.eps:
        term *= -k / (t * t)
        total += term
        k += 2
    return total


def cumulative(x: Any) -> Any:
    return density(x) * mills(-x) if x < -10 else 1 - cumulative(-x) if x > 10 else _middle(x)


def _middle(x: Any) -> Any:
    return mp.erfc(-x / sqrt(2)) / 2


def hazard(x: Any) -> Any:
    return 1 / mills(-x) if x < 0 else density(x) / cumulative(x)


def log_cumulative(x: Any) -> Any:
    if x < -10:
        return -x * x / 2 - log(2 * mp.pi) / 2 + log(mills(-x))
    return mp.log1p(-cumulative(-x)) if x > 0 else log(cumulative(x))


def erfc(x: Any) -> Any:
    return mp.erfc(x) if abs(x) < 10 else 2 * cumulative(-x * sqrt(2))


def _newton(start: float, residual: Function, slope: Function) -> Any:
    y = mp.mpf(start)
    for _ in range(100):
        step = residual(y) / slope(y)
        y -= step
        if abs(step) <= abs(y) * mp.mpf(2) ** (10 - mp.prec) or step == 0:
            return y
    raise ArithmeticError(f"Newton's method has not converged from {start}")


def inverse_erf(x: Any) -> Any:
    if not -1 < x < 1:
        return None
    if abs(x) <= 0.5:
        start = x * sqrt(mp.pi) / 2 * (1 + mp.pi * x * x / 12)
        return _newton(start, lambda y: mp.erf(y) - x, lambda y: 2 * exp(-y * y) / sqrt(mp.pi))
    return -quantile((1 - abs(x)) / 2) / sqrt(2) * mp.sign(x)


def quantile(p: Any) -> Any:
    if not 0 < p < 1:
        return None
    if 0.25 <= p <= 0.75:
        return sqrt(2) * inverse_erf(2 * p - 1)
    if p > 0.75:
        return -quantile(1 - p)
    start = NormalDist().inv_cdf(max(float(p), 5e-324))
    return _newton(start, lambda y: log_cumulative(y) - log(p), hazard)


def at(inverse: Function, formula: Function) -> Function:
    """A formula in the value of an inverse function."""

    def composed(x: Any) -> Any:
        y = inverse(x)
        return None if y is None else formula(y)

    return composed


# ---- sinc --------------------------------------------------------------------------------------


def sinc(x: Any, order: int) -> Any:
    if abs(x) < 0.25:
        return mp.fsum(
            (-1) ** k * mp.pi ** (2 * k) / mp.factorial(2 * k + 1)
            * math.perm(2 * k, order) * x ** (2 * k - order)
            for k in range((order + 1) // 2, 20 + mp.prec // 8)
        )  # fmt: skip
    value = mp.sinpi(x) / (mp.pi * x)
    first = (mp.cospi(x) - value) / x
    return [value, first, -(mp.pi * mp.sinpi(x) + 2 * first) / x][order]


# ---- powers ------------------------------------------------------------------------------------


def power(a: Any, b: Any) -> Any:
    if a > 0:
        return exp(b * log(a))
    if a == 0:
        return mp.mpf(b == 0) if b >= 0 else None
    if not mp.isint(b):
        return None
    return exp(b * log(-a)) * (-1 if mp.fmod(b, 2) != 0 else 1)


def power_by_a(a: Any, b: Any) -> Any:
    rest = power(a, b - 1)
    return mp.zero if b == 0 else None if rest is None else b * rest


def power_by_aa(a: Any, b: Any) -> Any:
    rest = power(a, b - 2)
    return mp.zero if b in (0, 1) else None if rest is None else b * (b - 1) * rest


def power_by_b(a: Any, b: Any) -> Any:
    return power(a, b) * log(a) if a > 0 else mp.zero if a == 0 < b else None


def power_by_ab(a: Any, b: Any) -> Any:
    return power(a, b - 1) * (1 + b * log(a)) if a > 0 else mp.zero if a == 0 and b > 1 else None


def power_by_bb(a: Any, b: Any) -> Any:
    return power(a, b) * log(a) ** 2 if a > 0 else mp.zero if a == 0 < b else None


# ---- gamma -------------------------------------------------------------------------------------


def log_gamma(x: Any) -> Any:
    return mp.re(mp.loggamma(x))


def polygamma(n: int, x: Any) -> Any:
    """psi_n; left of 0 by derivatives of psi(1-x) - psi(x) = pi cot(pi x)."""
    if x > 0 or n == 0 or n > 2:
        return psi(n, x)
    if mp.isint(x):
        return None
    cot, csc = mp.cospi(x) / mp.sinpi(x), 1 / mp.sinpi(x)
    if n == 1:
        return (mp.pi * csc) ** 2 - psi(1, 1 - x)
    return psi(2, 1 - x) - 2 * mp.pi**3 * cot * csc**2


def poly(n: int) -> Function:
    return lambda x: polygamma(n, x)


class Absorbed(Exception):
    """A small operand is lost beside a large one: the precision has to be raised."""


def together(a: Any, b: Any) -> Any:
    """a + b, exactly."""
    both = a + b
    if both - a != b or both - b != a:
        raise Absorbed
    return both


def log_beta(a: Any, b: Any) -> Any:
    return log_gamma(a) + log_gamma(b) - log_gamma(together(a, b))


def fall(n: int, a: Any, b: Any) -> Any:
    return psi(n, a) - psi(n, together(a, b))


def positive(function: Function) -> Function:
    return lambda *xs: function(*xs) if min(xs) > 0 else None


# ---- kinks and steps ---------------------------------------------------------------------------


def off_zero(formula: Function) -> Function:
    """A derivative that is a convention at 0."""
    return lambda x, *rest: None if x == 0 else formula(x, *rest)


def apart(formula: Function) -> Function:
    """A derivative that is a convention where the operands tie."""
    return lambda a, b: None if a == b else formula(a, b)


def quotient(a: Any, b: Any) -> Any:
    return None if b == 0 else mp.floor(a / b)


def zero(*_: Any) -> Any:
    return mp.zero


def one(*_: Any) -> Any:
    return mp.one


def minus_one(*_: Any) -> Any:
    return -mp.one


SCALE = "1.0507009873554804934193349852946"
ALPHA = "1.6732632423543772848170429916717"


def clipped(x: Any, low: Any, high: Any) -> Any:
    return min(max(x, low), high)
