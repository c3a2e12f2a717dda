"""NumPy's functions that write into an array, here one that was made in the recording."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx._core import Variable
from autodiffx.numpy.arrays import as_array, decide, rearranged
from autodiffx.numpy.dispatch import function
from autodiffx.numpy.order import partition, sort
from autodiffx.numpy.views import broadcast_to, ravel

__all__ = ["copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"]


def _require_variable(name: str, target: Any) -> None:
    if not isinstance(target, Variable):
        raise TypeError(
            f"numpy.{name} into a plain array would drop the derivative of what is written: write "
            "into an array Variable, such as anp.zeros gives"
        )


def _resized(x: Any, size: int) -> Any:
    value = as_array(x)
    return value if value.ndim == 0 else rearranged(np.resize, ravel(value), size)


@function(np.copyto)
def copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    """Writes src into dst, where a condition holds, as `numpy.copyto`."""
    _require_variable("copyto", dst)
    if where is True:
        dst[...] = src
        return
    mask = decide("copyto", lambda now: np.broadcast_to(now, dst.shape), where)
    dst[mask] = broadcast_to(as_array(src), dst.shape)[mask]


@function(np.put)
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """Writes values at places of the array as one axis, as `numpy.put`."""
    _require_variable("put", a)
    ask: Any = np.take
    places = ask(np.arange(a.size), np.ravel(ind), mode=mode)
    a[np.unravel_index(places, a.shape)] = _resized(v, places.size)


@function(np.place)
def place(arr: Any, mask: Any, vals: Any) -> None:
    """Writes values one after the other where a mask holds, as `numpy.place`."""
    _require_variable("place", arr)
    chosen = decide("place", lambda now: np.broadcast_to(now, arr.shape).astype(bool), mask)
    arr[chosen] = _resized(vals, int(chosen.sum()))


@function(np.putmask)
def putmask(a: Any, mask: Any, values: Any) -> None:
    """Writes where a mask holds what stands there among the values, as `numpy.putmask`."""
    _require_variable("putmask", a)
    chosen = decide("putmask", lambda now: np.broadcast_to(now, a.shape).astype(bool), mask)
    given = _resized(values, a.size)
    a[chosen] = given[np.flatnonzero(chosen)] if given.ndim else given


@function(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """Writes one element along an axis for each index, as `numpy.put_along_axis`."""
    _require_variable("put_along_axis", arr)
    places = np.take_along_axis(np.arange(arr.size).reshape(arr.shape), indices, axis)
    arr[np.unravel_index(places, arr.shape)] = values


@function(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Writes into the diagonal, as `numpy.fill_diagonal`."""
    _require_variable("fill_diagonal", a)
    mark = np.zeros(a.shape, np.int8)
    np.fill_diagonal(mark, 1, wrap)
    places = np.nonzero(mark)
    a[places] = _resized(val, len(places[0]))


def sort_in_place(a: Any, axis: int = -1, **keywords: Any) -> None:
    """Sorts an array in place, as the method of arrays does."""
    a[...] = sort(a, axis, **keywords)


def partition_in_place(a: Any, kth: Any, axis: int = -1, **keywords: Any) -> None:
    """Partitions an array in place, as the method of arrays does."""
    a[...] = partition(a, kth, axis, **keywords)
