"""grad, value_and_grad and jvp of functions of arrays, nested in each other and closed over."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from array_shapes import (
    DTYPES,
    LAYOUTS,
    Array,
    assert_close,
    assert_same_bits,
    laid_out,
    seeds,
    shapes,
    uniform,
)
from array_sums import inner, total

SHAPE = (2, 3)


def loss(x: Any) -> Any:
    """Σ sin(x) x², of any shape, with the neighbours multiplied along the last axis."""
    return total(np.sin(x) * x**2) + total(x[..., 1:] * x[..., :-1])


def gradient_of_loss(x: Array) -> Array:
    g = np.asarray(np.cos(x) * x**2 + 2 * x * np.sin(x))
    g[..., 1:] += x[..., :-1]
    g[..., :-1] += x[..., 1:]
    return g


@given(
    shape=shapes(least=1).filter(lambda shape: 0 not in shape),
    seed=seeds,
    dtype=st.sampled_from(DTYPES),
    layout=st.sampled_from(LAYOUTS),
)
@settings(max_examples=30)
def test_grad(
    array_backend: Any, shape: tuple[int, ...], seed: int, dtype: type, layout: str
) -> None:
    array = uniform(seed, shape, dtype)
    slope = array_backend.grad(loss)(laid_out(array, layout))
    assert type(slope) is np.ndarray
    assert slope.dtype == dtype
    assert slope.dtype.isnative
    assert_close(slope, gradient_of_loss(array).astype(dtype))
    value, again = array_backend.value_and_grad(loss)(array)
    assert_same_bits(again, slope)
    assert_close(np.asarray(value, dtype), np.asarray(loss(array), dtype))
    assert not isinstance(value, array_backend.Variable)
    slope[...] = 0.0  # the caller's own


def test_arrays_of_whole_numbers_are_refused(array_backend: Any) -> None:
    for dtype in (np.int64, np.uint8, np.bool_):
        array: Any = np.array([1, 0, 1], dtype)
        for transform in (array_backend.grad, array_backend.value_and_grad):
            with pytest.raises(TypeError, match=r"float"):
                transform(total)(array)
        with pytest.raises(TypeError, match=r"float"):
            array_backend.jvp(total, (array,), (np.ones(3),))
        slope = array_backend.grad(lambda x, n: total(x * n))(np.ones(3), array)
        assert_same_bits(slope, 1.0 * array)


def test_argnums(array_backend: Any) -> None:
    def f(x: Any, y: Any, s: Any = 2.0) -> Any:
        return total(x * y) * s

    x, y = np.array([1.0, 2.0]), np.array([[3.0, 4.0], [5.0, 6.0]], np.float32)
    by_x, by_y, by_s = array_backend.grad(f, (0, 1, 2))(x, y, 3.0)
    assert_same_bits(by_x, np.array([24.0, 30.0]))
    assert_same_bits(by_y, np.array([[3.0, 6.0], [3.0, 6.0]], np.float32))
    assert (type(by_s), by_s) == (float, 3.0 + 8.0 + 5.0 + 12.0)
    assert_same_bits(array_backend.grad(f, -1)(x, y), by_y / np.float32(1.5))
    value, (by_s, by_x) = array_backend.value_and_grad(f, argnums=[2, 0])(x, y, 3.0)
    assert (value, by_s) == (84.0, 28.0)
    assert_same_bits(by_x, np.array([24.0, 30.0]))
    with pytest.raises((ValueError, TypeError), match=r"argnums|argument"):
        array_backend.grad(f, 3)(x, y, 1.0)


def test_what_does_not_depend(array_backend: Any) -> None:
    x = np.ones(SHAPE, np.float32)
    for f in (
        lambda x: 5.0,
        lambda x: array_backend.Constant(5.0),
        lambda x: total(np.floor(x)),
        lambda x: total(x > 0.5) * 1.0,
    ):
        assert_same_bits(array_backend.grad(f)(x), np.zeros(SHAPE, np.float32))
    by_x, by_y = array_backend.grad(lambda x, y: total(y), (0, 1))(np.ones(2), np.ones(3))
    assert_same_bits(by_x, np.zeros(2))
    assert_same_bits(by_y, np.ones(3))
    empty = array_backend.grad(lambda x: 1.0)(np.ones((0, 3)))
    assert_same_bits(empty, np.zeros((0, 3)))


def test_a_result_that_is_no_number(array_backend: Any) -> None:
    for transform in (array_backend.grad, array_backend.value_and_grad):
        with pytest.raises(TypeError, match=r"\(2, 3\)"):
            transform(lambda x: x * 2.0)(np.ones(SHAPE))
        with pytest.raises(TypeError, match=r"\(3,\)"):
            transform(lambda x: x[0])(np.ones(SHAPE))
        with pytest.raises(TypeError, match=r"\(0,\)"):
            transform(lambda x: x)(np.ones(0))
        with pytest.raises(TypeError, match="number"):
            transform(lambda x: (x[0, 0], x[0, 1]))(np.ones(SHAPE))
    assert array_backend.grad(lambda x: x[0])(np.ones(2)).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("bad", [np.array([1j]), np.array(["a"]), np.ones(2, np.float16), "a"])
def test_an_argument_of_another_kind(array_backend: Any, bad: Any) -> None:
    with pytest.raises(TypeError):
        array_backend.grad(lambda x: total(x))(bad)
    with pytest.raises(TypeError):
        array_backend.jvp(lambda x: x, (bad,), (bad,))


@given(
    shape=shapes(least=1),
    seed=seeds,
    dtype=st.sampled_from(DTYPES),
    layout=st.sampled_from(LAYOUTS),
)
@settings(max_examples=30)
def test_jvp(
    array_backend: Any, shape: tuple[int, ...], seed: int, dtype: type, layout: str
) -> None:
    a, d = uniform(seed, shape, dtype), uniform(seed + 1, shape, dtype)
    value, tangent = array_backend.jvp(
        lambda x: np.sin(x) * x, (laid_out(a, layout),), (laid_out(d, layout),)
    )
    for found in (value, tangent):
        assert type(found) is np.ndarray
        assert found.dtype == dtype
    assert_same_bits(value, np.sin(a) * a)
    assert_close(tangent, (np.cos(a) * a + np.sin(a)) * d)


def test_jvp_of_a_number(array_backend: Any) -> None:
    a, d = uniform(1, SHAPE), uniform(2, SHAPE)
    value, tangent = array_backend.jvp(loss, (a,), (d,))
    assert (type(value), type(tangent)) == (float, float)
    assert value == pytest.approx(loss(a), rel=1e-13)
    assert tangent == pytest.approx(np.vdot(gradient_of_loss(a), d), rel=1e-13)


def test_jvp_of_several_arguments_and_results(array_backend: Any) -> None:
    x, s, d = np.array([1.0, 2.0]), 3.0, np.array([0.5, -1.0])
    value, tangent = array_backend.jvp(lambda x, s: (x * s, [x[0], x > 1.5, 1.0]), (x, s), (d, 2.0))
    assert value[0].tolist() == [3.0, 6.0]
    assert tangent[0].tolist() == [3.5, 1.0]
    assert (value[1][0], tangent[1][0]) == (1.0, 0.5)
    assert np.asarray(value[1][1]).tolist() == [False, True]
    assert np.asarray(tangent[1][1]).tolist() == [0.0, 0.0]
    assert (value[1][2], tangent[1][2]) == (1.0, 0.0)
    for direction in (np.ones(1), np.ones((2, 2)), 1.0):
        with pytest.raises(ValueError, match="shape"):
            array_backend.jvp(lambda x: x, (x,), (direction,))


def test_views_under_jvp(array_backend: Any) -> None:
    a, d = uniform(1, SHAPE), uniform(2, SHAPE)

    def f(x: Any) -> Any:
        assert (x.shape, x.ndim, x.size, len(x)) == (SHAPE, 2, 6, 2)
        first, second = x
        return x.T.reshape(2, 3) * x[:, ::-1] + first * second[0]

    value, tangent = array_backend.jvp(f, (a,), (d,))
    assert_close(value, f(a))
    h = 1e-6
    assert_close(tangent, (f(a + h * d) - f(a - h * d)) / (2 * h), digits=8)


def differences(f: Any, a: Array, d: Array, h: float = 1e-5) -> Array:
    return np.asarray((f(a + h * d) - f(a - h * d)) / (2 * h))


@pytest.mark.parametrize("seed", range(5))
def test_gradients_of_gradients(array_backend: Any, seed: int) -> None:
    a, d = uniform(seed, SHAPE), uniform(seed + 1, SHAPE)
    grad = array_backend.grad(loss)
    expected = differences(gradient_of_loss, a, d)
    slope, forward_over_reverse = array_backend.jvp(grad, (a,), (d,))
    assert_close(slope, gradient_of_loss(a))
    assert_close(forward_over_reverse, expected, digits=8)
    reverse_over_forward = array_backend.grad(lambda x: array_backend.jvp(loss, (x,), (d,))[1])(a)
    assert type(reverse_over_forward) is np.ndarray
    assert_close(reverse_over_forward, forward_over_reverse, digits=12)
    twice = array_backend.jvp(lambda x: array_backend.jvp(loss, (x,), (d,))[1], (a,), (d,))[1]
    assert twice == pytest.approx(np.vdot(forward_over_reverse, d), rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_reverse_over_reverse(array_backend: Any, seed: int) -> None:
    a, d = uniform(seed, SHAPE), uniform(seed + 1, SHAPE)
    grad = array_backend.grad(loss)
    over_reverse = array_backend.grad(lambda x: inner(grad(x), d))(a)
    assert type(over_reverse) is np.ndarray
    assert_close(over_reverse, differences(gradient_of_loss, a, d), digits=8)
    assert_close(over_reverse, array_backend.jvp(grad, (a,), (d,))[1], digits=12)


def test_third_order(array_backend: Any) -> None:
    a, d = uniform(7, (3,)), uniform(8, (3,))
    grad = array_backend.grad

    def cubic(x: Any) -> Any:
        return total(x * x * x * x)

    second = lambda x: inner(grad(lambda y: inner(grad(cubic)(y), d))(x), d)  # noqa: E731
    assert_close(grad(second)(a), 24 * a * d * d, digits=12)


def test_active_arguments_give_recorded_results(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    slope = array_backend.grad(lambda y: total(y**3))(x)
    assert isinstance(slope, array_backend.Variable)
    assert slope.value.tolist() == [3.0, 12.0]
    slope.backward([1.0, 1.0])
    assert x.grad.tolist() == [6.0, 12.0]


def test_closures_over_arrays(array_backend: Any) -> None:
    w = array_backend.Variable([[1.0, 2.0], [3.0, 4.0]])
    u = w * w
    slope = array_backend.grad(lambda y: total(u * y * y))(np.array([1.0, -1.0]))
    assert isinstance(slope, array_backend.Variable)
    assert slope.shape == (2,)
    assert slope.value.tolist() == [20.0, -40.0]
    slope.backward([1.0, 1.0])
    assert w.grad.tolist() == [[4.0, -8.0], [12.0, -16.0]]
    with array_backend.Graph() as graph:
        total(array_backend.grad(lambda y: total(w * y * y))(np.array([1.0, 2.0])))
    w.value = [[1.0, 1.0], [1.0, 1.0]]
    assert graph.forward() == 12.0
    plain = array_backend.grad(lambda y: total(np.ones((2, 2)) * y))(np.array([1.0, 2.0]))
    assert plain.tolist() == [2.0, 2.0]


def test_the_confusion_example(array_backend: Any) -> None:
    """The tangent of an inner function is not the tangent of what it closes over."""
    a = np.array([1.0, 2.0])

    def outer(x: Any) -> Any:
        return x * array_backend.jvp(lambda y: x + y, (np.ones(2),), (np.ones(2),))[1]

    value, tangent = array_backend.jvp(outer, (a,), (np.ones(2),))
    assert_same_bits(np.asarray(value), a)
    assert_same_bits(np.asarray(tangent), np.ones(2))
    assert array_backend.grad(lambda x: total(outer(x)))(a).tolist() == [1.0, 1.0]


def test_assignment_inside(array_backend: Any) -> None:
    def f(x: Any) -> Any:
        y = x.copy()
        for i in range(1, len(y)):
            y[i] = y[i] * y[i - 1]
        y[:2] += x[1:]
        return total(y)

    a = np.array([2.0, 3.0, 5.0])
    slope = array_backend.grad(f)(a)
    assert slope.tolist() == [1.0 + 3.0 + 15.0, 2.0 + 10.0 + 1.0, 6.0 + 1.0]
    second = array_backend.grad(lambda x: inner(array_backend.grad(f)(x), [1.0, 0.0, 0.0]))(a)
    assert second.tolist() == [0.0, 1.0 + 5.0, 3.0]
    assert a.tolist() == [2.0, 3.0, 5.0]


def test_nothing_is_left_behind(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    with array_backend.Graph() as graph:
        slope = array_backend.grad(loss)(np.array([1.0, 2.0, 3.0]))
        assert type(slope) is np.ndarray
        total(x * 2.0)
    assert graph.forward() == 6.0
    assert len(graph) <= 4
    assert x.grad is None


def test_an_array_that_is_no_float(array_backend: Any) -> None:
    decided = array_backend.Variable([1.0, 2.0]) > 1.5
    with pytest.raises(TypeError, match="bool"):
        array_backend.grad(lambda x: 1.0)(decided)


@pytest.mark.parametrize("transform", ["grad", "value_and_grad", "jvp"])
def test_calls_in_a_graph_leave_nothing_in_it(array_backend: Any, transform: str) -> None:
    a, w = np.ones(300), array_backend.Variable(np.ones(300))

    def f(x: Any) -> Any:
        array_backend.grad(lambda z: np.exp(z)[0] * z[1])(a)
        return (np.sin(x) * x * array_backend.sqrt(a))[0]

    def call() -> None:
        if transform == "jvp":
            array_backend.jvp(f, (a,), (a,))
        else:
            getattr(array_backend, transform)(f)(a)

    with array_backend.Graph() as graph:
        np.exp(w)
        call()  # what room it takes is kept
        before = len(graph), graph.nbytes
        for _ in range(10):
            call()
        assert (len(graph), graph.nbytes) == before
    w.value = np.zeros(300)
    assert_same_bits(graph.forward(), np.ones(300))


def test_a_failure_passes_and_spoils_nothing(array_backend: Any) -> None:
    a, w = np.ones(3), array_backend.Variable(np.ones(3))

    def fail(x: Any) -> Any:
        y = np.sin(x) * x
        raise KeyError(y.shape)

    y = w * w
    for transform in (array_backend.grad, array_backend.value_and_grad):
        with pytest.raises(KeyError, match="3"):
            transform(fail)(a)
    with pytest.raises(KeyError, match="3"):
        array_backend.jvp(fail, (a,), (a,))
    assert array_backend.grad(lambda x: (x * x)[0])(a).tolist() == [2.0, 0.0, 0.0]
    y.backward([1.0, 2.0, 3.0])
    assert w.grad.tolist() == [2.0, 4.0, 6.0]


def test_a_nested_call_inside_another_recording(array_backend: Any) -> None:
    def f(x: Any) -> Any:
        with array_backend.Graph() as graph:
            y = x * x
        graph.clear()
        return total(x) * float(np.sum(y.value))

    slope = array_backend.grad(f)(np.array([1.0, 2.0]))
    assert slope.tolist() == [5.0, 5.0]


def test_an_active_argument_that_is_written_into(array_backend: Any) -> None:
    def f(y: Any) -> Any:
        y[0] = y[0] * y[1] * 3.0
        return y[0] + y[1]

    for argument in (array_backend.Variable([1.0, 2.0]), array_backend.Variable([1.0, 2.0]) * 1.0):
        slope = array_backend.grad(f)(argument)
        assert slope.value.tolist() == [6.0, 4.0]
        assert argument.value.tolist() == [1.0, 2.0]


def test_single_precision_to_the_second_order(array_backend: Any) -> None:
    a: Array = np.array([1.0, 2.0, 3.0], np.float32)
    x = array_backend.Variable(a)
    slope = array_backend.grad(lambda y: (np.sin(y) * y)[1] * y[2])(x)
    assert slope.dtype == np.float32
    wide = a.astype(np.float64)
    first = np.sin(wide[1]) + wide[1] * np.cos(wide[1])
    second = 2.0 * np.cos(wide[1]) - wide[1] * np.sin(wide[1])
    expected = np.array([0.0, wide[2] * first, wide[1] * np.sin(wide[1])])
    assert_close(slope.value, expected.astype(np.float32))
    slope.backward(np.ones(3))
    expected = np.array([0.0, wide[2] * second + first, first])
    assert_close(x.grad, expected.astype(np.float32))


def test_an_argument_that_is_read_and_then_written_into(array_backend: Any) -> None:
    def f(y: Any) -> Any:
        before = np.exp(y) * y
        y[0] = y[0] * y[1] * 3.0
        return before[0] + y[0] + y[1]

    slope = array_backend.grad(f)(array_backend.Variable([1.0, 2.0]))
    assert_close(slope.value, np.array([2.0 * np.e + 6.0, 4.0]))
