"""Arrays joined along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.numpy.rule import Rule

__all__ = ["concatenate_all"]


def _join_vjp(adjoint: Any, result: Any, *parts: Any, wanted: Any, axis: int) -> Any:
    found = []
    start = 0
    for part, asked in zip(parts, wanted, strict=True):
        stop = start + part.shape[axis]
        piece = (slice(None),) * axis + (slice(start, stop),)
        found.append(adjoint[piece] if asked else None)
        start = stop
    return tuple(found)


def _join_jvp(tangents: Any, result: Any, *parts: Any, axis: int) -> Any:
    filled = [
        np.zeros(part.shape, result.dtype) if tangent is None else tangent
        for part, tangent in zip(parts, tangents, strict=True)
    ]
    return concatenate_all(filled, axis)


class _Joining(Rule):
    """The rule of what the engine joins itself: for Duals, and for what NumPy refuses."""

    __slots__ = ()

    def __call__(self, *operands: Any, **fixed: Any) -> Any:
        found = _core._join(operands, fixed["axis"])
        return super().__call__(*operands, **fixed) if found is None else found


_join = _Joining(
    "concatenate",
    lambda *parts, axis: np.concatenate(parts, axis),
    _join_vjp,
    _join_jvp,
)


def concatenate_all(parts: Sequence[Any], axis: int) -> Any:
    """Arrays joined along an axis that all of them have."""
    axis = axis if axis >= 0 else axis + parts[0].ndim
    return parts[0] if len(parts) == 1 else _join(*parts, axis=axis)
