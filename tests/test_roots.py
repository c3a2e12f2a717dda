"""root and least_squares on standard problems, with the Jacobians that are found."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

import autodiffx as adx
from standard_problems import Problem
from standard_problems_larger import PROBLEMS

optimize: Any = importlib.import_module("scipy.optimize")

SQUARE = [
    problem
    for problem in PROBLEMS
    if problem.minima[0] == 0.0
    and len(problem.residuals(problem.start)) == problem.start.size
    and problem.name[:2] not in ("13", "2 ", "26")  # singular, or stuck at another minimum
]


def named(problem: Problem) -> str:
    return problem.name


@pytest.mark.parametrize("problem", PROBLEMS, ids=named)
def test_jacobians_are_those_by_hand(problem: Problem) -> None:
    from autodiffx.constraints import VectorFunction
    from autodiffx.layout import Layout

    function = VectorFunction(problem.residuals, Layout(problem.start, "x0"))
    slopes = np.asarray(problem.jacobian(problem.start))
    random = np.random.default_rng(2)
    assert function.jac(problem.start) == pytest.approx(slopes, rel=1e-13, abs=1e-13)
    operator = function.operator(problem.start)
    along = random.normal(size=slopes.shape[1:])
    weights = random.normal(size=slopes.shape[:1])
    assert operator.matvec(along) == pytest.approx(slopes @ along, rel=1e-11, abs=1e-11)
    assert operator.rmatvec(weights) == pytest.approx(weights @ slopes, rel=1e-11, abs=1e-11)
    bend = function.hess(problem.start, weights)
    expected = np.asarray(problem.bend(problem.start, weights)) @ along
    assert bend.matvec(along) == pytest.approx(expected, rel=1e-11, abs=1e-9)


@pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
@pytest.mark.parametrize("problem", PROBLEMS, ids=named)
def test_least_squares(problem: Problem, method: str) -> None:
    found = adx.least_squares(problem.residuals, problem.start, method=method)
    by_hand = optimize.least_squares(
        lambda x: np.array(problem.residuals(x)), problem.start, problem.jacobian, method=method
    )
    assert 2.0 * found.cost == pytest.approx(2.0 * by_hand.cost, rel=1e-6, abs=1e-9)
    assert found.nfev <= by_hand.nfev


@pytest.mark.parametrize("method", ["hybr", "lm"])
@pytest.mark.parametrize("problem", SQUARE, ids=named)
def test_root(problem: Problem, method: str) -> None:
    found = adx.root(problem.residuals, problem.start, method=method)
    by_hand = optimize.root(
        lambda x: np.array(problem.residuals(x)),
        problem.start,
        jac=lambda x: np.asarray(problem.jacobian(x)),
        method=method,
    )
    assert found.success
    assert np.abs(problem.residuals(found.x)).max() < 1e-7
    assert found.nfev <= by_hand.nfev


def test_there_are_enough_equations() -> None:
    assert len(SQUARE) >= 5


@pytest.mark.parametrize("method", ["krylov", "broyden1", "anderson", "df-sane"])
def test_methods_without_jacobian_use_plain_numbers(method: str) -> None:
    kinds = set()

    def f(p: Any) -> Any:
        kinds.add(type(p["x"]))
        return {"one": p["x"] * 3.0 - p["y"][0], "two": [p["y"] * 2.0 - 4.0]}

    found = adx.root(f, {"x": 1.0, "y": np.ones(1)}, method=method)
    assert found.x["x"] == pytest.approx(2.0 / 3.0, abs=1e-4)
    assert found.x["y"] == pytest.approx([2.0], abs=1e-4)
    assert kinds == {float}


def test_root_of_a_number() -> None:
    found = adx.root(lambda x, a: x * x - a, 1.0, args=2.0)
    assert type(found.x) is float
    assert found.x == pytest.approx(2.0**0.5)


def test_root_counts_equations() -> None:
    with pytest.raises(ValueError, match=r"as many equations as x0 has numbers, 2, got 1"):
        adx.root(lambda x: x[0], np.ones(2))
    with pytest.raises(ValueError, match=r"2, got 3"):
        adx.root(lambda x: [x, 1.0], np.ones(2))
    found = adx.root(lambda x: [x - 1.0, 0.0], np.zeros(2), method="lm")
    assert found.x == pytest.approx([1.0, 1.0])
    with pytest.raises(TypeError, match="real numbers"):
        adx.root(lambda x: ["text", x[0]], np.ones(2))


def decay(p: Any, t: Any, y: Any) -> Any:
    return p["size"] * np.exp(-p["rate"] * t) - y


def test_a_fit_with_containers_args_bounds_and_loss() -> None:
    t = np.linspace(0.0, 2.0, 20)
    y = 3.0 * np.exp(-1.5 * t)
    start = {"size": 1.0, "rate": np.array(1.0)}
    found = adx.least_squares(decay, start, (t, y))
    assert found.x["size"] == pytest.approx(3.0)
    assert found.x["rate"].shape == ()
    assert found.jac.shape == (20, 2)
    boxed = adx.least_squares(
        decay, start, (t, y), bounds={"size": (0.0, 2.0), "rate": (None, None)}
    )
    assert boxed.x["size"] == pytest.approx(2.0)
    y[3] = 100.0
    robust = adx.least_squares(decay, start, (t, y), loss="cauchy", f_scale=0.01)
    assert robust.x["size"] == pytest.approx(3.0, abs=0.01)


def test_bounds_in_scipys_form() -> None:
    def f(x: Any) -> Any:
        return x - 3.0

    for bounds in ((0.0, 1.0), ([0.0, 0.0], [1.0, 1.0]), optimize.Bounds(0.0, 1.0)):
        assert adx.least_squares(f, np.ones(2) / 2, bounds=bounds).x == pytest.approx(
            [1.0, 1.0], abs=1e-6
        )
    pairs = [(0.0, 1.0), (None, None)]
    assert adx.least_squares(f, np.ones(2) / 2, bounds=pairs).x == pytest.approx(
        [1.0, 3.0], abs=1e-6
    )


def test_lsmr_gets_products_and_no_matrix() -> None:
    def f(x: Any) -> Any:
        return {"a": x * x - 4.0, "b": x[0] - x[1]}

    found = adx.least_squares(f, np.array([1.0, 3.0]), tr_solver="lsmr")
    assert found.x == pytest.approx([2.0, 2.0])
    assert type(found.jac).__name__.endswith("LinearOperator")


def test_callbacks_see_the_container() -> None:
    seen: list[Any] = []
    adx.least_squares(lambda p: p["a"] ** 2 - 2.0, {"a": 1.0}, callback=seen.append)
    assert type(seen[-1]["a"]) is float
    adx.root(
        lambda p: p["a"] ** 2 - 2.0,
        {"a": 1.0},
        method="krylov",
        callback=lambda x, residual: seen.append((x, residual)),
    )
    assert seen[-1][0]["a"] == pytest.approx(2.0**0.5, abs=1e-4)
