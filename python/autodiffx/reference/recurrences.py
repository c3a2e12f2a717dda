"""Taylor coefficients of every operator, from those of its operands.

Series are lists of coefficients of one length. Where a function has an algebraic slope, its
coefficients follow from it: r' = slope(a, r) a', solved one power after the other, plainly: the
slope is calculated anew for each. The gamma function and its relatives have none, and that of
log_ndtr cancels; they are put together from their derivatives at the value, by Horner's rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autodiffx.reference.dispatch import NUMBERS
from autodiffx.reference.number import is_number
from autodiffx.reference.rule import Number
from autodiffx.reference.rules import RULES

__all__ = ["RECURRENCES", "Terms", "resized"]

Terms = list[Any]
Recurrence = Callable[[Terms], Terms]
n: Any = NUMBERS


def resized(a: Terms, count: int) -> Terms:
    """As many coefficients, zeros where there were fewer."""
    return [*a[:count], *[0.0] * (count - len(a))]


def constant(value: Number, like: Terms) -> Terms:
    """A series without other coefficients."""
    return resized([value], len(like))


def times(factor: float, a: Terms) -> Terms:
    """The product with a number; a 0 stays a 0."""
    return [x if type(x) is float and x == 0.0 else factor * x for x in a]


def add(a: Terms, b: Terms) -> Terms:
    """a + b."""
    return [x + y for x, y in zip(a, b, strict=True)]


def subtract(a: Terms, b: Terms) -> Terms:
    """a - b."""
    return [x - y for x, y in zip(a, b, strict=True)]


def plus(a: Terms, value: float) -> Terms:
    """a + value."""
    return [a[0] + value, *a[1:]]


def _safe(x: Number, y: Number) -> Number:
    """A coefficient that is 0 passes nothing on, as everywhere in derivatives."""
    if any(is_number(z) and z == 0.0 for z in (x, y)):
        return 0.0
    return x * y


def multiply(a: Terms, b: Terms) -> Terms:
    """Cauchy's product."""
    found = [sum((_safe(a[j], b[k - j]) for j in range(k + 1)), 0.0) for k in range(len(a))]
    return [a[0] * b[0], *found[1:]]


def divide(a: Terms, b: Terms) -> Terms:
    """r with r b = a, solved for one coefficient after the other."""
    found: Terms = []
    for k in range(len(a)):
        rest = sum((_safe(b[j], found[k - j]) for j in range(1, k + 1)), 0.0)
        found.append(n.divide(a[k] - rest, b[0]))
    return found


def sqrt(a: Terms) -> Terms:
    """r with r**2 = a."""
    found = [n.sqrt(a[0])]
    for k in range(1, len(a)):
        rest = sum((found[j] * found[k - j] for j in range(1, k)), 0.0)
        found.append(n.divide(a[k] - rest, 2.0 * found[0]))
    return found


def integral(value: Number, *parts: tuple[Terms, Terms]) -> Terms:
    """r with r_0 = value and r' = the sum of slope times a' over the pairs (slope, a)."""
    found = [value]
    for k in range(1, len(parts[0][1])):
        total: Number = 0.0
        for slope, a in parts:
            total = total + sum((_safe(j * a[j], slope[k - j]) for j in range(1, k + 1)), 0.0)
        found.append(total / k)
    return found


def by_slope(name: str, slope: Callable[[Terms, Terms], Terms]) -> Callable[[Terms], Terms]:
    """A function of one operand with r' = slope(a, r) a'."""

    def recurrence(a: Terms) -> Terms:
        found = [getattr(n, name)(a[0])]
        for k in range(1, len(a)):
            known = slope(a[:k], found)
            found.append(sum((j * a[j] * known[k - j] for j in range(1, k + 1)), 0.0) / k)
        return found

    return recurrence


def square(a: Terms) -> Terms:
    """a**2."""
    return multiply(a, a)


def one_over(a: Terms) -> Terms:
    """1 / a."""
    return divide(constant(1.0, a), a)


exp = by_slope("exp", lambda a, r: r)
log = by_slope("log", lambda a, r: one_over(a))
log1p = by_slope("log1p", lambda a, r: one_over(plus(a, 1.0)))
expm1 = by_slope("expm1", lambda a, r: plus(r, 1.0))
sigmoid: Recurrence = by_slope("sigmoid", lambda a, r: multiply(r, sigmoid(times(-1.0, a))))
softplus = by_slope("softplus", lambda a, r: sigmoid(a))


def bell(factor: float) -> Callable[[Terms, Terms], Terms]:
    """The slope factor exp(-a**2)."""
    return lambda a, r: times(factor, exp(times(-1.0, square(a))))


def normal(a: Terms, r: Terms) -> Terms:
    """The slope of ndtr: the normal density."""
    return times(1.0 / math.sqrt(2.0 * math.pi), exp(times(-0.5, square(a))))


def root_slope(sign: float, shift: float, of_square: float) -> Callable[[Terms, Terms], Terms]:
    """The slope sign / sqrt(shift + of_square a**2)."""
    return lambda a, r: times(sign, one_over(sqrt(plus(times(of_square, square(a)), shift))))


ndtr = by_slope("ndtr", normal)


def power(a: Terms, b: Terms) -> Terms:
    """a**b: by products, by a r' = b r a', or as exp(b log(a))."""
    value = n.power(a[0], b[0])
    if not all(type(x) is float and x == 0.0 for x in b[1:]):
        return [value, *by_exponential(value, multiply(b, log(a)))[1:]]
    exponent = b[0]
    if is_number(exponent) and exponent == int(exponent) and 0 <= exponent <= 1000:
        found = constant(1.0, a)
        for _ in range(int(exponent)):
            found = multiply(found, a)
        return [value, *found[1:]]
    found = [value]
    for k in range(1, len(a)):
        total = sum(((exponent * j - (k - j)) * a[j] * found[k - j] for j in range(1, k + 1)), 0.0)
        found.append(n.divide(total, k * a[0]))
    return found


def by_exponential(value: Number, a: Terms) -> Terms:
    """exp(a) with a first coefficient that is known better."""
    found = [value]
    for k in range(1, len(a)):
        found.append(sum((j * a[j] * found[k - j] for j in range(1, k + 1)), 0.0) / k)
    return found


def circular(sign: float, first: str, second: str) -> Callable[[Terms], tuple[Terms, Terms]]:
    """Sine and cosine together, circular or hyperbolic: s' = c a', c' = sign s a'."""

    def both(a: Terms) -> tuple[Terms, Terms]:
        s, c = [getattr(n, first)(a[0])], [getattr(n, second)(a[0])]
        for k in range(1, len(a)):
            up = sum((j * a[j] * c[k - j] for j in range(1, k + 1)), 0.0) / k
            down = sign * sum((j * a[j] * s[k - j] for j in range(1, k + 1)), 0.0) / k
            s.append(up)
            c.append(down)
        return s, c

    return both


sin_cos = circular(-1.0, "sin", "cos")
sinh_cosh = circular(1.0, "sinh", "cosh")


def arctan2(a: Terms, b: Terms) -> Terms:
    """r' = (b a' - a b') / (a**2 + b**2)."""
    size = add(square(a), square(b))
    return integral(n.arctan2(a[0], b[0]), (divide(b, size), a), (times(-1.0, divide(a, size)), b))


def hypot(a: Terms, b: Terms) -> Terms:
    """sqrt(a**2 + b**2), constant at (0, 0)."""
    if is_number(a[0]) and is_number(b[0]) and a[0] == b[0] == 0.0:
        return constant(0.0, a)
    return [n.hypot(a[0], b[0]), *sqrt(add(square(a), square(b)))[1:]]


def logaddexp(a: Terms, b: Terms) -> Terms:
    """r' = s(a - b) a' + s(b - a) b' with the sigmoid s."""
    share = sigmoid(subtract(a, b))
    other = sigmoid(subtract(b, a))
    return integral(n.logaddexp(a[0], b[0]), (share, a), (other, b))


def composed(derivatives: Callable[[Number, int], Number], a: Terms) -> Terms:
    """f(a) from the derivatives of f at a_0, by Horner's rule in a - a_0."""
    shifted = [0.0, *a[1:]]
    found = constant(0.0, a)
    for k in reversed(range(len(a))):
        found = multiply(found, shifted)
        found[0] = derivatives(a[0], k) / math.factorial(k)
    return found


def log_ndtrs(x: Number, order: int) -> Number:
    """The derivative of log_ndtr of an order, which h' = -h (x + h) would cancel away."""
    return n.log_ndtr(x) if order == 0 else n.log_ndtr_derivative(float(order), x)


def polygammas(x: Number, order: int) -> Number:
    """The derivative of digamma of an order."""
    return n.digamma(x) if order == 0 else n.polygamma(float(order), x)


def lgamma(a: Terms) -> Terms:
    """log |gamma(a)|."""
    return composed(lambda x, k: n.lgamma(x) if k == 0 else polygammas(x, k - 1), a)


def polygamma(order: Terms, a: Terms) -> Terms:
    """The polygamma function of a plain order."""
    return composed(lambda x, k: polygammas(x, int(order[0]) + k), a)


def betaln(a: Terms, b: Terms) -> Terms:
    """lgamma(a) + lgamma(b) - lgamma(a + b)."""
    found = subtract(add(lgamma(a), lgamma(b)), lgamma(add(a, b)))
    return [n.betaln(a[0], b[0]), *found[1:]]


def sinc(a: Terms) -> Terms:
    """The power series where a is small, sin(pi a) / (pi a) elsewhere."""
    scaled = times(math.pi, a)
    if bool(n.absolute(a[0]) > 1.0):
        found = divide(sin_cos(scaled)[0], scaled)
    else:
        found = constant(0.0, a)
        for k in reversed(range(40)):
            found = multiply(found, square(scaled))
            found[0] = found[0] + (-1.0) ** k / math.factorial(2 * k + 1)
    return [n.sinc(a[0]), *found[1:]]


def piecewise(name: str) -> Callable[..., Terms]:
    """Linear on every piece: the partials at the values say on which."""

    def recurrence(*operands: Terms) -> Terms:
        rule = RULES[name]
        values = [a[0] for a in operands]
        result = getattr(n, name)(*values)
        partials = [partial(n, values, result) for partial in rule.partials]
        found = [
            sum((_safe(p, a[k]) for p, a in zip(partials, operands, strict=True)), 0.0)
            for k in range(1, len(operands[0]))
        ]
        return [result, *found]

    return recurrence


def stepped(name: str) -> Callable[..., Terms]:
    """Constant but for jumps."""
    return lambda *operands: constant(getattr(n, name)(*(a[0] for a in operands)), operands[0])


def leaky_relu(a: Terms, slope: Terms) -> Terms:
    """a, or a times the slope below 0."""
    return multiply(a, slope) if bool(a[0] < 0.0) else a


def elu(a: Terms, alpha: Terms) -> Terms:
    """a, or alpha expm1(a) below 0."""
    return multiply(expm1(a), alpha) if bool(a[0] < 0.0) else a


def selu(a: Terms) -> Terms:
    """The scale, and the scale times alpha, are read from values of the function."""
    if bool(a[0] < 0.0):
        return times(n.selu(-1.0) / n.expm1(-1.0), expm1(a))
    return times(n.selu(1.0), a)


def softsign(a: Terms) -> Terms:
    """a / (1 + |a|)."""
    return divide(a, plus(RECURRENCES["absolute"](a), 1.0))


RECURRENCES: dict[str, Callable[..., Terms]] = {
    "positive": lambda a: a,
    "negative": lambda a: times(-1.0, a),
    "add": add,
    "subtract": subtract,
    "multiply": multiply,
    "zero_safe_product": multiply,
    "divide": divide,
    "square": square,
    "reciprocal": one_over,
    "power": power,
    "sqrt": sqrt,
    "cbrt": by_slope("cbrt", lambda a, r: divide(r, times(3.0, a))),
    "hypot": hypot,
    "exp": exp,
    "exp2": by_slope("exp2", lambda a, r: times(math.log(2.0), r)),
    "expm1": expm1,
    "log": log,
    "log2": by_slope("log2", lambda a, r: times(1.0 / math.log(2.0), one_over(a))),
    "log10": by_slope("log10", lambda a, r: times(1.0 / math.log(10.0), one_over(a))),
    "log1p": log1p,
    "logaddexp": logaddexp,
    "xlogy": lambda a, b: [n.xlogy(a[0], b[0]), *multiply(a, log(b))[1:]],
    "xlog1py": lambda a, b: [n.xlog1py(a[0], b[0]), *multiply(a, log1p(b))[1:]],
    "sin": lambda a: sin_cos(a)[0],
    "cos": lambda a: sin_cos(a)[1],
    "tan": by_slope("tan", lambda a, r: plus(square(r), 1.0)),
    "arcsin": by_slope("arcsin", root_slope(1.0, 1.0, -1.0)),
    "arccos": by_slope("arccos", root_slope(-1.0, 1.0, -1.0)),
    "arctan": by_slope("arctan", lambda a, r: one_over(plus(square(a), 1.0))),
    "arctan2": arctan2,
    "deg2rad": lambda a: times(math.pi / 180.0, a),
    "rad2deg": lambda a: times(180.0 / math.pi, a),
    "sinc": sinc,
    "sinh": lambda a: sinh_cosh(a)[0],
    "cosh": lambda a: sinh_cosh(a)[1],
    "tanh": by_slope("tanh", lambda a, r: one_over(square(sinh_cosh(a)[1]))),
    "arcsinh": by_slope("arcsinh", root_slope(1.0, 1.0, 1.0)),
    "arccosh": by_slope("arccosh", root_slope(1.0, -1.0, 1.0)),
    "arctanh": by_slope("arctanh", lambda a, r: one_over(plus(times(-1.0, square(a)), 1.0))),
    "sigmoid": sigmoid,
    "logit": by_slope("logit", lambda a, r: one_over(subtract(a, square(a)))),
    "log_sigmoid": by_slope("log_sigmoid", lambda a, r: sigmoid(times(-1.0, a))),
    "softplus": softplus,
    "softsign": softsign,
    "silu": lambda a: multiply(a, sigmoid(a)),
    "gelu": lambda a: multiply(a, ndtr(a)),
    "leaky_relu": leaky_relu,
    "elu": elu,
    "selu": selu,
    "erf": by_slope("erf", bell(2.0 / math.sqrt(math.pi))),
    "erfc": by_slope("erfc", bell(-2.0 / math.sqrt(math.pi))),
    "erfinv": by_slope("erfinv", lambda a, r: times(math.sqrt(math.pi) / 2.0, exp(square(r)))),
    "ndtr": ndtr,
    "log_ndtr": lambda a: composed(log_ndtrs, a),
    "ndtri": by_slope(
        "ndtri", lambda a, r: times(math.sqrt(2.0 * math.pi), exp(times(0.5, square(r))))
    ),
    "lgamma": lgamma,
    "digamma": lambda a: composed(polygammas, a),
    "polygamma": polygamma,
    "gamma": lambda a: by_exponential(n.gamma(a[0]), lgamma(a)),
    "betaln": betaln,
    "beta": lambda a, b: by_exponential(n.beta(a[0], b[0]), betaln(a, b)),
    **{
        name: piecewise(name)
        for name in (
            "absolute", "maximum", "minimum", "fmax", "fmin", "clip", "where", "copysign", "relu",
            "remainder",
        )
    },
    **{name: stepped(name) for name, rule in RULES.items() if rule.kind in ("stepped", "passive")},
}  # fmt: skip
