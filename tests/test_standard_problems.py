"""SciPy's minimisers on standard problems: no more evaluations than with derivatives by hand."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiffx as adx
from standard_problems import Problem
from standard_problems_larger import PROBLEMS

optimize: Any = importlib.import_module("scipy.optimize")

# With the tolerances that reach the least value to six digits, and time for it.
METHODS: dict[str, float | None] = {
    "BFGS": None,
    "L-BFGS-B": 1e-12,
    "trust-ncg": 1e-8,
    "Newton-CG": None,
    "SLSQP": 1e-12,
    "trust-constr": None,
}
LONG = {"maxiter": 3000}
WITH_HESSIAN = ("trust-ncg", "Newton-CG", "trust-constr")

# Not compared: where the first step overflows, with derivatives by hand too, and where the way
# leads past a saddle in so many small steps that rounding alone decides how many.
OVERFLOWS = {("6 Jennrich and Sampson", "L-BFGS-B"), ("6 Jennrich and Sampson", "SLSQP")}
CRAWLS = {("14 Wood", "Newton-CG")}

CASES = [
    pytest.param(problem, method, id=f"{problem.name}-{method}")
    for problem in PROBLEMS
    for method in METHODS
    if (problem.name, method) not in OVERFLOWS | CRAWLS
]
NAMED = {problem.name: problem for problem in PROBLEMS}


def by_hand(problem: Problem, method: str, last_bits: int | None = None) -> Any:
    """SciPy's result with derivatives by hand, whose last bits are as written, or moved at will."""
    random = np.random.default_rng(last_bits)

    def moved(derivative: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def derive(x: Any) -> Any:
            out = np.asarray(derivative(x))
            if last_bits is None:
                return out
            return out * (1.0 + 2.0**-52 * random.integers(-1, 2, size=out.shape))

        return derive

    more: dict[str, Any] = {}
    if method in WITH_HESSIAN:
        hessian = moved(problem.hessian)
        more["hessp"] = lambda x, direction: hessian(x) @ direction
    return optimize.minimize(
        problem.value,
        problem.start,
        method=method,
        jac=moved(problem.gradient),
        tol=METHODS[method],
        options=LONG,
        **more,
    )


def is_least(problem: Problem, value: float) -> bool:
    """Whether that is one of the minima that are known, of which the source gives six digits."""
    return any(abs(value - known) <= 1e-7 + 1e-6 * abs(known) for known in problem.minima)


def test_twenty_are_compared_by_all_methods() -> None:
    assert (
        len({problem.name for problem in PROBLEMS} - {name for name, _ in OVERFLOWS | CRAWLS}) == 20
    )


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_derivatives_by_hand_are_those_that_are_found(problem: Problem) -> None:
    random = np.random.default_rng(1)
    objective = adx.objective(problem.value)
    for _ in range(3):
        x = problem.start + 0.01 * random.normal(size=problem.start.size)
        gradient, hessian = problem.gradient(x), problem.hessian(x)
        assert np.abs(objective.jac(x) - gradient).max() <= 1e-13 * np.abs(gradient).max()
        assert np.abs(objective.hess(x) - hessian).max() <= 1e-13 * np.abs(hessian).max()
        along = random.normal(size=x.size)
        assert objective.hessp(x, along) == pytest.approx(hessian @ along, rel=1e-9)


@pytest.mark.parametrize(("problem", "method"), CASES)
def test_no_more_evaluations_than_by_hand(problem: Problem, method: str) -> None:
    with warnings.catch_warnings():
        # SciPy warns of overflow in steps too long, and of its own updates that it skips.
        warnings.simplefilter("ignore")
        found = adx.minimize(
            problem.value, problem.start, method=method, tol=METHODS[method], options=LONG
        )
        known = by_hand(problem, method)
        assert is_least(problem, known.fun)
        assert is_least(problem, found.fun)
        # A long way amplifies rounding: two derivatives by hand that differ in their last bits
        # do not take the same number of steps either.
        most = known.nfev
        for last_bits in range(8):
            if found.nfev <= most:
                break
            most = max(most, by_hand(problem, method, last_bits).nfev)
        assert found.nfev <= most


@pytest.mark.parametrize(("name", "method"), sorted(OVERFLOWS))
def test_what_overflows_does_so_by_hand(name: str, method: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not is_least(NAMED[name], by_hand(NAMED[name], method).fun)


@pytest.mark.parametrize(("name", "method"), sorted(CRAWLS))
def test_what_crawls_does_so_by_hand(name: str, method: str) -> None:
    counts = [by_hand(NAMED[name], method, last_bits).nfev for last_bits in range(6)]
    assert max(counts) > 2 * min(counts)
