"""The same functions recorded once and replayed at other inputs.

JAX is missing here: its jit takes minutes to compile a Python loop of 3,000 operations.
"""

from __future__ import annotations

import importlib
from array import array
from collections.abc import Callable, Iterator
from typing import Any

from bench.clock import interleaved
from bench.command import main
from bench.functions import CHAIN, OSCILLATOR, ROSENBROCK, Program
from bench.peers import casadi_function, floats, installed
from bench.rows import Row


def graph(module: str, program: Program) -> tuple[Any, list[Any]]:
    """A Graph of the program, and its inputs."""
    adx = importlib.import_module(module)
    variables = [adx.Variable(number) for number in program.at]
    with adx.Graph() as recorded:
        program.function(adx, variables)
    return recorded, variables


def sweeps(module: str, program: Program) -> Callable[[], object]:
    """Replay and sweep back; one input is set each time, so that there is something to replay."""
    recorded, variables = graph(module, program)
    first, number = variables[0], program.at[0]

    def case() -> None:
        first.value = number
        recorded.forward()
        recorded.backward()

    return case


def from_python(module: str, program: Program) -> Callable[[], object]:
    """The same with all inputs set and all gradients read from Python, one by one."""
    recorded, variables = graph(module, program)

    def case() -> list[float]:
        for variable, number in zip(variables, program.at, strict=True):
            variable.value = number
        recorded.forward()
        recorded.backward()
        return [variable.grad for variable in variables]

    return case


def casadi(program: Program) -> Callable[[], object]:
    """CasADi's virtual machine on buffers, without conversions."""
    function = casadi_function(program)
    buffer, case = function.buffer()
    inputs, value, gradient = array("d", program.at), array("d", [0.0]), array("d", program.at)
    buffer.set_arg(0, memoryview(inputs))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(gradient))

    def evaluate() -> object:
        case()
        return buffer, inputs, value, gradient  # CasADi keeps addresses, not references

    return evaluate


def measure(seconds: float) -> Iterator[Row]:
    """Each program in microseconds for each library that can record."""
    for program in (CHAIN, ROSENBROCK, OSCILLATOR):
        cases: dict[str, Callable[[], object]] = {
            "float": floats(program),
            "core": sweeps("autodiffx", program),
            "core, from Python": from_python("autodiffx", program),
            "reference": sweeps("autodiffx.reference", program),
        }
        if installed("casadi"):
            cases["casadi"] = casadi(program)
        work = f"{program.name}, replayed"
        for who, each in interleaved(cases, seconds).items():
            yield Row(work, who, each * 1e6, "us")


if __name__ == "__main__":
    main(measure)
