"""The exact formulas: each operator's value, first and second partials, over mpmath numbers.

Written for arbitrary precision, so plainly; `oracles.exactly` raises the precision until the
digits stand. A formula returns None where there is nothing to compare: at a kink, outside the
domain. The order of a row is: value, partials by each operand, then second partials by (first,
first), (first, second), (second, second).
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
    return b * power(a, b - 1) if b != 0 else mp.zero


def power_by_aa(a: Any, b: Any) -> Any:
    return b * (b - 1) * power(a, b - 2) if b not in (0, 1) else mp.zero


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


def step(function: Function) -> Function:
    """A step function has a jump to either side of which a rounded operand may lie."""
    return function


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


UNARY: dict[str, tuple[Function, Function, Function]] = {
    "negative": (lambda x: -x, minus_one, zero),
    "positive": (lambda x: x, one, zero),
    "absolute": (abs, off_zero(mp.sign), zero),
    "sin": (sin, cos, lambda x: -sin(x)),
    "cos": (cos, lambda x: -sin(x), lambda x: -cos(x)),
    "tan": (mp.tan, lambda x: mp.sec(x) ** 2, lambda x: 2 * mp.tan(x) * mp.sec(x) ** 2),
    "arcsin": (
        lambda x: inside(abs(x) <= 1, lambda: mp.asin(x)),
        lambda x: inside(abs(x) < 1, lambda: 1 / sqrt(1 - x * x)),
        lambda x: inside(abs(x) < 1, lambda: x / sqrt(1 - x * x) ** 3),
    ),
    "arccos": (
        lambda x: inside(abs(x) <= 1, lambda: mp.acos(x)),
        lambda x: inside(abs(x) < 1, lambda: -1 / sqrt(1 - x * x)),
        lambda x: inside(abs(x) < 1, lambda: -x / sqrt(1 - x * x) ** 3),
    ),
    "arctan": (mp.atan, lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2),
    "sinh": (mp.sinh, cosh, mp.sinh),
    "cosh": (cosh, mp.sinh, cosh),
    "tanh": (tanh, lambda x: mp.sech(x) ** 2, lambda x: -2 * tanh(x) * mp.sech(x) ** 2),
    "arcsinh": (
        mp.asinh,
        lambda x: 1 / sqrt(1 + x * x),
        lambda x: -x / sqrt(1 + x * x) ** 3,
    ),
    "arccosh": (
        lambda x: inside(x >= 1, lambda: mp.acosh(x)),
        lambda x: inside(x > 1, lambda: 1 / sqrt(x * x - 1)),
        lambda x: inside(x > 1, lambda: -x / sqrt(x * x - 1) ** 3),
    ),
    "arctanh": (
        lambda x: inside(abs(x) < 1, lambda: mp.atanh(x)),
        lambda x: inside(abs(x) < 1, lambda: 1 / (1 - x * x)),
        lambda x: inside(abs(x) < 1, lambda: 2 * x / (1 - x * x) ** 2),
    ),
    "exp": (exp, exp, exp),
    "exp2": (
        lambda x: exp(x * mp.ln2),
        lambda x: mp.ln2 * exp(x * mp.ln2),
        lambda x: mp.ln2**2 * exp(x * mp.ln2),
    ),
    "expm1": (mp.expm1, exp, exp),
    "log": (real_log, positive(lambda x: 1 / x), positive(lambda x: -1 / x**2)),
    "log2": (
        positive(lambda x: log(x) / mp.ln2),
        positive(lambda x: 1 / (x * mp.ln2)),
        positive(lambda x: -1 / (x**2 * mp.ln2)),
    ),
    "log10": (
        positive(lambda x: log(x) / mp.ln10),
        positive(lambda x: 1 / (x * mp.ln10)),
        positive(lambda x: -1 / (x**2 * mp.ln10)),
    ),
    "log1p": (
        lambda x: inside(x > -1, lambda: mp.log1p(x)),
        lambda x: inside(x > -1, lambda: 1 / (1 + x)),
        lambda x: inside(x > -1, lambda: -1 / (1 + x) ** 2),
    ),
    "sqrt": (
        lambda x: inside(x >= 0, lambda: sqrt(x)),
        positive(lambda x: 1 / (2 * sqrt(x))),
        positive(lambda x: -1 / (4 * sqrt(x) ** 3)),
    ),
    "cbrt": (
        lambda x: mp.sign(x) * mp.cbrt(abs(x)),
        lambda x: 1 / (3 * mp.cbrt(abs(x)) ** 2),
        lambda x: -2 / (9 * x * mp.cbrt(abs(x)) ** 2),
    ),
    "square": (lambda x: x * x, lambda x: 2 * x, lambda x: mp.mpf(2)),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2, lambda x: 2 / x**3),
    "sign": (mp.sign, zero, zero),
    "floor": (mp.floor, zero, zero),
    "ceil": (mp.ceil, zero, zero),
    "rint": (mp.nint, zero, zero),
    "trunc": (lambda x: mp.sign(x) * mp.floor(abs(x)), zero, zero),
    "deg2rad": (lambda x: x * mp.pi / 180, lambda x: mp.pi / 180, zero),
    "rad2deg": (lambda x: x * 180 / mp.pi, lambda x: 180 / mp.pi, zero),
    "sinc": (lambda x: sinc(x, 0), lambda x: sinc(x, 1), lambda x: sinc(x, 2)),
    "sigmoid": (
        lambda x: 1 / (1 + exp(-x)),
        lambda x: mp.sech(x / 2) ** 2 / 4,
        lambda x: -tanh(x / 2) * mp.sech(x / 2) ** 2 / 4,
    ),
    "logit": (
        lambda x: inside(0 < x < 1, lambda: log(x) - mp.log1p(-x)),
        lambda x: inside(0 < x < 1, lambda: 1 / (x * (1 - x))),
        lambda x: inside(0 < x < 1, lambda: (2 * x - 1) / (x * (1 - x)) ** 2),
    ),
    "log_sigmoid": (
        lambda x: -mp.log1p(exp(-x)),
        lambda x: 1 / (1 + exp(x)),
        lambda x: -(mp.sech(x / 2) ** 2) / 4,
    ),
    "softplus": (
        lambda x: mp.log1p(exp(x)),
        lambda x: 1 / (1 + exp(-x)),
        lambda x: mp.sech(x / 2) ** 2 / 4,
    ),
    "relu": (lambda x: max(x, mp.zero), off_zero(lambda x: mp.mpf(x > 0)), zero),
    "selu": (
        lambda x: mp.mpf(SCALE) * (x if x > 0 else mp.mpf(ALPHA) * mp.expm1(x)),
        off_zero(lambda x: mp.mpf(SCALE) * (1 if x > 0 else mp.mpf(ALPHA) * exp(x))),
        off_zero(lambda x: mp.mpf(SCALE) * mp.mpf(ALPHA) * exp(x) if x < 0 else mp.zero),
    ),
    "gelu": (
        lambda x: x * cumulative(x),
        lambda x: cumulative(x) + x * density(x),
        lambda x: (2 - x * x) * density(x),
    ),
    "silu": (
        lambda x: x / (1 + exp(-x)),
        lambda x: (1 + x / (1 + exp(x))) / (1 + exp(-x)),
        lambda x: (2 - x * tanh(x / 2)) * mp.sech(x / 2) ** 2 / 4,
    ),
    "softsign": (
        lambda x: x / (1 + abs(x)),
        lambda x: 1 / (1 + abs(x)) ** 2,
        off_zero(lambda x: -2 * mp.sign(x) / (1 + abs(x)) ** 3),
    ),
    "erf": (
        lambda x: mp.erf(x) if abs(x) < 10 else mp.sign(x) * (1 - erfc(abs(x))),
        lambda x: 2 * exp(-x * x) / sqrt(mp.pi),
        lambda x: -4 * x * exp(-x * x) / sqrt(mp.pi),
    ),
    "erfc": (
        erfc,
        lambda x: -2 * exp(-x * x) / sqrt(mp.pi),
        lambda x: 4 * x * exp(-x * x) / sqrt(mp.pi),
    ),
    "erfinv": (
        inverse_erf,
        at(inverse_erf, lambda y: sqrt(mp.pi) / 2 * exp(y * y)),
        at(inverse_erf, lambda y: mp.pi / 2 * y * exp(2 * y * y)),
    ),
    "ndtr": (cumulative, density, lambda x: -x * density(x)),
    "log_ndtr": (log_cumulative, hazard, lambda x: -hazard(x) * (x + hazard(x))),
    "ndtri": (
        quantile,
        at(quantile, lambda y: 1 / density(y)),
        at(quantile, lambda y: y / density(y) ** 2),
    ),
    "gamma": (
        gamma,
        lambda x: gamma(x) * psi(0, x),
        lambda x: gamma(x) * (psi(0, x) ** 2 + polygamma(1, x)),
    ),
    "lgamma": (log_gamma, poly(0), poly(1)),
    "digamma": (poly(0), poly(1), poly(2)),
}

BINARY: dict[str, tuple[Function, Function, Function, Function, Function, Function]] = {
    "add": (lambda a, b: a + b, one, one, zero, zero, zero),
    "subtract": (lambda a, b: a - b, one, minus_one, zero, zero, zero),
    "multiply": (lambda a, b: a * b, lambda a, b: b, lambda a, b: a, zero, one, zero),
    "divide": (
        lambda a, b: a / b,
        lambda a, b: 1 / b,
        lambda a, b: -a / b**2,
        zero,
        lambda a, b: -1 / b**2,
        lambda a, b: 2 * a / b**3,
    ),
    "floor_divide": (quotient, zero, zero, zero, zero, zero),
    "remainder": (
        lambda a, b: None if b == 0 else a - b * quotient(a, b),
        one,
        lambda a, b: None if b == 0 else -quotient(a, b),
        zero,
        zero,
        zero,
    ),
    "power": (power, power_by_a, power_by_b, power_by_aa, power_by_ab, power_by_bb),
    "arctan2": (
        mp.atan2,
        lambda a, b: b / (a * a + b * b),
        lambda a, b: -a / (a * a + b * b),
        lambda a, b: -2 * a * b / (a * a + b * b) ** 2,
        lambda a, b: (a * a - b * b) / (a * a + b * b) ** 2,
        lambda a, b: 2 * a * b / (a * a + b * b) ** 2,
    ),
    "hypot": (
        lambda a, b: sqrt(a * a + b * b),
        lambda a, b: a / sqrt(a * a + b * b),
        lambda a, b: b / sqrt(a * a + b * b),
        lambda a, b: b * b / sqrt(a * a + b * b) ** 3,
        lambda a, b: -a * b / sqrt(a * a + b * b) ** 3,
        lambda a, b: a * a / sqrt(a * a + b * b) ** 3,
    ),
    "logaddexp": (
        lambda a, b: max(a, b) + mp.log1p(exp(-abs(a - b))),
        lambda a, b: 1 / (1 + exp(b - a)),
        lambda a, b: 1 / (1 + exp(a - b)),
        lambda a, b: mp.sech((a - b) / 2) ** 2 / 4,
        lambda a, b: -(mp.sech((a - b) / 2) ** 2) / 4,
        lambda a, b: mp.sech((a - b) / 2) ** 2 / 4,
    ),
    "maximum": (
        max,
        apart(lambda a, b: mp.mpf(a > b)),
        apart(lambda a, b: mp.mpf(b > a)),
        zero,
        zero,
        zero,
    ),
    "minimum": (
        min,
        apart(lambda a, b: mp.mpf(a < b)),
        apart(lambda a, b: mp.mpf(b < a)),
        zero,
        zero,
        zero,
    ),
    "fmax": (
        max,
        apart(lambda a, b: mp.mpf(a > b)),
        apart(lambda a, b: mp.mpf(b > a)),
        zero,
        zero,
        zero,
    ),
    "fmin": (
        min,
        apart(lambda a, b: mp.mpf(a < b)),
        apart(lambda a, b: mp.mpf(b < a)),
        zero,
        zero,
        zero,
    ),
    "copysign": (
        lambda a, b: abs(a) * (mp.sign(b) or 1),
        off_zero(lambda a, b: mp.sign(a) * (mp.sign(b) or 1)),
        zero,
        zero,
        zero,
        zero,
    ),
    "leaky_relu": (
        lambda x, s: x if x >= 0 else s * x,
        off_zero(lambda x, s: mp.one if x > 0 else s),
        lambda x, s: min(x, mp.zero),
        zero,
        off_zero(lambda x, s: mp.mpf(x < 0)),
        zero,
    ),
    "elu": (
        lambda x, alpha: x if x > 0 else alpha * mp.expm1(x),
        off_zero(lambda x, alpha: mp.one if x > 0 else alpha * exp(x)),
        lambda x, alpha: mp.expm1(min(x, mp.zero)),
        off_zero(lambda x, alpha: alpha * exp(x) if x < 0 else mp.zero),
        off_zero(lambda x, alpha: exp(x) if x < 0 else mp.zero),
        zero,
    ),
    "beta": (
        positive(lambda a, b: exp(log_beta(a, b))),
        positive(lambda a, b: exp(log_beta(a, b)) * fall(0, a, b)),
        positive(lambda a, b: exp(log_beta(a, b)) * fall(0, b, a)),
        positive(lambda a, b: exp(log_beta(a, b)) * (fall(0, a, b) ** 2 + fall(1, a, b))),
        positive(
            lambda a, b: exp(log_beta(a, b)) * (fall(0, a, b) * fall(0, b, a) - psi(1, a + b))
        ),
        positive(lambda a, b: exp(log_beta(a, b)) * (fall(0, b, a) ** 2 + fall(1, b, a))),
    ),
    "betaln": (
        positive(log_beta),
        positive(lambda a, b: fall(0, a, b)),
        positive(lambda a, b: fall(0, b, a)),
        positive(lambda a, b: fall(1, a, b)),
        positive(lambda a, b: -psi(1, a + b)),
        positive(lambda a, b: fall(1, b, a)),
    ),
    "xlogy": (
        lambda a, b: inside(b > 0, lambda: a * log(b)),
        lambda a, b: inside(b > 0, lambda: log(b)),
        lambda a, b: inside(b > 0, lambda: a / b),
        zero,
        lambda a, b: inside(b > 0, lambda: 1 / b),
        lambda a, b: inside(b > 0, lambda: -a / b**2),
    ),
    "xlog1py": (
        lambda a, b: inside(b > -1, lambda: a * mp.log1p(b)),
        lambda a, b: inside(b > -1, lambda: mp.log1p(b)),
        lambda a, b: inside(b > -1, lambda: a / (1 + b)),
        zero,
        lambda a, b: inside(b > -1, lambda: 1 / (1 + b)),
        lambda a, b: inside(b > -1, lambda: -a / (1 + b) ** 2),
    ),
}

_UNARY_ORDERS = [(), (0,), (0, 0)]
_BINARY_ORDERS = [(), (0,), (1,), (0, 0), (0, 1), (1, 1)]

FORMULAS: dict[str, dict[tuple[int, ...], Function]] = {
    **{name: dict(zip(_UNARY_ORDERS, row, strict=True)) for name, row in UNARY.items()},
    **{name: dict(zip(_BINARY_ORDERS, row, strict=True)) for name, row in BINARY.items()},
    "polygamma": {
        (): lambda n, x: polygamma(int(n), x),
        (1,): lambda n, x: polygamma(int(n) + 1, x),
        (1, 1): lambda n, x: polygamma(int(n) + 2, x),
    },
    "where": {
        (): lambda c, x, y: x if c else y,
        (1,): lambda c, x, y: mp.mpf(c != 0),
        (2,): lambda c, x, y: mp.mpf(c == 0),
    },
    "clip": {
        (): clipped,
        (0,): lambda x, low, high: None if x in (low, high) else mp.mpf(low < x < high),
        (1,): lambda x, low, high: None if x == low else mp.mpf(x < low <= high),
        (2,): lambda x, low, high: None if x == high or low > high else mp.mpf(x > high),
    },
}
