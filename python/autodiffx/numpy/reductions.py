"""Sums, means, extremes and products along axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.numpy.arrays import as_array, plain
from autodiffx.numpy.dispatch import function, refuse_keywords
from autodiffx.numpy.primitives import (
    axes_of,
    largest_over,
    product_over,
    select,
    smallest_over,
    sum_over,
)
from autodiffx.numpy.views import broadcast_to, reshape

__all__ = [
    "amax",
    "amin",
    "average",
    "degrees_of",
    "extreme_over",
    "is_kept",
    "max",
    "mean",
    "mean_over",
    "min",
    "numbers",
    "prod",
    "ptp",
    "std",
    "sum",
    "var",
    "variance_over",
]

absent = np._NoValue


def is_given(value: Any) -> bool:
    return value is not None and value is not absent


def numbers(a: Any, dtype: Any = None) -> Any:
    """The operand as an array of floating-point numbers, in a dtype if one is asked for."""
    x = as_array(a)
    if is_given(dtype):
        return x.astype(dtype)
    return x.astype(np.float64) if x.dtype == np.bool_ else x


def _where(x: Any, where: Any, otherwise: float) -> Any:
    """x with elements that do not count replaced by what changes nothing."""
    if where is absent or where is True:
        return x
    return select(where, x, x.dtype.type(otherwise))


def is_kept(keepdims: Any) -> bool:
    return is_given(keepdims) and bool(keepdims)


@function(np.sum)
def sum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = absent,
    initial: Any = absent,
    where: Any = absent,
) -> Any:
    """The sum along axes, all of them by default, as `numpy.sum`.

    >>> import autodiffx as adx
    >>> x = adx.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> sum(x, axis=0).value
    array([4., 6.])
    """
    if not (is_given(dtype) or is_given(out) or is_given(initial) or is_given(where)):
        total = _core._sum(a, axis, is_kept(keepdims))
        if total is not None:
            return total
    refuse_keywords("sum", out=out)
    x = _where(numbers(a, dtype), where, 0.0)
    total = sum_over(x, axes_of(axis, x.ndim), is_kept(keepdims))
    return total + initial if is_given(initial) else total


@function(np.prod)
def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = absent,
    initial: Any = absent,
    where: Any = absent,
) -> Any:
    """The product along axes, as `numpy.prod`, with exact derivatives where there are zeros."""
    refuse_keywords("prod", out=out)
    x = _where(numbers(a, dtype), where, 1.0)
    product = product_over(x, axes_of(axis, x.ndim), is_kept(keepdims))
    return product * initial if is_given(initial) else product


def _count(x: Any, axis: tuple[int, ...], where: Any) -> Any:
    """How many elements are added up: a number, or an array that broadcasts with keepdims."""
    if where is absent or where is True:
        return int(np.prod([x.shape[i] for i in axis], dtype=np.intp))
    counted = broadcast_to(where, x.shape)
    return sum_over(counted.astype(x.dtype), axis, True)


def mean_over(x: Any, axis: tuple[int, ...], keepdims: bool, where: Any = absent) -> Any:
    count = _drop(_count(x, axis, where), axis, keepdims)
    return sum_over(_where(x, where, 0.0), axis, keepdims) / count


def _drop(x: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    """Without the axes of a reduction that was made with keepdims."""
    return x if keepdims or not axis or np.ndim(x) == 0 else x.squeeze(axis)


@function(np.mean)
def mean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = absent,
    *,
    where: Any = absent,
) -> Any:
    """The mean along axes, as `numpy.mean`."""
    if not (is_given(dtype) or is_given(out) or is_given(where)):
        found = _core._mean(a, axis, is_kept(keepdims))
        if found is not None:
            return found
    refuse_keywords("mean", out=out)
    x = numbers(a, dtype)
    return mean_over(x, axes_of(axis, x.ndim), is_kept(keepdims), where)


def variance_over(
    a: Any, axis: Any, dtype: Any, ddof: float, keepdims: Any, where: Any, mean_given: Any
) -> Any:
    x = numbers(a, dtype)
    axes = axes_of(axis, x.ndim)
    center = mean_given if is_given(mean_given) else mean_over(x, axes, True, where)
    deviation = x - center
    squares = _where(deviation * deviation, where, 0.0)
    count = _count(x, axes, where)
    kept = is_kept(keepdims)
    degrees = _drop(_core.maximum(count - ddof, 0.0), axes, kept)
    return sum_over(squares, axes, kept) / degrees


def degrees_of(ddof: float, correction: Any) -> float:
    if not is_given(correction):
        return ddof
    if ddof != 0:
        raise ValueError("ddof and correction can't be provided simultaneously.")
    return float(correction)


@function(np.var)
def var(
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
    """The variance along axes, as `numpy.var`."""
    refuse_keywords("var", out=out)
    return variance_over(a, axis, dtype, degrees_of(ddof, correction), keepdims, where, mean)


@function(np.std)
def std(
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
    """The standard deviation along axes, as `numpy.std`; where it is zero so is its derivative."""
    refuse_keywords("std", out=out)
    return _core.sqrt(
        variance_over(a, axis, dtype, degrees_of(ddof, correction), keepdims, where, mean)
    )


def extreme_over(
    name: str, a: Any, axis: Any, out: Any, keepdims: Any, initial: Any, where: Any
) -> Any:
    largest = name == "max"
    if not (is_given(out) or is_given(initial) or is_given(where)):
        found = (_core._max if largest else _core._min)(a, axis, is_kept(keepdims))
        if found is not None:
            return found
    refuse_keywords(name, out=out)
    x = numbers(a)
    if where is not absent and where is not True and not is_given(initial):
        raise ValueError(
            "reduction operation 'maximum' does not have an identity, so to use a where mask one "
            "has to specify 'initial'"
        )
    x = _where(x, where, -np.inf if largest else np.inf)
    axes = axes_of(axis, x.ndim)
    if 0 in [x.shape[i] for i in axes]:
        if not is_given(initial):
            raise ValueError(
                f"zero-size array to reduction operation {name}imum which has no identity"
            )
        return sum_over(x, axes, is_kept(keepdims)) + initial
    result = (largest_over if largest else smallest_over)(x, axes, is_kept(keepdims))
    if not is_given(initial):
        return result
    return (_core.maximum if largest else _core.minimum)(result, initial)


@function(np.max, np.amax)
def max(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = absent,
    initial: Any = absent,
    where: Any = absent,
) -> Any:
    """The largest along axes, as `numpy.max`; those that tie share the derivative evenly.

    >>> import autodiffx as adx
    >>> x = adx.Variable([1.0, 3.0, 3.0])
    >>> max(x).backward()
    >>> x.grad
    array([0. , 0.5, 0.5])
    """
    return extreme_over("max", a, axis, out, keepdims, initial, where)


@function(np.min, np.amin)
def min(
    a: Any,
    axis: Any = None,
    out: Any = None,
    keepdims: Any = absent,
    initial: Any = absent,
    where: Any = absent,
) -> Any:
    """The smallest along axes, as `numpy.min`; those that tie share the derivative evenly."""
    return extreme_over("min", a, axis, out, keepdims, initial, where)


amax = max
amin = min


@function(np.ptp)
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = absent) -> Any:
    """The largest less the smallest along axes, as `numpy.ptp`."""
    return max(a, axis, out, keepdims) - min(a, axis, out, keepdims)


@function(np.average)
def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = absent
) -> Any:
    """The weighted mean along axes, as `numpy.average`."""
    x = numbers(a)
    axes = axes_of(axis, x.ndim)
    if weights is None:
        result = mean_over(x, axes, is_kept(keepdims))
        total: Any = float(_count(x, axes, absent))
    else:
        w = numbers(weights)
        if w.shape != x.shape:
            if axis is None:
                raise TypeError("Axis must be specified when shapes of a and weights differ.")
            if w.shape != tuple(x.shape[i] for i in axes):
                raise ValueError(
                    "Shape of weights must be consistent with shape of a along specified axis."
                )
            w = reshape(w, [x.shape[i] if i in axes else 1 for i in range(x.ndim)])
        spread = broadcast_to(w, x.shape) if w.shape != x.shape else w
        scale = sum_over(spread, axes, True)
        if (plain(scale) == 0.0).any():
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        kept = is_kept(keepdims)
        total = _drop(scale, axes, kept)
        result = sum_over(x * w, axes, kept) / total
    if not returned:
        return result
    return result, total if np.shape(total) == result.shape else broadcast_to(
        as_array(total), result.shape
    )
