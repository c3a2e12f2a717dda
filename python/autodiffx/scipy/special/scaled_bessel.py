"""Modified Bessel functions of the first kind, scaled by exp(-|x|)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from autodiffx.numpy.dispatch import function
from autodiffx.numpy.primitives import compare, select
from autodiffx.scipy.special.bessel import ORDER
from autodiffx.scipy.special.pointwise import in_float64, pointwise

__all__ = ["i0e", "i1e", "ive"]


@in_float64
def _fall(v: Any, x: Any) -> Any:
    """ive(v, x) - ive(v + 1, x) for x >= 0; where x is large, of Hankel's expansions (10.40.1).

    The difference is by 1/x smaller than its terms, whose digits it would lose.
    """
    large = x > np.maximum(40.0, 8.0 * (np.abs(v) + 1.0) ** 2)
    z = np.where(large, x, 100.0)
    one = other = np.ones_like(z)
    total = np.zeros_like(z)
    for k in range(1, 60):
        odd = (2.0 * k - 1.0) ** 2
        one = -one * (4.0 * v * v - odd) / (8.0 * k * z)
        other = -other * (4.0 * (v + 1.0) ** 2 - odd) / (8.0 * k * z)
        total = total + (one - other)
    expansion = total / np.sqrt(2.0 * np.pi * z)
    expansion = np.where(np.isinf(z), 0.0, expansion)
    return np.where(large, expansion, special.ive(v, x) - special.ive(v + 1.0, x))


def _fall_slope(r: Any, v: Any, x: Any) -> Any:
    return 0.5 * (fall(v - 1.0, x) - 2.0 * r + fall(v + 1.0, x))


fall: Any = pointwise("ive_fall", _fall, ORDER, _fall_slope)


def _scaled_slope(v: Any, x: Any) -> Any:
    """ive is even where v is, with a kink at 0 for v = 0; for odd v its derivative is even."""
    at = np.abs(x)
    falling = 0.5 * (fall(v - 1.0, at) - fall(v, at))
    is_even = compare("equal", np.remainder(v, 2.0), 0.0)
    return falling * select(is_even, np.sign(x), 1.0)


_i0e = pointwise("i0e", special.i0e, lambda r, x: _scaled_slope(0.0, x))
_i1e = pointwise("i1e", special.i1e, lambda r, x: _scaled_slope(1.0, x))
_ive = pointwise("ive", special.ive, ORDER, lambda r, v, x: _scaled_slope(v, x))


@function(special.i0e)
def i0e(x: Any, /) -> Any:
    """i0(x) exp(-|x|), as `scipy.special.i0e`.

    Its derivative is i1e(x) - sign(x) i0e(x), without loss of digits where x is large. At the kink
    x = 0 it is 0, the mean of both sides.

    >>> x = adx.Variable(1.0)
    >>> i0e(x).backward()
    >>> round(x.grad, 6)
    -0.257849
    """
    return _i0e(x)


@function(special.i1e)
def i1e(x: Any, /) -> Any:
    """i1(x) exp(-|x|), as `scipy.special.i1e`.

    Its derivative is (i0e + ive(2, x)) / 2 - sign(x) i1e, 1/2 at 0.

    >>> x = adx.Variable(0.0)
    >>> i1e(x).backward()
    >>> x.grad
    0.5
    """
    return _i1e(x)


@function(special.ive)
def ive(v: Any, z: Any, /) -> Any:
    """iv(v, z) exp(-|z|) of real order v and real z, as `scipy.special.ive`.

    Its derivative by z is (ive(v-1, z) + ive(v+1, z)) / 2 - sign(z) ive(v, z).

    Raises:
        NotImplementedError: a derivative by v is asked for.

    >>> z = adx.Variable(1.0)
    >>> ive(0, z).backward()
    >>> round(z.grad, 6)
    -0.257849
    """
    return _ive(v, z)
