"""``generate_topo``: the nodes behind a node, inputs before their users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiffx.compat.order import inputs_first

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
    return inputs_first([y], lambda node: node.inputs)
