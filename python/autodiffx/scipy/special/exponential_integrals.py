"""Integrals of the exponential function."""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np
from scipy import special

from autodiffx.numpy.dispatch import function
from autodiffx.numpy.primitives import compare, select
from autodiffx.scipy.special.pointwise import in_float64, pointwise

__all__ = ["exp1", "expi", "exprel"]


def _series(x: Any, n: int) -> Any:
    """The sum of x^k / (k! (n + 1 + k)), for what is not large."""
    term = np.ones_like(x)
    total = term / (n + 1.0)
    for k in range(1, 400):
        term = term * x / k
        total = total + term / (n + 1.0 + k)
        if np.all(np.abs(term) <= 1e-18 * np.abs(total)):
            break
    return total


def _by_parts(x: Any, n: int) -> Any:
    """Integrated by parts n times, for large x."""
    total = np.zeros_like(x)
    for k in range(n, -1, -1):
        total = (-1.0) ** k * factorial(n) / factorial(n - k) + total / x
    return np.exp(x) * total / x


@in_float64
def _moment(x: Any, order: int) -> Any:
    """The integral of t^n exp(x t) over t from 0 to 1; below 0 a lower gamma function."""
    n = order
    found = np.full(x.shape, np.nan)
    below, above = x < -1.0, x > 40.0 + 2.0 * n
    middle = (x >= -1.0) & ~above
    t = -x[below]
    found[below] = special.gammainc(n + 1.0, t) * factorial(n) / t ** (n + 1.0)
    found[middle] = _series(x[middle], n)
    found[above] = _by_parts(x[above], n)
    return found


_slope: Any = pointwise("exprel_slope", _moment, lambda r, x, order: _slope(x, order=order + 1))
_exprel = pointwise("exprel", special.exprel, lambda r, x: _slope(x, order=1))
_expi = pointwise("expi", special.expi, lambda r, x: np.exp(x) / x)
_exp1 = pointwise(
    "exp1",
    special.exp1,
    lambda r, x: select(compare("less", x, 0.0), np.nan, -np.exp(-x) / x),
)


@function(special.exprel)
def exprel(x: Any, /) -> Any:
    """(exp(x) - 1) / x, 1 at 0, as `scipy.special.exprel`.

    Its derivative is the integral of t exp(x t) over t from 0 to 1.

    >>> x = adx.Variable(0.0)
    >>> exprel(x).backward()
    >>> x.grad
    0.5
    """
    return _exprel(x)


@function(special.expi)
def expi(x: Any, /) -> Any:
    """The exponential integral Ei(x) of real x, as `scipy.special.expi`.

    Its derivative is exp(x) / x; Ei(0) is -inf, with an infinite derivative.

    >>> x = adx.Variable(1.0)
    >>> expi(x).backward()
    >>> round(x.grad, 6)
    2.718282
    """
    return _expi(x)


@function(special.exp1)
def exp1(z: Any, /) -> Any:
    """The exponential integral E1(z) of real z >= 0, as `scipy.special.exp1`.

    Its derivative is -exp(-z) / z.

    >>> z = adx.Variable(1.0)
    >>> exp1(z).backward()
    >>> round(z.grad, 6)
    -0.367879
    """
    return _exp1(z)
