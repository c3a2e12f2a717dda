"""Truncated power series: a number with its Taylor coefficients, for `taylor`."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, Operation, Question, ask
from autodiffx.reference.number import FLOAT64
from autodiffx.reference.numpy_protocol import NumpyProtocol
from autodiffx.reference.recurrences import RECURRENCES, Terms, resized
from autodiffx.reference.rule import Rule
from autodiffx.reference.shapes import Shape, shape_of

__all__ = ["Series"]


class Series(NumpyProtocol):
    """c_0 + c_1 t + ... + c_n t**n, and nothing is known of higher powers.

    Its level works as that of a Dual: what is of another level is a constant.
    """

    __slots__ = ("level", "terms")

    def __init__(self, terms: Terms, level: int) -> None:
        self.terms = terms
        self.level = level

    @property
    def value(self) -> Number:
        """The value at t = 0."""
        return self.terms[0]

    @property
    def rank(self) -> int:
        """The level: higher ones are outermost."""
        return self.level

    @property
    def shape(self) -> Shape:
        """It is one number."""
        return ()

    @property
    def dtype(self) -> np.dtype[Any]:
        """It is of float64."""
        return FLOAT64

    def combine(self, rule: Operation, operands: tuple[Number, ...]) -> Number:
        """The recurrence of the rule; a decision is that of the values."""
        if not isinstance(rule, Rule) or any(shape_of(operand) != () for operand in operands):
            raise NotImplementedError(
                f"{rule.name} of series and arrays is not supported: series are numbers here"
            )
        if rule.name not in RECURRENCES:
            raise NotImplementedError(f"there is no recurrence for {rule.name}")
        count = len(self.terms)
        found = RECURRENCES[rule.name](*(resized(self._terms(each), count) for each in operands))
        return found[0] if rule.kind == "passive" else Series(resized(found, count), self.level)

    def decide(self, question: Question, operands: tuple[Number, ...]) -> float | bool:
        """Decisions are about values."""
        answer: float | bool = ask(question, *(self._terms(each)[0] for each in operands))
        return answer

    def _terms(self, operand: Number) -> Terms:
        if isinstance(operand, Series) and operand.level == self.level:
            return operand.terms
        return [operand]

    def __float__(self) -> float:
        raise TypeError("float() of a series would drop its coefficients: use .value if meant")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if any(isinstance(each, np.ndarray) and each.ndim for each in inputs):
            # Beside an array it is an element of one, and NumPy goes through the elements.
            return getattr(ufunc, method)(*map(boxed, inputs), **options)
        return super().__array_ufunc__(ufunc, method, *inputs, **options)

    def __repr__(self) -> str:
        return f"Series({self.terms})"


def boxed(element: Any) -> Any:
    """A series as an array of objects without axes; everything else as it is."""
    if not isinstance(element, Series):
        return element
    box = np.empty((), object)
    box[()] = element
    return box
