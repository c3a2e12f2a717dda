"""Rules of the activations and the special functions."""

import math

from autodiffx.reference import activations, curves, elementary, normals
from autodiffx.reference.rule import Number, Numbers, hidden, rule

LOGISTIC = [
    rule(
        "sigmoid",
        elementary.sigmoid,
        lambda n, x, r: n.sigmoid_by_x(x),
        doc="1 / (1 + e^-x);  slope s (1 - s)",
    ),
    hidden("sigmoid_by_x", curves.sigmoid_by_x, lambda n, x, r: n.sigmoid_by_xx(x)),
    hidden(
        "sigmoid_by_xx",
        curves.sigmoid_by_xx,
        lambda n, x, r: _sigmoid_third(n, x),
        doc="s (1 - s) (1 - 2 s);  slope d (1 - 6 d) with d = s (1 - s)",
    ),
    rule(
        "logit",
        elementary.logit,
        lambda n, x, r: n.logit_by_x(x),
        doc="log(x / (1 - x));  slope 1 / (x (1 - x))",
    ),
    hidden("logit_by_x", curves.logit_by_x, lambda n, x, r: n.logit_by_xx(x)),
    hidden(
        "logit_by_xx",
        curves.logit_by_xx,
        lambda n, x, r: n.multiply(
            n.square(n.logit_by_x(x)), n.subtract(n.multiply(2.0, n.logit_by_x(x)), 6.0)
        ),
        doc="(2 x - 1) g^2 with g = 1 / (x (1 - x));  slope 2 g^3 - 6 g^2",
    ),
    rule(
        "log_sigmoid",
        elementary.log_sigmoid,
        lambda n, x, r: n.sigmoid(n.negative(x)),
        doc="-log(1 + e^-x);  slope sigmoid(-x)",
    ),
    rule(
        "softplus",
        elementary.softplus,
        lambda n, x, r: n.sigmoid(x),
        doc="log(1 + e^x);  slope sigmoid(x)",
    ),
    rule(
        "silu",
        curves.silu,
        lambda n, x, r: n.silu_by_x(x),
        doc="x s(x) with the sigmoid s;  slope s (1 + x (1 - s))",
    ),
    hidden("silu_by_x", curves.silu_by_x, lambda n, x, r: n.silu_by_xx(x)),
    hidden(
        "silu_by_xx",
        curves.silu_by_xx,
        lambda n, x, r: n.add(
            n.multiply(3.0, n.sigmoid_by_xx(x)), n.multiply(x, _sigmoid_third(n, x))
        ),
        doc="2 s' + x s'';  slope 3 s'' + x s'''",
    ),
]


def _sigmoid_third(n: Numbers, x: Number) -> Number:
    d = n.sigmoid_by_x(x)
    return n.multiply(d, n.subtract(1.0, n.multiply(6.0, d)))


RECTIFIERS = [
    rule(
        "relu",
        lambda x: elementary.maximum(x, 0.0),
        lambda n, x, r: n.greater(x, 0.0),
        kind="kinked",
        doc="max(x, 0);  slope 0 at 0",
    ),
    rule(
        "leaky_relu",
        activations.leaky_relu,
        lambda n, x, slope, r: n.leaky_relu_by_x(x, slope),
        lambda n, x, slope, r: n.where(n.less(x, 0.0), x, 0.0),
        kind="kinked",
        doc="x for x >= 0, else slope x;  slope 1 at 0",
    ),
    hidden(
        "leaky_relu_by_x",
        activations.leaky_relu_by_x,
        0.0,
        lambda n, x, slope, r: n.less(x, 0.0),
        kind="kinked",
    ),
    rule(
        "elu",
        activations.elu,
        lambda n, x, alpha, r: n.elu_by_x(x, alpha),
        lambda n, x, alpha, r: n.elu_unit(x),
        kind="kinked",
        doc="x for x > 0, else alpha (e^x - 1);  slope 1 at 0",
    ),
    hidden(
        "elu_by_x",
        activations.elu_by_x,
        lambda n, x, alpha, r: n.where(n.less(x, 0.0), r, 0.0),
        lambda n, x, alpha, r: n.elu_decay(x),
        kind="kinked",
    ),
    hidden(
        "elu_unit",
        activations.elu_unit,
        lambda n, x, r: n.elu_decay(x),
        kind="kinked",
        doc="e^x - 1 for x < 0, else 0",
    ),
    hidden(
        "elu_decay",
        activations.elu_decay,
        lambda n, x, r: r,
        kind="kinked",
        doc="e^x for x < 0, else 0",
    ),
    rule(
        "selu",
        activations.selu,
        lambda n, x, r: n.selu_by_x(x),
        kind="kinked",
        doc="scale x for x > 0, else scale alpha (e^x - 1);  slope scale at 0",
    ),
    hidden(
        "selu_by_x",
        activations.selu_by_x,
        lambda n, x, r: n.multiply(activations.SELU_DECAY, n.elu_decay(x)),
        kind="kinked",
    ),
    rule(
        "softsign",
        elementary.softsign,
        lambda n, x, r: n.softsign_by_x(x),
        doc="x / (1 + |x|);  slope 1 / (1 + |x|)^2",
    ),
    hidden("softsign_by_x", curves.softsign_by_x, lambda n, x, r: n.softsign_by_xx(x)),
    hidden(
        "softsign_by_xx",
        curves.softsign_by_xx,
        lambda n, x, r: n.multiply(6.0, n.square(n.softsign_by_x(x))),
        kind="kinked",
        doc="-2 sign(x) / (1 + |x|)^3;  slope 6 / (1 + |x|)^4",
    ),
]

NORMAL = [
    rule("erf", math.erf, lambda n, x, r: n.erf_by_x(x), doc="erf' = 2 e^(-x^2) / sqrt(pi)"),
    rule("erfc", math.erfc, lambda n, x, r: n.negative(n.erf_by_x(x)), doc="1 - erf"),
    hidden("erf_by_x", normals.erf_by_x, lambda n, x, r: n.erf_by_xx(x)),
    hidden(
        "erf_by_xx",
        normals.erf_by_xx,
        lambda n, x, r: n.multiply(n.subtract(n.multiply(4.0, n.square(x)), 2.0), n.erf_by_x(x)),
        doc="-2 x erf';  slope (4 x^2 - 2) erf'",
    ),
    rule(
        "erfinv",
        normals.erfinv,
        lambda n, x, r: n.erfinv_by_x(x),
        doc="the inverse of erf;  slope sqrt(pi)/2 e^(r^2)",
    ),
    hidden("erfinv_by_x", normals.erfinv_by_x, lambda n, x, r: n.erfinv_by_xx(x)),
    hidden(
        "erfinv_by_xx",
        normals.erfinv_by_xx,
        lambda n, x, r: n.multiply(
            n.power(n.erfinv_by_x(x), 3.0),
            n.add(2.0, n.multiply(8.0, n.square(n.erfinv(x)))),
        ),
        doc="2 y g^2 with y = erfinv, g = erfinv';  slope g^3 (2 + 8 y^2)",
    ),
    rule("ndtr", normals.ndtr, lambda n, x, r: n.ndtr_by_x(x), doc="Phi;  slope phi"),
    hidden("ndtr_by_x", normals.ndtr_by_x, lambda n, x, r: n.ndtr_by_xx(x)),
    hidden(
        "ndtr_by_xx",
        normals.ndtr_by_xx,
        lambda n, x, r: n.multiply(n.subtract(n.square(x), 1.0), n.ndtr_by_x(x)),
        doc="-x phi;  slope (x^2 - 1) phi",
    ),
    rule(
        "log_ndtr",
        normals.log_ndtr,
        lambda n, x, r: n.log_ndtr_by_x(x),
        doc="log Phi;  slope h = phi / Phi",
    ),
    hidden("log_ndtr_by_x", normals.log_ndtr_by_x, lambda n, x, r: n.log_ndtr_by_xx(x)),
    hidden(
        "log_ndtr_by_xx",
        normals.log_ndtr_by_xx,
        lambda n, x, r: n.log_ndtr_derivative(3.0, x),
        doc="-h (x + h)",
    ),
    hidden(
        "log_ndtr_derivative",
        normals.log_ndtr_derivative,
        0.0,
        lambda n, k, x, r: n.log_ndtr_derivative(n.add(k, 1.0), x),
        doc="the derivative of order k of log Phi; the order is passive",
    ),
    rule(
        "ndtri",
        normals.ndtri,
        lambda n, p, r: n.ndtri_by_x(p),
        doc="the inverse of Phi;  slope 1 / phi(r)",
    ),
    hidden("ndtri_by_x", normals.ndtri_by_x, lambda n, p, r: n.ndtri_by_xx(p)),
    hidden(
        "ndtri_by_xx",
        normals.ndtri_by_xx,
        lambda n, p, r: n.multiply(
            n.power(n.ndtri_by_x(p), 3.0),
            n.add(1.0, n.multiply(2.0, n.square(n.ndtri(p)))),
        ),
        doc="y g^2 with y = Phi^-1, g = 1 / phi(y);  slope g^3 (1 + 2 y^2)",
    ),
    rule(
        "gelu",
        normals.gelu,
        lambda n, x, r: n.gelu_by_x(x),
        doc="x Phi(x);  slope Phi + x phi",
    ),
    hidden("gelu_by_x", normals.gelu_by_x, lambda n, x, r: n.gelu_by_xx(x)),
    hidden(
        "gelu_by_xx",
        normals.gelu_by_xx,
        lambda n, x, r: n.multiply(n.multiply(x, n.subtract(n.square(x), 4.0)), n.ndtr_by_x(x)),
        doc="(2 - x^2) phi;  slope x (x^2 - 4) phi",
    ),
]

PRODUCTS = [
    rule(
        "xlogy",
        elementary.xlogy,
        lambda n, a, b, r: n.log(b),
        lambda n, a, b, r: n.divide(a, b),
        doc="a log b, 0 for a = 0;  by a: log b, by b: a / b",
    ),
    rule(
        "xlog1py",
        elementary.xlog1py,
        lambda n, a, b, r: n.log1p(b),
        lambda n, a, b, r: n.divide(a, n.add(1.0, b)),
        doc="a log(1 + b), 0 for a = 0;  by a: log(1 + b), by b: a / (1 + b)",
    ),
]

SPECIAL = LOGISTIC + RECTIFIERS + NORMAL + PRODUCTS
