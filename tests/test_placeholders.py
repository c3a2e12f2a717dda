"""Placeholders: recorded without a value, evaluated when they have one."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import pytest

MISSING = "^Variable does not have value: x$"


def test_a_placeholder_is_recorded_and_evaluated_later(backend: Any) -> None:
    with backend.Graph() as graph:
        x = backend.Variable(name="x")
        y = backend.sin(x * x) + 1
    assert len(graph) == 3
    x.value = 0.5
    assert graph.forward() == math.sin(0.25) + 1
    assert y.value == math.sin(0.25) + 1
    graph.backward()
    assert x.grad == math.cos(0.25)
    x.value = 2.0
    assert graph.forward() == math.sin(4.0) + 1


def test_a_placeholder_may_be_made_anywhere(backend: Any) -> None:
    x = backend.Variable(name="x")
    assert x.is_leaf
    assert x.grad is None
    assert repr(x) == "Variable(name='x')"
    with pytest.raises(ValueError, match=MISSING):
        _ = x.value
    with backend.Graph() as graph:
        x * 2
    x.value = 4
    assert x.value == 4.0
    assert graph.forward() == 8.0


@pytest.mark.parametrize(
    "use",
    [
        lambda y: y.value,
        lambda y: y < 1,
        lambda y: y == 1,
        lambda y: operator.gt(1, y),
        bool,
        int,
        math.floor,
        round,
        lambda y: divmod(y, 2.0),
        lambda y: f"{y:.3f}",
        lambda y: f"{y}",
        lambda y: y.backward(),
    ],
)
def test_what_needs_a_value_says_whose(backend: Any, use: Callable[[Any], Any]) -> None:
    x = backend.Variable(name="x")
    with pytest.raises(ValueError, match=MISSING):
        use(x)
    with backend.Graph() as graph:
        y = x * 3
        with pytest.raises(ValueError, match=MISSING):
            use(x)
        with pytest.raises(ValueError, match=MISSING):
            use(y)
    with pytest.raises(ValueError, match=MISSING):
        use(y)
    assert [v.op for v in graph.values if v.op != "remainder"] == ["multiply"]
    x.value = 1.0
    assert y.grad is None


def test_what_sweeps_needs_a_value(backend: Any) -> None:
    x, w = backend.Variable(name="x"), backend.Variable(2.0, "w")
    with backend.Graph() as graph:
        w * w
        x * w
    for use in (
        graph.forward,
        graph.backward,
        graph.create_gradient_graph,
        lambda: graph.jvp({w: 1.0}),
        lambda: graph.hvp({w: 1.0}),
    ):
        with pytest.raises(ValueError, match=MISSING):
            use()
    assert w.grad is None
    x.value = 3.0
    graph.backward()
    assert x.grad == 2.0
    assert w.grad == 3.0


def test_unevaluated_is_not_nan(backend: Any) -> None:
    x = backend.Variable(name="x")
    with backend.Graph() as graph:
        y = x * 2
    assert repr(y) == "Variable(no value, op='multiply')"
    x.value = math.nan
    assert math.isnan(graph.forward())
    assert math.isnan(y.value)


def test_setting_the_value_is_not_evaluating(backend: Any) -> None:
    x = backend.Variable(name="x")
    with backend.Graph() as graph:
        y = x * 2
    x.value = 1.0
    with pytest.raises(backend.StaleValueError, match=r"x was set after"):
        _ = y.value
    y.backward()
    assert x.grad == 2.0
    assert graph.values[0].value == 2.0


def test_evaluated_and_unevaluated_side_by_side(backend: Any) -> None:
    x, w = backend.Variable(name="x"), backend.Variable(2.0)
    with backend.Graph() as graph:
        known = w * w
        unknown = x + known
        if known > 3:
            other = known + 1
    assert known.value == 4.0
    assert other.value == 5.0
    with pytest.raises(ValueError, match=MISSING):
        _ = unknown.value
    other.backward()
    assert w.grad == 4.0
    with pytest.raises(ValueError, match=MISSING):
        graph.forward()


def test_several_placeholders_are_asked_for_by_name(backend: Any) -> None:
    a, b = backend.Variable(name="a"), backend.Variable(name="b")
    with backend.Graph() as graph:
        a + b
    with pytest.raises(ValueError, match=r"does not have value: a$"):
        graph.forward()
    a.value = 1.0
    with pytest.raises(ValueError, match=r"does not have value: b$"):
        graph.forward()
    b.value = 2.0
    assert graph.forward() == 3.0


def test_decisions_on_placeholders_are_data_flow(backend: Any) -> None:
    x = backend.Variable(name="x")
    with backend.Graph() as graph:
        backend.where(backend.less(x, 0.0), -x, backend.sqrt(x))
    x.value = 4.0
    assert graph.forward() == 2.0
    x.value = -3.0
    assert graph.forward() == 3.0


def test_the_ambient_tape_computes_at_once(backend: Any) -> None:
    x = backend.Variable(name="x")
    for use in (backend.sin, lambda x: x * 2, lambda x: 2**x, lambda x: backend.less(x, 1.0)):
        with pytest.raises(ValueError, match=MISSING):
            use(x)
    x.value = 3.0
    assert (x * 2).value == 6.0


def test_a_placeholder_without_a_name(backend: Any) -> None:
    x = backend.Variable()
    assert repr(x) == "Variable()"
    with pytest.raises(ValueError, match=r"^Variable does not have value"):
        _ = x.value


def test_a_captured_placeholder(backend: Any) -> None:
    x = backend.Variable(name="x")
    with backend.Graph() as outer:
        u = x * x
        with backend.Graph() as inner:
            u * 5
    with pytest.raises(ValueError, match=MISSING):
        inner.forward()
    x.value = 2.0
    assert inner.forward() == 20.0
    assert outer.forward() == 4.0
