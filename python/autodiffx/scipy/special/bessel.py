"""Bessel functions of real order, which is a plain number, and real argument."""

from __future__ import annotations

from typing import Any

from scipy import special

from autodiffx.numpy.dispatch import function
from autodiffx.scipy.special.pointwise import pointwise

__all__ = ["i0", "i1", "iv", "j0", "j1", "jn", "jv"]
__all__ += ["k0", "k1", "kn", "kv", "y0", "y1", "yn", "yv"]

ORDER = "the order, which has no closed form: give it as plain numbers"

# ---- oscillating (DLMF 10.6.1) -------------------------------------------------------------------


def _half(one: Any, other: Any) -> Any:
    return 0.5 * (one - other)


_j0: Any = pointwise("j0", special.j0, lambda r, x: -_j1(x))
_j1: Any = pointwise("j1", special.j1, lambda r, x: _half(_j0(x), _jv(2, x)))
_jv: Any = pointwise("jv", special.jv, ORDER, lambda r, v, x: _half(_jv(v - 1, x), _jv(v + 1, x)))
_y0: Any = pointwise("y0", special.y0, lambda r, x: -_y1(x))
_y1: Any = pointwise("y1", special.y1, lambda r, x: _half(_y0(x), _yv(2, x)))
_yv: Any = pointwise("yv", special.yv, ORDER, lambda r, v, x: _half(_yv(v - 1, x), _yv(v + 1, x)))
_yn: Any = pointwise("yn", special.yn, ORDER, lambda r, n, x: _half(_yv(n - 1, x), _yv(n + 1, x)))


@function(special.j0)
def j0(x: Any, /) -> Any:
    """The Bessel function of the first kind of order 0, as `scipy.special.j0`.

    Its derivative is -j1.

    >>> x = adx.Variable(1.0)
    >>> j0(x).backward()
    >>> round(x.grad, 6)
    -0.440051
    """
    return _j0(x)


@function(special.j1)
def j1(x: Any, /) -> Any:
    """The Bessel function of the first kind of order 1, as `scipy.special.j1`.

    >>> x = adx.Variable(0.0)
    >>> j1(x).backward()
    >>> x.grad
    0.5
    """
    return _j1(x)


@function(special.jv)
def jv(v: Any, z: Any, /) -> Any:
    """The Bessel function of the first kind of order v at real z, as `scipy.special.jv`.

    Its derivative by z is (jv(v-1, z) - jv(v+1, z)) / 2.

    Raises:
        NotImplementedError: a derivative by v is asked for.

    >>> z = adx.Variable(1.0)
    >>> jv(2, z).backward()
    >>> round(z.grad, 6)
    0.210244
    """
    return _jv(v, z)


jn = jv


@function(special.y0)
def y0(x: Any, /) -> Any:
    """The Bessel function of the second kind of order 0, as `scipy.special.y0`.

    Its derivative is -y1; at 0 it is infinite, below NaN.

    >>> x = adx.Variable(1.0)
    >>> y0(x).backward()
    >>> round(x.grad, 6)
    0.781213
    """
    return _y0(x)


@function(special.y1)
def y1(x: Any, /) -> Any:
    """The Bessel function of the second kind of order 1, as `scipy.special.y1`.

    >>> x = adx.Variable(1.0)
    >>> y1(x).backward()
    >>> round(x.grad, 6)
    0.86947
    """
    return _y1(x)


@function(special.yv)
def yv(v: Any, z: Any, /) -> Any:
    """The Bessel function of the second kind of order v, as `scipy.special.yv`; see `jv`.

    >>> z = adx.Variable(1.0)
    >>> yv(0, z).backward()
    >>> round(z.grad, 6)
    0.781213
    """
    return _yv(v, z)


@function(special.yn)
def yn(n: Any, x: Any, /) -> Any:
    """The Bessel function of the second kind of integer order, as `scipy.special.yn`; see `jv`.

    >>> x = adx.Variable(1.0)
    >>> yn(0, x).backward()
    >>> round(x.grad, 6)
    0.781213
    """
    return _yn(n, x)


# ---- growing and falling (DLMF 10.29.1) ----------------------------------------------------------


def _mean(one: Any, other: Any) -> Any:
    return 0.5 * (one + other)


_i0: Any = pointwise("i0", special.i0, lambda r, x: _i1(x))
_i1: Any = pointwise("i1", special.i1, lambda r, x: _mean(_i0(x), _iv(2, x)))
_iv: Any = pointwise("iv", special.iv, ORDER, lambda r, v, x: _mean(_iv(v - 1, x), _iv(v + 1, x)))
_k0: Any = pointwise("k0", special.k0, lambda r, x: -_k1(x))
_k1: Any = pointwise("k1", special.k1, lambda r, x: -_mean(_k0(x), _kv(2, x)))
_kv: Any = pointwise("kv", special.kv, ORDER, lambda r, v, x: -_mean(_kv(v - 1, x), _kv(v + 1, x)))
_kn: Any = pointwise("kn", special.kn, ORDER, lambda r, n, x: -_mean(_kv(n - 1, x), _kv(n + 1, x)))


@function(special.i0)
def i0(x: Any, /) -> Any:
    """The modified Bessel function of the first kind of order 0, as `scipy.special.i0`.

    Its derivative is i1.

    >>> x = adx.Variable(1.0)
    >>> i0(x).backward()
    >>> round(x.grad, 6)
    0.565159
    """
    return _i0(x)


@function(special.i1)
def i1(x: Any, /) -> Any:
    """The modified Bessel function of the first kind of order 1, as `scipy.special.i1`.

    >>> x = adx.Variable(0.0)
    >>> i1(x).backward()
    >>> x.grad
    0.5
    """
    return _i1(x)


@function(special.iv)
def iv(v: Any, z: Any, /) -> Any:
    """The modified Bessel function of the first kind of order v, as `scipy.special.iv`.

    Its derivative by z is (iv(v-1, z) + iv(v+1, z)) / 2.

    Raises:
        NotImplementedError: a derivative by v is asked for.

    >>> z = adx.Variable(1.0)
    >>> iv(0, z).backward()
    >>> round(z.grad, 6)
    0.565159
    """
    return _iv(v, z)


@function(special.k0)
def k0(x: Any, /) -> Any:
    """The modified Bessel function of the second kind of order 0, as `scipy.special.k0`.

    Its derivative is -k1.

    >>> x = adx.Variable(1.0)
    >>> k0(x).backward()
    >>> round(x.grad, 6)
    -0.601907
    """
    return _k0(x)


@function(special.k1)
def k1(x: Any, /) -> Any:
    """The modified Bessel function of the second kind of order 1, as `scipy.special.k1`.

    >>> x = adx.Variable(1.0)
    >>> k1(x).backward()
    >>> round(x.grad, 6)
    -1.022932
    """
    return _k1(x)


@function(special.kv)
def kv(v: Any, z: Any, /) -> Any:
    """The modified Bessel function of the second kind of order v, as `scipy.special.kv`; see `iv`.

    >>> z = adx.Variable(1.0)
    >>> kv(0, z).backward()
    >>> round(z.grad, 6)
    -0.601907
    """
    return _kv(v, z)


@function(special.kn)
def kn(n: Any, x: Any, /) -> Any:
    """The modified Bessel function of the second kind of integer order; see `iv`.

    As `scipy.special.kn`.

    >>> x = adx.Variable(1.0)
    >>> kn(0, x).backward()
    >>> round(x.grad, 6)
    -0.601907
    """
    return _kn(n, x)
