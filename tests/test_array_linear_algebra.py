"""NumPy's linear algebra on arrays: derivatives of every order, singular matrices, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autodiffx as adx
from array_checks import check_gradient, check_graph, check_nesting, check_value
from array_linear_algebra import CALLS
from array_shapes import uniform

each = pytest.mark.parametrize("name", CALLS)


@each
def test_values_and_gradients(name: str) -> None:
    check_value(adx, CALLS[name], np)
    check_gradient(adx, CALLS[name], np, 3)


@each
def test_graphs(name: str) -> None:
    check_graph(adx, CALLS[name], np, 5)


@each
def test_nesting(name: str) -> None:
    check_nesting(adx, CALLS[name], np, 7)


def test_the_determinant_of_a_singular_matrix_has_derivatives() -> None:
    one, other = uniform(1, (2, 3)), uniform(2, (2, 3))
    for rank in (1, 2):
        numbers = one[:rank].T @ other[:rank]
        x = adx.Variable(numbers)
        np.linalg.det(x).backward()
        cofactors = [
            [
                (-1.0) ** (i + j) * np.linalg.det(np.delete(np.delete(numbers, i, 0), j, 1))
                for j in range(3)
            ]
            for i in range(3)
        ]
        np.testing.assert_allclose(x.grad, cofactors, atol=1e-15)
        with adx.Graph() as graph:
            np.linalg.det(x)
        along = uniform(3, (3, 3))

        def gradient(step: float, a: Any = numbers, d: Any = along) -> Any:
            return adx.grad(np.linalg.det)(a + step * d)

        expected = (gradient(1e-4) - gradient(-1e-4)) / 2e-4
        np.testing.assert_allclose(graph.hvp({x: along})[x], expected, atol=1e-7)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda x: np.linalg.inv(x * 0.0), "Singular"),
        (lambda x: np.linalg.solve(x * 0.0, np.ones(2)), "Singular"),
        (lambda x: np.linalg.cholesky(-x), "positive definite"),
        (lambda x: np.linalg.det(x[:1]), "square"),
        (lambda x: np.linalg.eigh(x[0]), "two-dimensional"),
    ],
)
def test_what_fails_leaves_the_recording(use: Any, message: str) -> None:
    x = adx.Variable([[2.0, 0.0], [0.0, 2.0]])
    with adx.Graph() as graph:
        y = x * x
        with pytest.raises(np.linalg.LinAlgError, match=message):
            use(x)
        np.sum(y)
    graph.backward()
    np.testing.assert_array_equal(x.grad, [[4.0, 0.0], [0.0, 4.0]])


def test_what_is_not_there_says_so() -> None:
    x = adx.Variable([[0.0, 1.0], [-1.0, 0.0]])
    for use, message in (
        (np.linalg.eig, "complex"),
        (np.linalg.eigvals, "complex"),
        (lambda y: np.linalg.svd(y[:1]), "full_matrices"),
        (lambda y: np.linalg.qr(y[:, :1], mode="complete"), "complete"),
    ):
        with pytest.raises(NotImplementedError, match=message):
            use(x)


def test_the_rank_is_a_guard() -> None:
    x = adx.Variable([[1.0, 2.0], [2.0, 4.0]])
    with adx.Graph() as graph:
        rank = np.linalg.matrix_rank(x)
        np.sum(x) * float(rank)
    assert rank == 1
    x.value = [[2.0, 4.0], [4.0, 8.0]]
    assert graph.forward() == 18.0
    x.value = np.eye(2)
    with pytest.raises(adx.ControlFlowChanged, match="matrix_rank"):
        graph.forward()


def test_the_norm_of_zeros_has_derivative_zero() -> None:
    x = adx.Variable(np.zeros((2, 3)))
    norms: list[Any] = [np.linalg.norm(x), np.linalg.norm(x, axis=1).sum(), np.std(x)]
    for norm in norms:
        norm.backward()
        np.testing.assert_array_equal(x.grad, np.zeros((2, 3)))
