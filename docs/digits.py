"""Measures how many units in the last place each operator and its derivatives are off."""

from __future__ import annotations

import platform
import random
import sys
from pathlib import Path
from typing import Any

import autodiffx as adx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import oracles

POINTS = 100
SEED = 20
Order = tuple[int, ...]


def derivatives(name: str, point: tuple[float, ...], fixed: tuple[int, ...]) -> dict[Order, float]:
    """Value, gradient and Hessian of an operator, as the core computes them."""
    operands: list[Any] = [
        int(number) if index in fixed and name == "polygamma" else adx.Variable(number)
        for index, number in enumerate(point)
    ]
    active = [index for index in range(len(point)) if index not in fixed]
    found: dict[Order, float] = {}
    with adx.Graph() as graph:
        result = getattr(adx, name)(*operands)
    found[()] = graph.forward()
    graph.backward()
    del result
    for i in active:
        found[(i,)] = operands[i].grad
        product = graph.hvp({operands[i]: 1.0})
        for j in active:
            found[(min(i, j), max(i, j))] = product[operands[j]]
    return found


def errors(name: str) -> list[float]:
    """The worst error of an operator's value, of its first and of its second derivatives."""
    oracle = oracles.ORACLES[name]
    chance = random.Random(f"{name} {SEED}")
    worst = [0.0, 0.0, 0.0]
    for point in [*oracle.hard, *oracle.sample(chance, POINTS)]:
        for order, computed in derivatives(name, point, oracle.fixed).items():
            if order in oracle.formulas:
                error = oracles.ulps(computed, oracle.formula(order), *point, fixed=oracle.fixed)
                worst[len(order)] = max(worst[len(order)], error)
    return [round(error, 2) for error in worst]


def measure() -> dict[str, Any]:
    """The worst errors of all operators that are not decisions, and where they were measured."""
    import numpy
    import scipy

    names = [
        name
        for name, operator in adx.OPS.items()
        if operator.public and operator.smoothness != "passive"
    ]
    return {
        "machine": (
            f"{platform.python_implementation()} {platform.python_version()}, "
            f"NumPy {numpy.__version__}, SciPy {scipy.__version__}, "
            f"{platform.system()} {platform.machine()}"
        ),
        "points": POINTS,
        "ulps": {name: errors(name) for name in names},
    }
