"""Derivatives along directions, forward: a function on Duals, its containers taken apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autodiffx._core import _jvp
from autodiffx.arguments import with_aux
from autodiffx.trees import Tree, flatten

__all__ = ["flat_tangents", "push_forward"]


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
    function, aux = with_aux("jvp", f, has_aux)
    found: list[Tree] = []

    def of_leaves(*duals: Any) -> list[Any]:
        rest = list(duals)
        arguments = []
        for tree in trees:
            arguments.append(tree.unflatten(rest[: tree.count]))
            del rest[: tree.count]
        result = function(*arguments)
        if result is None:
            raise TypeError("jvp() needs a function that returns numbers and arrays, got None")
        outputs, tree = flatten(result)
        found.append(tree)
        return outputs

    values, directions = _jvp(of_leaves, [leaf for each in leaves for leaf in each], flat)
    result, tangent = found[0].unflatten(values), found[0].unflatten(directions)
    return (result, tangent, aux.found) if has_aux else (result, tangent)
