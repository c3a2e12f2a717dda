"""Graphs beside, inside and after each other: what may be used where."""

from __future__ import annotations

import gc
from typing import Any

import pytest


def test_entering_twice(backend: Any) -> None:
    graph = backend.Graph("twice")
    with graph:
        with pytest.raises(backend.GraphError, match=r"twice"), graph:
            pass
        assert graph.is_open
    assert not graph.is_open


def test_leaving_restores_the_graph_before(backend: Any) -> None:
    x = backend.Variable(3.0)
    outer, inner = backend.Graph(), backend.Graph()
    with outer:
        x + 1
        with inner:
            x + 2
            x + 3
        x + 4
    x + 5
    assert [v.value for v in outer.values] == [4.0, 7.0]
    assert [v.value for v in inner.values] == [5.0, 6.0]


def test_leaves_belong_to_no_graph(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph() as first:
        x * x
        with backend.Graph() as nested:
            x * 4
    with backend.Graph() as second:
        x * x * x
    eager = x * 5
    x.value = 2.0
    assert (first.forward(), nested.forward(), second.forward()) == (4.0, 8.0, 8.0)
    second.backward()
    assert x.grad == 12.0
    assert eager.value == 15.0


def test_captured_from_an_enclosing_graph(backend: Any) -> None:
    x = backend.Variable(3.0, "x")
    with backend.Graph() as outer:
        u = x * x
        with backend.Graph() as inner:
            z = u * 5
            z.backward()
            assert x.grad == 30.0
        assert len(inner) == 1
    assert z.inputs[0].value == 9.0
    inner.backward(2.0)
    assert x.grad == 60.0
    assert repr(inner).endswith("1 statement, 1 input>")
    assert inner.jvp({x: 1.0}) == 30.0
    assert inner.hvp({x: 1.0}) == {x: 10.0}
    assert inner.create_gradient_graph().wrt(x) == 30.0
    x.value = 2.0
    assert inner.forward() == 20.0
    assert outer.forward() == 4.0
    x.value = 1.0
    inner.backward()
    assert x.grad == 10.0
    assert z.value == 5.0


def test_captured_from_the_ambient_tape(backend: Any) -> None:
    x, w = backend.Variable(3.0, "x"), backend.Variable(2.0, "w")
    u = x * x
    with backend.Graph() as graph:
        u * w
    graph.backward()
    assert (x.grad, w.grad) == (12.0, 9.0)
    w.value = 5.0
    assert graph.forward() == 45.0
    x.value = 4.0
    for use in (graph.forward, graph.backward, lambda: graph.jvp({w: 1.0})):
        with pytest.raises(backend.StaleValueError, match=r"x was set after"):
            use()


def test_values_of_other_graphs_are_refused(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph("one") as one:
        y = x * x
    for use in (backend.sin, lambda y: y + 1, lambda y: 2**y, lambda y: x * y):
        with pytest.raises(backend.GraphError, match=r"'one'.*not open here"):
            use(y)
    with backend.Graph("two") as two:
        with pytest.raises(backend.GraphError, match=r"'one'.*'two'"):
            y + 1
        with pytest.raises(backend.GraphError, match=r"'one'"):
            y < 1  # noqa: B015
        with backend.Graph("three"), pytest.raises(backend.GraphError, match=r"'three'"):
            y * y
        x + 1
    assert len(two) == 1
    assert y.value == 9.0
    assert repr(y) == "Variable(9.0, op='multiply')"
    assert y > 8
    y.backward()
    assert x.grad == 6.0
    with one:
        y + 1
    assert one.forward() == 10.0


def test_an_inner_value_is_not_the_outer_graphs(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph("outer"):
        with backend.Graph("inner"):
            y = x * x
        with pytest.raises(backend.GraphError, match=r"'inner'.*'outer'"):
            y + 1


def test_clear(backend: Any) -> None:
    x = backend.Variable(3.0)
    graph = backend.Graph()
    with graph:
        y = x * x
    graph.clear()
    assert len(graph) == 0
    assert graph.values == []
    assert y.value == 9.0
    assert repr(y) == "Variable(9.0, cleared)"
    with pytest.raises(ValueError, match=r"empty"):
        graph.forward()
    with pytest.raises(backend.GraphError, match=r"Graph.*cleared"):
        y.backward()
    with pytest.raises(backend.GraphError, match=r"cleared"):
        y + 1
    x.value = 4.0
    assert y.value == 9.0
    with graph:
        with pytest.raises(backend.GraphError, match=r"cleared"):
            y + 1
        z = x * 2
    assert graph.forward() == 8.0
    assert z.value == 8.0
    assert x.grad is None


def test_clear_while_open(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph() as graph:
        y = x * x
        graph.clear()
        x + 1
        with pytest.raises(backend.GraphError):
            y + 1
    assert graph.forward() == 4.0


def test_results_outlive_their_graph(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph() as graph:
        y = x * x
        z = y + 1
    del graph, y
    gc.collect()
    x.value = 5.0
    with pytest.raises(backend.StaleValueError):
        _ = z.value
    z.backward()
    assert x.grad == 10.0
    assert z.value == 26.0


def test_many_graphs_at_once(backend: Any) -> None:
    x = backend.Variable(2.0)
    graphs = []
    for i in range(2_000):
        with backend.Graph() as graph:
            x * float(i)
        graphs.append(graph)
    x.value = 3.0
    assert [graph.forward() for graph in graphs] == [3.0 * i for i in range(2_000)]
