"""Operations whose results solve an equation: eigenvalues, inverses, roots of matrices.

The value may come from anywhere; the derivative is that of the equation, which is linear in the
changes of both sides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autodiffx.reference.rule import Number

__all__ = ["Solution"]


@dataclass(frozen=True, eq=False)
class Solution:
    """One operation of one operand.

    `primal` is its value for a plain operand. `change` takes the tangent of the operand, the
    operand and the result to the tangent of the result, in operations again, and `passed_on` the
    adjoint of the result to that of the operand.
    """

    name: str
    primal: Callable[..., Number]
    change: Callable[[Number, Number, Number], Number]
    passed_on: Callable[[Number, Number, Number], Number]
    kind: str = "smooth"
