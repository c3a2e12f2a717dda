"""Run a Graph's records again with the present values of its inputs."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from autodiffx.errors import EscapeWarning, GraphError
from autodiffx.reference.freshness import is_stale, outdated, require_values
from autodiffx.reference.guard import Guard, askable
from autodiffx.reference.location import users_location
from autodiffx.reference.record import evaluate
from autodiffx.reference.sweep import ancestors, made_from
from autodiffx.reference.tape import changes
from autodiffx.reference.wording import described, stale_value

if TYPE_CHECKING:
    from autodiffx.reference.tape import Tape
    from autodiffx.reference.variable import Variable

__all__ = ["refresh", "replay", "results_of"]


def results_of(tape: Tape) -> list[Variable]:
    """What the tape's statements computed, in order."""
    return [record for record in tape.records if not isinstance(record, Guard)]


def refresh(result: Variable) -> None:
    """Bring one result up to date, by replaying the Graphs that have to be.

    Raises:
        StaleValueError: it depends on a value of the ambient tape, which cannot be replayed.
    """
    for ancestor in ancestors(result):
        made = ancestor._statement
        assert made is not None
        operand = outdated(ancestor)
        if operand is None and ancestor._value is not None and not made.tape.broken_off:
            continue
        if not made.tape.keeps:
            raise stale_value(ancestor if operand is None else operand, ancestor)
        replay(made.tape)


def replay(tape: Tape) -> None:
    """Compute every result again and ask every guard again, in the order of recording.

    Raises:
        ValueError: an input has no value.
        StaleValueError: a captured value was computed outside any Graph and its inputs changed.
        GraphError: a captured value was recorded in a Graph that has been cleared.
        ControlFlowChanged: a guard has another answer; the Graph's values cannot be read until a
            replay goes through.
    """
    _refresh_captured(tape)
    require_values(results_of(tape))
    _report_escapes(tape)
    tape.moment += 1
    tape.broken_off = True
    for record in tape.records:
        if isinstance(record, Guard):
            record.check(
                tuple(_value(operand) for operand in record.operands),
                tuple(_name(operand) for operand in record.operands),
            )
        else:
            evaluate(record)
    tape.broken_off = False
    for result in results_of(tape):
        assert result._statement is not None
        result._statement.fresh_at = changes.count


def _refresh_captured(tape: Tape) -> None:
    """Bring the values that were taken from enclosing recordings up to date."""
    for result in results_of(tape):
        for operand in made_from(result):
            statement = operand._statement
            if statement is None or statement.tape is tape:
                continue
            if statement.tape.cleared:
                raise GraphError(
                    f"{described(operand)} was captured from {statement.tape.label}, which has "
                    "been cleared: record both again"
                )
            refresh(operand)


def _report_escapes(tape: Tape) -> None:
    """Warn once for each line that read a value which is about to change."""
    reported = {str(escape.location) for escape in tape.escapes if escape.reported}
    for escape in tape.escapes:
        place = str(escape.location)
        if place not in reported and is_stale(escape.variable):
            escape.reported = True
            reported.add(place)
            here = users_location()
            warnings.warn_explicit(
                f"{described(escape.variable)} was read at {place} while "
                f"{tape.label} recorded it, and an input of it has changed: what was done with "
                "the number there is not replayed",
                EscapeWarning,
                here.code.co_filename,
                here.line,
            )


def _value(operand: Any) -> Any:
    return operand if isinstance(operand, float) else askable(operand._value)


def _name(operand: Any) -> str:
    return repr(operand) if isinstance(operand, float) else described(operand)
