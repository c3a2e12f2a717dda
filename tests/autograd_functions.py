"""Functions in autograd's style, with arguments at which they are smooth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

import autodiffx.compat.autograd.numpy as np
from autodiffx.compat.autograd.scipy import special, stats

__all__ = ["FUNCTIONS", "central_difference"]

Function = Callable[..., Any]


def central_difference(f: Function, x: Any, direction: Any) -> float:
    """The derivative of a scalar function along a direction, by Richardson's extrapolation."""
    steps = [1e-3, 5e-4]
    slopes = [(f(x + h * direction) - f(x - h * direction)) / (2.0 * h) for h in steps]
    return float((4.0 * slopes[1] - slopes[0]) / 3.0)


def perceptron(x: Any) -> Any:
    image = np.reshape(x, (2, 3))
    image = np.where(image > 0.1, image**2, 0.3 * image)
    hidden = np.tanh(np.dot(image, np.array([[0.5, -1.0], [0.25, 2.0], [1.0, 0.0]])))
    return np.sum(hidden**2)


def joined(x: Any) -> Any:
    pieces = [x[0] * x[1], np.sum(x[2:]), 1.0]
    return np.sum(np.array(pieces) ** 2) + np.sum(np.concatenate([x[::-1], x]) ** 3)


def decided(x: Any) -> Any:
    total = 0.0
    for i in range(int(np.sum(x > 0.0))):
        total = total + x[i] * (i + 1)
    picked = np.arange(6.0)[x > 0.0]
    return total + np.sum(picked) * np.max(x) + np.sum(x[(x > -1.0) & (x < 1.0)] ** 2)


def likelihood(x: Any) -> Any:
    data = numpy.linspace(-1.0, 2.0, 5)
    return np.sum(stats.norm.logpdf(data, x[0], np.exp(x[1]))) + special.logsumexp(x[2:])


def linear_algebra(x: Any) -> Any:
    root = np.reshape(x, (2, 3))
    a = np.dot(root, root.T) + 3.0 * np.eye(2)
    return np.linalg.slogdet(a)[1] + np.sum(np.linalg.solve(a, x[:2])) + np.linalg.norm(a)


FUNCTIONS: list[Function] = [
    perceptron,
    joined,
    decided,
    likelihood,
    linear_algebra,
    lambda x: np.prod(x) + np.std(x) + np.logaddexp(x[0], x[1]),
    lambda x: np.einsum("i,i->", x, np.cos(x)) + np.mean(x**3) + np.outer(x, x)[1, 2],
]
