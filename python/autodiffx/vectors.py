"""Arrays of several shapes as one vector: joined to it, and cut out of it again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiffx._core import Constant
from autodiffx.kernel import Leaves
from autodiffx.numpy import concatenate, ravel, reshape

__all__ = ["joined", "pieces"]


def joined(leaves: Leaves, what: str) -> Any:
    """All elements one after another, in float64.

    Raises:
        TypeError: one of the leaves holds no real numbers.
    """
    leaves = [each.value if isinstance(each, Constant) else each for each in leaves]
    flat = [ravel(each) for each in leaves]
    for each in flat:
        if each.dtype.kind not in "fiub":
            raise TypeError(f"{what} is made of real numbers and arrays, got dtype {each.dtype}")
    vector = flat[0] if len(flat) == 1 else concatenate(flat) if flat else np.zeros(0)
    return vector if vector.dtype == np.float64 else vector.astype(np.float64)


def pieces(vector: Any, shapes: Sequence[tuple[int, ...]]) -> Leaves:
    """What stands in a vector for each of the shapes; of no axes an element."""
    found: Leaves = []
    start = 0
    for shape in shapes:
        size = math.prod(shape)
        piece = vector[start : start + size]
        found.append(reshape(piece, shape) if shape else piece[0])
        start += size
    return found
