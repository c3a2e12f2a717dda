"""Derivatives that depend on something active outside are recorded, and replayed."""

from __future__ import annotations

import math
from typing import Any

import pytest


def test_active_arguments_give_recorded_results(backend: Any) -> None:
    x = backend.Variable(2.0)
    slope = backend.grad(lambda y: y**3)(x)
    assert isinstance(slope, backend.Variable)
    assert slope.value == 12.0
    slope.backward()
    assert x.grad == 12.0
    value, slope = backend.value_and_grad(lambda y: y**3)(x)
    value.backward()
    assert x.grad == 12.0


def test_captured_variables_give_recorded_results(backend: Any) -> None:
    w = backend.Variable(5.0)
    slope = backend.grad(lambda y: w * w * y * y)(3.0)
    assert slope.value == 150.0
    slope.backward()
    assert w.grad == 60.0
    value, slope = backend.value_and_grad(lambda y: y * y + w)(3.0)
    assert isinstance(value, backend.Variable)
    assert (value.value, slope) == (14.0, 6.0)
    assert type(backend.grad(lambda y: backend.Constant(2.0) * y)(3.0)) is float


def test_captured_intermediates(backend: Any) -> None:
    w = backend.Variable(5.0)
    u = w * w
    slope = backend.grad(lambda y: u * y * y)(3.0)
    slope.backward()
    assert w.grad == 60.0
    (slope * u).backward()
    assert w.grad == pytest.approx(4 * 125 * 6.0, rel=1e-15)


def test_the_leaves_of_the_caller_are_untouched(backend: Any) -> None:
    w = backend.Variable(5.0)
    w.grad = 77.0
    backend.grad(lambda y: w * y)(3.0)
    backend.grad(lambda y: y * y)(w)
    backend.jvp(lambda y: w * y, (3.0,), (1.0,))
    assert w.grad == 77.0


def test_jvp_of_recorded_values(backend: Any) -> None:
    w = backend.Variable(5.0)
    value, tangent = backend.jvp(lambda y: w * y * y, (3.0,), (1.0,))
    assert (value.value, tangent.value) == (45.0, 30.0)
    tangent.backward()
    assert w.grad == 6.0
    value, tangent = backend.jvp(lambda y: y * y, (w,), (w,))
    tangent.backward()
    assert w.grad == 20.0


def test_in_a_graph_the_derivative_replays(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        backend.grad(lambda y: y**3)(x)
    assert graph.forward() == 12.0
    x.value = 3.0
    assert graph.forward() == 27.0
    graph.backward()
    assert x.grad == 18.0
    assert graph.jvp({x: 1.0}) == 18.0
    assert graph.hvp({x: 1.0}) == {x: 6.0}


def test_in_a_graph_with_a_captured_variable(backend: Any) -> None:
    w = backend.Variable(2.0)
    with backend.Graph() as graph:
        backend.grad(lambda y: w * y * y)(3.0) * 1
    w.value = 5.0
    assert graph.forward() == 30.0
    graph.backward()
    assert w.grad == 6.0
    assert list(graph.hvp({w: 1.0})) == [w]


def test_what_depends_on_nothing_leaves_no_trace_in_a_graph(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        x * x
        assert backend.grad(lambda y: y * y + backend.sin(y) * 0)(3.0) == 6.0
    assert len(graph) == 1
    x.value = 5.0
    assert graph.forward() == 25.0


def test_decisions_inside_are_guards(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        backend.grad(lambda y: y * y if y > 0 else -y)(x) * 1
    x.value = 3.0
    assert graph.forward() == 6.0
    x.value = -3.0
    with pytest.raises(backend.ControlFlowChanged):
        graph.forward()


def test_a_condition_on_something_outside_is_a_guard(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        slope = backend.grad(lambda y: y * y if x > 0 else -y)(3.0)
        assert slope == 6.0
        x * slope
    x.value = -1.0
    with pytest.raises(backend.ControlFlowChanged):
        graph.forward()


def test_stale_inside(backend: Any) -> None:
    w = backend.Variable(2.0, "w")

    def f(y: Any) -> Any:
        z = w * y
        w.value = 3.0
        return z * w

    with pytest.raises(backend.StaleValueError, match=r"w was set after"):
        backend.grad(f)(1.0)


def test_newton_with_a_gradient_inside_training(backend: Any) -> None:
    target = backend.Variable(2.0)

    def loss(x: Any) -> Any:
        return (x - target) ** 4

    step = backend.grad(loss)(5.0) / backend.grad(backend.grad(loss))(5.0)
    assert step.value == pytest.approx(1.0, rel=1e-15)
    step.backward()
    assert target.grad == pytest.approx(-1 / 3, rel=1e-14)


def test_infinite_partials_in_a_replayed_derivative(backend: Any) -> None:
    """Whether a factor is zero is decided anew at every replay."""
    w, x = backend.Variable(1.0), backend.Variable(4.0)
    with backend.Graph() as graph:
        backend.grad(lambda y: w * backend.sqrt(y))(x)
    assert graph.forward() == 0.25
    w.value, x.value = 0.0, 0.0
    assert graph.forward() == 0.0
    w.value = 1.0
    assert graph.forward() == math.inf


def test_a_decision_as_argument_replays(backend: Any) -> None:
    x = backend.Variable(0.5)
    with backend.Graph() as graph:
        decision = backend.less(x, 1.0)
        backend.grad(lambda y: y * y)(decision) * 3 + x * 0
    assert graph.forward() == 6.0
    x.value = 2.0
    assert graph.forward() == 0.0
