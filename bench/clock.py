"""Timing in turns: every case is measured in the same process, one after the other, many times."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping

SHORTEST_SAMPLE = 0.002  # seconds; a case that is quicker is called several times in a row
FEWEST_SAMPLES = 3
MOST_SAMPLES = 300
GROUPS = 5


def interleaved(cases: Mapping[str, Callable[[], object]], seconds: float) -> dict[str, float]:
    """Processor seconds for one call of each case: the best of several medians.

    The samples of the cases are taken in turns, so that a busy moment of the machine meets all of
    them. Slow cases get fewer samples, spread over the whole time. What is counted is the process's
    own processor time, which other processes do not lengthen; every case runs in one thread. As in
    `timeit`, the cycle collector rests during a sample and catches up between samples.

    Args:
        cases: a name and a function without arguments for each case.
        seconds: the time to spend on each case.
    """
    calls: dict[str, int] = {}
    counts: dict[str, int] = {}
    for name, case in cases.items():
        case()
        estimate = sample(case, 1)
        calls[name] = max(1, int(SHORTEST_SAMPLE / max(estimate, 1e-9)))
        wanted = int(seconds / max(estimate * calls[name], 1e-9))
        counts[name] = min(MOST_SAMPLES, max(FEWEST_SAMPLES, wanted))
    rounds = max(counts.values())
    samples: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds):
        for name, case in cases.items():
            due = (number + 1) * counts[name] // rounds
            if len(samples[name]) < due:
                samples[name].append(sample(case, calls[name]))
    return {name: best_median(found) for name, found in samples.items()}


def sample(case: Callable[[], object], calls: int) -> float:
    """Seconds of one call, as the mean of ``calls`` calls in a row."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        start = time.process_time()
        for _ in range(calls):
            case()
        return (time.process_time() - start) / calls
    finally:
        if collecting:
            gc.enable()


def best_median(samples: list[float]) -> float:
    """The least of the medians of `GROUPS` runs of neighbouring samples; of few, the median.

    >>> best_median([3.0, 1.0, 2.0])
    2.0
    """
    size = len(samples) // GROUPS
    if size < FEWEST_SAMPLES:
        return statistics.median(samples)
    groups = [samples[first : first + size] for first in range(0, size * GROUPS, size)]
    return min(statistics.median(group) for group in groups)
