"""Linear regression by gradient descent in forward mode.

    python examples/linear_regression.py

Forward mode carries a tangent beside every value: one run of the loss gives its derivative in one
direction. For two parameters that is two runs a step, and nothing has to be recorded.
"""

from __future__ import annotations

import random

import autodiffx as adx


def make_points(seed: int = 1) -> list[tuple[float, float]]:
    """A hundred points of y = 3 x - 2 plus noise / 100."""
    generator = random.Random(seed)
    positions = [generator.uniform(-2.0, 2.0) for _ in range(100)]
    return [(x, 3.0 * x - 2.0 + generator.gauss(0.0, 1.0) / 100.0) for x in positions]


def train(
    points: list[tuple[float, float]], steps: int = 1000, rate: float = 0.1
) -> tuple[float, float]:
    """The slope and intercept that make the mean squared error small."""

    def mean_squared_error(slope: adx.Dual, intercept: adx.Dual) -> adx.Dual:
        error: adx.Dual = sum((slope * x + intercept - y) ** 2 for x, y in points) / len(points)
        return error

    slope, intercept = 0.0, 0.0
    for _ in range(steps):
        at = (slope, intercept)
        _, by_slope = adx.jvp(mean_squared_error, at, (1.0, 0.0))
        _, by_intercept = adx.jvp(mean_squared_error, at, (0.0, 1.0))
        slope -= rate * by_slope
        intercept -= rate * by_intercept
    return slope, intercept


if __name__ == "__main__":
    fitted_slope, fitted_intercept = train(make_points())
    print(f"y = {fitted_slope:.4f} x {fitted_intercept:+.4f}, made from y = 3 x - 2")
