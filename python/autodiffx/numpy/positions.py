"""Where the elements that a key chooses lie, by NumPy's own indexing."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["positions"]


def positions(
    shape: tuple[int, ...], strides: tuple[int, ...], offset: int, key: Any
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The place of each chosen element, for strides in elements and the first one's offset.

    Every axis is asked for its coordinate, as an array that repeats along all others and takes
    no memory: so the cost is in proportion to what is chosen, whatever the key.
    """
    found: Any = np.int64(offset)
    for axis, (length, stride) in enumerate(zip(shape, strides, strict=True)):
        along = np.arange(length).reshape((length,) + (1,) * (len(shape) - axis - 1))
        found = found + np.broadcast_to(along, shape)[key] * stride
    if not shape:
        found = found + np.zeros((), np.int64)[key]
    return np.ascontiguousarray(found, np.int64).reshape(np.shape(found))
