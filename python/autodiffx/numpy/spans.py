"""Numbers evenly spaced between ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.dispatch import function, is_traced
from autodiffx.numpy.primitives import axes_of, concatenate_all
from autodiffx.numpy.views import broadcast_to, moveaxis, reshape

__all__ = ["geomspace", "linspace", "logspace"]


@function(np.linspace)
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    **_: Any,
) -> Any:
    """Numbers evenly spaced from start to stop, as `numpy.linspace`."""
    first, last = as_array(start) * 1.0, as_array(stop) * 1.0
    if num < 0:
        raise ValueError(f"Number of samples, {num}, must be non-negative.")
    shape = np.broadcast_shapes(first.shape, last.shape)
    intervals = num - 1 if endpoint else num
    step = (last - first) / intervals if intervals > 0 else (last - first) * np.nan
    places = np.arange(float(num)).reshape(-1, *(1,) * len(shape))
    if intervals > 0:
        # As NumPy does, by which the last number is the end itself.
        result = first + places * step
        if endpoint and num > 1:
            end = reshape(broadcast_to(last, shape), (1, *shape))
            result = concatenate_all([result[:-1], end], 0)
    else:
        result = first + places * (last - first)
    result = result if dtype is None else result.astype(dtype)
    at = axes_of(axis, result.ndim)[0]
    result = result if at == 0 else moveaxis(result, 0, at)
    return (result, step) if retstep else result


@function(np.logspace)
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """base to numbers evenly spaced, as `numpy.logspace`."""
    if np.ndim(base):
        raise NotImplementedError("numpy.logspace of Variables takes one number as base")
    exponents = linspace(start, stop, num, endpoint, axis=axis)
    result = _core.power(base, exponents)
    return result if dtype is None else result.astype(dtype)


@function(np.geomspace)
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """Numbers of even ratio from start to stop, both positive, as `numpy.geomspace`."""
    first, last = as_array(start) * 1.0, as_array(stop) * 1.0

    def log(x: Any) -> Any:
        return _core.log(x) if is_traced(x) else np.log(x)

    result = _core.exp(linspace(log(first), log(last), num, endpoint, axis=axis))
    return result if dtype is None else result.astype(dtype)
