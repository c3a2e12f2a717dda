"""Memory: a loop that keeps nothing but its parameters does not grow."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any

LOOP = """
    import resource

    def resident():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    weights = [adx.Variable(0.1 * i) for i in range(5)]
    for step in range({steps}):
        loss = 0.0
        for i, w in enumerate(weights):
            loss = loss + adx.tanh(w * 0.5 - i) ** 2
            if w > 1.0:
                loss = loss * 0.99
        loss.backward()
        for w in weights:
            w.value -= 0.01 * w.grad
        if step == {steps} // 10:
            early = resident()
    print(resident() - early)
"""


def grown(backend: Any, steps: int) -> int:
    """Bytes of resident memory that a training loop adds after its first tenth."""
    program = f"import {backend.__name__} as adx\n" + textwrap.dedent(LOOP.format(steps=steps))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_a_training_loop_does_not_grow(backend: Any) -> None:
    steps = 1_500 if backend.__name__.endswith("reference") else 50_000
    assert grown(backend, steps) < 2_000_000
