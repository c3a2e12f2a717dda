"""Arrays made anew."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx._core import Constant
from autodiffx.numpy.arrays import as_array, plain
from autodiffx.numpy.dispatch import any_traced, function
from autodiffx.numpy.views import broadcast_to

__all__ = [
    "array",
    "asanyarray",
    "asarray",
    "asarray_chkfinite",
    "ascontiguousarray",
    "asfortranarray",
    "empty_like",
    "full",
    "full_like",
    "ones_like",
    "zeros_like",
]


def array(object: Any, dtype: Any = None, **keywords: Any) -> Any:
    """An array of numbers or of nested lists with Variables among them, as `numpy.array`.

    >>> import autodiffx as adx
    >>> x = adx.Variable(2.0)
    >>> array([[x, 1.0], [0.0, x * x]]).value
    array([[2., 1.],
           [0., 4.]])
    """
    if not any_traced((object,)):
        return np.array(object, dtype, **keywords)
    x = as_array(object)
    if dtype is not None and x.dtype != dtype:
        return x.astype(dtype)
    return x.copy() if x is object and keywords.get("copy", True) else x


def asarray(a: Any, dtype: Any = None, **keywords: Any) -> Any:
    """A Variable as it is, nested lists of them joined, as `numpy.asarray`."""
    if not any_traced((a,)):
        return np.asarray(a, dtype, **keywords)
    x = as_array(a)
    return x if dtype is None or x.dtype == dtype else x.astype(dtype)


def asarray_chkfinite(a: Any, dtype: Any = None, order: Any = None) -> Any:
    """As asarray; raises ValueError where something is not finite."""
    x = asarray(a, dtype)
    if not np.isfinite(plain(x)).all():
        raise ValueError("array must not contain infs or NaNs")
    return x


def full(shape: Any, fill_value: Any, dtype: Any = None, **keywords: Any) -> Any:
    """An array of one value, which may be a Variable, as `numpy.full`."""
    if not any_traced((fill_value,)):
        return np.full(shape, fill_value, dtype, **keywords)
    value = as_array(fill_value)
    return broadcast_to(value if dtype is None else value.astype(dtype), shape).copy()


def _like(a: Any, dtype: Any, shape: Any) -> tuple[Any, Any]:
    return a.shape if shape is None else shape, a.dtype if dtype is None else dtype


asanyarray = ascontiguousarray = asfortranarray = asarray


@function(np.zeros_like)
def zeros_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, **_: Any
) -> Any:
    """Zeros of an array's shape, as `numpy.zeros_like`."""
    return Constant(np.zeros(*_like(a, dtype, shape)))


@function(np.ones_like)
def ones_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, **_: Any
) -> Any:
    """Ones of an array's shape, as `numpy.ones_like`."""
    return Constant(np.ones(*_like(a, dtype, shape)))


@function(np.empty_like)
def empty_like(
    prototype: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    **_: Any,
) -> Any:
    """Zeros of an array's shape: nothing is left undefined."""
    return Constant(np.zeros(*_like(prototype, dtype, shape)))


@function(np.full_like)
def full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    **_: Any,
) -> Any:
    """A value in an array's shape, as `numpy.full_like`."""
    lengths, kind = _like(a, dtype, shape)
    value = as_array(fill_value)
    return broadcast_to(value if value.dtype == kind else value.astype(kind), lengths).copy()
