"""Derivatives along directions, forward: a function on Duals, its containers taken apart."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiffx._core import Dual, _jvp
from autodiffx.arguments import with_aux
from autodiffx.runs import shape_of
from autodiffx.trees import Tree, flatten

__all__ = ["flat_tangents", "push_forward", "require_shapes"]


def flat_tangents(
    who: str, primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[list[list[Any]], list[Tree], list[Any]]:
    """The leaves of each primal, their structures, and all leaves of the tangents."""
    if len(primals) != len(tangents):
        raise ValueError(
            f"{who}() takes as many tangents as primals, got {len(tangents)} for {len(primals)}"
        )
    leaves, trees, flat = [], [], []
    for primal, tangent in zip(primals, tangents, strict=True):
        parts, tree = flatten(primal)
        found, other = flatten(tangent)
        if other != tree:
            raise TypeError(
                f"a tangent of {who}() has the structure of its primal, {tree}, got {other}"
            )
        leaves.append(parts)
        trees.append(tree)
        flat += found
    return leaves, trees, flat


def require_real(leaf: Any) -> None:
    """Raise TypeError of what has no derivative: decisions, and arrays of whole numbers."""
    array = isinstance(leaf, np.ndarray) and leaf.dtype.kind in "biu"
    if array or isinstance(leaf, (bool, np.bool_)):
        found = f"an array of dtype {leaf.dtype}" if array else "a bool"
        raise TypeError(
            f"jvp() differentiates by real numbers, got {found}: turn it into floats first, as by "
            ".astype(float)"
        )


def require_shapes(tangents: Sequence[Any], primals: Sequence[Any]) -> None:
    """Raise ValueError unless each tangent has the shape of its primal."""
    for tangent, primal in zip(tangents, primals, strict=True):
        if shape_of(tangent) != shape_of(primal):
            raise ValueError(
                f"a tangent has the shape of its primal, {shape_of(primal)}, got "
                f"{shape_of(tangent)}"
            )


def push_forward(
    f: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False
) -> tuple[Any, ...]:
    """What `jvp` returns."""
    for given in (primals, tangents):
        if not isinstance(given, (tuple, list)):
            raise TypeError(
                "jvp() takes primals and tangents as tuples or lists, one entry per argument; "
                f"got {type(primals).__name__!r} and {type(tangents).__name__!r}"
            )
    leaves, trees, flat = flat_tangents("jvp", primals, tangents)
    for leaf in itertools.chain.from_iterable(leaves):
        require_real(leaf)
    function, aux = with_aux("jvp", f, has_aux)
    found: list[Tree] = []

    def of_leaves(*duals: Any) -> list[Any]:
        given = iter(duals)
        arguments = [tree.unflatten([next(given) for _ in range(tree.count)]) for tree in trees]
        result = function(*arguments)
        if result is None:
            raise TypeError("jvp() needs a function that returns numbers and arrays, got None")
        outputs, tree = flatten(result)
        beside, around = flatten(aux.found)
        found[:] = [tree, around]
        # What is active in aux has its level taken away, as the results have.
        for place, leaf in enumerate(beside):
            if isinstance(leaf, Dual):
                active[place] = len(outputs) + len(active)
        rest[:] = beside
        return [*outputs, *(beside[i] for i in active)]

    active: dict[int, int] = {}
    rest: list[Any] = []
    values, directions = _jvp(of_leaves, [leaf for each in leaves for leaf in each], flat)
    count = found[0].count
    result, tangent = found[0].unflatten(values[:count]), found[0].unflatten(directions[:count])
    if not has_aux:
        return result, tangent
    for place, at in active.items():
        rest[place] = values[at]
    return result, tangent, found[1].unflatten(rest)
