"""Value and gradient of code on array Variables, beside plain numbers and hand-written NumPy."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator

from bench.array_functions import ARRAY_PROGRAMS, ArrayProgram, Result
from bench.child import ONE_THREAD, answer, ask, peak_bytes, resident_bytes
from bench.clock import interleaved
from bench.command import main
from bench.functions import ROSENBROCK, Program
from bench.peers import Case, floats
from bench.rows import Row

# How many times the time of the loop over a list of floats the loop over one array may take.
ELEMENTS_LIMIT = 1.8
# How many times the time of what is written by hand each program may take.
LIMITS = {
    "products": 0.4,
    "small-perceptron": 0.65,
    "perceptron": 1.1,
    "single-perceptron": 1.1,
    "rosenbrock": 0.3,
    "black-scholes": 1.1,
    "small-black-scholes": 0.95,
    "chain": 3.0,
}
# Whose peak of memory is given.
LARGE = ("black-scholes",)
WHO = ("core", "by hand")


def over_elements(module: str, program: Program) -> Case:
    """The program as a Python loop over the elements of one array Variable."""
    adx = importlib.import_module(module)
    array = adx.Variable(program.at)

    def case() -> tuple[float, list[float]]:
        y = program.function(adx, array)
        y.backward()
        return y.value, array.grad

    return case


def recorded(program: ArrayProgram) -> Callable[[], Result]:
    """Value and gradient by autodiffx: the Variables stay, as the parameters of a training do."""
    adx = importlib.import_module("autodiffx")
    anp = importlib.import_module("autodiffx.numpy")
    variables = [adx.Variable(array) for array in program.at]

    def case() -> Result:
        y = program.function(anp, variables)
        y.backward()
        return float(y.value), [variable.grad for variable in variables]

    return case


def cases_of(program: ArrayProgram) -> dict[str, Callable[[], Result]]:
    """Both ways to a value and a gradient."""
    return {"core": recorded(program), "by hand": lambda: program.by_hand(program.at)}


def peak(program: ArrayProgram, who: str) -> float:
    """Megabytes of memory at the peak of a value and a gradient, taken three times, over before."""
    case = cases_of(program)[who]
    before = resident_bytes()
    for _ in range(3):
        case()
    return (peak_bytes() - before) / 1e6


def measure(seconds: float) -> Iterator[Row]:
    """Loops over elements and whole arrays in microseconds, then the ratios that are required."""
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
    for word, limit in LIMITS.items():
        program = ARRAY_PROGRAMS[word]()
        found = ask("bench.arrays", word, str(seconds), environment=ONE_THREAD)
        unit = "us" if program.operations == 1 else "us/op"
        for who in WHO:
            yield Row(program.name, who, found[who] / program.operations * 1e6, unit)
        ratio = found["core"] / found["by hand"]
        yield Row(program.name, "core / by hand", ratio, "times", at_most=limit)
    for word in LARGE:
        name = f"{ARRAY_PROGRAMS[word]().name}, peak"
        for who in WHO:
            found = ask("bench.arrays", word, who, environment=ONE_THREAD)
            yield Row(name, who, found["peak"], "MB")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in ARRAY_PROGRAMS:
        measured, how = ARRAY_PROGRAMS[sys.argv[1]](), sys.argv[2]
        if how in WHO:
            answer({"peak": peak(measured, how)})
        else:
            answer(interleaved(cases_of(measured), float(how)))
    else:
        main(measure)
