"""How each library is asked for a value and a gradient; one that is not installed is left out."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

from bench.functions import Program
from bench.transform_functions import VectorProgram

Case = Callable[[], tuple[float, list[float]]]
DEEP = 200_000  # micrograd visits its graph by recursion


def installed(*names: str) -> bool:
    """Whether all these modules can be imported."""
    return all(find_spec(name) is not None for name in names)


def floats(program: Program) -> Case:
    """The same code on plain floats: the value only, no derivative."""
    numbers = list(program.at)
    return lambda: (program.function(math, numbers), [])


def backend(module: str, program: Program) -> Case:
    """The core or the reference: the Variables stay, as the parameters of a training do."""
    adx = importlib.import_module(module)
    variables = [adx.Variable(number) for number in program.at]

    def case() -> tuple[float, list[float]]:
        y = program.function(adx, variables)
        y.backward()
        return y.value, [variable.grad for variable in variables]

    return case


def xad(program: Program) -> Case:
    """XAD's Python package, first-order adjoint mode."""
    xad_math = importlib.import_module("xad.math")
    adjoint = importlib.import_module("xad.adj_1st")
    variables = [adjoint.Real(number) for number in program.at]

    def case() -> tuple[float, list[float]]:
        with adjoint.Tape() as tape:
            for variable in variables:
                tape.registerInput(variable)
            tape.newRecording()
            y = program.function(xad_math, variables)
            tape.registerOutput(y)
            y.derivative = 1.0
            tape.computeAdjoints()
            return y.value, [variable.derivative for variable in variables]

    return case


class _MicrogradMath:
    """The tanh that micrograd 0.1.0 lacks, in the way it writes its other functions."""

    @staticmethod
    def tanh(x: Any) -> Any:
        value_type = type(x)
        y = value_type(math.tanh(x.data), (x,), "tanh")

        def spread() -> None:
            x.grad += (1.0 - y.data * y.data) * y.grad

        y._backward = spread
        return y


def micrograd(program: Program) -> Case:
    """micrograd, made anew each time because its gradients add up."""
    value_type = importlib.import_module("micrograd.engine").Value
    sys.setrecursionlimit(max(sys.getrecursionlimit(), DEEP))

    def case() -> tuple[float, list[float]]:
        variables = [value_type(number) for number in program.at]
        y = program.function(_MicrogradMath, variables)
        y.backward()
        return y.data, [variable.grad for variable in variables]

    return case


def torch(program: Program) -> Case:
    """PyTorch on 0-dimensional float64 tensors, one thread."""
    module = importlib.import_module("torch")
    module.set_num_threads(1)
    variables = [
        module.tensor(number, dtype=module.float64, requires_grad=True) for number in program.at
    ]

    def case() -> tuple[float, list[float]]:
        y = program.function(module, variables)
        return y.item(), [g.item() for g in module.autograd.grad(y, variables)]

    return case


def autograd(program: Program) -> Case:
    """HIPS autograd on a list of floats."""
    module = importlib.import_module("autograd")
    numpy = importlib.import_module("autograd.numpy")
    both = module.value_and_grad(lambda numbers: program.function(numpy, numbers))
    numbers = list(program.at)

    def case() -> tuple[float, list[float]]:
        value, gradient = both(numbers)
        return float(value), [float(g) for g in gradient]

    return case


def casadi_function(program: Program) -> Any:
    """A CasADi function of value and gradient, from symbolic scalars."""
    module = importlib.import_module("casadi")
    x = module.SX.sym("x", len(program.at))
    y = program.function(module, [x[i] for i in range(len(program.at))])
    return module.Function("both", [x], [y, module.gradient(y, x)])


def casadi(program: Program) -> Case:
    """CasADi used eagerly: builds the expression and its gradient, then evaluates them once."""

    def case() -> tuple[float, list[float]]:
        value, gradient = casadi_function(program)(list(program.at))
        return float(value), [float(g) for g in gradient.elements()]

    return case


def jax_function(program: Program) -> tuple[Any, Any]:
    """JAX's value-and-gradient of the program in float64, and its point."""
    module = importlib.import_module("jax")
    module.config.update("jax_enable_x64", True)
    numpy = importlib.import_module("jax.numpy")
    both = module.value_and_grad(lambda numbers: program.function(numpy, numbers))
    return both, [numpy.asarray(number, dtype=numpy.float64) for number in program.at]


def jax(program: Program) -> Case:
    """JAX without jit."""
    both, numbers = jax_function(program)

    def case() -> tuple[float, list[float]]:
        value, gradient = both(numbers)
        return float(value), [float(g) for g in gradient]

    return case


def compiled(transform: str, program: VectorProgram) -> Callable[[], object]:
    """A transform of JAX by its name, compiled before; its vector and its result stay with JAX."""
    module = importlib.import_module("jax")
    module.config.update("jax_enable_x64", True)
    numpy = importlib.import_module("jax.numpy")
    function = module.jit(getattr(module, transform)(lambda x: program.function(numpy, x)))
    x = numpy.asarray(program.at)
    return lambda: function(x).block_until_ready()


def eager(program: Program, without: Sequence[str] = ()) -> dict[str, Case]:
    """Every way to run ``program`` eagerly that is installed, floats and core first."""
    cases: dict[str, Case] = {
        "float": floats(program),
        "core": backend("autodiffx", program),
        "reference": backend("autodiffx.reference", program),
    }
    others: dict[str, Callable[[Program], Case]] = {
        "xad": xad,
        "micrograd": micrograd,
        "torch": torch,
        "casadi": casadi,
        "autograd": autograd,
        "jax": jax,
    }
    for name, make in others.items():
        if name not in without and installed(name):
            cases[name] = make(program)
    return cases
