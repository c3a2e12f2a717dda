"""Which line of a test is running."""

from __future__ import annotations

import inspect


def line_here() -> int:
    """The number of the line that calls this."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno
