"""Entropies, term by term."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from autodiffx.numpy.dispatch import function
from autodiffx.scipy.special.pointwise import pointwise

__all__ = ["entr", "kl_div", "rel_entr"]


def _inside(x: Any, y: Any, found: Any) -> Any:
    return np.where((x >= 0.0) & (y >= 0.0), found, np.nan).astype(found.dtype)


def _log_ratio_of(x: Any, y: Any) -> Any:
    """log(x / y), where the quotient would be near 1 and where it would overflow too."""
    quotient = x / y
    near = (quotient > 0.5) & (quotient < 2.0)
    return _inside(x, y, np.where(near, np.log(quotient), np.log(x) - np.log(y)))


def _quotient_of(x: Any, y: Any) -> Any:
    """x / y, and 0 where x is 0: there the functions are 0 whatever y >= 0 is."""
    return _inside(x, y, np.where(x == 0.0, x.dtype.type(0), x / y))


_log_ratio = pointwise(
    "log_ratio", _log_ratio_of, lambda r, x, y: 1.0 / x, lambda r, x, y: -1.0 / y
)
_quotient = pointwise("quotient", _quotient_of, lambda r, x, y: 1.0 / y, lambda r, x, y: -r / y)
_entr = pointwise("entr", special.entr, lambda r, x: -np.log(x) - 1.0)
_rel_entr = pointwise(
    "rel_entr",
    special.rel_entr,
    lambda r, x, y: _log_ratio(x, y) + 1.0,
    lambda r, x, y: -_quotient(x, y),
)
_kl_div = pointwise(
    "kl_div",
    special.kl_div,
    lambda r, x, y: _log_ratio(x, y),
    lambda r, x, y: 1.0 - _quotient(x, y),
)


@function(special.entr)
def entr(x: Any, /) -> Any:
    """-x log(x), 0 at 0 and -inf below, as `scipy.special.entr`.

    The derivative is -log(x) - 1: infinite at 0, NaN below.

    >>> x = adx.Variable(1.0)
    >>> entr(x).backward()
    >>> x.grad
    -1.0
    """
    return _entr(x)


@function(special.rel_entr)
def rel_entr(x: Any, y: Any, /) -> Any:
    """x log(x / y), 0 for x = 0 and y >= 0, inf elsewhere, as `scipy.special.rel_entr`.

    By x it is log(x / y) + 1 (-inf at x = 0, NaN where y is 0 too), by y it is -x / y (0 at x = 0).
    Both are NaN where an operand is negative.

    >>> y = adx.Variable(2.0)
    >>> rel_entr(1.0, y).backward()
    >>> y.grad
    -0.5
    """
    return _rel_entr(x, y)


@function(special.kl_div)
def kl_div(x: Any, y: Any, /) -> Any:
    """x log(x / y) - x + y, y for x = 0 and y >= 0, inf elsewhere, as `scipy.special.kl_div`.

    By x it is log(x / y) (-inf at x = 0, NaN where y is 0 too), by y it is 1 - x / y (1 at x = 0).
    Both are NaN where an operand is negative.

    >>> y = adx.Variable(2.0)
    >>> kl_div(1.0, y).backward()
    >>> y.grad
    0.5
    """
    return _kl_div(x, y)
