"""A progress bar that a log file never sees."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, TextIO, TypeVar

__all__ = ["Bar", "counted", "track"]

Item = TypeVar("Item")

WIDTH = 30
SECONDS_BETWEEN_DRAWINGS = 0.1
ERASE_LINE = "\r\x1b[K"


class Bar:
    """One line on ``stream`` (standard error), drawn over itself and erased at the end.

    Without a ``total`` it counts. Nothing at all is written unless the stream is a terminal.

    >>> with Bar("counting", total=2) as bar:
    ...     bar.show(1, "half")
    """

    def __init__(
        self, label: str, total: float | None = None, stream: TextIO | None = None
    ) -> None:
        self.label = label
        self.total = total
        self._out = sys.stderr if stream is None else stream
        self._visible = self._out.isatty()
        self._drawn = 0.0

    def show(self, done: float, note: str = "") -> None:
        """Draw how much of the total is done, unless that was shown a moment ago."""
        now = time.monotonic()
        if not self._visible or now - self._drawn < SECONDS_BETWEEN_DRAWINGS:
            return
        self._drawn = now
        line = f"{self.label} {done:.6g}"
        if self.total is not None:
            share = min(max(done / self.total, 0.0), 1.0) if self.total else 0.0
            filled = int(WIDTH * share)
            bar = "#" * filled + "." * (WIDTH - filled)
            line = f"{self.label} [{bar}] {done:.6g}/{self.total:.6g}"
        self._out.write(f"{ERASE_LINE}{line} {note}".rstrip())
        self._out.flush()

    def close(self) -> None:
        """Erase the line, if there is one."""
        if self._drawn:
            self._out.write(ERASE_LINE)
            self._out.flush()

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def counted(
    fun: Callable[[Any], Item], bar: Bar, note: Callable[[Item], str]
) -> Callable[[Any], Item]:
    """A function of one argument that draws how often it was called, and a note on its result."""
    count = 0

    def called(x: Any) -> Item:
        nonlocal count
        result = fun(x)
        count += 1
        bar.show(count, f"evaluations, {note(result)}")
        return result

    return called


def track(
    label: str, items: Iterable[Item], total: int, stream: TextIO | None = None
) -> Iterator[Item]:
    """Pass ``items`` through, drawing on ``stream`` (standard error) how many of ``total`` came.

    Nothing at all is written unless the stream is a terminal; the bar is erased at the end.

    >>> list(track("counting", [1, 2, 3], total=3))
    [1, 2, 3]
    """
    with Bar(label, total, stream) as bar:
        for done, item in enumerate(items):
            bar.show(done)
            yield item
