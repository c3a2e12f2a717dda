"""Sums of exponentials of a Series along axes, without overflow."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx._core import exp, log

__all__ = ["log_softmax", "logsumexp", "softmax"]


def logsumexp(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(a))) along axes."""
    largest_value = np.max(a.value, axis=axis, keepdims=True)
    shift = np.where(np.isfinite(largest_value), largest_value, 0.0)
    total = log(np.sum(exp(a - shift), axis=axis, keepdims=True)) + shift
    return total if keepdims else np.squeeze(total, axis=axis)


def log_softmax(a: Any, axis: Any = None) -> Any:
    """a - logsumexp(a) along axes."""
    return a - logsumexp(a, axis, True)


def softmax(a: Any, axis: Any = None) -> Any:
    """exp(a) / sum(exp(a)) along axes."""
    return exp(log_softmax(a, axis))
