"""Arrays joined along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx._core import Dual, Variable
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


_join = Rule(
    "concatenate",
    lambda *parts, axis: np.concatenate(parts, axis),
    _join_vjp,
    _join_jvp,
)


# Up to so many elements a statement for each part costs less than a call of Python in each sweep.
_FEW = 64 * 64


def _is_written(parts: Sequence[Any]) -> bool:
    """Whether parts are joined by writing them into an array."""
    return (
        any(isinstance(part, Variable) for part in parts)
        and all(not isinstance(part, Dual) and part.dtype == np.float64 for part in parts)
        and all(part.size for part in parts)  # to write nothing is not recorded
        and sum(part.size for part in parts) <= _FEW
    )


def _written(parts: Sequence[Any], axis: int) -> Any:
    shape = list(parts[0].shape)
    for part in parts:
        if (*part.shape[:axis], *part.shape[axis + 1 :]) != (*shape[:axis], *shape[axis + 1 :]):
            return _join(*parts, axis=axis)  # which raises as NumPy does
    shape[axis] = sum(part.shape[axis] for part in parts)
    joined = _core.Constant(np.zeros(shape)).copy()
    start = 0
    for part in parts:
        stop = start + part.shape[axis]
        joined[(slice(None),) * axis + (slice(start, stop),)] = part
        start = stop
    # Of what has been written into, statements that read its primals would keep copies.
    return +joined


def concatenate_all(parts: Sequence[Any], axis: int) -> Any:
    """Arrays joined along an axis that all of them have."""
    axis = axis if axis >= 0 else axis + parts[0].ndim
    if len(parts) == 1:
        return parts[0]
    if not _is_written(parts):
        return _join(*parts, axis=axis)
    # Code written for autograd does not assign to arrays; this does.
    before = _core._follow_autograd(False)
    try:
        return _written(parts, axis)
    finally:
        _core._follow_autograd(before)
