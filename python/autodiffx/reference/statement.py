"""How a result was made."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from autodiffx.reference.dispatch import Number, Operation
    from autodiffx.reference.location import Location
    from autodiffx.reference.tape import Tape
    from autodiffx.reference.variable import Variable

__all__ = ["Statement", "now"]

_clock = itertools.count(1)  # every statement of the process has its own moment


def now() -> int:
    """A moment after every statement so far and before all to come."""
    return next(_clock)


class Statement:
    """Operator, operands, and where they were recorded."""

    __slots__ = (
        "adjoint", "adjoint_moment", "dtype", "fresh_at", "location", "operands", "order", "rule",
        "seen", "tape",
    )  # fmt: skip

    def __init__(
        self,
        rule: Operation,
        operands: tuple[Variable, ...],
        tape: Tape,
        dtype: np.dtype[Any] | None = None,
    ) -> None:
        self.rule = rule
        self.operands = operands
        self.tape = tape
        self.dtype = dtype  # that an elementwise operator computes in, None among scalars
        self.order = next(_clock)  # operands have a lower one than their results
        self.seen: tuple[int, ...] = ()  # the operands' versions that the result was computed from
        self.fresh_at = -1  # the count of changes at which its value was known to be up to date
        self.adjoint: Number = 0.0
        self.location: Location | None = None  # where, if debug_nans() asks
        self.adjoint_moment = -1  # the tape's moment that the adjoint belongs to
