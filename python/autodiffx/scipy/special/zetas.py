"""Hurwitz's and Riemann's zeta functions."""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np
from scipy import special

from autodiffx.numpy.dispatch import SUPPORTED, function
from autodiffx.numpy.primitives import compare, select
from autodiffx.scipy.special.pointwise import in_float64, pointwise

__all__ = ["zeta"]

TERMS = 14  # that are added one by one
CORRECTIONS = 14
LEAST = 0.0  # exponents below lose digits

Series = list[Any]  # coefficients of the powers of a small change of the exponent


def _times(one: Series, other: Series) -> Series:
    return [sum(one[i] * other[n - i] for i in range(n + 1)) for n in range(len(one))]


def _power(base: Any, s: Any, order: int) -> Series:
    """base^-(s + change)."""
    log = -np.log(base)
    return [base**-s * log**n / factorial(n) for n in range(order + 1)]


@in_float64
def _zeta_slope(s: Any, q: Any, order: int) -> Any:
    """The derivative of some order by s, by Euler's and Maclaurin's formula (DLMF 25.11.7)."""
    s = np.where(s >= LEAST, s, np.nan)
    q = np.where(q > 0.0, q, np.nan)
    total: Series = [np.zeros_like(s)] * (order + 1)

    def add(terms: Series) -> Series:
        return [x + y for x, y in zip(total, terms, strict=True)]

    for k in range(TERMS):
        total = add(_power(q + k, s, order))
    w = q + TERMS
    power = _power(w, s, order)
    inverse = [(-1.0) ** n * w / (s - 1.0) ** (n + 1) for n in range(order + 1)]
    total = add(_times(power, inverse))
    total = add([0.5 * each for each in power])
    rising: Series = [s, np.ones_like(s), *[np.zeros_like(s)] * order][: order + 1]
    for j, bernoulli in enumerate(special.bernoulli(2 * CORRECTIONS)[2::2]):
        scale = bernoulli / factorial(2 * j + 2) * w ** (-2.0 * j - 1.0)
        total = add([scale * each for each in _times(power, rising)])
        for step in (2 * j + 1.0, 2 * j + 2.0):
            rising = _times(rising, [s + step, np.ones_like(s), *[0.0] * order][: order + 1])
    return factorial(order) * total[order]


_slope: Any = pointwise(
    "zeta_by_x",
    _zeta_slope,
    lambda r, x, q, order: _slope(x, q, order=order + 1),
    # That of -x zeta(x + 1, q).
    lambda r, x, q, order: -x * _slope(x + 1.0, q, order=order) - order * _lower(x + 1.0, q, order),
)
_hurwitz: Any = pointwise(
    "zeta",
    lambda x, q: np.asarray(special.zeta(x, q)),
    lambda r, x, q: _where_defined(x, _slope(x, q, order=1)),
    lambda r, x, q: _where_defined(x, -x * _hurwitz(x + 1.0, q)),
)
_riemann = pointwise(
    "zeta",
    lambda x: np.asarray(special.zeta(x)),
    lambda r, x: _slope(x, np.ones((), x.dtype), order=1),
)


def _lower(x: Any, q: Any, order: int) -> Any:
    return _hurwitz(x, q) if order == 1 else _slope(x, q, order=order - 1)


def _where_defined(x: Any, found: Any) -> Any:
    """The sum has a value from 1, and a derivative by the exponent above it."""
    return select(compare("greater_equal", x, 1.0), found, np.nan)


@function(special.zeta)
def zeta(x: Any, q: Any = None) -> Any:
    """The sum of 1 / (k + q)^x over k = 0, 1, ..., as `scipy.special.zeta`; q = 1 by default.

    By q its derivative is -x zeta(x + 1, q) (DLMF 25.11.17), by x it comes from Euler's and
    Maclaurin's formula. With q the derivatives are for x > 1 and q > 0, without it for x >= 0,
    where the function continues the sum; elsewhere they are NaN.

    >>> x = adx.Variable(2.0)
    >>> zeta(x).backward()
    >>> round(x.grad, 6)
    -0.937548
    """
    return _riemann(x) if q is None else _hurwitz(x, q)


# SciPy's own function is in Python, and calls one of two ufuncs.
for _name in ("_riemann_zeta", "_zeta"):
    if hasattr(special._ufuncs, _name):
        SUPPORTED[getattr(special._ufuncs, _name)] = zeta
