"""Derivatives of functions: what `grad` adds, Hessians, products with them, Jacobians.

``python -m bench.transforms`` measures all of it, ``python -m bench.transforms hessian`` a part.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import autodiffx as adx
import autodiffx.numpy as anp
from bench.child import ONE_THREAD, answer, ask
from bench.clock import interleaved
from bench.command import Measure, run
from bench.functions import ROSENBROCK
from bench.peers import compiled, floats, installed
from bench.rows import Row
from bench.transform_functions import SCALAR_PROGRAMS, VECTOR_PROGRAMS, VectorProgram

MOST_MICROSECONDS_ADDED = 3.0
LOOP_LIMIT = 2.0  # times the loop on floats
HESSIAN_LIMIT = 25.0  # gradients
HESSIAN_LIMIT_JAX = 1.2  # times JAX's jitted Hessian
HVP_LIMIT = 5.0  # gradients
JACOBIAN_LIMIT = 40.0  # evaluations

# JAX has threads of its own, which its flags keep to one.
ENVIRONMENT = {
    **ONE_THREAD,
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}

Cases = dict[str, Callable[[], Any]]


def wave(x: Any) -> Any:
    """A function of one number: five operations."""
    return adx.tanh(x * x + x) * x - x


def boxed_wave(numbers: dict[str, Any]) -> Any:
    """The same of a number in a container."""
    return wave(numbers["x"])


def by_hand() -> Callable[[], object]:
    """Record and sweep; the Variable stays."""
    x = adx.Variable(0.3)

    def case() -> float:
        wave(x).backward()
        found: float = x.grad
        return found

    return case


def one_number() -> Cases:
    """The derivative of a function of one number, and of one in a container."""
    bare, boxed = adx.grad(wave), adx.grad(boxed_wave)
    return {
        "by hand": by_hand(),
        "grad": lambda: bare(0.3),
        "grad, in a dict": lambda: boxed({"x": 0.3}),
    }


def loop() -> Cases:
    """Rosenbrock's function as a Python loop, by a list of numbers and by one array."""
    both = adx.value_and_grad(functools.partial(ROSENBROCK.function, adx))
    numbers, array = list(ROSENBROCK.at), np.array(ROSENBROCK.at)
    return {
        "float": floats(ROSENBROCK),
        "core, a list": lambda: both(numbers),
        "core, an array": lambda: both(array),
    }


def second_order(program: VectorProgram) -> Cases:
    """Value, gradient, Hessian and a product with it; JAX's compiled ones where it is installed."""
    f = functools.partial(program.function, anp)
    x, direction = program.at, np.cos(np.arange(program.at.size))
    gradient, hessian = adx.grad(f), adx.hessian(f)
    cases: Cases = {
        "numpy": lambda: program.function(np, x),
        "gradient": lambda: gradient(x),
        "hessian": lambda: hessian(x),
        "hvp": lambda: adx.hvp(f, (x,), (direction,)),
    }
    if installed("jax"):
        cases["jax gradient"] = compiled("grad", program)
        cases["jax hessian"] = compiled("hessian", program)
    return cases


def first_order(program: VectorProgram) -> Cases:
    """One evaluation by NumPy, and the Jacobian."""
    jacobian = adx.jacobian(functools.partial(program.function, anp))
    x = program.at
    cases: Cases = {
        "numpy": lambda: program.function(np, x),
        "jacobian": lambda: jacobian(x),
    }
    if installed("jax"):
        cases["jax jacobian"] = compiled("jacfwd", program)
    return cases


def timed(word: str, seconds: float) -> dict[str, float]:
    """Processor seconds of each case of a piece of work, from a process with one thread."""
    return ask("bench.transforms", "--cases", word, str(seconds), environment=ENVIRONMENT)


def cases_of(word: str) -> Cases:
    """The cases of a piece of work by its word."""
    if word in VECTOR_PROGRAMS:
        return first_order(VECTOR_PROGRAMS[word]())
    if word in SCALAR_PROGRAMS:
        return second_order(SCALAR_PROGRAMS[word]())
    return {"grad": one_number, "loop": loop}[word]()


def measure_grad(seconds: float) -> Iterator[Row]:
    """What `grad` adds to recording and sweeping, for a function of one number."""
    work = "five operations on one number"
    found = timed("grad", seconds)
    for who, each in found.items():
        yield Row(work, who, each * 1e6, "us")
    for who in ("grad", "grad, in a dict"):
        added = (found[who] - found["by hand"]) * 1e6
        yield Row(work, f"{who}: added", added, "us", at_most=MOST_MICROSECONDS_ADDED)


def measure_loop(seconds: float) -> Iterator[Row]:
    """Value and gradient of a Python loop beside the same loop on floats."""
    work = f"{ROSENBROCK.name}, value_and_grad"
    found = timed("loop", seconds)
    for who, each in found.items():
        yield Row(work, who, each * 1e6, "us")
    for who in ("core, a list", "core, an array"):
        yield Row(work, f"{who} / float", found[who] / found["float"], "times", at_most=LOOP_LIMIT)


def measure_hessian(seconds: float) -> Iterator[Row]:
    """Dense Hessians beside gradients and beside JAX's."""
    for word, program in SCALAR_PROGRAMS.items():
        work = program().name
        found = timed(word, seconds)
        for who, each in found.items():
            yield Row(work, who, each * 1e6, "us")
        ratio = found["hessian"] / found["gradient"]
        yield Row(work, "hessian / gradient", ratio, "times", at_most=HESSIAN_LIMIT)
        if "jax hessian" in found:
            ratio = found["hessian"] / found["jax hessian"]
            yield Row(work, "hessian / jax's", ratio, "times", at_most=HESSIAN_LIMIT_JAX)
        ratio = found["hvp"] / found["gradient"]
        yield Row(work, "hvp / gradient", ratio, "times", at_most=HVP_LIMIT)


def measure_jacobian(seconds: float) -> Iterator[Row]:
    """Jacobians beside one evaluation of their functions on ndarrays."""
    for word, program in VECTOR_PROGRAMS.items():
        work = program().name
        found = timed(word, seconds)
        for who, each in found.items():
            yield Row(work, who, each * 1e6, "us")
        ratio = found["jacobian"] / found["numpy"]
        yield Row(work, "jacobian / evaluation", ratio, "times", at_most=JACOBIAN_LIMIT)


PARTS: dict[str, Measure] = {
    "grad": measure_grad,
    "loop": measure_loop,
    "hessian": measure_hessian,
    "jacobian": measure_jacobian,
}


def measure(seconds: float) -> Iterator[Row]:
    """All parts."""
    for part in PARTS.values():
        yield from part(seconds)


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["--cases"]:
        answer(interleaved(cases_of(words[1]), float(words[2])))
    else:
        sys.exit(run([measure], words, PARTS))
