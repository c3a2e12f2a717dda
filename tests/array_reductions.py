"""Calls of reductions: over one axis, several, all or none, with every option that NumPy has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from array_functions import (
    Call,
    Drawn,
    Sampler,
    axes_for,
    axis_for,
    calls,
    distinct,
    dtypes,
    masks,
    operand,
    some_shape,
)
from array_shapes import Array

__all__ = ["METHODS", "REDUCTIONS"]

Options = dict[str, Any]


def reduction(
    name: str,
    options: Callable[[Drawn, tuple[int, ...]], Options] = lambda draw, shape: {},
    *,
    empty: bool = True,
    in_order: bool = False,
    unknowns: bool = False,
    low: float = -2.0,
) -> Sampler:
    """Of one array, over any axes; `unknowns` puts NaN among the elements."""

    def sample(draw: Drawn) -> Call:
        shape = some_shape(draw, empty=empty)
        chosen = {"axis": axes_for(draw, len(shape)), "keepdims": draw(st.booleans())}
        chosen.update(options(draw, shape))
        dtype = draw(dtypes)
        array = distinct(draw, shape, dtype) if in_order else operand(draw, shape, dtype, low)
        if unknowns:
            array = with_unknowns(draw, array)
        return Call(lambda n, x: getattr(n, name)(x, **chosen), (array,), f"{name}({chosen})")

    return calls(sample)


def with_unknowns(draw: Drawn, array: Array) -> Array:
    array = array.copy()
    array[~np.broadcast_to(masks(draw, array.shape), array.shape)] = np.nan
    return array


def masked(draw: Drawn, shape: tuple[int, ...]) -> Options:
    return {"where": masks(draw, shape)} if draw(st.booleans()) else {}


def masked_in_part(draw: Drawn, shape: tuple[int, ...]) -> Options:
    """Of every axis and any several at least the first elements are included."""
    options = masked(draw, shape)
    if options:
        first = np.any([index == 0 for index in np.indices(shape)], axis=0)
        options["where"] = options["where"] | first | (not shape)
    return options


def started(draw: Drawn, shape: tuple[int, ...]) -> Options:
    options = masked(draw, shape)
    if draw(st.booleans()) or options:
        options["initial"] = draw(st.sampled_from((-20.0, 0.5, 3.0)))
    return options


def spread(draw: Drawn, shape: tuple[int, ...]) -> Options:
    return {"ddof": draw(st.sampled_from((0, 1, 0.5)))} if draw(st.booleans()) else {}


def quantiles(name: str, highest: float) -> Sampler:
    methods = ("linear", "lower", "higher", "nearest", "midpoint", "hazen", "median_unbiased")

    def options(draw: Drawn, shape: tuple[int, ...]) -> Options:
        where = st.floats(0.0, highest, width=16)
        return {
            "q": draw(where | st.lists(where, min_size=1, max_size=3)),
            "method": draw(st.sampled_from(methods)),
        }

    return reduction(name, options, empty=False, in_order=True)


def along_an_axis(
    name: str, *, none: bool = True, in_order: bool = False, unknowns: bool = False
) -> Sampler:
    """Of one array, along an axis that stays."""

    def sample(draw: Drawn) -> Call:
        shape = some_shape(draw, least=1)
        axis = axis_for(draw, len(shape), none=none)
        make = distinct if in_order else operand
        array = make(draw, shape, draw(dtypes))
        if unknowns:
            array = with_unknowns(draw, array)
        return Call(
            lambda n, x: getattr(n, name)(x, axis=axis), (array,), f"{name}(axis={axis})", in_order
        )

    return calls(sample)


def average(draw: Drawn) -> Call:
    """With weights of the array's shape, or of one axis; weights are differentiated by too."""
    shape, dtype = some_shape(draw, least=1, empty=False), draw(dtypes)
    axis = axis_for(draw, len(shape))
    one = axis is not None and draw(st.booleans())
    array = operand(draw, shape, dtype)
    weights = operand(draw, (shape[axis],) if one else shape, dtype, 0.5)

    def function(n: Any, x: Any, w: Any) -> Any:
        return n.average(x, axis=axis, weights=w)

    return Call(function, (array, weights), f"average(axis={axis}, weights=...)")


def partition(draw: Drawn) -> Call:
    """The element at the place, which alone is where sorting would put it."""
    shape = some_shape(draw, least=1, empty=False)
    axis = axis_for(draw, len(shape), none=False)
    kth = draw(st.integers(-shape[axis], shape[axis] - 1))
    array = distinct(draw, shape, draw(dtypes))
    at = (*(slice(None),) * (axis % len(shape)), kth)
    words = f"partition(kth={kth}, axis={axis})[{kth}]"
    return Call(lambda n, x: n.partition(x, kth, axis=axis)[at], (array,), words, exact=True)


def ufunc(name: str, method: str, low: float = -2.0) -> Sampler:
    """A reduction as the method of a ufunc."""

    def sample(draw: Drawn) -> Call:
        shape = some_shape(draw, least=1, empty=False)
        axis = axis_for(draw, len(shape), none=False)
        array = operand(draw, shape, draw(dtypes), low)

        def function(n: Any, x: Any) -> Any:
            return getattr(getattr(np, name), method)(x, axis=axis)

        return Call(function, (array,), f"{name}.{method}(axis={axis})")

    return calls(sample)


REDUCTIONS: dict[str, Sampler] = {
    "sum": reduction("sum", started),
    "prod": reduction("prod", started),
    "mean": reduction("mean", masked_in_part, empty=False),
    "average": calls(average),
    "var": reduction("var", spread, empty=False),
    "std": reduction("std", empty=False, in_order=True),
    "max": reduction("max", started, empty=False, in_order=True),
    "min": reduction("min", empty=False, in_order=True),
    "amax": reduction("amax", empty=False, in_order=True),
    "amin": reduction("amin", empty=False, in_order=True),
    "ptp": reduction("ptp", empty=False, in_order=True),
    "median": reduction("median", empty=False, in_order=True),
    "quantile": quantiles("quantile", 1.0),
    "percentile": quantiles("percentile", 100.0),
    "nansum": reduction("nansum", masked, unknowns=True),
    "nanmean": reduction("nanmean", empty=False),
    "nanprod": reduction("nanprod", unknowns=True),
    "nanvar": reduction("nanvar", empty=False),
    "nanstd": reduction("nanstd", empty=False, in_order=True),
    "nancumsum": along_an_axis("nancumsum", unknowns=True),
    "nancumprod": along_an_axis("nancumprod", unknowns=True),
    "nanmax": reduction("nanmax", empty=False, in_order=True),
    "nanmin": reduction("nanmin", empty=False, in_order=True),
    "cumsum": along_an_axis("cumsum"),
    "cumprod": along_an_axis("cumprod"),
    "sort": along_an_axis("sort", in_order=True),
    "partition": calls(partition),
    "add.reduce": ufunc("add", "reduce"),
    "multiply.reduce": ufunc("multiply", "reduce"),
    "maximum.reduce": ufunc("maximum", "reduce"),
    "minimum.reduce": ufunc("minimum", "reduce"),
    "logaddexp.reduce": ufunc("logaddexp", "reduce"),
    "add.accumulate": ufunc("add", "accumulate"),
    "multiply.accumulate": ufunc("multiply", "accumulate"),
}
# Those of which NumPy's arrays have a method of the same name and arguments.
METHODS = ("sum", "prod", "mean", "var", "std", "max", "min", "cumsum", "cumprod")
