"""The exceptions and the warning, shared by the extension and by `autodiffx.reference`."""

from __future__ import annotations

__all__ = ["ControlFlowChanged", "EscapeWarning", "GraphError", "StaleValueError"]


class GraphError(RuntimeError):
    """A value was used, or a Graph entered, where its recording cannot be continued.

    Raised for intermediates of a cleared Graph, of one that is not open here and of another
    thread's tape, and for a Graph that is entered twice at once.

    >>> import autodiffx as adx
    >>> x = adx.Variable(1.0)
    >>> with adx.Graph() as graph:
    ...     y = x * x
    >>> graph.clear()
    >>> y * x  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    autodiffx.errors.GraphError: the value was recorded in Graph #...
    """


class StaleValueError(RuntimeError):
    """An input was set after the value in hand was computed from it.

    On the ambient tape, compute the value again; in a Graph, call `forward()`.

    >>> import autodiffx as adx
    >>> x = adx.Variable(1.0, name="x")
    >>> y = x * x
    >>> x.value = 2.0
    >>> y.backward()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    autodiffx.errors.StaleValueError: x was set after this value was computed: ...
    """


class ControlFlowChanged(RuntimeError):
    """A replay took a decision differently than the recording: other statements would be needed.

    The message names the file and the line of the decision. Record the Graph again, or make the
    decision part of the data flow with `where`, `maximum`, `minimum` or `clip`.

    >>> import autodiffx as adx
    >>> x = adx.Variable(1.0, name="x")
    >>> with adx.Graph() as graph:
    ...     y = x * x if x > 0.0 else -x
    >>> x.value = -1.0
    >>> graph.forward()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    autodiffx.errors.ControlFlowChanged: the decision a < b was True when recorded at ...
    """


class EscapeWarning(UserWarning):
    """A value read while a Graph recorded it has changed in a replay.

    Whatever the program did with the number it saw is not part of the recording.

    >>> import autodiffx as adx
    >>> import warnings
    >>> x = adx.Variable(1.0)
    >>> with adx.Graph() as graph:
    ...     y = adx.exp(x)
    ...     z = x * y.value
    >>> graph.escapes == []
    False
    >>> x.value = 2.0
    >>> with warnings.catch_warnings(record=True) as seen:
    ...     warnings.simplefilter("always")
    ...     _ = graph.forward()
    >>> seen[0].category is adx.EscapeWarning
    True
    """
