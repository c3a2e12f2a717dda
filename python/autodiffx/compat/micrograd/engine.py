"""``Value``: micrograd's scalar, a thin handle on a Variable of the tape."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx import Variable, exp, relu, tanh

# Beyond 2**53 a float no longer tells one integer from the next: such numbers show as floats.
LARGEST_EXACT_INTEGER = 2.0**53

_INTEGERS = (int, np.integer)
_NUMBERS = (float, int, np.integer, np.floating, np.bool_)


class Value:
    """A number that remembers how it came about, so that ``backward()`` finds its derivatives.

    Args:
        data: a real number.
        label: a name for the picture that ``draw_dot`` makes.

    The attribute ``grad`` is 0 at first. ``backward()`` adds to it, and it may be assigned.

    >>> a, b = Value(-4.0), Value(2.0)
    >>> c = a * b + b**3
    >>> c.backward()
    >>> a, b, c
    (Value(data=-4.0, grad=2.0), Value(data=2.0, grad=8.0), Value(data=0.0, grad=1))
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_inputs",  # the operands of the operation that made this value, () for a leaf
        "_integer",  # every operand was an int, so that plain Python would show an int
        "_op",
        "_recorded",  # the Variable whose adjoint is this value's gradient
        "_variable",  # the Variable that later operations use; another one once data was assigned
        "grad",
        "label",
    )

    grad: float
    label: str
    _inputs: tuple[Value, ...]
    _integer: bool
    _op: str
    _recorded: Variable
    _variable: Variable

    def __init__(self, data: float, *, label: str = "") -> None:
        self._variable = self._recorded = Variable(data)
        self._inputs = ()
        self._op = ""
        self._integer = isinstance(data, _INTEGERS)
        self.grad = 0
        self.label = label

    @property
    def data(self) -> float:
        """The number. Assigning it changes what later operations see, not what was computed."""
        value: float = self._variable.value
        if self._integer and abs(value) <= LARGEST_EXACT_INTEGER:
            return int(value)
        return value

    @data.setter
    def data(self, data: float) -> None:
        if self._inputs:
            # Minus its own value, so that the new number is met exactly; the derivative by
            # what the old one was computed from stays what it was.
            self._variable = self._variable - self._variable.value + data
        else:
            self._variable.value = data
        self._integer = isinstance(data, _INTEGERS)

    @property
    def _prev(self) -> set[Value]:
        return set(self._inputs)

    def __add__(self, other: Value | float) -> Value:
        if not isinstance(other, Value):
            if not isinstance(other, _NUMBERS):
                return NotImplemented
            other = Value(other)
        return _result(
            self._variable + other._variable,
            (self, other),
            "+",
            self._integer and other._integer,
        )

    def __mul__(self, other: Value | float) -> Value:
        if not isinstance(other, Value):
            if not isinstance(other, _NUMBERS):
                return NotImplemented
            other = Value(other)
        return _result(
            self._variable * other._variable,
            (self, other),
            "*",
            self._integer and other._integer,
        )

    def __pow__(self, other: float) -> Value:
        if not isinstance(other, _NUMBERS):
            return NotImplemented
        return _result(
            self._variable**other,
            (self,),
            f"**{other}",
            self._integer and isinstance(other, _INTEGERS) and other >= 0,
        )

    def relu(self) -> Value:
        """max(0, x), with derivative 0 at 0.

        >>> Value(-3.0).relu()
        Value(data=0, grad=0)
        """
        return _result(
            relu(self._variable), (self,), "ReLU", self._integer or self._variable.value < 0
        )

    def tanh(self) -> Value:
        """(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).

        >>> Value(0.0).tanh()
        Value(data=0.0, grad=0)
        """
        return _result(tanh(self._variable), (self,), "tanh", False)

    def exp(self) -> Value:
        """eˣ.

        >>> Value(0.0).exp()
        Value(data=1.0, grad=0)
        """
        return _result(exp(self._variable), (self,), "exp", False)

    def backward(self) -> None:
        """Adds d(self)/d(value) to the ``grad`` of every value that this one was computed from.

        Its own ``grad`` becomes 1. Every call adds the true derivative, also where values are
        shared between several calls.

        Raises:
            StaleValueError: the ``data`` of a leaf was assigned after this value was computed.

        >>> x = Value(3.0)
        >>> y = x * x
        >>> y.backward(); y.backward()
        >>> x.grad
        12.0
        """
        if self._inputs:
            self._recorded.backward()
            integer = self._integer
            seen = {self}
            ahead = [self]
            while ahead:
                for value in ahead.pop()._inputs:
                    if value not in seen:
                        seen.add(value)
                        ahead.append(value)
                        adjoint = value._recorded.grad or 0.0
                        value.grad += int(adjoint) if integer and adjoint.is_integer() else adjoint
        self.grad = 1

    def __neg__(self) -> Value:
        return self * -1

    def __radd__(self, other: float) -> Value:
        return self + other

    def __sub__(self, other: Value | float) -> Value:
        return self + (-other)

    def __rsub__(self, other: float) -> Value:
        return (-self) + other

    def __rmul__(self, other: float) -> Value:
        return self * other

    def __truediv__(self, other: Value | float) -> Value:
        return self * other**-1

    def __rtruediv__(self, other: float) -> Value:
        return self**-1 * other

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"


_new = object.__new__


def _result(variable: Variable, inputs: tuple[Value, ...], op: str, integer: bool) -> Value:
    value: Any = _new(Value)
    value._variable = value._recorded = variable
    value._inputs = inputs
    value._op = op
    value._integer = integer
    value.grad = 0
    value.label = ""
    return value  # type: ignore[no-any-return]
