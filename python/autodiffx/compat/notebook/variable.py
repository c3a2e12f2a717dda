"""``Variable``: a node that values are set on and gradients are read from."""

from __future__ import annotations

import autodiffx as adx
from autodiffx.compat.elements import Elements, FloatArray, to_array
from autodiffx.compat.notebook.node import DifferentiableValue, array_text, holds_integers


class Variable(DifferentiableValue):
    """An input of graphs, a number or an array.

    Args:
        value: a real number or an array of them; without one the variable is a placeholder,
            which may be used in a Graph and given its value later.
        name: what messages and ``repr`` call it.

    ``value`` may be assigned, to another shape too, and its array may be changed in place.

    >>> Variable(0.458, "x")
    Variable('x' [0.458], g=0)
    """

    def __init__(self, value: float | FloatArray | None = None, name: str | None = None) -> None:
        super().__init__()
        self.name = name
        self.version = 0
        self._elements = Elements([], (0,))
        self._array: FloatArray | None = None
        self._recorded = b""
        if value is not None:
            self.value = value

    @property
    def value(self) -> FloatArray:
        if self._array is None:
            raise ValueError(f"Variable does not have value: {self.name or self.id}")
        return self._array

    @value.setter
    def value(self, value: float | FloatArray) -> None:
        array = to_array(value)
        self._integer = holds_integers(value)
        self._array = array

    @property
    def elements(self) -> Elements:
        """The tape's Variables, brought up to date with the array; new ones for a new shape."""
        array = self.value
        present = array.tobytes()
        if array.shape != self._elements.shape:
            self._elements = Elements(
                [adx.Variable(number) for number in array.ravel().tolist()], array.shape
            )
        elif present != self._recorded:
            for element, number in zip(self._elements.items, array.ravel().tolist(), strict=True):
                element.value = number
        else:
            return self._elements
        self._recorded = present
        self.version += 1
        return self._elements

    def backward(self) -> Variable:
        """Sets the gradient to 1, the derivative of the variable by itself; returns it."""
        self.gradient = 1
        return self

    def leaf_text(self) -> str:
        shown = "None" if self._array is None else array_text(self._array, self._integer)
        return shown if self.name is None else f"{self.name!r} {shown}"
