"""Arrays of given numbers, made in a recording, so that Variables can be written into them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.constant import Constant
from autodiffx.reference.dispatch import Number, Ranked
from autodiffx.reference.implementations import implements
from autodiffx.reference.number import FLOAT64, to_dtype
from autodiffx.reference.numpy.given import array_of, in_dtype
from autodiffx.reference.shapes import dtype_of, shape_of

__all__ = ["MAKING"]


def _made(numbers: Any) -> Any:
    """A passive array of its own that can be assigned to."""
    return Constant(numbers).copy()


def zeros(shape: Any, dtype: Any = FLOAT64) -> Any:
    """Zeros of a shape: passive until something else is written into them.

    >>> from autodiffx.reference import Variable
    >>> x = Variable(3.0)
    >>> y = zeros(2)
    >>> y[1] = x * x
    >>> y.value
    array([0., 9.])
    """
    return _made(np.zeros(shape, to_dtype(dtype)))


def ones(shape: Any, dtype: Any = FLOAT64) -> Any:
    """Ones of a shape."""
    return _made(np.ones(shape, to_dtype(dtype)))


def empty(shape: Any, dtype: Any = FLOAT64) -> Any:
    """Zeros of a shape, to be written over."""
    return zeros(shape, dtype)


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """An array of a shape that holds one number, or what broadcasts to it."""
    filled = array_of(fill_value, "full")
    if dtype is not None:
        filled = in_dtype(filled, to_dtype(dtype))
    if isinstance(filled, Ranked):
        return np.broadcast_to(filled, shape).copy()  # type: ignore[call-overload]
    return _made(np.full(shape, filled, dtype_of(filled)))


def array(object: Any, dtype: Any = None) -> Any:
    """A copy as an array: lists of Variables are stacked."""
    found = array_of(object, "array")
    if dtype is not None:
        found = in_dtype(found, to_dtype(dtype))
    return np.copy(found) if isinstance(found, Ranked) else _made(found)  # type: ignore


def _like(a: Any, shape: Any, dtype: Any) -> tuple[Any, Any]:
    x: Number = array_of(a, "np.zeros_like")
    return shape_of(x) if shape is None else shape, dtype_of(x) if dtype is None else dtype


@implements(np.empty_like)
def empty_like(prototype: Any, dtype: Any = None, shape: Any = None) -> Any:
    """Zeros of the array's shape and dtype, to be written over."""
    return zeros(*_like(prototype, shape, dtype))


@implements(np.zeros_like)
def zeros_like(a: Any, dtype: Any = None, shape: Any = None) -> Any:
    """Zeros of the array's shape and dtype, which can be assigned to."""
    return zeros(*_like(a, shape, dtype))


@implements(np.ones_like)
def ones_like(a: Any, dtype: Any = None, shape: Any = None) -> Any:
    """Ones of the array's shape and dtype, which can be assigned to."""
    return ones(*_like(a, shape, dtype))


@implements(np.full_like)
def full_like(a: Any, fill_value: Any, dtype: Any = None, shape: Any = None) -> Any:
    """One number in the array's shape and dtype, which can be assigned to."""
    shape, dtype = _like(a, shape, dtype)
    return full(shape, fill_value, dtype)


MAKING = {function.__name__: function for function in (array, empty, full, ones, zeros)}
