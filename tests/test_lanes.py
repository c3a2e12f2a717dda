"""Sweeps of sixteen lanes: what Jacobians and Hessians are made of equals one seed at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autodiffx as adx
import autodiffx.numpy as anp
from array_programs import Plain, Program, programs
from array_shapes import Array

AGREEMENT = 1e-12

Function = Callable[[Any], Any]


def written(x: Any) -> Any:
    """An array that is assigned to, read, and assigned to again."""
    y = anp.zeros(x.shape)
    y[...] = x * x
    y[1:] = y[:-1] * x[1:]
    y[0] *= 2.0
    y[::2, 1] += x[::2, 0]
    y[np.array([0, 2]), np.array([3, 3])] = x[1, :2]
    return y


def looped(x: Any) -> Any:
    """Numbers and arrays by turns: elements that are read and put together again."""
    total = x[0, 0]
    for i in range(4):
        total = total * x[i % 3, i] + adx.sin(total)
    return anp.stack([total * x[0], x[1] + total, x[2]])


def chained(x: Any) -> Any:
    """Elementwise steps one after the other: each scales what there was before the first."""
    y = anp.tanh(x @ np.eye(4) * 2.0)
    return anp.exp(-y * y) / (1.0 + y) + y


def chained_and_read(x: Any) -> Any:
    """The same, of which single elements and parts are read in between."""
    y = anp.sin(x * x)
    z = y * 2.0 - x
    return z * y[1, 2] + z[2] * x[0, 0] + (z.ravel()[3:7] * y.ravel()[3:7]) * z.ravel()[4:8]


def chained_and_written(x: Any) -> Any:
    """The same, of an array that is written into before anything else is asked for."""
    y = anp.zeros(x.shape)
    y[...] = x
    z = anp.sin(y) * y
    y[0] = z[1]
    z[2] = 3.0 * x[2]
    return z * y


# Of an array of 5 by 4.
FUNCTIONS: dict[str, Function] = {
    "arithmetic": lambda x: (2.0 - x) / (1.0 + x * x) - x**3,
    "itself": lambda x: x,
    "a number": lambda x: x[2, 1] * x[0, 0],
    "transcendental": lambda x: anp.exp(x) * anp.tanh(x) + anp.arctan2(x, 1.5 + x * x),
    "broadcast": lambda x: x[:, None, :2] * x[None, :, 2:] + x[0, 0],
    "turned round": lambda x: x.ravel()[::-1] * x.ravel() + x[:, ::-1].ravel()[::-1],
    "reversed": lambda x: x[::-1, ::2] * x[:, 1::2][::-1],
    "transposed": lambda x: x.T[1:] - x.T[:-1],
    "sums": lambda x: anp.concatenate([x.sum(axis=0), x.sum(axis=1), (x * x).mean(axis=1)]),
    "cumulated": lambda x: anp.cumsum(x * x, axis=0),
    "products": lambda x: (x @ x[:4]) @ x.T,
    "matrix and vector": lambda x: x @ x[0] + x[:, 0].sum(),
    "vector and matrix": lambda x: x[:, 1] @ x,
    "inner": lambda x: x[:, 1] @ x[:, 2] * x[0],
    "transposed products": lambda x: x.T[:, ::2] @ x[::2],
    "batched": lambda x: x.reshape(5, 2, 2) @ x.reshape(5, 2, 2),
    "taken": lambda x: x[np.array([0, 3, 3, 1])] * x[np.array([1, 1, 4, 0])],
    "masked": lambda x: x[x > 0.0] * 2.0,
    "chosen": lambda x: anp.where(x > 0.3, x * x, anp.sin(x)),
    "extremes": lambda x: x.max(axis=0) * x.min(),
    "sorted": lambda x: anp.sort(x, axis=0) * x[0],
    "logarithms of sums": lambda x: adx.logsumexp(x, axis=1) + adx.logsumexp(x),
    "written": written,
    "looped": looped,
    "chained": chained,
    "chained and read": chained_and_read,
    "chained and written": chained_and_written,
    "huge and tiny by turns": lambda x: ((x @ (np.eye(4) * 1e-300)) * 1e200) * 1e200 * x * 1e-100,
    "tiny and huge by turns": lambda x: ((x @ (np.eye(4) * 1e300)) * 1e-200) * 1e-200 * x * 1e100,
    "solved": lambda x: anp.linalg.solve(x[:4] + 5.0 * np.eye(4), x[4]),
    "derivatives inside": lambda x: (
        adx.elementwise_grad(lambda t: anp.tanh(t * x[0, 0] + x[1, 1]))(np.linspace(0.0, 1.0, 4))
        * adx.grad(lambda t: adx.sin(t * x[0, 1]) * t)(0.7)
    ),
    "without derivative": lambda x: anp.floor(x) + anp.ones(4),
    "partly active": lambda x: anp.maximum(x, np.linspace(-1.0, 1.0, 4)) * adx.stop_gradient(x),
    "in single precision": lambda x: (x.astype(np.float32) * x.astype(np.float32)) @ np.ones(4),
}
AT = np.random.default_rng(3).normal(size=(5, 4))
ELEMENTS = AT.size


def along_units(f: Function, x: Array) -> Array:
    """The Jacobian by one `jvp` for each element: on Duals, not on a recording."""
    columns = []
    for i in range(x.size):
        unit = np.zeros(x.size, x.dtype)
        unit[i] = 1.0
        columns.append(np.asarray(adx.jvp(f, (x,), (unit.reshape(x.shape),))[1], float))
    return np.stack(columns, -1).reshape(columns[0].shape + x.shape)


def near(found: Any, expected: Array, tolerance: float) -> None:
    scale = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * scale)


@pytest.mark.parametrize("transform", [adx.jacfwd, adx.jacrev])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_jacobians_are_those_of_single_directions(name: str, transform: Any) -> None:
    f = FUNCTIONS[name]
    if name.endswith("written"):  # Duals are not written into recorded arrays
        expected = np.stack([adx.grad(lambda x, i=i: f(x).ravel()[i])(AT) for i in range(ELEMENTS)])
        expected = expected.reshape(AT.shape + AT.shape)
    else:
        expected = along_units(f, AT)
    tolerance = 1e-6 if name == "in single precision" else AGREEMENT
    near(transform(f)(AT), expected, tolerance)


@pytest.mark.parametrize("transform", [adx.jacfwd, adx.jacrev])
@pytest.mark.parametrize("name", ["arithmetic", "products", "sums", "taken", "extremes"])
def test_single_precision(name: str, transform: Any) -> None:
    x = AT.astype(np.float32)
    found = transform(FUNCTIONS[name])(x)
    assert found.dtype == np.float32
    near(found, along_units(FUNCTIONS[name], x), 2e-5)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_hessians_are_those_of_single_directions(name: str) -> None:
    weights = np.cos(np.arange(1000.0))

    def f(x: Any) -> Any:
        parts = FUNCTIONS[name](anp.sin(x) * 2.0)
        return (parts * weights[: parts.size].reshape(parts.shape)).sum()

    units = np.eye(ELEMENTS).reshape(ELEMENTS, *AT.shape)
    expected = np.stack([adx.hvp(f, (AT,), (unit,)) for unit in units], -1)
    found = adx.hessian(f)(AT)
    tolerance = 1e-5 if name == "in single precision" else 1e-11
    near(found.reshape(*AT.shape, ELEMENTS), expected, tolerance)
    near(adx.jacrev(adx.grad(f))(AT), found, tolerance)


@settings(max_examples=60)
@given(st.data())
def test_products_of_every_shape(data: st.DataObject) -> None:
    m, k, n = (data.draw(st.integers(0, 6), label=name) for name in "mkn")
    turned = data.draw(st.tuples(st.booleans(), st.booleans()), label="transposed")
    both = data.draw(st.sampled_from(["left", "right", "both"]), label="active")
    rng = np.random.default_rng(data.draw(st.integers(0, 99), label="numbers"))
    a = rng.normal(size=(k, m) if turned[0] else (m, k))
    b = rng.normal(size=(n, k) if turned[1] else (k, n))

    def product(a: Any, b: Any) -> Any:
        return (a.T if turned[0] else a) @ (b.T if turned[1] else b)

    argnums = {"left": (0,), "right": (1,), "both": (0, 1)}[both]
    ahead = adx.jacfwd(product, argnums)(a, b)
    back = adx.jacrev(product, argnums)(a, b)
    left, right = (a.T if turned[0] else a), (b.T if turned[1] else b)
    by_left = np.einsum("im,kn->inmk", np.eye(m), right)
    by_right = np.einsum("mi,nj->mnij", left, np.eye(n))
    expected = {
        0: by_left.swapaxes(-1, -2) if turned[0] else by_left,
        1: by_right.swapaxes(-1, -2) if turned[1] else by_right,
    }
    for which, one, other in zip(argnums, ahead, back, strict=True):
        near(one, expected[which], AGREEMENT)
        near(other, expected[which], AGREEMENT)


def test_arrays_longer_than_a_block() -> None:
    x = np.linspace(-1.0, 1.0, 2500)

    def f(x: Any) -> Any:
        return anp.stack([(anp.sin(x) * w).sum() for w in weights])

    weights = np.random.default_rng(0).normal(size=(20, 2500))
    near(adx.jacrev(f)(x), weights * np.cos(x), AGREEMENT)
    banded = adx.jacfwd(lambda x: x[1:] * x[:-1])(x[:1200])
    expected = np.zeros((1199, 1200))
    expected[np.arange(1199), np.arange(1199)] = x[1:1200]
    expected[np.arange(1199), np.arange(1, 1200)] = x[:1199]
    near(banded, expected, AGREEMENT)


def test_infinite_partials_pass_zeros_on() -> None:
    x = np.concatenate([np.zeros(3), np.ones(17)])
    for transform in (adx.jacfwd, adx.jacrev):
        found = transform(anp.sqrt)(x)
        assert np.array_equal(np.isinf(found), np.diag(x == 0.0))
        assert not np.isnan(found).any()


@pytest.mark.parametrize("transform", [adx.jacfwd, adx.jacrev, adx.hessian])
def test_what_raises_leaves_nothing_behind(transform: Any) -> None:
    calls: list[None] = []

    def f(x: Any) -> Any:
        calls.append(None)
        y = (x * x).sum() if transform is adx.hessian else x * x
        if len(calls) == 1:
            raise ZeroDivisionError
        return y

    x = np.arange(1.0, 21.0)
    with pytest.raises(ZeroDivisionError):
        transform(f)(x)
    near(transform(f)(x), np.diag(2.0 * (x**0 if transform is adx.hessian else x)), AGREEMENT)


@settings(max_examples=60)
@given(programs())
def test_random_programs(program: Program) -> None:
    plain, inputs = Plain(), program.inputs()
    value = program.run(plain, inputs)
    assume(plain.margin > 1e-6 and math.isfinite(value))

    def f(*given: Any) -> Any:
        return program.run(adx, list(given))

    every = tuple(range(len(inputs)))
    first = adx.grad(f, every)(*inputs)
    direction = program.directions(0)
    expected = adx.hvp(f, inputs, direction)
    if len(inputs) == 1:
        expected = (expected,)
    found = adx.hessian(f, every)(*inputs)
    scale = max(1.0, *(float(np.max(np.abs(each), initial=0.0)) for each in (*first, *expected)))
    for row, product in zip(found, expected, strict=True):
        total = sum(
            np.tensordot(block, d, np.ndim(d)) for block, d in zip(row, direction, strict=True)
        )
        np.testing.assert_allclose(total, product, rtol=1e-9, atol=1e-9 * scale)
