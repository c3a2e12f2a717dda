"""What a rule is, and the short notation in which the rules are written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

# A float, a dual number, a recorded variable: whatever a sweep computes with.
Number = Any
# A namespace with every operator over one kind of number: `numbers.sin(x)`.
Numbers = Any
Partial = Callable[[Numbers, Sequence[Number], Number], Number]


@dataclass(frozen=True)
class Rule:
    """One operator: its value over floats, and the partial by each operand over any numbers.

    `kind` is "smooth", "kinked" (with a convention where there is no derivative), "stepped"
    (derivative 0 by convention) or "passive" (a decision, 0 or 1). `public` operators are
    functions for users; the others exist so that partials are made of operators again.
    """

    name: str
    arity: int
    primal: Callable[..., float]
    partials: tuple[Partial, ...]
    kind: str
    doc: str
    public: bool


def _constant(value: float) -> Partial:
    return lambda numbers, operands, result: value


def _partial(formula: Callable[..., Number] | float) -> Partial:
    """A formula of (numbers, operand, ..., result), or a constant, in the sweeps' signature."""
    if not callable(formula):
        return _constant(formula)
    return lambda numbers, operands, result: formula(numbers, *operands, result)


def rule(
    name: str,
    primal: Callable[..., float],
    *partials: Callable[..., Number] | float,
    doc: str = "",
    kind: str = "smooth",
    public: bool = True,
) -> Rule:
    """Write a rule: one partial per operand, each `lambda n, a, b, r: ...` or a constant."""
    return Rule(name, len(partials), primal, tuple(map(_partial, partials)), kind, doc, public)


def hidden(
    name: str,
    primal: Callable[..., float],
    *partials: Callable[..., Number] | float,
    doc: str = "",
    kind: str = "smooth",
) -> Rule:
    """A rule that only partials use: most often the derivative of another operator."""
    return rule(name, primal, *partials, doc=doc, kind=kind, public=False)
