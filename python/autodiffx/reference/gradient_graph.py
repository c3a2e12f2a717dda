"""The derivatives of a Graph's last value, as they were at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiffx.reference.wording import described

if TYPE_CHECKING:
    from autodiffx.reference.graph import Graph
    from autodiffx.reference.variable import Variable

__all__ = ["GradientGraph"]


class GradientGraph:
    """What `Graph.create_gradient_graph` returns; later sweeps do not change it."""

    def __init__(
        self, graph: Graph, variables: list[Variable], adjoints: dict[Variable, float]
    ) -> None:
        self._graph = graph
        self._variables = set(variables)
        self._adjoints = adjoints

    @property
    def graph(self) -> Graph:
        """The Graph that was swept."""
        return self._graph

    def wrt(self, variable: Variable) -> float:
        """d(last value)/d(variable), 0.0 where the last value does not depend on it.

        Raises:
            KeyError: the variable is not in the Graph.
        """
        if variable not in self._variables and variable not in self._adjoints:
            raise KeyError(f"{described(variable)} is not in {self._graph!r}")
        return self._adjoints.get(variable, 0.0)

    def __repr__(self) -> str:
        return f"<GradientGraph of {self._graph!r}>"
