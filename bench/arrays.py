"""Value and gradient of code on array Variables, beside the same code on plain numbers."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from bench.clock import interleaved
from bench.command import main
from bench.functions import ROSENBROCK, Program
from bench.peers import Case, floats
from bench.rows import Row

# How many times the time of the loop over a list of floats the loop over one array may take.
ELEMENTS_LIMIT = 1.8


def over_elements(module: str, program: Program) -> Case:
    """The program as a Python loop over the elements of one array Variable."""
    adx = importlib.import_module(module)
    array = adx.Variable(program.at)

    def case() -> tuple[float, list[float]]:
        y = program.function(adx, array)
        y.backward()
        return y.value, array.grad

    return case


def measure(seconds: float) -> Iterator[Row]:
    """Loops over elements in microseconds, then the ratio that is required."""
    work = f"Rosenbrock, {len(ROSENBROCK.at):,} elements of one array"
    cases = {
        "float": floats(ROSENBROCK),
        "core": over_elements("autodiffx", ROSENBROCK),
        "reference": over_elements("autodiffx.reference", ROSENBROCK),
    }
    found = interleaved(cases, seconds)
    for who, each in found.items():
        yield Row(work, who, each * 1e6, "us")
    yield Row(work, "core / float", found["core"] / found["float"], "times", at_most=ELEMENTS_LIMIT)


if __name__ == "__main__":
    main(measure)
