"""Rules of inverses, powers and losses."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from autodiffx.reference.dispatch import apply
from autodiffx.reference.rule import Number, Numbers
from autodiffx.reference.scipy.special.gammas_and_betas import (
    BETA_DENSITY,
    GAMMA_DENSITY,
    betainc_by,
    gammainc_by_a,
)
from autodiffx.reference.scipy.special.integrals import moment
from autodiffx.reference.scipy.special.own import of_rule, scipys

__all__: list[str] = []


# ---- inverses: one over the slope of what is inverted, at the result -----------------------------


def _gamma_by_shape(n: Numbers, a: Number, y: Number, r: Number) -> Number:
    return n.negative(n.divide(apply(gammainc_by_a(1), a, r), apply(GAMMA_DENSITY, a, r)))


def _beta_by(by_a: int, by_b: int, n: Numbers, a: Number, b: Number, r: Number) -> Number:
    slope = apply(betainc_by(by_a, by_b), a, b, r)
    return n.negative(n.divide(slope, apply(BETA_DENSITY, a, b, r)))


of_rule(
    scipys(
        "erfcinv",
        lambda n, y, r: n.multiply(-math.sqrt(math.pi) / 2.0, n.exp(n.square(r))),
        doc="the inverse of erfc;  slope -sqrt(pi)/2 e^(r^2)",
    )
)
of_rule(
    scipys(
        "gammaincinv",
        _gamma_by_shape,
        lambda n, a, y, r: n.reciprocal(apply(GAMMA_DENSITY, a, r)),
        doc="the x at which P(a, x) is y;  by y: 1 / f(x)",
    )
)
of_rule(
    scipys(
        "gammainccinv",
        _gamma_by_shape,
        lambda n, a, y, r: n.negative(n.reciprocal(apply(GAMMA_DENSITY, a, r))),
        doc="the x at which 1 - P(a, x) is y;  by y: -1 / f(x)",
    )
)
of_rule(
    scipys(
        "betaincinv",
        lambda n, a, b, y, r: _beta_by(1, 0, n, a, b, r),
        lambda n, a, b, y, r: _beta_by(0, 1, n, a, b, r),
        lambda n, a, b, y, r: n.reciprocal(apply(BETA_DENSITY, a, b, r)),
        doc="the x at which I_x(a, b) is y;  by y: 1 / f(x)",
    )
)
if hasattr(special, "betainccinv"):
    of_rule(
        scipys(
            "betainccinv",
            lambda n, a, b, y, r: _beta_by(1, 0, n, a, b, r),
            lambda n, a, b, y, r: _beta_by(0, 1, n, a, b, r),
            lambda n, a, b, y, r: n.negative(n.reciprocal(apply(BETA_DENSITY, a, b, r))),
            doc="the x at which 1 - I_x(a, b) is y;  by y: -1 / f(x)",
        )
    )

# ---- powers --------------------------------------------------------------------------------------


def _by_exponent(n: Numbers, log: Number, power: Number) -> Number:
    """log^2 times the integral of t e^(t power log) over t from 0 to 1."""
    return n.multiply(n.square(log), apply(moment(1), n.multiply(power, log)))


of_rule(
    scipys(
        "boxcox",
        lambda n, x, power, r: n.power(x, n.subtract(power, 1.0)),
        lambda n, x, power, r: _by_exponent(n, n.log(x), power),
        doc="(x^p - 1) / p, log x for p = 0;  by x: x^(p-1)",
    )
)
of_rule(
    scipys(
        "boxcox1p",
        lambda n, x, power, r: n.power(n.add(1.0, x), n.subtract(power, 1.0)),
        lambda n, x, power, r: _by_exponent(n, n.log1p(x), power),
        doc="((1 + x)^p - 1) / p, log(1 + x) for p = 0;  by x: (1 + x)^(p-1)",
    )
)
of_rule(
    scipys(
        "exp10",
        lambda n, x, r: n.multiply(r, math.log(10.0)),
        doc="10^x;  slope 10^x log 10",
    )
)
of_rule(scipys("cosm1", lambda n, x, r: n.negative(n.sin(x)), doc="cos x - 1;  slope -sin x"))
of_rule(
    scipys(
        "erfcx",
        lambda n, x, r: n.subtract(n.multiply(2.0, n.multiply(x, r)), 2.0 / math.sqrt(math.pi)),
        doc="e^(x^2) erfc x;  slope 2 x f - 2 / sqrt(pi)",
    )
)
of_rule(scipys("gammasgn", 0.0, doc="the sign of Gamma;  slope 0"))

# ---- losses --------------------------------------------------------------------------------------


def _if_positive(n: Numbers, delta: Number, found: Number) -> Number:
    return n.where(n.less(delta, 0.0), np.nan, found)


def _root(n: Numbers, delta: Number, x: Number) -> Number:
    """sqrt(1 + (x / delta)^2)."""
    return n.hypot(1.0, n.divide(x, delta))


of_rule(
    scipys(
        "huber",
        lambda n, delta, x, r: _if_positive(
            n, delta, n.maximum(n.subtract(n.absolute(x), delta), 0.0)
        ),
        lambda n, delta, x, r: _if_positive(
            n, delta, n.minimum(n.maximum(x, n.negative(delta)), delta)
        ),
        doc="x^2/2 where |x| <= d, else d (|x| - d/2);  by x: x cut off at -d and d",
    )
)
of_rule(
    scipys(
        "pseudo_huber",
        lambda n, delta, x, r: _if_positive(
            n,
            delta,
            n.subtract(
                n.multiply(2.0, n.divide(r, delta)),
                n.divide(n.multiply(delta, n.square(n.divide(x, delta))), _root(n, delta, x)),
            ),
        ),
        lambda n, delta, x, r: _if_positive(n, delta, n.divide(x, _root(n, delta, x))),
        doc="d^2 (s - 1) with s = sqrt(1 + (x/d)^2);  by x: x / s, by d: 2 f / d - x^2 / (d s)",
    )
)
