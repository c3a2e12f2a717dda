"""Run a Graph's records again with the present values of its inputs."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from autodiffx.errors import EscapeWarning, GraphError
from autodiffx.reference.freshness import is_stale, outdated, require_fresh, require_values
from autodiffx.reference.guard import Guard
from autodiffx.reference.tape import changes
from autodiffx.reference.wording import described

if TYPE_CHECKING:
    from autodiffx.reference.tape import Tape
    from autodiffx.reference.variable import Variable

__all__ = ["refresh", "replay", "results_of"]


def results_of(tape: Tape) -> list[Variable]:
    """What the tape's statements computed, in order."""
    return [record for record in tape.records if not isinstance(record, Guard)]


def refresh(tape: Tape) -> None:
    """Replay where an input has changed since the last time."""
    if any(outdated(result) is not None for result in results_of(tape)):
        replay(tape)
        return
    _refresh_captured(tape)
    if any(outdated(result) is not None for result in results_of(tape)):
        replay(tape)


def replay(tape: Tape) -> None:
    """Compute every result again and ask every guard again, in the order of recording.

    Raises:
        ValueError: an input has no value.
        StaleValueError: a captured value was computed outside any Graph and its inputs changed.
        GraphError: a captured value was recorded in a Graph that has been cleared.
        ControlFlowChanged: a guard has another answer; what was recorded before it is up to date,
            what follows is stale until a replay goes through.
    """
    require_values(results_of(tape))
    _refresh_captured(tape)
    _report_escapes(tape)
    tape.moment += 1
    for record in tape.records:
        if isinstance(record, Guard):
            record.check(
                tuple(_value(operand) for operand in record.operands),
                tuple(_name(operand) for operand in record.operands),
            )
        else:
            record._evaluate()
    for result in results_of(tape):
        assert result._statement is not None
        result._statement.fresh_at = changes.count


def _refresh_captured(tape: Tape) -> None:
    """Bring the values that were taken from enclosing recordings up to date."""
    refreshed: set[Tape] = set()
    for result in results_of(tape):
        for operand in result.inputs:
            statement = operand._statement
            if statement is None or statement.tape is tape:
                continue
            if statement.tape.cleared:
                raise GraphError(
                    f"{described(operand)} was captured from {statement.tape.label}, which has "
                    "been cleared: record both again"
                )
            if not statement.tape.keeps:
                require_fresh(operand)
            elif statement.tape not in refreshed:
                refreshed.add(statement.tape)
                refresh(statement.tape)


def _report_escapes(tape: Tape) -> None:
    """Warn once for each place that read a value which is about to change."""
    reported = {escape.location for escape in tape.escapes if escape.reported}
    for escape in tape.escapes:
        if escape.location not in reported and is_stale(escape.variable):
            escape.reported = True
            reported.add(escape.location)
            warnings.warn(
                f"{described(escape.variable)} was read at {escape.location} while "
                f"{tape.label} recorded it, and an input of it has changed: what was done with "
                "the number there is not replayed",
                EscapeWarning,
                stacklevel=5,
            )


def _value(operand: Any) -> float:
    value: float = operand if isinstance(operand, float) else operand._value
    return value


def _name(operand: Any) -> str:
    return repr(operand) if isinstance(operand, float) else described(operand)
