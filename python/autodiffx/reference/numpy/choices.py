"""Operations that choose elements by their size: the largest, the smallest, the order.

What is chosen from and what decides are two operands, and usually the same array. So a derivative
passes to the elements that were chosen, and every replay and every sweep chooses anew.
"""

from __future__ import annotations

import functools

import numpy as np

from autodiffx.reference.multilinear import Multilinear, choice
from autodiffx.reference.number import Array, settled
from autodiffx.reference.rule import Number

__all__ = ["LARGEST", "SMALLEST", "ordered"]


def _is_largest(keys: Array) -> Array:
    """Along the last axis the elements that are the maximum; NaN is larger than all numbers."""
    unknown = np.isnan(keys)
    largest = np.max(keys, axis=-1, keepdims=True)
    return np.where(unknown.any(axis=-1, keepdims=True), unknown, keys == largest)


def _mean_at_largest(values: Array, keys: Array) -> Number:
    """The mean over the largest; where these are all equal it is that number, to the last bit."""
    chosen = _is_largest(keys)
    with np.errstate(all="ignore"):
        total = np.sum(np.where(chosen, values, 0.0), axis=-1, dtype=values.dtype)
        mean = (total / chosen.sum(axis=-1)).astype(values.dtype)
        low = np.min(np.where(chosen, values, np.inf), axis=-1)
        high = np.max(np.where(chosen, values, -np.inf), axis=-1)
    return settled(np.asarray(np.where(low == high, low, mean)).astype(values.dtype))


def _shared_by_largest(adjoint: Number, keys: Array) -> Number:
    """Every adjoint in equal parts at the largest."""
    chosen = _is_largest(keys)
    adjoints = np.asarray(adjoint)
    share = (adjoints / chosen.sum(axis=-1))[..., None]
    return settled(np.where(chosen, share, 0.0).astype(adjoints.dtype))


LARGEST = choice("max", _mean_at_largest, _shared_by_largest)
SMALLEST = choice(
    "min",
    lambda values, keys: _mean_at_largest(values, -keys),
    lambda adjoint, keys: _shared_by_largest(adjoint, -keys),
)


@functools.lru_cache(maxsize=64)
def ordered(kth: tuple[int, ...] | None = None) -> Multilinear:
    """The elements along the last axis in the order of the keys, equal ones as they stood.

    With `kth` only so far in order as NumPy's partition puts them.
    """

    def order(keys: Array) -> Array:
        if kth is None:
            return np.argsort(keys, axis=-1, kind="stable")
        return np.argpartition(keys, kth, axis=-1)

    def arranged(values: Array, keys: Array) -> Number:
        return np.take_along_axis(values, order(keys), axis=-1)

    def returned(adjoint: Array, keys: Array) -> Number:
        found = np.zeros(keys.shape, adjoint.dtype)
        np.put_along_axis(found, order(keys), adjoint, axis=-1)
        return found

    return choice("sort" if kth is None else "partition", arranged, returned)
