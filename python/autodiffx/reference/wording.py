"""How messages name a variable, and the errors that several files raise about one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiffx.errors import StaleValueError
from autodiffx.reference.storage import content_of

if TYPE_CHECKING:
    from autodiffx.reference.variable import Variable

__all__ = ["described", "dropped_derivative", "missing_value", "stale_value"]


def described(variable: Variable) -> str:
    """The variable as a sentence names it."""
    content = content_of(variable)
    if variable._positions is not None and variable._name is None:
        return f"a view of {described(content)}"
    if content is not variable:
        return described(content)
    if variable._statement is not None:
        return f"the result of {variable._statement.rule.name!r}"
    return repr(variable) if variable._name is None else variable._name


def dropped_derivative(kind: str, part: str) -> TypeError:
    """For whoever asks a Variable or a Dual to become a plain number."""
    return TypeError(
        f"making a plain number of a {kind} would drop its {part}: use x.value for the number, "
        "adx.sin and its like in place of math.sin, anp.stack to join values to an array, and "
        "anp.zeros for an array that can be assigned to"
    )


def missing_value(variable: Variable) -> ValueError:
    """For a placeholder that was asked for a number."""
    return ValueError(f"Variable does not have value: {described(variable)}")


def stale_value(operand: Variable, result: Variable) -> StaleValueError:
    """For a result that was computed from another value of `operand`."""
    statement = result._statement
    assert statement is not None
    way_out = (
        "call forward() on its Graph"
        if statement.tape.keeps
        else "compute it again, or record with Graph"
    )
    return StaleValueError(
        f"{described(operand)} was set after {described(result)} was computed: {way_out}"
    )
