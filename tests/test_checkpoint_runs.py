"""What runs again may meet anything: garbage that is collected meanwhile, parts of arrays."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest


def leave_garbage(backend: Any, x: Any) -> None:
    """Something that was recorded to be differentiated, which only a collection of garbage ends."""
    pullback = backend.vjp(lambda y: y * x, x)[1]
    cycle: list[Any] = [pullback]
    cycle.append(cycle)


@pytest.mark.parametrize("first", [True, False])
def test_garbage_is_collected_in_the_middle_of_a_sweep(backend: Any, first: bool) -> None:
    """Neither what the sweep has recorded nor what it is to pass goes with it."""
    collects = False

    def cube(x: Any) -> Any:
        if collects:
            gc.collect()
        return x * x * x

    checkpointed = backend.checkpoint(cube)

    def f(x: Any) -> Any:
        nonlocal collects
        collects = False
        if first:
            leave_garbage(backend, x)
        y = checkpointed(x) * checkpointed(x + 1.0)
        if not first:
            leave_garbage(backend, x)
        collects = True
        return y

    # x³ (x + 1)³ and its derivatives
    exact = np.polynomial.Polynomial([0.0, 0.0, 0.0, 1.0, 3.0, 3.0, 1.0])
    gc.disable()
    try:
        derivative = f
        for order in range(4):
            assert derivative(2.0) == pytest.approx(exact.deriv(order)(2.0), rel=1e-12)
            derivative = backend.grad(derivative)
    finally:
        gc.enable()


def test_an_element_is_returned(array_backend: Any) -> None:
    adx = array_backend
    f = adx.checkpoint(lambda x: adx.numpy.stack([3.0, x * x])[1])
    assert adx.grad(f)(2.0) == 4.0
    assert adx.jvp(f, (2.0,), (1.0,)) == (4.0, 4.0)
    assert adx.grad(adx.grad(f))(2.0) == 2.0
    row = adx.checkpoint(lambda x: (x * x)[1])
    assert adx.jacobian(row)(np.ones((2, 2))).tolist() == [
        [[0.0, 0.0], [2.0, 0.0]],
        [[0.0, 0.0], [0.0, 2.0]],
    ]
    x = adx.Variable(2.0)
    with adx.Graph() as graph:
        f(x) * 1.0
    x.value = 5.0
    assert graph.forward() == 25.0
    graph.backward()
    assert x.grad == 10.0


@pytest.mark.parametrize("taken", ["vjp", "linearize"])
def test_a_graph_keeps_what_came_after_garbage(backend: Any, taken: str) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        pulled = getattr(backend, taken)(lambda y: y * y, 3.0)
        cycle: list[Any] = [pulled]
        cycle.append(cycle)
        del pulled, cycle
        x * 5.0
    gc.collect()
    x.value = 3.0
    assert graph.forward() == 15.0
