"""Products: NumPy's values, derivatives in both directions, notation, and bad input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiffx as adx
from array_products import SUBSCRIPTS
from array_shapes import DTYPES, assert_close, assert_same_bits, leaf, uniform
from autodiffx.numpy.blas import numpy_has_blas

numpys: Any = np  # whose types know plain arrays only


@pytest.mark.parametrize("subscripts", SUBSCRIPTS)
def test_every_notation(array_backend: Any, subscripts: str) -> None:
    """On axes of length 2, against the gradient along every element."""
    terms = subscripts.replace(" ", "").partition("->")[0].split(",")
    shapes = [(2,) * (len(term.replace("...", "")) + ("..." in term)) for term in terms]
    arrays = [uniform(i, shape) for i, shape in enumerate(shapes)]
    leaves = [array_backend.Variable(array) for array in arrays]
    expected = np.einsum(subscripts, *arrays)
    found = numpys.einsum(subscripts, *leaves)
    assert_close(found.value, expected)
    adjoint = uniform(9, np.shape(expected))
    found.backward(adjoint)
    for i, x in enumerate(leaves):
        gradient = np.zeros(arrays[i].shape)
        for index in np.ndindex(*gradient.shape):
            one = np.zeros(gradient.shape)
            one[index] = 1.0
            others = [*arrays[:i], one, *arrays[i + 1 :]]
            gradient[index] = np.vdot(adjoint, np.einsum(subscripts, *others))
        assert_close(x.grad, gradient)


LENGTHS = [(1, 7, 1), (3, 1, 4), (5, 40, 9), (33, 65, 17), (128, 200, 70)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("lengths", LENGTHS)
def test_gradients_of_products_of_matrices(
    array_backend: Any, lengths: tuple[int, int, int], dtype: type
) -> None:
    """Where they are the first contribution, and where they are added to one."""
    m, k, n = lengths
    a, b, adjoint = uniform(5, (m, k), dtype), uniform(6, (k, n), dtype), uniform(7, (m, n), dtype)
    x, y = leaf(array_backend, a), leaf(array_backend, b)
    (x @ y).backward(adjoint)
    assert_close(x.grad, adjoint @ b.T)
    assert_close(y.grad, a.T @ adjoint)
    (x @ y + x @ y).backward(adjoint)
    assert_close(x.grad, dtype(2.0) * (adjoint @ b.T))
    assert_close(y.grad, dtype(2.0) * (a.T @ adjoint))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("lengths", LENGTHS)
def test_products_of_matrices_have_numpys_bits(lengths: tuple[int, int, int], dtype: type) -> None:
    m, k, n = lengths
    a, b = uniform(5, (m, k), dtype), uniform(6, (k, n), dtype)
    x, y = leaf(adx, a), leaf(adx, b)
    assert numpy_has_blas()
    assert_same_bits((x @ y).value, a @ b)
    assert_same_bits((x @ x.T).value, a @ a.T)


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_array_as_both_factors(array_backend: Any, dtype: type) -> None:
    numbers = uniform(2, (3, 3), dtype)
    x = leaf(array_backend, numbers)
    for square in (x @ x, np.matmul(x, x), numpys.linalg.matrix_power(x, 2)):
        square.backward(np.ones((3, 3)))
        assert_close(x.grad, np.ones((3, 3), dtype) @ numbers.T + numbers.T @ np.ones((3, 3)))
    numpys.vdot(x, x).backward()
    assert_close(x.grad, 2 * numbers)
    with array_backend.Graph() as graph:
        numpys.trace(x @ x @ x)
    direction = uniform(3, (3, 3), dtype)
    expected = 3 * (direction @ numbers + numbers @ direction).T
    assert_close(graph.hvp({x: direction})[x], expected.astype(dtype))


def test_zero_meets_an_infinite_factor(array_backend: Any) -> None:
    """As a value it is NumPy's NaN; as an adjoint or a tangent it contributes nothing."""
    x = array_backend.Variable([[np.inf, 1.0], [2.0, 3.0]])
    y = array_backend.Variable([[1.0, 4.0], [0.0, 5.0]])
    with array_backend.Graph() as graph:
        z = x @ y
    np.testing.assert_equal(z.value, [[np.inf, np.inf], [2.0, 23.0]])
    z.backward([[0.0, 0.0], [1.0, 0.0]])
    assert y.grad.tolist() == [[2.0, 0.0], [3.0, 0.0]]
    assert x.grad.tolist() == [[0.0, 0.0], [1.0, 0.0]]
    tangent = graph.jvp({y: [[0.0, 1.0], [1.0, 0.0]]})
    np.testing.assert_equal(tangent, [[1.0, np.inf], [3.0, 2.0]])


def test_plain_factors_on_either_side(array_backend: Any) -> None:
    numbers = uniform(4, (2, 3))
    x = array_backend.Variable(numbers)
    for product in (
        np.ones((4, 2)) @ x,
        [[1.0, 1.0]] * 4 @ x,
        array_backend.Constant(np.ones((4, 2))) @ x,
    ):
        assert isinstance(product, array_backend.Variable)
        product.backward(np.ones((4, 3)))
        assert_close(x.grad, np.full((2, 3), 4.0))
    (x @ [1, 2, 3]).backward([1.0, 10.0])
    assert_close(x.grad, np.outer([1.0, 10.0], [1.0, 2.0, 3.0]))
    y = x * 1.0
    y @= np.eye(3) * 2.0
    y.backward(np.ones((2, 3)))
    assert_close(x.grad, np.full((2, 3), 2.0))


def test_the_zeroth_power_is_passive(array_backend: Any) -> None:
    x = array_backend.Variable(uniform(1, (2, 2)))
    power = numpys.linalg.matrix_power(x, 0)
    assert power.value.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    with pytest.raises(ValueError, match=r"no Variable|constant"):
        power.backward(np.ones((2, 2)))


WRONG: list[tuple[Any, type[Exception]]] = [
    (lambda x: x @ x, ValueError),
    (lambda x: x @ 2.0, ValueError),
    (lambda x: np.ones((2, 2, 2)) @ x[:1], ValueError),
    (lambda x: numpys.matmul(x, np.ones(4)), ValueError),
    (lambda x: numpys.dot(x, x), ValueError),
    (lambda x: numpys.vdot(x, x[0]), ValueError),
    (lambda x: numpys.inner(x, np.ones(2)), ValueError),
    (lambda x: numpys.tensordot(x, x, axes=1), ValueError),
    (lambda x: numpys.tensordot(x, x, axes=([0], [1])), ValueError),
    (lambda x: numpys.einsum("ij,jk", x, x), ValueError),
    (lambda x: numpys.einsum("ij", x, x), ValueError),
    (lambda x: numpys.einsum("ijk->i", x), ValueError),
    (lambda x: numpys.einsum("ij->k", x), ValueError),
    (lambda x: numpys.einsum("i1->i", x), ValueError),
    (lambda x: numpys.einsum("ij->ii", x), ValueError),
    (lambda x: numpys.einsum("ii", x), ValueError),
    (lambda x: numpys.cross(x, x[0, :1]), ValueError),
    (lambda x: numpys.trace(x[0]), ValueError),
    (lambda x: numpys.vander(x), ValueError),
    (lambda x: numpys.linalg.multi_dot([x]), ValueError),
    (lambda x: numpys.linalg.multi_dot([x, x]), ValueError),
    (lambda x: numpys.linalg.multi_dot([x, x[None], x]), np.linalg.LinAlgError),
    (lambda x: numpys.linalg.matrix_power(x, 2), np.linalg.LinAlgError),
    (lambda x: numpys.linalg.matrix_power(x[:, :2], 0.5), TypeError),
    (lambda x: numpys.linalg.outer(x, x), ValueError),
    (lambda x: numpys.linalg.vecdot(x, np.ones(2)), ValueError),
]


@pytest.mark.parametrize(("mistake", "error"), WRONG, ids=range(len(WRONG)))
def test_mistakes_raise_numpys_errors(
    array_backend: Any, mistake: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        mistake(np.ones((2, 3)))
    x = array_backend.Variable(np.ones((2, 3)))
    with array_backend.Graph() as graph:
        with pytest.raises(error):
            mistake(x)
        x * 2.0
    assert graph.forward().tolist() == [[2.0] * 3] * 2


def test_what_is_no_matrix(array_backend: Any) -> None:
    x = array_backend.Variable(np.ones((2, 2)))
    uses: list[Callable[[], Any]] = [
        lambda: x @ "a",
        lambda: x @ np.array([1j, 1.0]),
        lambda: None @ x,
        lambda: numpys.matmul(x, x, out=np.zeros((2, 2))),
    ]
    for use in uses:
        with pytest.raises((TypeError, NotImplementedError)):
            use()


def test_a_path_depends_on_shapes_alone(array_backend: Any) -> None:
    x = array_backend.Variable(np.ones((3, 2)))
    plain = np.einsum_path("ij,jk,kl", np.ones((3, 2)), np.ones((2, 4)), np.ones((4, 1)))[0]
    found = numpys.einsum_path("ij,jk,kl", x, np.ones((2, 4)), np.ones((4, 1)))[0]
    assert found == plain
    product = numpys.einsum("ij,jk,kl", x, np.ones((2, 4)), np.ones((4, 1)), optimize=plain)
    product.backward(np.ones((3, 1)))
    assert x.grad.tolist() == [[4.0, 4.0]] * 3


def test_the_operator_between_duals(array_backend: Any) -> None:
    a, d = uniform(1, (2, 2)), uniform(2, (2, 2))
    value, tangent = array_backend.jvp(lambda x: x @ x @ [1.0, 2.0], (a,), (d,))
    assert_close(value, a @ a @ [1.0, 2.0])
    assert_close(tangent, (a @ d + d @ a) @ [1.0, 2.0])
