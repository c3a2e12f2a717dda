"""minimize: every method gets what it can use, and x keeps its container."""

from __future__ import annotations

import dataclasses
import importlib
from typing import Any, NamedTuple

import numpy as np
import pytest

import autodiffx as adx
from autodiffx.layout import leaves_of

optimize: Any = importlib.import_module("scipy.optimize")

METHODS = [
    "Nelder-Mead",
    "Powell",
    "CG",
    "BFGS",
    "Newton-CG",
    "L-BFGS-B",
    "TNC",
    "COBYLA",
    "COBYQA",
    "SLSQP",
    "trust-constr",
    "dogleg",
    "trust-ncg",
    "trust-krylov",
    "trust-exact",
]
PLAIN = {"Nelder-Mead", "Powell", "COBYLA", "COBYQA"}


def rosenbrock(x: Any) -> Any:
    return (1.0 - x[0]) ** 2 + 100.0 * (x[1] - x[0] ** 2) ** 2


def bowl(x: Any) -> Any:
    """Least, and 2, where every number is 3. Convex, so that dogleg takes it too."""
    total: Any = 2.0
    for leaf in leaves_of(x):
        square = (leaf - 3.0) ** 2
        total = total + (square.sum() if np.shape(leaf) else square)
    return total


class Pair(NamedTuple):
    left: Any
    right: Any


@dataclasses.dataclass
class Model:
    weights: Any
    bias: Any = 0.0


# ---- methods -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_every_method_of_scipy(method: str) -> None:
    kinds = set()

    def noted(x: Any) -> Any:
        kinds.add(type(x))
        return bowl(x)

    found = adx.minimize(noted, np.zeros(3), method=method, tol=1e-8)
    assert type(found) is optimize.OptimizeResult
    assert found.x == pytest.approx(np.full(3, 3.0), abs=1e-4)
    assert found.fun == pytest.approx(2.0, abs=1e-7)
    assert (kinds == {np.ndarray}) == (method in PLAIN)


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("Newton-CG", {"jac", "hessp"}),
        ("trust-krylov", {"jac", "hessp"}),
        ("trust-ncg", {"jac", "hessp"}),
        ("trust-constr", {"jac", "hessp"}),
        ("trust-exact", {"jac", "hess"}),
        ("dogleg", {"jac", "hess"}),
        ("BFGS", {"jac"}),
        ("TNC", {"jac"}),
        (None, {"jac"}),
        ("Powell", set()),
    ],
)
def test_what_a_method_is_given(
    method: str | None, given: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}
    original = optimize.minimize

    def spy(*args: Any, **keywords: Any) -> Any:
        seen.update(keywords)
        return original(*args, **keywords)

    monkeypatch.setattr(optimize, "minimize", spy)
    adx.minimize(bowl, np.zeros(2), method=method)
    assert {name for name in ("jac", "hess", "hessp") if name in seen} == given


def test_scipys_choice_of_a_method() -> None:
    ball = {"type": "ineq", "fun": lambda x: 1.0 - x[0] ** 2}
    assert "hess_inv" in adx.minimize(bowl, np.zeros(1))
    assert type(adx.minimize(bowl, np.zeros(1), bounds=[(0, 1)]).hess_inv).__name__ == (
        "LbfgsInvHessProduct"
    )
    assert "multipliers" in adx.minimize(bowl, np.zeros(1), constraints=ball)
    assert "multipliers" in adx.minimize(bowl, np.zeros(1), constraints=[ball])


def test_a_method_of_ones_own_gets_everything() -> None:
    def newton(fun: Any, x0: Any, args: Any, **given: Any) -> Any:
        x = x0 - np.linalg.solve(given["hess"](x0), given["jac"](x0))
        assert given["hessp"](x0, x0) == pytest.approx(given["hess"](x0) @ x0)
        return optimize.OptimizeResult(x=x, fun=fun(x), steps=given["steps"])

    found = adx.minimize(bowl, {"a": 1.0, "b": np.ones(2)}, method=newton, options={"steps": 1})
    assert found.x["a"] == pytest.approx(3.0)
    assert found.steps == 1


# ---- containers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "x0",
    [
        1.0,
        2,
        np.zeros(3),
        np.zeros((2, 3)),
        np.array(1.0),
        [1.0, 2.0],
        (0.0, np.ones((2, 1))),
        {"b": 1.0, "a": [np.zeros(2), None, 4.0]},
        Pair(0.0, np.zeros(2)),
        Model(np.zeros((2, 2)), 1.0),
        {"inner": Model([1.0, np.ones(1)], Pair(2.0, 3.0))},
    ],
    ids=lambda x0: type(x0).__name__,
)
@pytest.mark.parametrize("method", ["BFGS", "trust-ncg", "Nelder-Mead"])
def test_x_keeps_its_container(x0: Any, method: str) -> None:
    import optree

    options = {"maxiter": 4000, "maxfev": 4000} if method == "Nelder-Mead" else None
    found = adx.minimize(bowl, x0, method=method, tol=1e-9, options=options)
    leaves, expected = leaves_of(found.x), leaves_of(x0)
    space = "autodiffx"
    assert optree.tree_structure(found.x, namespace=space) == optree.tree_structure(
        x0, namespace=space
    )
    assert type(found.x) is type(x0) or x0 == 2
    for leaf, start in zip(leaves, expected, strict=True):
        assert type(leaf) is (np.ndarray if isinstance(start, np.ndarray) else float)
        assert np.shape(leaf) == np.shape(start)
        assert leaf == pytest.approx(np.full(np.shape(start), 3.0), abs=1e-3)


def test_f_gets_the_structure_of_x0() -> None:
    def check(x: Any) -> Any:
        assert type(x) is dict
        assert np.shape(x["m"]) == (2, 2)
        assert np.shape(x["n"]) == ()
        return bowl(x)

    start = {"m": np.zeros((2, 2)), "n": 1}
    for method in ("BFGS", "Powell", "trust-exact"):
        adx.minimize(check, start, method=method)
    assert start["n"] == 1
    assert not np.asarray(start["m"]).any()


def test_float32_comes_back_as_float32() -> None:
    found = adx.minimize(bowl, {"a": np.zeros(2, np.float32), "b": np.zeros(1)})
    assert found.x["a"].dtype == np.float32
    assert found.x["b"].dtype == np.float64


def test_changes_to_x_inside_of_f_stay_there() -> None:
    def careless(x: Any) -> Any:
        value = bowl(x)
        x *= 0.0
        return value

    for method in sorted(PLAIN):
        found = adx.minimize(careless, np.ones(2), method=method)
        assert found.x == pytest.approx([3.0, 3.0], abs=1e-3)


# ---- arguments, bounds, constraints ------------------------------------------------------------


def test_args() -> None:
    def f(x: Any, scale: Any, shift: float) -> Any:
        return (scale * (x - shift) ** 2).sum()

    found = adx.minimize(f, np.zeros(2), args=(np.array([1.0, 2.0]), 5.0))
    assert found.x == pytest.approx([5.0, 5.0])
    assert adx.minimize(lambda x, a: (x - a) ** 2, 0.0, args=4.0).x == pytest.approx(4.0)


BOXES: list[tuple[Any, Any, Any]] = [
    (np.zeros(2), [(0, 1), (None, 2)], [1, 2]),
    (np.zeros(2), zip([0, 0], [1, 2], strict=True), [1, 2]),
    (np.zeros(2), optimize.Bounds(0, [1, 2]), [1, 2]),
    (np.zeros((1, 2)), optimize.Bounds(-1, np.array([[1, 2]])), [[1, 2]]),
    (np.zeros((1, 2)), [(0, 1), (0, 2)], [[1, 2]]),
    (0.0, (None, 1.0), 1),
    (0.0, [(0.0, 1.0)], 1),
    ([0.0, 0.0], [(0, 1), (0, 2)], [1, 2]),
    ((0.0, 0.0), [(0, 1), (0, 2)], (1, 2)),
    ({"b": 0.0, "a": np.zeros(2)}, {"a": (0, [1, 2]), "b": (None, None)}, {"b": 3, "a": [1, 2]}),
    ({"b": 0.0, "a": np.zeros(2)}, optimize.Bounds(0, [1, 2, np.inf]), {"b": 3, "a": [1, 2]}),
]


@pytest.mark.parametrize(("x0", "bounds", "expected"), BOXES)
def test_bounds(x0: Any, bounds: Any, expected: Any) -> None:
    found = adx.minimize(bowl, x0, bounds=bounds)
    flat = found.x if not isinstance(found.x, dict) else [*found.x["a"], found.x["b"]]
    aims = expected if not isinstance(expected, dict) else [*expected["a"], expected["b"]]
    assert np.asarray(flat) == pytest.approx(np.asarray(aims, dtype=float), abs=1e-5)


def test_none_is_no_bound() -> None:
    for x0, bounds in (
        (np.zeros(1), [(None, 1.0)]),
        (0.0, (None, 1.0)),
        ({"a": 0.0}, {"a": (None, 1.0)}),
        ({"a": np.zeros(1)}, {"a": (None, [1.0])}),
    ):
        down = adx.minimize(lambda x: bowl(x) + 40.0 * np.sum(leaves_of(x)[0]), x0, bounds=bounds)
        assert leaves_of(down.x)[0] == pytest.approx(-17.0)


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr", "COBYLA", "COBYQA"])
@pytest.mark.parametrize("kind", ["dictionary", "object"])
def test_constraints(method: str, kind: str) -> None:
    # The largest rectangle below an ellipse: at (√2, √2/2) for x²/4 + y² = 1.
    def inside(p: Any) -> Any:
        return 1.0 - p["x"] ** 2 / 4.0 - p["y"] ** 2

    constraint: Any = {"type": "ineq", "fun": inside}
    if kind == "object":
        constraint = optimize.NonlinearConstraint(inside, 0.0, np.inf)
    found = adx.minimize(
        lambda p: -p["x"] * p["y"],
        {"x": 0.5, "y": 0.5},
        method=method,
        constraints=constraint,
        tol=1e-9,
        options={"maxiter": 3000},
    )
    # trust-constr stops with its barrier at 8e-4, with derivatives by hand as well.
    close = 1e-3 if method == "trust-constr" else 1e-4
    assert found.x == pytest.approx({"x": 2.0**0.5, "y": 0.5**0.5}, abs=close)


def test_constraints_that_return_containers_and_take_args() -> None:
    def sums(x: Any, total: float) -> Any:
        return {"sum": x[0] + x[1] - total, "rest": [x[2:] - 1.0]}

    constraint = {"type": "eq", "fun": sums, "args": (1.0,)}
    for method in ("SLSQP", "trust-constr"):
        found = adx.minimize(
            lambda x: (x**2).sum(), np.ones(4), method=method, constraints=[constraint]
        )
        assert found.x == pytest.approx([0.5, 0.5, 1.0, 1.0], abs=1e-6)


def test_linear_constraints_are_over_the_numbers_in_order() -> None:
    plane = optimize.LinearConstraint([[1.0, 1.0, 0.0]], 2.0, 2.0)
    for method in ("SLSQP", "trust-constr"):
        found = adx.minimize(bowl, {"b": 0.0, "a": np.zeros(2)}, method=method, constraints=plane)
        assert found.x["a"] == pytest.approx([1.0, 1.0], abs=1e-5)
        assert found.x["b"] == pytest.approx(3.0, abs=1e-5)


def test_second_derivatives_of_constraints_are_exact() -> None:
    def ring(x: Any) -> Any:
        return [x[0] ** 2 + x[1] ** 2, x[0] * x[1]]

    def bend(x: Any, weights: Any) -> Any:
        return np.array([[2.0 * weights[0], weights[1]], [weights[1], 2.0 * weights[0]]])

    def slopes(x: Any) -> Any:
        return np.array([2.0 * x, x[::-1]])

    start = np.array([-0.5, 0.2])
    limits = ([0.0, -1.0], [0.5, 0.2])
    found = adx.minimize(
        rosenbrock,
        start,
        method="trust-constr",
        constraints=optimize.NonlinearConstraint(ring, *limits),
    )
    objective = adx.objective(rosenbrock)
    by_hand = optimize.minimize(
        rosenbrock,
        start,
        method="trust-constr",
        jac=objective.jac,
        hess=objective.hess,
        constraints=optimize.NonlinearConstraint(ring, *limits, jac=slopes, hess=bend),
    )
    assert found.x == pytest.approx(by_hand.x, abs=1e-6)
    assert found.nit == by_hand.nit


def test_a_constraints_own_derivatives_are_used() -> None:
    calls = []

    def slope(p: Any) -> Any:
        calls.append(p)
        return np.array([[1.0, 1.0]])

    constraint = {"type": "eq", "fun": lambda p: p["x"] + p["y"] - 1.0, "jac": slope}
    found = adx.minimize(bowl, {"x": 0.0, "y": 0.0}, method="SLSQP", constraints=constraint)
    assert found.x == pytest.approx({"x": 0.5, "y": 0.5})
    assert {type(call) for call in calls} == {dict}


# ---- callbacks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["BFGS", "Nelder-Mead", "trust-constr", "SLSQP", "TNC"])
def test_callbacks_see_the_container(method: str) -> None:
    seen = []
    adx.minimize(bowl, {"a": 0.0}, method=method, callback=lambda x, *state: seen.append(x))
    assert seen
    assert seen[-1]["a"] == pytest.approx(3.0, abs=1e-3)


def test_a_callback_by_result_may_stop() -> None:
    def stop(intermediate_result: Any) -> None:
        assert type(intermediate_result.x["a"]) is float
        raise StopIteration

    found = adx.minimize(bowl, {"a": 0.0}, method="BFGS", callback=stop)
    assert not found.success
    assert found.nit == 1
    assert type(found.x) is dict
