"""The exceptions and the warning, shared by the extension and by `autodiffx.reference`."""

from __future__ import annotations

__all__ = ["ControlFlowChanged", "EscapeWarning", "GraphError", "StaleValueError"]


class GraphError(RuntimeError):
    """A value was used, or a Graph entered, where its recording cannot be continued.

    Raised for intermediates of a cleared Graph, of one that is not open here and of another
    thread's tape, and for a Graph that is entered twice at once.
    """


class StaleValueError(RuntimeError):
    """An input was set after the value in hand was computed from it.

    On the ambient tape, compute the value again; in a Graph, call `forward()`.
    """


class ControlFlowChanged(RuntimeError):
    """A replay took a decision differently than the recording: other statements would be needed.

    The message names the file and the line of the decision. Record the Graph again, or make the
    decision part of the data flow with `where`, `maximum`, `minimum` or `clip`.
    """


class EscapeWarning(UserWarning):
    """A value read while a Graph recorded it has changed in a replay.

    Whatever the program did with the number it saw is not part of the recording.
    """
