"""Operations that are linear in each operand by itself: products, and choices.

A product of arrays is linear in every factor. A choice, such as the largest elements, is linear in
what it chooses from, while another operand only decides what is chosen. In both the derivative by
one operand is the same operation with the tangent in that operand's place, and adjoints pass
through a transpose that is one of these again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autodiffx.reference.number import Array
from autodiffx.reference.rule import Number

__all__ = ["Multilinear", "choice"]


@dataclass(frozen=True, eq=False)
class Multilinear:
    """One operation.

    `primal` is its value for plain operands. `transposes` makes, for each operand, the operation
    that takes all operands, with the adjoint of the result in the place of this one, to the adjoint
    of this one; it is None where the operand only decides. A "passive" operation has no
    derivative at all. `differential` is what tangents pass through, where that is not the operation
    itself.
    """

    name: str
    primal: Callable[..., Number]
    transposes: tuple[Callable[[], Multilinear] | None, ...]
    kind: str = "smooth"
    differential: Callable[[], Multilinear] | None = None


def choice(
    name: str,
    chosen: Callable[[Array, Array], Number],
    returned: Callable[[Array, Array], Number],
) -> Multilinear:
    """Chosen elements of the first operand; the second, of the same shape, decides which.

    `returned` takes an adjoint to where the elements came from.
    """

    def forwards() -> Multilinear:
        return Multilinear(name, chosen, (backwards, None))

    def backwards() -> Multilinear:
        return Multilinear(name, returned, (forwards, None))

    return forwards()
