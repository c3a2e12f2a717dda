"""A function of arrays recorded once, whose derivatives at many points are replays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx import debug
from autodiffx._core import Graph, Variable
from autodiffx.errors import ControlFlowChanged, GraphError
from autodiffx.numpy.primitives import chain

__all__ = ["Replayed"]

Leaves = list[Any]


class Replayed:
    """Derivatives of y = f(x) at plain arrays of the same shapes, one point after the other.

    Recorded is <u, f(x)>: its gradient by x is Jᵀ u, and the derivative of this gradient along a
    direction has everything else. A replay must give what another run of f would. So where f
    decides otherwise it is recorded anew, and where it has read numbers, or cannot be recorded or
    replayed at all, there is nothing to be had, and the caller runs it. The caller does so at the
    first point in any case, and finds out what f captures.

    Args:
        function: f, of a list of arrays to a list of one array.
    """

    def __init__(self, function: Callable[[Leaves], Leaves]) -> None:
        self.function = function
        self.graph: Graph | None = None
        self.leaves: list[Variable] = []
        self.adjoint: Variable  # u
        self.result: Variable  # y
        self.begun = False
        self.balance = (
            4  # of replays against recordings, which cost more: below zero it is given up
        )

    # ---- what there is to be had ---------------------------------------------------------------

    def pull(self, at: Leaves, adjoint: Any) -> Leaves | None:
        """Jᵀ u, by each of x."""
        if not self._run(at, adjoint):
            return None
        assert self.graph is not None
        self.graph.backward()
        return [
            np.zeros(leaf.shape) if leaf.grad is None else np.asarray(leaf.grad)
            for leaf in self.leaves
        ]

    def push(self, at: Leaves, tangents: Leaves) -> tuple[Any, Any] | None:
        """y and J ẋ; None among the tangents stands for zero."""
        if not self._run(at, None):
            return None
        change = self._along(tangents, None)[1]
        return self.result.value, change

    def bend(self, at: Leaves, adjoint: Any, tangents: Leaves, turn: Any) -> Leaves | None:
        """The derivative of Jᵀ u along ẋ and u̇, by each of x; None stands for zero."""
        return self._along(tangents, turn)[0] if self._run(at, adjoint) else None

    # ---- how it is had -------------------------------------------------------------------------

    def _along(self, tangents: Leaves, turn: Any) -> tuple[Leaves, Any]:
        """The derivatives of the gradients by x and by u."""
        assert self.graph is not None
        variables = [*self.leaves, self.adjoint]
        pairs = zip(variables, [*tangents, turn], strict=True)
        found = self.graph.hvp({v: each for v, each in pairs if each is not None})
        *by_leaves, by_adjoint = (np.asarray(found.get(v, np.zeros(v.shape))) for v in variables)
        return by_leaves, by_adjoint

    def _run(self, at: Leaves, adjoint: Any) -> bool:
        """Whether what was recorded holds the point now."""
        if not self.begun or self.balance < 0 or debug.watching():
            self.begun = True
            return False
        if self.graph is None and not self._record(at):
            self.balance = -1
            return False
        assert self.graph is not None
        try:
            for leaf, value in zip(self.leaves, at, strict=True):
                leaf.value = value
            self.adjoint.value = np.zeros(self.adjoint.shape) if adjoint is None else adjoint
            self.graph.forward()
        except ControlFlowChanged:
            self.graph = None
            self.balance -= 4
            return self._run(at, adjoint)
        except GraphError:  # of a graph that belongs to another thread
            self.balance = -1
            return False
        self.balance = min(self.balance + 1, 64)
        return True

    def _record(self, at: Leaves) -> bool:
        """Record f at a point; whether replays will do for it."""
        self.leaves = [Variable(each) for each in at]
        try:
            with Graph() as graph:
                # What is read of results is noted, and not what is read of leaves.
                (result,) = self.function([+leaf for leaf in self.leaves])
                if not isinstance(result, Variable):
                    return False
                self.result = +result
                self.adjoint = Variable(np.zeros(result.shape))
                _ = chain(self.result, +self.adjoint).sum()
        except Exception:  # f on plain arrays says it, if it is at fault
            return False
        if graph.escapes:
            return False
        self.graph = graph
        return True
