"""A place in the user's code: kept as code object and instruction, resolved when reported."""

from __future__ import annotations

import sys
from pathlib import Path
from types import CodeType
from typing import NamedTuple

__all__ = ["Location", "users_location"]

_PACKAGE = str(Path(__file__).parent.parent)


class Location(NamedTuple):
    """Where a decision was taken or a value was read."""

    code: CodeType
    instruction: int  # offset in bytes, what a frame calls f_lasti

    @property
    def line(self) -> int:
        """The number of the line in its file."""
        line = self.code.co_firstlineno
        for start, end, found in self.code.co_lines():
            if start <= self.instruction < end and found is not None:
                line = found
        return line

    def __str__(self) -> str:
        return f"{self.code.co_filename}:{self.line}"


def users_location() -> Location:
    """The innermost place on the stack that is outside this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return Location(frame.f_code, frame.f_lasti)
