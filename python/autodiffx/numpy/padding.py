"""Elements added at the ends of axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arranging import filled
from autodiffx.numpy.arrays import as_array, own
from autodiffx.numpy.dispatch import function, is_traced
from autodiffx.numpy.order import median
from autodiffx.numpy.primitives import (
    concatenate_all,
    gather,
    largest_over,
    matrix_product,
    select,
    smallest_over,
)
from autodiffx.numpy.views import broadcast_to, moveaxis, reshape

__all__ = ["pad"]

STATISTICS = {
    "maximum": largest_over,
    "minimum": smallest_over,
    "median": lambda x, axis, keepdims: median(x, axis=axis, keepdims=keepdims),
}


def _linearly(x: Any, width: Any, mode: str, kwargs: dict[str, Any]) -> Any:
    """By modes that are linear: what is added along an axis are fixed sums of what is there."""
    ends = np.broadcast_to(kwargs.get("end_values", 0), (x.ndim, 2))
    for axis, (before, after) in enumerate(width):
        length = x.shape[axis]
        given = {key: value for key, value in kwargs.items() if key != "end_values"}
        if "stat_length" in given and given["stat_length"] is not None:
            given["stat_length"] = np.broadcast_to(given["stat_length"], (x.ndim, 2))[axis]
            given["stat_length"] = [tuple(given["stat_length"]), (1, 1)]
        ask: Any = np.pad
        # What each element contributes to each place.
        weights = ask(np.eye(length), [(before, after), (0, 0)], mode, **given).astype(x.dtype)
        along = moveaxis(x, axis, 0)
        rows = reshape(along, (length, -1))
        parts = []
        for start, stop, end in (
            (0, before, ends[axis][0]),
            (before + length, before + length + after, ends[axis][1]),
        ):
            part = matrix_product(weights[start:stop], rows)
            if mode == "linear_ramp" and end != 0:
                # The weights of the end are what is missing to one.
                missing = 1 - weights[start:stop].sum(axis=1, keepdims=True)
                part = part + missing * x.dtype.type(end)
            parts.append(reshape(part, (stop - start, *along.shape[1:])))
        x = moveaxis(concatenate_all([parts[0], along, parts[1]], 0), 0, axis)
    return own(x)


def _by_statistic(x: Any, width: Any, mode: str, lengths: Any) -> Any:
    for axis, (before, after) in enumerate(width):
        along = moveaxis(x, axis, 0)
        length = along.shape[0]
        counts = (length, length)
        if lengths is not None:
            counts = tuple(np.broadcast_to(lengths, (x.ndim, 2))[axis].clip(max=length).tolist())
        parts = [along]
        if before:
            first = STATISTICS[mode](along[: counts[0]], (0,), True)
            parts.insert(0, broadcast_to(first, (before, *along.shape[1:])))
        if after:
            last = STATISTICS[mode](along[length - counts[1] :], (0,), True)
            parts.append(broadcast_to(last, (after, *along.shape[1:])))
        x = moveaxis(concatenate_all(parts, 0), 0, axis)
    return own(x)


@function(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """With elements added at the ends of axes, as `numpy.pad`, in all modes but functions.

    >>> import autodiffx as adx
    >>> x = adx.Variable([1.0, 2.0, 4.0])
    >>> pad(x, 1, "reflect").value
    array([2., 1., 2., 4., 2.])
    """
    x = as_array(array)
    if callable(mode):
        raise NotImplementedError(
            "numpy.pad of a Variable with a function as mode: use concatenate with what is to be "
            "added"
        )
    fill = kwargs.get("constant_values", 0)
    traced = is_traced(fill)
    # What NumPy refuses is refused in its words.
    ask: Any = np.pad
    checked = {**kwargs, "constant_values": 0} if traced else kwargs
    padded = ask(np.zeros(x.shape), pad_width, mode, **checked)
    pairs = isinstance(pad_width, dict)
    widths = (
        [pad_width.get(i, pad_width.get(i - x.ndim, (0, 0))) for i in range(x.ndim)]
        if pairs
        else pad_width
    )
    width = [tuple(map(int, np.broadcast_to(w, 2))) for w in np.broadcast_to(widths, (x.ndim, 2))]
    odd = kwargs.get("reflect_type", "even") == "odd"
    places = np.arange(x.size).reshape(x.shape)
    if mode in ("edge", "wrap") or (mode in ("reflect", "symmetric") and not odd):
        return gather(x, ask(places, pad_width, mode, **kwargs))
    if mode in ("linear_ramp", "mean", "reflect", "symmetric"):
        return _linearly(x, width, mode, kwargs)
    if mode in STATISTICS:
        return _by_statistic(x, width, mode, kwargs.get("stat_length"))
    inside = ask(places, pad_width, "constant", constant_values=-1)
    if mode == "empty" or (not traced and np.ndim(fill) == 0):
        return filled(x, inside, 0.0 if mode == "empty" else fill)
    if traced and fill.ndim == 0:
        return filled(x, inside, fill)
    if traced:
        raise NotImplementedError(
            "numpy.pad with several constants that are Variables: use concatenate"
        )
    return select(inside < 0, padded.astype(x.dtype), gather(x, np.maximum(inside, 0)))
