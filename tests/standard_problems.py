"""Standard problems of unconstrained minimisation, with derivatives written by hand.

Numbers, starting points and minima are those of J. J. Moré, B. S. Garbow and K. E. Hillstrom
(1981), Testing unconstrained optimization software, ACM Transactions on Mathematical Software 7,
17-41. Every objective is the sum of the squares of residuals r, so that its gradient is 2 Jᵀr and
its Hessian 2 JᵀJ + 2 Σ r_i ∇²r_i; J and the last sum are written out here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import autodiffx as adx


class Problem(NamedTuple):
    """One problem of the collection."""

    name: str
    start: np.ndarray[Any, Any]
    minima: tuple[float, ...]  # the known ones: some problems have more than one
    residuals: Callable[[Any], list[Any]]  # of an ndarray or a Variable
    jacobian: Callable[[Any], Any]
    bend: Callable[[Any, Any], Any]  # the sum of the residuals' Hessians with the given weights

    def value(self, x: Any) -> Any:
        """The sum of squares, to be minimised."""
        return sum(residual * residual for residual in self.residuals(x))

    def gradient(self, x: Any) -> Any:
        """By hand."""
        return 2.0 * np.asarray(self.jacobian(x)).T @ np.array(self.residuals(x))

    def hessian(self, x: Any) -> Any:
        """By hand."""
        slopes = np.asarray(self.jacobian(x))
        return 2.0 * (slopes.T @ slopes + np.asarray(self.bend(x, np.array(self.residuals(x)))))


PROBLEMS: list[Problem] = []


def problem(
    name: str, start: Any, minima: float | tuple[float, ...]
) -> Callable[[Callable[[], tuple[Any, Any, Any]]], Callable[[], tuple[Any, Any, Any]]]:
    """Add what the decorated function makes: residuals, Jacobian and the sum of Hessians."""

    def add(make: Callable[[], tuple[Any, Any, Any]]) -> Callable[[], tuple[Any, Any, Any]]:
        known = minima if isinstance(minima, tuple) else (minima,)
        PROBLEMS.append(Problem(name, np.array(start, dtype=np.float64), known, *make()))
        return make

    return add


def no_bend(x: Any, w: Any) -> Any:
    """Of residuals that are linear."""
    return np.zeros((x.size, x.size))


@problem("1 Rosenbrock", [-1.2, 1.0], 0.0)
def rosenbrock() -> tuple[Any, Any, Any]:
    return (
        lambda x: [10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]],
        lambda x: [[-20.0 * x[0], 10.0], [-1.0, 0.0]],
        lambda x, w: [[-20.0 * w[0], 0.0], [0.0, 0.0]],
    )


@problem("2 Freudenstein and Roth", [0.5, -2.0], (0.0, 48.98425))
def freudenstein_roth() -> tuple[Any, Any, Any]:
    return (
        lambda x: [
            -13.0 + x[0] + ((5.0 - x[1]) * x[1] - 2.0) * x[1],
            -29.0 + x[0] + ((x[1] + 1.0) * x[1] - 14.0) * x[1],
        ],
        lambda x: [
            [1.0, 10.0 * x[1] - 3.0 * x[1] ** 2 - 2.0],
            [1.0, 3.0 * x[1] ** 2 + 2.0 * x[1] - 14.0],
        ],
        lambda x, w: [[0.0, 0.0], [0.0, w[0] * (10.0 - 6.0 * x[1]) + w[1] * (6.0 * x[1] + 2.0)]],
    )


@problem("5 Beale", [1.0, 1.0], 0.0)
def beale() -> tuple[Any, Any, Any]:
    aims = (1.5, 2.25, 2.625)

    def bend(x: Any, w: Any) -> Any:
        mixed = sum(w[i] * (i + 1) * x[1] ** i for i in range(3))
        last = sum(w[i] * x[0] * (i + 1) * i * x[1] ** (i - 1) for i in range(1, 3))
        return [[0.0, mixed], [mixed, last]]

    return (
        lambda x: [aim - x[0] * (1.0 - x[1] ** (i + 1)) for i, aim in enumerate(aims)],
        lambda x: [[x[1] ** i - 1.0, i * x[0] * x[1] ** (i - 1)] for i in (1, 2, 3)],
        bend,
    )


@problem("6 Jennrich and Sampson", [0.3, 0.4], 124.362182)
def jennrich_sampson() -> tuple[Any, Any, Any]:
    terms = range(1, 11)
    return (
        lambda x: [2.0 + 2.0 * i - (adx.exp(i * x[0]) + adx.exp(i * x[1])) for i in terms],
        lambda x: [[-i * adx.exp(i * x[0]), -i * adx.exp(i * x[1])] for i in terms],
        lambda x, w: np.diag(
            [-sum(w[i - 1] * i * i * adx.exp(i * x[k]) for i in terms) for k in (0, 1)]
        ),
    )


@problem("7 Helical valley", [-1.0, 0.0, 0.0], 0.0)
def helical_valley() -> tuple[Any, Any, Any]:
    turn = 2.0 * math.pi

    def residuals(x: Any) -> list[Any]:
        angle = adx.arctan(x[1] / x[0]) / turn + (0.5 if x[0] < 0.0 else 0.0)
        radius = adx.sqrt(x[0] ** 2 + x[1] ** 2)
        return [10.0 * (x[2] - 10.0 * angle), 10.0 * (radius - 1.0), x[2]]

    def jacobian(x: Any) -> Any:
        square = x[0] ** 2 + x[1] ** 2
        radius = math.sqrt(square)
        by_angle = [100.0 * x[1] / (turn * square), -100.0 * x[0] / (turn * square), 10.0]
        return [by_angle, [10.0 * x[0] / radius, 10.0 * x[1] / radius, 0.0], [0.0, 0.0, 1.0]]

    def bend(x: Any, w: Any) -> Any:
        a, b = x[0], x[1]
        square = a * a + b * b
        angle = np.array([[-2.0 * a * b, a * a - b * b], [a * a - b * b, 2.0 * a * b]])
        radius = np.array([[b * b, -a * b], [-a * b, a * a]])
        out = np.zeros((3, 3))
        out[:2, :2] = 100.0 * w[0] / (turn * square**2) * angle + 10.0 * w[1] / square**1.5 * radius
        return out

    return residuals, jacobian, bend


@problem("8 Bard", [1.0, 1.0, 1.0], 8.21487e-3)
def bard() -> tuple[Any, Any, Any]:
    y = (0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39)
    rows = [(float(u), 16.0 - u, min(u, 16.0 - u)) for u in range(1, 16)]

    def jacobian(x: Any) -> Any:
        below = [v * x[1] + w * x[2] for _, v, w in rows]
        return [
            [-1.0, u * v / d**2, u * w / d**2] for (u, v, w), d in zip(rows, below, strict=True)
        ]

    def bend(x: Any, weights: Any) -> Any:
        out = np.zeros((3, 3))
        for (u, v, w), weight in zip(rows, weights, strict=True):
            side = np.array([v, w])
            out[1:, 1:] -= weight * 2.0 * u * np.outer(side, side) / (v * x[1] + w * x[2]) ** 3
        return out

    return (
        lambda x: [
            found - (x[0] + u / (v * x[1] + w * x[2]))
            for found, (u, v, w) in zip(y, rows, strict=True)
        ],
        jacobian,
        bend,
    )


@problem("9 Gaussian", [0.4, 1.0, 0.0], 1.12793e-8)
def gaussian() -> tuple[Any, Any, Any]:
    half = (0.0009, 0.0044, 0.0175, 0.054, 0.1295, 0.242, 0.3521)
    rows = [((8.0 - i) / 2.0, y) for i, y in enumerate((*half, 0.3989, *half[::-1]), 1)]

    def jacobian(x: Any) -> Any:
        out = []
        for t, _ in rows:
            d = t - x[2]
            e = adx.exp(-0.5 * x[1] * d * d)
            out.append([e, -0.5 * x[0] * d * d * e, x[0] * x[1] * d * e])
        return out

    def bend(x: Any, w: Any) -> Any:
        out = np.zeros((3, 3))
        a, b = x[0], x[1]
        for (t, _), weight in zip(rows, w, strict=True):
            d = t - x[2]
            e = weight * adx.exp(-0.5 * b * d * d)
            one_two, one_three = -0.5 * d * d * e, b * d * e
            two_three = a * d * e * (1.0 - 0.5 * b * d * d)
            out += [
                [0.0, one_two, one_three],
                [one_two, 0.25 * a * d**4 * e, two_three],
                [one_three, two_three, a * b * e * (b * d * d - 1.0)],
            ]
        return out

    return (
        lambda x: [x[0] * adx.exp(-0.5 * x[1] * (t - x[2]) ** 2) - y for t, y in rows],
        jacobian,
        bend,
    )


@problem("12 Box", [0.0, 10.0, 20.0], 0.0)
def box() -> tuple[Any, Any, Any]:
    times = [0.1 * i for i in range(1, 11)]
    drops = [math.exp(-t) - math.exp(-10.0 * t) for t in times]

    def bend(x: Any, w: Any) -> Any:
        first = sum(v * t * t * adx.exp(-t * x[0]) for v, t in zip(w, times, strict=True))
        second = sum(v * t * t * adx.exp(-t * x[1]) for v, t in zip(w, times, strict=True))
        return np.diag([first, -second, 0.0])

    return (
        lambda x: [
            adx.exp(-t * x[0]) - adx.exp(-t * x[1]) - x[2] * drop
            for t, drop in zip(times, drops, strict=True)
        ],
        lambda x: [
            [-t * adx.exp(-t * x[0]), t * adx.exp(-t * x[1]), -drop]
            for t, drop in zip(times, drops, strict=True)
        ],
        bend,
    )


@problem("13 Powell's singular", [3.0, -1.0, 0.0, 1.0], 0.0)
def powell_singular() -> tuple[Any, Any, Any]:
    five, ten = math.sqrt(5.0), math.sqrt(10.0)

    def jacobian(x: Any) -> Any:
        inner, outer = 2.0 * (x[1] - 2.0 * x[2]), 2.0 * ten * (x[0] - x[3])
        return [
            [1.0, 10.0, 0.0, 0.0],
            [0.0, 0.0, five, -five],
            [0.0, inner, -2.0 * inner, 0.0],
            [outer, 0.0, 0.0, -outer],
        ]

    def bend(x: Any, w: Any) -> Any:
        inner, outer = np.array([0.0, 1.0, -2.0, 0.0]), np.array([1.0, 0.0, 0.0, -1.0])
        return 2.0 * w[2] * np.outer(inner, inner) + 2.0 * ten * w[3] * np.outer(outer, outer)

    return (
        lambda x: [
            x[0] + 10.0 * x[1],
            five * (x[2] - x[3]),
            (x[1] - 2.0 * x[2]) ** 2,
            ten * (x[0] - x[3]) ** 2,
        ],
        jacobian,
        bend,
    )


@problem("14 Wood", [-3.0, -1.0, -3.0, -1.0], 0.0)
def wood() -> tuple[Any, Any, Any]:
    ninety, ten = math.sqrt(90.0), math.sqrt(10.0)
    return (
        lambda x: [
            10.0 * (x[1] - x[0] ** 2),
            1.0 - x[0],
            ninety * (x[3] - x[2] ** 2),
            1.0 - x[2],
            ten * (x[1] + x[3] - 2.0),
            (x[1] - x[3]) / ten,
        ],
        lambda x: [
            [-20.0 * x[0], 10.0, 0.0, 0.0],
            [-1.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, -2.0 * ninety * x[2], ninety],
            [0.0, 0.0, -1.0, 0.0],
            [0.0, ten, 0.0, ten],
            [0.0, 1.0 / ten, 0.0, -1.0 / ten],
        ],
        lambda x, w: np.diag([-20.0 * w[0], 0.0, -2.0 * ninety * w[2], 0.0]),
    )


@problem("15 Kowalik and Osborne", [0.25, 0.39, 0.415, 0.39], 3.07505e-4)
def kowalik_osborne() -> tuple[Any, Any, Any]:
    y = (0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246)
    inputs = (4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625)

    def jacobian(x: Any) -> Any:
        out = []
        for u in inputs:
            above, below = u * u + u * x[1], u * u + u * x[2] + x[3]
            by_below = x[0] * above / below**2
            out.append([-above / below, -x[0] * u / below, by_below * u, by_below])
        return out

    def bend(x: Any, w: Any) -> Any:
        out = np.zeros((4, 4))
        for u, weight in zip(inputs, w, strict=True):
            above, below = u * u + u * x[1], u * u + u * x[2] + x[3]
            side = np.array([0.0, 0.0, u, 1.0])
            first = (
                np.array([1.0, 0.0, 0.0, 0.0]) * above + np.array([0.0, 1.0, 0.0, 0.0]) * x[0] * u
            )
            mixed = np.zeros((4, 4))
            mixed[0, 1] = mixed[1, 0] = -u / below
            mixed += (np.outer(first, side) + np.outer(side, first)) / below**2
            mixed -= 2.0 * x[0] * above * np.outer(side, side) / below**3
            out += weight * mixed
        return out

    return (
        lambda x: [
            found - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3])
            for found, u in zip(y, inputs, strict=True)
        ],
        jacobian,
        bend,
    )
