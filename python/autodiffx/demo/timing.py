"""Core against reference: seconds for the same gradient, in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple

from autodiffx.demo.agreement import Model

ROUNDS = 5


class Round(NamedTuple):
    """Seconds of one value and gradient, core and reference one after the other."""

    core: float
    reference: float


def rounds(core: ModuleType, reference: ModuleType, model: Model) -> Iterator[Round]:
    """Time ``model`` on both backends in turns, `ROUNDS` times; a first run is dropped."""
    for number in range(ROUNDS + 1):
        times = []
        for backend in (core, reference):
            start = time.perf_counter()
            model.gradient(backend, lambda p: model.loss(backend, p), model.at)  # noqa: B023
            times.append(time.perf_counter() - start)
        if number > 0:
            yield Round(*times)


def typical(measured: list[Round]) -> Round:
    """The median of each backend.

    >>> typical([Round(1.0, 9.0), Round(3.0, 8.0), Round(2.0, 7.0)])
    Round(core=2.0, reference=8.0)
    """
    return Round(
        statistics.median(each.core for each in measured),
        statistics.median(each.reference for each in measured),
    )
