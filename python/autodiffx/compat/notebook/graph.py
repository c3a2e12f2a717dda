"""``Graph``: records the operations made inside it, runs them forwards and backwards."""

from __future__ import annotations

from types import TracebackType

from autodiffx.compat.elements import FloatArray
from autodiffx.compat.notebook.node import DifferentiableValue, Operation
from autodiffx.compat.notebook.open_graphs import close_graph, open_graph
from autodiffx.compat.notebook.recording import Recording
from autodiffx.compat.notebook.variable import Variable

# What a Graph's own repr shows at most of its operations.
MOST_SHOWN = 8


class Graph:
    """The operations made inside ``with Graph() as graph:``.

    Attributes:
        values: the operations in the order in which they were made.

    Entering it again appends; leaving it restores the graph that was open around it.

    >>> from autodiffx.compat.notebook import Sine
    >>> with Graph() as graph:
    ...     x = Variable(0.0, "x")
    ...     y = Sine(x)
    >>> graph.backward()
    Sine(Variable('x' [0.], g=[1.]), g=1)
    """

    def __init__(self) -> None:
        self.values: list[Operation] = []
        self._recording = Recording()
        self._recorded = 0
        # Counts what changed the values; `_swept` is the count that `_gradients` belong to.
        self._runs = 0
        self._swept = -1
        self._gradients: dict[DifferentiableValue, FloatArray | int] = {}

    def __enter__(self) -> Graph:
        open_graph(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        close_graph()

    @property
    def has_backwarded(self) -> bool:
        """Whether ``backward`` has run with the present values and operations."""
        return (
            self._swept == self._runs
            and self._recorded == len(self.values)
            and self._recording.is_current()
        )

    def forward(self) -> FloatArray:
        """Runs all operations with the variables' present values.

        Returns:
            The value of the last operation, an array of one element for a number.

        Raises:
            ValueError: the graph is empty, a variable has no value, or shapes do not broadcast.
        """
        return self._last().forward()

    def backward(self) -> Operation:
        """Sets the gradient of every node to the derivative of the last one by it.

        The gradient of an array is that of the sum of the last operation's elements. Running it
        again sets the same gradients again. The operations are run first if a value has changed.

        Returns:
            The last operation.

        Raises:
            ValueError: as ``forward``.
        """
        return self._last().backward()

    def create_gradient_graph(self) -> GradientGraph:
        """The gradients of the last operation, after a ``backward`` if one is due."""
        if not self.has_backwarded:
            self.backward()
        return GradientGraph(self, self._gradients)

    def value_of(self, operation: Operation) -> FloatArray:
        """The value of one of its operations with the variables' present values."""
        self._evaluate()
        return self._recording.value_of(operation)

    def differentiate(self, operation: Operation) -> None:
        """Sets the gradients of the nodes that one of its operations depends on, and its own to 1.

        All other nodes of the graph get the gradient 0.
        """
        self._evaluate()
        gradients = self._recording.sweep(operation)
        for node, gradient in gradients.items():
            node.gradient = gradient
        if operation is self.values[-1]:
            self._gradients = gradients
            self._swept = self._runs

    def _evaluate(self) -> None:
        if not self._recording.fits():
            self._recording = Recording()
            self._recorded = 0
            self._runs += 1
        elif not self._recording.is_current():
            self._recording.replay()
            self._runs += 1
        if self._recorded < len(self.values):
            self._recording.extend(self.values[self._recorded :])
            self._recorded = len(self.values)
            self._runs += 1

    def _last(self) -> Operation:
        if not self.values:
            raise ValueError(
                "the graph is empty: make an operation inside `with Graph() as graph:`"
            )
        return self.values[-1]

    def __repr__(self) -> str:
        return f"Graph: {_shown(self)}"


class GradientGraph:
    """The derivatives of a graph's last operation, as they were when this was made.

    Attributes:
        graph: the graph.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     x = Variable(3.0)
    ...     y = x * x
    >>> graph.create_gradient_graph().wrt(x)
    array([6.])
    """

    def __init__(
        self, graph: Graph, gradients: dict[DifferentiableValue, FloatArray | int]
    ) -> None:
        self.graph = graph
        self._gradients = gradients

    def wrt(self, variable: DifferentiableValue) -> FloatArray | int:
        """The derivative of the last operation by a node of the graph.

        Returns:
            An array of the node's shape; 0 if the last operation does not depend on it; 1 for
            the last operation itself.

        Raises:
            KeyError: the node is not in the graph.
        """
        if variable not in self._gradients:
            name = variable.name if isinstance(variable, Variable) else None
            raise KeyError(
                f"{name or variable.id} is not in the graph: "
                "expected a variable or an operation that it was made from"
            )
        return self._gradients[variable]

    def __repr__(self) -> str:
        return f"GradientGraph: {_shown(self.graph)}"


def _shown(graph: Graph) -> str:
    values = [repr(value) for value in graph.values[-MOST_SHOWN:]]
    if len(graph.values) > MOST_SHOWN:
        values.insert(0, f"... {len(graph.values) - MOST_SHOWN} more")
    return f"[{', '.join(values)}]"
