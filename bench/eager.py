"""Value and gradient of ordinary Python, recorded each time, beside the same code on floats."""

from __future__ import annotations

from collections.abc import Iterator

from bench.clock import interleaved
from bench.command import main
from bench.functions import CHAIN, OSCILLATOR, ROSENBROCK, Program
from bench.peers import eager
from bench.rows import Row

# How many times the float code's own time a value and a gradient may take.
LIMITS: tuple[tuple[Program, float], ...] = ((CHAIN, 1.8), (ROSENBROCK, 2.5), (OSCILLATOR, 2.5))
TIMES_FASTER_THAN_XAD = 10.0
TIMES_FASTER_THAN_REFERENCE = 30.0


def measure(seconds: float) -> Iterator[Row]:
    """Each program in microseconds for each library, then the ratios that are required."""
    for program, limit in LIMITS:
        found = interleaved(eager(program), seconds)
        for who, each in found.items():
            yield Row(f"{program.name}, eager", who, each * 1e6, "us")
        core = found["core"]
        work = f"{program.name}, eager"
        yield Row(work, "core / float", core / found["float"], "times", at_most=limit)
        yield Row(
            work,
            "reference / core",
            found["reference"] / core,
            "times",
            at_least=TIMES_FASTER_THAN_REFERENCE,
        )
        if "xad" in found:
            yield Row(
                work, "xad / core", found["xad"] / core, "times", at_least=TIMES_FASTER_THAN_XAD
            )


if __name__ == "__main__":
    main(measure)
