"""Differences, integrals and other functions of neighbouring elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array, decide, own
from autodiffx.numpy.dispatch import function, is_traced
from autodiffx.numpy.keyed import lookup
from autodiffx.numpy.primitives import (
    axes_of,
    concatenate_all,
    convolve_full,
    select,
    sum_over,
)
from autodiffx.numpy.views import broadcast_to, flip, moveaxis, ravel, reshape

__all__ = [
    "convolve",
    "corrcoef",
    "correlate",
    "cov",
    "diff",
    "ediff1d",
    "gradient",
    "interp",
    "trapezoid",
    "unwrap",
]

absent = np._NoValue


def _slices(ndim: int, axis: int, which: slice) -> tuple[slice, ...]:
    return tuple(which if i == axis else slice(None) for i in range(ndim))


def _end(x: Any, like: Any, axis: int) -> Any:
    """What is joined to an array along an axis: a number becomes a slice."""
    part = as_array(x)
    if part.ndim:
        return part
    shape = [1 if i == axis else length for i, length in enumerate(like.shape)]
    return broadcast_to(part, shape)


@function(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = absent, append: Any = absent) -> Any:
    """The differences of neighbours along an axis, n times over, as `numpy.diff`."""
    if n < 0:
        raise ValueError("order must be non-negative but got " + repr(n))
    x = as_array(a)
    if n == 0:
        return x
    if x.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    at = axes_of(axis, x.ndim)[0]
    ends = [None if each is absent else _end(each, x, at) for each in (prepend, append)]
    parts = [each for each in (ends[0], x, ends[1]) if each is not None]
    x = concatenate_all(parts, at)
    for _ in range(n):
        x = x[_slices(x.ndim, at, slice(1, None))] - x[_slices(x.ndim, at, slice(None, -1))]
    return x


@function(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The differences of neighbours in the array as one axis, as `numpy.ediff1d`."""
    x = ravel(as_array(ary))
    parts = [] if to_begin is None else [_line(to_begin).astype(x.dtype)]
    parts.append(x[1:] - x[:-1])
    if to_end is not None:
        parts.append(_line(to_end).astype(x.dtype))
    return concatenate_all(parts, 0)


def _line(x: Any) -> Any:
    part = as_array(x)
    return ravel(part) if part.ndim else reshape(part, (1,))


def _spacings(varargs: tuple[Any, ...], shape: list[int]) -> list[Any]:
    if not varargs:
        return [1.0] * len(shape)
    if len(varargs) == 1 and np.ndim(varargs[0]) == 0:
        return [varargs[0]] * len(shape)
    if len(varargs) != len(shape):
        raise TypeError("invalid number of arguments")
    found = []
    for each, length in zip(varargs, shape, strict=True):
        if np.ndim(each) == 0:
            found.append(each)
            continue
        if np.ndim(each) != 1:
            raise ValueError("distances must be either scalars or 1d")
        places = as_array(each)
        if places.size != length:
            raise ValueError(
                "when 1d, distances must match the length of the corresponding dimension"
            )
        found.append(diff(places))
    return found


def _gradient_along(x: Any, axis: int, spacing: Any, edge_order: int) -> Any:
    x = moveaxis(x, axis, -1)
    if x.shape[-1] < edge_order + 1:
        raise ValueError(
            "Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) "
            "elements are required."
        )
    even = np.ndim(spacing) == 0
    if even:
        inner = (x[..., 2:] - x[..., :-2]) / (2.0 * spacing)
    else:
        before, after = spacing[:-1], spacing[1:]
        inner = (
            -after / (before * (before + after)) * x[..., :-2]
            + (after - before) / (before * after) * x[..., 1:-1]
            + before / (after * (before + after)) * x[..., 2:]
        )
    steps = (
        [spacing] * 4
        if even
        else [
            spacing[0],
            spacing[-1],
            *((spacing[1], spacing[-2]) if edge_order == 2 else (None, None)),
        ]
    )
    if edge_order == 1:
        first = (x[..., 1:2] - x[..., :1]) / steps[0]
        last = (x[..., -1:] - x[..., -2:-1]) / steps[1]
    elif even:
        first = (-1.5 * x[..., :1] + 2.0 * x[..., 1:2] - 0.5 * x[..., 2:3]) / spacing
        last = (0.5 * x[..., -3:-2] - 2.0 * x[..., -2:-1] + 1.5 * x[..., -1:]) / spacing
    else:
        one, two = steps[0], steps[2]
        first = (
            -(2.0 * one + two) / (one * (one + two)) * x[..., :1]
            + (one + two) / (one * two) * x[..., 1:2]
            - one / (two * (one + two)) * x[..., 2:3]
        )
        one, two = steps[3], steps[1]
        last = (
            two / (one * (one + two)) * x[..., -3:-2]
            - (two + one) / (one * two) * x[..., -2:-1]
            + (2.0 * two + one) / (two * (one + two)) * x[..., -1:]
        )
    return own(moveaxis(concatenate_all([first, inner, last], -1), -1, axis))


@function(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Central differences inside, one-sided ones at the ends, as `numpy.gradient`."""
    x = as_array(f)
    axes = (
        axes_of(axis, x.ndim)
        if not isinstance(axis, tuple)
        else tuple(axes_of(each, x.ndim)[0] for each in axis)
    )
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    spacings = _spacings(varargs, [x.shape[i] for i in axes])
    found = tuple(
        _gradient_along(x, i, spacing, edge_order)
        for i, spacing in zip(axes, spacings, strict=True)
    )
    return found[0] if len(found) == 1 else found


@function(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral by the trapezoidal rule along an axis, as `numpy.trapezoid`."""
    heights = as_array(y)
    at = axes_of(axis, heights.ndim)[0]
    if x is None:
        widths = dx
    else:
        places = as_array(x)
        if places.ndim == 1:
            shape = [1] * heights.ndim
            shape[at] = -1
            widths = reshape(diff(places), shape)
        else:
            widths = diff(places, axis=axis)
    after = heights[_slices(heights.ndim, at, slice(1, None))]
    before = heights[_slices(heights.ndim, at, slice(None, -1))]
    return sum_over(widths * (after + before) / 2.0, (at,))


@function(np.interp)
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """Straight lines between given points, as `numpy.interp`; also by points and values.

    At a point the derivative is that of the line to its right; outside it is zero.
    """
    if period is not None:
        raise NotImplementedError(
            "numpy.interp of Variables with period=: take x % period, and join the first and last "
            "points to the ends"
        )
    keys, edges, values = as_array(x), as_array(xp), as_array(fp)
    if edges.ndim != 1 or values.ndim != 1:
        raise ValueError("object too deep for desired array")
    if edges.size != values.size:
        raise ValueError("fp and xp are not of the same length.")
    if edges.size == 0:
        raise ValueError("array of sample points is empty")
    shape = keys.shape
    keys = keys if keys.ndim else reshape(keys, (1,))
    start, stop = lookup(edges, keys, edges, False), lookup(edges, keys, edges, True)
    below, above = lookup(values, keys, edges, False), lookup(values, keys, edges, True)
    width = stop - start
    slope = (above - below) / select(width == 0.0, 1.0, width)
    result = below + slope * (keys - start)
    # At the end of an interval its value itself, with the slope that it is reached by.
    result = select(keys == stop, above + slope * (keys - stop), result)
    low = values[0] if left is None else left
    high = values[-1] if right is None else right
    result = select(keys < edges[0], low, select(keys > edges[-1], high, result))
    return own(reshape(result, shape))


def _centered(full: Any, long: int, short: int, mode: Any) -> Any:
    modes = {"valid": 0, "same": 1, "full": 2, 0: 0, 1: 1, 2: 2}
    if mode not in modes:
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full', got {mode!r}")
    which = modes[mode]
    if which == 2:
        return full
    if which == 0:
        return full[short - 1 : long]
    start = (short - 1) // 2
    return full[start : start + long]


def _lines(name: str, a: Any, v: Any) -> tuple[Any, Any]:
    x, y = _line(a), _line(v)
    for each, what in ((x, "a"), (y, "v")):
        if each.size == 0:
            raise ValueError(f"{what} cannot be empty")
    if np.ndim(a) > 1 or np.ndim(v) > 1:
        raise ValueError(f"object too deep for desired array: {name} takes arrays of one axis")
    return x, y


@function(np.convolve)
def convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    """The sums of a[i] * v[j] over i + j, as `numpy.convolve`."""
    x, y = _lines("convolve", a, v)
    if y.size > x.size:
        x, y = y, x
    return own(_centered(convolve_full(x, y), x.size, y.size, mode))


@function(np.correlate)
def correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    """The sums of a[i + k] * v[i] over i, as `numpy.correlate`."""
    x, y = _lines("correlate", a, v)
    if y.size > x.size:
        # The lags run the other way round.
        return own(flip(_centered(convolve_full(y, flip(x, 0)), y.size, x.size, mode), 0))
    return own(_centered(convolve_full(x, flip(y, 0)), x.size, y.size, mode))


@function(np.unwrap)
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: float = 2.0 * np.pi) -> Any:
    """Angles without jumps of a whole turn, as `numpy.unwrap`; how many turns is a guard."""
    x = as_array(p)
    if is_traced(period):
        raise TypeError("numpy.unwrap takes a plain number as period")
    turns = decide(
        "unwrap",
        lambda now: np.round((np.unwrap(now, discont, axis, period=period) - now) / period),
        x,
    )
    return x + turns * period


@function(np.cov)
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """The covariances of rows, as `numpy.cov`; without weights."""
    if fweights is not None or aweights is not None:
        raise NotImplementedError(
            "numpy.cov of Variables with weights: use np.average and products of deviations"
        )
    x = as_array(m)
    x = reshape(x, (1, x.size)) if x.ndim < 2 else x
    if not rowvar and np.ndim(m) > 1:
        x = x.transpose()
    if y is not None:
        other = as_array(y)
        other = reshape(other, (1, other.size)) if other.ndim < 2 else other
        x = concatenate_all([x, other if rowvar or np.ndim(y) < 2 else other.transpose()], 0)
    degrees = x.shape[1] - ((0 if bias else 1) if ddof is None else ddof)
    deviation = x - sum_over(x, (1,), True) / x.shape[1]
    result = deviation @ deviation.transpose() / max(degrees, 0)
    return reshape(result, ()) if result.shape == (1, 1) else result


@function(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """The correlations of rows, as `numpy.corrcoef`."""
    from autodiffx import _core
    from autodiffx.numpy.views import diagonal

    covariance = cov(x, y, rowvar, dtype=dtype)
    if np.ndim(covariance) == 0:
        return covariance / covariance
    deviation = _core.sqrt(diagonal(covariance))
    scaled = covariance / reshape(deviation, (-1, 1)) / deviation
    return _core.clip(scaled, -1.0, 1.0)
