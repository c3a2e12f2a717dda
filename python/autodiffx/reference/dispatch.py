"""Who carries out an operation: the operand of highest rank.

Plain numbers have no rank: a rule applied to them alone is its primal. A recorded value ranks
below every dual number, and a dual number of a higher level above one of a lower level, so the
outermost kind takes the operation apart and hands the parts, which rank lower, to `apply` again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from autodiffx.reference.number import is_number, to_float
from autodiffx.reference.rule import Number, Rule, hidden
from autodiffx.reference.rules import RULES

__all__ = [
    "FLOATS",
    "NUMBERS",
    "PRODUCT",
    "Number",
    "Numbers",
    "Question",
    "Ranked",
    "apply",
    "ask",
    "checked",
    "product",
]


class Question(NamedTuple):
    """A decision of the user's program: `function` of some values, and how to word it."""

    words: str  # with one pair of braces for each operand
    function: Callable[..., float | bool]


class Ranked:
    """A number that is more than a float."""

    __slots__ = ()

    @property
    def rank(self) -> int:
        """Higher ranks carry operations out."""
        raise NotImplementedError

    def combine(self, rule: Rule, operands: tuple[Number, ...]) -> Number:
        """The rule applied to operands of which this one ranks highest."""
        raise NotImplementedError

    def decide(self, question: Question, operands: tuple[Number, ...]) -> float | bool:
        """The answer for operands of which this one ranks highest."""
        raise NotImplementedError


def checked(operands: tuple[Number, ...], where: str) -> tuple[Number, ...]:
    """The operands with every plain number as a float; TypeError for what is no number."""
    return tuple(
        [
            operand
            if type(operand) is float or isinstance(operand, Ranked)
            else to_float(operand, where)
            for operand in operands
        ]
    )


def leader(operands: tuple[Number, ...]) -> Ranked | None:
    """The operand of highest rank, None among plain numbers."""
    highest = None
    for operand in operands:
        if type(operand) is not float and (highest is None or operand.rank > highest.rank):
            highest = operand
    return highest


def apply(rule: Rule, *operands: Number) -> Number:
    """The rule's result in the number type that its operands need."""
    operands = checked(operands, rule.name)
    highest = leader(operands)
    if highest is None:
        return rule.primal(*operands)
    return highest.combine(rule, operands)


def ask(question: Question, *operands: Number) -> Any:
    """The answer to a question about values, NotImplemented where an operand is no number."""
    for operand in operands:
        if not isinstance(operand, Ranked) and not is_number(operand):
            return NotImplemented
    operands = checked(operands, question.words)
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
    """a*b, and 0 when a factor is exactly 0: how adjoints and tangents meet partials."""
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


FLOATS = Numbers(lambda rule: rule.primal)
NUMBERS = Numbers(lambda rule: partial(apply, rule))
