"""Integrals of the exponential function."""

from __future__ import annotations

import math
from math import factorial
from typing import Any

import numpy as np
from scipy import special

from autodiffx.numpy.dispatch import function
from autodiffx.numpy.primitives import compare, select
from autodiffx.scipy.special.pointwise import in_float64, pointwise

__all__ = ["erfcx", "exp1", "expi", "expn", "exprel"]


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
def moment_of(x: Any, order: int) -> Any:
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


# The derivatives of exprel: moments of the exponential.
moment: Any = pointwise("exprel_slope", moment_of, lambda r, x, order: moment(x, order=order + 1))
_exprel = pointwise("exprel", special.exprel, lambda r, x: moment(x, order=1))
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


NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)
NODES, WEIGHTS = 0.5 * (NODES + 1.0), 0.5 * WEIGHTS


@in_float64
def _erfcx_slope_of(x: Any, order: int) -> Any:
    """The derivative of erfcx of some order, 1 or more.

    For x >= 0 it is, up to the sign, 2^(n+1) / sqrt(pi) times the integral of
    t^n exp(-t^2 - 2 x t) over t > 0 (DLMF 7.7.1), for x < 0 it comes from the recurrence
    f_(k+1) = 2 x f_k + 2 k f_(k-1), whose terms have one sign there.
    """
    found = np.full(x.shape, np.nan)
    above = x >= 0.0
    z = x[above][:, None]
    ends = 40.0 / (z + np.sqrt(z * z + 40.0))
    t = ends * NODES
    integral = (ends * t**order * np.exp(-t * (t + 2.0 * z))) @ WEIGHTS
    found[above] = (-1.0) ** order * 2.0 ** (order + 1) / math.sqrt(math.pi) * integral
    below = x < 0.0
    z = x[below]
    last, now = special.erfcx(z), 2.0 * z * special.erfcx(z) - 2.0 / math.sqrt(math.pi)
    for k in range(1, order):
        last, now = now, 2.0 * z * now + 2.0 * k * last
    found[below] = now
    return found


_erfcx_slope: Any = pointwise(
    "erfcx_slope", _erfcx_slope_of, lambda r, x, order: _erfcx_slope(x, order=order + 1)
)
_erfcx = pointwise("erfcx", special.erfcx, lambda r, x: _erfcx_slope(x, order=1))


def _below(n: Any, x: Any) -> Any:
    """expn(n - 1, x), for n = 0 too."""
    first = np.exp(-x) * (1.0 + x) / (x * x)
    return select(compare("equal", n, 0.0), first, _expn(np.maximum(n - 1.0, 0.0), x))


_expn: Any = pointwise(
    "expn",
    special.expn,
    "the order, which has no closed form: give it as plain numbers",
    lambda r, n, x: -_below(n, x),
)


@function(special.erfcx)
def erfcx(x: Any, /) -> Any:
    """exp(x^2) erfc(x), as `scipy.special.erfcx`.

    Its derivative is 2 x erfcx(x) - 2 / sqrt(pi), which is computed without loss of digits.

    >>> x = adx.Variable(0.0)
    >>> erfcx(x).backward()
    >>> round(x.grad, 6)
    -1.128379
    """
    return _erfcx(x)


@function(special.expn)
def expn(n: Any, x: Any, /) -> Any:
    """The integral of exp(-x t) / t^n over t > 1, as `scipy.special.expn`, of plain integers n.

    Its derivative by x is -expn(n - 1, x).

    Raises:
        NotImplementedError: a derivative by n is asked for.

    >>> x = adx.Variable(1.0)
    >>> expn(2, x).backward()
    >>> round(x.grad, 6)
    -0.219384
    """
    return _expn(n, x)
