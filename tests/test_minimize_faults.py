"""Whatever does not fit is named, and what a function raises comes out as it is."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiffx as adx
from autodiffx.progress import ERASE_LINE

optimize: Any = importlib.import_module("scipy.optimize")
ZERO = np.zeros(2)


def bowl(x: Any) -> Any:
    return ((x - 3.0) ** 2).sum()


class Accident(Exception):
    """Raised in the middle."""


def fails_after(calls: int, f: Callable[..., Any]) -> Callable[..., Any]:
    """The function, until it has been called so often."""
    count = 0

    def failing(*args: Any) -> Any:
        nonlocal count
        count += 1
        if count > calls:
            raise Accident("in the middle")
        return f(*args)

    return failing


@pytest.mark.parametrize(
    ("x0", "error", "words"),
    [
        (np.array([1, 2]), TypeError, r"x0 is an array of int64.*astype"),
        ({"a": [1.0, np.array([True])]}, TypeError, r"x0\['a'\]\[1\] is an array of bool"),
        ({"a": "text"}, TypeError, r"x0\['a'\] is of type 'str'"),
        (True, TypeError, r"x0 is of type 'bool'"),
        (1j, TypeError, r"x0 is of type 'complex'"),
        (np.zeros(2, complex), TypeError, r"x0 is an array of complex128"),
        ([], ValueError, r"x0 holds no number"),
        (np.zeros(0), ValueError, r"x0 holds no number"),
        (None, ValueError, r"x0 holds no number"),
        ([adx.Variable(1.0)], TypeError, r"x0\[0\] is a Variable.*\.value"),
        (adx.Dual(1.0, 1.0), TypeError, r"x0 is a Dual"),
    ],
)
def test_what_cannot_be_solved_for(x0: Any, error: type[Exception], words: str) -> None:
    for solve in (adx.minimize, adx.root, adx.least_squares):
        with pytest.raises(error, match=words):
            solve(bowl, x0)


@pytest.mark.parametrize("method", ["BFGS", "trust-exact", "Nelder-Mead"])
@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: x * 2.0, r"shape \(2,\)"),
        (lambda x: x[:1], r"shape \(1,\)"),
        (lambda x: None, "None"),
        (lambda x: "text", "str"),
        (lambda x: [x[0]], "list"),
    ],
)
def test_an_objective_returns_one_number(f: Any, words: str, method: str) -> None:
    with pytest.raises(TypeError, match=words):
        adx.minimize(f, ZERO, method=method)


def test_a_variable_from_outside_would_lose_its_derivative() -> None:
    outer = adx.Variable(2.0)
    for method in ("BFGS", "Powell"):
        with pytest.raises(TypeError, match=r"Variable from outside.*\.value"):
            adx.minimize(lambda x: outer * x * x, 1.0, method=method)
    with pytest.raises(TypeError, match="Variable from outside"):
        adx.root(lambda x: outer * x - 1.0, 1.0)
    with pytest.raises(TypeError, match="Variable from outside"):
        adx.solve_ivp(lambda t, y: outer * y, (0.0, 1.0), 1.0)
    with pytest.raises(TypeError, match="Variable from outside"):
        adx.grad(lambda a: adx.minimize(lambda x: (x - a) ** 2, 0.0).x)(1.0)


def test_no_function() -> None:
    for solve in (adx.minimize, adx.root, adx.least_squares):
        with pytest.raises(TypeError, match=r"takes a function, got 'int'"):
            solve(3, ZERO)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"takes a function"):
        adx.objective(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"takes a function"):
        adx.solve_ivp(3, (0.0, 1.0), ZERO)  # type: ignore[arg-type]


def test_unknown_methods_are_scipys_to_refuse() -> None:
    with pytest.raises(ValueError, match="Unknown solver"):
        adx.minimize(bowl, ZERO, method="steepest")
    with pytest.raises(ValueError, match="Unknown solver"):
        adx.root(lambda x: x, ZERO, method="steepest")


def test_derivatives_are_not_taken() -> None:
    with pytest.raises(TypeError, match="jac"):
        adx.minimize(bowl, ZERO, jac=bowl)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"takes no 'jac'.*scipy.optimize"):
        adx.least_squares(lambda x: x, ZERO, jac="3-point")
    with pytest.raises(TypeError, match=r"takes no 'jac'.*scipy.integrate"):
        adx.solve_ivp(lambda t, y: y, (0, 1), ZERO, jac=lambda t, y: y)


@pytest.mark.parametrize(
    ("x0", "bounds", "error", "words"),
    [
        (ZERO, [(0, 1)], ValueError, "2 pairs"),
        (ZERO, [(0, 1, 2), (0, 1)], ValueError, "2 pairs"),
        (ZERO, optimize.Bounds([0, 0, 0], 1), ValueError, r"2 of them, got shape \(3,\)"),
        ({"a": 0.0}, {"b": (0, 1)}, TypeError, "bounds should have the structure"),
        ({"a": 0.0}, {"a": 3}, TypeError, r"bounds of x0\['a'\] should be a pair"),
        ({"a": ZERO}, {"a": (0, [1, 2, 3])}, ValueError, r"its shape \(2,\), got \(3,\)"),
    ],
)
def test_bounds_that_do_not_fit(x0: Any, bounds: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        adx.minimize(lambda x: 0.0, x0, bounds=bounds)


@pytest.mark.parametrize(
    ("constraint", "error", "words"),
    [
        ({"type": "less", "fun": bowl}, ValueError, "constraint 0 should have a 'type'"),
        ({"type": "eq"}, ValueError, "'fun'"),
        ({"type": "eq", "fun": 3}, TypeError, "constraint 0 should have a function"),
        ([3], TypeError, "constraint 0 should be a LinearConstraint"),
        (optimize.LinearConstraint([[1, 1, 1]], 0, 1), ValueError, "should have 2 columns"),
    ],
)
def test_constraints_that_do_not_fit(constraint: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        adx.minimize(bowl, ZERO, constraints=constraint)


@pytest.mark.parametrize(
    "method", ["BFGS", "L-BFGS-B", "TNC", "SLSQP", "trust-constr", "trust-krylov", "COBYLA"]
)
@pytest.mark.parametrize("calls", [0, 1, 2])
def test_exceptions_pass_through(method: str, calls: int) -> None:
    def flat(x: Any) -> Any:
        return ((x - 3.0) ** 4).sum()

    with pytest.raises(Accident, match="in the middle"):
        adx.minimize(fails_after(calls, flat), ZERO, method=method)
    # Nothing is left behind.
    assert adx.grad(flat)(ZERO) == pytest.approx([-108.0, -108.0])


def test_exceptions_of_the_other_functions_pass_through() -> None:
    with pytest.raises(Accident):
        adx.minimize(
            bowl,
            ZERO,
            method="SLSQP",
            constraints={"type": "eq", "fun": fails_after(1, lambda x: x[0])},
        )
    with pytest.raises(Accident):
        adx.minimize(bowl, ZERO, callback=fails_after(0, lambda x: None))
    for method in ("hybr", "lm", "krylov"):
        with pytest.raises(Accident):
            adx.root(fails_after(2, lambda x: x**3 - 1.0), ZERO + 0.5, method=method)
    for method in ("trf", "dogbox", "lm"):
        with pytest.raises(Accident):
            adx.least_squares(fails_after(2, lambda x: x**3 - 1.0), ZERO + 0.5, method=method)
    for method in ("RK45", "BDF", "Radau", "LSODA"):
        with pytest.raises(Accident):
            adx.solve_ivp(fails_after(9, lambda t, y: -y), (0.0, 9.0), ZERO + 1.0, method)


# ---- progress ----------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


def test_progress_is_shown_and_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autodiffx.progress.SECONDS_BETWEEN_DRAWINGS", 0.0)
    f = (lambda x: bowl(x), ZERO)
    runs: list[tuple[Callable[[], Any], str]] = [
        (lambda: adx.minimize(*f, progress=True), "bfgs"),
        (lambda: adx.minimize(*f, progress=True, options={"maxfun": 9}, method="TNC"), "tnc [###"),
        (lambda: adx.minimize(*f, progress=True, method="Powell"), "powell"),
        (lambda: adx.root(lambda x: x - 1.0, ZERO, progress=True), "root hybr"),
        (lambda: adx.least_squares(lambda x: x - 1.0, ZERO, progress=True), "least_squares trf"),
        (lambda: adx.solve_ivp(lambda t, y: -y, (0, 1), ZERO, progress=True), "RK45 [#"),
    ]
    for run, words in runs:
        stream = Terminal()
        monkeypatch.setattr("sys.stderr", stream)
        run()
        assert words in stream.getvalue()
        assert stream.getvalue().endswith(ERASE_LINE)
        silent = io.StringIO()
        monkeypatch.setattr("sys.stderr", silent)
        run()
        assert silent.getvalue() == ""


def test_progress_is_off_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    adx.minimize(bowl, ZERO)
    adx.root(lambda x: x - 1.0, ZERO)
    adx.least_squares(lambda x: x - 1.0, ZERO)
    adx.solve_ivp(lambda t, y: -y, (0, 1), ZERO)
    assert stream.getvalue() == ""


def test_progress_is_erased_when_the_function_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    with pytest.raises(Accident):
        adx.minimize(fails_after(1, bowl), ZERO, progress=True)
    assert stream.getvalue().endswith(ERASE_LINE)


@pytest.mark.parametrize("solver", ["minimize", "root"])
def test_methods_that_are_none(solver: str) -> None:
    with pytest.raises(TypeError, match=f"method of {solver}"):
        getattr(adx, solver)(lambda x: x * x, 1.0, method=3)


def test_constraints_that_are_none() -> None:
    assert adx.minimize(lambda x: (x - 1.0) ** 2, 0.0, constraints=None).x == pytest.approx(1.0)
    with pytest.raises(TypeError, match=r"constraints should be.*'function'"):
        adx.minimize(lambda x: x * x, 1.0, constraints=lambda x: x)


def test_a_single_argument_of_a_constraint() -> None:
    limit = {"type": "ineq", "fun": lambda x, a: a - x, "args": 0.5}
    best = adx.minimize(lambda x: (x - 1.0) ** 2, 0.0, constraints=limit)
    assert best.x == pytest.approx(0.5)


@pytest.mark.parametrize("method", ["BFGS", "Powell"])
def test_complex_values(method: str) -> None:
    with pytest.raises(TypeError, match="complex"):
        adx.minimize(lambda x: np.array(1j), 1.0, method=method)


def test_start_in_another_byte_order() -> None:
    best = adx.minimize(lambda x: ((x - 1.0) ** 2).sum(), np.zeros(2, ">f8"))
    assert best.x.dtype == np.float64
    np.testing.assert_allclose(best.x, 1.0)
