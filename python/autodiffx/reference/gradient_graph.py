"""The derivatives of a Graph's last value, as they were at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiffx.reference.storage import content_of, picked
from autodiffx.reference.wording import described

if TYPE_CHECKING:
    from autodiffx.reference.graph import Graph
    from autodiffx.reference.variable import Variable

__all__ = ["GradientGraph"]


class GradientGraph:
    """What `Graph.create_gradient_graph` returns; later sweeps do not change it."""

    def __init__(
        self, graph: Graph, variables: list[Variable], adjoints: dict[Variable, Any]
    ) -> None:
        self._graph = graph
        self._variables = set(variables)
        self._adjoints = adjoints

    @property
    def graph(self) -> Graph:
        """The Graph that was swept."""
        return self._graph

    def wrt(self, variable: Variable) -> Any:
        """d(last value)/d(variable), 0.0 where the last value does not depend on it.

        By an array it is an array of its shape.

        Raises:
            KeyError: the variable is not in the Graph.
        """
        node = content_of(variable)
        if node not in self._variables and node not in self._adjoints:
            raise KeyError(f"{described(variable)} is not in {self._graph!r}")
        found = picked(variable, self._adjoints.get(node, node._zeros()))
        return found.copy() if isinstance(found, np.ndarray) else found

    def __repr__(self) -> str:
        return f"<GradientGraph of {self._graph!r}>"
