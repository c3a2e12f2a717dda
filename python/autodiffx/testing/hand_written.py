"""Rules that somebody has written by hand, in the form in which the library's are checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiffx.testing.derivatives import Pullback, Pushforward, as_leaf
from autodiffx.testing.leaves import Array, Leaf, take_apart

__all__ = ["by_jvp", "by_vjp"]

JVP = Callable[[tuple[Any, ...], tuple[Any, ...]], tuple[Any, Any]]
VJP = Callable[..., tuple[Any, Callable[[Any], Any]]]


def by_jvp(jvp: JVP, args: Sequence[Any]) -> Pushforward:
    """Forward mode by `jvp(primals, tangents) -> (value, tangent)`."""
    structure = take_apart(tuple(args))[2]

    def pushed(leaves: Sequence[Leaf], tangents: Sequence[Array]) -> tuple[Any, Any]:
        directions = structure.unflatten(map(as_leaf, tangents))
        value, tangent = jvp(structure.unflatten(leaves), directions)
        results = take_apart(value)
        return results[0], fitting("the tangent that jvp returned", tangent, "its value", results)

    return pushed


def by_vjp(vjp: VJP, args: Sequence[Any]) -> Pullback:
    """Reverse mode by `vjp(*args) -> (value, pullback)`."""
    arguments = take_apart(tuple(args))

    def pulled(leaves: Sequence[Leaf], cotangents: Sequence[Array]) -> tuple[Any, Any]:
        value, pullback = vjp(*arguments[2].unflatten(leaves))
        results = take_apart(value)
        gradients = pullback(results[2].unflatten(map(as_leaf, cotangents)))
        found = fitting("what the pullback returned", gradients, "the tuple of args", arguments)
        return results[0], found

    return pulled


def fitting(what: str, tree: Any, whose: str, wanted: tuple[Any, Any, Any]) -> list[Leaf]:
    """The leaves of a derivative.

    Raises:
        AssertionError: it has another structure, or a leaf another shape.
    """
    __tracebackhide__ = True
    leaves, _, structure = take_apart(tree)
    if structure != wanted[2]:
        raise AssertionError(f"{what} has the structure {structure}, {whose} has {wanted[2]}")
    for found, like in zip(leaves, wanted[0], strict=True):
        if np.shape(found) != np.shape(like):
            raise AssertionError(
                f"{what} has a leaf of shape {np.shape(found)} where {whose} has {np.shape(like)}"
            )
    return leaves
