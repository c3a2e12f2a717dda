"""Who carries out an operation: the operand of highest rank.

Plain numbers and arrays have no rank: a rule applied to them alone is its primal. A recorded value
ranks below every dual number, and a dual number of a higher level above one of a lower level, so
the outermost kind takes the operation apart and hands the parts, which rank lower, to `apply`
again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from autodiffx.reference.linear import Linear
from autodiffx.reference.loops import evaluate
from autodiffx.reference.multilinear import Multilinear
from autodiffx.reference.number import is_number, is_plain, plain_array, require_real, to_float
from autodiffx.reference.opaque import Opaque
from autodiffx.reference.rule import Number, Rule, hidden
from autodiffx.reference.rules import RULES
from autodiffx.reference.shapes import Shape, is_array
from autodiffx.reference.solution import Solution

__all__ = [
    "FLOATS",
    "NUMBERS",
    "PRODUCT",
    "Number",
    "Numbers",
    "Operation",
    "Question",
    "Ranked",
    "apply",
    "ask",
    "checked",
    "is_operand",
    "operate",
    "product",
]

Operation = Rule | Linear | Multilinear | Solution | Opaque


class Question(NamedTuple):
    """A decision of the user's program: `function` of some values, and how to word it."""

    words: str  # with one pair of braces for each operand
    function: Callable[..., float | bool]


class Ranked:
    """A number, or an array of numbers, that is more than a float or an ndarray."""

    __slots__ = ()

    @property
    def rank(self) -> int:
        """Higher ranks carry operations out."""
        raise NotImplementedError

    @property
    def shape(self) -> Shape:
        """Lengths of the axes, () for a scalar."""
        raise NotImplementedError

    @property
    def dtype(self) -> np.dtype[Any]:
        """float64, float32, or bool of what was decided element by element."""
        raise NotImplementedError

    def present(self) -> Number:
        """What stands for it in an operation: itself, unless more was written into it."""
        return self

    def lifted(self, number: Number) -> Number:
        """Of lower rank than this one: the same number, as one of this one's kind."""
        raise NotImplementedError

    def combine(self, rule: Operation, operands: tuple[Number, ...]) -> Number:
        """The rule applied to operands of which this one ranks highest."""
        raise NotImplementedError

    def decide(self, question: Question, operands: tuple[Number, ...]) -> float | bool:
        """The answer for operands of which this one ranks highest."""
        raise NotImplementedError


def checked(operands: tuple[Any, ...], where: str) -> tuple[Number, ...]:
    """What a user wrote as operands, in the kinds of number that the rules work with.

    Among scalars every plain number becomes a float. Beside an array NumPy's scalars keep their
    dtype, and lists become arrays.

    Raises:
        TypeError: something is no number, or an array of what is not differentiated.
    """
    if all(type(operand) is float or isinstance(operand, Ranked) for operand in operands):
        return operands
    beside_array = any(map(_is_array_operand, operands))
    return tuple([_checked(operand, where, beside_array) for operand in operands])


def _is_array_operand(operand: Any) -> bool:
    if isinstance(operand, Ranked):
        return is_array(operand)
    return isinstance(operand, np.ndarray) and operand.ndim > 0


def _checked(operand: Any, where: str, beside_array: bool) -> Number:
    if type(operand) is float or isinstance(operand, Ranked):
        return operand
    if beside_array and isinstance(operand, (list, tuple)):
        from autodiffx.reference.numpy.given import array_of

        return array_of(operand, where)
    if beside_array and isinstance(operand, (np.ndarray, np.generic)):
        array = plain_array(operand, where)
        if array.ndim > 0 or not is_number(operand):
            require_real(array, where)
        return array
    return to_float(operand, where)


def leader(operands: tuple[Number, ...]) -> Ranked | None:
    """The operand of highest rank, None among plain numbers and arrays."""
    highest = None
    for operand in operands:
        if isinstance(operand, Ranked) and (highest is None or operand.rank > highest.rank):
            highest = operand
    return highest


def apply(rule: Operation, *operands: Number) -> Number:
    """The rule's result in the number type that its operands need."""
    operands = _present(operands)
    highest = leader(operands)
    if highest is not None:
        return highest.combine(rule, operands)
    if isinstance(rule, Rule):
        return evaluate(rule, *operands)
    return rule.primal(*operands)


def _present(operands: tuple[Number, ...]) -> tuple[Number, ...]:
    return tuple([o.present() if isinstance(o, Ranked) else o for o in operands])


def operate(rule: Rule, *operands: Any) -> Number:
    """The same for operands as a user writes them."""
    return apply(rule, *checked(operands, rule.name))


def is_operand(value: object, beside: object) -> bool:
    """True for what may stand beside something in an expression."""
    if isinstance(value, Ranked) or is_plain(value):
        return True
    return isinstance(value, (list, tuple)) and _is_array_operand(beside)


def ask(question: Question, *operands: Number) -> Any:
    """The answer to a question about values, NotImplemented where an operand is no number."""
    for operand in operands:
        if not isinstance(operand, Ranked) and not is_number(operand):
            return NotImplemented
        if isinstance(operand, Ranked) and operand.shape != ():
            raise TypeError(
                f"{question.words.format('an array')} has no single answer: "
                "only 0-dimensional arrays can be converted to Python scalars"
            )
    operands = _present(checked(operands, question.words))
    highest = leader(operands)
    if highest is None:
        return question.function(*operands)
    return highest.decide(question, operands)


def _zero_safe(a: float, b: float) -> float:
    return 0.0 if a == 0.0 or b == 0.0 else a * b


# An adjoint or tangent of exactly zero contributes nothing, even against an infinite partial.
# Recorded and dual numbers need that product as an operation of its own: it is decided anew at
# every replay, and its derivatives follow the same rule.
PRODUCT = hidden(
    "zero_safe_product",
    _zero_safe,
    lambda n, a, b, r: b,
    lambda n, a, b, r: a,
    doc="a b, and 0 where a factor is exactly 0",
)


def product(a: Number, b: Number) -> Number:
    """a*b, and 0 when a factor is exactly 0: how adjoints and tangents meet partials.

    Of scalar zeros and ones the result may have the shape of either factor.
    """
    first, second = type(a) is float, type(b) is float
    if (first and a == 0.0) or (second and b == 0.0):
        return 0.0
    if first and second:
        return a * b
    if first and a == 1.0:
        return b
    if second and b == 1.0:
        return a
    return apply(PRODUCT, a, b)


class Numbers:
    """Every operator of the rules as an attribute: the world in which partials are written."""

    def __init__(self, operation: Callable[[Rule], Callable[..., Number]]) -> None:
        for name, rule in RULES.items():
            setattr(self, name, operation(rule))

    def __getattr__(self, name: str) -> Callable[..., Number]:
        raise AttributeError(f"no rule is named {name!r}")


FLOATS = Numbers(lambda rule: partial(evaluate, rule))
NUMBERS = Numbers(lambda rule: partial(apply, rule))
