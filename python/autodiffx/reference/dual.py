"""Dual numbers: a value and, beside it, its derivative along one direction."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from autodiffx.reference.chain import fitted, pushed
from autodiffx.reference.dispatch import (
    NUMBERS,
    Number,
    Operation,
    Question,
    Ranked,
    apply,
    ask,
    checked,
)
from autodiffx.reference.linear import Linear, cast, gather
from autodiffx.reference.node import as_computed
from autodiffx.reference.number import Array, to_array, to_dtype
from autodiffx.reference.numpy_protocol import NumpyProtocol
from autodiffx.reference.representation import shown
from autodiffx.reference.rule import Rule
from autodiffx.reference.shapes import Shape, common_dtype, dtype_of, shape_of
from autodiffx.reference.storage import Storage, Stored, content_of
from autodiffx.reference.watch import look_at_dual, watch
from autodiffx.reference.wording import dropped_derivative

__all__ = ["Dual"]


class Dual(NumpyProtocol, Stored):
    """value + ε*tangent with ε² = 0: f(value + ε*tangent) = f(value) + ε*f'(value)*tangent.

    Args:
        value: a plain number or array, a Variable, or a Dual of a lower level.
        tangent: the same, of the value's shape; 0 by default.
        level: which ε it is. Numbers of equal levels combine; of different levels, the higher is
            outermost, so that derivatives of derivatives cannot be confused.

    Raises:
        TypeError: a component is no number, or the level is no int.
        ValueError: the level is negative, a component has this level or a higher one, or the
            shapes are different.

    >>> Dual(3.0, 1.0) * Dual(3.0, 1.0)
    Dual(9.0, tangent=6.0)
    """

    __slots__ = (
        "__weakref__", "_is_made", "_level", "_positions", "_storage", "_tangent", "_value",
    )  # fmt: skip

    def __init__(self, value: Any, tangent: Any = 0.0, level: int = 0) -> None:
        self._level = operator.index(level)
        if self._level < 0:
            raise ValueError(f"the level of a Dual is 0 or more, not {level}")
        self._value, self._tangent = _component(value), _component(tangent)
        self._storage, self._positions, self._is_made = None, None, False
        shape, dtype = shape_of(self._value), dtype_of(self._value)
        if type(self._tangent) is float or dtype_of(self._tangent) != dtype:
            self._tangent = fitted(self._tangent, shape_of(self._tangent), dtype)
        if type(tangent) is float and tangent == 0.0:
            self._tangent = fitted(0.0, shape, dtype)
        if shape_of(self._tangent) != shape:
            raise ValueError(
                f"a Dual has a tangent of its value's shape {shape}, not of shape "
                f"{shape_of(self._tangent)}"
            )
        for component in (self._value, self._tangent):
            if isinstance(component, Dual) and component._level >= self._level:
                raise ValueError(
                    f"a Dual of level {self._level} has components of lower levels, "
                    f"not of level {component._level}"
                )

    @property
    def value(self) -> Any:
        """The number or the array itself."""
        return self._shown(content_of(self)._value)

    @property
    def tangent(self) -> Any:
        """Its derivative along the direction."""
        return self._shown(content_of(self)._tangent)

    @property
    def level(self) -> int:
        """Which direction: higher levels are outermost."""
        return self._level

    @property
    def rank(self) -> int:
        """The level: higher ones are outermost."""
        return self._level

    @property
    def shape(self) -> Shape:
        """Lengths of the axes, () for a scalar."""
        return shape_of(self._value) if self._positions is None else self._positions.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """That of the value."""
        return dtype_of(content_of(self)._value)

    def combine(self, rule: Operation, operands: tuple[Number, ...]) -> Any:
        """The rule on the values, and Σ partial * tangent beside it."""
        values = tuple(self._split(operand)[0] for operand in operands)
        value = apply(rule, *values)
        if rule.kind == "passive":
            return value
        directions = [self._direction(operand) for operand in operands]
        dtype = common_dtype(rule.name, values) if isinstance(rule, Rule) else None
        with np.errstate(all="ignore"), watch.rule():
            tangent = pushed(rule, directions, NUMBERS, values, value, dtype)
        if watch.looks:
            look_at_dual(value, tangent, rule.name, operands)
        return _dual(value, tangent, self._level)

    def _direction(self, operand: Number) -> Number | None:
        """The tangent at this level, None of a constant: its partial is never computed."""
        direction = self._split(operand)[1]
        return None if type(direction) is float and direction == 0.0 else direction

    def written(self, assignment: Linear, values: Number) -> Any:
        """Value and tangent after a write."""
        return self.combine(assignment, (self, values))

    def lifted(self, number: Number) -> Dual:
        """The content of a storage with a tangent of 0, as it is now."""
        if isinstance(number, Dual):
            number = _dual(number._value, number._tangent, number._level)
        else:
            number = as_computed(number)
        return _dual(number, fitted(0.0, number.shape, number.dtype), self._level)

    @property
    def is_made(self) -> bool:
        """True for what an operator made, False for what was put together."""
        return bool(content_of(self)._is_made)

    def view(self, storage: Storage, positions: Array) -> Dual:
        """A Dual of some elements of another."""
        view = _dual(storage.content._value, storage.content._tangent, self._level)
        view._storage, view._positions = storage, positions
        return view

    def gathered(self, positions: Array, name: str) -> Dual:
        """Value and tangent gathered alike."""
        content = content_of(self)
        return apply(gather(positions, content.shape, name), content)  # type: ignore

    def _shown(self, whole: Number) -> Number:
        """Of a component of the content, the part that this Dual shows."""
        if self._positions is None:
            return whole
        return apply(gather(self._positions, shape_of(whole), "view"), whole)

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        """The numbers in another dtype: float64 or float32."""
        wanted = to_dtype(dtype)
        if wanted == self.dtype:
            return self.copy() if copy else self
        return apply(cast(self.dtype, wanted), self)

    def decide(self, question: Question, operands: tuple[Number, ...]) -> float | bool:
        """Decisions are about values."""
        answer: float | bool = ask(question, *(self._split(operand)[0] for operand in operands))
        return answer

    def _split(self, operand: Number) -> tuple[Number, Number]:
        """Value and tangent at this level; whatever is not of this level has tangent 0."""
        if isinstance(operand, Dual) and operand._level == self._level:
            return operand.value, operand.tangent
        return operand, 0.0

    def __float__(self) -> float:
        raise dropped_derivative("Dual", "tangent")

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    def __repr__(self) -> str:
        level = f", level={self._level}" if self._level else ""
        value, tangent = map(_shown, (self.value, self.tangent))
        return f"{type(self).__name__}({value}, tangent={tangent}{level})"


def _dual(value: Number, tangent: Number, level: int) -> Dual:
    """A Dual of components that are known to fit."""
    dual = Dual.__new__(Dual)
    dual._value, dual._tangent, dual._level = value, tangent, level
    dual._storage, dual._positions, dual._is_made = None, None, True
    return dual


def _component(number: Any) -> Number:
    """A number as the user gave it; arrays are copied."""
    if isinstance(number, np.ndarray) and number.ndim > 0:
        return to_array(number, "Dual")
    component = checked((number,), "Dual")[0]
    return component.present() if isinstance(component, Ranked) else component


def _shown(part: Number) -> str:
    return shown(part) if isinstance(part, np.ndarray) else repr(part)
