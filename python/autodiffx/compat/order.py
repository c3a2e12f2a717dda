"""The order in which a graph of nodes is walked."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import TypeVar

Node = TypeVar("Node")


def inputs_first(
    roots: Iterable[Node],
    inputs_of: Callable[[Node], Iterable[Node]],
    done: Container[Node] = frozenset(),
) -> list[Node]:
    """The roots and all nodes behind them, inputs before users, each once.

    Args:
        roots: where to start; the graph behind them may be of any depth.
        inputs_of: the nodes that a node was made from.
        done: nodes that are left out, with what lies behind them.

    >>> inputs_first("c", {"a": "", "b": "a", "c": "ab"}.__getitem__)
    ['a', 'b', 'c']
    """
    order: list[Node] = []
    seen: set[Node] = set()
    for root in roots:
        if root in seen or root in done:
            continue
        seen.add(root)
        path = [(root, iter(inputs_of(root)))]
        while path:
            node, inputs = path[-1]
            for operand in inputs:
                if operand not in seen and operand not in done:
                    seen.add(operand)
                    path.append((operand, iter(inputs_of(operand))))
                    break
            else:
                order.append(node)
                path.pop()
    return order
