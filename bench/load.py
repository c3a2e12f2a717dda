"""Whether a small gradient notices what else lies on the tape: a million live statements."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import autodiffx as adx
from bench.command import main
from bench.functions import EXPRESSION
from bench.rows import Row

LIVE_STATEMENTS = 1_000_000
CALLS = 5_000
SAMPLES_PER_SECOND = 200
MOST_TIMES_SLOWER = 1.2


def live_statements() -> list[Any]:
    """A million statements on this thread's tape, each held by a Variable."""
    x = adx.Variable(0.5)
    return [x + 1.0 for _ in range(LIVE_STATEMENTS)]


def gradients() -> float:
    """Processor seconds of one value and gradient of the expression, over `CALLS` in a row."""
    variables = [adx.Variable(number) for number in EXPRESSION.at]
    start = time.thread_time()
    for _ in range(CALLS):
        EXPRESSION.function(adx, variables).backward()
    return (time.thread_time() - start) / CALLS


def measure(seconds: float) -> Iterator[Row]:
    """The small gradient on an empty tape and on a loaded one, in turns.

    Each thread has its own tape, so two threads give one of either kind in one process. The mean
    tells of the collections that the loaded tape goes through, the median of the steps between.
    """
    samples = max(3, int(SAMPLES_PER_SECOND * seconds))
    with ThreadPoolExecutor(1) as empty, ThreadPoolExecutor(1) as loaded:
        kept = loaded.submit(live_statements).result()
        # The cycle collector would walk over a million Python objects: that is Python's, not ours.
        gc.collect()
        gc.freeze()
        threads = {"empty tape": empty, "loaded tape": loaded}
        times: dict[str, list[float]] = {name: [] for name in threads}
        for number in range(samples + 1):
            for name, thread in threads.items():
                found = thread.submit(gradients).result()
                if number > 0:
                    times[name].append(found)
        gc.unfreeze()
        del kept
    work = f"{EXPRESSION.name}, {LIVE_STATEMENTS:,} live"
    for name, found_times in times.items():
        yield Row(work, f"core, {name}", statistics.median(found_times) * 1e6, "us")
    for kind, middle in (("median", statistics.median), ("mean", statistics.fmean)):
        ratio = middle(times["loaded tape"]) / middle(times["empty tape"])
        yield Row(work, f"loaded / empty, {kind}", ratio, "times", at_most=MOST_TIMES_SLOWER)


if __name__ == "__main__":
    main(measure)
