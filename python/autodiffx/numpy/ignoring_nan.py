"""Reductions of what is not NaN; NaNs have derivative zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.numpy.dispatch import function, refuse_keywords
from autodiffx.numpy.primitives import axes_of, compare, is_nan, select, smallest_over
from autodiffx.numpy.reductions import (
    degrees_of,
    extreme_over,
    is_kept,
    mean_over,
    numbers,
    prod,
    sum,
    variance_over,
)

__all__ = ["nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum", "nanvar"]

absent = np._NoValue


def _is_nan(x: Any) -> Any:
    return is_nan(x)


@function(np.nansum)
def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = absent,
    initial: Any = absent,
    where: Any = absent,
) -> Any:
    """The sum of all that are not NaN, as `numpy.nansum`; NaNs have derivative zero."""
    x = numbers(a, dtype)
    return sum(select(_is_nan(x), 0.0, x), axis, None, out, keepdims, initial, where)


@function(np.nanprod)
def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = absent,
    initial: Any = absent,
    where: Any = absent,
) -> Any:
    """The product of all that are not NaN, as `numpy.nanprod`."""
    x = numbers(a, dtype)
    return prod(select(_is_nan(x), 1.0, x), axis, None, out, keepdims, initial, where)


def _present(x: Any, where: Any) -> Any:
    present = compare("equal", x, x)
    return present if where is absent or where is True else _core.logical_and(present, where)


@function(np.nanmean)
def nanmean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = absent,
    *,
    where: Any = absent,
) -> Any:
    """The mean of all that are not NaN, as `numpy.nanmean`."""
    refuse_keywords("nanmean", out=out)
    x = numbers(a, dtype)
    return mean_over(x, axes_of(axis, x.ndim), is_kept(keepdims), _present(x, where))


@function(np.nanvar)
def nanvar(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: Any = absent,
    *,
    where: Any = absent,
    mean: Any = absent,
    correction: Any = absent,
) -> Any:
    """The variance of all that are not NaN, as `numpy.nanvar`."""
    refuse_keywords("nanvar", out=out)
    x = numbers(a, dtype)
    degrees = degrees_of(ddof, correction)
    return variance_over(x, axis, None, degrees, keepdims, _present(x, where), mean)


@function(np.nanstd)
def nanstd(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: Any = absent,
    *,
    where: Any = absent,
    mean: Any = absent,
    correction: Any = absent,
) -> Any:
    """The standard deviation of all that are not NaN, as `numpy.nanstd`."""
    return _core.sqrt(
        nanvar(a, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)
    )


def _nan_extreme(
    name: str, a: Any, axis: Any, out: Any, keepdims: Any, initial: Any, where: Any
) -> Any:
    x = numbers(a)
    missing = _is_nan(x)
    filled = select(missing, x.dtype.type(-np.inf if name == "max" else np.inf), x)
    found = extreme_over(name, filled, axis, out, keepdims, initial, where)
    if 0 in x.shape:
        return found
    axes = axes_of(axis, x.ndim)
    number = x.dtype.type
    none = smallest_over(select(missing, number(1), number(0)), axes, is_kept(keepdims))
    return select(compare("not_equal", none, 0.0), x.dtype.type(np.nan), found)


@function(np.nanmax)
def nanmax(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = absent,
    initial: Any = absent,
    where: Any = absent,
) -> Any:
    """The largest of all that are not NaN, as `numpy.nanmax`."""
    return _nan_extreme("max", a, axis, out, keepdims, initial, where)


@function(np.nanmin)
def nanmin(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = absent,
    initial: Any = absent,
    where: Any = absent,
) -> Any:
    """The smallest of all that are not NaN, as `numpy.nanmin`."""
    return _nan_extreme("min", a, axis, out, keepdims, initial, where)
