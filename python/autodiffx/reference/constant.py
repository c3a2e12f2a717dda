"""Passive numbers and arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.node import made
from autodiffx.reference.number import Array, settled, to_dtype
from autodiffx.reference.storage import Storage
from autodiffx.reference.variable import Variable, plain, read_only

__all__ = ["Constant"]


class Constant(Variable):
    """A number or an array that nothing is differentiated by; its partials are never computed.

    Args:
        value, dtype: as for `Variable`.

    >>> x = Variable(-2.0)
    >>> y = x ** Constant(3)
    >>> y.backward()
    >>> x.grad
    12.0
    """

    __slots__ = ()

    def __init__(self, value: Any, dtype: Any = None) -> None:
        super().__init__(plain(value, "Constant", None if dtype is None else to_dtype(dtype)))
        self._is_active = False

    @property
    def value(self) -> Any:
        """The number or the array, which stays what it is."""
        assert self._value is not None
        return read_only(self._value)

    @value.setter
    def value(self, value: Any) -> None:
        raise AttributeError("a Constant keeps its value: use a Variable for one that changes")

    @property
    def grad(self) -> None:
        """None: nothing is differentiated by a constant."""
        return None

    @grad.setter
    def grad(self, grad: Any) -> None:
        raise AttributeError("a Constant has no .grad: nothing is differentiated by it")

    def view(self, storage: Storage, positions: Array) -> Constant:
        """Another Constant."""
        return made(Constant, settled(np.asarray(self._value).reshape(-1)[positions]))
