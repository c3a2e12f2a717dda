"""SciPy's linear algebra: conventions, plain results, what is refused, what fails."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import numpy as np
import pytest
import scipy.linalg

import autodiffx as adx
from array_shapes import assert_close, assert_same_bits, uniform

LinAlgError = np.linalg.LinAlgError
SQUARE = uniform(1, (3, 3)) + 3.0 * np.eye(3)
SINGULAR = [[1.0, 2.0], [2.0, 4.0]]


def of(backend: Any) -> Any:
    """The backend's module."""
    return importlib.import_module(f"{backend.__name__}.scipy.linalg")


linalg = of(adx)


def gradient(backend: Any, function: Any, numbers: Any) -> Any:
    """Of the sum of squares of all results, by one matrix."""
    x = backend.Variable(numbers)
    results = function(of(backend), x)
    for each in results if isinstance(results, tuple) else (results,):
        np.sum(each * each).backward(accumulate=True)
    return x.grad


# ---- conventions --------------------------------------------------------------------------------


def test_what_is_not_looked_at_has_no_gradient(array_backend: Any) -> None:
    found = gradient(
        array_backend, lambda la, x: la.solve_triangular(x, [1.0, 2.0, 3.0], lower=True), SQUARE
    )
    assert np.all(np.triu(found, 1) == 0.0)
    assert np.all(found[np.tril_indices(3)] != 0.0)
    ones = gradient(
        array_backend,
        lambda la, x: la.solve_triangular(x, [1.0, 2.0, 3.0], unit_diagonal=True),
        SQUARE,
    )
    assert np.all(np.tril(ones) == 0.0)
    row = array_backend.Variable([7.0, 1.0, 2.0])
    of(array_backend).toeplitz([1.0, 2.0], row).sum().backward()
    np.testing.assert_array_equal(row.grad, [0.0, 2.0, 1.0])
    band = gradient(
        array_backend, lambda la, x: la.solve_banded((1, 1), x, np.ones(3)), SQUARE + np.eye(3)[1]
    )
    assert band[0, 0] == 0.0
    assert band[2, 2] == 0.0


def test_factors_of_a_symmetric_matrix_have_symmetric_gradients(array_backend: Any) -> None:
    numbers = SQUARE @ SQUARE.T
    for lower in (False, True):
        found = gradient(array_backend, lambda la, x, lo=lower: la.cholesky(x, lower=lo), numbers)
        assert_close(found, found.T)
        # The other triangle is that of the matrix.
        both = gradient(array_backend, lambda la, x, lo=lower: la.cho_factor(x, lo)[0], numbers)
        beside = np.triu(numbers, 1) if lower else np.tril(numbers, -1)
        assert_close(both - found, 2.0 * beside, digits=11)


def test_of_rows_that_tie_the_first_is_the_pivot(array_backend: Any) -> None:
    numbers = np.array([[1.0, 2.0], [-1.0, 4.0]])
    found = gradient(array_backend, lambda la, x: la.lu(x)[1:], numbers)
    # l = -1 / 1, u = [[1, 2], [0, 6]]: of |l|^2 + |u|^2 with l = c / a and u = [a, b, d - c b / a]
    assert_close(found, [[2.0 * 1.0 - 2.0 - 12.0 * 2.0, 4.0 + 12.0], [-2.0 - 24.0, 12.0]])


def test_the_last_pivot_may_be_zero(core: Any, reference: Any) -> None:
    found = [gradient(each, lambda la, x: la.lu(x)[1:], SINGULAR) for each in (core, reference)]
    assert_close(*found)
    # l = 1/2, u = [[2, 4], [0, 0]], the rows exchanged.
    assert_close(found[0], [[0.5, 0.0], [4.0 - 0.25, 8.0]])


def test_factors_of_a_tall_singular_matrix_have_no_derivative() -> None:
    tall = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    with pytest.raises(LinAlgError, match="singular"):
        gradient(adx, lambda la, x: la.lu(x)[1:], tall)


def test_the_root_of_a_singular_matrix_has_no_derivative() -> None:
    x = adx.Variable([[0.0, 0.0], [0.0, 4.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy's, about the root
        root = linalg.sqrtm(x)
    np.testing.assert_allclose(root.value, [[0.0, 0.0], [0.0, 2.0]])
    with pytest.raises(LinAlgError, match="one solution"):
        root.sum().backward()


def test_roots_and_logarithms_need_no_basis_of_eigenvectors(array_backend: Any) -> None:
    for name, numbers in (
        ("sqrtm", [[1.0, 1.0], [0.0, 1.0]]),
        ("logm", [[1.0, 1.0], [0.0, 1.0]]),
        ("sqrtm", [[0.0, 1.0], [-1.0, 0.0]]),
        ("logm", [[0.0, 1.0], [-1.0, 0.0]]),
        ("expm", [[0.0, 1.0], [0.0, 0.0]]),
    ):
        function = lambda la, x, n=name: getattr(la, n)(x)  # noqa: E731
        found = gradient(array_backend, function, numbers)
        along = uniform(4, (2, 2))

        def loss(step: float, name: str = name, at: Any = numbers, way: Any = along) -> float:
            return float(np.sum(getattr(scipy.linalg, name)(np.add(at, step * way)) ** 2))

        assert abs(np.sum(found * along) - (loss(1e-5) - loss(-1e-5)) / 2e-5) < 1e-8


@pytest.mark.parametrize(
    ("name", "third"),
    [
        ("expm", lambda x: np.exp(x)),
        ("logm", lambda x: 2.0 / x**3),
        ("sqrtm", lambda x: 0.375 * x**-2.5),
        ("sinm", lambda x: -np.cos(x)),
        ("coshm", np.sinh),
    ],
)
def test_third_derivatives(array_backend: Any, name: str, third: Any) -> None:
    def f(x: Any) -> Any:
        return getattr(of(array_backend), name)(np.reshape(x, (1, 1)))[0, 0]

    derivative = f
    for _ in range(3):
        derivative = array_backend.grad(derivative)
    for at in (0.5, 2.0):
        assert abs(derivative(at) / third(at) - 1.0) < 1e-11


def test_the_adjoint_may_be_much_larger_than_the_matrix() -> None:
    x = adx.Variable(0.1 * uniform(3, (3, 3)))
    y = linalg.expm(x)
    seed = uniform(4, (3, 3))
    y.backward(seed)
    expected = x.grad
    y.backward(seed * 2.0**60)
    assert_same_bits(x.grad, expected * 2.0**60)


# ---- without Variables, and beside other functions ----------------------------------------------


def test_without_variables_it_is_scipys_own() -> None:
    la = linalg
    for name, arguments in (
        ("expm", (SQUARE,)),
        ("lu", (SQUARE,)),
        ("cho_factor", (SQUARE @ SQUARE.T,)),
        ("toeplitz", ([1, 2], [1, 5])),
        ("sqrtm", (-np.eye(2),)),
        ("hessenberg", (SQUARE,)),
    ):
        found, expected = getattr(la, name)(*arguments), getattr(scipy.linalg, name)(*arguments)
        assert type(found) is type(expected)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other)
    assert la.LinAlgError is LinAlgError
    with pytest.raises(AttributeError, match="no attribute 'expn'"):
        la.expn  # noqa: B018
    package: Any = adx.scipy
    with pytest.raises(AttributeError, match="no attribute 'linalgebra'"):
        package.linalgebra  # noqa: B018


def test_the_order_of_rows_is_a_guard(array_backend: Any) -> None:
    la = of(array_backend)
    functions: list[Any] = [lambda x: la.lu(x, p_indices=True)[0], lambda x: la.lu_factor(x)[1]]
    for function in functions:
        x = array_backend.Variable([[1.0, 2.0], [3.0, 4.0]])
        with array_backend.Graph() as graph:
            places = function(x)
            np.sum(x * 2.0)
        assert places.tolist() in ([1, 0], [1, 1])
        x.value = [[2.0, 2.0], [3.0, 4.0]]
        assert graph.forward() == 22.0
        x.value = [[4.0, 2.0], [3.0, 4.0]]
        with pytest.raises(array_backend.ControlFlowChanged, match="lu"):
            graph.forward()


def test_a_replay_chooses_pivots_anew(array_backend: Any) -> None:
    la = of(array_backend)
    x = array_backend.Variable([[1.0, 2.0], [3.0, 4.0]])
    with array_backend.Graph() as graph:
        la.lu(x)[2] * 1.0
    x.value = [[4.0, 2.0], [2.0, 4.0]]
    np.testing.assert_allclose(graph.forward(), [[4.0, 2.0], [0.0, 3.0]])


def test_dtypes_are_promoted_as_numpy_does(array_backend: Any) -> None:
    la = of(array_backend)
    single = array_backend.Variable(np.eye(2), dtype=np.float32)
    double = array_backend.Variable(np.ones((2, 2)))
    for result in (
        la.solve_triangular(single, double),
        la.solve_sylvester(single, single, double),
        la.block_diag(single, double),
        la.toeplitz(single[0], double[0]),
        la.solve_banded((0, 1), single + 1.0, double),
    ):
        assert result.dtype == np.float64
        result.sum().backward()
        assert single.grad.dtype == np.float32
        assert double.grad.dtype == np.float64


# ---- what is refused, and what fails ------------------------------------------------------------


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda la, x: la.logm(-x), "logm .*complex"),
        (lambda la, x: la.sqrtm(-x), "sqrtm .*complex"),
    ],
)
def test_complex_results_are_refused(array_backend: Any, use: Any, message: str) -> None:
    x = array_backend.Variable([[2.0, 0.0], [0.0, 3.0]])
    with array_backend.Graph() as graph:
        y = x * x
        with pytest.raises(NotImplementedError, match=message):
            use(of(array_backend), x)
        np.sum(y)
    graph.backward()
    np.testing.assert_array_equal(x.grad, [[4.0, 0.0], [0.0, 6.0]])


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda la, x: la.solve_triangular(x * np.diag([1.0, 0.0]), [1.0, 2.0]), "singular"),
        (lambda la, x: la.solve_banded((0, 0), (x * 0.0)[:1], [1.0, 2.0]), "singular"),
        (lambda la, x: la.cholesky(-x), "positive definite"),
        (lambda la, x: la.cho_factor(-x), "positive definite"),
        (lambda la, x: la.solve_sylvester(x, -x, x), "singular|no one solution"),
        (lambda la, x: la.logm(x * np.diag([0.0, 1.0])), "singular"),
        (lambda la, x: la.expm(x[0]), "two-dimensional"),
        (lambda la, x: la.expm(x[:1]), "square"),
        (lambda la, x: la.sqrtm(x[:1]), "square"),
        (lambda la, x: la.solve_sylvester(x[:1], x, x), "square"),
    ],
)
def test_what_is_singular_raises_and_leaves_the_recording(
    array_backend: Any, use: Any, message: str
) -> None:
    x = array_backend.Variable([[2.0, 0.0], [0.0, 2.0]])
    with array_backend.Graph() as graph:
        y = x * x
        with pytest.raises(LinAlgError, match=f"(?i){message}"):
            use(of(array_backend), x)
        np.sum(y)
    graph.backward()
    np.testing.assert_array_equal(x.grad, [[4.0, 0.0], [0.0, 4.0]])


@pytest.mark.parametrize(
    "use",
    [
        lambda la, x: la.solve_triangular(x, np.ones(3)),
        lambda la, x: la.solve_triangular(x[:1], np.ones(2)),
        lambda la, x: la.solve_triangular(x, np.ones(2), trans="X"),
        lambda la, x: la.solve_triangular(x / 0.0, np.ones(2)),
        lambda la, x: la.solve_triangular(x, [np.nan, 1.0]),
        lambda la, x: la.cho_solve((x, True), np.ones(3)),
        lambda la, x: la.cho_factor(x / 0.0),
        lambda la, x: la.lu(x / 0.0),
        lambda la, x: la.lu(x[0]),
        lambda la, x: la.lu_factor(x[:1]),
        lambda la, x: la.solve_sylvester(x, x, np.ones((3, 2))),
        lambda la, x: la.solve_sylvester(x, x, np.ones(2)),
        lambda la, x: la.solve_banded((1, 1), x, np.ones(2)),
        lambda la, x: la.solve_banded((0, 1), x, np.ones(3)),
        lambda la, x: la.solve_banded((0, 1), x, [np.inf, 0.0]),
    ],
)
def test_bad_input(array_backend: Any, use: Any) -> None:
    x = array_backend.Variable([[2.0, 1.0], [1.0, 2.0]])
    with pytest.raises(ValueError):  # noqa: PT011  # LinAlgError is one
        use(of(array_backend), x)


def test_check_finite_can_be_left_out(array_backend: Any) -> None:
    x = array_backend.Variable([[2.0, np.nan], [0.0, 2.0]])
    la = of(array_backend)
    assert np.isnan(la.solve_triangular(x, [1.0, 2.0], check_finite=False).value[0])


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda la, x: la.hessenberg(x), r"scipy\.linalg\.hessenberg of Variables"),
        (lambda la, x: la.schur(x), r"scipy\.linalg\.schur of Variables"),
        (lambda la, x: la.solve(x, x, assume_a="pos"), "assume_a='pos'"),
        (lambda la, x: la.inv(x, assume_a="sym"), "assume_a='sym'"),
        (lambda la, x: la.pinv(x, atol=1.0), "atol=1.0"),
        (lambda la, x: la.pinv(x, return_rank=True), "return_rank=True"),
        (lambda la, x: la.svd(x, lapack_driver="gesvd"), "lapack_driver='gesvd'"),
        (lambda la, x: la.qr(x, pivoting=True), "pivoting=True"),
        (lambda la, x: la.qr(x[:, :1]), "mode='full'"),
        (lambda la, x: la.svd(x[:1]), "full_matrices"),
        (lambda la, x: la.eigh(x, subset_by_index=[0, 0]), "subset_by_index"),
        (lambda la, x: la.eigh(x, np.eye(2)), "b="),
        (lambda la, x: la.eigvalsh(x, driver="ev"), "driver='ev'"),
        (lambda la, x: la.cho_solve((x, [True, False]), x), "lower and upper"),
    ],
)
def test_what_is_not_there_names_itself(use: Any, message: str) -> None:
    x = adx.Variable([[2.0, 1.0], [1.0, 2.0]])
    with pytest.raises(NotImplementedError, match=message):
        use(linalg, x)


@pytest.mark.parametrize("name", ["svd", "pinv", "qr", "lu_factor", "expm"])
def test_what_is_no_matrix_is_said_to_be_none(core: Any, name: str) -> None:
    linalg = of(core)
    for numbers in (2.0, [1.0, 2.0]):
        with pytest.raises(np.linalg.LinAlgError, match="-dimensional array given"):
            getattr(linalg, name)(core.Variable(numbers))


def test_a_right_side_that_does_not_fit_is_named(core: Any) -> None:
    linalg, a = of(core), core.Variable([[1.0, 3.0], [2.0, 4.0]])
    factor = linalg.lu_factor(a)
    for b in ([1.0, 2.0, 3.0], np.ones((3, 2)), 1.0):
        with pytest.raises(ValueError, match=r"Shapes of lu \(2, 2\) and b"):
            linalg.lu_solve(factor, b)
