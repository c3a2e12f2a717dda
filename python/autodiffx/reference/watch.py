"""Looking out for nan and infinity: `debug_nans`."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiffx.reference.location import Location, users_location

if TYPE_CHECKING:
    from autodiffx.reference.statement import Statement

__all__ = [
    "debug_nans",
    "look_at_adjoint",
    "look_at_dual",
    "look_at_result",
    "look_at_tangent",
    "watch",
]


class Watch(threading.local):
    """Whether this thread looks out, and whether it is inside a rule.

    What rules compute for a derivative are partials: they may be infinite, where they meet a zero.
    """

    depth = 0
    inside = 0

    @property
    def looks(self) -> bool:
        """True where results are to be looked at."""
        return self.depth > 0 and self.inside == 0

    @contextlib.contextmanager
    def rule(self) -> Iterator[None]:
        """Inside a rule."""
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1


watch = Watch()


@contextlib.contextmanager
def debug_nans() -> Iterator[None]:
    """While it lasts, the first primal, tangent or adjoint that is nan or infinite raises.

    Raises:
        FloatingPointError: with the operator, its operands, and file and line of the user's code.

    >>> from autodiffx.reference import debug_nans, grad, log
    >>> with debug_nans():
    ...     grad(log)(0.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FloatingPointError: log(0.0) is -inf, recorded at ...
    """
    watch.depth += 1
    try:
        yield
    finally:
        watch.depth -= 1


def not_finite(number: Any) -> float | None:
    """The first number in it that is nan or infinite, whatever kind of number it is."""
    if hasattr(number, "_tangent"):
        parts = (number._value, number._tangent)
        return next((bad for bad in map(not_finite, parts) if bad is not None), None)
    if hasattr(number, "_value"):
        return None if number._value is None else not_finite(number._value)
    array = np.asarray(number)
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return None
    return float(array[~np.isfinite(array)].ravel()[0])


def call_of(name: str, operands: Sequence[Any]) -> str:
    """The operation as it would be written."""
    return f"{name}({', '.join(map(_shown, operands))})"


def _shown(operand: Any) -> str:
    value = getattr(operand, "_value", operand)
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else repr(value)


def _place(location: Location | None) -> str:
    if location is None:
        return "recorded before debug_nans() began"
    return f"recorded at {location}"


def look_at_result(value: Any, statement: Statement) -> None:
    """Raises FloatingPointError where a result is not finite."""
    bad = not_finite(value)
    if bad is not None:
        call = call_of(statement.rule.name, statement.operands)
        raise FloatingPointError(f"{call} is {bad!r}, {_place(statement.location)}")


def look_at_adjoint(contribution: Any, statement: Statement, index: int, adjoint: Any) -> None:
    """Raises FloatingPointError where what a statement passes back is not finite."""
    bad = not_finite(contribution)
    if bad is not None:
        raise FloatingPointError(
            f"the adjoint that {call_of(statement.rule.name, statement.operands)} passes on to "
            f"its operand {index + 1} is {bad!r}, from the adjoint {_shown(adjoint)}; "
            f"{_place(statement.location)}"
        )


def look_at_tangent(tangent: Any, statement: Statement) -> None:
    """Raises FloatingPointError where the tangent of a result is not finite."""
    bad = not_finite(tangent)
    if bad is not None:
        call = call_of(statement.rule.name, statement.operands)
        raise FloatingPointError(f"the tangent of {call} is {bad!r}; {_place(statement.location)}")


def look_at_dual(value: Any, tangent: Any, name: str, operands: Sequence[Any]) -> None:
    """Raises FloatingPointError where a component of an operation's result is not finite."""
    for part, words in ((value, ""), (tangent, "the tangent of ")):
        bad = not_finite(part)
        if bad is not None:
            call = f"{name}({', '.join(map(repr, operands))})"
            raise FloatingPointError(f"{words}{call} is {bad!r}, computed at {users_location()}")
