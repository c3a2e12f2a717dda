"""Dual numbers: a value and, beside it, its derivative along one direction."""

from __future__ import annotations

import operator
from typing import Any

from autodiffx.reference.dispatch import NUMBERS, Number, Question, apply, ask, checked, product
from autodiffx.reference.numpy_protocol import NumpyProtocol
from autodiffx.reference.rules import Rule
from autodiffx.reference.wording import dropped_derivative

__all__ = ["Dual"]


class Dual(NumpyProtocol):
    """value + ε*tangent with ε² = 0: f(value + ε*tangent) = f(value) + ε*f'(value)*tangent.

    Args:
        value: a plain number, a Variable, or a Dual of a lower level.
        tangent: the same; 0 by default.
        level: which ε it is. Numbers of equal levels combine; of different levels, the higher is
            outermost, so that derivatives of derivatives cannot be confused.

    Raises:
        TypeError: a component is no number, or the level is no int.
        ValueError: the level is negative, or a component has this level or a higher one.

    >>> Dual(3.0, 1.0) * Dual(3.0, 1.0)
    Dual(9.0, tangent=6.0)
    """

    __slots__ = ("__weakref__", "_level", "_tangent", "_value")

    def __init__(self, value: Any, tangent: Any = 0.0, level: int = 0) -> None:
        self._level = operator.index(level)
        if self._level < 0:
            raise ValueError(f"the level of a Dual is 0 or more, not {level}")
        self._value, self._tangent = checked((value, tangent), "Dual")
        for component in (self._value, self._tangent):
            if isinstance(component, Dual) and component._level >= self._level:
                raise ValueError(
                    f"a Dual of level {self._level} has components of lower levels, "
                    f"not of level {component._level}"
                )

    @property
    def value(self) -> Any:
        """The number itself."""
        return self._value

    @property
    def tangent(self) -> Any:
        """Its derivative along the direction."""
        return self._tangent

    @property
    def level(self) -> int:
        """Which direction: higher levels are outermost."""
        return self._level

    @property
    def rank(self) -> int:
        """The level: higher ones are outermost."""
        return self._level

    def combine(self, rule: Rule, operands: tuple[Number, ...]) -> Any:
        """The rule on the values, and Σ partial * tangent beside it."""
        values = tuple(self._split(operand)[0] for operand in operands)
        value = apply(rule, *values)
        if rule.kind == "passive":
            return value
        tangent: Number = 0.0
        for partial, operand in zip(rule.partials, operands, strict=True):
            direction = self._split(operand)[1]
            if type(direction) is float and direction == 0.0:
                continue  # a constant's partial is never computed
            tangent = tangent + product(direction, partial(NUMBERS, values, value))
        return Dual(value, tangent, self._level)

    def decide(self, question: Question, operands: tuple[Number, ...]) -> float | bool:
        """Decisions are about values."""
        answer: float | bool = ask(question, *(self._split(operand)[0] for operand in operands))
        return answer

    def _split(self, operand: Number) -> tuple[Number, Number]:
        """Value and tangent at this level; whatever is not of this level has tangent 0."""
        if isinstance(operand, Dual) and operand._level == self._level:
            return operand._value, operand._tangent
        return operand, 0.0

    def __float__(self) -> float:
        raise dropped_derivative("Dual", "tangent")

    def __format__(self, spec: str) -> str:
        return format(self._value, spec)

    def __repr__(self) -> str:
        level = f", level={self._level}" if self._level else ""
        return f"{type(self).__name__}({self._value!r}, tangent={self._tangent!r}{level})"
