"""NumPy's linear algebra on arrays: derivatives of every order, singular matrices, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from array_linear_algebra import even
from array_shapes import assert_close, uniform

linalg: Any = np.linalg  # whose types know plain arrays only


def test_the_determinant_of_a_singular_matrix_has_derivatives(array_backend: Any) -> None:
    one, other = uniform(1, (2, 3)), uniform(2, (2, 3))
    for rank in (1, 2):
        numbers = one[:rank].T @ other[:rank]
        x = array_backend.Variable(numbers)
        np.linalg.det(x).backward()
        cofactors = [
            [
                (-1.0) ** (i + j) * np.linalg.det(np.delete(np.delete(numbers, i, 0), j, 1))
                for j in range(3)
            ]
            for i in range(3)
        ]
        np.testing.assert_allclose(x.grad, cofactors, atol=1e-15)
        with array_backend.Graph() as graph:
            np.linalg.det(x)
        along = uniform(3, (3, 3))

        def gradient(step: float, a: Any = numbers, d: Any = along) -> Any:
            return array_backend.grad(np.linalg.det)(a + step * d)

        expected = (gradient(1e-4) - gradient(-1e-4)) / 2e-4
        np.testing.assert_allclose(graph.hvp({x: along})[x], expected, atol=1e-7)


@pytest.mark.parametrize("name", ["svd", "svdvals", "pinv", "qr", "inv", "det", "eigh", "cholesky"])
@pytest.mark.parametrize("numbers", [2.0, [1.0, 2.0]])
def test_what_is_no_matrix_is_said_to_be_none(array_backend: Any, name: str, numbers: Any) -> None:
    with pytest.raises(np.linalg.LinAlgError, match=f"{np.ndim(numbers)}-dimensional array given"):
        getattr(linalg, name)(array_backend.Variable(numbers))


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
def test_what_fails_leaves_the_recording(array_backend: Any, use: Any, message: str) -> None:
    x = array_backend.Variable([[2.0, 0.0], [0.0, 2.0]])
    with array_backend.Graph() as graph:
        y = x * x
        with pytest.raises(np.linalg.LinAlgError, match=message):
            use(x)
        np.sum(y)
    graph.backward()
    np.testing.assert_array_equal(x.grad, [[4.0, 0.0], [0.0, 4.0]])


def test_what_is_not_there_says_so(array_backend: Any) -> None:
    x = array_backend.Variable([[0.0, 1.0], [-1.0, 0.0]])
    for use, message in (
        (np.linalg.eig, "complex"),
        (np.linalg.eigvals, "complex"),
        (lambda y: np.linalg.svd(y[:1]), "full_matrices"),
        (lambda y: np.linalg.qr(y[:, :1], mode="complete"), "complete"),
    ):
        with pytest.raises(NotImplementedError, match=message):
            use(x)


def test_the_rank_is_a_guard(array_backend: Any) -> None:
    x = array_backend.Variable([[1.0, 2.0], [2.0, 4.0]])
    with array_backend.Graph() as graph:
        rank = np.linalg.matrix_rank(x)
        np.sum(x) * float(rank)
    assert rank == 1
    x.value = [[2.0, 4.0], [4.0, 8.0]]
    assert graph.forward() == 18.0
    x.value = np.eye(2)
    with pytest.raises(array_backend.ControlFlowChanged, match="matrix_rank"):
        graph.forward()


def test_the_norm_of_zeros_has_derivative_zero(array_backend: Any) -> None:
    x = array_backend.Variable(np.zeros((2, 3)))
    norms: list[Any] = [np.linalg.norm(x), np.linalg.norm(x, axis=1).sum(), np.std(x)]
    for norm in norms:
        norm.backward()
        np.testing.assert_array_equal(x.grad, np.zeros((2, 3)))


def test_what_would_turn_vectors_of_equal_values_is_left_out(array_backend: Any) -> None:
    x = array_backend.Variable(2.0 * np.eye(3))
    weights = uniform(4, (3, 3))
    w, v = np.linalg.eigh(x)
    u, s, vh = np.linalg.svd(x)
    z = np.linalg.eig(x)[1]
    for vectors in (v, u, vh, z):
        np.sum(vectors * weights).backward()
        np.testing.assert_array_equal(x.grad, np.zeros((3, 3)))
    for values in (w, s, np.linalg.eigvalsh(x), np.linalg.svdvals(x), np.linalg.eigvals(x)):
        np.sum(values).backward()
        np.testing.assert_allclose(x.grad, np.eye(3), atol=1e-15)


def test_functions_of_a_whole_plane_have_their_derivative(array_backend: Any) -> None:
    numbers, along = np.diag([1.0, 1.0, 3.0]), uniform(5, (3, 3))

    def projected(x: Any) -> Any:
        # What belongs to the equal ones together, however the vectors lie in their plane.
        v = np.linalg.eigh(even(x))[1][:, :2]
        return v @ v.T

    x = array_backend.Variable(numbers)
    np.sum(projected(x) * along).backward()
    step = 1e-5 * along
    up, down = projected(numbers + step), projected(numbers - step)
    difference = np.sum((up - down) * along) / 2e-5
    assert abs(np.sum(x.grad * along) - difference) < 1e-9


def test_vectors_are_numpys(array_backend: Any) -> None:
    numbers = uniform(6, (2, 4, 4))
    x = array_backend.Variable(numbers)
    functions: list[Any] = [lambda a: np.linalg.eigh(even(a)), np.linalg.svd, np.linalg.qr]
    for function in functions:
        for found, expected in zip(function(x), function(numbers), strict=True):
            np.testing.assert_allclose(found.value, expected, atol=1e-13)
    assert np.linalg.eigh(x)._fields == ("eigenvalues", "eigenvectors")
    assert np.linalg.svd(x)._fields == ("U", "S", "Vh")
    assert np.linalg.qr(x)._fields == ("Q", "R")
    assert np.linalg.slogdet(x)._fields == ("sign", "logabsdet")


def test_factors_of_dependent_columns_have_no_derivative(array_backend: Any) -> None:
    x = array_backend.Variable([[1.0, 2.0], [0.0, 0.0], [0.0, 0.0]])
    q, r = np.linalg.qr(x)
    try:
        (np.sum(q) + np.sum(r)).backward()
    except np.linalg.LinAlgError:
        return
    assert not np.all(np.isfinite(x.grad))


def test_the_least_squares_of_low_rank(core: Any, reference: Any) -> None:
    found = []
    for backend in (core, reference):
        x = backend.Variable([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
        b = backend.Variable([1.0, 0.0, 2.0])
        solution, left, rank, _ = linalg.lstsq(x, b)
        assert rank == 1
        assert np.shape(left) == (0,)
        np.testing.assert_allclose(solution.value, np.linalg.lstsq(x.value, b.value)[0])
        np.sum(solution * np.array([1.0, 3.0])).backward()
        found.append((x.grad, b.grad))
    for one, other in zip(*found, strict=True):
        assert_close(one, other)
    # The rank stays along the matrix itself, along which the solution shrinks.
    along = np.sum(found[0][0] * x.value)
    assert abs(along + np.sum(solution.value * [1.0, 3.0])) < 1e-12


def test_the_last_singular_value_of_a_singular_matrix(array_backend: Any) -> None:
    x = array_backend.Variable([[1.0, 0.0], [0.0, 0.0]])
    u, s, vh = linalg.svd(x)
    np.sum(s).backward()
    turned = np.outer(u.value[:, 0], vh.value[0]) + np.outer(u.value[:, 1], vh.value[1])
    np.testing.assert_allclose(x.grad, turned, atol=1e-15)


def test_of_a_symmetric_matrix_one_triangle_is_looked_at(core: Any, reference: Any) -> None:
    numbers = np.array([[4.0, 1.0, 0.5], [1.0, 5.0, 2.0], [0.5, 2.0, 6.0]])
    functions: list[tuple[Any, bool]] = [
        (lambda x: (np.linalg.cholesky(x),), False),
        (lambda x: (linalg.cholesky(x, upper=True),), True),
        (np.linalg.eigh, False),
        (lambda x: np.linalg.eigh(x, UPLO="U"), True),
        (lambda x: (np.linalg.eigvalsh(x, UPLO="U"),), True),
    ]
    for function, upper in functions:
        strange = numbers + (np.tril if upper else np.triu)(uniform(7, (3, 3)), -1 if upper else 1)
        found = []
        for backend in (core, reference):
            x = backend.Variable(strange)
            for part, expected in zip(function(x), function(strange), strict=True):
                np.testing.assert_allclose(part.value, expected, atol=1e-14)
                np.sum(part * part * uniform(8, (3,))).backward(accumulate=True)
            np.testing.assert_allclose(x.grad, x.grad.T, atol=1e-14)
            found.append(x.grad)
        assert_close(*found)


def test_large_factors(core: Any, reference: Any) -> None:
    # From some size on triangles are solved by another way.
    numbers = uniform(9, (70, 70)) / 20.0 + np.eye(70)
    along, seed = uniform(10, (70, 70)), uniform(11, (70, 70))
    functions: list[Any] = [lambda x: np.linalg.cholesky(x @ x.T), lambda x: np.linalg.qr(x)[1]]
    for function in functions:
        x = core.Variable(numbers)
        with core.Graph() as graph:
            np.sum(np.sin(function(x)) * seed)
        graph.backward()
        gradient = x.grad
        assert_close(graph.jvp({x: along}), np.sum(gradient * along), digits=11)
        product = graph.hvp({x: along})[x]
        sides = []
        for step in (1e-6, -1e-6):
            x.value = numbers + step * along
            graph.backward()
            sides.append(x.grad)
        assert_close(product, (sides[0] - sides[1]) / 2e-6, digits=5)
    y = reference.Variable(numbers)
    np.sum(np.sin(functions[0](y)) * seed).backward()
    x = core.Variable(numbers)
    np.sum(np.sin(functions[0](x)) * seed).backward()
    assert_close(x.grad, y.grad, digits=10)
