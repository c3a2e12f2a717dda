"""The functions of one node, and softmax of several."""

from __future__ import annotations

from typing import Any

import numpy as np

import autodiffx as adx
from autodiffx.compat.elements import Elements, FloatArray, apply, to_array
from autodiffx.compat.notebook.node import Operand, Operation


class _Function(Operation):
    """An operation on each element of one node."""

    def __init__(self, x: Operand) -> None:
        super().__init__(x)


class Sine(_Function):
    """sin x.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     x = Variable(0.0)
    ...     y = Sine(x)
    >>> graph.create_gradient_graph().wrt(x)
    array([1.])
    """

    formula = staticmethod(adx.sin)


class Cosine(_Function):
    """cos x.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     x = Variable(0.0)
    ...     y = Cosine(x)
    >>> graph.create_gradient_graph().wrt(x)
    array([0.])
    """

    formula = staticmethod(adx.cos)


class Tangent(_Function):
    """tan x.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     x = Variable(0.0)
    ...     y = Tangent(x)
    >>> graph.create_gradient_graph().wrt(x)
    array([1.])
    """

    formula = staticmethod(adx.tan)


class Sinh(_Function):
    """(eˣ − e⁻ˣ) / 2.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     x = Variable(0.0)
    ...     y = Sinh(x)
    >>> graph.create_gradient_graph().wrt(x)
    array([1.])
    """

    formula = staticmethod(adx.sinh)


class Cosh(_Function):
    """(eˣ + e⁻ˣ) / 2.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     x = Variable(0.0)
    ...     y = Cosh(x)
    >>> graph.create_gradient_graph().wrt(x)
    array([0.])
    """

    formula = staticmethod(adx.cosh)


class Tanh(_Function):
    """sinh x / cosh x.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     x = Variable(0.0)
    ...     y = Tanh(x)
    >>> graph.create_gradient_graph().wrt(x)
    array([1.])
    """

    formula = staticmethod(adx.tanh)


class ReLU(_Function):
    """max(0, x), with derivative 0 at 0.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     x = Variable([-1.0, 2.0])
    ...     y = ReLU(x)
    >>> graph.create_gradient_graph().wrt(x)
    array([0., 1.])
    """

    formula = staticmethod(adx.relu)


class LeakyReLU(_Function):
    """x where x ≥ 0, else ``negative_slope`` x; the derivative at 0 is 1.

    Args:
        x: a node or a number.
        negative_slope: the slope below 0, a plain number.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     x = Variable([-1.0, 2.0])
    ...     y = LeakyReLU(x)
    >>> graph.create_gradient_graph().wrt(x)
    array([0.01, 1.  ])
    """

    def __init__(self, x: Operand, negative_slope: float = 0.01) -> None:
        super().__init__(x)
        self.negative_slope = negative_slope

    def record(self, operands: list[Elements]) -> Elements:
        return apply(lambda x: adx.leaky_relu(x, self.negative_slope), operands)


class Sigmoid(_Function):
    """1 / (1 + e⁻ˣ).

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     x = Variable(0.0)
    ...     y = Sigmoid(x)
    >>> graph.create_gradient_graph().wrt(x)
    array([0.25])
    """

    formula = staticmethod(adx.sigmoid)

    @staticmethod
    def sigmoid(x: Any) -> Any:
        """1 / (1 + e⁻ˣ) of a plain number (a float) or of an array (an array).

        >>> Sigmoid.sigmoid(0.0)
        0.5
        """
        if np.ndim(x) == 0:
            return adx.sigmoid(x)
        array = to_array(x)
        return np.array([adx.sigmoid(number) for number in array.flat]).reshape(array.shape)


class Softmax(Operation):
    """eˣⁱ / Σⱼ eˣʲ over all elements of all inputs.

    Args:
        inputs: one or more nodes or numbers.

    Its value has one element for each element of the inputs, in their order; with a single
    input it has that input's shape.

    Raises:
        TypeError: there is no input.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph():
    ...     y = Softmax(Variable(1.0), Variable(1.0))
    >>> y.value
    array([0.5, 0.5])
    """

    def __init__(self, *inputs: Operand) -> None:
        if not inputs:
            raise TypeError("Softmax() was called without inputs: expected at least one node")
        super().__init__(*inputs)

    def record(self, operands: list[Elements]) -> Elements:
        items = [item for operand in operands for item in operand.items]
        shape = operands[0].shape if len(operands) == 1 else (len(items),)
        return Elements(list(adx.softmax(items)), shape)

    def softmax(self, values: Any = None) -> FloatArray:
        """The softmax of plain numbers; without any, of the inputs' present values."""
        if values is None:
            return self.value
        array = to_array(values)
        return np.array(adx.softmax(array.ravel().tolist())).reshape(array.shape)
