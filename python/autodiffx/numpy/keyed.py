"""Kernels that take elements in the order of keys, which a replay finds anew."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.primitives import scattered
from autodiffx.numpy.rule import Rule

__all__ = ["lookup", "take_ordered"]


def _order(keys: Any, axis: int, kth: Any) -> Any:
    if kth is None:
        return np.argsort(keys, axis=axis, kind="stable")
    return np.argpartition(keys, kth, axis=axis)


def _put(x: Any, keys: Any, axis: int, kth: Any) -> Any:
    result = np.empty_like(x)
    np.put_along_axis(result, _order(keys, axis, kth), x, axis)
    return result


_take_ordered = Rule(
    "sort",
    lambda x, keys, axis, kth: np.take_along_axis(x, _order(keys, axis, kth), axis),
    lambda adjoint, result, x, keys, wanted, axis, kth: (
        _put_ordered(adjoint, keys, axis=axis, kth=kth),
        None,
    ),
    lambda tangents, result, x, keys, axis, kth: (
        None if tangents[0] is None else take_ordered(tangents[0], keys, axis, kth)
    ),
)
_put_ordered: Rule = Rule(
    "unsort",
    _put,
    lambda adjoint, result, x, keys, wanted, axis, kth: (
        take_ordered(adjoint, keys, axis, kth),
        None,
    ),
    lambda tangents, result, x, keys, axis, kth: (
        None if tangents[0] is None else _put_ordered(tangents[0], keys, axis=axis, kth=kth)
    ),
)


def take_ordered(x: Any, keys: Any, axis: int, kth: Any = None) -> Any:
    """The elements of x in the stable order of the keys, or in that of a partition of them.

    The order is found anew by a replay; no derivative is taken by the keys.
    """
    return _take_ordered(x, keys, axis=axis, kth=kth)


def _interval(keys: Any, edges: Any, upper: bool) -> Any:
    last = max(len(edges) - 2, 0)
    place = np.clip(np.searchsorted(edges, keys, side="right") - 1, 0, last)
    return np.minimum(place + 1, len(edges) - 1) if upper else place


_lookup = Rule(
    "lookup",
    lambda x, keys, edges, upper: x[_interval(keys, edges, upper)],
    lambda adjoint, result, x, keys, edges, wanted, upper: (
        _lookup_back(adjoint, keys, edges, upper=upper),
        None,
        None,
    ),
    lambda tangents, result, x, keys, edges, upper: (
        None if tangents[0] is None else lookup(tangents[0], keys, edges, upper)
    ),
)
_lookup_back: Rule = Rule(
    "lookup_back",
    lambda x, keys, edges, upper: scattered(x, _interval(keys, edges, upper), edges.shape),
    lambda adjoint, result, x, keys, edges, wanted, upper: (
        lookup(adjoint, keys, edges, upper),
        None,
        None,
    ),
    lambda tangents, result, x, keys, edges, upper: (
        None if tangents[0] is None else _lookup_back(tangents[0], keys, edges, upper=upper)
    ),
)


def lookup(x: Any, keys: Any, edges: Any, upper: bool) -> Any:
    """The elements of x, one for each edge, at the lower or upper edge of each key's interval."""
    return _lookup(x, keys, edges, upper=upper)
