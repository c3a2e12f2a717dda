"""Random compositions of functions of one number, their derivatives to 50 digits, and how far
rounding alone may carry a derivative away.

    composition = drawn(random.Random("0"))
    composition.run(adx, x)            the very same code on floats, Variables and Duals
    exact, condition = composition.derivative(5)

The condition is the sum, over all intermediates and all their Taylor coefficients, of what the
derivative would change by if that coefficient changed by all of itself: rounding each of them once
moves the derivative by as many units in the last place of the condition at most.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import autodiffx as adx
from oracle_formulas import UNARY
from oracle_functions import mp

__all__ = ["ARGUMENTS", "Composition", "drawn"]

# Where each function is defined and neither flat nor steep.
ARGUMENTS: dict[str, tuple[float, float]] = {
    "sin": (-4, 4), "cos": (-4, 4), "tan": (-1.2, 1.2), "sinc": (-2, 2),
    "arcsin": (-0.8, 0.8), "arccos": (-0.8, 0.8), "arctan": (-3, 3),
    "sinh": (-3, 3), "cosh": (-3, 3), "tanh": (-3, 3),
    "arcsinh": (-3, 3), "arccosh": (1.3, 9), "arctanh": (-0.8, 0.8),
    "exp": (-3, 3), "exp2": (-3, 3), "expm1": (-3, 3),
    "log": (0.2, 9), "log2": (0.2, 9), "log10": (0.2, 9), "log1p": (-0.7, 9),
    "square": (-4, 4), "sqrt": (0.2, 9), "cbrt": (0.2, 9), "reciprocal": (0.2, 9),
    "sigmoid": (-4, 4), "softplus": (-4, 4), "log_sigmoid": (-4, 4), "logit": (0.1, 0.9),
    "silu": (-4, 4), "gelu": (-3, 3), "softsign": (0.2, 4),
    "erf": (-2, 2), "erfc": (-2, 2), "erfinv": (-0.8, 0.8), "ndtr": (-3, 3), "ndtri": (0.1, 0.9),
    "log_ndtr": (-9, 4),
    "gamma": (0.3, 5), "lgamma": (0.3, 6), "digamma": (0.3, 6),
}  # fmt: skip
CONSTANTS = (2.0, -0.5, 3.0, 0.25, -1.0)
DIGITS = 70  # to be worked with, so that 50 are right
SMALL = mp.mpf(10) ** -30  # a relative change of a coefficient

Series = list[Any]  # Taylor coefficients


@dataclass(frozen=True, eq=False)
class Part:
    """x, a constant, a sum, product or quotient, or a function of a part."""

    name: str
    parts: tuple[Part, ...]
    value: float

    def run(self, library: Any, x: Any) -> Any:
        if self.name == "x":
            return x
        if self.name == "constant":
            return self.value
        operands = [part.run(library, x) for part in self.parts]
        if self.name in JOINS:
            return JOINS[self.name](*operands)
        return getattr(library, self.name)(*operands)

    def series(self, order: int, changed: tuple[Part, int] | None = None) -> Series:
        """The Taylor coefficients, one of one part being a little larger."""
        found = self._series(order, changed)
        if changed is not None and (changed[0] is self or changed[0].name == self.name == "x"):
            found[changed[1]] *= 1 + SMALL
        return found

    def _series(self, order: int, changed: tuple[Part, int] | None) -> Series:
        if not self.parts:
            slope = 1 if self.name == "x" else 0
            return [mp.mpf(self.value), mp.mpf(slope), *[mp.mpf(0)] * (order - 1)]
        series = [part.series(order, changed) for part in self.parts]
        if self.name == "add":
            return [a + b for a, b in zip(*series, strict=True)]
        if self.name == "multiply":
            return product(*series)
        if self.name == "divide":
            return product(series[0], composed("reciprocal", series[1]))
        return composed(self.name, series[0])

    def all_parts(self) -> Iterator[Part]:
        yield self
        for part in self.parts:
            yield from part.all_parts()

    def __str__(self) -> str:
        if self.name == "constant":
            return repr(self.value)
        inside = ", ".join(map(str, self.parts))
        return f"{self.name}({inside})" if self.parts else "x"


JOINS: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
}


def product(a: Sequence[Any], b: Sequence[Any]) -> Series:
    """Of two series."""
    return [sum(a[i] * b[k - i] for i in range(k + 1)) for k in range(len(a))]


def composed(name: str, inner: Series) -> Series:
    """A function of a series, by its own coefficients at the first one."""
    order = len(inner) - 1
    outer = coefficients(name, inner[0], order)
    moved = [mp.mpf(0), *inner[1:]]
    power = [mp.mpf(1), *[mp.mpf(0)] * order]
    total = [outer[0], *[mp.mpf(0)] * order]
    for coefficient in outer[1:]:
        power = product(power, moved)
        total = [a + coefficient * b for a, b in zip(total, power, strict=True)]
    return total


@functools.lru_cache(maxsize=10_000)
def coefficients(name: str, at: Any, order: int) -> Series:
    """The Taylor coefficients of a function of the table."""
    found: Series = mp.taylor(UNARY[name][0], at, order)
    return found


@dataclass(frozen=True)
class Composition:
    """A function, and where it is differentiated."""

    root: Part
    x: float

    def run(self, library: Any, x: Any) -> Any:
        return self.root.run(library, x)

    def derivative(self, order: int) -> tuple[Any, Any]:
        """The derivative of some order, and its condition."""
        with mp.workdps(DIGITS):
            exact = self.root.series(order)[order]
            condition = abs(exact)
            others = {
                part.name if part.name == "x" else id(part): part
                for part in self.root.all_parts()
                if part.name != "constant"
            }
            del others["x" if self.root.name == "x" else id(self.root)]
            for part in others.values():
                # The seed and what is zero are exact.
                for k in range(1 if part.name == "x" else order + 1):
                    moved = self.root.series(order, (part, k))[order] - exact
                    condition += abs(moved) / SMALL
            return exact * math.factorial(order), condition * math.factorial(order)

    def __str__(self) -> str:
        return f"{self.root} at {self.x!r}"


def drawn(rng: random.Random) -> Composition:
    """A composition in up to four steps, of x and at least one function."""
    while True:
        x = rng.uniform(-2.0, 2.0)
        root = _part(rng, x, rng.randint(1, 4))
        if any(part.name in ARGUMENTS for part in root.all_parts()):
            return Composition(root, x)


def _part(rng: random.Random, x: float, depth: int) -> Part:
    if depth == 0:
        return Part("x", (), x)
    inner = _part(rng, x, depth - 1)
    names = [name for name, (low, high) in ARGUMENTS.items() if low <= inner.value <= high]
    if names and rng.random() < 0.7:
        name = rng.choice(names)
        return Part(name, (inner,), float(getattr(adx, name)(inner.value)))
    if rng.random() < 0.6:
        beside = _part(rng, x, rng.randint(0, depth - 1))
    else:
        beside = Part("constant", (), rng.choice(CONSTANTS))
    join = rng.choice(("add", "multiply", "multiply", "divide"))
    if join == "divide" and (abs(beside.value) < 0.2 or beside.name == inner.name == "x"):
        join = "multiply"
    return Part(join, (inner, beside), JOINS[join](inner.value, beside.value))
