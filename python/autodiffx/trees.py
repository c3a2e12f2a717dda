"""Containers of numbers and arrays, taken apart and put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autodiffx._core import Constant, Dual, Variable

__all__ = ["NAMESPACE", "Tree", "flatten", "mapped", "registered"]

# Where classes are registered that are containers for this library alone.
NAMESPACE = "autodiffx"

# What is a leaf without asking: then there is no need for optree, which takes 20 ms to import.
_PLAIN = (float, int, complex, str, bytes, np.ndarray, np.generic, Variable, Constant, Dual)


class Tree:
    """The structure of a container: how many leaves, and how to put others in their places."""

    __slots__ = ("count", "specification")

    def __init__(self, specification: Any, count: int) -> None:
        self.specification = specification
        self.count = count

    def unflatten(self, leaves: Iterable[Any]) -> Any:
        """A container of this structure with other leaves."""
        if self.specification is None:
            (leaf,) = leaves
            return leaf
        return self.specification.unflatten(leaves)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tree) and bool(self.specification == other.specification)

    def __hash__(self) -> int:
        return hash(self.specification)

    def __repr__(self) -> str:
        return "*" if self.specification is None else repr(self.specification)


LEAF = Tree(None, 1)


def flatten(container: Any) -> tuple[list[Any], Tree]:
    """The leaves of a container, and its structure.

    Containers are lists, tuples, named tuples, dicts, dataclasses and classes registered with
    optree, in its global namespace or in that of ``"autodiffx"``. None has no leaves.
    """
    if type(container) in _PLAIN or isinstance(container, (Variable, Dual, np.ndarray)):
        return [container], LEAF
    optree = registered(container)
    leaves, specification = optree.tree_flatten(container, namespace=NAMESPACE)
    if len(leaves) == 1 and leaves[0] is container:
        return [container], LEAF
    return leaves, Tree(specification, len(leaves))


def registered(container: Any) -> Any:
    """optree, after it has been told about the dataclasses that stand in the container."""
    import optree

    for leaf in optree.tree_leaves(container, namespace=NAMESPACE):
        if hasattr(type(leaf), "__dataclass_fields__"):
            register_dataclass(type(leaf), optree)
            for field in type(leaf).__dataclass_fields__:
                registered(getattr(leaf, field))
    return optree


def register_dataclass(kind: Any, optree: Any) -> None:
    """Makes a dataclass a container of its fields, for this library."""
    names = tuple(kind.__dataclass_fields__)

    def taken_apart(instance: Any) -> tuple[list[Any], tuple[str, ...], tuple[str, ...]]:
        return [getattr(instance, name) for name in names], names, names

    def put_together(names: Sequence[str], parts: Iterable[Any]) -> Any:
        made = object.__new__(kind)
        for name, part in zip(names, parts, strict=True):
            object.__setattr__(made, name, part)
        return made

    optree.register_pytree_node(kind, taken_apart, put_together, namespace=NAMESPACE)


def mapped(function: Callable[..., Any], container: Any, *others: Any) -> Any:
    """The container with each leaf replaced by function(leaf, leaves of the others there)."""
    leaves, tree = flatten(container)
    columns = [leaves]
    for other in others:
        more, found = flatten(other)
        if found != tree:
            raise TypeError(f"containers differ in structure: {tree} and {found}")
        columns.append(more)
    return tree.unflatten([function(*each) for each in zip(*columns, strict=True)])
