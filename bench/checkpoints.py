"""A chain of segments of operations on arrays: the memory and time of its gradient, with each
segment kept or run again."""

from __future__ import annotations

import importlib
import resource
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.child import answer, ask
from bench.command import main
from bench.rows import Row

ELEMENTS = 200_000
SHAPES = ((20, 20), (10, 40), (40, 10))  # segments, operations in each
RUNS = 3


def chain(wrap: Any, segments: int, operations: int) -> Any:
    """x -> tanh(w x) over and over, a segment at a time."""

    def segment(x: Any, w: Any) -> Any:
        for _ in range(operations // 2):
            x = np.tanh(x * w)
        return x

    def total(w: Any, x: Any) -> Any:
        step = wrap(segment)
        for _ in range(segments):
            x = step(x, w)
        return np.sum(x)

    return total


def peak() -> float:
    """The most memory that the process has had, in arrays of the chain."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / (8.0 * ELEMENTS)


def gradient(kind: str, segments: int, operations: int) -> dict[str, float]:
    """Arrays held at the most beyond what the chain of NumPy takes, and seconds of a run."""
    adx = importlib.import_module("autodiffx")
    x = np.linspace(0.1, 0.9, ELEMENTS)
    f = chain(adx.checkpoint if kind == "checkpoint" else lambda each: each, segments, operations)
    chain(lambda each: each, 1, operations)(0.9, x)
    before = peak()
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        adx.grad(f)(0.9, x)
        seconds.append(time.perf_counter() - start)
    return {"arrays": peak() - before, "seconds": min(seconds)}


def measure(seconds: float) -> Iterator[Row]:
    """Arrays and milliseconds; ``seconds`` plays no part here."""
    for segments, operations in SHAPES:
        work = f"{segments} x {operations} operations on {ELEMENTS:,}"
        for kind in ("kept", "checkpoint"):
            found = ask("bench.checkpoints", kind, str(segments), str(operations))
            bound = 2.0 * (segments + operations) if kind == "checkpoint" else None
            yield Row(work, kind, found["arrays"], "arrays", at_most=bound)
            yield Row(work, kind, found["seconds"] * 1e3, "ms")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        answer(gradient(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
    else:
        main(measure)
