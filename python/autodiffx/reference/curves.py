"""First and second derivatives of elementary functions that lose digits as they stand.

One kernel per derivative, named after the function and the operands it is differentiated by:
`arcsin_by_xx` is the second derivative of arcsin.
"""

import math
from decimal import Decimal

from autodiffx.reference.elementary import NAN, divide, power
from autodiffx.reference.precise import LOG_2, ONE, TWO, ZERO, precise, sinc


def sech2(x: float) -> float:
    """tanh' = 1 - tanh^2 = 1 / cosh^2, as 4 t / (1 + t)^2 with t = e^(-2|x|)."""
    if abs(x) > 20:  # where (1 + t)^2 rounds to 1, and t would become subnormal too soon
        return (2.0 * math.exp(-abs(x))) * (2.0 * math.exp(-abs(x)))
    t = math.exp(-2.0 * abs(x))
    return 4.0 * t / ((1.0 + t) * (1.0 + t))


@precise
def arcsin_by_x(x: Decimal) -> Decimal:
    """1 / sqrt(1 - x^2)."""
    return ONE / ((ONE - x) * (ONE + x)).sqrt()


@precise
def arcsin_by_xx(x: Decimal) -> Decimal:
    """x / (1 - x^2)^(3/2)."""
    square = (ONE - x) * (ONE + x)
    return x / (square * square.sqrt())


@precise
def arctan_by_x(x: Decimal) -> Decimal:
    """1 / (1 + x^2)."""
    return ONE / (ONE + x * x)


@precise
def arctan_by_xx(x: Decimal) -> Decimal:
    """-2 x / (1 + x^2)^2."""
    return ZERO if x.is_infinite() else -2 * x / (ONE + x * x) ** 2


@precise
def arctan2_by_a(a: Decimal, b: Decimal) -> Decimal:
    """b / (a^2 + b^2)."""
    return ZERO if _infinite(a, b) else b / (a * a + b * b)


@precise
def arctan2_by_aa(a: Decimal, b: Decimal) -> Decimal:
    """-2 a b / (a^2 + b^2)^2."""
    return ZERO if _infinite(a, b) else -2 * a * b / (a * a + b * b) ** 2


@precise
def arctan2_by_ab(a: Decimal, b: Decimal) -> Decimal:
    """(a^2 - b^2) / (a^2 + b^2)^2."""
    return ZERO if _infinite(a, b) else (a - b) * (a + b) / (a * a + b * b) ** 2


def _infinite(a: Decimal, b: Decimal) -> bool:
    """Whether the point lies infinitely far out in some known direction."""
    return (a.is_infinite() or b.is_infinite()) and not (a.is_nan() or b.is_nan())


@precise
def arcsinh_by_x(x: Decimal) -> Decimal:
    """1 / sqrt(1 + x^2)."""
    return ONE / (ONE + x * x).sqrt()


@precise
def arcsinh_by_xx(x: Decimal) -> Decimal:
    """-x / (1 + x^2)^(3/2)."""
    square = ONE + x * x
    return ZERO if x.is_infinite() else -x / (square * square.sqrt())


@precise
def arccosh_by_x(x: Decimal) -> Decimal:
    """1 / (sqrt(x - 1) sqrt(x + 1)): NaN below 1."""
    return ONE / ((x - 1).sqrt() * (x + 1).sqrt())


@precise
def arccosh_by_xx(x: Decimal) -> Decimal:
    """-x / (x^2 - 1)^(3/2)."""
    root = (x - 1).sqrt() * (x + 1).sqrt()
    return ZERO if x.is_infinite() and x > 0 else -x / root**3


@precise
def arctanh_by_x(x: Decimal) -> Decimal:
    """1 / (1 - x^2)."""
    return ONE / ((ONE - x) * (ONE + x))


@precise
def arctanh_by_xx(x: Decimal) -> Decimal:
    """2 x / (1 - x^2)^2."""
    return 2 * x / ((ONE - x) * (ONE + x)) ** 2


@precise
def exp2_by_x(x: Decimal) -> Decimal:
    """log 2 2^x: finite for a while after 2^x has overflowed."""
    return LOG_2 * (x * LOG_2).exp()


@precise
def exp2_by_xx(x: Decimal) -> Decimal:
    """(log 2)^2 2^x."""
    return LOG_2 * LOG_2 * (x * LOG_2).exp()


@precise
def log1p_by_xx(x: Decimal) -> Decimal:
    """-1 / (1 + x)^2."""
    return -ONE / (ONE + x) ** 2


def log1p_by_x(x: float) -> float:
    """1 / (1 + x)."""
    return divide(1.0, 1.0 + x)


def sqrt_by_x(x: float) -> float:
    """1 / (2 sqrt(x)): infinite at 0."""
    return divide(0.5, math.sqrt(abs(x))) if x >= 0 else NAN


@precise
def sqrt_by_xx(x: Decimal) -> Decimal:
    """-1 / (4 x^(3/2))."""
    return -ONE / (4 * abs(x) * x.sqrt().copy_abs())


@precise
def cbrt_by_x(x: Decimal) -> Decimal:
    """1 / (3 x^(2/3)): infinite at 0."""
    return ONE / (3 * _cube_root(abs(x)) ** 2)


@precise
def cbrt_by_xx(x: Decimal) -> Decimal:
    """-2 / (9 x^(5/3))."""
    return -TWO / (9 * x * _cube_root(abs(x)) ** 2)


def _cube_root(x: Decimal) -> Decimal:
    return x if x == 0 else (x.ln() / 3).exp()


@precise
def reciprocal_by_xx(x: Decimal) -> Decimal:
    """2 / x^3."""
    return TWO / x**3


@precise
def hypot_by_a(a: Decimal, b: Decimal) -> Decimal:
    """a / sqrt(a^2 + b^2), and 0 at the origin."""
    if a.is_infinite() or b.is_infinite():
        both = a.is_infinite() and b.is_infinite()
        return a * ZERO if not a.is_infinite() else ONE.copy_sign(a) / (TWO.sqrt() if both else 1)
    return ZERO if a == b == 0 else a / (a * a + b * b).sqrt()


@precise
def hypot_by_aa(a: Decimal, b: Decimal) -> Decimal:
    """b^2 / (a^2 + b^2)^(3/2)."""
    square = a * a + b * b
    return ZERO if _infinite(a, b) or a == b == 0 else b * b / (square * square.sqrt())


@precise
def hypot_by_ab(a: Decimal, b: Decimal) -> Decimal:
    """-a b / (a^2 + b^2)^(3/2)."""
    square = a * a + b * b
    return ZERO if _infinite(a, b) or a == b == 0 else -a * b / (square * square.sqrt())


@precise
def sinc_derivative(k: Decimal, x: Decimal) -> Decimal:
    """The derivative of order k of sin(pi x) / (pi x), which decays to both sides."""
    return ZERO if k > 0 and x.is_infinite() else sinc(int(k), x)


@precise
def sigmoid_by_x(x: Decimal) -> Decimal:
    """t / (1 + t)^2 with t = e^-|x|: the logistic density."""
    t = (-abs(x)).exp()
    return t / (ONE + t) ** 2


@precise
def sigmoid_by_xx(x: Decimal) -> Decimal:
    """Minus the density times tanh(x / 2), which is (1 - t) / (1 + t) for x > 0."""
    t = (-abs(x)).exp()
    # 1 - t = -(e^-|x| - 1) loses digits near 0: there tanh(x/2) = x/2 - x^3/24 + ...
    if abs(x) < Decimal("1e-15"):
        return -(x / 2 - x**3 / 24) / 4 * (ONE - x * x / 4)
    return -t * (ONE - t).copy_sign(x) / (ONE + t) ** 3


@precise
def logit_by_x(x: Decimal) -> Decimal:
    """1 / (x (1 - x))."""
    return ONE / (x * (ONE - x))


@precise
def logit_by_xx(x: Decimal) -> Decimal:
    """(2 x - 1) / (x (1 - x))^2."""
    return (2 * x - 1) / (x * (ONE - x)) ** 2


@precise
def silu(x: Decimal) -> Decimal:
    """x / (1 + e^-x)."""
    return ZERO.copy_negate() if x.is_infinite() and x < 0 else x / (ONE + (-x).exp())


@precise
def silu_by_x(x: Decimal) -> Decimal:
    """s (1 + x (1 - s)) with s = 1 / (1 + t), 1 - s = t / (1 + t), t = e^-x."""
    if x.is_infinite():
        return ONE if x > 0 else ZERO
    t = (-abs(x)).exp()
    return (ONE + t + x * t if x > 0 else t * (ONE + t + x)) / (ONE + t) ** 2


@precise
def silu_by_xx(x: Decimal) -> Decimal:
    """s (1 - s) (2 + x (1 - 2 s)): even, with 1 - 2 s = -(1 - t) / (1 + t) for x > 0."""
    if x.is_infinite():
        return ZERO
    t = (-abs(x)).exp()
    return t * (2 * (ONE + t) - abs(x) * (ONE - t)) / (ONE + t) ** 3


@precise
def softsign_by_x(x: Decimal) -> Decimal:
    """1 / (1 + |x|)^2."""
    return ONE / (ONE + abs(x)) ** 2


@precise
def softsign_by_xx(x: Decimal) -> Decimal:
    """-2 sign(x) / (1 + |x|)^3."""
    return ZERO if x == 0 else -TWO.copy_sign(x) / (ONE + abs(x)) ** 3


def power_derivative(a: float, b: float, k: float, m: float) -> float:
    """The derivative of a^b of order k by a and m by b.

    a^b = e^(b log a), so by a alone it is b (b-1) ... (b-k+1) a^(b-k), which is 0 where the
    product is; each derivative by b then brings down log a or differentiates the product.
    At a = 0 with b > k every derivative is 0; a negative a has derivatives by a only.
    """
    if m > 0:
        if a == 0 and b > k:
            return 0.0
        return NAN if a < 0 else _of_sign(a, b, k, m)
    product = math.prod(b - j for j in range(int(k)))
    if product == 0:
        return 0.0
    if not (math.isfinite(a) and math.isfinite(b) and a != 0):
        factor = power(a, b - k)
        return product * factor if factor != 0 else 0.0
    if a < 0 and b != math.floor(b):
        return NAN
    return _of_sign(a, b, k, m)


def _of_sign(a: float, b: float, k: float, m: float) -> float:
    return math.copysign(1.0, power(a, b - k)) * _power_derivative(abs(a), b, k, m)


@precise
def _power_derivative(a: Decimal, b: Decimal, k: Decimal, m: Decimal) -> Decimal:
    """a^(b-k) times the sum over j of C(m, j) (d/db)^j [b (b-1) ... (b-k+1)] (log a)^(m-j).

    At the ends of the range, a = 0 or an infinite a or b, a factor of 0 wins.
    """
    polynomial = [ONE]  # in b, lowest power first
    for j in range(int(k)):
        shifted = [ZERO, *polynomial]
        for i, coefficient in enumerate(polynomial):
            shifted[i] -= j * coefficient
        polynomial = shifted
    logarithm = a.ln()
    total = ZERO
    for j in range(int(m) + 1):
        value = ZERO
        for coefficient in reversed(polynomial):
            value = _product(value, b) + coefficient
        weight = logarithm ** (int(m) - j) if j < m else ONE
        total += math.comb(int(m), j) * _product(value, weight)
        polynomial = [i * c for i, c in enumerate(polynomial)][1:]
    return _product(total, _product(b - k, logarithm).exp())


def _product(a: Decimal, b: Decimal) -> Decimal:
    return ZERO if a == 0 or b == 0 else a * b
