"""Containers of numbers and arrays, taken apart and put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autodiffx._core import Constant, Dual, Variable

__all__ = ["NAMESPACE", "Row", "Tree", "flatten", "mapped", "take_apart"]

# Where classes are registered that are containers for this library alone.
NAMESPACE = "autodiffx"

# What is a leaf without asking: then there is no need for optree, which takes 20 ms to import, and
# as long for a list of numbers as a loop over them.
_PLAIN = frozenset(
    (float, int, complex, str, bytes, np.ndarray, np.float64, np.float32, Variable, Constant, Dual)
)


class Tree:
    """The structure of a container: how many leaves, and how to put others in their places."""

    __slots__ = ("_specification", "count")

    def __init__(self, specification: Any, count: int) -> None:
        self._specification = specification
        self.count = count

    @property
    def specification(self) -> Any:
        """What optree calls a PyTreeSpec; None of a leaf."""
        return self._specification

    def unflatten(self, leaves: Iterable[Any]) -> Any:
        """A container of this structure with other leaves."""
        if self._specification is None:
            (leaf,) = leaves
            return leaf
        return self._specification.unflatten(leaves)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tree) and bool(self.specification == other.specification)

    def __hash__(self) -> int:
        return hash(self.count)

    def __repr__(self) -> str:
        return "*" if self.specification is None else repr(self.specification)


class Row(Tree):
    """That of a list or tuple of nothing but leaves."""

    __slots__ = ("kind",)

    def __init__(self, kind: type, count: int) -> None:
        super().__init__(None, count)
        self.kind = kind

    @property
    def specification(self) -> Any:
        if self._specification is None:
            import optree

            self._specification = optree.tree_structure(self.kind((0.0,) * self.count))
        return self._specification

    def unflatten(self, leaves: Iterable[Any]) -> Any:
        return self.kind(leaves)

    def __eq__(self, other: object) -> bool:
        if type(other) is Row:
            return self.kind is other.kind and self.count == other.count
        return super().__eq__(other)

    __hash__ = Tree.__hash__


LEAF = Tree(None, 1)


def flatten(container: Any) -> tuple[list[Any], Tree]:
    """The leaves of a container, and its structure.

    Containers are lists, tuples, named tuples, dicts, dataclasses and classes registered with
    optree, in its global namespace or in that of ``"autodiffx"``. None has no leaves.
    """
    kind = type(container)
    if kind in _PLAIN or isinstance(container, (Variable, Dual, np.ndarray)):
        return [container], LEAF
    if (kind is list or kind is tuple) and _PLAIN.issuperset(map(type, container)):
        return list(container), Row(kind, len(container))
    leaves, specification = take_apart(container)
    if len(leaves) == 1 and leaves[0] is container:
        return [container], LEAF
    return leaves, Tree(specification, len(leaves))


def take_apart(container: Any) -> tuple[list[Any], Any]:
    """The leaves of a container, and optree's specification of its structure."""
    import optree

    while True:
        leaves, specification = optree.tree_flatten(container, namespace=NAMESPACE)
        if _PLAIN.issuperset(map(type, leaves)):
            return leaves, specification
        # Dataclasses that optree has not been told about are leaves to it, once.
        kinds = [k for k in set(map(type, leaves)) if hasattr(k, "__dataclass_fields__")]
        if not kinds:
            return leaves, specification
        for kind in kinds:
            register_dataclass(kind, optree)


def register_dataclass(kind: Any, optree: Any) -> None:
    """Makes a dataclass a container of its fields, for this library."""
    import dataclasses

    # Neither what belongs to the class (ClassVar) nor what only its __init__ takes (InitVar).
    names = tuple(each.name for each in dataclasses.fields(kind))

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
