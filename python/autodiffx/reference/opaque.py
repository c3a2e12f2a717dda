"""An operation whose inside is not seen: what it computes, and how derivatives pass, is code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autodiffx.reference.rule import Number

__all__ = ["Opaque"]


@dataclass(frozen=True, eq=False)
class Opaque:
    """One call of a function of the user's.

    `primal` is its value for plain operands. `back` is given the position of an operand, the
    adjoint of the result, all operands and the result, and gives the adjoint of that operand.
    `forth` is given the tangents, None for none, the operands and the result, and gives the
    tangent of the result. Both compute with any numbers.
    """

    name: str
    primal: Callable[..., Number]
    back: Callable[[int, Number, Sequence[Number], Number], Number]
    forth: Callable[[Sequence[Number | None], Sequence[Number], Number], Number]
    kind: str = "smooth"
