"""A network of seven parameters learns which numbers lie between -1 and 1.

    python examples/seven_parameters.py

Reverse mode: `adx.value_and_grad` runs the loss once, sweeps back once, and has the derivative by
every parameter. Two hidden nodes are enough: one says "right of -1", the other "left of 1".
"""

from __future__ import annotations

import random

import autodiffx as adx


def make_labels(seed: int = 1) -> list[tuple[float, float]]:
    """A hundred positions in [-2, 2], labelled 1 inside the band and 0 outside."""
    generator = random.Random(seed)
    positions = [generator.uniform(-2.0, 2.0) for _ in range(100)]
    return [(x, 1.0 if abs(x) < 1.0 else 0.0) for x in positions]


def train(
    labels: list[tuple[float, float]], steps: int = 100, rate: float = 2.0, momentum: float = 0.8
) -> list[float]:
    """The log loss after each step."""

    def log_loss(
        w1: adx.Variable,
        b1: adx.Variable,
        w2: adx.Variable,
        b2: adx.Variable,
        v1: adx.Variable,
        v2: adx.Variable,
        c: adx.Variable,
    ) -> adx.Variable:
        total: adx.Variable = adx.Constant(0.0)
        for x, label in labels:
            z = v1 * adx.tanh(w1 * x + b1) + v2 * adx.tanh(w2 * x + b2) + c
            total = total + adx.softplus(z) - label * z
        mean: adx.Variable = total / len(labels)
        return mean

    loss_and_gradient = adx.value_and_grad(log_loss, argnums=tuple(range(7)))
    parameters = [1.0, 0.5, -1.0, 0.5, 0.5, 0.5, 0.0]
    velocity = [0.0] * 7
    losses = []
    for _ in range(steps + 1):
        loss, gradient = loss_and_gradient(*parameters)
        losses.append(loss)
        velocity = [momentum * v - rate * g for v, g in zip(velocity, gradient, strict=True)]
        parameters = [p + v for p, v in zip(parameters, velocity, strict=True)]
    return losses


if __name__ == "__main__":
    for step, log_loss in enumerate(train(make_labels())):
        if step % 5 == 0:
            print(f"step {step:>3}: log loss {log_loss:.5f}")
