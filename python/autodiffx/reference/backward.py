"""From a result to the gradients of its inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiffx.reference.dispatch import FLOATS
from autodiffx.reference.freshness import outdated, require_values
from autodiffx.reference.replay import refresh
from autodiffx.reference.sweep import ancestors, reverse_sweep
from autodiffx.reference.tape import open_tapes
from autodiffx.reference.wording import described, missing_value, stale_value

if TYPE_CHECKING:
    from autodiffx.reference.variable import Variable

__all__ = ["adjoints_of", "backward", "require_sweepable"]


def backward(result: Variable, seed: float, *, accumulate: bool) -> None:
    """Set, or add to, the `.grad` of every input that the result depends on."""
    for variable, adjoint in adjoints_of(result, seed).items():
        if variable._statement is None:
            before = variable._grad if accumulate else None
            variable._grad = adjoint if before is None else before + adjoint


def adjoints_of(result: Variable, seed: float) -> dict[Variable, float]:
    """The adjoint of everything active that the result depends on, itself included.

    Raises:
        ValueError: the result depends on no Variable, or on a placeholder without a value.
        StaleValueError: an input was set after a value was computed on the ambient tape.
        GraphError: the result depends on a Graph that has been cleared.
    """
    if result._statement is None:
        if not result._is_active:
            raise ValueError(f"{result!r} is a constant: there is nothing to differentiate by")
        if result._value is None:
            raise missing_value(result)
        return {result: seed}
    results = require_sweepable(result)
    for tape in {ancestor._statement.tape for ancestor in results if ancestor._statement}:
        tape.moment += 1
        tape.swept_at = tape.moment
    adjoints = reverse_sweep(results, seed, FLOATS, lambda variable: variable._value)
    for variable, adjoint in adjoints.items():
        statement = variable._statement
        if statement is not None:
            statement.adjoint = adjoint
            statement.adjoint_moment = statement.tape.moment
    return adjoints


def require_sweepable(result: Variable) -> list[Variable]:
    """The results from which `result` was made, up to date, or the reason why not.

    Graphs whose inputs have changed are replayed; the ambient tape cannot be.
    """
    if not result._is_active:
        raise ValueError(
            f"{described(result)} depends on no Variable: there is nothing to differentiate by"
        )
    results = ancestors(result)
    for ancestor in results:
        statement = ancestor._statement
        assert statement is not None
        if statement.tape.cleared:
            open_tapes.require(statement.tape, described(ancestor))
    require_values(results)
    for ancestor in results:
        statement = ancestor._statement
        assert statement is not None
        operand = outdated(ancestor)
        if operand is not None and not statement.tape.keeps:
            raise stale_value(operand, ancestor)
    refresh(result)
    return results
