"""One line of numbers slid along another."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autodiffx.reference.dispatch import Number
from autodiffx.reference.implementations import implements
from autodiffx.reference.numpy.given import array_of, floating, together
from autodiffx.reference.numpy.reductions import summed
from autodiffx.reference.shapes import shape_of

__all__: list[str] = []


@implements(np.convolve)
def convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    """Σ_j a[k - j] v[j] for every k where they overlap, or fully do, or as many as the longer has.

    Raises:
        ValueError: one is empty or has several axes, or the mode is unknown.
    """
    x, y = _line(a, "a"), _line(v, "v")
    if shape_of(y)[0] > shape_of(x)[0]:
        x, y = y, x
    return _slid(x, y, mode)


@implements(np.correlate)
def correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    """Σ_j a[k + j] v[j] for every k where they overlap: by default fully."""
    x, y = _line(a, "a"), _line(v, "v")
    if shape_of(y)[0] > shape_of(x)[0]:
        return _slid(y, x[::-1], mode)[::-1]
    return _slid(x, y[::-1], mode)


def _line(given: Any, name: str) -> Number:
    found = floating(array_of(given, "np.convolve"))
    found = np.reshape(found, (1,)) if not np.ndim(found) else found
    if np.ndim(found) != 1:
        raise ValueError("object too deep for desired array")
    if not shape_of(found)[0]:
        raise ValueError(f"{name} cannot be empty")
    return found


def _slid(longer: Number, shorter: Number, mode: Any) -> Number:
    count, width = shape_of(longer)[0], shape_of(shorter)[0]
    starts = {"full": (0, count + width - 1), "valid": (width - 1, count),
              "same": ((width - 1) // 2, (width - 1) // 2 + count)}  # fmt: skip
    if mode not in starts:
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got {mode!r})")
    start, stop = starts[mode]

    def windows(numbers: Any) -> Any:
        return sliding_window_view(np.pad(numbers, width - 1), width)[start:stop]

    return summed(together(windows, [longer], "windows") * shorter[::-1], (1,))
