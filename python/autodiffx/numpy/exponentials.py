"""Sums of exponentials along axes, without overflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.numpy.arrays import as_array, plain
from autodiffx.numpy.dispatch import is_foreign, is_traced
from autodiffx.numpy.primitives import axes_of, sum_over
from autodiffx.numpy.rule import Rule

__all__ = ["log_softmax", "logsumexp", "softmax"]


def _largest_or_zero(x: Any, axis: tuple[int, ...]) -> Any:
    largest = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    finite = np.isfinite(largest)
    return largest if finite.all() else np.where(finite, largest, largest.dtype.type(0))


# Whatever is subtracted before exp is added again after log: it has no derivative.
_shift = Rule("shift", _largest_or_zero)


def _shift_of(x: Any, axes: tuple[int, ...]) -> Any:
    """What a replay has to find anew is recorded; elsewhere it is a constant."""
    found = _core._shift(x, axes, True)
    if found is not None:
        return found
    if _core._records_guards() or not is_traced(x):
        return _shift(x, axis=axes)
    return _largest_or_zero(plain(x), axes)


def _floating(a: Any) -> Any:
    x = as_array(a)
    return x if x.dtype in (np.float64, np.float32) else x.astype(np.float64)


def _of_series(name: str) -> Callable[..., Any]:
    from autodiffx.series import exponentials

    return getattr(exponentials, name)  # type: ignore[no-any-return]  # one of its functions


def logsumexp(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(a))) along axes, without overflow."""
    if is_foreign(a):
        return _of_series("logsumexp")(a, axis, keepdims)
    found = _core._logsumexp(a, axis, keepdims)
    if found is not None:
        return found
    x = _floating(a)
    axes = axes_of(axis, x.ndim)
    shift = _shift_of(x, axes)
    with np.errstate(divide="ignore"):
        total = _log(sum_over(_exp(x - shift), axes, keepdims))
    total = total + (shift if keepdims or not axes else shift.squeeze(axes))
    return total if is_traced(total) else total[()]


def _exp(x: Any) -> Any:
    return _core.exp(x) if is_traced(x) else np.exp(x)


def _log(x: Any) -> Any:
    return _core.log(x) if is_traced(x) else np.log(x)


def log_softmax(a: Any, axis: Any = None) -> Any:
    """a - logsumexp(a) along axes, all of them by default."""
    if is_foreign(a):
        return _of_series("log_softmax")(a, axis)
    x = _floating(a)
    axes = axes_of(axis, x.ndim)
    x = x - _shift_of(x, axes)
    with np.errstate(divide="ignore"):
        return x - _log(sum_over(_exp(x), axes, True))


def softmax(a: Any, axis: Any = None) -> Any:
    """exp(a) / sum(exp(a)) along axes, all of them by default."""
    if is_foreign(a):
        return _of_series("softmax")(a, axis)
    x = _floating(a)
    axes = axes_of(axis, x.ndim)
    powers = _exp(x - _shift_of(x, axes))
    return powers / sum_over(powers, axes, True)
