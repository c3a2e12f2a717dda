"""Distribution functions that are integrals, and the norm of the von Mises distribution."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from scipy import special

from autodiffx.reference.dispatch import FLOATS, apply, operate
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.rule import Number, Numbers, Rule, hidden
from autodiffx.reference.scipy.special import tails
from autodiffx.reference.scipy.special.own import SPECIAL

__all__ = ["AREAS", "QUANTILES", "log_share", "von_mises", "von_mises_area"]

less, log, log1p, where = map(FUNCTIONS.__getitem__, ("less", "log", "log1p", "where"))
gammainc, gammaincc, betainc, betaincc = map(
    SPECIAL.__getitem__, ("gammainc", "gammaincc", "betainc", "betaincc")
)


def log_share(part: Any, rest: Any) -> Any:
    """log(part), where part and rest add up to 1."""
    return where(less(rest, 0.5), log1p(-rest), log(part))


# ---- Student's t ----------------------------------------------------------------------------
#
# With w = t / sqrt(df + t^2) and b = df / 2 the probability between 0 and t is
# sign(w) I_{w^2}(1/2, b) / 2, the integral of (1 - w^2)^(b-1) / B(1/2, b).


def _middle_density(n: Numbers, b: Number, w: Number) -> Number:
    power = n.xlog1py(n.subtract(b, 1.0), n.negative(n.multiply(w, w)))
    return n.exp(n.subtract(power, n.betaln(0.5, b)))


def _middle_slopes(n: Numbers, order: int, b: Number, w: Number) -> list[Number]:
    """The derivatives by b of the density's logarithm."""
    upper = n.add(b, 0.5)
    slopes = [n.subtract(n.digamma(upper), n.digamma(b))]
    slopes[0] = n.add(slopes[0], n.log1p(n.negative(n.multiply(w, w))))
    for k in range(1, order):
        slopes.append(n.subtract(n.polygamma(float(k), upper), n.polygamma(float(k), b)))
    return slopes


@functools.cache
def _middle_by_b(order: int) -> Rule:
    """The probability between 0 and t, differentiated by b."""

    def primal(b: float, w: float) -> float:
        if order == 0:
            area = float(special.betainc(0.5, b, w * w))
        else:
            area = tails.beta_tail(0, order, 0.5, b, w * w)
        return math.copysign(0.5, w) * area

    def by_w(n: Numbers, b: Number, w: Number, r: Number) -> Number:
        density = _middle_density(n, b, w)
        if order == 0:
            return density
        return n.multiply(density, tails.polynomial(order, _middle_slopes(n, order, b, w)))

    return hidden(
        f"student_middle_{'b' * order}",
        primal,
        lambda n, b, w, r: apply(_middle_by_b(order + 1), b, w),
        by_w,
    )


def _student_area(t: Any, df: Any) -> Any:
    """P(T <= t)."""
    is_normal = FUNCTIONS["isinf"](df)
    df = where(is_normal, 1.0, df)
    w = t / FUNCTIONS["hypot"](FUNCTIONS["sqrt"](df), t)
    middle = operate(_middle_by_b(0), 0.5 * df, w) + 0.5
    square = t * t
    beyond = where(
        less(square, df),
        betaincc(0.5, 0.5 * df, square / (df + square)),
        betainc(0.5 * df, 0.5, df / (df + square)),
    )
    beyond = 0.5 * beyond
    far = where(less(0.0, t), 1.0 - beyond, beyond)
    value = where(less(square, FUNCTIONS["minimum"](df, 0.25)), middle, far)
    return where(is_normal, FUNCTIONS["ndtr"](t), value)


# ---- von Mises ------------------------------------------------------------------------------


def _ratio_slope(n: Numbers, kappa: Number, r: Number) -> Number:
    """r' = 1 - r / kappa - r^2 for r = I1 / I0, 1/2 at 0."""
    slope = n.subtract(n.subtract(1.0, n.divide(r, kappa)), n.multiply(r, r))
    return n.where(n.equal(kappa, 0.0), 0.5, slope)


_RATIO = hidden(
    "bessel_ratio",
    lambda kappa: float(special.i1e(kappa) / special.i0e(kappa)),
    lambda n, kappa, r: _ratio_slope(n, kappa, r),
    doc="r = I1 / I0",
)
_LOG_NORM = hidden(
    "log_i0e",
    lambda kappa: float(np.log(special.i0e(kappa))),
    lambda n, kappa, r: n.subtract(apply(_RATIO, kappa), 1.0),
    doc="log(I0(kappa) exp(-kappa));  I1 / I0 - 1",
)


def von_mises(y: Any, kappa: Any) -> Any:
    """log(exp(kappa cos y) / (2 pi I0(kappa)))."""
    half = FUNCTIONS["sin"](0.5 * y)
    return -2.0 * kappa * half * half - math.log(2.0 * math.pi) - operate(_LOG_NORM, kappa)


def _lower_area(order: int, y: float, kappa: float) -> float:
    """The integral from -pi to y <= 0 of the density differentiated by kappa.

    By the double-exponential rule, whose places crowd at y, where the density is largest.
    """
    s = np.arange(-6.0, 6.0, 1.0 / 32.0)
    steep = np.exp(-np.pi * np.abs(np.sinh(s)))
    length = math.pi + y
    t = y - length * np.where(s < 0.0, 1.0, steep) / (1.0 + steep)
    weights = length * np.pi * np.cosh(s) * steep / (1.0 + steep) ** 2 / 32.0
    ratio = float(special.i1e(kappa) / special.i0e(kappa))
    density = np.exp(-2.0 * kappa * np.sin(t / 2.0) ** 2) / (2.0 * np.pi * special.i0e(kappa))
    if order:
        slopes = [np.cos(t) - ratio, -_ratio_slope(FLOATS, kappa, ratio)]
        density = density * tails.polynomial(order, slopes)
    return math.fsum(density * weights)


def _area(order: int, y: float, kappa: float) -> float:
    """P(Y <= y) differentiated by kappa: odd in y for order > 0, and one more after every turn."""
    if not (math.isfinite(y) and math.isfinite(kappa)):
        return math.nan
    turns = round(y / (2.0 * math.pi))
    around = y - turns * 2.0 * math.pi
    lower = _lower_area(order, -abs(around), kappa)
    if order:
        return -lower if around > 0.0 else lower
    return turns + (1.0 - lower if around > 0.0 else lower)


def _density_slope(n: Numbers, order: int, y: Number, kappa: Number) -> Number:
    """The density differentiated by kappa, whose logarithm has the derivative cos(y) - r."""
    density = n.exp(von_mises(y, kappa))
    if order == 0:
        return density
    if order > 2:
        raise NotImplementedError("vonmises.cdf is differentiated by kappa twice only, beside y")
    r = apply(_RATIO, kappa)
    slopes = [n.subtract(n.cos(y), r), n.negative(_ratio_slope(n, kappa, r))]
    return n.multiply(density, tails.polynomial(order, slopes))


@functools.cache
def _area_by_kappa(order: int) -> Rule:
    """P(Y <= y), differentiated by kappa."""
    return hidden(
        f"vonmises_cdf_{order}",
        functools.partial(_area, order),
        lambda n, y, kappa, r: _density_slope(n, order, y, kappa),
        lambda n, y, kappa, r: apply(_area_by_kappa(order + 1), y, kappa),
    )


def von_mises_area(y: Any, kappa: Any) -> Any:
    """P(Y <= y), as SciPy has it beyond a turn."""
    return operate(_area_by_kappa(0), y, kappa)


# ---- probabilities of less and of more ------------------------------------------------------

AREAS: dict[str, tuple[Any, Any]] = {
    "t": (_student_area, lambda t, df: _student_area(-t, df)),
    "gamma": (lambda y, a: gammainc(a, y), lambda y, a: gammaincc(a, y)),
    "invgamma": (lambda y, a: gammaincc(a, 1.0 / y), lambda y, a: gammainc(a, 1.0 / y)),
    "chi2": (
        lambda y, df: gammainc(df / 2.0, y / 2.0),
        lambda y, df: gammaincc(df / 2.0, y / 2.0),
    ),
    "beta": (lambda y, a, b: betainc(a, b, y), lambda y, a, b: betaincc(a, b, y)),
    "vonmises": (von_mises_area, lambda y, kappa: von_mises_area(-y, kappa)),
    "poisson": (lambda k, mu: gammaincc(k + 1.0, mu), lambda k, mu: gammainc(k + 1.0, mu)),
    "binom": (
        lambda k, n, p: betaincc(k + 1.0, n - k, p),
        lambda k, n, p: betainc(k + 1.0, n - k, p),
    ),
    "nbinom": (
        lambda k, n, p: betainc(n, k + 1.0, p),
        lambda k, n, p: betaincc(n, k + 1.0, p),
    ),
}

# ---- inverses -------------------------------------------------------------------------------

gammaincinv, gammainccinv, betaincinv, betainccinv = map(
    SPECIAL.__getitem__, ("gammaincinv", "gammainccinv", "betaincinv", "betainccinv")
)
QUANTILES: dict[str, tuple[Any, Any]] = {
    "gamma": (lambda q, a: gammaincinv(a, q), lambda q, a: gammainccinv(a, q)),
    "invgamma": (lambda q, a: 1.0 / gammainccinv(a, q), lambda q, a: 1.0 / gammaincinv(a, q)),
    "chi2": (
        lambda q, df: 2.0 * gammaincinv(df / 2.0, q),
        lambda q, df: 2.0 * gammainccinv(df / 2.0, q),
    ),
    "beta": (lambda q, a, b: betaincinv(a, b, q), lambda q, a, b: betainccinv(a, b, q)),
}
