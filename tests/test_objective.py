"""objective: one evaluation per point, whatever is asked for and in whatever order."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

import autodiffx as adx

optimize: Any = importlib.import_module("scipy.optimize")


class Counted:
    """A function that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, x: Any) -> Any:
        self.calls += 1
        return (x**4).sum() + x[0] * x[1]


def test_value_and_gradient_share_one_evaluation() -> None:
    f = Counted()
    objective = adx.objective(f)
    x = np.array([1.0, 2.0])
    assert objective.fun(x) == 19.0
    assert type(objective.fun(x)) is float
    assert objective.jac(x) == pytest.approx([6.0, 33.0])
    assert objective.fun([1.0, 2.0]) == 19.0  # found by value, not by identity
    assert (f.calls, objective.evaluations) == (1, 1)
    assert objective.jac(x + 1.0) == pytest.approx([35.0, 110.0])
    assert objective.fun(x + 1.0) == 103.0
    assert (f.calls, objective.evaluations) == (2, 2)


def test_a_changed_array_is_another_point() -> None:
    objective = adx.objective(Counted())
    x = np.array([1.0, 2.0])
    before = objective.fun(x)
    x[0] = 3.0
    assert objective.fun(x) != before
    assert objective.jac(x)[0] == pytest.approx(4.0 * 27.0 + 2.0)


def test_results_are_the_callers_own() -> None:
    objective = adx.objective(Counted())
    x = np.array([1.0, 2.0])
    for derivative in (objective.jac, objective.hess):
        expected = derivative(x).copy()
        derivative(x)[...] = 0.0
        assert (derivative(x) == expected).all()


@pytest.mark.parametrize("points", [1, 2, 5])
def test_so_many_points_are_remembered(points: int) -> None:
    f = Counted()
    objective = adx.objective(f, points=points)
    xs = [np.array([float(i), 1.0]) for i in range(points + 1)]
    for x in xs[:points]:
        objective.fun(x)
    for x in xs[:points]:
        objective.jac(x)
    assert f.calls == points
    objective.fun(xs[-1])  # drives out the point that was not asked for the longest
    objective.fun(xs[0])
    assert f.calls == points + 2


def test_a_point_keeps_its_x() -> None:
    objective = adx.objective(Counted())
    x = np.array([1.0, 2.0])
    objective.fun(x)
    x[:] = 9.0
    assert objective.hess([1.0, 2.0]) == pytest.approx(np.array([[12.0, 1.0], [1.0, 48.0]]))


def test_what_was_asked_for_lately_stays() -> None:
    f = Counted()
    objective = adx.objective(f, points=2)
    first, second, third = (np.array([i, 1.0]) for i in (1.0, 2.0, 3.0))
    for x in (first, second, first, third, first):
        objective.fun(x)
    assert f.calls == 3


def test_hessians_are_symmetric_to_the_last_bit() -> None:
    random = np.random.default_rng(3)
    matrix = random.normal(size=(6, 6))
    objective = adx.objective(lambda x: np.exp(np.sin(matrix @ x)).sum() * np.cos(x @ x))
    for x in random.normal(size=(5, 6)):
        hessian = objective.hess(x)
        assert (hessian == hessian.T).all()
        assert hessian == pytest.approx(adx.hessian(objective._flat)(x), rel=1e-12, abs=1e-12)


def test_second_derivatives() -> None:
    objective = adx.objective(Counted())
    x = np.array([1.0, 2.0])
    hessian = np.array([[12.0, 1.0], [1.0, 48.0]])
    assert objective.hess(x) == pytest.approx(hessian)
    assert (objective.hess(x) == objective.hess(x).T).all()
    assert objective.hessp(x, [1.0, -1.0]) == pytest.approx(hessian @ [1.0, -1.0])
    assert objective.hessp(x, [0.0, 1.0]) == pytest.approx(hessian[1])
    assert objective.evaluations == 0
    assert objective.curvatures == 2


def test_arrays_of_any_shape() -> None:
    objective = adx.objective(lambda m: (m**3).sum())
    m = np.array([[1.0, 2.0]])
    assert objective.jac(m) == pytest.approx(3.0 * m**2)
    assert objective.hess(m).shape == (1, 2, 1, 2)
    assert objective.hess(m)[0, 1, 0, 1] == 12.0
    assert objective.hessp(m, m) == pytest.approx(6.0 * m**2)
    assert adx.objective(lambda x: x * x).jac(3.0) == 6.0


def test_containers_are_one_vector() -> None:
    def f(p: Any) -> Any:
        return (p["a"] - 1.0) ** 2 + ((p["b"] - 2.0) ** 2).sum()

    objective = adx.objective(f, {"b": np.zeros((1, 2), np.float32), "a": 5})
    assert objective.x0.tolist() == [5.0, 0.0, 0.0]
    assert objective.jac(objective.x0).tolist() == [8.0, -4.0, -4.0]
    found = optimize.minimize(
        objective.fun, objective.x0, jac=objective.jac, hessp=objective.hessp, method="trust-ncg"
    )
    best = objective.unflatten(found.x)
    assert best["a"] == pytest.approx(1.0)
    assert best["b"] == pytest.approx(np.full((1, 2), 2.0))
    assert best["b"].dtype == np.float32


def test_trust_regions_come_back_to_what_is_remembered() -> None:
    f = Counted()
    objective = adx.objective(lambda x: f(x) + (x[0] - 5.0) ** 2)
    found = optimize.minimize(
        objective.fun, np.full(2, 3.0), jac=objective.jac, hess=objective.hess, method="trust-exact"
    )
    assert objective.evaluations == found.nfev


def test_an_exception_is_not_remembered() -> None:
    fail = True

    def f(x: Any) -> Any:
        if fail:
            raise ZeroDivisionError
        return x[0] ** 2

    objective = adx.objective(f)
    for derivative in (objective.fun, objective.jac, objective.hess):
        with pytest.raises(ZeroDivisionError):
            derivative(np.ones(1))
    fail = False
    assert objective.fun(np.ones(1)) == 1.0


def test_forget() -> None:
    scale = 1.0
    objective = adx.objective(lambda x: scale * x[0])
    x = np.ones(1)
    assert objective.fun(x) == 1.0
    scale = 2.0
    objective.forget()
    assert objective.fun(x) == 2.0


def test_what_does_not_fit() -> None:
    objective = adx.objective(Counted())
    with pytest.raises(ValueError, match=r"direction of x's shape \(2,\), got \(3,\)"):
        objective.hessp(np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match="has no x0"):
        objective.unflatten(np.ones(2))
    with pytest.raises(ValueError, match="has no x0"):
        _ = objective.x0
    with pytest.raises(ValueError, match="at least 1"):
        adx.objective(Counted(), points=0)
    with pytest.raises(ValueError, match=r"vector of the 2 numbers of x0, got .* \(3,\)"):
        adx.objective(Counted(), np.ones(2)).fun(np.ones(3))
    with pytest.raises(TypeError, match=r"shape \(2,\)"):
        adx.objective(lambda x: 2.0 * x).fun(np.ones(2))


def test_repr() -> None:
    assert repr(adx.objective(Counted())) == "<Objective 'Counted': 0 evaluations>"
