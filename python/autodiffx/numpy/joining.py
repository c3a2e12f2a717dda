"""Arrays joined and taken apart."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx._core import Variable
from autodiffx.numpy.arrays import as_array, as_arrays, join_new, require_plain
from autodiffx.numpy.dispatch import function, is_traced, refuse_keywords
from autodiffx.numpy.primitives import axes_of, concatenate_all
from autodiffx.numpy.views import broadcast_to, ravel, reshape, swapaxes

__all__ = [
    "append",
    "array_split",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "block",
    "broadcast_arrays",
    "column_stack",
    "concat",
    "concatenate",
    "dsplit",
    "dstack",
    "hsplit",
    "hstack",
    "meshgrid",
    "split",
    "stack",
    "unstack",
    "vsplit",
    "vstack",
]


def _in_dtype(parts: list[Any], dtype: Any) -> list[Any]:
    return parts if dtype is None else [part.astype(dtype) for part in parts]


@function(np.concatenate, np.concat)
def concatenate(
    arrays: Any, /, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: Any = None
) -> Any:
    """Arrays joined along an axis, as `numpy.concatenate`.

    >>> import autodiffx as adx
    >>> x = adx.Variable([1.0, 2.0])
    >>> concatenate([x, [3.0], x * x]).value
    array([1., 2., 3., 1., 4.])
    """
    refuse_keywords("concatenate", out=out)
    if dtype is None:
        found = _core._join(arrays, axis)
        if found is not None:
            return found
    parts = _in_dtype(as_arrays(arrays), dtype)
    if axis is None:
        return concatenate_all([ravel(part) for part in parts], 0)
    if any(part.ndim == 0 for part in parts):
        raise ValueError("zero-dimensional arrays cannot be concatenated")
    if len({part.ndim for part in parts}) > 1:
        raise ValueError(
            "all the input array dimensions must match exactly, but the arrays have "
            + ", ".join(str(part.ndim) for part in parts)
            + " dimension(s)"
        )
    return concatenate_all(parts, axes_of(axis, parts[0].ndim)[0])


concat = concatenate


@function(np.stack)
def stack(
    arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: Any = None
) -> Any:
    """Arrays (or numbers) joined along a new axis, as `numpy.stack`.

    >>> import autodiffx as adx
    >>> x = adx.Variable(2.0)
    >>> stack([x, x * x]).value
    array([2., 4.])
    """
    refuse_keywords("stack", out=out)
    if dtype is None:
        found = _core._stack(arrays, axis)
        if found is not None:
            return found
    parts = _in_dtype(as_arrays(arrays), dtype)
    if not parts:
        raise ValueError("need at least one array to stack")
    return join_new(parts, axes_of(axis, parts[0].ndim + 1)[0])


@function(np.unstack)
def unstack(x: Any, /, *, axis: int = 0) -> Any:
    """The slices along an axis, a tuple of views, as `numpy.unstack`."""
    at = (slice(None),) * axes_of(axis, x.ndim)[0]
    return tuple(x[(*at, i)] for i in range(x.shape[axis]))


def _at_least(ndim: int, x: Any) -> Any:
    x = as_array(x)
    missing = ndim - x.ndim
    if missing <= 0:
        return x
    if ndim < 3:
        return reshape(x, (*(1,) * missing, *x.shape))
    return reshape(x, {0: (1, 1, 1), 1: (1, *x.shape, 1), 2: (*x.shape, 1)}[x.ndim])


def _each_at_least(ndim: int, arrays: Sequence[Any]) -> Any:
    found = tuple(_at_least(ndim, each) for each in arrays)
    return found[0] if len(found) == 1 else found


@function(np.atleast_1d)
def atleast_1d(*arys: Any) -> Any:
    """Arrays of at least one axis, as `numpy.atleast_1d`."""
    return _each_at_least(1, arys)


@function(np.atleast_2d)
def atleast_2d(*arys: Any) -> Any:
    """Arrays of at least two axes, as `numpy.atleast_2d`."""
    return _each_at_least(2, arys)


@function(np.atleast_3d)
def atleast_3d(*arys: Any) -> Any:
    """Arrays of at least three axes, as `numpy.atleast_3d`."""
    return _each_at_least(3, arys)


@function(np.hstack)
def hstack(tup: Any, *, dtype: Any = None, casting: Any = None) -> Any:
    """Arrays joined along the second axis, or the only one, as `numpy.hstack`."""
    parts = [_at_least(1, part) for part in as_arrays(tup)]
    return concatenate(parts, 0 if parts[0].ndim == 1 else 1, dtype=dtype)


@function(np.vstack)
def vstack(tup: Any, *, dtype: Any = None, casting: Any = None) -> Any:
    """Arrays joined along the first axis, as rows if they have one, as `numpy.vstack`."""
    return concatenate([_at_least(2, part) for part in as_arrays(tup)], 0, dtype=dtype)


@function(np.dstack)
def dstack(tup: Any) -> Any:
    """Arrays joined along the third axis, as `numpy.dstack`."""
    return concatenate([_at_least(3, part) for part in as_arrays(tup)], 2)


@function(np.column_stack)
def column_stack(tup: Any) -> Any:
    """Arrays of one axis joined as columns, as `numpy.column_stack`."""
    parts = as_arrays(tup)
    return concatenate(
        [part if part.ndim > 1 else reshape(part, (part.size, 1)) for part in parts], 1
    )


@function(np.append)
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """Values joined to the end of an array, as `numpy.append`."""
    if axis is None:
        return concatenate([ravel(as_array(arr)), ravel(as_array(values))])
    return concatenate([as_array(arr), as_array(values)], axis)


@function(np.block)
def block(arrays: Any) -> Any:
    """Arrays joined from nested lists of blocks, as `numpy.block`."""

    def depth(nested: Any) -> int:
        if isinstance(nested, tuple):
            raise TypeError("arrays is a tuple. Only lists can be used to arrange blocks")
        return 1 + depth(nested[0]) if isinstance(nested, list) else 0

    def dimensions(nested: Any) -> int:
        if isinstance(nested, list):
            return max(map(dimensions, nested))
        axes: int = as_array(nested).ndim
        return axes

    levels = depth(arrays)
    ndim = max(levels, dimensions(arrays))

    def joined(nested: Any, level: int) -> Any:
        if not isinstance(nested, list):
            x = as_array(nested)
            return reshape(x, (*(1,) * (ndim - x.ndim), *x.shape))
        return concatenate([joined(each, level - 1) for each in nested], ndim - level)

    return joined(arrays, levels)


# ---- taking apart -------------------------------------------------------------------------------


def _split_at(x: Any, edges: Sequence[int], axis: int) -> list[Any]:
    at = (slice(None),) * axis
    pieces = [0, *edges, x.shape[axis]]
    return [x[(*at, slice(start, stop))] for start, stop in itertools.pairwise(pieces)]


@function(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> list[Any]:
    """Parts along an axis, which may differ in length, as `numpy.array_split`: views."""
    require_plain("split", indices_or_sections)
    x = as_array(ary)
    at = axes_of(axis, x.ndim)[0]
    if np.ndim(indices_or_sections):
        return _split_at(x, [int(i) for i in indices_or_sections], at)
    sections = int(indices_or_sections)
    if sections <= 0:
        raise ValueError("number sections must be larger than 0.")
    each, longer = divmod(x.shape[at], sections)
    lengths = [each + 1] * longer + [each] * (sections - longer)
    return _split_at(x, np.cumsum(lengths)[:-1].tolist(), at)


@function(np.split)
def split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> list[Any]:
    """Parts of equal length along an axis, or at places, as `numpy.split`: views."""
    require_plain("split", indices_or_sections)
    x = as_array(ary)
    if not np.ndim(indices_or_sections) and x.shape[axis] % indices_or_sections:
        raise ValueError("array split does not result in an equal division")
    return array_split(x, indices_or_sections, axis)


def _split_along(name: str, ndim: int, ary: Any, places: Any, axis: int) -> list[Any]:
    if np.ndim(ary) < ndim:
        raise ValueError(f"{name} only works on arrays of {ndim} or more dimensions")
    return split(ary, places, axis)


@function(np.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Parts along the second axis, or the only one, as `numpy.hsplit`."""
    return _split_along("hsplit", 1, ary, indices_or_sections, 1 if ary.ndim > 1 else 0)


@function(np.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Parts along the first axis, as `numpy.vsplit`."""
    return _split_along("vsplit", 2, ary, indices_or_sections, 0)


@function(np.dsplit)
def dsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Parts along the third axis, as `numpy.dsplit`."""
    return _split_along("dsplit", 3, ary, indices_or_sections, 2)


# ---- to a common shape --------------------------------------------------------------------------


@function(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> Any:
    """Read-only views in the shape that all broadcast to, as `numpy.broadcast_arrays`."""
    arrays = as_arrays(args)
    shape = np.broadcast_shapes(*(each.shape for each in arrays))
    return tuple(broadcast_to(each, shape) for each in arrays)


@function(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    """Coordinates of the points of a grid, one array for each axis, as `numpy.meshgrid`."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    lines = [ravel(each) if each.ndim else reshape(each, (1,)) for each in as_arrays(xi)]
    grid = [
        reshape(each, [-1 if i == place else 1 for i in range(len(lines))])
        for place, each in enumerate(lines)
    ]
    if indexing == "xy" and len(grid) > 1:
        grid = [swapaxes(each, 0, 1) for each in grid]
    if not sparse:
        grid = list(broadcast_arrays(*grid)) if any(map(is_traced, grid)) else grid
    copied = (each.copy() if copy and isinstance(each, Variable) else each for each in grid)
    return tuple(copied)
