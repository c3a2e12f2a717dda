"""Functions that show the elements of an array in another arrangement. None of them computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, SupportsIndex

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from autodiffx import _core
from autodiffx.numpy.dispatch import function

__all__ = [
    "broadcast_to",
    "copy",
    "diagonal",
    "expand_dims",
    "flip",
    "moveaxis",
    "ndim",
    "ravel",
    "reshape",
    "shape",
    "size",
    "squeeze",
    "swapaxes",
    "transpose",
]

Axes = SupportsIndex | Sequence[SupportsIndex]


@function(np.reshape)
def reshape(a: Any, shape: Axes, order: str = "C", *, copy: bool | None = None) -> Any:
    """The elements in another shape, as `numpy.reshape`; a view where NumPy gives one.

    In order "F" the first axis runs fastest, in the others the last one.
    """
    source = a.copy() if copy else a
    return source.reshape(shape) if order == "C" else source.reshape(shape, order=order)


@function(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    """The elements in one axis, as `numpy.ravel`; a view where NumPy gives one.

    In order "F" the first axis runs fastest, in the others the last one.
    """
    return a.ravel(order)


@function(np.transpose)
def transpose(a: Any, axes: Axes | None = None) -> Any:
    """A view with the axes in another order, reversed by default, as `numpy.transpose`."""
    return a.transpose() if axes is None else a.transpose(axes)


@function(np.swapaxes)
def swapaxes(a: Any, axis1: SupportsIndex, axis2: SupportsIndex) -> Any:
    """A view with two axes exchanged, as `numpy.swapaxes`."""
    return a.swapaxes(axis1, axis2)


@function(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """A view with some axes at other places, as `numpy.moveaxis`."""
    source = normalize_axis_tuple(source, a.ndim, "source")
    destination = normalize_axis_tuple(destination, a.ndim, "destination")
    if len(source) != len(destination):
        raise ValueError(
            "`source` and `destination` arguments must have the same number of elements"
        )
    order = [axis for axis in range(a.ndim) if axis not in source]
    for to, axis in sorted(zip(destination, source, strict=True)):
        order.insert(to, axis)
    return a.transpose(order)


@function(np.squeeze)
def squeeze(a: Any, axis: Axes | None = None) -> Any:
    """A view without axes of length one, as `numpy.squeeze`."""
    return a.squeeze(axis)


@function(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Any:
    """A view with new axes of length one, as `numpy.expand_dims`."""
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    places = normalize_axis_tuple(axes, a.ndim + len(axes))
    rest = iter(a.shape)
    return a.reshape([1 if i in places else next(rest) for i in range(a.ndim + len(axes))])


@function(np.broadcast_to)
def broadcast_to(array: Any, shape: Axes, subok: bool = False) -> Any:
    """A read-only view that repeats axes of length one, as `numpy.broadcast_to`."""
    return _core._broadcast_to(array, shape)


@function(np.diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """A view of a diagonal, as the last axis, as `numpy.diagonal`."""
    return a.diagonal(offset, axis1, axis2)


@function(np.flip)
def flip(m: Any, axis: Any = None) -> Any:
    """A view with the order along axes (all by default) reversed, as `numpy.flip`."""
    if axis is None:
        reversed_axes: tuple[int, ...] = tuple(range(m.ndim))
    elif isinstance(axis, tuple):
        reversed_axes = normalize_axis_tuple(axis, m.ndim)
    else:
        reversed_axes = (normalize_axis_index(axis, m.ndim),)
    return m[tuple(slice(None, None, -1 if i in reversed_axes else 1) for i in range(m.ndim))]


@function(np.copy)
def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """A recorded copy, as `numpy.copy`."""
    return a.copy()


@function(np.shape)
def shape(a: Any) -> tuple[int, ...]:
    """The lengths of the axes, as `numpy.shape`."""
    lengths: tuple[int, ...] = a.shape
    return lengths


@function(np.ndim)
def ndim(a: Any) -> int:
    """The number of axes, as `numpy.ndim`."""
    axes: int = a.ndim
    return axes


@function(np.size)
def size(a: Any, axis: Any = None) -> int:
    """The number of elements, or of those along axes, as `numpy.size`."""
    if axis is None:
        count: int = a.size
        return count
    length = 1
    for i in normalize_axis_tuple(axis, a.ndim):
        length *= a.shape[i]
    return length
