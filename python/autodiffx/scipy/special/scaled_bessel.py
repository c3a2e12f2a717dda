"""Modified Bessel functions, scaled: iv(v, x) exp(-|x|) and kv(v, x) exp(x)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from autodiffx.numpy.dispatch import function
from autodiffx.numpy.primitives import compare, select
from autodiffx.scipy.special.bessel import ORDER
from autodiffx.scipy.special.pointwise import in_float64, pointwise

__all__ = ["i0e", "i1e", "ive", "k0e", "k1e", "kve"]


def _hankels(v: Any, x: Any, sign: float) -> Any:
    """The sum of (a_k(v + 1) - a_k(v)) (sign / x)^k of Hankel's expansions (DLMF 10.17.1)."""
    one = other = np.ones_like(x)
    total = np.zeros_like(x)
    for k in range(1, 60):
        odd = (2.0 * k - 1.0) ** 2
        one = sign * one * (4.0 * v * v - odd) / (8.0 * k * x)
        other = sign * other * (4.0 * (v + 1.0) ** 2 - odd) / (8.0 * k * x)
        total = total + (other - one)
        if np.all(np.abs(one) + np.abs(other) <= 1e-18 * np.abs(total)):
            break
    return np.where(np.isinf(x), 0.0, total)


def _is_large(v: Any, x: Any) -> Any:
    return x > np.maximum(40.0, 8.0 * (np.abs(v) + 1.0) ** 2)


@in_float64
def _fall(v: Any, x: Any) -> Any:
    """ive(v, x) - ive(v + 1, x) for x >= 0.

    Where x is large the difference is by 1/x smaller than its terms, whose digits it would lose.
    """
    large = _is_large(v, x)
    of_zero = ~large & (v == 0.0)
    rest = ~large & ~of_zero
    found = np.empty_like(x)
    found[large] = -_hankels(v[large], x[large], -1.0) / np.sqrt(2.0 * np.pi * x[large])
    found[of_zero] = special.i0e(x[of_zero]) - special.i1e(x[of_zero])
    found[rest] = special.ive(v[rest], x[rest]) - special.ive(v[rest] + 1.0, x[rest])
    return found


def _fall_slope(r: Any, v: Any, x: Any) -> Any:
    return 0.5 * (fall(v - 1.0, x) - 2.0 * r + fall(v + 1.0, x))


fall: Any = pointwise("ive_fall", _fall, ORDER, _fall_slope)


def _scaled_slope(v: Any, x: Any) -> Any:
    """ive is even where v is, with a kink at 0 for v = 0; for odd v its derivative is even."""
    at = np.abs(x)
    falling = 0.5 * (fall(v - 1.0, at) - fall(v, at))
    is_even = compare("equal", np.remainder(v, 2.0), 0.0)
    return falling * select(is_even, np.sign(x), 1.0)


@in_float64
def _rise(v: Any, x: Any) -> Any:
    """kve(v + 1, x) - kve(v, x), likewise."""
    large = _is_large(v, x)
    found = special.kve(v + 1.0, x) - special.kve(v, x)
    expansion = _hankels(v[large], x[large], 1.0)
    found[large] = expansion * np.sqrt(0.5 * np.pi / x[large])
    return found


rise: Any = pointwise(
    "kve_rise",
    _rise,
    ORDER,
    lambda r, v, x: -0.5 * (rise(v - 1.0, x) - 2.0 * r + rise(v + 1.0, x)),
)


def _falling(v: Any, x: Any) -> Any:
    """kve differentiated."""
    return -0.5 * (rise(v, x) - rise(v - 1.0, x))


_k0e = pointwise("k0e", special.k0e, lambda r, x: -rise(0.0, x))
_k1e = pointwise("k1e", special.k1e, lambda r, x: _falling(1.0, x))
_kve = pointwise("kve", special.kve, ORDER, lambda r, v, x: _falling(v, x))
_i0e = pointwise("i0e", special.i0e, lambda r, x: -np.sign(x) * fall(0.0, np.abs(x)))
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


@function(special.k0e)
def k0e(x: Any, /) -> Any:
    """k0(x) exp(x), as `scipy.special.k0e`; its derivative is k0e(x) - k1e(x).

    >>> x = adx.Variable(1.0)
    >>> k0e(x).backward()
    >>> round(x.grad, 6)
    -0.49169
    """
    return _k0e(x)


@function(special.k1e)
def k1e(x: Any, /) -> Any:
    """k1(x) exp(x), as `scipy.special.k1e`.

    >>> x = adx.Variable(1.0)
    >>> k1e(x).backward()
    >>> round(x.grad, 6)
    -1.144463
    """
    return _k1e(x)


@function(special.kve)
def kve(v: Any, z: Any, /) -> Any:
    """kv(v, z) exp(z) of real order v and real z, as `scipy.special.kve`.

    Its derivative by z is kve(v, z) - (kve(v-1, z) + kve(v+1, z)) / 2, without loss of digits
    where z is large.

    Raises:
        NotImplementedError: a derivative by v is asked for.

    >>> z = adx.Variable(1.0)
    >>> kve(0, z).backward()
    >>> round(z.grad, 6)
    -0.49169
    """
    return _kve(v, z)
