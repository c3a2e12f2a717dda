"""Arrays with a margin."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number
from autodiffx.reference.implementations import IMPLEMENTATIONS, implements
from autodiffx.reference.numpy.axes import along
from autodiffx.reference.numpy.given import array_of, floating, in_dtype, plain_of, together
from autodiffx.reference.shapes import dtype_of, shape_of

__all__: list[str] = []

# What a margin is filled with, as a function of the elements of a line.
_STATISTICS = {"maximum": np.max, "mean": np.mean, "median": np.median, "minimum": np.min}


@implements(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """The array with a margin around it, in every mode that NumPy has a name for.

    Raises:
        ValueError: the widths do not fit the array, or the mode is unknown.
    """
    x = array_of(array, "np.pad")
    if isinstance(pad_width, dict):
        pad_width = [pad_width.get(axis, pad_width.get(axis - np.ndim(x), (0, 0)))
                     for axis in range(np.ndim(x))]  # fmt: skip
    plain = plain_of(pad_width, "np.pad", "pad_width")
    if not isinstance(mode, str):
        raise NotImplementedError("np.pad with a function is not supported on a Variable: name a "
                                  "mode, or assign to the margin")  # fmt: skip
    shape = shape_of(x)
    if mode == "constant":
        return _constant(x, plain, options.pop("constant_values", 0.0), options)
    numpys: Any = np.pad  # whose types know each mode by itself
    numpys(np.zeros(shape), plain, mode, **_without_values(options))  # raises what NumPy raises
    widths = np.broadcast_to(np.asarray(plain), (len(shape), 2)).tolist()
    if mode == "linear_ramp":
        return _ramp(floating(x), widths, options.pop("end_values", 0.0))
    if mode in _STATISTICS:
        return _statistics(floating(x), widths, mode, options.pop("stat_length", None))
    if options.get("reflect_type", "even") == "odd":
        return _odd(floating(x), widths, mode)
    return together(lambda n: numpys(n, plain, mode, **options), [x], "pad")


def _without_values(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name != "end_values"}


def _pairs(values: Any, ndim: int, name: str) -> Number:
    """A value for the margin before and one for that behind, of each axis."""
    return np.broadcast_to(array_of(values, name), (ndim, 2))


def _constant(x: Number, widths: Any, values: Any, options: dict[str, Any]) -> Number:
    filled = in_dtype(_pairs(values, np.ndim(x), "np.pad"), dtype_of(x))

    def arrangement(numbers: Any, fill: Any) -> Any:
        return np.pad(numbers, widths, "constant", constant_values=fill, **options)

    return together(arrangement, [x, filled], "pad")


def _join(before: Number, x: Number, behind: Number, axis: int) -> Number:
    found: Number = IMPLEMENTATIONS[np.concatenate]([before, x, behind], axis)
    return found


def _ramp(x: Number, widths: list[list[int]], ends: Any) -> Number:
    """From the edge to the end value in equal steps, one axis after another."""
    dtype = dtype_of(x)
    ends = in_dtype(_pairs(ends, np.ndim(x), "np.pad"), dtype)
    for axis, (before, behind) in enumerate(widths):
        ramp = (1,) * axis + (-1,) + (1,) * (np.ndim(x) - axis - 1)
        rising = (np.arange(before) / max(before, 1)).reshape(ramp).astype(dtype)
        falling = (np.arange(behind)[::-1] / max(behind, 1)).reshape(ramp).astype(dtype)
        first, last = x[along(axis, slice(0, 1))], x[along(axis, slice(-1, None))]
        x = _join(
            first * rising + ends[axis, 0] * (1 - rising),
            x,
            last * falling + ends[axis, 1] * (1 - falling),
            axis,
        )
    return x


def _statistics(x: Number, widths: list[list[int]], mode: str, lengths: Any) -> Number:
    """A statistic of the elements next to each edge, one axis after another."""
    function = IMPLEMENTATIONS[_STATISTICS[mode]]
    near = np.broadcast_to(lengths, (np.ndim(x), 2)).tolist()
    for axis, (before, behind) in enumerate(widths):
        count = shape_of(x)[axis]
        heads, tails = (count if n is None else min(n, count) for n in near[axis])
        head = function(x[along(axis, slice(0, heads))], axis=axis, keepdims=True)
        tail = function(x[along(axis, slice(count - tails, None))], axis=axis, keepdims=True)
        x = _join(np.repeat(head, before, axis), x, np.repeat(tail, behind, axis), axis)
    return x


def _odd(x: Number, widths: list[list[int]], mode: str) -> Number:
    """Reflected at a point: twice the edge less the reflected elements, one axis after another.

    A margin wider than the array is reflected several times.
    """
    if not np.any(widths):
        return np.copy(x)
    for axis, (before, behind) in enumerate(widths):
        while before or behind:
            room = max(shape_of(x)[axis] - (mode == "reflect"), 1)
            steps = min(before, room), min(behind, room)
            width = [(0, 0)] * np.ndim(x)
            width[axis] = steps
            even = IMPLEMENTATIONS[np.pad](x, width, mode)
            first, last = x[along(axis, slice(0, 1))], x[along(axis, slice(-1, None))]
            end = shape_of(even)[axis] - steps[1]
            head = even[along(axis, slice(0, steps[0]))]
            tail = even[along(axis, slice(end, None))]
            x = _join(2.0 * first - head, x, 2.0 * last - tail, axis)
            before, behind = before - steps[0], behind - steps[1]
    return x
