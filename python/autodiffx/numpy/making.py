"""Arrays made anew, which can be assigned to."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx._core import Constant, Dual
from autodiffx.numpy.arrays import as_array, plain
from autodiffx.numpy.dispatch import any_foreign, any_traced, function, is_traced
from autodiffx.numpy.primitives import select
from autodiffx.numpy.views import broadcast_to, ravel, reshape

__all__ = [
    "array",
    "asanyarray",
    "asarray",
    "asarray_chkfinite",
    "ascontiguousarray",
    "asfortranarray",
    "empty",
    "empty_like",
    "full",
    "full_like",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
]


def _made(numbers: Any) -> Any:
    """A passive array of its own that can be assigned to."""
    return Constant(numbers).copy()


def zeros(shape: Any, dtype: Any = np.float64) -> Any:
    """Zeros of a shape: passive until something else is written into them.

    >>> import autodiffx as adx
    >>> x = adx.Variable(3.0)
    >>> y = zeros(2)
    >>> y[1] = x * x
    >>> y.value
    array([0., 9.])
    """
    return _made(np.zeros(shape, dtype))


def ones(shape: Any, dtype: Any = np.float64) -> Any:
    """Ones of a shape, which can be assigned to.

    >>> y = ones(2)
    >>> y[0] = 5.0
    >>> y.value
    array([5., 1.])
    """
    return _made(np.ones(shape, dtype))


def empty(shape: Any, dtype: Any = np.float64) -> Any:
    """Zeros of a shape, to be written over: nothing is left undefined.

    >>> empty(2).value
    array([0., 0.])
    """
    return zeros(shape, dtype)


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """An array of one value, which may be a Variable or what broadcasts to the shape.

    >>> import autodiffx as adx
    >>> full(2, adx.Variable(3.0)).value
    array([3., 3.])
    """
    value = as_array(fill_value)
    value = value if dtype is None or value.dtype == dtype else value.astype(dtype)
    if is_traced(value):
        return broadcast_to(value, shape).copy()
    return _made(np.full(shape, value))


def _stacked(object: Any) -> Any:
    """Nested lists with numbers among them that carry operators out themselves."""
    if isinstance(object, (tuple, list)):
        return np.stack([_stacked(each) for each in object])
    return object


def array(object: Any, dtype: Any = None, **keywords: Any) -> Any:
    """A copy as an array Variable: numbers, or nested lists with Variables among them.

    >>> import autodiffx as adx
    >>> x = adx.Variable(2.0)
    >>> array([[x, 1.0], [0.0, x * x]]).value
    array([[2., 1.],
           [0., 4.]])
    """
    if dtype is None and not keywords:
        found = _core._stack(object, 0)
        if found is not None:
            return found
    if any_foreign((object,)):
        return _stacked(object)
    if not any_traced((object,)):
        return _made(np.array(object, dtype, **keywords))
    x = as_array(object)
    given = np.ndim(x)
    if dtype is not None and x.dtype != dtype:
        x = x.astype(dtype)
    elif x is object:
        x = x.copy()
    missing = keywords.get("ndmin", 0) - given
    return reshape(x, (*(1,) * missing, *x.shape)) if missing > 0 else x


def asarray(a: Any, dtype: Any = None, **keywords: Any) -> Any:
    """A Variable as it is, nested lists of them joined, as `numpy.asarray`."""
    if any_foreign((a,)):
        return _stacked(a)
    if not any_traced((a,)):
        return np.asarray(a, dtype, **keywords)
    x = as_array(a)
    return x if dtype is None or x.dtype == dtype else x.astype(dtype)


asanyarray = ascontiguousarray = asfortranarray = asarray


def asarray_chkfinite(a: Any, dtype: Any = None, order: Any = None) -> Any:
    """As asarray; raises ValueError where something is not finite.

    >>> import autodiffx as adx
    >>> asarray_chkfinite(adx.Variable([1.0, 2.0])).value
    array([1., 2.])
    """
    x = asarray(a, dtype)
    if not np.isfinite(plain(x)).all():
        raise ValueError("array must not contain infs or NaNs")
    return x


def _like(a: Any, dtype: Any, shape: Any) -> tuple[Any, Any]:
    return a.shape if shape is None else shape, a.dtype if dtype is None else dtype


def _zeros_like(a: Any, dtype: Any, shape: Any) -> Any:
    lengths, kind = _like(a, dtype, shape)
    if isinstance(a, Dual) and isinstance(a.value, np.ndarray) and kind == a.dtype:
        # Of a Dual's own level, or no Dual of that level could be written into it.
        nothing = select(np.zeros(lengths, bool), ravel(a)[:1].sum(), kind.type(0))
        return nothing.copy()
    return zeros(lengths, kind)


@function(np.zeros_like)
def zeros_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, **_: Any
) -> Any:
    """Zeros of an array's shape, which can be assigned to.

    >>> import autodiffx as adx
    >>> zeros_like(adx.Variable([1.0, 2.0])).value
    array([0., 0.])
    """
    return _zeros_like(a, dtype, shape)


@function(np.ones_like)
def ones_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, **_: Any
) -> Any:
    """Ones of an array's shape, which can be assigned to.

    >>> import autodiffx as adx
    >>> ones_like(adx.Variable([1.0, 2.0])).value
    array([1., 1.])
    """
    return ones(*_like(a, dtype, shape))


@function(np.empty_like)
def empty_like(
    prototype: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    **_: Any,
) -> Any:
    """Zeros of an array's shape, to be written over.

    >>> import autodiffx as adx
    >>> empty_like(adx.Variable([1.0, 2.0])).value
    array([0., 0.])
    """
    return _zeros_like(prototype, dtype, shape)


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
    """A value in an array's shape, which can be assigned to.

    >>> import autodiffx as adx
    >>> full_like(adx.Variable([1.0, 2.0]), 7.0).value
    array([7., 7.])
    """
    lengths, kind = _like(a, dtype, shape)
    return full(lengths, fill_value, kind)
