"""The stack of graphs that this thread has open; new operations go to the innermost."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from autodiffx import GraphError

if TYPE_CHECKING:
    from autodiffx.compat.notebook.graph import Graph


class _OpenGraphs(threading.local):
    def __init__(self) -> None:
        self.stack: list[Graph] = []


_open_graphs = _OpenGraphs()


def open_graph(graph: Graph) -> None:
    """Makes ``graph`` the innermost one."""
    _open_graphs.stack.append(graph)


def close_graph() -> None:
    """Closes the innermost graph and so restores the one that was open around it."""
    _open_graphs.stack.pop()


def innermost_graph(operation: str) -> Graph:
    """The graph that records ``operation``.

    Raises:
        GraphError: no Graph is open.
    """
    if not _open_graphs.stack:
        raise GraphError(
            f"{operation} was made outside any Graph: write it inside `with Graph() as graph:`"
        )
    return _open_graphs.stack[-1]
