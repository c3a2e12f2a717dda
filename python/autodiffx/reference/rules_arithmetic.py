"""Rules of arithmetic, selection, steps and decisions."""

import math
import operator

from autodiffx.reference import curves, elementary
from autodiffx.reference.rule import hidden, rule


def _tie(first: bool, second: bool) -> float:
    """Weight of the first of two operands: a tie splits evenly."""
    return 0.5 if first == second else float(first)


def maximum_by_a(a: float, b: float) -> float:
    nans = (a != a, b != b)
    return _tie(*nans) if any(nans) else _tie(a >= b, b >= a)


def minimum_by_a(a: float, b: float) -> float:
    return maximum_by_a(-a, -b)


def fmax_by_a(a: float, b: float) -> float:
    nans = (a != a, b != b)
    return _tie(not nans[0], not nans[1]) if any(nans) else _tie(a >= b, b >= a)


def fmin_by_a(a: float, b: float) -> float:
    return fmax_by_a(-a, -b)


def clip_by_x(x: float, low: float, high: float) -> float:
    return float(low <= x <= high)


def clip_by_low(x: float, low: float, high: float) -> float:
    return float(x < low <= high)


def clip_by_high(x: float, low: float, high: float) -> float:
    return float(elementary.maximum(x, low) > high)


def copysign_by_a(a: float, b: float) -> float:
    return elementary.sign(a) * math.copysign(1.0, b)


def where(condition: float, x: float, y: float) -> float:
    return x if condition != 0 else y


def deg2rad(x: float) -> float:
    return x * (math.pi / 180.0)


def rad2deg(x: float) -> float:
    return x * (180.0 / math.pi)


ARITHMETIC = [
    rule("add", operator.add, 1.0, 1.0, doc="a + b"),
    rule("subtract", operator.sub, 1.0, -1.0, doc="a - b"),
    rule("multiply", operator.mul, lambda n, a, b, r: b, lambda n, a, b, r: a, doc="a b"),
    rule(
        "divide",
        elementary.divide,
        lambda n, a, b, r: n.reciprocal(b),
        lambda n, a, b, r: n.negative(n.divide(r, b)),
        doc="a / b;  by b: -a / b^2",
    ),
    rule("negative", operator.neg, -1.0, doc="-x"),
    rule("positive", operator.pos, 1.0, doc="x"),
    rule(
        "remainder",
        elementary.remainder,
        1.0,
        lambda n, a, b, r: n.negative(n.floor_divide(a, b)),
        kind="kinked",
        doc="a - b floor(a / b), with the sign of b",
    ),
    rule(
        "power",
        elementary.power,
        lambda n, a, b, r: n.power_derivative(a, b, 1.0, 0.0),
        lambda n, a, b, r: n.power_derivative(a, b, 0.0, 1.0),
        doc="a^b;  by a: b a^(b-1), 0 for b = 0;  by b: a^b log a, 0 for a = 0 < b",
    ),
    hidden(
        "power_derivative",
        curves.power_derivative,
        lambda n, a, b, k, m, r: n.power_derivative(a, b, n.add(k, 1.0), m),
        lambda n, a, b, k, m, r: n.power_derivative(a, b, k, n.add(m, 1.0)),
        0.0,
        0.0,
        doc="the derivative of a^b of order k by a and m by b; the orders are passive",
    ),
    rule("square", lambda x: x * x, lambda n, x, r: n.multiply(2.0, x), doc="x^2"),
    rule(
        "reciprocal",
        elementary.reciprocal,
        lambda n, x, r: n.reciprocal_by_x(x),
        doc="1 / x;  slope -1 / x^2",
    ),
    hidden(
        "reciprocal_by_x",
        lambda x: -elementary.divide(1.0, x) * elementary.divide(1.0, x),
        lambda n, x, r: n.reciprocal_by_xx(x),
        doc="-1 / x^2",
    ),
    hidden(
        "reciprocal_by_xx",
        curves.reciprocal_by_xx,
        lambda n, x, r: n.multiply(-3.0, n.divide(r, x)),
        doc="2 / x^3;  slope -6 / x^4",
    ),
]

SELECTION = [
    rule(
        "absolute",
        abs,
        lambda n, x, r: n.sign(x),
        kind="kinked",
        doc="|x|;  slope sign(x), 0 at 0",
    ),
    rule(
        "maximum",
        elementary.maximum,
        lambda n, a, b, r: n.maximum_by_a(a, b),
        lambda n, a, b, r: n.maximum_by_a(b, a),
        kind="kinked",
        doc="the larger, NaN if either is;  slope 1 to it, 1/2 to each of a tie",
    ),
    rule(
        "minimum",
        elementary.minimum,
        lambda n, a, b, r: n.minimum_by_a(a, b),
        lambda n, a, b, r: n.minimum_by_a(b, a),
        kind="kinked",
        doc="the smaller, NaN if either is;  slope 1 to it, 1/2 to each of a tie",
    ),
    rule(
        "fmax",
        elementary.fmax,
        lambda n, a, b, r: n.fmax_by_a(a, b),
        lambda n, a, b, r: n.fmax_by_a(b, a),
        kind="kinked",
        doc="the larger, or the one that is not NaN;  slopes as of maximum",
    ),
    rule(
        "fmin",
        elementary.fmin,
        lambda n, a, b, r: n.fmin_by_a(a, b),
        lambda n, a, b, r: n.fmin_by_a(b, a),
        kind="kinked",
        doc="the smaller, or the one that is not NaN;  slopes as of minimum",
    ),
    rule(
        "clip",
        elementary.clip,
        lambda n, x, low, high, r: n.clip_by_x(x, low, high),
        lambda n, x, low, high, r: n.clip_by_low(x, low, high),
        lambda n, x, low, high, r: n.clip_by_high(x, low, high),
        kind="kinked",
        doc="x kept within [low, high];  slope 1 inside, ends included; a bound has it outside",
    ),
    rule(
        "where",
        where,
        0.0,
        lambda n, c, x, y, r: n.not_equal(c, 0.0),
        lambda n, c, x, y, r: n.equal(c, 0.0),
        kind="kinked",
        doc="x where the condition holds, else y",
    ),
    rule(
        "copysign",
        math.copysign,
        lambda n, a, b, r: n.copysign_by_a(a, b),
        0.0,
        kind="kinked",
        doc="|a| with the sign of b;  slope +-1, 0 at a = 0",
    ),
    hidden("maximum_by_a", maximum_by_a, 0.0, 0.0, kind="stepped"),
    hidden("minimum_by_a", minimum_by_a, 0.0, 0.0, kind="stepped"),
    hidden("fmax_by_a", fmax_by_a, 0.0, 0.0, kind="stepped"),
    hidden("fmin_by_a", fmin_by_a, 0.0, 0.0, kind="stepped"),
    hidden("clip_by_x", clip_by_x, 0.0, 0.0, 0.0, kind="stepped"),
    hidden("clip_by_low", clip_by_low, 0.0, 0.0, 0.0, kind="stepped"),
    hidden("clip_by_high", clip_by_high, 0.0, 0.0, 0.0, kind="stepped"),
    hidden("copysign_by_a", copysign_by_a, 0.0, 0.0, kind="stepped"),
]

# Constant between jumps: the slope is 0 everywhere by convention.
STEPS = [
    rule("floor_divide", elementary.floor_divide, 0.0, 0.0, kind="stepped", doc="floor(a / b)"),
    rule("sign", elementary.sign, 0.0, kind="stepped", doc="-1, 0 or 1"),
    rule("floor", elementary.floor, 0.0, kind="stepped", doc="the largest integer <= x"),
    rule("ceil", elementary.ceil, 0.0, kind="stepped", doc="the smallest integer >= x"),
    rule("rint", elementary.rint, 0.0, kind="stepped", doc="the nearest integer, halves to even"),
    rule("trunc", elementary.trunc, 0.0, kind="stepped", doc="the integer part"),
]

SCALES = [
    rule("deg2rad", deg2rad, math.pi / 180.0, doc="x pi / 180"),
    rule("rad2deg", rad2deg, 180.0 / math.pi, doc="180 x / pi"),
]

# 1 or 0, with no derivative at all: the result is passive.
DECISIONS = [
    rule("less", lambda a, b: float(a < b), 0.0, 0.0, kind="passive", doc="a < b"),
    rule("less_equal", lambda a, b: float(a <= b), 0.0, 0.0, kind="passive", doc="a <= b"),
    rule("greater", lambda a, b: float(a > b), 0.0, 0.0, kind="passive", doc="a > b"),
    rule("greater_equal", lambda a, b: float(a >= b), 0.0, 0.0, kind="passive", doc="a >= b"),
    rule("equal", lambda a, b: float(a == b), 0.0, 0.0, kind="passive", doc="a == b"),
    rule("not_equal", lambda a, b: float(a != b), 0.0, 0.0, kind="passive", doc="a != b"),
    rule(
        "logical_and",
        lambda a, b: float(a != 0 and b != 0),
        0.0,
        0.0,
        kind="passive",
        doc="both are not 0",
    ),
    rule(
        "logical_or",
        lambda a, b: float(a != 0 or b != 0),
        0.0,
        0.0,
        kind="passive",
        doc="either is not 0",
    ),
    rule("logical_not", lambda x: float(x == 0), 0.0, kind="passive", doc="x is 0"),
    rule("isnan", lambda x: float(x != x), 0.0, kind="passive", doc="x is NaN"),
    rule("isfinite", lambda x: float(math.isfinite(x)), 0.0, kind="passive", doc="|x| < inf"),
    rule("isinf", lambda x: float(math.isinf(x)), 0.0, kind="passive", doc="|x| = inf"),
]
