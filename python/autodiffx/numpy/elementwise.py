"""Functions of each element that are no operators of the table, made of those that are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx._core import Constant
from autodiffx.numpy.arrays import as_array, decide
from autodiffx.numpy.dispatch import function, is_traced, refuse_keywords
from autodiffx.numpy.primitives import chain, compare, is_nan, select, unbroadcast
from autodiffx.numpy.rule import Rule

__all__ = [
    "angle",
    "astype",
    "clip",
    "conj",
    "conjugate",
    "divmod",
    "fix",
    "fmod",
    "frexp",
    "heaviside",
    "imag",
    "iscomplex",
    "isreal",
    "ldexp",
    "logaddexp2",
    "logical_xor",
    "modf",
    "nan_to_num",
    "real",
    "real_if_close",
    "round",
    "signbit",
    "sinc",
]


def _shape(x: Any) -> tuple[int, ...]:
    shape: tuple[int, ...] = x.shape
    return shape


_fmod = Rule(
    "fmod",
    np.fmod,
    lambda adjoint, result, x, y, wanted: (
        unbroadcast(adjoint, _shape(x)) if wanted[0] else None,
        unbroadcast(chain(-adjoint, _core.trunc(x / y)), _shape(y)) if wanted[1] else None,
    ),
)


def _logaddexp2_vjp(adjoint: Any, result: Any, x: Any, y: Any, wanted: Any) -> Any:
    def share(of: Any) -> Any:
        return unbroadcast(chain(adjoint, _core.exp2(of - result)), _shape(of))

    return share(x) if wanted[0] else None, share(y) if wanted[1] else None


_logaddexp2 = Rule("logaddexp2", np.logaddexp2, _logaddexp2_vjp)
_signbit = Rule("signbit", np.signbit)


def fmod(x1: Any, x2: Any, /) -> Any:
    """The remainder with the sign of x1, as `numpy.fmod`."""
    return _fmod(as_array(x1), as_array(x2))


def logaddexp2(x1: Any, x2: Any, /) -> Any:
    """log2(2**x1 + 2**x2), as `numpy.logaddexp2`."""
    return _logaddexp2(as_array(x1), as_array(x2))


def frexp(x: Any, /) -> tuple[Any, Any]:
    """Mantissa and exponent, as `numpy.frexp`; the exponents are plain integers and a guard."""
    a = as_array(x)
    exponents = decide("frexp", lambda now: np.frexp(now)[1], a)
    return a * np.ldexp(1.0, -exponents), exponents


def heaviside(x1: Any, x2: Any, /) -> Any:
    """0 below zero, x2 at zero, 1 above, as `numpy.heaviside`; the derivative by x1 is zero."""
    x = as_array(x1)
    inside = select(compare("equal", x, 0.0), x2, select(compare("greater", x, 0.0), 1.0, 0.0))
    return select(is_nan(x), x.dtype.type(np.nan), inside)


def ldexp(x1: Any, x2: Any, /) -> Any:
    """x1 * 2**x2 with plain integers x2, as `numpy.ldexp`."""
    if is_traced(x2):
        raise TypeError("numpy.ldexp takes plain integers as exponents: use x1 * adx.exp2(x2)")
    return as_array(x1) * np.ldexp(1.0, x2)


def modf(x: Any, /) -> tuple[Any, Any]:
    """The fractional and the integral part, as `numpy.modf`."""
    whole = _core.trunc(x)
    return as_array(x) - whole, whole


def divmod(x1: Any, x2: Any, /) -> tuple[Any, Any]:
    """x1 // x2 and x1 % x2, as `numpy.divmod`."""
    return _core.floor_divide(x1, x2), _core.remainder(x1, x2)


def logical_xor(x1: Any, x2: Any, /) -> Any:
    """Whether one of both is true, as `numpy.logical_xor`: a passive Variable."""
    return _core.logical_not(x1) != _core.logical_not(x2)


def signbit(x: Any, /) -> Any:
    """Whether the sign is minus, as `numpy.signbit`: a passive Variable."""
    return _signbit(as_array(x))


def conjugate(x: Any, /) -> Any:
    """The array itself: it is real.

    >>> import autodiffx as adx
    >>> conjugate(adx.Variable([1.0, 2.0])).value
    array([1., 2.])
    """
    return as_array(x)


conj = conjugate


@function(np.real)
def real(val: Any) -> Any:
    """The array itself: it is real.

    >>> import autodiffx as adx
    >>> real(adx.Variable([1.0, 2.0])).value
    array([1., 2.])
    """
    return val


@function(np.imag)
def imag(val: Any) -> Any:
    """Zeros, as every element is real: passive.

    >>> import autodiffx as adx
    >>> imag(adx.Variable([1.0, 2.0])).value
    array([0., 0.])
    """
    return Constant(np.zeros(val.shape, val.dtype))


@function(np.real_if_close)
def real_if_close(a: Any, tol: float = 100) -> Any:
    """The array itself: it is real.

    >>> import autodiffx as adx
    >>> real_if_close(adx.Variable([1.0, 2.0])).value
    array([1., 2.])
    """
    return a


@function(np.isreal)
def isreal(x: Any) -> Any:
    """True everywhere.

    >>> import autodiffx as adx
    >>> isreal(adx.Variable([1.0, 2.0]))
    array([ True,  True])
    """
    return np.ones(as_array(x).shape, np.bool_)


@function(np.iscomplex)
def iscomplex(x: Any) -> Any:
    """False everywhere.

    >>> import autodiffx as adx
    >>> iscomplex(adx.Variable([1.0, 2.0]))
    array([False, False])
    """
    return np.zeros(as_array(x).shape, np.bool_)


@function(np.angle)
def angle(z: Any, deg: bool = False) -> Any:
    """0 where an element is not negative and half a turn where it is, as `numpy.angle`."""
    x = as_array(z)
    turned = select(_signbit(x), 180.0 if deg else math.pi, 0.0)
    return select(is_nan(x), x.dtype.type(np.nan), turned)


@function(np.fix)
def fix(x: Any, out: Any = None) -> Any:
    """Rounded towards zero, as `numpy.fix`."""
    refuse_keywords("fix", out=out)
    return _core.trunc(x)


@function(np.clip)
def clip(
    a: Any,
    a_min: Any = np._NoValue,
    a_max: Any = np._NoValue,
    out: Any = None,
    *,
    min: Any = np._NoValue,
    max: Any = np._NoValue,
    dtype: Any = None,
) -> Any:
    """No less than a_min and no more than a_max, as `numpy.clip`; either may be left out."""
    refuse_keywords("clip", out=out, dtype=dtype)
    low = min if min is not np._NoValue else a_min
    high = max if max is not np._NoValue else a_max
    no_low, no_high = (each is None or each is np._NoValue for each in (low, high))
    if no_low and no_high:
        return _core.positive(a)
    if no_low or no_high:
        return _core.minimum(a, high) if no_low else _core.maximum(a, low)
    return _core.clip(a, low, high)


@function(np.sinc)
def sinc(x: Any) -> Any:
    """sin(pi * x) / (pi * x), as `numpy.sinc`."""
    return _core.sinc(x)


@function(np.round, np.around)
def round(a: Any, decimals: int = 0, out: Any = None) -> Any:
    """Rounded to decimals, halves to even, as `numpy.round`; the derivative is zero."""
    refuse_keywords("round", out=out)
    return _core.round(a, decimals)


@function(np.nan_to_num)
def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """With numbers in place of NaN and infinities, as `numpy.nan_to_num`; these pass nothing."""
    a = as_array(x)
    limits = np.finfo(a.dtype)
    result = select(is_nan(a), nan, a)
    result = select(compare("equal", a, np.inf), limits.max if posinf is None else posinf, result)
    return select(compare("equal", a, -np.inf), limits.min if neginf is None else neginf, result)


@function(np.astype)
def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """In another dtype, as `numpy.astype`."""
    return x.astype(dtype, copy=copy)


UFUNCS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.conjugate: conjugate,
    np.divmod: divmod,
    np.fmod: fmod,
    np.frexp: frexp,
    np.heaviside: heaviside,
    np.ldexp: ldexp,
    np.logaddexp2: logaddexp2,
    np.logical_xor: logical_xor,
    np.modf: modf,
    np.signbit: signbit,
}
