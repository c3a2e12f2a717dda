"""What a function reads in place of what it read before, while it runs again."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autodiffx.reference.node import made
from autodiffx.reference.statement import now
from autodiffx.reference.tape import open_tapes

if TYPE_CHECKING:
    from autodiffx.reference.variable import Variable

__all__ = ["Layer", "stand_ins"]


class Layer:
    """One run: for each node that the first run read, what is read now."""

    def __init__(self, nodes: dict[Variable, Variable]) -> None:
        self.nodes = nodes
        self.own = set(nodes.values())
        self.begun = now()

    def is_known(self, node: Variable) -> bool:
        """False of what was there before the run, and does not stand for what the first read."""
        born = node._born if node._statement is None else node._statement.order
        return born == 0 or born > self.begun or node in self.own

    def number_of(self, node: Variable) -> Variable:
        """What it is at present, as a leaf: nothing is recorded on its tape any more.

        Nothing came of it in the first run, and what comes of it now is not to count.
        """
        leaf = self.nodes[node] = made(type(node), node._value)
        assert node._statement is not None
        leaf._born = node._statement.order
        return leaf


class StandIns(threading.local):
    """The runs that are under way in this thread, the innermost last."""

    def __init__(self) -> None:
        self.layers: tuple[Layer, ...] = ()

    def standing_for(self, node: Variable) -> Variable:
        """What is read in its place: itself, while nothing runs again."""
        for layer in self.layers:
            node = layer.nodes.get(node, node)
        made_by = node._statement
        if made_by is None or not self.layers or made_by.order > self.layers[0].begun:
            return node
        is_out_of_use = not made_by.tape.cleared and made_by.tape not in open_tapes.stack
        return self.layers[0].number_of(node) if is_out_of_use else node

    @contextlib.contextmanager
    def within(self, layers: tuple[Layer, ...]) -> Iterator[None]:
        """While it lasts, these runs are under way and no others."""
        before, self.layers = self.layers, layers
        try:
            yield
        finally:
            self.layers = before


stand_ins: Any = StandIns()
