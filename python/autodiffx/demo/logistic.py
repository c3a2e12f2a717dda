"""Logistic regression, by gradient descent in forward mode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType

from autodiffx.demo.descent import Number, Step, descend, forward_gradient
from autodiffx.demo.points import Point

START = [0.0, 0.0]
RATE = 0.5
STEPS = 1000


def log_loss(adx: ModuleType, parameters: Sequence[Number], points: Sequence[Point]) -> Number:
    """The mean of softplus(z) - label * z over the points, with z = slope * x + intercept.

    That is -log of the probability given to the label, sigmoid(z) or 1 - sigmoid(z), written so
    that no digit is lost when the model is sure of itself.

    >>> import autodiffx as adx
    >>> log_loss(adx, [0.0, 0.0], [(1.0, 1.0)]) == adx.log(2.0)
    True
    """
    slope, intercept = parameters
    total = 0.0
    for x, label in points:
        z = slope * x + intercept
        total = total + adx.softplus(z) - label * z
    return total / len(points)


def train(adx: ModuleType, points: Sequence[Point], steps: int = STEPS) -> Iterator[Step]:
    """Descend from slope 0 and intercept 0; each gradient is two forward runs."""

    def gradient_at(parameters: list[float]) -> tuple[float, list[float]]:
        return forward_gradient(adx, lambda p: log_loss(adx, p, points), parameters)

    return descend(gradient_at, START, RATE, steps)
