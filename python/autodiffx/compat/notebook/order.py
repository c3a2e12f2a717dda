"""``generate_topo``: the nodes behind a node, inputs before their users."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autodiffx.compat.notebook.node import DifferentiableValue


def generate_topo(y: DifferentiableValue) -> list[DifferentiableValue]:
    """Every node that ``y`` depends on and ``y`` itself: inputs before users, each once.

    Args:
        y: any node; the graph behind it may be of any depth.

    >>> from autodiffx.compat.notebook import Graph, Sine, Variable
    >>> with Graph():
    ...     x = Variable(0.5, "x")
    ...     y = Sine(x) * x
    >>> [type(node).__name__ for node in generate_topo(y)]
    ['Variable', 'Sine', 'Product']
    """
    return inputs_first([y], frozenset())


def inputs_first(
    roots: Iterable[DifferentiableValue], done: Container[DifferentiableValue]
) -> list[DifferentiableValue]:
    """The nodes behind ``roots`` and the roots, inputs first, without what lies behind ``done``."""
    order: list[DifferentiableValue] = []
    seen: set[DifferentiableValue] = set()
    for root in roots:
        if root in seen or root in done:
            continue
        seen.add(root)
        path = [(root, iter(root.inputs))]
        while path:
            node, inputs = path[-1]
            for operand in inputs:
                if operand not in seen and operand not in done:
                    seen.add(operand)
                    path.append((operand, iter(operand.inputs)))
                    break
            else:
                order.append(node)
                path.pop()
    return order
