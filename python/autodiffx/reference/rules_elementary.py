"""Rules of the elementary functions: a few lines of school mathematics each."""

import math

from autodiffx.reference import curves, elementary
from autodiffx.reference.rule import Number, Numbers, hidden, rule

LOG_2 = 0.6931471805599453  # 0.69314718055994530941723212145817657
LOG2_E = 1.4426950408889634  # 1.44269504088896340735992468100189214
LOG10_E = 0.4342944819032518  # 0.43429448190325182765112891891660508


def _arctan2_cube(n: Numbers, a: Number, b: Number) -> tuple[Number, Number]:
    """Real and imaginary part of 1/z^3 for z = b + i a, of whose log arctan2 is a part."""
    p, q = n.arctan2_by_a(a, b), n.negative(n.arctan2_by_a(b, a))
    pp, qq = n.square(p), n.square(q)
    real = n.multiply(p, n.subtract(pp, n.multiply(3.0, qq)))
    return real, n.multiply(q, n.subtract(n.multiply(3.0, pp), qq))


def _hypot_mixed(n: Numbers, a: Number, b: Number) -> Number:
    """The third derivative of hypot, twice by a and once by b: s (2 c^2 - s^2) / h^2."""
    c, s, h = n.hypot_by_a(a, b), n.hypot_by_a(b, a), n.hypot(a, b)
    bracket = n.subtract(n.multiply(2.0, n.square(c)), n.square(s))
    return n.divide(n.divide(n.multiply(s, bracket), h), h)


TRIGONOMETRIC = [
    rule("sin", elementary.sin, lambda n, x, r: n.cos(x), doc="sin' = cos"),
    rule("cos", elementary.cos, lambda n, x, r: n.negative(n.sin(x)), doc="cos' = -sin"),
    rule(
        "tan",
        elementary.tan,
        lambda n, x, r: n.add(1.0, n.square(r)),
        doc="tan' = 1 + tan^2",
    ),
    rule(
        "arcsin",
        elementary.arcsin,
        lambda n, x, r: n.arcsin_by_x(x),
        doc="arcsin' = 1 / sqrt(1 - x^2)",
    ),
    hidden("arcsin_by_x", curves.arcsin_by_x, lambda n, x, r: n.arcsin_by_xx(x)),
    hidden(
        "arcsin_by_xx",
        curves.arcsin_by_xx,
        lambda n, x, r: n.multiply(
            n.add(1.0, n.multiply(2.0, n.square(x))),
            n.power(n.arcsin_by_x(x), 5.0),
        ),
        doc="x / (1 - x^2)^(3/2);  slope (1 + 2 x^2) / (1 - x^2)^(5/2)",
    ),
    rule(
        "arccos",
        elementary.arccos,
        lambda n, x, r: n.negative(n.arcsin_by_x(x)),
        doc="arccos' = -arcsin'",
    ),
    rule(
        "arctan",
        elementary.arctan,
        lambda n, x, r: n.arctan_by_x(x),
        doc="arctan' = 1 / (1 + x^2)",
    ),
    hidden("arctan_by_x", curves.arctan_by_x, lambda n, x, r: n.arctan_by_xx(x)),
    hidden(
        "arctan_by_xx",
        curves.arctan_by_xx,
        lambda n, x, r: n.multiply(
            n.subtract(n.multiply(6.0, n.square(x)), 2.0),
            n.power(n.arctan_by_x(x), 3.0),
        ),
        doc="-2 x / (1 + x^2)^2;  slope (6 x^2 - 2) / (1 + x^2)^3",
    ),
    rule(
        "arctan2",
        math.atan2,
        lambda n, a, b, r: n.arctan2_by_a(a, b),
        lambda n, a, b, r: n.negative(n.arctan2_by_a(b, a)),
        doc="the angle of (b, a);  by a: b / (a^2 + b^2), by b: -a / (a^2 + b^2)",
    ),
    hidden(
        "arctan2_by_a",
        curves.arctan2_by_a,
        lambda n, a, b, r: n.arctan2_by_aa(a, b),
        lambda n, a, b, r: n.arctan2_by_ab(a, b),
    ),
    hidden(
        "arctan2_by_aa",
        curves.arctan2_by_aa,
        lambda n, a, b, r: n.multiply(-2.0, _arctan2_cube(n, a, b)[0]),
        lambda n, a, b, r: n.multiply(-2.0, _arctan2_cube(n, a, b)[1]),
    ),
    hidden(
        "arctan2_by_ab",
        curves.arctan2_by_ab,
        lambda n, a, b, r: n.multiply(-2.0, _arctan2_cube(n, a, b)[1]),
        lambda n, a, b, r: n.multiply(2.0, _arctan2_cube(n, a, b)[0]),
    ),
]

HYPERBOLIC = [
    rule("sinh", elementary.sinh, lambda n, x, r: n.cosh(x), doc="sinh' = cosh"),
    rule("cosh", elementary.cosh, lambda n, x, r: n.sinh(x), doc="cosh' = sinh"),
    rule("tanh", elementary.tanh, lambda n, x, r: n.sech2(x), doc="tanh' = 1 / cosh^2"),
    hidden(
        "sech2",
        curves.sech2,
        lambda n, x, r: n.multiply(-2.0, n.multiply(n.tanh(x), r)),
        doc="1 / cosh^2;  slope -2 tanh / cosh^2",
    ),
    rule(
        "arcsinh",
        elementary.arcsinh,
        lambda n, x, r: n.arcsinh_by_x(x),
        doc="arcsinh' = 1 / sqrt(1 + x^2)",
    ),
    hidden("arcsinh_by_x", curves.arcsinh_by_x, lambda n, x, r: n.arcsinh_by_xx(x)),
    hidden(
        "arcsinh_by_xx",
        curves.arcsinh_by_xx,
        lambda n, x, r: n.multiply(
            n.subtract(n.multiply(2.0, n.square(x)), 1.0),
            n.power(n.arcsinh_by_x(x), 5.0),
        ),
        doc="-x / (1 + x^2)^(3/2);  slope (2 x^2 - 1) / (1 + x^2)^(5/2)",
    ),
    rule(
        "arccosh",
        elementary.arccosh,
        lambda n, x, r: n.arccosh_by_x(x),
        doc="arccosh' = 1 / sqrt(x^2 - 1)",
    ),
    hidden("arccosh_by_x", curves.arccosh_by_x, lambda n, x, r: n.arccosh_by_xx(x)),
    hidden(
        "arccosh_by_xx",
        curves.arccosh_by_xx,
        lambda n, x, r: n.multiply(
            n.add(1.0, n.multiply(2.0, n.square(x))),
            n.power(n.arccosh_by_x(x), 5.0),
        ),
        doc="-x / (x^2 - 1)^(3/2);  slope (2 x^2 + 1) / (x^2 - 1)^(5/2)",
    ),
    rule(
        "arctanh",
        elementary.arctanh,
        lambda n, x, r: n.arctanh_by_x(x),
        doc="arctanh' = 1 / (1 - x^2)",
    ),
    hidden("arctanh_by_x", curves.arctanh_by_x, lambda n, x, r: n.arctanh_by_xx(x)),
    hidden(
        "arctanh_by_xx",
        curves.arctanh_by_xx,
        lambda n, x, r: n.multiply(
            n.add(2.0, n.multiply(6.0, n.square(x))),
            n.power(n.arctanh_by_x(x), 3.0),
        ),
        doc="2 x / (1 - x^2)^2;  slope (2 + 6 x^2) / (1 - x^2)^3",
    ),
]

EXPONENTIAL = [
    rule("exp", elementary.exp, lambda n, x, r: r, doc="exp' = exp"),
    rule("exp2", elementary.exp2, lambda n, x, r: n.exp2_by_x(x), doc="2^x;  slope 2^x log 2"),
    hidden("exp2_by_x", curves.exp2_by_x, lambda n, x, r: n.exp2_by_xx(x)),
    hidden("exp2_by_xx", curves.exp2_by_xx, lambda n, x, r: n.multiply(LOG_2, r)),
    rule("expm1", elementary.expm1, lambda n, x, r: n.exp(x), doc="e^x - 1;  slope e^x"),
    rule("log", elementary.log, lambda n, x, r: n.reciprocal(x), doc="log' = 1 / x"),
    rule(
        "log2",
        elementary.log2,
        lambda n, x, r: n.divide(LOG2_E, x),
        doc="log x / log 2;  slope 1 / (x log 2)",
    ),
    rule(
        "log10",
        elementary.log10,
        lambda n, x, r: n.divide(LOG10_E, x),
        doc="log x / log 10;  slope 1 / (x log 10)",
    ),
    rule("log1p", elementary.log1p, lambda n, x, r: n.log1p_by_x(x), doc="log(1 + x)"),
    hidden("log1p_by_x", curves.log1p_by_x, lambda n, x, r: n.log1p_by_xx(x), doc="1 / (1 + x)"),
    hidden(
        "log1p_by_xx",
        curves.log1p_by_xx,
        lambda n, x, r: n.multiply(-2.0, n.divide(r, n.add(1.0, x))),
        doc="-1 / (1 + x)^2;  slope 2 / (1 + x)^3",
    ),
    rule(
        "logaddexp",
        elementary.logaddexp,
        lambda n, a, b, r: n.sigmoid(n.gap(a, b)),
        lambda n, a, b, r: n.sigmoid(n.gap(b, a)),
        doc="log(e^a + e^b);  by a: e^a / (e^a + e^b) = sigmoid(a - b)",
    ),
    hidden("gap", elementary.gap, 1.0, -1.0, doc="a - b, 0 between equal infinities"),
]

ROOTS = [
    rule(
        "sqrt",
        elementary.sqrt,
        lambda n, x, r: n.sqrt_by_x(x),
        doc="sqrt' = 1 / (2 sqrt), infinite at 0",
    ),
    hidden("sqrt_by_x", curves.sqrt_by_x, lambda n, x, r: n.sqrt_by_xx(x)),
    hidden(
        "sqrt_by_xx",
        curves.sqrt_by_xx,
        lambda n, x, r: n.multiply(-1.5, n.divide(r, x)),
        doc="-1 / (4 x^(3/2));  slope 3 / (8 x^(5/2))",
    ),
    rule(
        "cbrt",
        elementary.cbrt,
        lambda n, x, r: n.cbrt_by_x(x),
        doc="x^(1/3);  slope 1 / (3 x^(2/3)), infinite at 0",
    ),
    hidden("cbrt_by_x", curves.cbrt_by_x, lambda n, x, r: n.cbrt_by_xx(x)),
    hidden(
        "cbrt_by_xx",
        curves.cbrt_by_xx,
        lambda n, x, r: n.multiply(-5.0, n.divide(r, n.multiply(3.0, x))),
        doc="-2 / (9 x^(5/3));  slope 10 / (27 x^(8/3))",
    ),
    rule(
        "hypot",
        math.hypot,
        lambda n, a, b, r: n.hypot_by_a(a, b),
        lambda n, a, b, r: n.hypot_by_a(b, a),
        doc="sqrt(a^2 + b^2);  by a: a / hypot(a, b), 0 at the origin",
    ),
    hidden(
        "hypot_by_a",
        curves.hypot_by_a,
        lambda n, a, b, r: n.hypot_by_aa(a, b),
        lambda n, a, b, r: n.hypot_by_ab(a, b),
    ),
    # with c = a/h and s = b/h: -3 c s^2 / h^2 and s (2 c^2 - s^2) / h^2
    hidden(
        "hypot_by_aa",
        curves.hypot_by_aa,
        lambda n, a, b, r: n.multiply(
            -3.0, n.divide(n.multiply(n.hypot_by_a(a, b), r), n.hypot(a, b))
        ),
        lambda n, a, b, r: _hypot_mixed(n, a, b),
    ),
    hidden(
        "hypot_by_ab",
        curves.hypot_by_ab,
        lambda n, a, b, r: _hypot_mixed(n, a, b),
        lambda n, a, b, r: _hypot_mixed(n, b, a),
    ),
]

PERIODIC = [
    rule(
        "sinc",
        lambda x: curves.sinc_derivative(0.0, x),
        lambda n, x, r: n.sinc_derivative(1.0, x),
        doc="sin(pi x) / (pi x), and 1 at 0",
    ),
    hidden(
        "sinc_derivative",
        curves.sinc_derivative,
        0.0,
        lambda n, k, x, r: n.sinc_derivative(n.add(k, 1.0), x),
        doc="the derivative of order k of sinc; the order is passive",
    ),
]

ELEMENTARY = TRIGONOMETRIC + HYPERBOLIC + EXPONENTIAL + ROOTS + PERIODIC
