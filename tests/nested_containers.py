"""Random containers around one number, as functions take and return them.

A container is built from the inside outwards: the number, or an array that holds it, is put beside
something else into a list, a dict, a dataclass ... and what comes of it into the next one.
"""

from __future__ import annotations

from collections import OrderedDict, deque, namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import optree
from hypothesis import strategies as st

__all__ = ["NUMBER", "Container", "containers", "plain"]

Point = namedtuple("Point", "first second")


@dataclass(frozen=True)
class Record:
    """A container of the user's own."""

    weight: Any
    rest: Any = None


class Pair:
    """One that optree knows, for this library."""

    def __init__(self, left: Any, right: Any) -> None:
        self.left, self.right = left, right


def parts_of(pair: Any) -> tuple[list[Any], None]:
    return [pair.left, pair.right], None


kind: Any = Pair
optree.register_pytree_node(kind, parts_of, lambda _, parts: kind(*parts), namespace="autodiffx")

# How something is put beside something else, and how both are found again.
Wrap = tuple[Callable[[Any, Any], Any], Callable[[Any], tuple[Any, Any]]]
WRAPS: dict[str, Wrap] = {
    "list": (lambda x, beside: [beside, x], lambda p: (p[1], p[0])),
    "tuple": (lambda x, beside: (x, beside), lambda p: (p[0], p[1])),
    "alone": (lambda x, beside: (x,), lambda p: (p[0], None)),
    "dict": (lambda x, beside: {"b": x, "a": beside}, lambda p: (p["b"], p["a"])),
    "ordered": (lambda x, beside: OrderedDict(z=x, a=beside), lambda p: (p["z"], p["a"])),
    "deque": (lambda x, beside: deque([beside, x]), lambda p: (p[1], p[0])),
    "named tuple": (lambda x, beside: Point(beside, x), lambda p: (p.second, p.first)),
    "dataclass": (lambda x, beside: Record(x, beside), lambda p: (p.weight, p.rest)),
    "registered": (lambda x, beside: Pair(beside, x), lambda p: (p.right, p.left)),
}
BESIDE: tuple[Any, ...] = (None, (), 2.0, [1.5, {"k": -1.0}], np.array([3.0, 4.0]))
IN_ARRAY = 1  # where an array of two holds the number


@dataclass(frozen=True)
class Container:
    """What a number is put into."""

    wraps: tuple[tuple[str, int], ...]  # kinds, and places in BESIDE
    in_array: bool

    def put(self, adx: Any, x: Any) -> Any:
        """A container that holds the number."""
        inside = adx.numpy.stack([3.0, x]) if self.in_array else x
        for kind, beside in self.wraps:
            inside = WRAPS[kind][0](inside, BESIDE[beside])
        return inside

    def leaf(self, container: Any) -> Any:
        """The number, or the array that holds it."""
        for kind, _ in reversed(self.wraps):
            container = WRAPS[kind][1](container)[0]
        return container

    def entry(self, leaf: Any) -> Any:
        """The number, of its leaf."""
        return leaf[IN_ARRAY] if self.in_array else leaf

    def number(self, container: Any) -> Any:
        """The number."""
        return self.entry(self.leaf(container))

    def total(self, derivative: Any) -> Any:
        """The number, and whatever else there is: by what is ignored the derivative is zero."""
        zeros: list[Any] = []
        for kind, place in reversed(self.wraps):
            derivative, beside = WRAPS[kind][1](derivative)
            zeros += numbers(beside)
            assert kind == "alone" or len(numbers(beside)) == len(numbers(BESIDE[place]))
        if self.in_array:
            zeros.append(derivative[1 - IN_ARRAY])
        return sum(zeros, start=self.entry(derivative))


NUMBER = Container((), False)


def numbers(beside: Any) -> list[Any]:
    """All numbers in what stands beside."""
    if beside is None:
        return []
    if isinstance(beside, dict):
        beside = list(beside.values())
    if isinstance(beside, list | tuple):
        return [number for part in beside for number in numbers(part)]
    return [beside[i] for i in range(2)] if getattr(beside, "shape", ()) else [beside]


def plain(x: Any) -> Any:
    """The number itself, without any derivative."""
    while hasattr(x, "value"):
        x = x.value
    return x


@st.composite
def containers(draw: st.DrawFn) -> Container:
    """None most often, and else up to three, one in another."""
    wraps = st.tuples(st.sampled_from(tuple(WRAPS)), st.integers(0, len(BESIDE) - 1))
    found = draw(st.lists(wraps, max_size=3)) if draw(st.booleans()) else []
    return Container(tuple(found), draw(st.integers(0, 4)) == 0)
