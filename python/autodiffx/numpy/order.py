"""Functions of the order of elements: sorting, quantiles, and places as plain integers.

Places (of the largest, of a sorted order, where an element belongs) are plain integers, and
guards while a Graph records. Sorting and quantiles are not: a replay orders anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array, decide, own
from autodiffx.numpy.dispatch import function, is_traced, refuse_keywords
from autodiffx.numpy.keyed import take_ordered
from autodiffx.numpy.primitives import axes_of, gather, is_nan, select
from autodiffx.numpy.views import moveaxis, ravel, reshape

__all__ = [
    "argmax",
    "argmin",
    "argpartition",
    "argsort",
    "argwhere",
    "digitize",
    "flatnonzero",
    "lexsort",
    "median",
    "nanargmax",
    "nanargmin",
    "nanmedian",
    "nanpercentile",
    "nanquantile",
    "nonzero",
    "partition",
    "percentile",
    "quantile",
    "searchsorted",
    "sort",
    "unique",
]

absent = np._NoValue


@function(np.sort)
def sort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """Sorted along an axis, as `numpy.sort`; equal elements keep their order, and so derivatives.

    >>> import autodiffx as adx
    >>> x = adx.Variable([3.0, 1.0, 2.0])
    >>> sort(x)[0].backward()
    >>> x.grad
    array([0., 1., 0.])
    """
    refuse_keywords("sort", order=order)
    x = as_array(a)
    if axis is None:
        x, axis = ravel(x), -1
    return take_ordered(x, x, axes_of(axis, x.ndim)[0])


@function(np.partition)
def partition(
    a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None
) -> Any:
    """Smaller and larger elements on either side of those at kth, as `numpy.partition`."""
    refuse_keywords("partition", order=order)
    x = as_array(a)
    if axis is None:
        x, axis = ravel(x), -1
    return take_ordered(x, x, axes_of(axis, x.ndim)[0], kth)


# ---- quantiles ----------------------------------------------------------------------------------


def _rows(a: Any, axis: Any) -> tuple[Any, tuple[int, ...]]:
    """The axes as one, the last; and the shape with keepdims."""
    x = as_array(a)
    x = x.astype(np.float64) if x.dtype == np.bool_ else x
    axes = axes_of(axis, x.ndim)
    kept = tuple(1 if i in axes else length for i, length in enumerate(x.shape))
    rest = [i for i in range(x.ndim) if i not in axes]
    x = reshape(x.transpose((*rest, *axes)), (*(x.shape[i] for i in rest), -1)) if x.ndim else x
    return x, kept


def _refuse_traced(name: str, q: Any) -> Any:
    if is_traced(q):
        raise TypeError(
            f"numpy.{name} of Variables takes plain numbers q, got {type(q).__name__!r}"
        )
    return np.asarray(q, dtype=np.float64)


def _quantile(
    name: str, a: Any, q: Any, axis: Any, method: str, keepdims: bool, ignores: bool
) -> Any:
    q = _refuse_traced(name, q)
    if not ((q >= 0) & (q <= 1)).all():
        raise ValueError("Quantiles must be in the range [0, 1]")
    x, kept = _rows(a, axis)
    if x.ndim == 0:
        x = reshape(x, (1,))
    length = x.shape[-1]
    ordered = take_ordered(x, x, x.ndim - 1)
    if ignores:
        count = decide("count", lambda now: (now == now).sum(axis=-1), x)
    else:
        count = np.full(x.shape[:-1], length)
    # Where a method goes depends on the number of elements alone: ask it about 0, 1, 2, ...
    ask: Any = np.quantile
    places = {int(n): ask(np.arange(float(max(n, 1))), q, method=method) for n in np.unique(count)}
    place = np.empty((*q.shape, *count.shape))
    for n, at in places.items():
        place[..., count == n] = at[..., None]
    lower = np.floor(place).astype(np.intp)
    upper = np.minimum(lower + 1, np.maximum(count - 1, 0))
    start = (np.arange(count.size) * length).reshape(count.shape)
    below, above = gather(ordered, start + lower), gather(ordered, start + upper)
    share = (place - lower).astype(x.dtype)
    # The nearer end is what it is computed from, as NumPy does.
    step = above - below
    result = select(share >= 0.5, above - step * (1 - share), below + step * share)
    result = select((share == 0.0) | (lower == upper), below, result)
    if not ignores:
        last = ordered[..., -1]
        result = select(is_nan(last), x.dtype.type(np.nan), result)
    return own(reshape(result, (*q.shape, *kept))) if keepdims else result


def _quantile_of(
    name: str,
    scale: float,
    ignores: bool,
    a: Any,
    q: Any,
    axis: Any,
    out: Any,
    overwrite_input: bool,
    method: str,
    keepdims: Any,
    weights: Any,
) -> Any:
    refuse_keywords(name, out=out, weights=weights)
    fractions = _refuse_traced(name, q) / scale
    x = as_array(a)
    x = x.astype(np.float64) if x.dtype == np.bool_ else x
    # An array q has a dtype of its own, a number none.
    ask: Any = np.percentile if scale != 1.0 else np.quantile
    kind = ask(np.zeros(1, x.dtype), np.zeros_like(q) if np.ndim(q) else q * 0, method=method).dtype
    x = x if x.dtype == kind else x.astype(kind)
    kept = bool(keepdims) and keepdims is not absent
    return _quantile(name, x, fractions, axis, method, kept, ignores)


@function(np.quantile)
def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Any:
    """Quantiles along axes, by each of NumPy's methods, as `numpy.quantile`.

    The derivative goes to the elements, in stable order, that the quantile lies between.
    """
    return _quantile_of(
        "quantile", 1.0, False, a, q, axis, out, overwrite_input, method, keepdims, weights
    )


@function(np.percentile)
def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Any:
    """Percentiles along axes, as `numpy.percentile`."""
    return _quantile_of(
        "percentile", 100.0, False, a, q, axis, out, overwrite_input, method, keepdims, weights
    )


@function(np.nanquantile)
def nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = absent,
    *,
    weights: Any = None,
) -> Any:
    """Quantiles of all that are not NaN, as `numpy.nanquantile`; how many is a guard."""
    return _quantile_of(
        "nanquantile", 1.0, True, a, q, axis, out, overwrite_input, method, keepdims, weights
    )


@function(np.nanpercentile)
def nanpercentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = absent,
    *,
    weights: Any = None,
) -> Any:
    """Percentiles of all that are not NaN, as `numpy.nanpercentile`; how many is a guard."""
    return _quantile_of(
        "nanpercentile", 100.0, True, a, q, axis, out, overwrite_input, method, keepdims, weights
    )


@function(np.median)
def median(
    a: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    keepdims: Any = False,
) -> Any:
    """The middle element along axes, or the mean of the two middle ones, as `numpy.median`."""
    refuse_keywords("median", out=out)
    return _quantile("median", a, 0.5, axis, "linear", bool(keepdims), False)


@function(np.nanmedian)
def nanmedian(
    a: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    keepdims: Any = absent,
) -> Any:
    """The median of all that are not NaN, as `numpy.nanmedian`; how many is a guard."""
    refuse_keywords("nanmedian", out=out)
    kept = bool(keepdims) and keepdims is not absent
    return _quantile("nanmedian", a, 0.5, axis, "linear", kept, True)


# ---- places -------------------------------------------------------------------------------------


@function(np.argmax)
def argmax(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = absent) -> Any:
    """The place of the largest, as `numpy.argmax`: plain integers, a guard while recording."""
    refuse_keywords("argmax", out=out)
    kept = keepdims is not absent and bool(keepdims)
    return decide("argmax", lambda x: np.argmax(x, axis=axis, keepdims=kept), a)


@function(np.argmin)
def argmin(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = absent) -> Any:
    """The place of the smallest, as `numpy.argmin`: plain integers, a guard while recording."""
    refuse_keywords("argmin", out=out)
    kept = keepdims is not absent and bool(keepdims)
    return decide("argmin", lambda x: np.argmin(x, axis=axis, keepdims=kept), a)


@function(np.nanargmax)
def nanargmax(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = absent) -> Any:
    """The place of the largest that is not NaN, as `numpy.nanargmax`."""
    refuse_keywords("nanargmax", out=out)
    kept = keepdims is not absent and bool(keepdims)
    return decide("nanargmax", lambda x: np.nanargmax(x, axis=axis, keepdims=kept), a)


@function(np.nanargmin)
def nanargmin(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = absent) -> Any:
    """The place of the smallest that is not NaN, as `numpy.nanargmin`."""
    refuse_keywords("nanargmin", out=out)
    kept = keepdims is not absent and bool(keepdims)
    return decide("nanargmin", lambda x: np.nanargmin(x, axis=axis, keepdims=kept), a)


@function(np.argsort)
def argsort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    """The places in sorted order, as `numpy.argsort`: plain integers, a guard while recording."""
    refuse_keywords("argsort", order=order)
    return decide("argsort", lambda x: np.argsort(x, axis=axis, kind="stable"), a)


@function(np.argpartition)
def argpartition(
    a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None
) -> Any:
    """The places in a partition, as `numpy.argpartition`: plain integers."""
    refuse_keywords("argpartition", order=order)
    return decide("argpartition", lambda x: np.argpartition(x, kth, axis=axis), a)


@function(np.lexsort)
def lexsort(keys: Any, axis: int = -1) -> Any:
    """The places in the order of several keys, as `numpy.lexsort`: plain integers."""
    return decide("lexsort", lambda *now: np.lexsort(now, axis=axis), *keys)


@function(np.searchsorted)
def searchsorted(a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Any:
    """Where elements belong in a sorted array, as `numpy.searchsorted`: plain integers."""
    return decide("searchsorted", lambda edges, x: np.searchsorted(edges, x, side, sorter), a, v)


@function(np.digitize)
def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    """The bin of each element, as `numpy.digitize`: plain integers."""
    return decide("digitize", lambda now, edges: np.digitize(now, edges, right), x, bins)


@function(np.nonzero)
def nonzero(a: Any) -> Any:
    """The places that are not zero, one array for each axis, as `numpy.nonzero`."""
    return decide("nonzero", np.nonzero, a)


@function(np.flatnonzero)
def flatnonzero(a: Any) -> Any:
    """The places that are not zero in the array as one axis, as `numpy.flatnonzero`."""
    return decide("flatnonzero", np.flatnonzero, a)


@function(np.argwhere)
def argwhere(a: Any) -> Any:
    """The places that are not zero, one row for each, as `numpy.argwhere`."""
    return decide("argwhere", np.argwhere, a)


@function(np.unique)
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: Any = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """The different elements in order, as `numpy.unique`: of equal ones the first.

    Which they are is a guard while a Graph records; index, inverse and counts are plain integers.
    """
    x = as_array(ar)

    def places(now: Any) -> Any:
        ask: Any = np.unique
        return ask(now, True, return_inverse, return_counts, axis, equal_nan=equal_nan)[1:]

    first, *others = decide("unique", places, x)
    if axis is None:
        values = gather(x, first)
    else:
        at = axes_of(axis, x.ndim)[0]
        values = moveaxis(
            gather(x, np.moveaxis(np.arange(x.size).reshape(x.shape), at, 0)[first]), 0, at
        )
    results = (values, *([first] if return_index else []), *others)
    return results if len(results) > 1 else values
