"""The functions of one vector whose Hessians and Jacobians are measured.

A function takes the module that provides ``tanh`` (`numpy` for ndarrays) and its vector, and is
ordinary NumPy: the same code runs on every library.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

VARIABLES = 100
OUTPUTS = 200


class VectorProgram(NamedTuple):
    """A function of one vector to measure, and where."""

    name: str
    function: Callable[[Any, Any], Any]
    at: NDArray[np.float64]


def rosenbrock() -> VectorProgram:
    """Rosenbrock's function without a loop: its Hessian has three diagonals."""

    def function(anp: Any, x: Any) -> Any:
        a, b = x[:-1], x[1:]
        return (100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2).sum()

    at = np.random.default_rng(0).normal(size=VARIABLES)
    return VectorProgram(f"Rosenbrock, {VARIABLES} variables", function, at)


def likelihood() -> VectorProgram:
    """The negative logarithm of the likelihood of a logistic regression, normal prior."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(2 * VARIABLES, VARIABLES))
    signs = random.choice([-1.0, 1.0], size=2 * VARIABLES)

    def function(anp: Any, x: Any) -> Any:
        margins = signs * (rows @ x)
        return anp.log(1.0 + anp.exp(-margins)).sum() + 0.5 * (x * x).sum()

    name = f"logistic regression, {2 * VARIABLES} x {VARIABLES}"
    return VectorProgram(name, function, 0.1 * random.normal(size=VARIABLES))


def perceptron() -> VectorProgram:
    """The mean square error of a layer of tanh and a linear one, 6-10-3 with 100 parameters."""
    random = np.random.default_rng(0)
    inputs, targets = random.normal(size=(20, 6)), random.normal(size=(20, 3))

    def function(anp: Any, x: Any) -> Any:
        first, shift, second = x[:60].reshape(6, 10), x[60:70], x[70:].reshape(10, 3)
        errors = anp.tanh(inputs @ first + shift) @ second - targets
        return (errors * errors).sum() / 20.0

    at = 0.5 * random.normal(size=VARIABLES)
    return VectorProgram(f"MLP 6-10-3, {VARIABLES} parameters", function, at)


def dense() -> VectorProgram:
    """A layer of tanh: every result depends on every element."""
    random = np.random.default_rng(0)
    weights = random.normal(size=(OUTPUTS, OUTPUTS)) / np.sqrt(OUTPUTS)

    def function(anp: Any, x: Any) -> Any:
        return anp.tanh(weights @ x)

    name = f"tanh(A x), {OUTPUTS} to {OUTPUTS}"
    return VectorProgram(name, function, random.normal(size=OUTPUTS))


def stencil() -> VectorProgram:
    """The steady states of a reaction and diffusion: a result depends on three elements."""

    def function(anp: Any, x: Any) -> Any:
        padded = anp.concatenate([np.zeros(1), x, np.zeros(1)])
        spread = padded[2:] - 2.0 * x + padded[:-2]
        return spread + 0.1 * anp.exp(x) * (1.0 - x * x)

    at = np.random.default_rng(0).normal(size=OUTPUTS)
    return VectorProgram(f"reaction and diffusion, {OUTPUTS} to {OUTPUTS}", function, at)


# By a word for the command line.
SCALAR_PROGRAMS: dict[str, Callable[[], VectorProgram]] = {
    "rosenbrock": rosenbrock,
    "likelihood": likelihood,
    "perceptron": perceptron,
}
VECTOR_PROGRAMS: dict[str, Callable[[], VectorProgram]] = {"dense": dense, "stencil": stencil}
