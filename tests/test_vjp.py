"""vjp and linearize: linear maps of a function at a point, applied any number of times."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from array_shapes import DTYPES, Array, assert_close, assert_same_bits, seeds, shapes, uniform
from array_sums import total


def test_vjp(backend: Any) -> None:
    value, pullback = backend.vjp(lambda x, y: x * y * y, 3.0, 2.0)
    assert (type(value), value) == (float, 12.0)
    assert pullback(1.0) == (4.0, 12.0)
    assert pullback(0.5) == (2.0, 6.0)
    assert pullback(2) == (8.0, 24.0)
    assert all(type(part) is float for part in pullback(1.0))
    assert backend.vjp(lambda: 3.0)[1](1.0) == ()
    assert backend.vjp(lambda x: x, 3.0)[1](5.0) == (5.0,)
    assert backend.vjp(lambda x: 7.0, 3.0)[1](5.0) == (0.0,)


def test_linearize(backend: Any) -> None:
    calls = []

    def f(x: Any, y: Any) -> Any:
        calls.append(x)
        return x * y * y

    value, pushforward = backend.linearize(f, 3.0, 2.0)
    assert (type(value), value) == (float, 12.0)
    assert pushforward(1.0, 0.0) == 4.0
    assert pushforward(0.0, 1.0) == 12.0
    assert pushforward(1, 2) == 28.0
    assert type(pushforward(1.0, 0.0)) is float
    assert len(calls) == 1
    assert backend.linearize(lambda: 3.0)[1]() == 0.0
    assert backend.linearize(lambda x: x, 3.0)[1](5.0) == 5.0
    assert backend.linearize(lambda x: 7.0, 3.0)[1](5.0) == 0.0


def mixed(x: Any, p: Any) -> Any:
    """An array, a number and a container of both."""
    s = np.sin(x)
    return {"array": s * p["scale"], "parts": (total(s * x), [p["shift"] * x[..., :1], None])}


@given(shape=shapes(least=1, most=3), seed=seeds, dtype=st.sampled_from(DTYPES))
@settings(max_examples=30)
def test_maps_are_each_others_transpose(
    array_backend: Any, shape: tuple[int, ...], seed: int, dtype: type
) -> None:
    """⟨J t, u⟩ = ⟨t, Jᵀ u⟩, J t is that of jvp, and the value is the function's."""
    x, t = uniform(seed, shape, dtype), uniform(seed + 1, shape, dtype)
    p, q = {"scale": 1.5, "shift": -0.5}, {"scale": 0.25, "shift": 2.0}
    value, pullback = array_backend.vjp(mixed, x, p)
    again, pushforward = array_backend.linearize(mixed, x, p)
    expected, along = array_backend.jvp(mixed, (x, p), (t, q))
    pushed = pushforward(t, q)
    u = {
        "array": uniform(seed + 2, shape, dtype),
        "parts": (0.75, [uniform(seed + 3, (*shape[:-1], min(1, shape[-1])), dtype), None]),
    }
    by_x, by_p = pullback(u)
    # A number that is differentiated by is of float64, unlike a plain one.
    assert_same_bits(value["array"], np.asarray(np.sin(x) * np.float64(1.5), np.float64))
    for found in (value, again):
        assert found["parts"][1][1] is None
        for a, b in zip(arrays_in(found), arrays_in(expected), strict=True):
            assert_close(a, b, digits=5 if dtype is np.float32 else 14)
    for a, b, primal in zip(*map(arrays_in, (pushed, along, value)), strict=True):
        assert a.dtype == primal.dtype
        assert_close(a, b, digits=5 if dtype is np.float32 else 12)
    assert by_x.shape == shape
    assert by_x.dtype == dtype
    assert [type(part) for part in by_p.values()] == [float, float]
    pairs = zip(arrays_in(pushed), arrays_in(u), strict=True)
    forwards = sum(float(np.vdot(a, b)) for a, b in pairs)
    backwards = float(np.vdot(t, by_x)) + q["scale"] * by_p["scale"] + q["shift"] * by_p["shift"]
    assert forwards == pytest.approx(backwards, rel=1e-4, abs=1e-4 if dtype is np.float32 else 1e-9)
    by_x[...] = 0.0  # the caller's own
    assert_same_bits(pullback(u)[0], array_backend.vjp(mixed, x, p)[1](u)[0])


def arrays_in(found: Any) -> list[Array]:
    number, (array, _) = found["parts"]
    return [np.asarray(found["array"]), np.asarray(number), np.asarray(array)]


def test_what_does_not_fit(array_backend: Any) -> None:
    x = np.ones((2, 3))
    _, pullback = array_backend.vjp(lambda x: {"a": x, "b": [x[0, 0]]}, x)
    wrong: Any
    for wrong in ([x, [1.0]], {"a": x}, {"a": x, "b": (1.0,)}, {"a": [x], "b": [1.0]}, x):
        with pytest.raises(TypeError, match=r"(?s)structure.*\*.*\*"):
            pullback(wrong)
    for wrong in ({"a": x.T, "b": [1.0]}, {"a": x, "b": [np.ones(1)]}, {"a": 1.0, "b": [1.0]}):
        with pytest.raises(ValueError, match=r"(?s)shape.*\(.*\(|shape.*\(.*scalar"):
            pullback(wrong)
    for wrong in ("a", np.ones((2, 3), complex), object()):
        with pytest.raises(TypeError):
            pullback({"a": wrong, "b": [1.0]})
    assert_same_bits(pullback({"a": x, "b": [1.0]})[0], np.array([[2.0, 1, 1], [1, 1, 1]]))
    _, pushforward = array_backend.linearize(lambda x, y: total(x) * y, x, 2.0)
    with pytest.raises((ValueError, TypeError), match=r"2"):
        pushforward(x)
    with pytest.raises(ValueError, match=r"(?s)\(2, 3\).*\(3, 2\)"):
        pushforward(x.T, 1.0)
    with pytest.raises(TypeError):
        pushforward([x], 1.0)
    assert pushforward(x, 1.0) == 12.0 + 6.0


@pytest.mark.parametrize("name", ["vjp", "linearize"])
def test_bad_arguments(array_backend: Any, name: str) -> None:
    transform = getattr(array_backend, name)
    for bad in ("a", True, np.ones(2, int), np.ones(2, bool), [1.0, "a"], np.array(["a"]), 1j):
        with pytest.raises(TypeError):
            transform(lambda x: 1.0, bad)
    for result in ("a", object(), [1.0, "a"], {"a": 1j}):
        with pytest.raises(TypeError):
            transform(lambda x, result=result: result, 1.0)
    with pytest.raises(TypeError):
        transform(3.0, 1.0)


def test_inside_of_what_records(backend: Any) -> None:
    x = backend.Variable(3.0)
    value, pullback = backend.vjp(lambda y: y**2 * x, 2.0)
    assert value.value == 12.0
    (slope,) = pullback(1.0)
    assert slope.value == 12.0
    slope.backward()
    assert x.grad == 4.0
    value.backward()
    assert x.grad == 4.0
    value, pushforward = backend.linearize(lambda y: y**2, x)
    assert (value.value, pushforward(1.0).value) == (9.0, 6.0)
    pushforward(5.0).backward()
    assert x.grad == 10.0
    assert type(backend.vjp(lambda y: y**2, 2.0)[1](1.0)[0]) is float


def test_in_a_graph(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph() as graph:
        value, pullback = backend.vjp(lambda y: y**3, 2.0)
        _, pushforward = backend.linearize(lambda y: y**3, 2.0)
        assert (value, pullback(1.0), pushforward(1.0)) == (8.0, (12.0,), 12.0)
        _, outer = backend.vjp(lambda y: y**2 * x, 2.0)
        outer(x * 1.0)[0] + pullback(x)[0] + pushforward(x)
    assert graph.forward() == 36.0 + 36.0 + 36.0
    x.value = 1.0
    assert graph.forward() == 4.0 + 12.0 + 12.0
    graph.backward()
    assert x.grad == 8.0 + 12.0 + 12.0


def test_an_input_that_was_set_since(backend: Any) -> None:
    x = backend.Variable(3.0)
    _, pullback = backend.vjp(lambda y: y * x * x, 2.0)
    assert pullback(1.0)[0].value == 9.0
    x.value = 5.0
    with pytest.raises(backend.StaleValueError):
        pullback(1.0)


def test_a_pullback_outlives_everything(array_backend: Any) -> None:
    """It keeps what it needs, and what it was given may be written into."""
    x = np.array([1.0, 2.0, 3.0])

    def f(x: Any) -> Any:
        y = x.copy()
        y[0] = y[1] * y[2]
        return y * x

    value, pullback = array_backend.vjp(f, x)
    value_kept = value.copy()
    value[...] = 0.0
    x[...] = 7.0
    gc.collect()
    for _ in range(3):
        (slope,) = pullback(np.ones(3))
        assert_same_bits(slope, np.array([6.0, 3.0 + 4.0, 2.0 + 6.0]))
        slope[...] = 0.0
        array_backend.grad(lambda z: total(z * z))(np.ones(50))
    assert_same_bits(value_kept, np.array([6.0, 4.0, 9.0]))


def test_a_result_that_is_written_into_afterwards(array_backend: Any) -> None:
    def outer(x: Any) -> Any:
        y, pullback = array_backend.vjp(lambda z: z * x, x)
        y[0] = 0.0
        return total(y) + total(pullback(np.ones(2))[0])

    # x₁² + x₀ + x₁
    assert_same_bits(array_backend.grad(outer)(np.array([3.0, 5.0])), np.array([1.0, 11.0]))


def test_cotangents_of_any_kind(array_backend: Any) -> None:
    _, pullback = array_backend.vjp(lambda x: x * x, np.array([1.0, 2.0]))
    assert_same_bits(pullback(np.array([1, 2]))[0], np.array([2.0, 8.0]))
    assert_same_bits(pullback(np.array([1, 2], np.float32))[0], np.array([2.0, 8.0]))
    x = array_backend.Variable([1.0, 2.0])
    (slope,) = pullback(x)
    assert slope.value.tolist() == [2.0, 8.0]
    slope.backward(np.ones(2))
    assert x.grad.tolist() == [2.0, 4.0]
    assert_same_bits(pullback(array_backend.Constant([1.0, 2.0]))[0], np.array([2.0, 8.0]))
    d = array_backend.Dual(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    (slope,) = pullback(d)
    assert (slope.value.tolist(), slope.tangent.tolist()) == ([2.0, 8.0], [2.0, 0.0])


def test_decisions_among_the_results(array_backend: Any) -> None:
    value, pullback = array_backend.vjp(lambda x: (x > 1.5, x * 2.0, 3), np.array([1.0, 2.0]))
    assert np.asarray(value[0]).tolist() == [False, True]
    assert value[2] == 3.0
    slope = pullback((np.zeros(2), np.ones(2), 0.0))[0]
    assert_same_bits(slope, np.array([2.0, 2.0]))


def test_a_pullback_is_differentiated_by_its_cotangents_alone(array_backend: Any) -> None:
    """It is linear, and made of plain numbers: so what is outermost is plain, of any order."""
    x, v = uniform(1, (3,), np.float64), uniform(2, (2,), np.float64)

    def f(x: Any) -> Any:
        return np.stack([total(np.sin(x)), x[0] * x[1]])

    jacobian = np.stack([np.cos(x), [x[1], x[0], 0.0]])
    _, pullback = array_backend.vjp(f, x)

    def cubes(u: Any) -> Any:
        return total(pullback(u)[0] ** 3)

    slope = 3.0 * jacobian @ (v @ jacobian) ** 2
    gradient = array_backend.grad(cubes)(v)
    assert type(gradient) is np.ndarray
    assert_close(gradient, slope, digits=12)
    assert_close(array_backend.jvp(cubes, (v,), (np.ones(2),))[1], slope.sum(), digits=12)
    curvature = 6.0 * (jacobian * (v @ jacobian)) @ jacobian.T
    assert_close(array_backend.hessian(cubes)(v), curvature, digits=12)
    twice = array_backend.grad(lambda u: total(array_backend.grad(cubes)(u)))(v)
    assert_close(twice, curvature.sum(axis=0), digits=12)
    # The pullback of a pullback is the pushforward.
    back = array_backend.vjp(lambda u: pullback(u)[0], v)[1]
    assert_close(back(x)[0], jacobian @ x, digits=12)


@pytest.mark.parametrize("name", ["vjp", "linearize"])
def test_garbage_takes_nothing_from_a_graph(backend: Any, name: str) -> None:
    """What holds a recording may end at any time, long after something else was recorded."""
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        cycle = [getattr(backend, name)(lambda y: y * y, 3.0)[1]]
        cycle.append(cycle)
        del cycle
        x * 5.0
        total = x * x
        del total
        recorded = len(graph)
        gc.collect()
        assert len(graph) == recorded
    x.value = 3.0
    graph.forward()


def test_arguments_written_into_afterwards(backend: Any) -> None:
    """The derivative stays that at the point where it was taken, in any order."""
    x, numbers = np.array([1.0, 2.0]), [2.0, 3.0]
    pushforward = backend.linearize(lambda x: (x * x).sum(), x)[1]
    of_list = backend.linearize(lambda p: p[0] * p[1], numbers)[1]
    x[:] = 0.0
    numbers.append(4.0)
    ones = np.ones(2)
    assert pushforward(ones) == 6.0
    assert backend.grad(lambda s: pushforward(s * ones))(2.0) == 6.0
    assert backend.jvp(lambda s: pushforward(s * ones), (2.0,), (1.0,)) == (12.0, 6.0)
    assert of_list([1.0, 1.0]) == 5.0


def test_linearize_runs_a_function_once(backend: Any) -> None:
    """Whatever the tangents are: the map is linear in them."""
    runs = []

    def f(x: Any) -> Any:
        runs.append(x)
        return x**3

    pushforward = backend.linearize(f, 2.0)[1]
    assert backend.grad(lambda t: pushforward(t) ** 2)(1.0) == 288.0
    assert backend.grad(backend.grad(lambda t: pushforward(t) ** 2))(1.0) == 288.0
    assert len(runs) == 1


@pytest.mark.parametrize("transform", ["vjp", "linearize"])
def test_a_constant_that_is_returned_stays(backend: Any, transform: str) -> None:
    """The value is the caller's own: who writes into it does not change what f holds."""
    constant = np.array([1.0, 2.0])
    value = getattr(backend, transform)(lambda x: constant, 1.0)[0]
    value[:] = 0.0
    assert constant.tolist() == [1.0, 2.0]
