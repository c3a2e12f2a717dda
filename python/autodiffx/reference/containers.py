"""Containers of numbers, nested at will: taken apart into leaves and put together again.

Lists, tuples, named tuples, dicts, deques and whatever classes were registered with optree, in its
namespace "autodiffx" or globally, are taken apart by optree; dataclasses by their fields. None
stands for nothing: it stays where it is and is no leaf.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Ranked

__all__ = ["Structure", "flatten", "is_leaf", "mapped"]

NAMESPACE = "autodiffx"


class Structure:
    """What a container is without its leaves."""

    def unflatten(self, leaves: Iterable[Any]) -> Any:
        """The container with these leaves, as many as it has."""
        return self.filled(iter(leaves))

    def filled(self, leaves: Iterator[Any]) -> Any:
        """The container with the next leaves."""
        return next(leaves)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return 1

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return repr(self.unflatten([_Star()] * self.size))


class _Star:
    """Any leaf, as structures are shown."""

    def __repr__(self) -> str:
        return "*"


class _Nested(Structure):
    """A container that optree takes apart, or a dataclass; its parts are structures again."""

    def __init__(self, kind: Any, parts: list[Structure], assembled: Callable[..., Any]) -> None:
        self.kind = kind  # equal kinds have parts in the same places
        self.parts = parts
        self.assembled = assembled  # from a list of parts to the container

    def filled(self, leaves: Iterator[Any]) -> Any:
        return self.assembled([part.filled(leaves) for part in self.parts])

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Nested):
            return False
        return bool(self.kind == other.kind) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.size)


LEAF = Structure()


def flatten(value: Any) -> tuple[list[Any], Structure]:
    """The leaves of a container, and what it is without them; a leaf alone is its only one.

    >>> leaves, structure = flatten({"a": [1.0, None], "b": 2.0})
    >>> leaves, structure
    ([1.0, 2.0], {'a': [*, None], 'b': *})
    >>> structure.unflatten([3.0, 4.0])
    {'a': [3.0, None], 'b': 4.0}
    """
    if isinstance(value, (Ranked, float, int, str, np.ndarray, np.generic)):
        return [value], LEAF
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and not _registered(value):
        return _fields_of(value)

    import optree

    found, specification = optree.tree_flatten(value, namespace=NAMESPACE)
    if len(found) == 1 and found[0] is value:
        return [value], LEAF
    return _collected(
        found, specification, lambda parts: optree.tree_unflatten(specification, parts)
    )


def _registered(value: Any) -> bool:
    """True of a dataclass that its author has told optree how to take apart."""
    import optree

    return not optree.tree_is_leaf(value, namespace=NAMESPACE)


def _fields_of(value: Any) -> tuple[list[Any], Structure]:
    """The leaves in all fields of a dataclass."""
    names = [field.name for field in dataclasses.fields(value)]

    def assembled(parts: list[Any]) -> Any:
        # Its __init__ is not run again: it may refuse or change what a derivative is. What is no
        # field is not there: it was computed from plain numbers.
        made = object.__new__(type(value))
        for name, part in zip(names, parts, strict=True):
            object.__setattr__(made, name, part)
        return made

    return _collected([getattr(value, name) for name in names], type(value), assembled)


def _collected(
    found: Sequence[Any], kind: Any, assembled: Callable[..., Any]
) -> tuple[list[Any], Structure]:
    leaves: list[Any] = []
    parts: list[Structure] = []
    for part in found:
        inside, structure = flatten(part)
        leaves += inside
        parts.append(structure)
    return leaves, _Nested(kind, parts, assembled)


def is_leaf(value: Any) -> bool:
    """True for what is no container."""
    return flatten(value)[1] is LEAF


def mapped(function: Callable[[Any], Any], value: Any) -> Any:
    """A container of the same structure with the function's results; of a leaf its result."""
    leaves, structure = flatten(value)
    return structure.unflatten([function(leaf) for leaf in leaves])
