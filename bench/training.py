"""A long eager training loop that keeps its parameters and its last loss: does memory grow?"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

import autodiffx as adx
from bench.child import answer, ask, resident_bytes
from bench.command import main
from bench.rows import Row

STEPS = 100_000
SETTLED = 1_000
MOST_MEGABYTES = 2.0


def train(steps: int) -> dict[str, float]:
    """Fit y = 3 x - 2 one point at a time; resident memory after step 1,000 and at the end."""
    slope: Any = adx.Variable(0.0)
    intercept: Any = adx.Variable(0.0)
    settled = highest = 0
    start = time.process_time()
    for step in range(steps):
        x = (step % 100) / 50.0 - 1.0
        loss = (adx.tanh(slope * x + intercept) - adx.tanh(3.0 * x - 2.0)) ** 2
        loss.backward()
        slope.value -= 0.1 * slope.grad
        intercept.value -= 0.1 * intercept.grad
        if step + 1 == SETTLED:
            settled = resident_bytes()
        elif (step + 1) % SETTLED == 0:
            highest = max(highest, resident_bytes())
    seconds = time.process_time() - start
    return {
        "growth": (resident_bytes() - settled) / 1e6,
        "highest": (highest - settled) / 1e6,
        "step": seconds / steps * 1e6,
        "slope": slope.value,
    }


def measure(seconds: float) -> Iterator[Row]:
    """Growth of resident memory; ``seconds`` plays no part here."""
    found = ask("bench.training", str(STEPS))
    work = f"{STEPS:,} training steps"
    yield Row(f"{work}, growth at the end", "core", found["growth"], "MB", at_most=MOST_MEGABYTES)
    yield Row(
        f"{work}, growth at its highest", "core", found["highest"], "MB", at_most=MOST_MEGABYTES
    )
    yield Row(f"{work}, one step", "core", found["step"], "us")


if __name__ == "__main__":
    if len(sys.argv) == 2 and sys.argv[1].isdigit():
        answer(train(int(sys.argv[1])))
    else:
        main(measure)
