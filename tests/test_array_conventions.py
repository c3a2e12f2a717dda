"""Derivatives of arrays at kinks, poles and infinities are those of scalars."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from array_shapes import DTYPES, Array
from array_sums import total
from conventions import CONVENTIONS, SECOND

# Operators whose second operand is a parameter that scalars give as a plain number too.
NAMES = sorted({name for name, _, _ in CONVENTIONS if name != "where"})


def table(name: str) -> tuple[list[Array], list[Array]]:
    """The operands and the partials of all of an operator's rows, as columns."""
    rows = [(operands, partials) for row, operands, partials in CONVENTIONS if row == name]
    operands = [np.array(column) for column in zip(*(row[0] for row in rows), strict=True)]
    partials = [np.array(column) for column in zip(*(row[1] for row in rows), strict=True)]
    return operands, partials


def assert_conventional(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-323)


@pytest.mark.parametrize("name", NAMES)
def test_in_reverse(array_backend: Any, name: str) -> None:
    operands, partials = table(name)
    leaves = [array_backend.Variable(column) for column in operands]
    getattr(array_backend, name)(*leaves).backward(np.ones(len(operands[0])))
    for x, expected in zip(leaves, partials, strict=True):
        assert_conventional(x.grad, expected)


@pytest.mark.parametrize("name", NAMES)
def test_in_forward(array_backend: Any, name: str) -> None:
    operands, partials = table(name)
    leaves = [array_backend.Variable(column) for column in operands]
    with array_backend.Graph() as graph:
        getattr(array_backend, name)(*leaves)
    for x, expected in zip(leaves, partials, strict=True):
        assert_conventional(graph.jvp({x: np.ones(x.shape)}), expected)


@pytest.mark.parametrize("name", NAMES)
def test_one_active_operand(array_backend: Any, name: str) -> None:
    operands, partials = table(name)
    for i, expected in enumerate(partials):
        mixed: list[Any] = list(operands)
        mixed[i] = array_backend.Variable(operands[i])
        getattr(array_backend, name)(*mixed).backward(np.ones(len(expected)))
        assert_conventional(mixed[i].grad, expected)


@pytest.mark.parametrize("name", sorted({name for name, _, _ in SECOND}))
def test_second_derivatives(array_backend: Any, name: str) -> None:
    rows = [(x, expected) for row, x, expected in SECOND if row == name]
    x = array_backend.Variable([x for x, _ in rows])
    with array_backend.Graph() as graph:
        total(getattr(array_backend, name)(x))
    found = graph.hvp({x: np.ones(len(rows))})[x]
    assert_conventional(found, [expected for _, expected in rows])


@pytest.mark.parametrize("dtype", DTYPES)
def test_ties_and_kinks_in_both_dtypes(array_backend: Any, dtype: type) -> None:
    x = array_backend.Variable(np.array([1.0, 2.0, 0.0, -0.0], dtype))
    y = array_backend.Variable(np.array([1.0, 1.0, -0.0, 3.0], dtype))
    for name, expected in (
        ("maximum", [0.5, 1.0, 0.5, 0.0]),
        ("minimum", [0.5, 0.0, 0.5, 1.0]),
        ("fmax", [0.5, 1.0, 0.5, 0.0]),
        ("fmin", [0.5, 0.0, 0.5, 1.0]),
    ):
        getattr(array_backend, name)(x, y).backward(np.ones(4))
        assert x.grad.tolist() == expected
        assert y.grad.tolist() == [1.0 - g for g in expected]
    for name, slope in (("absolute", 0.0), ("relu", 0.0), ("leaky_relu", 1.0), ("sign", 0.0)):
        getattr(array_backend, name)(x).backward(np.ones(4))
        assert x.grad.tolist()[2:] == [slope, slope]


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_zero_adjoint_meets_an_infinite_partial(array_backend: Any, dtype: type) -> None:
    """where(x > 0, sqrt(x), 0) has the derivative 0 at 0, in every mode and order."""

    def guarded(x: Any) -> Any:
        return array_backend.where(x > 0, array_backend.sqrt(x), 0.0)

    numbers: Array = np.array([0.0, 4.0, -1.0, -0.0], dtype)
    x = array_backend.Variable(numbers)
    with array_backend.Graph() as graph:
        total(guarded(x))
    graph.backward()
    assert x.grad.tolist() == [0.0, 0.25, 0.0, 0.0]
    assert graph.hvp({x: np.ones(4)})[x].tolist() == [0.0, -0.03125, 0.0, 0.0]
    value, tangent = array_backend.jvp(guarded, (numbers,), (np.ones(4, dtype),))
    assert value.tolist() == [0.0, 2.0, 0.0, 0.0]
    assert tangent.tolist() == [0.0, 0.25, 0.0, 0.0]
    array_backend.sqrt(x).backward([0.0, 1.0, 0.0, 1.0])
    assert x.grad.tolist() == [0.0, 0.25, 0.0, np.inf]


def test_a_zero_tangent_meets_an_infinite_partial(array_backend: Any) -> None:
    x = array_backend.Variable([0.0, 0.0, -1.0, -1.0])
    with array_backend.Graph() as graph:
        array_backend.sqrt(x)
    tangent = graph.jvp({x: [0.0, 1.0, 0.0, 1.0]})
    np.testing.assert_array_equal(tangent, [0.0, np.inf, 0.0, np.nan])


def test_a_zero_adjoint_still_carries_its_tangent(array_backend: Any) -> None:
    """d/dy of the gradient of sqrt(x) y at y = 0: the adjoint of sqrt(x) is (0, 1)."""
    x, y = array_backend.Variable([3.0, 3.0]), array_backend.Variable([0.0, 1.0])
    with array_backend.Graph() as graph:
        total(array_backend.sqrt(x) * y)
    products = graph.hvp({y: [1.0, 1.0]})
    np.testing.assert_allclose(products[x], 0.5 / np.sqrt([3.0, 3.0]), rtol=1e-15)
    assert products[y].tolist() == [0.0, 0.0]
