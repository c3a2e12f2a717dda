"""Whether a small gradient notices what else lies on the tape: a million live statements."""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import autodiffx as adx
from bench.child import answer, ask
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


def times(seconds: float) -> dict[str, float]:
    """Median and mean of the small gradient on an empty tape and on a loaded one, in turns.

    Each thread has its own tape, so two threads give one of either kind in one process. The mean
    tells of the collections that the loaded tape goes through, the median of the steps between.
    """
    samples = max(3, int(SAMPLES_PER_SECOND * seconds))
    with ThreadPoolExecutor(1) as empty, ThreadPoolExecutor(1) as loaded:
        kept = loaded.submit(live_statements).result()
        # The cycle collector would walk over a million Python objects: that is Python's, not ours.
        gc.collect()
        gc.freeze()
        threads = {"empty": empty, "loaded": loaded}
        found: dict[str, list[float]] = {name: [] for name in threads}
        for number in range(samples + 1):
            for name, thread in threads.items():
                each = thread.submit(gradients).result()
                if number > 0:
                    found[name].append(each)
        gc.unfreeze()
        del kept
    return {
        f"{name} {kind}": middle(found[name])
        for name in threads
        for kind, middle in (("median", statistics.median), ("mean", statistics.fmean))
    }


def measure(seconds: float) -> Iterator[Row]:
    """The small gradient on both tapes, and the ratios, from a process of its own."""
    found = ask("bench.load", str(seconds))
    work = f"{EXPRESSION.name}, {LIVE_STATEMENTS:,} live"
    for name in ("empty", "loaded"):
        yield Row(work, f"core, {name} tape", found[f"{name} median"] * 1e6, "us")
    for kind in ("median", "mean"):
        ratio = found[f"loaded {kind}"] / found[f"empty {kind}"]
        yield Row(work, f"loaded / empty, {kind}", ratio, "times", at_most=MOST_TIMES_SLOWER)


if __name__ == "__main__":
    if len(sys.argv) == 2 and not sys.argv[1].startswith("-"):
        answer(times(float(sys.argv[1])))
    else:
        main(measure)
