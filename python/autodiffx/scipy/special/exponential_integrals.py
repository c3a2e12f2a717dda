"""Integrals of the exponential function."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from autodiffx.numpy.dispatch import function
from autodiffx.numpy.primitives import compare, select
from autodiffx.scipy.special.pointwise import in_float64, pointwise

__all__ = ["exp1", "expi", "exprel"]


@in_float64
def _moment(x: Any, order: int) -> Any:
    """The integral of t^n exp(x t) over t from 0 to 1 (DLMF 13.4.1)."""
    return special.hyp1f1(order + 1.0, order + 2.0, x) / (order + 1.0)


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
