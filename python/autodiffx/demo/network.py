"""A network of seven parameters: one input, two hidden nodes, one output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType

from autodiffx.demo.descent import Number, Step, descend, reverse_gradient
from autodiffx.demo.points import Point

# Slope and offset of each hidden node, then the output's two weights and its offset. The hidden
# nodes start as mirror images: nodes that start equal stay equal for ever.
START = [1.0, 0.5, -1.0, 0.5, 0.5, 0.5, 0.0]
RATE = 2.0
MOMENTUM = 0.8
STEPS = 100


def log_loss(adx: ModuleType, parameters: Sequence[Number], points: Sequence[Point]) -> Number:
    """The mean of softplus(z) - label * z over the points, z being the network's output.

    z = v1 tanh(w1 x + b1) + v2 tanh(w2 x + b2) + c

    >>> import autodiffx as adx
    >>> log_loss(adx, [0.0] * 7, [(1.0, 1.0)]) == adx.log(2.0)
    True
    """
    w1, b1, w2, b2, v1, v2, c = parameters
    total = 0.0
    for x, label in points:
        z = v1 * adx.tanh(w1 * x + b1) + v2 * adx.tanh(w2 * x + b2) + c
        total = total + adx.softplus(z) - label * z
    return total / len(points)


def train(adx: ModuleType, points: Sequence[Point], steps: int = STEPS) -> Iterator[Step]:
    """Descend with momentum; each gradient is one run and one sweep back."""

    def gradient_at(parameters: list[float]) -> tuple[float, list[float]]:
        return reverse_gradient(adx, lambda p: log_loss(adx, p, points), parameters)

    return descend(gradient_at, START, RATE, steps, MOMENTUM)
