"""Axes: which are meant, how they are merged, and how results lie along the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from autodiffx.reference.dispatch import Number
from autodiffx.reference.shapes import Shape, shape_of

__all__ = ["along", "axes_of", "axis_of", "kept_shape", "merged", "reduced_shape", "unmerged"]


def axis_of(axis: Any, ndim: int) -> int:
    """One axis, counted from the front.

    Raises:
        AxisError: there is none.
    """
    return int(normalize_axis_index(axis, ndim))


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """All axes for None; else the ones that are given, counted from the front.

    Raises:
        AxisError: one of them is not there.
        ValueError: one of them is given twice.
    """
    return tuple(range(ndim)) if axis is None else tuple(normalize_axis_tuple(axis, ndim))


def kept_shape(shape: Shape, axes: tuple[int, ...]) -> Shape:
    """The shape with 1 along the axes that are reduced."""
    return tuple(1 if axis in axes else length for axis, length in enumerate(shape))


def reduced_shape(shape: Shape, axes: tuple[int, ...], keepdims: Any) -> Shape:
    """The shape of what is left when the axes are reduced."""
    if keepdims:
        return kept_shape(shape, axes)
    return tuple(length for axis, length in enumerate(shape) if axis not in axes)


def merged(x: Number, axes: tuple[int, ...]) -> Number:
    """The axes as a single one, which is the last."""
    shape = shape_of(x)
    if not shape:
        return np.reshape(x, (1,))
    others = tuple(axis for axis in range(len(shape)) if axis not in axes)
    length = int(np.prod([shape[axis] for axis in axes], dtype=np.intp))
    turned = np.transpose(x, others + axes)
    return np.reshape(turned, (*(shape[axis] for axis in others), length))


def unmerged(result: Number, shape: Shape, axes: tuple[int, ...], keepdims: Any) -> Number:
    """What is left of each merged axis, where the axes of the original shape were."""
    wanted = reduced_shape(shape, axes, keepdims)
    return result if shape_of(result) == wanted else np.reshape(result, wanted)


def along(axis: int, key: Any) -> tuple[Any, ...]:
    """What stands between the brackets to index one axis."""
    return (slice(None),) * axis + (key,)
