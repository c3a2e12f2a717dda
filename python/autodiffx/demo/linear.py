"""Linear regression, by gradient descent in forward mode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType

from autodiffx.demo.descent import Number, Step, descend, forward_gradient
from autodiffx.demo.points import Point

START = [0.0, 0.0]
RATE = 0.1
STEPS = 1000


def mean_squared_error(parameters: Sequence[Number], points: Sequence[Point]) -> Number:
    """The mean of (slope * x + intercept - y)**2 over the points.

    >>> mean_squared_error([3.0, -2.0], [(0.0, -2.0), (1.0, 3.0)])
    2.0
    """
    slope, intercept = parameters
    return sum((slope * x + intercept - y) ** 2 for x, y in points) / len(points)


def train(adx: ModuleType, points: Sequence[Point], steps: int = STEPS) -> Iterator[Step]:
    """Descend from slope 0 and intercept 0; each gradient is two forward runs."""

    def gradient_at(parameters: list[float]) -> tuple[float, list[float]]:
        return forward_gradient(adx, lambda p: mean_squared_error(p, points), parameters)

    return descend(gradient_at, START, RATE, steps)
