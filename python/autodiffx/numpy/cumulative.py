"""Sums and products of the elements up to each."""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np

from autodiffx.numpy.dispatch import function, refuse_keywords
from autodiffx.numpy.primitives import axes_of, concatenate_all, is_nan, select
from autodiffx.numpy.primitives import cumulative_product as running_product
from autodiffx.numpy.primitives import cumulative_sum as running_sum
from autodiffx.numpy.reductions import numbers
from autodiffx.numpy.views import ravel

__all__ = ["cumprod", "cumsum", "cumulative_prod", "cumulative_sum", "nancumprod", "nancumsum"]


def _along(name: str, kernel: Any, a: Any, axis: Any, dtype: Any, out: Any) -> Any:
    refuse_keywords(name, out=out)
    x = numbers(a, dtype)
    if axis is None:
        return kernel(ravel(x), 0)
    return kernel(x, axes_of(index(axis), x.ndim)[0])


@function(np.cumsum)
def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The sum of the elements up to each, as `numpy.cumsum`."""
    return _along("cumsum", running_sum, a, axis, dtype, out)


@function(np.cumprod)
def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The product of the elements up to each, as `numpy.cumprod`."""
    return _along("cumprod", running_product, a, axis, dtype, out)


@function(np.nancumsum)
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The sum of the elements up to each that are not NaN, as `numpy.nancumsum`."""
    x = numbers(a, dtype)
    return cumsum(select(is_nan(x), 0.0, x), axis, None, out)


@function(np.nancumprod)
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The product of the elements up to each that are not NaN, as `numpy.nancumprod`."""
    x = numbers(a, dtype)
    return cumprod(select(is_nan(x), 1.0, x), axis, None, out)


def _cumulative(
    whole: Any, first: float, x: Any, axis: Any, dtype: Any, out: Any, include_initial: bool
) -> Any:
    x = numbers(x, dtype)
    if axis is None:
        if x.ndim > 1:
            raise ValueError(
                "For arrays which have more than one dimension ``axis`` argument is required."
            )
        axis = 0
    result = whole(x, axis, None, out)
    if not include_initial:
        return result
    at = axes_of(axis, result.ndim)[0]
    shape = [1 if i == at else length for i, length in enumerate(result.shape)]
    return concatenate_all([np.full(shape, first, result.dtype), result], at)


@function(np.cumulative_sum)
def cumulative_sum(
    x: Any,
    /,
    *,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    include_initial: bool = False,
) -> Any:
    """The sum of the elements up to each, as `numpy.cumulative_sum`."""
    return _cumulative(cumsum, 0.0, x, axis, dtype, out, include_initial)


@function(np.cumulative_prod)
def cumulative_prod(
    x: Any,
    /,
    *,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    include_initial: bool = False,
) -> Any:
    """The product of the elements up to each, as `numpy.cumulative_prod`."""
    return _cumulative(cumprod, 1.0, x, axis, dtype, out, include_initial)
