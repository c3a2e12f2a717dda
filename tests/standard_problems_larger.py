"""The second half of the standard problems: those of more variables, or of any number of them.

The source is that of `standard_problems`, and so is the form.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autodiffx as adx
from standard_problems import PROBLEMS, no_bend, problem

__all__ = ["PROBLEMS"]


@problem("16 Brown and Dennis", [25.0, 5.0, -5.0, -1.0], 85822.2016)
def brown_dennis() -> tuple[Any, Any, Any]:
    times = [i / 5.0 for i in range(1, 21)]

    def parts(x: Any, t: float) -> tuple[Any, Any]:
        return x[0] + t * x[1] - math.exp(t), x[2] + x[3] * math.sin(t) - math.cos(t)

    def jacobian(x: Any) -> Any:
        out = []
        for t in times:
            a, b = parts(x, t)
            out.append([2.0 * a, 2.0 * a * t, 2.0 * b, 2.0 * b * math.sin(t)])
        return out

    def bend(x: Any, w: Any) -> Any:
        out = np.zeros((4, 4))
        for t, weight in zip(times, w, strict=True):
            first, second = np.array([1.0, t, 0.0, 0.0]), np.array([0.0, 0.0, 1.0, math.sin(t)])
            out += 2.0 * weight * (np.outer(first, first) + np.outer(second, second))
        return out

    def residuals(x: Any) -> list[Any]:
        return [a * a + b * b for a, b in (parts(x, t) for t in times)]

    return residuals, jacobian, bend


@problem("20 Watson", np.zeros(6), 2.28767e-3)
def watson() -> tuple[Any, Any, Any]:
    n = 6
    times = [i / 29.0 for i in range(1, 30)]

    def residuals(x: Any) -> list[Any]:
        out = []
        for t in times:
            slope = sum(j * x[j] * t ** (j - 1) for j in range(1, n))
            height = sum(x[j] * t**j for j in range(n))
            out.append(slope - height * height - 1.0)
        return [*out, x[0], x[1] - x[0] ** 2 - 1.0]

    def jacobian(x: Any) -> Any:
        out = []
        for t in times:
            height = sum(x[j] * t**j for j in range(n))
            out.append([(j * t ** (j - 1) if j else 0.0) - 2.0 * height * t**j for j in range(n)])
        last = np.zeros((2, n))
        last[0, 0], last[1, 0], last[1, 1] = 1.0, -2.0 * x[0], 1.0
        return np.vstack([out, last])

    def bend(x: Any, w: Any) -> Any:
        out = np.zeros((n, n))
        for t, weight in zip(times, w[:-2], strict=True):
            powers = np.array([t**j for j in range(n)])
            out -= 2.0 * weight * np.outer(powers, powers)
        out[0, 0] -= 2.0 * w[-1]
        return out

    return residuals, jacobian, bend


@problem("21 Extended Rosenbrock", [-1.2, 1.0] * 5, 0.0)
def extended_rosenbrock() -> tuple[Any, Any, Any]:
    pairs = range(0, 10, 2)

    def residuals(x: Any) -> list[Any]:
        return [r for i in pairs for r in (10.0 * (x[i + 1] - x[i] ** 2), 1.0 - x[i])]

    def jacobian(x: Any) -> Any:
        out = np.zeros((10, 10))
        for i in pairs:
            out[i, i], out[i, i + 1], out[i + 1, i] = -20.0 * x[i], 10.0, -1.0
        return out

    return (
        residuals,
        jacobian,
        lambda x, w: np.diag([0.0 if i % 2 else -20.0 * w[i] for i in range(10)]),
    )


@problem("23 Penalty I", [1.0, 2.0, 3.0, 4.0], 2.24997e-5)
def penalty() -> tuple[Any, Any, Any]:
    root = math.sqrt(1e-5)
    return (
        lambda x: [
            *(root * (x[i] - 1.0) for i in range(4)),
            sum(x[i] ** 2 for i in range(4)) - 0.25,
        ],
        lambda x: np.vstack([root * np.eye(4), 2.0 * x]),
        lambda x, w: 2.0 * w[4] * np.eye(4),
    )


@problem("25 Variably dimensioned", [1.0 - j / 10.0 for j in range(1, 11)], 0.0)
def variably_dimensioned() -> tuple[Any, Any, Any]:
    steps = np.arange(1.0, 11.0)

    def residuals(x: Any) -> list[Any]:
        total = sum(j * (x[j - 1] - 1.0) for j in range(1, 11))
        return [*(x[j] - 1.0 for j in range(10)), total, total * total]

    def jacobian(x: Any) -> Any:
        return np.vstack([np.eye(10), steps, 2.0 * (steps @ (x - 1.0)) * steps])

    return residuals, jacobian, lambda x, w: 2.0 * w[11] * np.outer(steps, steps)


@problem("26 Trigonometric", np.full(10, 0.1), (0.0, 2.79506e-5))
def trigonometric() -> tuple[Any, Any, Any]:
    n = 10

    def residuals(x: Any) -> list[Any]:
        total = sum(adx.cos(x[j]) for j in range(n))
        return [n - total + (i + 1) * (1.0 - adx.cos(x[i])) - adx.sin(x[i]) for i in range(n)]

    def jacobian(x: Any) -> Any:
        out = np.tile(np.sin(x), (n, 1))
        return out + np.diag(np.arange(1.0, n + 1.0) * np.sin(x) - np.cos(x))

    def bend(x: Any, w: Any) -> Any:
        own = w * (np.arange(1.0, n + 1.0) * np.cos(x) + np.sin(x))
        return np.diag(w.sum() * np.cos(x) + own)

    return residuals, jacobian, bend


H = 1.0 / 11.0
NODES = [j * H for j in range(1, 11)]


@problem("28 Discrete boundary value", [t * (t - 1.0) for t in NODES], 0.0)
def boundary_value() -> tuple[Any, Any, Any]:
    def residuals(x: Any) -> list[Any]:
        padded = [0.0, *(x[i] for i in range(10)), 0.0]
        return [
            2.0 * padded[i]
            - padded[i - 1]
            - padded[i + 1]
            + H * H * (padded[i] + NODES[i - 1] + 1.0) ** 3 / 2.0
            for i in range(1, 11)
        ]

    def jacobian(x: Any) -> Any:
        own = 2.0 + 1.5 * H * H * (x + np.array(NODES) + 1.0) ** 2
        return np.diag(own) - np.eye(10, k=1) - np.eye(10, k=-1)

    return (
        residuals,
        jacobian,
        lambda x, w: np.diag(3.0 * H * H * w * (x + np.array(NODES) + 1.0)),
    )


@problem("30 Broyden's tridiagonal", np.full(10, -1.0), 0.0)
def broyden_tridiagonal() -> tuple[Any, Any, Any]:
    def residuals(x: Any) -> list[Any]:
        padded = [0.0, *(x[i] for i in range(10)), 0.0]
        return [
            (3.0 - 2.0 * padded[i]) * padded[i] - padded[i - 1] - 2.0 * padded[i + 1] + 1.0
            for i in range(1, 11)
        ]

    return (
        residuals,
        lambda x: np.diag(3.0 - 4.0 * x) - np.eye(10, k=-1) - 2.0 * np.eye(10, k=1),
        lambda x, w: np.diag(-4.0 * w),
    )


@problem("32 Linear, full rank", np.ones(5), 5.0)
def linear_full_rank() -> tuple[Any, Any, Any]:
    matrix = np.eye(10, 5) - 0.2
    return (
        lambda x: [
            (x[i] if i < 5 else 0.0) - 0.2 * sum(x[j] for j in range(5)) - 1.0 for i in range(10)
        ],
        lambda x: matrix,
        no_bend,
    )


@problem("27 Brown, almost linear", np.full(5, 0.5), (0.0, 1.0))
def brown_almost_linear() -> tuple[Any, Any, Any]:
    def residuals(x: Any) -> list[Any]:
        total = sum(x[j] for j in range(5))
        return [*(x[i] + total - 6.0 for i in range(4)), x[0] * x[1] * x[2] * x[3] * x[4] - 1.0]

    def jacobian(x: Any) -> Any:
        products = [float(np.prod(np.delete(x, i))) for i in range(5)]
        return np.vstack([np.eye(4, 5) + 1.0, products])

    def bend(x: Any, w: Any) -> Any:
        out = np.zeros((5, 5))
        for i in range(5):
            for j in range(i):
                out[i, j] = out[j, i] = w[4] * float(np.prod(np.delete(x, [i, j])))
        return out

    return residuals, jacobian, bend


@problem("33 Linear, rank 1", np.ones(5), 90.0 / 42.0)
def linear_rank_one() -> tuple[Any, Any, Any]:
    matrix = np.outer(np.arange(1.0, 11.0), np.arange(1.0, 6.0))
    return (
        lambda x: [i * sum(j * x[j - 1] for j in range(1, 6)) - 1.0 for i in range(1, 11)],
        lambda x: matrix,
        no_bend,
    )
