"""Made-up training data: points of a line, and labels drawn by chance or by rule."""

from __future__ import annotations

import math
import random

Point = tuple[float, float]

SLOPE = 3.0
INTERCEPT = -2.0


def positions(seed: int, count: int = 100) -> list[float]:
    """``count`` positions spread evenly at random over [-2, 2].

    >>> all(-2 <= x <= 2 for x in positions(seed=1))
    True
    """
    generator = random.Random(f"positions {seed}")
    return [generator.uniform(-2.0, 2.0) for _ in range(count)]


def noisy_line(seed: int) -> list[Point]:
    """Points (x, 3 x - 2 + noise / 100) with standard normal noise.

    >>> len(noisy_line(seed=1))
    100
    """
    generator = random.Random(f"noise {seed}")
    return [(x, SLOPE * x + INTERCEPT + generator.gauss(0.0, 1.0) / 100.0) for x in positions(seed)]


def chance_labels(seed: int) -> list[Point]:
    """Points (x, label), the label being 1 with probability 1 / (1 + exp(-(3 x - 2))), else 0.

    >>> sorted({label for _, label in chance_labels(seed=1)})
    [0.0, 1.0]
    """
    generator = random.Random(f"labels {seed}")
    return [
        (x, float(generator.random() < 1.0 / (1.0 + math.exp(-(SLOPE * x + INTERCEPT)))))
        for x in positions(seed)
    ]


def band_labels(seed: int) -> list[Point]:
    """Points (x, label), the label being 1 inside the band -1 < x < 1 and 0 outside.

    No straight line separates the two, so it takes a hidden layer to learn them.

    >>> {label for x, label in band_labels(seed=1) if abs(x) < 1.0}
    {1.0}
    """
    return [(x, float(abs(x) < 1.0)) for x in positions(seed)]
