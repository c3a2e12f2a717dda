"""Elements at places: indexing by arrays and masks."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array, as_arrays, decide, plain, rearranged
from autodiffx.numpy.dispatch import any_traced, function, is_traced, refuse_keywords
from autodiffx.numpy.primitives import concatenate_all, gather
from autodiffx.numpy.primitives import select as choose_between
from autodiffx.numpy.views import broadcast_to, ravel

__all__ = [
    "choose",
    "compress",
    "extract",
    "select",
    "take",
    "take_along_axis",
    "where",
]


def _plain_index(key: Any) -> Any:
    """An index in which masks that are Variables have become the places that they hold for."""
    if isinstance(key, tuple):
        return tuple(_plain_index(each) for each in key)
    if isinstance(key, list) and any_traced(key):
        key = as_array(key)
    if not is_traced(key):
        return key
    if key.dtype != np.bool_:
        raise IndexError(
            "arrays used as indices must be of integer (or boolean) type, got a Variable of "
            f"{key.dtype}: take np.argsort, np.searchsorted and the like of it, which give "
            "integers, or round x.value"
        )
    return decide("mask", lambda mask: mask, key)


@function(np.take)
def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    """The elements or slices at indices, as `numpy.take`."""
    refuse_keywords("take", out=out)
    return rearranged(np.take, as_array(a), _plain_index(indices), axis, mode=mode)


@function(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """One element along an axis for each index, as `numpy.take_along_axis`."""
    return rearranged(np.take_along_axis, as_array(arr), _plain_index(indices), axis)


@function(np.compress)
def compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    """The slices for which a condition holds, as `numpy.compress`; it is a guard if a Variable."""
    refuse_keywords("compress", out=out)
    chosen = decide("mask", np.flatnonzero, condition)
    return take(a, chosen, axis) if is_traced(a) else np.take(a, chosen, axis)


def compress_array(a: Any, condition: Any, axis: Any = None, out: Any = None) -> Any:
    """As the method of arrays takes them: the array first."""
    return compress(condition, a, axis, out)


@function(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The elements for which a condition holds, as `numpy.extract`."""
    chosen = decide("flatnonzero", lambda now: np.flatnonzero(now), condition)
    x = ravel(as_array(arr))
    return take(x, chosen) if is_traced(x) else np.take(x, chosen)


@function(np.choose)
def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """From several arrays the element of the one that an index names, as `numpy.choose`."""
    refuse_keywords("choose", out=out)
    if is_traced(a) and a.dtype != np.bool_:
        raise TypeError("numpy.choose takes plain integers, or booleans, as its first argument")
    which = decide("choose", lambda now: now.astype(np.intp), a)
    arrays = as_arrays(choices)
    shape = np.broadcast_shapes(which.shape, *(each.shape for each in arrays))
    spread = [ravel(broadcast_to(each, shape)) for each in arrays]
    size = int(np.prod(shape, dtype=np.intp))
    places = [np.arange(size).reshape(shape) + size * i for i in range(len(arrays))]
    ask: Any = np.choose
    chosen = ask(np.broadcast_to(which, shape), places, mode=mode)
    return gather(concatenate_all(spread, 0), chosen)


@function(np.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """From each place the first array whose condition holds there, as `numpy.select`."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if len(condlist) == 0:
        raise ValueError("select with an empty condition list is not possible")
    result = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        if plain(condition).dtype != np.bool_:
            raise TypeError("invalid entry in condlist: should be boolean ndarray")
        result = choose_between(condition, choice, result)
    return result


@function(np.where)
def where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    """x where the condition holds and y elsewhere; of one argument its places, `numpy.where`."""
    if x is None and y is None:
        return decide("nonzero", np.nonzero, condition)
    if x is None or y is None:
        raise ValueError("either both or neither of x and y should be given")
    return choose_between(as_array(condition), as_array(x), as_array(y))
