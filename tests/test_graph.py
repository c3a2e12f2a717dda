"""Graph: recording, replay, sweeps, nesting."""

from __future__ import annotations

import copy
import math
import re
from typing import Any

import pytest


def test_a_graph_runs_again(backend: Any) -> None:
    x = backend.Variable(3.0, "x")
    with backend.Graph() as graph:
        y = x * x
        z = backend.sin(y)
    assert graph.forward() == math.sin(9.0)
    x.value = 0.5
    value = graph.forward()
    assert type(value) is float
    assert value == math.sin(0.25)
    assert (y.value, z.value) == (0.25, math.sin(0.25))
    graph.backward()
    assert x.grad == math.cos(0.25)


def test_values_are_the_results_in_order(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph() as graph:
        x * x
        backend.sin(x)
        x + 1
    assert isinstance(graph.values, list)
    assert [value.op for value in graph.values] == ["multiply", "sin", "add"]
    assert graph.values[0].value == 9.0
    assert graph.values[0].inputs[0] is x
    assert len(graph) == 3
    assert backend.Graph().values == []


def test_a_graph_is_true_even_when_empty(backend: Any) -> None:
    assert backend.Graph()


def test_backward_is_of_the_last_value(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph() as graph:
        y = x * x
        x * 7
    graph.backward()
    assert x.grad == 7.0
    graph.backward(2)
    assert x.grad == 14.0
    graph.backward(seed=1.0, accumulate=True)
    assert x.grad == 21.0
    y.backward()
    assert x.grad == 6.0
    with pytest.raises(TypeError):
        graph.backward("1")


def test_backward_replays_first(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph() as graph:
        y = x * x
    x.value = 5.0
    graph.backward()
    assert x.grad == 10.0
    assert y.value == 25.0
    x.value = 7.0
    y.backward()
    assert x.grad == 14.0


def test_an_empty_graph(backend: Any) -> None:
    graph = backend.Graph()
    for use in (
        graph.forward,
        graph.backward,
        graph.create_gradient_graph,
        lambda: graph.jvp({}),
        lambda: graph.hvp({}),
    ):
        with pytest.raises(ValueError, match=r"empty|nothing"):
            use()
    assert len(graph) == 0
    graph.zero_grad()
    graph.clear()


def test_repr(backend: Any) -> None:
    graph = backend.Graph()
    assert re.fullmatch(r"<Graph #\d+: 0 statements, 0 inputs>", repr(graph))
    x, y = backend.Variable(1.0), backend.Variable(2.0)
    with graph:
        z = x * x
    assert re.fullmatch(r"<Graph #\d+: 1 statement, 1 input>", repr(graph))
    with graph:
        z + y
    assert re.fullmatch(r"<Graph #\d+: 2 statements, 2 inputs>", repr(graph))
    named = backend.Graph("loss")
    assert repr(named) == "<Graph 'loss': 0 statements, 0 inputs>"
    assert repr(backend.Graph()) != repr(backend.Graph())
    with pytest.raises(TypeError):
        backend.Graph(3)


def test_gradient_graph(backend: Any) -> None:
    x, y, other = (backend.Variable(v, n) for v, n in ((3.0, "x"), (4.0, "y"), (5.0, "other")))
    x.grad = 77.0
    with backend.Graph() as graph:
        unused = y * y
        middle = x * x
        middle * 2
    gradients = graph.create_gradient_graph()
    assert isinstance(gradients, backend.GradientGraph)
    assert gradients.graph is graph
    assert type(gradients.wrt(x)) is float
    assert gradients.wrt(x) == 12.0
    assert gradients.wrt(y) == 0.0
    assert type(gradients.wrt(y)) is float
    assert gradients.wrt(middle) == 2.0
    assert gradients.wrt(unused) == 0.0
    with pytest.raises(KeyError, match=r"other"):
        gradients.wrt(other)
    assert x.grad == 77.0
    assert y.grad is None
    x.value = 10.0
    assert gradients.wrt(x) == 12.0
    assert graph.create_gradient_graph().wrt(x) == 40.0


def test_jvp(backend: Any) -> None:
    x, y, other = (backend.Variable(v, n) for v, n in ((3.0, "x"), (4.0, "y"), (5.0, "other")))
    with backend.Graph() as graph:
        x * x * y
    assert graph.jvp({x: 1.0}) == 24.0
    assert graph.jvp({x: 1.0, y: 2}) == 24.0 + 18.0
    assert graph.jvp({}) == 0.0
    assert type(graph.jvp({x: 1})) is float
    x.value = 1.0
    assert graph.jvp({x: 1.0}) == 8.0
    with pytest.raises(KeyError, match=r"other"):
        graph.jvp({other: 1.0})
    with pytest.raises(TypeError):
        graph.jvp({x: "1"})
    with pytest.raises(TypeError):
        graph.jvp([1.0])


def test_hvp(backend: Any) -> None:
    x, y, other = (backend.Variable(v, n) for v, n in ((3.0, "x"), (4.0, "y"), (5.0, "other")))
    with backend.Graph() as graph:
        other * 2
        x * x * y
    product = graph.hvp({x: 1.0})
    assert product == {x: 8.0, y: 6.0}
    assert all(type(value) is float for value in product.values())
    assert graph.hvp({x: 1.0, y: -1.0}) == {x: 2 * 4.0 - 2 * 3.0, y: 6.0}
    x.value = 1.0
    assert graph.hvp({y: 1.0}) == {x: 2.0, y: 0.0}
    assert x.grad is None
    with pytest.raises(KeyError, match=r"stranger"):
        graph.hvp({backend.Variable(1.0, "stranger"): 1.0})


def test_zero_grad(backend: Any) -> None:
    x, y, other = backend.Variable(1.0), backend.Variable(2.0), backend.Variable(3.0)
    other.grad = 5.0
    x.grad = 6.0
    with backend.Graph() as graph:
        x * y
    graph.zero_grad()
    assert (x.grad, y.grad, other.grad) == (0.0, 0.0, 5.0)


def test_size(backend: Any) -> None:
    x = backend.Variable(1.0)
    graph = backend.Graph()
    before = graph.nbytes
    with graph:
        y = x
        for _ in range(10_000):
            y = y * 1.5
    assert len(graph) == 10_000
    assert isinstance(graph.nbytes, int)
    assert graph.nbytes > before
    graph.clear()
    assert len(graph) == 0


def test_to_dot(backend: Any) -> None:
    x = backend.Variable(3.0, 'the "x"')
    with backend.Graph() as graph:
        backend.sin(x * 2)
    text = graph.to_dot()
    assert text.startswith("digraph")
    assert text.count("->") == 3
    assert "multiply" in text
    assert "sin" in text
    assert '\\"x\\"' in text
    assert text.count("{") == text.count("}")


def test_entering_again_appends(backend: Any) -> None:
    x = backend.Variable(3.0)
    graph = backend.Graph()
    with graph:
        y = x * x
    assert not graph.is_open
    with graph:
        assert graph.is_open
        z = y + 1
    assert len(graph) == 2
    x.value = 2.0
    assert graph.forward() == 5.0
    z.backward()
    assert x.grad == 4.0


def test_an_error_leaves_the_graph_usable(backend: Any) -> None:
    x = backend.Variable(3.0)
    graph = backend.Graph()

    def fail() -> None:
        with graph:
            x * x
            raise KeyError("the user's own")

    with pytest.raises(KeyError, match="own"):
        fail()
    assert not graph.is_open
    x.value = 4.0
    assert graph.forward() == 16.0
    with graph:
        graph.values[0] + 1
    assert graph.forward() == 17.0
    assert (x * 2).inputs[0] is x


def test_grad_of_an_intermediate(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph() as graph:
        y = x * x
        y * 5

    def grad() -> float | None:
        found: float | None = y.grad
        return found

    assert grad() is None
    graph.backward()
    assert grad() == 5.0
    x * 2
    assert grad() == 5.0
    graph.forward()
    assert grad() is None
    graph.backward()
    with graph:
        x + 1
    assert grad() is None


def test_deep_graphs(backend: Any) -> None:
    x = backend.Variable(1.0)
    with backend.Graph() as graph:
        y = x
        for _ in range(50_000):
            y = y + x
    x.value = 2.0
    assert graph.forward() == 100_002.0
    graph.backward()
    assert x.grad == 50_001.0
    assert graph.jvp({x: 1.0}) == 50_001.0
    assert graph.hvp({x: 1.0}) == {x: 0.0}
    assert len(repr(y)) < 60


def test_constants_and_passive_values_replay(backend: Any) -> None:
    x = backend.Variable(2.0)
    c = backend.Constant(10.0)
    with backend.Graph() as graph:
        small = backend.less(x, 3.0)
        backend.where(small, x * c, x - c)
    assert graph.forward() == 20.0
    x.value = 5.0
    assert graph.forward() == -5.0
    assert small.value == 0.0
    graph.backward()
    assert x.grad == 1.0


def test_a_last_value_without_derivative(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        backend.less(x, 3.0)
    assert graph.forward() == 1.0
    assert graph.jvp({x: 1.0}) == 0.0
    for use in (graph.backward, graph.create_gradient_graph, lambda: graph.hvp({x: 1.0})):
        with pytest.raises(ValueError, match=r"no Variable"):
            use()
    assert x.grad is None


def test_replay_gives_the_same_bits(backend: Any) -> None:
    x, y = backend.Variable(0.3), backend.Variable(1.7)
    with backend.Graph() as graph:
        z = backend.exp(backend.sin(x) * y) / (1 + x**y) - backend.log1p(x / y)
        backend.tanh(z) * backend.erf(z)
    recorded = [value.value for value in graph.values]
    graph.forward()
    assert [value.value for value in graph.values] == recorded
    x.value, y.value = 0.9, -0.4
    graph.forward()
    x.value, y.value = 0.3, 1.7
    graph.forward()
    assert [value.value for value in graph.values] == recorded


def test_graphs_cannot_be_copied_silently(backend: Any) -> None:
    x = backend.Variable(1.0)
    with backend.Graph() as graph:
        x * x
    with pytest.raises(TypeError):
        copy.copy(graph)
    with pytest.raises(TypeError):
        copy.deepcopy(graph)


def test_optional_arguments(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph(name="named") as graph:
        backend.leaky_relu(x, negative_slope=0.1) + backend.elu(x, alpha=2.0)
    assert graph.forward() == 6.0
    x.value = -1.0
    assert graph.forward() == pytest.approx(-0.1 + 2.0 * math.expm1(-1.0), rel=1e-15)


def test_products_leave_the_gradients_of_results(backend: Any) -> None:
    x = backend.Variable(0.5)
    with backend.Graph() as graph:
        y = backend.sin(x)
        z = y * y
    z.backward()
    gradients = x.grad, y.grad, z.grad
    assert None not in gradients
    graph.hvp({x: 1.0})
    graph.jvp({x: 1.0})
    assert (x.grad, y.grad, z.grad) == gradients
