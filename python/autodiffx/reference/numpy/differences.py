"""Differences along an axis, and what is made of them: slopes, areas, interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, apply
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import IMPLEMENTATIONS, implements
from autodiffx.reference.multilinear import Multilinear
from autodiffx.reference.number import FLOAT64, Array, settled
from autodiffx.reference.numpy.axes import along, axes_of, axis_of
from autodiffx.reference.numpy.given import BOOL, array_of, floating, in_dtype
from autodiffx.reference.shapes import dtype_of, shape_of

__all__: list[str] = []


def _concatenated(*arrays: Number, axis: int) -> Number:
    found: Number = IMPLEMENTATIONS[np.concatenate](list(arrays), axis)
    return found


@implements(np.diff)
def diff(a: Any, n: Any = 1, axis: Any = -1, prepend: Any = None, append: Any = None) -> Any:
    """a[1:] - a[:-1] along an axis, n times; `prepend` and `append` are joined to a before.

    Raises:
        ValueError: n is negative, or a has no axis.
    """
    x = array_of(a, "np.diff")
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n}")
    if not n:
        return x
    if not np.ndim(x):
        raise ValueError("diff requires input that is at least one dimensional")
    axis = axis_of(axis, np.ndim(x))
    x = _concatenated(*_edges(prepend, x, axis), x, *_edges(append, x, axis), axis=axis)
    for _ in range(n):
        after, before = x[along(axis, slice(1, None))], x[along(axis, slice(None, -1))]
        x = FUNCTIONS["not_equal"](after, before) if dtype_of(x) == BOOL else after - before
    return x


def _edges(values: Any, x: Number, axis: int) -> list[Number]:
    """What is joined to an array; a number is one layer."""
    if values is None:
        return []
    found = array_of(values, "np.diff")
    if not np.ndim(found):
        found = np.broadcast_to(found, (*shape_of(x)[:axis], 1, *shape_of(x)[axis + 1 :]))
    return [found]


@implements(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The differences of all elements in C order, between what is put before and behind."""
    x = np.ravel(floating(array_of(ary, "np.ediff1d")))
    inner = x[1:] - x[:-1]
    ends = [
        [] if end is None else [in_dtype(np.ravel(array_of(end, "np.ediff1d")), dtype_of(x))]
        for end in (to_begin, to_end)
    ]
    return _concatenated(*ends[0], inner, *ends[1], axis=0)


@implements(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Slopes by central differences, exact for parabolas; at the edges of order 1 or 2.

    Args:
        f: the values.
        varargs: the distance of neighbours, or the coordinates, for all axes or for each.
        axis: one axis or several, by default all.
        edge_order: 1 or 2.

    Returns:
        An array for one axis, a tuple of arrays for several.

    Raises:
        ValueError: an axis has too few elements, or the coordinates do not fit it.
    """
    x = floating(array_of(f, "np.gradient"))
    axes = axes_of(axis, np.ndim(x))
    spaces: list[Any] = [array_of(space, "np.gradient") for space in varargs] or [1.0]
    if len(spaces) == 1 and (np.ndim(spaces[0]) == 0 or len(axes) == 1):
        spaces = spaces * len(axes)
    if len(spaces) != len(axes):
        raise TypeError("invalid number of arguments")
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    results = [_slopes(x, space, i, edge_order) for i, space in zip(axes, spaces, strict=True)]
    return results[0] if len(results) == 1 else tuple(results)


def _slopes(x: Number, space: Number, axis: int, edge_order: int) -> Number:
    count = shape_of(x)[axis]
    if count < edge_order + 1:
        raise ValueError(
            "Shape of array too small to calculate a numerical gradient, "
            "at least (edge_order + 1) elements are required."
        )
    if np.ndim(space) == 0:
        steps: Number = np.ones(count - 1) * space
    elif shape_of(space) != (count,):
        raise ValueError("when 1d, distances must match the length of the corresponding dimension")
    else:
        steps = space[1:] - space[:-1]
    steps = np.reshape(steps, (-1,) + (1,) * (np.ndim(x) - axis - 1))

    def at(start: int, stop: int) -> Number:
        return x[along(axis, slice(start, stop))]

    def step(start: int, stop: int) -> Number:
        return steps[start:stop]

    left, right = step(0, count - 2), step(1, count - 1)
    inner = (
        at(2, count) * (left / (right * (left + right)))
        + at(1, count - 1) * ((right - left) / (left * right))
        - at(0, count - 2) * (right / (left * (left + right)))
    )
    if edge_order == 1:
        first = (at(1, 2) - at(0, 1)) / step(0, 1)
        last = (at(count - 1, count) - at(count - 2, count - 1)) / step(count - 2, count - 1)
    else:
        h, k = step(0, 1), step(1, 2)
        first = (
            at(1, 2) * ((h + k) / (h * k))
            - at(0, 1) * ((2.0 * h + k) / (h * (h + k)))
            - at(2, 3) * (h / (k * (h + k)))
        )
        k, h = step(count - 3, count - 2), step(count - 2, count - 1)
        last = (
            at(count - 3, count - 2) * (h / (k * (k + h)))
            - at(count - 2, count - 1) * ((k + h) / (k * h))
            + at(count - 1, count) * ((2.0 * h + k) / (h * (k + h)))
        )
    return in_dtype(_concatenated(first, inner, last, axis=axis), dtype_of(x))


@implements(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Any:
    """The area under the values: Σ Δx (y[1:] + y[:-1]) / 2; y and x may be differentiated by."""
    values = floating(array_of(y, "np.trapezoid"))
    axis = axis_of(axis, np.ndim(values))
    if x is None:
        width: Number = array_of(dx, "np.trapezoid")
    else:
        places = floating(array_of(x, "np.trapezoid"))
        own = axis if np.ndim(places) > 1 else 0
        width = places[along(own, slice(1, None))] - places[along(own, slice(None, -1))]
        if np.ndim(places) == 1:
            width = np.reshape(width, (-1,) + (1,) * (np.ndim(values) - axis - 1))
    after, before = values[along(axis, slice(1, None))], values[along(axis, slice(None, -1))]
    return IMPLEMENTATIONS[np.sum](width * (after + before) / 2.0, axis=axis)


def _at_knots(offset: int) -> Multilinear:
    """Of a table the values at the knots left (0) or right (1) of each place.

    It is linear in the table; the places and the knots only decide.
    """

    def interval(places: Number, knots: Array) -> Array:
        found = np.searchsorted(knots, np.asarray(places), side="right") - 1
        return np.clip(found, 0, len(knots) - 2) + offset

    def picked(table: Array, places: Number, knots: Array) -> Number:
        return settled(np.asarray(table[interval(places, knots)]))

    def returned(adjoint: Number, places: Number, knots: Array) -> Number:
        found = np.zeros(knots.shape)
        np.add.at(found, interval(places, knots), np.asarray(adjoint))
        return found

    def forwards() -> Multilinear:
        return Multilinear("interp", picked, (backwards, None, None))

    def backwards() -> Multilinear:
        return Multilinear("interp", returned, (forwards, None, None))

    return forwards()


@implements(np.interp)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None) -> Any:
    """The line through the points (xp, fp) at x, in float64; all three may be differentiated by.

    At a knot the slope is that of the line on its right, at the last knot of that on its left;
    beyond the knots it is 0.

    Args:
        x: where.
        xp: the knots, rising.
        fp: the values there.
        left, right: the values before the first and behind the last knot, by default those there.

    Raises:
        ValueError: xp and fp have not the same length, or none.
    """
    x, xp, fp = (in_dtype(array_of(a, "np.interp"), FLOAT64) for a in (x, xp, fp))
    if np.ndim(xp) != 1 or shape_of(xp) != shape_of(fp):
        raise ValueError("fp and xp are not of the same length.")
    if not shape_of(xp)[0]:
        raise ValueError("array of sample points is empty")
    lowest = fp[0] if left is None else left
    highest = fp[-1] if right is None else right
    if shape_of(xp)[0] == 1:
        inside = fp[0] + (x - x) * 0.0
    else:
        low, high = _at_knots(0), _at_knots(1)
        x_low, f_low = apply(low, xp, x, xp), apply(low, fp, x, xp)
        slope = (apply(high, fp, x, xp) - f_low) / (apply(high, xp, x, xp) - x_low)
        inside = slope * (x - x_low) + f_low
    where = FUNCTIONS["where"]
    inside = where(FUNCTIONS["less"](x, xp[0]), lowest, inside)
    return where(FUNCTIONS["greater"](x, xp[-1]), highest, inside)
