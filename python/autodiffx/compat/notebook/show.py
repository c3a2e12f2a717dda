"""The nested printed form of a node, of bounded length and without recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autodiffx.compat.notebook.node import DifferentiableValue

# A node that is used twice is printed twice, so that an unbounded form could double with
# every operation.
MOST_NODES = 64


def show(node: DifferentiableValue) -> str:
    """``Name(input, …, g=gradient)`` with the inputs nested; past 64 nodes ``...`` stands in.

    >>> from autodiffx.compat.notebook import Constant
    >>> show(Constant(-2))
    'Constant([-2], g=0)'
    """
    text: list[str] = []
    left = MOST_NODES
    ahead: list[DifferentiableValue | str] = [node]
    while ahead:
        part = ahead.pop()
        if isinstance(part, str):
            text.append(part)
            continue
        left -= 1
        head, tail = f"{type(part).__name__}(", f", g={part.gradient})"
        if left < 0:
            text.append(f"{head}...)")
        elif not part.inputs:
            text.append(f"{head}{part.leaf_text()}{tail}")
        else:
            text.append(head)
            ahead.append(tail)
            for operand in reversed(part.inputs):
                ahead += [operand, ", "]
            ahead.pop()
    return "".join(text)
