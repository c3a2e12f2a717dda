"""Graphs of arrays: replay, both sweeps, second order, guards, what is captured, what is stale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from array_shapes import DTYPES, Array, assert_close, assert_same_bits, leaf, seeds, uniform
from array_sums import inner, total

Function = Callable[..., Any]


def smooth(adx: Any, x: Any, w: Any) -> Any:
    """Of a (2, 3) and a (3,) array: operators, broadcasting, views, a branch without a guard."""
    y = adx.sin(x) * w + x**2
    z = adx.where(y > w, adx.tanh(y), y * 0.25) - adx.exp(-(w[::-1] ** 2))
    return z[:, 1:] * y.T[:2].T + adx.logaddexp(x[0, 0], w[:2]) / 2


def taken_apart(adx: Any, x: Any, w: Any) -> Any:
    """The same kind of function with element loops and a transpose that is copied."""
    total_ = x[0, 0] * 0.5
    for row in x:
        for i in range(3):
            total_ = total_ + adx.cos(row[i]) * w[i]
    return x.T.reshape(2, 3) * total_ + np.ravel(w)


def assigned(adx: Any, x: Any, w: Any) -> Any:
    """With assignments, to elements, slices, and of what was overwritten."""
    y = x * w
    t = y[0, 1]
    y[0, 1] = y[1, 2] * 2.0
    y[1] = y[1, ::-1] + t
    y[:, :2] *= w[1:]
    y += x
    return adx.sin(y)


FUNCTIONS = (smooth, taken_apart, assigned)
each_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
each_dtype = pytest.mark.parametrize("dtype", DTYPES)


def inputs(seed: int, dtype: Any = np.float64) -> tuple[Array, Array]:
    return uniform(seed, (2, 3), dtype), uniform(seed + 1, (3,), dtype, 0.5, 1.5)


@each_function
@each_dtype
@given(seed=seeds)
@settings(max_examples=10)
def test_a_replay_gives_the_bits_of_a_new_recording(
    array_backend: Any, function: Function, dtype: type, seed: int
) -> None:
    x, w = map(array_backend.Variable, inputs(seed, dtype))
    with array_backend.Graph() as graph:
        result = function(array_backend, x, w)
    recorded = [np.asarray(value.value) for value in graph.values]
    other_x, other_w = inputs(seed + 17, dtype)
    x.value, w.value = other_x, other_w
    found = graph.forward()
    assert type(found) is np.ndarray
    fresh = function(array_backend, *map(array_backend.Variable, (other_x, other_w)))
    assert_same_bits(found, fresh.value)
    assert_same_bits(result.value, fresh.value)
    x.value, w.value = inputs(seed, dtype)
    graph.forward()
    for value, before in zip(graph.values, recorded, strict=True):
        np.testing.assert_array_equal(np.asarray(value.value), before)


@each_function
@each_dtype
@given(seed=seeds)
@settings(max_examples=10)
def test_forward_and_reverse_agree(
    array_backend: Any, function: Function, dtype: type, seed: int
) -> None:
    """<Jv, u> = <v, J'u>, before and after a replay."""
    x, w = map(array_backend.Variable, inputs(seed, dtype))
    with array_backend.Graph() as graph:
        result = function(array_backend, x, w)
    for shift in (0, 5):
        if shift:
            x.value, w.value = inputs(seed + shift, dtype)
        along_x, along_w = inputs(seed + shift + 3, dtype)
        tangent = graph.jvp({x: along_x, w: along_w})
        assert tangent.dtype == dtype
        adjoint = uniform(seed, result.shape, dtype)
        graph.backward(adjoint)
        left = np.vdot(tangent.astype(float), adjoint)
        right = np.vdot(x.grad.astype(float), along_x) + np.vdot(w.grad.astype(float), along_w)
        assert_close(np.asarray(left, dtype), np.asarray(right, dtype))
        first = x.grad
        result.backward(adjoint)
        assert_same_bits(x.grad, first)
        result.backward(adjoint, accumulate=True)
        assert_same_bits(x.grad, first + first)


@each_function
@given(seed=seeds)
@settings(max_examples=10)
def test_gradients_are_differences_of_values(
    array_backend: Any, function: Function, seed: int
) -> None:
    x, w = map(array_backend.Variable, inputs(seed))
    with array_backend.Graph() as graph:
        function(array_backend, x, w)
    along_x, along_w = inputs(seed + 3)
    tangent = graph.jvp({x: along_x, w: along_w})
    (x_0, w_0), h = inputs(seed), 1e-6
    values = []
    for step in (h, -h):
        x.value, w.value = x_0 + step * along_x, w_0 + step * along_w
        values.append(graph.forward())
    assert_close(tangent, (values[0] - values[1]) / (2 * h), digits=7)


@each_function
@given(seed=seeds)
@settings(max_examples=10)
def test_hessian_vector_products(array_backend: Any, function: Function, seed: int) -> None:
    (x_0, w_0), (along_x, along_w) = inputs(seed), inputs(seed + 3)
    weights = uniform(seed, (2, 3))
    x, w = array_backend.Variable(x_0), array_backend.Variable(w_0)
    with array_backend.Graph() as graph:
        result = function(array_backend, x, w)
        inner(result, weights[:, : result.shape[1]])
    product = graph.hvp({x: along_x, w: along_w})
    assert set(product) == {x, w}
    assert (product[x].shape, product[w].shape) == ((2, 3), (3,))
    assert type(product[x]) is np.ndarray
    h, gradients = 1e-5, []
    for step in (h, -h):
        x.value, w.value = x_0 + step * along_x, w_0 + step * along_w
        graph.backward()
        gradients.append((x.grad, w.grad))
    for i, v in enumerate((x, w)):
        assert_close(product[v], (gradients[0][i] - gradients[1][i]) / (2 * h), digits=6)
    x.value, w.value = x_0, w_0
    other = inputs(seed + 4)
    again = graph.hvp({x: other[0], w: other[1]})
    left = np.vdot(product[x], other[0]) + np.vdot(product[w], other[1])
    right = np.vdot(again[x], along_x) + np.vdot(again[w], along_w)
    assert_close(left, right, digits=11)


def test_an_array_at_the_end(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0, 3.0])
    with array_backend.Graph() as graph:
        y = x * x
    assert graph.forward().tolist() == [1.0, 4.0, 9.0]
    assert graph.jvp({}).tolist() == [0.0, 0.0, 0.0]
    graph.backward([1.0, 0.0, 2.0])
    assert x.grad.tolist() == [2.0, 0.0, 12.0]
    assert y.grad.tolist() == [1.0, 0.0, 2.0]
    for use in (
        graph.backward,
        y.backward,
        graph.create_gradient_graph,
        lambda: graph.hvp({x: [1.0, 1.0, 1.0]}),
    ):
        with pytest.raises(ValueError, match=r"\(3,\)"):
            use()
    with graph:
        total(y)
    gradients = graph.create_gradient_graph()
    assert gradients.wrt(x).tolist() == [2.0, 4.0, 6.0]
    assert gradients.wrt(y).tolist() == [1.0, 1.0, 1.0]
    graph.zero_grad()
    assert x.grad.tolist() == [0.0, 0.0, 0.0]


def test_size_one_needs_no_seed(array_backend: Any) -> None:
    x = array_backend.Variable([[3.0]])
    (x * x).backward()
    assert x.grad.tolist() == [[6.0]]
    (x * x).backward(2.0)
    assert x.grad.tolist() == [[12.0]]
    x.backward()
    assert x.grad.tolist() == [[1.0]]


def test_seeds_broadcast(array_backend: Any) -> None:
    x = array_backend.Variable([[1.0, 2.0], [3.0, 4.0]])
    seed: Any
    for seed in (2.0, [2.0, 2.0], [[2.0], [2.0]], np.full((2, 2), 2, np.int8)):
        (x * 3.0).backward(seed)
        assert x.grad.tolist() == [[6.0, 6.0], [6.0, 6.0]]
    for seed in ([1.0, 2.0, 3.0], np.ones((3, 2, 2))):
        with pytest.raises(ValueError, match=r"\(2, ?2\)"):
            (x * 3.0).backward(seed)
    with pytest.raises(ValueError, match=r"\(2, 2\)") as caught:
        (x * 3.0).backward()
    assert "seed" in str(caught.value)
    assert "sum" in str(caught.value)
    for stranger in ("1", [[1j, 1j], [1j, 1j]], x, array_backend.Constant([[1.0, 2.0]] * 2)):
        with pytest.raises(TypeError):
            (x * 3.0).backward(stranger)
    assert x.grad.tolist() == [[6.0, 6.0], [6.0, 6.0]]


def test_directions(array_backend: Any) -> None:
    x, other = array_backend.Variable([1.0, 2.0], "x"), array_backend.Variable([1.0], "other")
    with array_backend.Graph() as graph:
        total(x * x)
    direction: Any
    for direction in ([1.0, 0.5], np.array([1.0, 0.5]), (1, 0.5)):
        assert graph.jvp({x: direction}) == 4.0
        assert graph.hvp({x: direction})[x].tolist() == [2.0, 1.0]
    for direction in ([1.0], 1.0, [[1.0, 2.0]], [1.0, 2.0, 3.0]):
        for use in (graph.jvp, graph.hvp):
            with pytest.raises(ValueError, match="shape"):
                use({x: direction})
    for use in (graph.jvp, graph.hvp):
        with pytest.raises(KeyError, match="other"):
            use({other: [1.0]})
        with pytest.raises(TypeError):
            use({x: "12"})


def test_the_truth_of_a_single_element_is_a_guard(array_backend: Any) -> None:
    x = array_backend.Variable([[3.0]])
    with array_backend.Graph() as graph:
        x * 2.0 if x > 1.0 else x * 3.0
    x.value = [[2.0]]
    assert graph.forward().tolist() == [[4.0]]
    x.value = [[0.5]]
    with pytest.raises(array_backend.ControlFlowChanged, match="now False"):
        graph.forward()
    y = array_backend.Variable([1.0, 2.0])
    with array_backend.Graph() as graph:
        if y[0] < y[1]:
            y * 5.0
    y.value = [3.0, 4.0]
    assert graph.forward().tolist() == [15.0, 20.0]
    y.value = [4.0, 3.0]
    with pytest.raises(array_backend.ControlFlowChanged):
        graph.forward()


def test_comparisons_are_replayed_without_a_guard(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, -2.0, 3.0])
    with array_backend.Graph() as graph:
        inside = (x > 0.0) & (x < 2.0)
        y = inside * x + array_backend.where(~inside, x * x, 0.0)
    assert y.value.tolist() == [1.0, 4.0, 9.0]
    x.value = [-1.0, 1.5, 0.5]
    assert graph.forward().tolist() == [1.0, 1.5, 0.5]
    assert inside.value.tolist() == [False, True, True]
    graph.backward([1.0, 1.0, 1.0])
    assert x.grad.tolist() == [-2.0, 1.0, 1.0]
    with array_backend.Graph() as graph:
        x > 0.0  # noqa: B015
    assert graph.forward().tolist() == [False, True, True]
    assert graph.jvp({x: [1.0, 1.0, 1.0]}).tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="no Variable"):
        graph.backward([1.0, 1.0, 1.0])


def test_captured_from_an_enclosing_graph(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0, 3.0], "x")
    with array_backend.Graph() as outer:
        u = x * x
        with array_backend.Graph() as inner_graph:
            z = u[1:] * 5.0
            z.backward([1.0, 1.0])
            assert x.grad.tolist() == [0.0, 20.0, 30.0]
        assert len(inner_graph) == 1
    inner_graph.backward([2.0, 0.0])
    assert x.grad.tolist() == [0.0, 40.0, 0.0]
    assert inner_graph.jvp({x: [0.0, 1.0, 0.0]}).tolist() == [20.0, 0.0]
    x.value = [1.0, 1.0, 2.0]
    assert inner_graph.forward().tolist() == [5.0, 20.0]
    assert z.value.tolist() == [5.0, 20.0]
    assert outer.forward().tolist() == [1.0, 1.0, 4.0]


def test_captured_from_the_ambient_tape(array_backend: Any) -> None:
    x, w = array_backend.Variable([1.0, 2.0], "x"), array_backend.Variable([3.0, 4.0], "w")
    u = x * x
    with array_backend.Graph() as graph:
        u * w
    graph.backward([1.0, 1.0])
    assert (x.grad.tolist(), w.grad.tolist()) == ([6.0, 16.0], [1.0, 4.0])
    w.value = [5.0, 6.0]
    assert graph.forward().tolist() == [5.0, 24.0]
    x.value = [1.0, 1.0]
    for use in (
        graph.forward,
        lambda: graph.backward([1.0, 1.0]),
        lambda: graph.jvp({w: [1.0, 1.0]}),
    ):
        with pytest.raises(array_backend.StaleValueError, match=r"x was set after"):
            use()


def test_views_belong_to_the_graph_of_what_they_view(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    with array_backend.Graph("one"):
        y = x * x
        view = y[1:]
    for foreign in (y, view, y[0]):
        with pytest.raises(array_backend.GraphError, match=r"'one'.*not open here"):
            foreign + 1.0
    with array_backend.Graph("two"), pytest.raises(array_backend.GraphError, match=r"'one'.*'two'"):
        view + 1.0
    assert view.value.tolist() == [4.0]
    view.backward()
    assert x.grad.tolist() == [0.0, 4.0]


def test_clear(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    graph = array_backend.Graph()
    with graph:
        y = x * x
        view = y[:1]
    graph.clear()
    assert y.value.tolist() == [1.0, 4.0]
    assert view.value.tolist() == [1.0]
    for lost in (y, view):
        with pytest.raises(array_backend.GraphError, match="cleared"):
            lost + 1.0
    with graph:
        x * 3.0
    assert graph.forward().tolist() == [3.0, 6.0]


@given(seed=seeds, dtype=st.sampled_from(DTYPES))
@settings(max_examples=25)
def test_training_in_a_graph(array_backend: Any, seed: int, dtype: type) -> None:
    target = uniform(seed, (2, 2), dtype)
    w = leaf(array_backend, np.zeros((2, 2), dtype))
    with array_backend.Graph() as graph:
        total((w - target) ** 2)
    for _ in range(40):
        graph.backward()
        w.value = w.value - 0.25 * w.grad
    assert_close(w.value, target)
    assert w.dtype == dtype
