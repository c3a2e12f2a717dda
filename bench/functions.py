"""The functions that are measured, with their sizes: defined once, used by all files and tests.

A function takes the module that provides ``tanh`` (``math`` for plain floats) and its numbers, and
is ordinary Python: the very same code runs on floats and on every library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class Program(NamedTuple):
    """A function to measure, the point where it is measured, and the operations it takes there."""

    name: str
    function: Callable[[Any, Sequence[Any]], Any]
    at: tuple[float, ...]
    operations: int


CHAIN_STEPS = 1_000
ROSENBROCK_SIZE = 1_000
OSCILLATOR_STEPS = 200
EXPRESSION_OPERATIONS = 5


def chain(module: Any, numbers: Sequence[Any]) -> Any:
    """s = tanh(s * y + x), over and over: three operations a step, each on the one before."""
    x, y = numbers
    tanh = module.tanh
    s = 0.5
    for _ in range(CHAIN_STEPS):
        s = tanh(s * y + x)
    return s


def rosenbrock(module: Any, numbers: Sequence[Any]) -> Any:
    """sum of 100 (b - a**2)**2 + (1 - a)**2 over neighbours a, b: eight operations a term.

    Source: Rosenbrock 1960, in the chained form of Moré, Garbow and Hillstrom 1981.
    """
    total = 0.0
    for i in range(len(numbers) - 1):
        a = numbers[i]
        total = total + 100.0 * (numbers[i + 1] - a * a) ** 2 + (1.0 - a) ** 2
    return total


def oscillator(module: Any, numbers: Sequence[Any]) -> Any:
    """Van der Pol's oscillator by the classical Runge-Kutta method, its parameters plain floats.

    x' = v,  v' = stiffness * (1 - x**2) * v - x;  four evaluations a step, combined with the
    weights 1/6, 1/3, 1/3, 1/6. Sources: van der Pol 1926, Kutta 1901.
    """
    x, v = numbers
    stiffness, h = 1.5, 0.01
    half, sixth = 0.5 * h, h / 6.0
    for _ in range(OSCILLATOR_STEPS):
        x1 = v
        v1 = stiffness * (1.0 - x * x) * v - x
        a, b = x + half * x1, v + half * v1
        x2 = b
        v2 = stiffness * (1.0 - a * a) * b - a
        a, b = x + half * x2, v + half * v2
        x3 = b
        v3 = stiffness * (1.0 - a * a) * b - a
        a, b = x + h * x3, v + h * v3
        x4 = b
        v4 = stiffness * (1.0 - a * a) * b - a
        x = x + sixth * (x1 + 2.0 * x2 + 2.0 * x3 + x4)
        v = v + sixth * (v1 + 2.0 * v2 + 2.0 * v3 + v4)
    return x * x + v * v


def expression(module: Any, numbers: Sequence[Any]) -> Any:
    """tanh(x * y + x) * y - x: five operations."""
    x, y = numbers
    return module.tanh(x * y + x) * y - x


CHAIN = Program("chain of 3,000 operations", chain, (0.1, 0.9), 3 * CHAIN_STEPS)
ROSENBROCK = Program(
    "Rosenbrock, 1,000 variables",
    rosenbrock,
    tuple(0.5 + 0.001 * (i % 700) for i in range(ROSENBROCK_SIZE)),
    8 * (ROSENBROCK_SIZE - 1),
)
OSCILLATOR = Program(
    "van der Pol, 200 Runge-Kutta steps", oscillator, (2.0, 0.0), 46 * OSCILLATOR_STEPS + 3
)
EXPRESSION = Program("5-operation expression", expression, (0.3, 0.7), EXPRESSION_OPERATIONS)

PROGRAMS = (CHAIN, ROSENBROCK, OSCILLATOR, EXPRESSION)
