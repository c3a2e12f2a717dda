"""The known faults of the original notebook are absent from `compat.notebook`."""

import contextlib
import math
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiffx as adx
from autodiffx.compat.notebook import (
    Constant,
    DifferentiableValue,
    Graph,
    Power,
    ReLU,
    Sigmoid,
    Sine,
    Sinh,
    Softmax,
    Variable,
    generate_topo,
)

DEPTH = 100_000
STRANGER: Any = "a"


def test_sinh_computes_sinh() -> None:
    with Graph() as graph:
        Sinh(Variable(0.458))
    np.testing.assert_allclose(graph.forward(), [math.sinh(0.458)], rtol=1e-15)


def test_gradients_do_not_grow_with_each_backward() -> None:
    with Graph() as graph:
        x = Variable(3.0)
        y = x * x
        2 * y
    for _ in range(3):
        graph.backward()
        assert x.gradient == [12.0]
        assert y.gradient == [2.0]


def test_constants_collect_no_gradient() -> None:
    with Graph() as graph:
        x, c = Variable(3.0), Constant(5.0)
        y = c * x
        y + c
    graph.backward()
    assert c.gradient == 0
    assert y.inputs[0] is c
    assert graph.create_gradient_graph().wrt(c) == 0


def test_softmax_gives_every_input_its_gradient() -> None:
    with Graph() as graph:
        a, b = Variable(0.3), Variable(-0.4)
        Softmax(a, b) * np.array([1.0, 0.0])
    graph.backward()
    s = 1 / (1 + math.exp(-0.7))
    for variable, expected in ((a, s * (1 - s)), (b, -s * (1 - s))):
        assert np.shape(variable.gradient) == (1,)
        np.testing.assert_allclose(variable.gradient, [expected], rtol=1e-14)


def test_values_are_set_on_arrays_and_placeholders() -> None:
    with Graph() as graph:
        x, p = Variable(np.array([1.0, 2.0]), "x"), Variable(name="p")
        x * p
    for run in (graph.forward, graph.backward, graph.create_gradient_graph, lambda: p.value):
        with pytest.raises(ValueError, match="Variable does not have value: p"):
            run()
    p.value = 3
    np.testing.assert_array_equal(graph.forward(), [3.0, 6.0])
    x.value = np.array([5.0, 7.0])
    np.testing.assert_array_equal(graph.forward(), [15.0, 21.0])
    p.value = np.array([1.0, 10.0])
    np.testing.assert_array_equal(graph.forward(), [5.0, 70.0])
    np.testing.assert_array_equal(graph.create_gradient_graph().wrt(x), [1.0, 10.0])
    with pytest.raises(TypeError, match="expected a real number"):
        p.value = STRANGER


def test_an_array_changed_in_place_counts() -> None:
    with Graph() as graph:
        x = Variable(np.array([1.0, 2.0]), "x")
        y = Sine(x)
    graph.backward()
    x.value[0] = 3.0
    assert not graph.has_backwarded
    np.testing.assert_allclose(y.value, np.sin([3.0, 2.0]), rtol=1e-15)
    np.testing.assert_allclose(graph.create_gradient_graph().wrt(x), np.cos([3.0, 2.0]), rtol=1e-15)
    with pytest.raises(ValueError, match="read-only"):
        Constant(1.0).value[0] = 2.0


def test_a_given_array_is_not_shared() -> None:
    given = np.array([1.0, 2.0])
    x = Variable(given)
    given[0] = 9.0
    np.testing.assert_array_equal(x.value, [1.0, 2.0])


def test_numbers_stand_on_the_left() -> None:
    with Graph() as graph:
        x = Variable(3.0)
        2 * x
    assert graph.forward() == [6.0]


def test_a_deep_graph_needs_no_recursion() -> None:
    with Graph() as graph:
        x = Variable(0.5, "x")
        y: DifferentiableValue = x
        for _ in range(DEPTH // 2):
            y = Sigmoid(y * 1.5)
    assert len(generate_topo(y)) == DEPTH + DEPTH // 2 + 1
    assert 0 < float(graph.forward()[0]) < 1
    assert graph.backward() is y
    assert np.shape(x.gradient) == (1,)
    assert len(repr(y)) < 10_000
    assert len(repr(graph)) < 100_000
    assert f"... {DEPTH - 8} more" in repr(graph)


def test_shared_nodes_do_not_blow_up_the_printed_form() -> None:
    with Graph() as graph:
        x = Variable(1.0, "x")
        y: DifferentiableValue = x
        for _ in range(60):
            y = y + y
    assert len(repr(y)) < 10_000
    assert "Sum(...)" in repr(y)
    assert graph.forward() == [2.0**60]
    assert graph.create_gradient_graph().wrt(x) == [2.0**60]


def test_a_constant_exponent_gives_no_nan() -> None:
    with Graph() as graph:
        x, n = Variable(-2.0), Constant(3)
        Power(x, n)
    graph.backward()
    assert x.gradient == [12.0]
    assert n.gradient == 0


def test_differentiating_a_power_records_no_node() -> None:
    with Graph() as graph:
        x, n = Variable(2.0), Variable(3.0)
        y = x**n
    graph.backward()
    assert graph.values == [y]
    np.testing.assert_allclose(n.gradient, [8 * math.log(2)], rtol=1e-15)


@pytest.mark.parametrize("operate", [lambda x: x * x, lambda x: x**2, ReLU, lambda x: x * 3])
def test_no_operation_adds_a_dimension(operate: Callable[[Any], Any]) -> None:
    with Graph() as graph:
        x = Variable(3, "x")
        y = operate(operate(x))
    assert graph.forward().shape == (1,)
    graph.backward()
    assert np.shape(x.gradient) == (1,)
    assert "[[" not in f"{y!r}{y.value}"


def test_the_graph_around_is_restored() -> None:
    with Graph() as outer:
        x = Variable(2.0)
        a = x * x
        with Graph() as inner:
            b = a * 3
        c = Sine(a)
        with contextlib.suppress(ZeroDivisionError), Graph() as broken:
            d = x + 1
            raise ZeroDivisionError
        e = c + 1
    assert outer.values == [a, c, e]
    assert inner.values == [b]
    assert broken.values == [d]
    assert inner.forward() == [12.0]
    assert inner.create_gradient_graph().wrt(x) == [12.0]
    x.value = 3.0
    assert inner.forward() == [27.0]
    assert broken.forward() == [4.0]
    with pytest.raises(adx.GraphError, match="outside any Graph"):
        Sine(x)


def test_outside_any_graph_the_error_says_what_to_do() -> None:
    with pytest.raises(adx.GraphError, match=r"Sine was made outside any Graph: .*with Graph\(\)"):
        Sine(Variable(1.0))
    with pytest.raises(ValueError, match="the graph is empty"):
        Graph().forward()
    with pytest.raises(ValueError, match="the graph is empty"):
        Graph().backward()


def test_a_graph_is_open_in_its_own_thread_only() -> None:
    errors: list[Exception] = []

    def make() -> None:
        try:
            Sine(1.0)
        except adx.GraphError as error:
            errors.append(error)

    with Graph() as graph:
        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
    assert len(errors) == 1
    assert graph.values == []


def test_one_variable_serves_several_graphs() -> None:
    x = Variable(2.0, "x")
    with Graph() as first:
        x * x
    with Graph() as second:
        x * 5
    by_first = first.create_gradient_graph()
    assert second.create_gradient_graph().wrt(x) == [5.0]
    assert by_first.wrt(x) == [4.0]
