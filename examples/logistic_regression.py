"""Logistic regression by gradient descent, with dual numbers in plain sight.

    python examples/logistic_regression.py

A `Dual` is a value and a tangent. The parameter whose derivative is wanted gets the tangent 1, the
other 0, and after ordinary arithmetic the result's tangent is the derivative.
"""

from __future__ import annotations

import math
import random

import autodiffx as adx


def make_labels(seed: int = 1) -> list[tuple[float, bool]]:
    """A hundred labels that are true with probability sigmoid(3 x - 2)."""
    generator = random.Random(seed)
    positions = [generator.uniform(-2.0, 2.0) for _ in range(100)]
    return [(x, generator.random() < 1.0 / (1.0 + math.exp(2.0 - 3.0 * x))) for x in positions]


def log_loss(slope: adx.Dual, intercept: adx.Dual, labels: list[tuple[float, bool]]) -> adx.Dual:
    """The mean of -log of the probability that the model gives to each label."""
    total = adx.Dual(0.0)
    for x, label in labels:
        z = slope * x + intercept
        total = total - adx.log_sigmoid(z if label else -z)
    mean: adx.Dual = total / len(labels)
    return mean


def train(
    labels: list[tuple[float, bool]], steps: int = 1000, rate: float = 0.5
) -> tuple[float, float, float]:
    """The fitted slope and intercept, and the log loss there."""
    slope, intercept = 0.0, 0.0
    for _ in range(steps):
        by_slope = log_loss(adx.Dual(slope, 1.0), adx.Dual(intercept, 0.0), labels).tangent
        by_intercept = log_loss(adx.Dual(slope, 0.0), adx.Dual(intercept, 1.0), labels).tangent
        slope -= rate * by_slope
        intercept -= rate * by_intercept
    return slope, intercept, log_loss(adx.Dual(slope), adx.Dual(intercept), labels).value


if __name__ == "__main__":
    drawn = make_labels()
    fitted_slope, fitted_intercept, loss = train(drawn)
    truth = log_loss(adx.Dual(3.0), adx.Dual(-2.0), drawn).value
    print(f"fitted: sigmoid({fitted_slope:.3f} x {fitted_intercept:+.3f}), log loss {loss:.4f}")
    print(f"truth:  sigmoid(3 x - 2), log loss {truth:.4f}")
