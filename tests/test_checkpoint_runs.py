"""What runs again may meet anything: replays, garbage that is collected, parts of arrays."""

from __future__ import annotations

import functools
import gc
from typing import Any

import numpy as np
import pytest

import autodiffx
from array_shapes import assert_close, uniform

X = uniform(11, (4,), low=0.2, high=0.9)


def plainly(f: Any) -> Any:
    return f


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
        f(x)
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


def test_parts_of_what_was_there_are_returned(array_backend: Any) -> None:
    """A view reads nothing until it has been returned."""
    adx = array_backend
    at = np.array([0.3, 0.9, 0.5])

    def g(v: Any) -> Any:
        return v[1], v[::-1], v[1:0], v * v

    def f(wrap: Any) -> Any:
        def loss(x: Any) -> Any:
            h = x * x
            element, turned, nothing, squares = wrap(g)(h)
            return np.sum(turned * squares * h) * element + np.sum(nothing)

        return loss

    again, plain = f(adx.checkpoint), f(plainly)
    for of in (adx.grad, adx.hessian, adx.jacfwd, lambda f: adx.jacrev(adx.grad(f))):
        np.testing.assert_allclose(of(again)(at), of(plain)(at), rtol=1e-12, atol=1e-14)
    assert adx.grad(adx.checkpoint(lambda x: x[2]))(at).tolist() == [0.0, 0.0, 1.0]


def test_forward_mode_in_a_graph(backend: Any) -> None:
    """Nobody has read what only the engine looked at."""
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        backend.jacfwd(backend.checkpoint(lambda a: a[0] * x + x))(np.array([3.0]))[0] * x
    x.value = 5.0
    assert graph.forward() == 25.0


def test_what_nothing_came_of_is_read_in_a_replay(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        h = x * 3.0

        def ignores(v: Any) -> Any:
            assert (h * 2.0).value == 6.0 * x.value
            return v * v

        nested = backend.checkpoint(lambda v: backend.checkpoint(ignores)(v) * v)
        backend.checkpoint(ignores)(x) + nested(x)
    for at in (2.0, 5.0):
        x.value = at
        assert graph.forward() == at**2 + at**3
        graph.backward()
        assert x.grad == 2.0 * at + 3.0 * at**2


def test_replays(array_backend: Any) -> None:
    """A branch is taken anew, and what it gives is right."""
    adx = array_backend
    a, b = adx.Variable(2.0, name="a"), adx.Variable(X, name="b")

    def f(a: Any, b: Any, wrap: Any) -> Any:
        h = a * b

        def branch(v: Any, a: Any) -> Any:
            return np.sum(v * v * h) if a > 1.0 else np.sum(v * 3.0) * a

        return wrap(branch)(h * 2.0, a) * a

    with adx.Graph() as graph:
        f(a, b, adx.checkpoint)
    for at in (2.0, 3.0, 0.5, 2.5):
        a.value = at
        value, (by_a, by_b) = adx.value_and_grad(functools.partial(f, wrap=plainly), (0, 1))(at, X)
        assert graph.forward() == pytest.approx(value, rel=1e-14)
        graph.backward()
        assert a.grad == pytest.approx(by_a, rel=1e-13)
        assert_close(b.grad, by_b)
        slope = adx.jvp(lambda x: f(x, X, plainly), (at,), (1.0,))[1]
        assert graph.jvp({a: 1.0}) == pytest.approx(slope, rel=1e-13)
        bent = adx.jvp(adx.grad(lambda x: f(x, X, plainly)), (at,), (1.0,))[1]
        assert graph.hvp({a: 1.0})[a] == pytest.approx(bent, rel=1e-12)


def test_a_branch_that_gives_back_its_argument(array_backend: Any) -> None:
    x = array_backend.Variable(X)
    with array_backend.Graph() as graph:
        np.sum(array_backend.checkpoint(lambda v: v * v if v[0] > 0.0 else v)(x))
    for at, slope in ((X, 2.0 * X), (-X, np.ones(4)), (2.0 * X, 4.0 * X)):
        x.value = at
        graph.forward()
        graph.backward()
        assert_close(x.grad, slope)


def test_what_is_read_only_later_is_an_error(backend: Any) -> None:
    a, b = backend.Variable(2.0), backend.Variable(3.0)
    with backend.Graph() as graph:
        backend.checkpoint(lambda v: v * v if v > 1.0 else v * b)(a)
    a.value = 0.5

    def once_more() -> None:
        graph.forward()
        graph.backward()

    with pytest.raises(autodiffx.GraphError, match="did not read"):
        once_more()
