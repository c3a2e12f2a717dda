"""NumPy's functions that write into an array, here one that was made in the recording."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array, decide, rearranged, require_plain
from autodiffx.numpy.dispatch import function, is_traced
from autodiffx.numpy.order import partition, sort
from autodiffx.numpy.primitives import scatter_add, select
from autodiffx.numpy.views import broadcast_to, ravel

__all__ = ["copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"]


def _require_variable(name: str, target: Any) -> None:
    if not is_traced(target):
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


def write_at(ufunc: np.ufunc, name: str, a: Any, indices: Any, b: Any) -> None:
    """Applies a ufunc to elements of a, again to one that is chosen again, as `numpy.add.at`."""
    _require_variable(name, a)
    if np.ndim(a) == 0:
        raise TypeError(f"{name} writes into an array, and a scalar has no elements: compute anew")
    require_plain(f"{name.removeprefix('numpy.')}() of indices", indices)
    chosen = np.arange(a.size).reshape(a.shape)[indices]
    given = ravel(broadcast_to(as_array(b), chosen.shape))
    distinct, where, counts = np.unique(chosen, return_inverse=True, return_counts=True)
    where = where.reshape(-1)
    if ufunc is np.add or ufunc is np.subtract:
        places = np.unravel_index(distinct, a.shape)
        a[places] = ufunc(a[places], scatter_add(given, where, distinct.shape))
        return
    order = np.argsort(where, kind="stable")
    turns = np.empty_like(order)
    turns[order] = np.arange(order.size) - np.repeat(np.cumsum(counts) - counts, counts)
    for turn in range(counts.max(initial=0)):
        now = np.flatnonzero(turns == turn)
        places = np.unravel_index(distinct[where[now]], a.shape)
        a[places] = ufunc(a[places], given[now])


def write_result(ufunc: np.ufunc, name: str, inputs: Any, out: Any, where: Any, rest: Any) -> Any:
    """What a ufunc does that is given an array to write into, and perhaps a mask.

    Raises:
        TypeError: that array is a plain one, or there are other keywords.
    """
    [target] = out if isinstance(out, tuple) else (out,)
    if not is_traced(target):
        raise TypeError(
            f"{name} of Variables takes no out=: a NumPy array cannot keep derivatives; write "
            "y = y + x instead of y += x, or make y with anp.zeros"
        )
    if rest:
        raise TypeError(f"{name} of Variables takes no {'=, '.join(rest)}= beside out=")
    result = ufunc(*inputs)
    target[...] = result if where is True else select(where, result, target)
    return target


def fill_in_place(a: Any, value: Any) -> None:
    """Sets every element, as the method of arrays does."""
    a[...] = value


def sort_in_place(a: Any, axis: int = -1, **keywords: Any) -> None:
    """Sorts an array in place, as the method of arrays does."""
    a[...] = sort(a, axis, **keywords)


def partition_in_place(a: Any, kth: Any, axis: int = -1, **keywords: Any) -> None:
    """Partitions an array in place, as the method of arrays does."""
    a[...] = partition(a, kth, axis, **keywords)
