"""Tapes, and which of them a thread records on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from autodiffx.errors import GraphError

if TYPE_CHECKING:
    from autodiffx.reference.guard import Guard
    from autodiffx.reference.location import Location
    from autodiffx.reference.variable import Variable

__all__ = ["Changes", "Escape", "OpenTapes", "Tape", "changes", "open_tapes"]


class Tape:
    """What was recorded together.

    A Graph's tape keeps its records in order. The ambient tape of a thread keeps nothing: each
    result holds its own operands, so what no handle can reach is freed.
    """

    def __init__(self, label: str, *, keeps: bool) -> None:
        self.label = label  # as error messages name it
        self.keeps = keeps  # True for a Graph, False for an ambient tape
        self.records: list[Variable | Guard] = []  # results and decisions, as they happened
        self.escapes: list[Escape] = []  # values read while they were recorded
        self.cleared = False  # its results can be read, and nothing else
        self.broken_off = False  # the last replay did not reach its end
        self.is_open = False  # some thread records on it now
        self.moment = 0  # counts records and sweeps: adjoints belong to one moment
        self.swept_at = -1  # the moment of the last reverse sweep

    def clear(self) -> None:
        """Let go of everything recorded; results that are still held keep their values."""
        self.records = []
        self.escapes = []
        self.cleared = True


class Escape:
    """A value that left its recording."""

    def __init__(self, variable: Variable, location: Location) -> None:
        self.variable = variable
        self.location = location
        self.reported = False


class OpenTapes(threading.local):
    """The tapes that the present thread records on, the innermost last; never empty."""

    def __init__(self) -> None:
        name = threading.current_thread().name
        self.stack = [Tape(f"the ambient tape of thread {name!r}", keeps=False)]

    @property
    def innermost(self) -> Tape:
        return self.stack[-1]

    def enter(self, tape: Tape) -> None:
        if tape in self.stack:
            raise GraphError(
                f"{tape.label} is open already: it records what follows, enter it once"
            )
        if tape.is_open:
            raise GraphError(
                f"{tape.label} is open in another thread: leave it there first, "
                "or let each thread record a Graph of its own"
            )
        tape.is_open = True
        self.stack.append(tape)

    def leave(self, tape: Tape) -> None:
        self.stack.remove(tape)
        tape.is_open = False

    def exchange(self, old: Tape, new: Tape) -> None:
        """Let an open Graph go on with another tape."""
        self.stack[self.stack.index(old)] = new
        old.is_open = False
        new.is_open = True

    def require(self, tape: Tape, what: str) -> None:
        """Refuse a value whose tape cannot be continued here.

        Raises:
            GraphError: the tape was cleared, or it is not open in this thread.
        """
        if tape.cleared:
            raise GraphError(
                f"{what} was recorded in {tape.label}, which has been cleared "
                f"(recording goes to {self.innermost.label}): compute it again, or use its .value"
            )
        if tape not in self.stack:
            raise GraphError(
                f"{what} was recorded in {tape.label}, which is not open here "
                f"(recording goes to {self.innermost.label}): "
                "use it inside its own Graph and thread, compute it again, or use its .value"
            )


class Changes:
    """Counts how often any input of the process was set: equal counts mean nothing changed."""

    def __init__(self) -> None:
        self.count = 0


open_tapes = OpenTapes()
changes = Changes()
