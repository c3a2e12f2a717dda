"""Derivatives of compat.autograd: against autodiffx's own transforms, and against differences."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiffx as adx
import autodiffx.compat.autograd as autograd
import autodiffx.compat.autograd.numpy as np
from autodiffx.compat.autograd import differential_operators, grad, make_jvp, make_vjp
from autodiffx.compat.autograd.builtins import DictBox, SequenceBox
from autodiffx.compat.autograd.core import vspace
from autodiffx.compat.autograd.test_util import check_grads
from autograd_functions import FUNCTIONS, central_difference

Function = Callable[..., Any]

seeds = st.integers(0, 2**31)
functions = st.sampled_from(FUNCTIONS)


def point(seed: int) -> Any:
    """Six numbers, none of which ties with another or with a decision of the functions."""
    return numpy.random.default_rng(seed).permutation([-1.3, -0.6, 0.35, 0.85, 1.4, 2.1])


def curl(x: Any) -> Any:
    """A map from six numbers to a matrix."""
    return np.tanh(np.outer(x[:2], x)) * np.sum(x)


@given(f=functions, seed=seeds)
@settings(max_examples=60)
def test_gradients_agree_with_differences(f: Function, seed: int) -> None:
    x, v = point(seed), numpy.random.default_rng(seed + 1).standard_normal(6)
    value, gradient = autograd.value_and_grad(f)(x)
    assert type(value) is numpy.float64
    assert type(gradient) is numpy.ndarray
    assert value == pytest.approx(float(f(x)), rel=1e-14)
    slope = central_difference(f, x, v)
    assert gradient @ v == pytest.approx(slope, rel=1e-7, abs=1e-7)
    assert make_jvp(f)(x)(v)[1] == pytest.approx(gradient @ v, rel=1e-11, abs=1e-12)


def test_what_is_written_in_place_is_bound_again() -> None:
    """y += z makes another array: x, of which y was another name or a part, stays what it was."""

    def in_place(x: Any) -> Any:
        y = x
        y += np.sin(x)
        row = x[:3]
        row *= 2.0
        row -= x[3:]
        return np.sum(x * y) + np.sum(row / x[:3])

    def anew(x: Any) -> Any:
        return np.sum(x * (x + np.sin(x))) + np.sum((2.0 * x[:3] - x[3:]) / x[:3])

    x = point(3)
    for operator in (grad, lambda f: lambda x: make_jvp(f)(x)(numpy.ones(6))[1], autograd.hessian):
        numpy.testing.assert_allclose(operator(in_place)(x), operator(anew)(x), rtol=1e-13)
    numpy.testing.assert_array_equal(x, point(3))


@given(f=functions, seed=seeds)
@settings(max_examples=30)
def test_second_derivatives_agree(f: Function, seed: int) -> None:
    x, v = point(seed), numpy.random.default_rng(seed + 1).standard_normal(6)
    hessian = autograd.hessian(f)(x)
    numpy.testing.assert_allclose(hessian, hessian.T, rtol=1e-9, atol=1e-9)
    slope = central_difference(lambda x: grad(f)(x) @ v, x, v)
    assert v @ hessian @ v == pytest.approx(slope, rel=1e-6, abs=1e-6)
    products = (
        autograd.make_hvp(f)(x)[0](v),
        autograd.hessian_tensor_product(f)(x, v),
        autograd.hessian_vector_product(f)(x, v),
        grad(lambda x: np.dot(grad(f)(x), v))(x),
        autograd.deriv(lambda t: grad(f)(x + t * v))(0.0),
    )
    for product in products:
        numpy.testing.assert_allclose(product, hessian @ v, rtol=1e-9, atol=1e-9)


@given(seed=seeds)
@settings(max_examples=20)
def test_products_with_the_jacobian(seed: int) -> None:
    random = numpy.random.default_rng(seed)
    x, v, u = random.normal(size=6), random.normal(size=6), random.normal(size=(2, 6))
    jacobian = autograd.jacobian(curl)(x)
    assert jacobian.shape == (2, 6, 6)
    numpy.testing.assert_allclose(jacobian, adx.jacrev(curl)(x), rtol=1e-13, atol=1e-14)
    ahead = jacobian @ v
    for product in (
        make_jvp(curl)(x)(v)[1],
        autograd.make_jvp_reversemode(curl)(x)(v),
        autograd.jacobian_vector_product(curl)(x, v),
        autograd.jvp(curl)(x, v),
    ):
        numpy.testing.assert_allclose(product, ahead, rtol=1e-12, atol=1e-13)
    back = numpy.tensordot(u, jacobian, 2)
    for product in (
        make_vjp(curl)(x)[0](u),
        autograd.tensor_jacobian_product(curl)(x, u),
        autograd.vector_jacobian_product(curl)(x, u),
    ):
        numpy.testing.assert_allclose(product, back, rtol=1e-12, atol=1e-13)
    row = autograd.vector_jacobian_product(curl)(x, u[:, 0])  # by the first axis alone
    numpy.testing.assert_allclose(row, numpy.tensordot(u[:, 0], jacobian, 1), rtol=1e-12)
    squares = autograd.make_ggnvp(lambda x: np.ravel(curl(x)))(x)(v)
    flat = jacobian.reshape(12, 6)
    numpy.testing.assert_allclose(squares, flat.T @ (flat @ v), rtol=1e-11, atol=1e-12)
    weighted = autograd.make_ggnvp(
        lambda x: np.ravel(curl(x)), lambda y: np.sum(np.exp(y)), f_argnum=0
    )(x)(v)
    curvature = numpy.exp(curl(x)).ravel()[:, None]
    numpy.testing.assert_allclose(weighted, (flat.T * curvature.T) @ (flat @ v), rtol=1e-10)


def test_a_pullback_is_linear_and_runs_once() -> None:
    calls = []

    def f(x: Any) -> Any:
        calls.append(1)
        return x**2 * np.array([1.0, 10.0])

    vjp, value = make_vjp(f)(3.0)
    numpy.testing.assert_array_equal(value, [9.0, 90.0])
    assert vjp(numpy.array([1.0, 0.0])) == 6.0
    assert vjp(1) == 66.0
    # The trick of two reverse modes: a pullback's pullback is the pushforward.
    twice = make_vjp(vjp)(numpy.zeros(2))[0]
    assert type(twice(2.0)) is numpy.ndarray
    numpy.testing.assert_array_equal(twice(2.0), [12.0, 120.0])
    assert len(calls) == 1


@pytest.mark.parametrize("order", range(1, 7))
def test_any_order(order: int) -> None:
    f: Function = lambda x: np.exp(2.0 * x)  # noqa: E731  # it is nested below
    mixed = f
    for i in range(order):
        f = grad(f)
        mixed = [grad, autograd.deriv, autograd.elementwise_grad][i % 3](mixed)
    assert f(0.3) == pytest.approx(2.0**order * numpy.exp(0.6), rel=1e-12)
    assert mixed(0.3) == pytest.approx(2.0**order * numpy.exp(0.6), rel=1e-12)


def test_no_perturbation_is_confused() -> None:
    assert grad(lambda x: x * grad(lambda y: x + y)(2.0))(5.0) == 1.0
    assert autograd.deriv(lambda x: x * autograd.deriv(lambda y: x * y)(2.0))(3.0) == 6.0
    assert grad(lambda x: autograd.deriv(lambda y: x**2 * y**2)(x))(3.0) == 6.0 * 9.0


def test_argnums() -> None:
    def f(x: Any, y: Any, scale: float = 1.0) -> Any:
        return scale * x**2 * y**3

    assert grad(f)(3.0, 2.0) == 48.0
    assert grad(f, 1)(3.0, 2.0) == 108.0 == grad(f, -1)(3.0, 2.0)
    assert grad(f, (0, 1))(3.0, 2.0) == (48.0, 108.0) == grad(f, [0, 1])(3.0, 2.0)
    assert grad(f, argnum=0)(3.0, 2.0, scale=2.0) == 96.0
    assert autograd.grad_named(f, "y")(3.0, 2.0) == 108.0
    assert autograd.value_and_grad(f, 1)(3.0, 2.0) == (72.0, 108.0)
    assert grad(f).__name__ == "grad_of_f_wrt_argnum_0"
    value, tangent = make_jvp(f, (0, 1))(3.0, 2.0)((1.0, 0.0))
    assert (value, tangent) == (72.0, 48.0)


def test_containers() -> None:
    parameters = {"b": 2.0, "a": [numpy.ones(2), (3.0, numpy.ones((2, 1)))]}

    def f(p: Any) -> Any:
        weights, (scale, column) = p["a"]
        assert autograd.isinstance(p, dict)
        assert autograd.type(p["a"]) is list
        return p["b"] * scale * np.sum(weights**2) + np.sum(np.dot(weights, column)) ** 2

    gradient = grad(f)(parameters)
    assert list(gradient) == ["b", "a"]
    assert gradient["b"] == 6.0
    assert gradient["a"][1][0] == 4.0
    numpy.testing.assert_array_equal(gradient["a"][0], [16.0, 16.0])
    numpy.testing.assert_array_equal(gradient["a"][1][1], [[4.0], [4.0]])
    check_grads(f)(parameters)
    vjp, value = make_vjp(lambda x: {"square": x**2, "both": [x, autograd.tuple((x, 2.0))]})(3.0)
    assert value == {"square": 9.0, "both": [3.0, (3.0, 2.0)]}
    assert vjp({"square": 1.0, "both": [10.0, (100.0, 0.0)]}) == 116.0


def test_containers_are_told_apart() -> None:
    def kinds(x: Any) -> list[bool]:
        return [isinstance(x, DictBox), isinstance(x, SequenceBox)]

    seen = []

    def f(p: Any) -> Any:
        parts: list[Any] = [p, p["a"], p["a"][1], p["a"][0], {"c": 1.0}, []]
        seen.append([kinds(part) for part in parts])
        return p["a"][0] * p["a"][1][0]

    p = {"a": [2.0, (3.0, 4.0)]}
    yes_and_no = [[True, False], [False, True], [False, True], *[[False, False]] * 3]
    for run in (grad(f), lambda p: make_jvp(f)(p)(p)):
        run(p)
        assert seen.pop() == yes_and_no
    assert kinds(p) == kinds(p["a"]) == [False, False]


def test_what_is_handed_out() -> None:
    assert type(grad(lambda x: x)(1.0)) is numpy.float64
    assert type(grad(lambda x: x * 2.0)(numpy.float32(1.0))) is numpy.float32
    single = grad(lambda x: np.sum(x**2))(numpy.ones(2, numpy.float32))
    assert single.dtype == numpy.float32
    for operator in (autograd.jacobian, autograd.hessian):
        assert operator(lambda x: x**2)(3.0).shape == ()
        assert operator(lambda x: x**2)(numpy.float32(3.0)).dtype == numpy.float32
    assert autograd.jacobian(lambda x: x * numpy.ones(2))(numpy.float32(3.0)).dtype == numpy.float32
    assert grad(lambda x: np.sum(x**2))(numpy.array([1, 2])).dtype == numpy.float64
    column = grad(lambda x: x**2)(numpy.array([[3.0]]))
    assert column.shape == (1, 1)
    assert column[0, 0] == 6.0
    inner = []

    def outer(x: Any) -> Any:
        inner.append(grad(lambda y: y**2)(x))
        return x

    grad(outer)(1.0)
    assert isinstance(inner[0], autograd.numpy.numpy_boxes.ArrayBox)


def test_aux() -> None:
    gradient, aux = autograd.grad_and_aux(lambda x: (x**2, {"x": x, "twice": 2.0 * x}))(3.0)
    assert gradient == 6.0
    assert aux == {"x": 3.0, "twice": 6.0}
    assert all(type(each) is numpy.float64 for each in aux.values())
    # In another trace it keeps its derivative.
    assert grad(lambda x: autograd.grad_and_aux(lambda y: (y**2, y**3))(x)[1])(2.0) == 12.0


def test_multigrad_dict() -> None:
    def f(x: Any, y: Any = 2.0, *more: Any, scale: Any = 1.0, **named: Any) -> Any:
        return scale * x * y * sum(more, 1.0) + named.get("shift", 0.0) ** 2

    found = autograd.multigrad_dict(f)(3.0, 5.0, 1.0, 1.0, scale=2.0, shift=4.0)
    assert found == {
        "x": 30.0, "y": 18.0, "more": (30.0, 30.0), "scale": 45.0, "named": {"shift": 8.0}
    }  # fmt: skip
    assert autograd.multigrad_dict(f)(3.0)["y"] == 3.0


def test_checkpoint() -> None:
    calls = []

    def f(x: Any, y: Any) -> Any:
        calls.append(1)
        return np.sin(x * y) ** 2

    g = autograd.checkpoint(f)
    x = numpy.array([0.3, 1.1])
    for argnum in (0, 1):
        of_f = autograd.elementwise_grad(f, argnum)(x, 0.7)
        numpy.testing.assert_allclose(
            autograd.elementwise_grad(g, argnum)(x, 0.7), of_f, rtol=1e-14
        )
    calls.clear()
    grad(lambda x: np.sum(g(x, 0.7)))(x)
    assert len(calls) == 2
    check_grads(g, (0, 1))(x, 0.7)

    def as_code_for_autograd(x: Any) -> Any:
        y = x * 1.0
        y += x  # another array
        above = y > 1.0
        assert type(above) is numpy.ndarray
        return np.where(above, y * y, x)

    again = autograd.checkpoint(as_code_for_autograd)
    vjp = make_vjp(again)(x)[0]
    assert numpy.array_equal(vjp(x), make_vjp(as_code_for_autograd)(x)[0](x))


def test_every_operator_is_there_by_both_names() -> None:
    for name in differential_operators.__all__:
        assert getattr(autograd, name) is getattr(differential_operators, name)


def test_state_is_left_clean_by_exceptions() -> None:
    def fails(x: Any) -> Any:
        x = x * 2.0
        raise KeyError("midway")

    for operator in (grad, make_vjp, autograd.jacobian, autograd.hessian, autograd.deriv):
        with pytest.raises(KeyError, match="midway"):
            operator(fails)(numpy.ones(2))
    gc.collect()
    # Outside of autograd's functions arrays are NumPy's again: written in place, compared as data.
    y = adx.Variable(numpy.ones(2)) * 1.0
    same = y
    same += 1.0
    assert same is y
    assert isinstance(y > 1.0, adx.Variable)
    assert grad(lambda x: np.sum(x**2))(numpy.ones(2)).tolist() == [2.0, 2.0]


def test_spaces() -> None:
    space = vspace([numpy.ones((2, 2)), {"a": 3.0}])
    assert space.size == 5
    assert len(list(space.standard_basis())) == 5
    assert space == vspace(space.randn()) != vspace([numpy.ones(2), {"a": 3.0}])
    ones = space.ones()
    assert space.inner_prod(space.scalar_mul(ones, 3.0), ones) == 15.0
    doubled = space.mut_add(None, ones)
    doubled = space.mut_add(doubled, ones)
    assert space.inner_prod(doubled, ones) == 10.0
    assert space.inner_prod(ones, ones) == 5.0
    assert grad(lambda x: vspace(x).inner_prod(x, x))(numpy.ones(2)).tolist() == [2.0, 2.0]
