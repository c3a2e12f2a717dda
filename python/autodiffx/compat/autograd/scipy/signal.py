"""autograd's ``scipy.signal``: `convolve` along chosen axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiffx.compat.autograd.tracer import takes_rules
from autodiffx.numpy import asarray, einsum, pad, take, transpose

__all__ = ["convolve"]

Axes = Sequence[Sequence[int]]


def _span(a: int, b: int, mode: str) -> tuple[int, int]:
    """Which of the a + b - 1 sums are kept: the first, and how many."""
    if mode == "full":
        return 0, a + b - 1
    if mode == "same":
        return (b - 1) // 2, a
    return min(a, b) - 1, abs(a - b) + 1


@takes_rules()
def convolve(
    A: Any, B: Any, axes: Axes | None = None, dot_axes: Axes = ((), ()), mode: str = "full"
) -> Any:
    """The sums of A[i] * B[k - i] along pairs of axes.

    Args:
        A, B: arrays, or Boxes of them.
        axes: two lists, the axes of A and those of B that belong together; all if left out.
        dot_axes: likewise those that are multiplied and summed up.
        mode: "full": all sums; "valid": those in which the shorter array lies within the longer;
            "same": as many as A has, from the middle.

    Returns:
        An array with the other axes of A, those of B, and then those of the sums.

    Raises:
        AssertionError: there is no such mode.
        ValueError: neither array is the longer along all axes, in the mode "valid".

    >>> import numpy as np
    >>> convolve(np.array([1.0, 2.0, 3.0]), np.array([1.0, 10.0]))
    array([ 1., 12., 23., 30.])
    """
    if mode not in ("valid", "full", "same"):
        raise AssertionError(f"mode is 'valid', 'full' or 'same', got {mode!r}")
    A, B = asarray(A), asarray(B)
    along = (range(A.ndim), range(B.ndim)) if axes is None else axes
    of_a, of_b = ([axis % x.ndim for axis in given] for x, given in zip((A, B), along, strict=True))
    dot_a, dot_b = (
        [axis % x.ndim for axis in given] for x, given in zip((A, B), dot_axes, strict=True)
    )
    lengths = [(A.shape[i], B.shape[j]) for i, j in zip(of_a, of_b, strict=True)]
    if mode == "valid" and len({a > b for a, b in lengths if a != b}) > 1:
        raise ValueError(
            "convolve() in the mode 'valid' takes one array that is the longer along all axes, got "
            f"the lengths {lengths}"
        )
    # B[k - i] for each sum k and each element i of A, as two axes at the end, in place of B's.
    letters = iter(range(A.ndim, 10 * (A.ndim + B.ndim)))
    a_letters = list(range(A.ndim))
    b_letters = [next(letters) for _ in range(B.ndim)]
    for i, j in zip(dot_a, dot_b, strict=True):
        b_letters[j] = a_letters[i]
    windows, sums = B, []
    for i, j in zip(of_a, of_b, strict=True):
        a, b = A.shape[i], B.shape[j]
        start, count = _span(a, b, mode)
        padded = [(0, 0)] * windows.ndim
        padded[j] = (a - 1, a - 1)
        places = np.arange(start, start + count)[:, None] - np.arange(a) + a - 1
        # The two new axes stand where j was; they go to the end, and a single one takes its place.
        found = take(pad(windows, padded), places, axis=j)
        order = [k for k in range(found.ndim) if k not in (j, j + 1)]
        order.insert(j, j)
        windows = transpose(found, (*order, j + 1))
        sums.append(next(letters))
        b_letters[j] = sums[-1]
        b_letters.append(a_letters[i])
    kept_a = [a_letters[i] for i in range(A.ndim) if i not in of_a and i not in dot_a]
    kept_b = [b_letters[j] for j in range(B.ndim) if j not in of_b and j not in dot_b]
    return einsum(A, a_letters, windows, b_letters, [*kept_a, *kept_b, *sums])
