"""Small helpers under autograd's names: replacing entries, and the order of a graph's nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

__all__ = ["func", "subval", "subvals", "toposort"]


def subvals(x: Iterable[Any], ivs: Iterable[tuple[int, Any]]) -> tuple[Any, ...]:
    """The tuple of x's entries with those at the given places replaced.

    >>> subvals((1, 2, 3), [(0, "a"), (-1, "c")])
    ('a', 2, 'c')
    """
    entries = list(x)
    for place, value in ivs:
        entries[place] = value
    return tuple(entries)


def subval(x: Iterable[Any], i: int, v: Any) -> tuple[Any, ...]:
    """The tuple of x's entries with the one at place i replaced.

    >>> subval((1, 2, 3), 1, "b")
    (1, 'b', 3)
    """
    return subvals(x, ((i, v),))


def func(f: Any) -> Any:
    """The function itself.

    >>> func(len)
    <built-in function len>
    """
    return f


def toposort(
    end_node: Any, parents: Callable[[Any], Sequence[Any]] = attrgetter("parents")
) -> Iterator[Any]:
    """All nodes that end_node comes from, each before its parents, end_node first.

    >>> list(toposort(6, lambda n: [d for d in range(1, n) if n % d == 0]))
    [6, 3, 2, 1]
    """
    waiting: dict[Any, int] = {end_node: 0}
    found = [end_node]
    for node in found:
        for parent in parents(node):
            if parent not in waiting:
                waiting[parent] = 0
                found.append(parent)
            waiting[parent] += 1
    ready = [end_node]
    while ready:
        node = ready.pop()
        yield node
        for parent in parents(node):
            waiting[parent] -= 1
            if waiting[parent] == 0:
                ready.append(parent)
