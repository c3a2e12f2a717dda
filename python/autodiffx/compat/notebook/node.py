"""The nodes of a graph: their common base, constants, and the arithmetic that operators build."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, TypeAlias

import numpy as np

import autodiffx as adx
from autodiffx.compat.elements import Elements, FloatArray, apply, to_array
from autodiffx.compat.notebook.open_graphs import innermost_graph
from autodiffx.compat.notebook.show import show

Operand: TypeAlias = "DifferentiableValue | float | FloatArray"


class OperatorLike:
    """Marks the nodes that are operations.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph():
    ...     x = Variable(2.0)
    ...     isinstance(x * x, OperatorLike), isinstance(x, OperatorLike)
    (True, False)
    """


class DifferentiableValue(ABC):
    """The base of all nodes.

    Attributes:
        count: how many nodes of this class, its subclasses included, have been made.
        gradient: the derivative of the last node by this one; 0 until a ``backward()``, then an
            array of the value's shape, and 1 for the node that ``backward()`` started at.
        inputs: the operands of an operation, in order; () for Variables and Constants.
        id: a name that no other node has.

    >>> isinstance(Constant(2.0), DifferentiableValue)
    True
    """

    count: ClassVar[int] = 0
    _counted: ClassVar[tuple[type[DifferentiableValue], ...]]

    # So that an ndarray or a NumPy number on the left leaves the operation to this class.
    __array_ufunc__ = None

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        cls.count = 0
        cls._counted = tuple(base for base in cls.__mro__ if issubclass(base, DifferentiableValue))

    def __init__(self, *inputs: DifferentiableValue) -> None:
        for counted in self._counted:
            counted.count += 1
        self.inputs = inputs
        self.gradient: FloatArray | int = 0
        self.id = f"{type(self).__name__}-{type(self).count}"

    @property
    @abstractmethod
    def value(self) -> FloatArray:
        """The value with the variables' present values; a number is an array of one element."""

    @abstractmethod
    def backward(self) -> DifferentiableValue:
        """Sets the gradient of every node that this one depends on; returns this node."""

    def forward(self) -> FloatArray:
        """The value with the variables' present values."""
        return self.value

    def leaf_text(self) -> str:
        """What ``repr`` shows of a node without inputs, beside its gradient."""
        return str(self.value)

    def __repr__(self) -> str:
        return show(self)

    def __add__(self, other: Operand) -> DifferentiableValue:
        return generate_operation(Sum, self, other)

    def __radd__(self, other: Operand) -> DifferentiableValue:
        return Sum(other, self)

    def __sub__(self, other: Operand) -> DifferentiableValue:
        if isinstance(other, DifferentiableValue):
            return Sum(self, Product(other, Constant(-1)))
        return Sum(self, Constant(-plain_number(other)))

    def __rsub__(self, other: Operand) -> DifferentiableValue:
        return Sum(other, Product(self, Constant(-1)))

    def __mul__(self, other: Operand) -> DifferentiableValue:
        return generate_operation(Product, self, other)

    def __rmul__(self, other: Operand) -> DifferentiableValue:
        return Product(other, self)

    def __truediv__(self, other: Operand) -> DifferentiableValue:
        if isinstance(other, DifferentiableValue):
            return Product(self, Power(other, Constant(-1)))
        with np.errstate(all="ignore"):
            return Product(self, Constant(np.divide(1.0, plain_number(other))))

    def __rtruediv__(self, other: Operand) -> DifferentiableValue:
        return Product(other, Power(self, Constant(-1)))

    def __pow__(self, other: Operand) -> DifferentiableValue:
        return generate_operation(Power, self, other)

    def __rpow__(self, other: Operand) -> DifferentiableValue:
        return Power(other, self)

    def __neg__(self) -> DifferentiableValue:
        return Product(self, Constant(-1))


class Constant(DifferentiableValue):
    """A value that is never differentiated by: its gradient stays 0.

    Args:
        value: a real number or an array of them.

    >>> Constant(0.25)
    Constant([0.25], g=0)
    """

    def __init__(self, value: float | FloatArray) -> None:
        super().__init__()
        self._array = to_array(value)
        self._array.flags.writeable = False
        self._integer = holds_integers(value)
        self.elements = Elements(self._array.ravel().tolist(), self._array.shape)

    @property
    def value(self) -> FloatArray:
        return self._array

    def backward(self) -> Constant:
        return self

    def leaf_text(self) -> str:
        return array_text(self._array, self._integer)


class Operation(DifferentiableValue, OperatorLike):
    """A node computed from its inputs, recorded by the innermost open Graph.

    A new operation is a subclass with ``formula``, written in operators of autodiffx: its
    derivative follows from them.

    Raises:
        GraphError: no Graph is open.
        TypeError: an input is neither a node nor a number.
    """

    formula: Callable[..., Any]

    def __init__(self, *inputs: Operand) -> None:
        self._graph = innermost_graph(type(self).__name__)
        super().__init__(*map(to_node, inputs))
        self._graph.values.append(self)

    def record(self, operands: list[Elements]) -> Elements:
        """The elements of this node's value, recorded on the tape from its inputs' elements."""
        return apply(self.formula, operands)

    @property
    def value(self) -> FloatArray:
        return self._graph.value_of(self)

    def backward(self) -> Operation:
        self._graph.differentiate(self)
        return self


class Sum(Operation):
    """a + b.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     y = Sum(Variable(2.0), 3.0)
    >>> graph.forward()
    array([5.])
    """

    formula = staticmethod(adx.add)

    def __init__(self, a: Operand, b: Operand) -> None:
        super().__init__(a, b)


class Product(Operation):
    """a b, element by element.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     y = Product(Variable(2.0), 3.0)
    >>> graph.forward()
    array([6.])
    """

    formula = staticmethod(adx.multiply)

    def __init__(self, a: Operand, b: Operand) -> None:
        super().__init__(a, b)


class Power(Operation):
    """aᵇ. An exponent that is a Constant is not differentiated by, so a may be negative.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     y = Power(Variable(2.0), 3.0)
    >>> graph.forward()
    array([8.])
    """

    formula = staticmethod(adx.power)

    def __init__(self, a: Operand, b: Operand) -> None:
        super().__init__(a, b)


def generate_operation(
    op: type[Operation], node: DifferentiableValue, other: Operand
) -> DifferentiableValue:
    """``op(node, other)``, a plain number becoming a Constant.

    Raises:
        TypeError: ``other`` is neither a node nor a number nor an array of numbers.

    >>> from autodiffx.compat.notebook import Graph, Variable
    >>> with Graph() as graph:
    ...     y = generate_operation(Product, Variable(2.0), 3.0)
    >>> graph.forward()
    array([6.])
    """
    return op(node, other)


def to_node(operand: Operand) -> DifferentiableValue:
    """The operand itself, or a Constant of a plain number."""
    if isinstance(operand, DifferentiableValue):
        return operand
    return Constant(plain_number(operand))


def plain_number(operand: Any) -> Any:
    """The operand as Python's or NumPy's widest number of its kind, so that it has a negative.

    Raises:
        TypeError: it is not a real number or an array of such.
    """
    if isinstance(operand, (int, float)):
        return +operand
    if isinstance(operand, (np.number, np.bool_, np.ndarray)):
        array = np.asarray(operand)
        if array.dtype.kind in "bi":
            return array.astype(np.int64)
        if array.dtype.kind in "uf":
            return array.astype(np.float64)
    raise TypeError(
        f"Incompatible type for operation: {type(operand).__name__} "
        "(expected a node, a real number or an array of real numbers)"
    )


def holds_integers(value: Any) -> bool:
    """Whether a leaf was given integers, which it then shows as such."""
    return np.asarray(value).dtype.kind in "iu"


def array_text(array: FloatArray, integer: bool) -> str:
    """An array as ``repr`` shows it."""
    if integer and np.array_equal(array, np.rint(array)):
        return str(array.astype(np.int64))
    return str(array)
