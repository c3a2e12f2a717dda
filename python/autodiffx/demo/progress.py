"""A progress bar that a log file never sees."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

Item = TypeVar("Item")

WIDTH = 30
SECONDS_BETWEEN_DRAWINGS = 0.1
ERASE_LINE = "\r\x1b[K"


def track(
    label: str, items: Iterable[Item], total: int, stream: TextIO | None = None
) -> Iterator[Item]:
    """Pass ``items`` through, drawing on ``stream`` (standard error) how many of ``total`` came.

    Nothing at all is written unless the stream is a terminal; the bar is erased at the end.

    >>> list(track("counting", [1, 2, 3], total=3))
    [1, 2, 3]
    """
    out = sys.stderr if stream is None else stream
    if not out.isatty():
        yield from items
        return
    drawn = 0.0
    try:
        for done, item in enumerate(items):
            now = time.monotonic()
            if now - drawn >= SECONDS_BETWEEN_DRAWINGS:
                drawn = now
                filled = min(WIDTH, WIDTH * done // max(total, 1))
                bar = "#" * filled + "." * (WIDTH - filled)
                out.write(f"{ERASE_LINE}{label} [{bar}] {done}/{total}")
                out.flush()
            yield item
    finally:
        out.write(ERASE_LINE)
        out.flush()
