"""Roots, fixed points and minima: derivatives of what a solver found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import optimize

import autodiffx as adx
import autodiffx.numpy as anp

METHODS = ["dense", "cg", "gmres"]


def bisected(a: Any, b: Any) -> float:
    """The root of x³ + a x - b, of positive a."""
    return float(optimize.brentq(lambda x: x**3 + a * x - b, -10.0, 10.0, xtol=1e-14))


@pytest.mark.parametrize("linear", METHODS)
def test_the_root_of_a_polynomial(linear: str) -> None:
    root = adx.implicit_root(bisected, lambda x, a, b: x**3 + a * x - b, linear=linear)
    x = root(2.0, 3.0)
    assert x == pytest.approx(1.0)
    # Differentiate 3 x² x' + a x' + x = 0 by a, and 3 x² x' + a x' = 1 by b.
    assert adx.grad(root, (0, 1))(2.0, 3.0) == pytest.approx((-1 / 5, 1 / 5), rel=1e-9)
    assert adx.jvp(root, (2.0, 3.0), (1.0, 1.0))[1] == pytest.approx(0.0, abs=1e-9)
    by_b = adx.grad(root, 1)  # 1 / (3 x² + a), whose derivative by b is -6 x x'³ x'⁰
    second = -6.0 / 5.0**3
    assert adx.grad(by_b, 1)(2.0, 3.0) == pytest.approx(second, rel=1e-8)
    assert adx.jvp(by_b, (2.0, 3.0), (0.0, 1.0))[1] == pytest.approx(second, rel=1e-8)
    both = adx.grad(lambda b: adx.jvp(lambda b: root(2.0, b), (b,), (1.0,))[1])(3.0)
    assert both == pytest.approx(second, rel=1e-8)
    third = adx.grad(adx.grad(by_b, 1), 1)(2.0, 3.0)
    assert third == pytest.approx(-6.0 / 5.0**4 + 108.0 / 5.0**5, rel=1e-7)


def test_recordings() -> None:
    root = adx.implicit_root(bisected, lambda x, a, b: x**3 + a * x - b)
    a, b = adx.Variable(2.0), adx.Variable(3.0)
    with adx.Graph() as graph:
        y = root(a, b) * a
    graph.backward()
    assert (a.grad, b.grad) == pytest.approx((1.0 - 2 / 5, 2 / 5))
    assert graph.jvp({b: 1.0}) == pytest.approx(2 / 5)
    assert graph.hvp({b: 1.0})[b] == pytest.approx(2.0 * -6.0 / 5.0**3)
    b.value = 12.0
    assert graph.forward() == pytest.approx(4.0)
    graph.backward()
    assert b.grad == pytest.approx(2.0 / 14.0)
    assert y.value == pytest.approx(4.0)


def test_systems_in_containers_and_what_scipy_returns() -> None:
    def residual(x: Any, p: Any) -> Any:
        return [x[0] ** 2 + x[1] - p["a"], x[0] + x[1] ** 3 - p["b"]]

    def solve(p: Any) -> Any:
        return optimize.root(residual, np.ones(2), args=(p,), tol=1e-13)

    root = adx.implicit_root(solve, residual)
    p = {"a": 2.5, "b": 1.7}
    weights = np.array([1.0, -2.0])
    slope = adx.grad(lambda p: (root(p) * weights).sum())(p)
    x = root(p)
    jacobian = np.array([[2.0 * x[0], 1.0], [1.0, 3.0 * x[1] ** 2]])
    expected = np.linalg.solve(jacobian.T, weights)
    assert (slope["a"], slope["b"]) == pytest.approx(tuple(expected), rel=1e-9)


def test_a_fixed_point() -> None:
    def iterate(a: Any, b: Any) -> Any:
        x = np.zeros(2)
        for _ in range(200):
            x = np.cos(a * x + b) / 2.0
        return x

    point = adx.implicit_fixed_point(iterate, lambda x, a, b: anp.cos(a * x + b) / 2.0)
    b = np.array([0.1, 0.4])

    def unrolled(a: Any) -> Any:
        x = anp.zeros(2)
        for _ in range(200):
            x = anp.cos(a * x + b) / 2.0
        return (x * x).sum()

    def f(a: Any) -> Any:
        return (point(a, b) ** 2).sum()

    for order in (adx.grad, lambda f: adx.grad(adx.grad(f))):
        assert order(f)(0.8) == pytest.approx(order(unrolled)(0.8), rel=1e-9)


@pytest.mark.parametrize("linear", METHODS)
def test_ridge_regression(linear: str) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 3)), rng.normal(size=12)

    def solve(strength: Any, y: Any) -> Any:
        return np.linalg.solve(x.T @ x + strength * np.eye(3), x.T @ y)

    def objective(w: Any, strength: Any, y: Any) -> Any:
        return ((x @ w - y) ** 2).sum() + strength * (w**2).sum()

    fitted = adx.implicit_minimum(solve, objective, linear=linear)

    def error(f: Any) -> Any:
        return lambda strength: (f(strength, y) ** 2).sum()

    mine, theirs = error(fitted), error(solve)
    assert adx.grad(mine)(0.7) == pytest.approx(adx.grad(theirs)(0.7), rel=1e-8)
    expected = adx.grad(adx.grad(theirs))(0.7)
    assert adx.grad(adx.grad(mine))(0.7) == pytest.approx(expected, rel=1e-7)
    assert adx.jvp(adx.grad(mine), (0.7,), (1.0,))[1] == pytest.approx(expected, rel=1e-7)
    by_y = adx.grad(lambda y: fitted(0.7, y)[0])(y)
    np.testing.assert_allclose(by_y, np.linalg.solve(x.T @ x + 0.7 * np.eye(3), x.T)[0], rtol=1e-7)


def test_many_unknowns_by_products_alone() -> None:
    count = 700
    diagonal = np.linspace(1.0, 3.0, count)

    def objective(x: Any, a: Any) -> Any:
        return (diagonal * x * x).sum() / 2.0 + ((x[1:] - x[:-1]) ** 2).sum() / 2.0 - a * x.sum()

    def solve(a: Any) -> Any:
        return a * unit

    matrix = np.diag(diagonal) + np.diag(np.r_[1.0, np.full(count - 2, 2.0), 1.0])
    matrix -= np.eye(count, k=1) + np.eye(count, k=-1)
    unit = np.linalg.solve(matrix, np.ones(count))
    for linear in ("auto", "gmres"):
        lowest = adx.implicit_minimum(solve, objective, linear=linear)
        slope = adx.grad(lambda a, lowest=lowest: lowest(a).sum())(2.0)
        assert slope == pytest.approx(unit.sum(), rel=1e-8)


def test_without_variables_it_is_the_solver() -> None:
    root = adx.implicit_root(bisected, lambda x, a, b: x**3 + a * x - b)
    assert root(2.0, 3.0) == bisected(2.0, 3.0)
    assert type(root(2.0, 3.0)) is float


def test_float32() -> None:
    root = adx.implicit_root(np.sqrt, lambda x, a: x * x - a)
    slope = adx.grad(lambda a: root(a).sum())(np.array([4.0, 16.0], np.float32))
    assert slope.dtype == np.float32
    np.testing.assert_allclose(slope, [0.25, 0.125], rtol=1e-6)


def square(x: Any, a: Any) -> Any:
    return x * x - a


def without_root(x: Any) -> Any:
    return x * x + 1.0


@pytest.mark.parametrize(
    ("solve", "residual", "error", "message"),
    [
        (lambda a: a**0.5 * 1.2, square, RuntimeError, "did not converge.*Newton"),
        (lambda a: np.nan, square, RuntimeError, "not finite"),
        (lambda a: a * 0.0, lambda x, a: x * x, np.linalg.LinAlgError, "singular"),
        (lambda a: a**0.5, lambda x, a: [x, x], ValueError, "not square: .* 2 .* for 1"),
        (lambda a: "root", square, TypeError, "numbers"),
        (
            lambda a: optimize.root(without_root, 1.0),
            square,
            RuntimeError,
            "did not converge",
        ),
    ],
)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_what_has_no_derivative(
    solve: Any, residual: Any, error: Any, message: str, mode: str
) -> None:
    root = adx.implicit_root(solve, residual)
    with pytest.raises(error, match=message):
        adx.grad(root)(4.0) if mode == "reverse" else adx.jvp(root, (4.0,), (1.0,))
    assert adx.grad(lambda x: x * x)(2.0) == 4.0


def test_iterations_that_do_not_converge() -> None:
    def residual(x: Any, a: Any) -> Any:
        return anp.stack([x[1] - a, -x[0] - a])

    for linear in ("cg", "gmres"):
        root = adx.implicit_root(
            lambda a: np.array([-a, a]), residual, linear=linear, tolerance=np.inf
        )
        if linear == "gmres":
            assert adx.grad(lambda a, root=root: root(a)[1])(2.0) == pytest.approx(1.0)
            continue
        with pytest.raises(RuntimeError, match="conjugate gradients"):
            adx.grad(lambda a, root=root: root(a)[1])(2.0)


def test_what_is_captured_is_not_lost() -> None:
    w = adx.Variable(2.0)
    for root in (
        adx.implicit_root(lambda a: w * a, lambda x, a: x - 2.0 * a),
        adx.implicit_root(lambda a: 2.0 * a, lambda x, a: x - w * a),
        adx.implicit_fixed_point(lambda a: 2.0 * a, lambda x, a: w * a),
        adx.implicit_minimum(lambda a: 2.0 * a, lambda x, a: (x - w * a) ** 2),
    ):
        with pytest.raises(TypeError, match="would be lost"):
            adx.grad(root)(3.0)
        with pytest.raises(TypeError, match="would be lost"):
            adx.jvp(root, (3.0,), (1.0,))
        with pytest.raises(TypeError, match="would be lost"):
            root(3.0)


def test_what_is_no_way_to_solve() -> None:
    with pytest.raises(ValueError, match="dense"):
        adx.implicit_root(np.sqrt, square, linear="lu")
    with pytest.raises(TypeError, match="functions"):
        adx.implicit_root(np.sqrt, 3.0)  # type: ignore[arg-type]


def test_steps_of_another_structure() -> None:
    """The names of a dict are in no order that a list could follow."""
    point = adx.implicit_fixed_point(
        lambda a: {"v": a, "u": a}, lambda x, a: [x["u"], 0.0 * x["v"] + a]
    )
    with pytest.raises(TypeError, match=r"step of implicit_fixed_point.*structure"):
        adx.jacobian(point)(4.0)


@pytest.mark.parametrize("setting", ["tolerance", "linear_tolerance"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, None, "tight"])
def test_tolerances_that_are_none(setting: str, value: Any) -> None:
    with pytest.raises(ValueError, match=setting):
        adx.implicit_root(lambda a: a, lambda x, a: x - a, **{setting: value})


@pytest.mark.parametrize(("found", "shown"), [(None, "None"), (True, "decisions"), ([], r"\[\]")])
def test_solvers_that_return_no_solution(found: Any, shown: str) -> None:
    root = adx.implicit_root(lambda a: found, lambda x, a: a)
    with pytest.raises(TypeError, match=rf"solver of .* returns is the solution.*{shown}"):
        adx.grad(root)(1.0)


def test_complex_equations() -> None:
    """Their imaginary part would be lost."""
    root = adx.implicit_root(lambda a: a, lambda x, a: np.array([1j]))
    with pytest.raises(TypeError, match=r"real numbers.*complex"):
        adx.grad(root)(1.0)


def test_solvers_that_write_into_constants() -> None:
    def solve(a: Any, k: Any) -> Any:
        k *= 4.0
        return a * k.sum()

    k = np.array([1.0, 1.0])
    root = adx.implicit_root(solve, lambda x, a, k: x - 4.0 * a * k.sum())
    assert adx.grad(root)(3.0, k) == 8.0
    assert k.tolist() == [1.0, 1.0]
