"""jacfwd, jacrev, jacobian, hessian, hvp and elementwise_grad, of arrays and of containers."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from array_differences import directional
from array_shapes import DTYPES, Array, assert_close, assert_same_bits, seeds, shapes, uniform
from array_sums import total

JACOBIANS = ("jacfwd", "jacrev", "jacobian")

Pair = namedtuple("Pair", "left right")


def swirl(x: Any) -> Any:
    """Every element depends on itself and on the sum: of any shape, also of complex numbers."""
    return np.sin(x) * np.sum(x * x) + x**3


def exact_jacobian(f: Any, x: Array) -> Array:
    """A column for each element, exact to the last digits."""
    x = np.asarray(x, np.float64)
    columns = []
    for index in np.ndindex(*x.shape):
        unit = np.zeros(x.shape)
        unit[index] = 1.0
        columns.append(directional(f, x, unit))
    result = np.shape(f(x))
    if not columns:
        return np.zeros(result + x.shape)
    return np.stack(columns, axis=-1).reshape(result + x.shape)


@given(shape=shapes(least=1, most=3, side=2), seed=seeds, dtype=st.sampled_from(DTYPES))
@settings(max_examples=25)
def test_jacobians(array_backend: Any, shape: tuple[int, ...], seed: int, dtype: type) -> None:
    x = uniform(seed, shape, dtype)
    expected: Array = exact_jacobian(swirl, x).astype(dtype)
    for name in JACOBIANS:
        found = getattr(array_backend, name)(swirl)(x)
        assert type(found) is np.ndarray
        assert found.dtype == dtype
        assert_close(found, expected, digits=4 if dtype is np.float32 else None)
        found[...] = 0.0  # the caller's own


@pytest.mark.parametrize("name", JACOBIANS)
def test_numbers(backend: Any, name: str) -> None:
    transform = getattr(backend, name)
    found = transform(lambda x: x**3)(2.0)
    assert (type(found), found) == (float, 12.0)
    assert transform(lambda x, y: x * y, (0, 1))(2.0, 3.0) == (3.0, 2.0)
    assert transform(lambda x, y: (x * y, [x]), "y")(2.0, 3.0) == (2.0, [0.0])
    assert transform(lambda x: (x, "aux"), has_aux=True)(2.0) == (1.0, "aux")
    assert transform(lambda x: None)(2.0) is None
    assert transform(lambda x: 5.0)(2.0) == 0.0


@pytest.mark.parametrize("name", JACOBIANS)
def test_containers(array_backend: Any, name: str) -> None:
    x = {"a": np.array([1.0, 2.0]), "b": (3.0, None), "c": np.ones((2, 1), np.float32)}

    def f(p: Any) -> Any:
        return Pair(p["a"] * p["b"][0], [total(p["a"]) * p["c"][0, 0], {"k": p["a"][0]}, None])

    found = getattr(array_backend, name)(f)(x)
    assert type(found) is Pair
    assert list(found.left) == ["a", "b", "c"]
    assert_same_bits(found.left["a"], np.array([[3.0, 0.0], [0.0, 3.0]]))
    assert_same_bits(found.left["b"][0], np.array([1.0, 2.0]))
    assert found.left["b"][1] is None
    assert_same_bits(found.left["c"], np.zeros((2, 2, 1), np.float32))
    by_sum, by_first, nothing = found.right
    assert nothing is None
    assert_same_bits(by_sum["a"], np.array([1.0, 1.0]))
    assert_same_bits(by_sum["c"], np.array([[3.0], [0.0]], np.float32))
    assert (type(by_sum["b"][0]), by_sum["b"][0]) == (float, 0.0)
    assert_same_bits(by_first["k"]["a"], np.array([1.0, 0.0]))
    several = getattr(array_backend, name)(lambda s, v: {"y": v * s}, argnums=(1, 0))
    by_v, by_s = several(2.0, np.array([3.0, 4.0]))["y"]
    assert_same_bits(by_v, np.array([[2.0, 0.0], [0.0, 2.0]]))
    assert_same_bits(by_s, np.array([3.0, 4.0]))


@pytest.mark.parametrize("name", JACOBIANS)
def test_zero_sizes(array_backend: Any, name: str) -> None:
    transform = getattr(array_backend, name)
    for shape in ((0,), (2, 0), (0, 3)):
        x = np.ones(shape, np.float32)
        assert_same_bits(transform(lambda x: x * x)(x), np.zeros(shape + shape, np.float32))
        assert_same_bits(transform(np.sum)(x), np.zeros(shape, np.float32))
        assert_same_bits(transform(lambda s, x=x: s * x)(2.0), np.zeros(shape))
        assert_same_bits(transform(lambda x: np.ones(2))(x), np.zeros((2, *shape), np.float32))
    assert transform(lambda p: [])(1.0) == []
    assert transform(lambda p: 1.0)([]) == []
    assert_same_bits(array_backend.hessian(np.sum)(np.ones((2, 0))), np.zeros((2, 0, 2, 0)))


@pytest.mark.parametrize("name", ["jacfwd", "jacrev", "jacobian"])
def test_constant_results(array_backend: Any, name: str) -> None:
    """Of any shape and dtype, beside such as are not constant."""
    transform = getattr(array_backend, name)
    point = {"a": np.array([3.0, 2.0], np.float32), "b": 1.0}
    for constant in (np.ones(2), np.ones((2, 3), np.float32), np.ones(2, int), np.float64(1.0), 2):
        found, slope = transform(lambda p, c=constant: (c, p["b"] * p["b"]))(point)
        assert found["a"].dtype == np.float32
        assert found["a"].shape == (*np.shape(constant), 2)
        assert np.shape(found["b"]) == np.shape(constant)
        assert not found["a"].any()
        assert not np.any(found["b"])
        assert slope["b"] == 2.0
    assert type(transform(lambda x: 3.0)(1.0)) is float


@pytest.mark.parametrize("name", JACOBIANS)
def test_the_function_is_called_once(array_backend: Any, name: str) -> None:
    calls = []

    def f(x: Any) -> Any:
        calls.append(x.shape)
        return x * x[::-1]

    assert getattr(array_backend, name)(f)(np.ones(5)).shape == (5, 5)
    assert calls == [(5,)]


@pytest.mark.parametrize("name", [*JACOBIANS, "hessian", "elementwise_grad"])
def test_bad_calls(array_backend: Any, name: str) -> None:
    transform = getattr(array_backend, name)
    with pytest.raises(TypeError):
        transform(3.0)
    for bad in ("a", True, np.ones(2, int), np.ones(2, bool), [1.0, "a"], np.array(["a"])):
        with pytest.raises(TypeError):
            transform(lambda x: 1.0)(bad)
    for result in ("a", object(), 1j):
        with pytest.raises(TypeError):
            transform(lambda x, result=result: result)(1.0)
    with pytest.raises(ValueError, match="argnums"):
        transform(lambda x: x, 1)(1.0)

    def fail(x: Any) -> Any:
        raise KeyError("the user's own")

    with pytest.raises(KeyError, match="own"):
        transform(fail)(1.0)
    assert array_backend.jacfwd(lambda x: x * x)(2.0) == 4.0


def test_grad_says_where_to_go(array_backend: Any) -> None:
    for transform in (array_backend.grad, array_backend.value_and_grad):
        with pytest.raises(TypeError, match=r"(?s)\(2, 3\).*jacobian"):
            transform(lambda x: x * 2.0)(np.ones((2, 3)))


def rosenbrock(x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def rosenbrock_hessian(x: Array) -> Array:
    result = np.diag(np.append(1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0, 0.0))
    result += np.diag(np.append(0.0, np.full(len(x) - 1, 200.0)))
    result += np.diag(-400.0 * x[:-1], 1) + np.diag(-400.0 * x[:-1], -1)
    return np.asarray(result)


@given(seed=seeds, size=st.integers(2, 6), dtype=st.sampled_from(DTYPES))
@settings(max_examples=20)
def test_hessian_and_hvp(array_backend: Any, seed: int, size: int, dtype: type) -> None:
    x, direction = uniform(seed, (size,), dtype), uniform(seed + 1, (size,), dtype)
    expected = rosenbrock_hessian(x.astype(np.float64))
    found = array_backend.hessian(rosenbrock)(x)
    assert found.dtype == dtype
    assert_close(found, expected.astype(dtype), digits=4 if dtype is np.float32 else None)
    product = array_backend.hvp(rosenbrock, (x,), (direction,))
    assert type(product) is np.ndarray
    assert product.dtype == dtype
    expected = expected @ direction.astype(np.float64)
    assert_close(product, expected.astype(dtype), digits=4 if dtype is np.float32 else None)


def test_hessian_of_containers(array_backend: Any) -> None:
    def f(p: Any, s: Any) -> Any:
        return total(p["w"] ** 2) * p["b"][0] * s

    p = {"w": np.array([1.0, 2.0]), "b": [3.0]}
    by_p, by_s = array_backend.hessian(f, (0, 1))(p, 2.0)
    by_pp, by_ps = by_p["w"]
    assert_same_bits(by_pp["w"], np.array([[12.0, 0.0], [0.0, 12.0]]))
    assert_same_bits(by_pp["b"][0], np.array([4.0, 8.0]))
    assert_same_bits(by_ps, np.array([6.0, 12.0]))
    assert by_p["b"][0][0]["b"] == [0.0]
    assert_same_bits(by_s[0]["w"], np.array([6.0, 12.0]))
    assert by_s[0]["b"] == [5.0]
    assert by_s[1] == 0.0
    alone = array_backend.hessian(f)(p, 2.0)
    assert_same_bits(alone["w"]["w"], by_pp["w"])
    assert_same_bits(alone["b"][0]["w"], np.array([4.0, 8.0]))
    found, aux = array_backend.hessian(lambda x: (x**3, {"x": x}), has_aux=True)(2.0)
    assert (found, aux) == (12.0, {"x": 2.0})
    assert type(aux["x"]) is float


def test_hvp_of_several_arguments(array_backend: Any) -> None:
    def f(p: Any, s: Any) -> Any:
        return total(p["w"] ** 2) * s

    primals = {"w": np.array([1.0, 2.0])}, 3.0
    by_p, by_s = array_backend.hvp(f, primals, ({"w": np.array([1.0, 0.0])}, 10.0))
    assert_same_bits(by_p["w"], np.array([6.0 + 20.0, 40.0]))
    assert by_s == 2.0
    assert array_backend.hvp(lambda x: x**3, [2.0], [1.0]) == 12.0
    assert type(array_backend.hvp(lambda x: x**3, (2.0,), (1.0,))) is float
    assert array_backend.hvp(lambda x: 3.0 * x, (2.0,), (1.0,)) == 0.0
    with pytest.raises(TypeError, match=r"\(2,\)"):
        array_backend.hvp(lambda x: x, (np.ones(2),), (np.ones(2),))
    with pytest.raises(ValueError, match="shape"):
        array_backend.hvp(total, (np.ones(2),), (np.ones(3),))


def test_elementwise_grad(array_backend: Any) -> None:
    by_element = array_backend.elementwise_grad
    x = uniform(1, (2, 3))
    assert_close(by_element(lambda x: np.sin(x) * x)(x), np.cos(x) * x + np.sin(x))
    second = by_element(by_element(by_element(np.sin)))
    assert_close(second(x), -np.cos(x))
    found = by_element(np.exp)(0.5)
    assert (type(found), found) == (float, np.exp(0.5))
    by_y = by_element(lambda x, y: {"a": x * y, "b": [y]}, "y")(x, np.ones((2, 3)))
    assert_close(by_y, x + 1.0)
    by_x, by_y = by_element(lambda x, y: x * y, (0, 1))(x, 2.0)
    assert_same_bits(by_x, np.full((2, 3), 2.0))
    assert by_y == pytest.approx(x.sum(), rel=1e-14)
    single = by_element(np.sin)(x.astype(np.float32))
    assert single.dtype == np.float32
    assert_same_bits(by_element(np.sin)(np.ones((0, 2))), np.ones((0, 2)))


@pytest.mark.parametrize("outer", ["jacfwd", "jacrev", "jacobian"])
@pytest.mark.parametrize("inner", ["jacfwd", "jacrev", "jacobian", "hessian"])
def test_jacobians_of_jacobians(array_backend: Any, outer: str, inner: str) -> None:
    x = uniform(5, (2,))
    jacobian_of = getattr(array_backend, inner)
    f = (lambda x: np.sum(swirl(x))) if inner == "hessian" else swirl
    found = getattr(array_backend, outer)(jacobian_of(f))(x)
    inside = jacobian_of(f)(x)
    assert found.shape == (*inside.shape, 2)
    h = 1e-5
    for i, unit in enumerate(np.eye(2)):
        change = (jacobian_of(f)(x + h * unit) - jacobian_of(f)(x - h * unit)) / (2 * h)
        assert_close(found[..., i], change, digits=7)


def test_inside_of_other_transforms(array_backend: Any) -> None:
    """What closes over an outer array, to the second order, against differences."""
    x, h = np.array([0.5, -1.0]), 1e-5

    def f(x: Any) -> Any:
        y = np.sin(x)
        j = array_backend.jacobian(lambda z: z * y * x)(x * y)
        h = array_backend.hessian(lambda z: np.sum(z**3 * y))(x)
        e = array_backend.elementwise_grad(lambda z: z**2 * x)(y)
        p = array_backend.hvp(lambda z: np.sum(z**3) * y[0], (y,), (x,))
        return np.sum(j * j) + np.sum(h @ x) + np.sum(e * y) + np.sum(p)

    value, slope = array_backend.value_and_grad(f)(x)
    assert value == pytest.approx(float(f(x)), rel=1e-14)
    differences = [(f(x + h * unit) - f(x - h * unit)) / (2 * h) for unit in np.eye(2)]
    assert_close(slope, np.array(differences), digits=8)
    along = [array_backend.jvp(f, (x,), (unit,))[1] for unit in np.eye(2)]
    assert_close(np.array(along), slope)


def test_inside_of_what_records(array_backend: Any) -> None:
    w = array_backend.Variable([1.0, 2.0])
    found = array_backend.jacobian(lambda x: x * x * w)(np.array([3.0, 4.0]))
    assert isinstance(found, array_backend.Variable)
    assert found.value.tolist() == [[6.0, 0.0], [0.0, 16.0]]
    found.backward(np.ones((2, 2)))
    assert w.grad.tolist() == [6.0, 8.0]
    with array_backend.Graph() as graph:
        np.sum(array_backend.hessian(lambda x: np.sum(x**3 * w))(np.array([3.0, 4.0])))
        before = len(graph)
        for _ in range(3):
            assert type(array_backend.jacobian(np.sin)(np.ones(2))) is np.ndarray
        assert len(graph) == before
    w.value = [10.0, 20.0]
    assert graph.forward() == 18.0 * 10.0 + 24.0 * 20.0


@pytest.mark.parametrize("name", JACOBIANS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_what_ignores_the_argument(array_backend: Any, name: str, dtype: type) -> None:
    x: Any = np.ones(3, dtype)
    transform = getattr(array_backend, name)
    found = transform(lambda x: [np.ones((2, 2)), 7.0, x])(x)
    assert_same_bits(found[0], np.zeros((2, 2, 3), dtype))
    assert_same_bits(found[1], np.zeros(3, dtype))
    assert_same_bits(found[2], np.eye(3, dtype=dtype))
    assert transform(lambda x: 7.0)(2.0) == 0.0
