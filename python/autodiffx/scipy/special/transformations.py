"""Powers, steps and losses that SciPy counts among the special functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.dispatch import function
from autodiffx.numpy.primitives import compare, select
from autodiffx.numpy.rule import Rule
from autodiffx.scipy.special.exponential_integrals import moment
from autodiffx.scipy.special.pointwise import pointwise

__all__ = ["boxcox", "boxcox1p", "cosm1", "exp10", "gammasgn", "huber", "pseudo_huber"]

# (x^l - 1) / l is log(x) exprel(l log(x)), in which nothing cancels.
_boxcox = pointwise(
    "boxcox",
    special.boxcox,
    lambda r, x, lmbda: np.exp((lmbda - 1.0) * np.log(x)),
    lambda r, x, lmbda: np.square(np.log(x)) * moment(lmbda * np.log(x), order=1),
)
_boxcox1p = pointwise(
    "boxcox1p",
    special.boxcox1p,
    lambda r, x, lmbda: np.exp((lmbda - 1.0) * np.log1p(x)),
    lambda r, x, lmbda: np.square(np.log1p(x)) * moment(lmbda * np.log1p(x), order=1),
)
_cosm1 = pointwise("cosm1", special.cosm1, lambda r, x: -np.sin(x))
_exp10 = pointwise("exp10", special.exp10, lambda r, x: math.log(10.0) * r)
_gammasgn = Rule("gammasgn", special.gammasgn)


def _defined(delta: Any, found: Any) -> Any:
    """The losses are infinite for delta < 0."""
    return select(compare("less", delta, 0.0), np.nan, found)


_huber = pointwise(
    "huber",
    special.huber,
    lambda y, delta, r: _defined(delta, np.maximum(np.abs(r) - delta, 0.0)),
    lambda y, delta, r: _defined(delta, np.minimum(np.maximum(r, -delta), delta)),
)


def _steep(delta: Any, r: Any) -> Any:
    quotient = r / delta
    return np.sqrt(1.0 + quotient * quotient)


def _by_delta(y: Any, delta: Any, r: Any) -> Any:
    """delta q^4 / (s (s + 1)^2) with q = r / delta and s = sqrt(1 + q^2)."""
    steep = _steep(delta, r)
    return _defined(delta, delta * np.square(steep - 1.0) / steep)


_pseudo_huber = pointwise(
    "pseudo_huber",
    special.pseudo_huber,
    _by_delta,
    lambda y, delta, r: _defined(delta, r / _steep(delta, r)),
)


@function(special.boxcox)
def boxcox(x: Any, lmbda: Any, /) -> Any:
    """(x^lmbda - 1) / lmbda, log(x) for lmbda = 0, as `scipy.special.boxcox`.

    By x it is x^(lmbda - 1); by lmbda it is right to the last digits near 0 too.

    >>> l = adx.Variable(0.0)
    >>> boxcox(2.0, l).backward()
    >>> round(l.grad, 6)
    0.240227
    """
    return _boxcox(x, lmbda)


@function(special.boxcox1p)
def boxcox1p(x: Any, lmbda: Any, /) -> Any:
    """((1 + x)^lmbda - 1) / lmbda, as `scipy.special.boxcox1p`; see `boxcox`.

    >>> l = adx.Variable(0.0)
    >>> boxcox1p(1.0, l).backward()
    >>> round(l.grad, 6)
    0.240227
    """
    return _boxcox1p(x, lmbda)


@function(special.cosm1)
def cosm1(x: Any, /) -> Any:
    """cos(x) - 1, as `scipy.special.cosm1`; its derivative is -sin(x).

    >>> x = adx.Variable(1.0)
    >>> cosm1(x).backward()
    >>> round(x.grad, 6)
    -0.841471
    """
    return _cosm1(x)


@function(special.exp10)
def exp10(x: Any, /) -> Any:
    """10^x, as `scipy.special.exp10`.

    >>> x = adx.Variable(2.0)
    >>> exp10(x).backward()
    >>> round(x.grad, 6)
    230.258509
    """
    return _exp10(x)


@function(special.gammasgn)
def gammasgn(x: Any, /) -> Any:
    """The sign of Gamma(x), as `scipy.special.gammasgn`: passive, as it has no derivative.

    >>> gammasgn(adx.Variable(-0.5)).value
    -1.0
    """
    return _gammasgn(as_array(x))


@function(special.huber)
def huber(delta: Any, r: Any, /) -> Any:
    """r^2 / 2 up to |r| = delta, then delta (|r| - delta / 2), as `scipy.special.huber`.

    By r it is r, cut off at delta on either side. Both derivatives are NaN for delta < 0.

    >>> r = adx.Variable(3.0)
    >>> huber(1.0, r).backward()
    >>> r.grad
    1.0
    """
    return _huber(delta, r)


@function(special.pseudo_huber)
def pseudo_huber(delta: Any, r: Any, /) -> Any:
    """delta^2 (sqrt(1 + (r / delta)^2) - 1), as `scipy.special.pseudo_huber`.

    Both derivatives are NaN for delta < 0.

    >>> r = adx.Variable(1.0)
    >>> pseudo_huber(1.0, r).backward()
    >>> round(r.grad, 6)
    0.707107
    """
    return _pseudo_huber(delta, r)
