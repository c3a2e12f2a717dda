"""Whether a value still belongs to the present inputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from autodiffx.errors import StaleValueError
from autodiffx.reference.sweep import ancestors, made_from
from autodiffx.reference.tape import changes
from autodiffx.reference.wording import missing_value, stale_value

if TYPE_CHECKING:
    from autodiffx.reference.variable import Variable

__all__ = ["is_stale", "outdated", "require_fresh", "require_values"]


def outdated(result: Variable) -> Variable | None:
    """An operand that was set or replayed after this one result was computed from it."""
    statement = result._statement
    assert statement is not None
    for operand, version in zip(statement.operands, statement.seen, strict=True):
        if operand._version != version:
            return operand
    return None


def replayed(result: Variable) -> list[Variable]:
    """The ancestors that belong to Graphs; what the ambient tape computed stays as it was."""
    found = []
    for ancestor in ancestors(result):
        statement = ancestor._statement
        assert statement is not None
        if statement.tape.keeps:
            found.append(ancestor)
    return found


def is_stale(result: Variable) -> bool:
    """True where an input was set since the result was computed in a Graph."""
    if result._statement is not None and result._statement.tape.broken_off:
        return True
    return any(outdated(ancestor) is not None for ancestor in replayed(result))


def require_values(results: Iterable[Variable]) -> None:
    """Raises ValueError where an operand is a placeholder without a value."""
    for result in results:
        for operand in made_from(result):
            if operand._statement is None and operand._value is None:
                raise missing_value(operand)


def require_fresh(result: Variable) -> None:
    """Refuse a value that no longer belongs to its inputs.

    Raises:
        ValueError: it depends on a placeholder without a value.
        StaleValueError: it depends on an input that was set since.
    """
    statement = result._statement
    assert statement is not None
    if statement.tape.broken_off:
        raise StaleValueError(
            f"the last replay of {statement.tape.label} was broken off: "
            "set its inputs and call forward() again"
        )
    if statement.fresh_at == changes.count:  # nothing at all was set since
        return
    require_values(ancestors(result))
    for ancestor in replayed(result):
        operand = outdated(ancestor)
        if operand is not None:
            raise stale_value(operand, result)
    statement.fresh_at = changes.count
