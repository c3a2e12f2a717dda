"""Calls of functions that compute from neighbours: differences, areas, interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from array_functions import (
    Call,
    Drawn,
    Sampler,
    axis_for,
    calls,
    distinct,
    dtypes,
    operand,
    some_shape,
)
from array_shapes import Array

__all__ = ["SLOPES"]

MODES = st.sampled_from(("full", "same", "valid"))


def diff(draw: Drawn) -> Call:
    shape, dtype = some_shape(draw, least=1), draw(dtypes)
    axis = axis_for(draw, len(shape), none=False)
    options: dict[str, Any] = {"n": draw(st.integers(0, 3)), "axis": axis}
    if draw(st.booleans()):
        options["prepend"] = 0.5
    array = operand(draw, shape, dtype)
    if draw(st.booleans()) or shape[axis] == 0:
        return Call(lambda n, x: n.diff(x, **options), (array,), f"diff({options})")
    behind = operand(draw, shape, dtype)
    return Call(lambda n, x, y: n.diff(x, append=y, **options), (array, behind), f"diff({options})")


def ediff1d(draw: Drawn) -> Call:
    dtype = draw(dtypes)
    arrays = operand(draw, some_shape(draw), dtype), operand(draw, (2,), dtype)
    return Call(lambda n, x, y: n.ediff1d(x, to_end=y, to_begin=[0.5]), arrays, "ediff1d")


def rising(draw: Drawn, count: int, dtype: Any) -> Array:
    """Coordinates at least 0.3 from each other."""
    return np.sort(distinct(draw, (count,), dtype)) * 3.0


def gradient(draw: Drawn) -> Call:
    order = draw(st.sampled_from((1, 2)))
    shape = tuple(n + order + 1 for n in some_shape(draw, least=1, most=2))
    axis, dtype = axis_for(draw, len(shape)), draw(dtypes)
    array = operand(draw, shape, dtype)
    kind = draw(st.sampled_from(("number", "none", "coordinates")))
    if kind == "coordinates" and axis is not None:
        places = rising(draw, shape[axis], dtype)

        def along(n: Any, x: Any, at: Any) -> Any:
            return n.gradient(x, at, axis=axis, edge_order=order)

        return Call(along, (array, places), f"gradient(at, axis={axis}, edge_order={order})")
    space = (0.5,) if kind == "number" else ()

    def even(n: Any, x: Any) -> Any:
        return n.gradient(x, *space, axis=axis, edge_order=order)

    return Call(even, (array,), f"gradient(*{space}, axis={axis}, edge_order={order})")


def trapezoid(draw: Drawn) -> Call:
    shape, dtype = some_shape(draw, least=1, empty=False), draw(dtypes)
    axis = axis_for(draw, len(shape), none=False)
    array = operand(draw, shape, dtype)
    if draw(st.booleans()):
        return Call(lambda n, y: n.trapezoid(y, dx=0.5, axis=axis), (array,), "trapezoid(dx=0.5)")
    places = rising(draw, shape[axis], dtype)
    words = f"trapezoid(x, axis={axis})"
    return Call(lambda n, y, x: n.trapezoid(y, x, axis=axis), (array, places), words)


def interp(draw: Drawn) -> Call:
    """In float64, as NumPy's own is."""
    knots = draw(st.integers(1, 5))
    x = operand(draw, some_shape(draw), np.float64)
    xp = rising(draw, knots, np.float64)
    fp = operand(draw, (knots,), np.float64)
    ends = {"left": -1.5, "right": 2.5} if draw(st.booleans()) else {}
    return Call(lambda n, *xs: n.interp(*xs, **ends), (x, xp, fp), f"interp({ends})")


def slid(name: str) -> Sampler:
    def sample(draw: Drawn) -> Call:
        dtype, mode = draw(dtypes), draw(MODES)
        arrays = tuple(operand(draw, (draw(st.integers(1, 5)),), dtype) for _ in range(2))
        return Call(lambda n, a, v: getattr(n, name)(a, v, mode), arrays, f"{name}({mode})")

    return calls(sample)


SLOPES: dict[str, Sampler] = {
    "diff": calls(diff),
    "ediff1d": calls(ediff1d),
    "gradient": calls(gradient),
    "trapezoid": calls(trapezoid),
    "interp": calls(interp),
    "convolve": slid("convolve"),
    "correlate": slid("correlate"),
}
