"""Elementary functions of floats under NumPy's rules: inf and nan, no exception, no warning.

Python's `math` raises where IEEE arithmetic answers; these answer.
"""

import math
from collections.abc import Callable
from decimal import Decimal

import numpy as np

from autodiffx.reference.precise import precise

INF, NAN = math.inf, math.nan


def divide(a: float, b: float) -> float:
    if b != 0:
        return a / b
    return NAN if a == 0 or a != a else math.copysign(INF, a) * math.copysign(1.0, b)


def floor_divide(a: float, b: float) -> float:
    return divide(a, b) if b == 0 else a // b


def remainder(a: float, b: float) -> float:
    return NAN if b == 0 else a % b


def power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except ValueError:  # a negative number to a fraction, or 0 to a negative number
        return NAN if a != 0 else _infinity_like(a, b)
    except OverflowError:
        return _infinity_like(a, b)


def _infinity_like(a: float, b: float) -> float:
    """Infinity with the sign of a**b: that of a where b is an odd integer."""
    odd = math.isfinite(b) and math.fmod(b, 2.0) in (1.0, -1.0)
    return math.copysign(INF, a) if odd else INF


def finite_only(function: Callable[[float], float]) -> Callable[[float], float]:
    """sin and the like, which have no limit at infinity."""
    return lambda x: function(x) if math.isfinite(x) else NAN


def between(
    low: float, high: float, function: Callable[[float], float]
) -> Callable[[float], float]:
    """A function with the domain low <= x <= high: NaN outside."""
    return lambda x: function(x) if low <= x <= high else NAN


def overflowing(function: Callable[[float], float]) -> Callable[[float], float]:
    """An increasing or even function that overflows towards the right."""

    def answered(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return INF

    return answered


sin, cos, tan = finite_only(math.sin), finite_only(math.cos), finite_only(math.tan)
arcsin, arccos = between(-1, 1, math.asin), between(-1, 1, math.acos)
arccosh = between(1, INF, math.acosh)
arctan, arcsinh, tanh = math.atan, math.asinh, math.tanh
exp, expm1, cosh = overflowing(math.exp), overflowing(math.expm1), overflowing(math.cosh)


def sinh(x: float) -> float:
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(INF, x)


def arctanh(x: float) -> float:
    if abs(x) < 1:
        return math.atanh(x)
    return x * INF if abs(x) == 1 else NAN


def exp2(x: float) -> float:
    return power(2.0, x)


def logarithm(function: Callable[[float], float], pole: float = 0.0) -> Callable[[float], float]:
    """A logarithm: minus infinity at its pole, NaN to the left of it."""
    return lambda x: function(x) if x > pole else -INF if x == pole else NAN


log, log2, log10 = logarithm(math.log), logarithm(math.log2), logarithm(math.log10)
log1p = logarithm(math.log1p, -1.0)


def sqrt(x: float) -> float:
    return math.sqrt(x) if x >= 0 else NAN


@precise
def _cbrt(x: Decimal) -> Decimal:
    """One step of Newton's method from a float doubles its 16 digits."""
    root = Decimal(math.copysign(abs(float(x)) ** (1 / 3), x))
    return root - (root - x / (root * root)) / 3


def cbrt(x: float) -> float:
    return _cbrt(x) if math.isfinite(x) and x != 0 else x


def reciprocal(x: float) -> float:
    return divide(1.0, x)


@precise
def _log_of_sum(a: Decimal, b: Decimal) -> Decimal:
    return (a.exp() + b.exp()).ln()


def logaddexp(a: float, b: float) -> float:
    """log(e^a + e^b) = max + log(1 + e^-|a-b|)."""
    if a == b:
        top, rest = a, math.log(2.0)
    else:
        top, rest = maximum(a, b), math.log1p(math.exp(-abs(a - b)))
    result = top + rest
    # near the curve e^a + e^b = 1 the two cancel
    return _log_of_sum(a, b) if abs(result) < 0.5 * rest and math.isfinite(top) else result


def gap(a: float, b: float) -> float:
    return 0.0 if a == b else a - b


def maximum(a: float, b: float) -> float:
    return a if a > b or a != a else b


def minimum(a: float, b: float) -> float:
    return a if a < b or a != a else b


def fmax(a: float, b: float) -> float:
    return a if a >= b or b != b else b


def fmin(a: float, b: float) -> float:
    return a if a <= b or b != b else b


def clip(x: float, low: float, high: float) -> float:
    """min(max(x, low), high), which keeps the sign of a zero within the bounds."""
    raised = low if x < low or low != low else x
    return high if raised > high or high != high else raised


def sign(x: float) -> float:
    return x if x != x else float((x > 0) - (x < 0))


def floor(x: float) -> float:
    return float(np.floor(x))


def ceil(x: float) -> float:
    return float(np.ceil(x))


def rint(x: float) -> float:
    return float(np.rint(x))


def trunc(x: float) -> float:
    return float(np.trunc(x))


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x), from e^-|x| so that nothing overflows and the lower tail keeps digits."""
    t = math.exp(-abs(x))
    return 1.0 / (1.0 + t) if x >= 0 else t / (1.0 + t)


def logit(x: float) -> float:
    """log(x / (1-x)); 2 artanh(2x - 1) near its root, where 2x - 1 is exact."""
    if 0.25 < x < 0.75:
        return 2.0 * math.atanh(2.0 * x - 1.0)
    return log(divide(x, 1.0 - x)) if 0 <= x <= 1 else NAN


def softplus(x: float) -> float:
    """log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)."""
    return maximum(x, 0.0) + math.log1p(math.exp(-abs(x)))


def log_sigmoid(x: float) -> float:
    return -softplus(-x)


def softsign(x: float) -> float:
    """x / (1 + |x|)."""
    return math.copysign(1.0, x) if math.isinf(x) else x / (1.0 + abs(x))


def xlogy(x: float, y: float) -> float:
    """x log y, and 0 where x is 0."""
    return 0.0 if x == 0 and y == y else x * log(y)


def xlog1py(x: float, y: float) -> float:
    return 0.0 if x == 0 and y == y else x * log1p(y)
