"""Elements moved, repeated, left out and put in between."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array, decide, own, rearranged, require_plain
from autodiffx.numpy.dispatch import function, is_traced
from autodiffx.numpy.primitives import axes_of, concatenate_all, gather, select
from autodiffx.numpy.views import diagonal, flip, ravel, reshape, swapaxes

__all__ = [
    "delete",
    "diag",
    "diagflat",
    "filled",
    "fliplr",
    "flipud",
    "insert",
    "matrix_transpose",
    "permute_dims",
    "repeat",
    "resize",
    "roll",
    "rollaxis",
    "rot90",
    "tile",
    "tril",
    "trim_zeros",
    "triu",
    "vander",
]


@function(np.tile)
def tile(A: Any, reps: Any) -> Any:
    """The whole array several times, as `numpy.tile`."""
    return rearranged(np.tile, as_array(A), reps)


@function(np.repeat)
def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """Each element several times, as `numpy.repeat`."""
    return rearranged(np.repeat, as_array(a), repeats, axis)


@function(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    """The elements in another shape, repeated if there are too few, as `numpy.resize`."""
    return rearranged(np.resize, as_array(a), new_shape)


@function(np.roll)
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """Elements moved along axes, the last to the first places, as `numpy.roll`."""
    return rearranged(np.roll, as_array(a), shift, axis)


@function(np.rot90)
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """Turned by quarter turns in a plane, as `numpy.rot90`: a view."""
    x = as_array(m)
    if len(axes) != 2:
        raise ValueError("len(axes) must be 2.")
    if axes[0] == axes[1] or abs(axes[0] - axes[1]) == x.ndim:
        raise ValueError("Axes must be different.")
    turns = k % 4
    if turns == 2:
        x = flip(flip(x, axes[0]), axes[1])
    elif turns == 1:
        x = swapaxes(flip(x, axes[1]), *axes)
    elif turns == 3:
        x = flip(swapaxes(x, *axes), axes[1])
    return x


@function(np.fliplr)
def fliplr(m: Any) -> Any:
    """A view with the order along the second axis reversed, as `numpy.fliplr`."""
    if np.ndim(m) < 2:
        raise ValueError("Input must be >= 2-d.")
    return flip(m, 1)


@function(np.flipud)
def flipud(m: Any) -> Any:
    """A view with the order along the first axis reversed, as `numpy.flipud`."""
    if np.ndim(m) < 1:
        raise ValueError("Input must be >= 1-d.")
    return flip(m, 0)


@function(np.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """A view with one axis moved before another, as `numpy.rollaxis`."""
    order = np.rollaxis(np.empty((1,) * a.ndim + (0,)), axis % a.ndim, start).ndim
    places = list(range(order - 1))
    places.remove(axis % a.ndim)
    start = start + a.ndim if start < 0 else start
    places.insert(start - (start > axis % a.ndim), axis % a.ndim)
    return a.transpose(tuple(places))


@function(np.permute_dims)
def permute_dims(a: Any, axes: Any = None) -> Any:
    """A view with the axes in another order, as `numpy.permute_dims`."""
    return a.transpose() if axes is None else a.transpose(tuple(axes))


@function(np.matrix_transpose, np.linalg.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """A view with the last two axes exchanged, as `numpy.matrix_transpose`."""
    if np.ndim(x) < 2:
        raise ValueError(f"Input array must be at least 2-dimensional, but it is {np.ndim(x)}")
    return swapaxes(x, -1, -2)


# ---- left out and put in between ----------------------------------------------------------------


def filled(x: Any, places: Any, fill: Any) -> Any:
    """The elements at places, and fill where a place is negative."""
    fills = ravel(as_array(fill)) if is_traced(fill) else np.full(1, fill, x.dtype)
    source = concatenate_all([ravel(x), fills], 0)
    return gather(source, np.where(places < 0, x.size - 1 - places, places))


@function(np.delete)
def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """Without some slices, as `numpy.delete`."""
    return rearranged(np.delete, as_array(arr), obj, axis)


@function(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """With values put in before places, as `numpy.insert`."""
    require_plain("insert", obj)
    x, between = as_array(arr), as_array(values)
    places = np.arange(x.size).reshape(x.shape)
    marks = np.arange(x.size, x.size + between.size).reshape(between.shape)
    source = concatenate_all([ravel(x), ravel(between).astype(x.dtype)], 0)
    return gather(source, np.insert(places, obj, marks, axis))


@function(np.trim_zeros)
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """Without zeros at the ends, as `numpy.trim_zeros`; what is left is a guard."""
    x = as_array(filt)
    axes = axes_of(axis, x.ndim)

    def bounds(now: Any) -> Any:
        present = np.nonzero(now)
        found = []
        for i, length in enumerate(now.shape):
            start = int(present[i].min()) if present[i].size else length
            stop = int(present[i].max()) + 1 if present[i].size else length
            start = start if "f" in trim.lower() and i in axes else 0
            found.append((start, stop if "b" in trim.lower() and i in axes else length))
        return np.array(found)

    return x[tuple(slice(int(i), int(j)) for i, j in decide("trim_zeros", bounds, x))]


# ---- diagonals and triangles --------------------------------------------------------------------


@function(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """A diagonal of a matrix, a view, or a matrix with a diagonal, as `numpy.diag`."""
    x = as_array(v)
    if x.ndim == 2:
        return diagonal(x, k)
    if x.ndim != 1:
        raise ValueError("Input must be 1- or 2-d.")
    return filled(x, np.diag(np.arange(1, x.size + 1), k) - 1, 0.0)


@function(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """A matrix with the elements on a diagonal, as `numpy.diagflat`."""
    return diag(ravel(as_array(v)), k)


def _triangle(m: Any, lower: bool, k: int) -> Any:
    x = as_array(m)
    if x.ndim < 2:
        x = reshape(x, (1, x.size)) if x.ndim == 0 else x
    mask = np.tri(x.shape[-2] if x.ndim > 1 else x.shape[-1], x.shape[-1], k, dtype=np.bool_)
    zero = x.dtype.type(0)
    return select(mask, x, zero) if lower else select(mask, zero, x)


@function(np.tril)
def tril(m: Any, k: int = 0) -> Any:
    """With zeros above a diagonal, as `numpy.tril`."""
    return _triangle(m, True, k)


@function(np.triu)
def triu(m: Any, k: int = 0) -> Any:
    """With zeros below a diagonal, as `numpy.triu`."""
    return _triangle(m, False, k - 1)


@function(np.vander)
def vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    """The powers of each element as columns, as `numpy.vander`."""
    base = as_array(x)
    if base.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    count = base.size if N is None else N
    base = base.astype(np.promote_types(base.dtype, int))
    power = reshape(base, (base.size, 1))
    # Ones that have a derivative, which is zero.
    columns = [select(np.zeros((base.size, 1), bool), power, base.dtype.type(1))]
    for _ in range(1, count):
        columns.append(columns[-1] * power)
    result = concatenate_all(columns, 1)[:, :count]
    return own(result if increasing else flip(result, 1))
