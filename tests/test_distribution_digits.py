"""Distributions against many digits: in the middle, and where probabilities are tiny."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

Formula = Callable[..., Any]


def log_gamma(y: Any, a: Any) -> Any:
    return (a - 1) * mp.log(y) - y - mp.loggamma(a)


def log_student(y: Any, df: Any) -> Any:
    norm = mp.loggamma((df + 1) / 2) - mp.loggamma(df / 2) - mp.log(mp.pi * df) / 2
    return norm - (df + 1) / 2 * mp.log1p(y * y / df)


def student_tail(y: Any, df: Any) -> Any:
    """The probability of more than y."""
    if abs(y) < 1:
        slope = mp.exp(log_student(mpf(0), df))
        return mpf(1) / 2 - y * slope * mp.hyp2f1(0.5, (df + 1) / 2, 1.5, -y * y / df)
    if y < 0:
        return 1 - student_tail(-y, df)
    return mp.betainc(df / 2, mpf(1) / 2, 0, df / (df + y * y), regularized=True) / 2


def gamma_tail(y: Any, a: Any) -> Any:
    return mp.gammainc(a, y, mp.inf, regularized=True)


def gamma_part(y: Any, a: Any) -> Any:
    return mp.gammainc(a, 0, y, regularized=True)


def beta_part(y: Any, a: Any, b: Any) -> Any:
    return mp.betainc(a, b, 0, y, regularized=True)


def cauchy_tail(y: Any) -> Any:
    return mp.atan2(1, y) / mp.pi


def laplace_tail(y: Any) -> Any:
    return mp.exp(-y) / 2 if y > 0 else 1 - mp.exp(y) / 2


def von_mises_area(y: Any, k: Any) -> Any:
    def density(t: Any) -> Any:
        return mp.exp(k * (mp.cos(t) - 1))

    turns = [-mp.pi, -mp.pi / 2, 0, mp.pi / 2, mp.pi]
    below = [turn for turn in turns if turn < y]
    return mp.quad(density, [*below, y]) / mp.quad(density, turns)


# The logarithm of the density, and the probabilities of less and of more than y.
EXACT: dict[str, tuple[Formula, Formula, Formula]] = {
    "norm": (
        lambda y: -y * y / 2 - mp.log(2 * mp.pi) / 2,
        lambda y: mp.erfc(-y / mp.sqrt(2)) / 2,
        lambda y: mp.erfc(y / mp.sqrt(2)) / 2,
    ),
    "lognorm": (
        lambda y, s: -((mp.log(y) / s) ** 2) / 2 - mp.log(s * y) - mp.log(2 * mp.pi) / 2,
        lambda y, s: mp.erfc(-mp.log(y) / s / mp.sqrt(2)) / 2,
        lambda y, s: mp.erfc(mp.log(y) / s / mp.sqrt(2)) / 2,
    ),
    "t": (log_student, lambda y, df: student_tail(-y, df), student_tail),
    "cauchy": (
        lambda y: -mp.log(mp.pi) - mp.log1p(y * y),
        lambda y: cauchy_tail(-y),
        cauchy_tail,
    ),
    "laplace": (lambda y: -abs(y) - mp.log(2), lambda y: laplace_tail(-y), laplace_tail),
    "logistic": (
        lambda y: -y - 2 * mp.log1p(mp.exp(-y)),
        lambda y: 1 / (1 + mp.exp(-y)),
        lambda y: 1 / (1 + mp.exp(y)),
    ),
    "expon": (lambda y: -y, lambda y: -mp.expm1(-y), lambda y: mp.exp(-y)),
    "weibull_min": (
        lambda y, c: mp.log(c) + (c - 1) * mp.log(y) - y**c,
        lambda y, c: -mp.expm1(-(y**c)),
        lambda y, c: mp.exp(-(y**c)),
    ),
    "gamma": (log_gamma, gamma_part, gamma_tail),
    "invgamma": (
        lambda y, a: log_gamma(1 / y, a) - 2 * mp.log(y),
        lambda y, a: gamma_tail(1 / y, a),
        lambda y, a: gamma_part(1 / y, a),
    ),
    "chi2": (
        lambda y, df: log_gamma(y / 2, df / 2) - mp.log(2),
        lambda y, df: gamma_part(y / 2, df / 2),
        lambda y, df: gamma_tail(y / 2, df / 2),
    ),
    "beta": (
        lambda y, a, b: (a - 1) * mp.log(y) + (b - 1) * mp.log1p(-y) - mp.log(mp.beta(a, b)),
        beta_part,
        lambda y, a, b: beta_part(1 - y, b, a),
    ),
    "vonmises": (
        lambda y, k: k * mp.cos(y) - mp.log(2 * mp.pi * mp.besseli(0, k)),
        lambda y, k: von_mises_area(y, k),
        lambda y, k: von_mises_area(-y, k),
    ),
}

POINTS: dict[str, list[tuple[float, ...]]] = {
    "norm": [(0.0,), (0.3,), (-1.7,), (5.0,), (-38.0,), (1e3,)],
    "lognorm": [(0.7, 0.5), (1.0, 2.0), (1e-30, 1.5), (1e30, 0.8)],
    "t": [
        (0.0, 3.0),
        (1e-9, 0.7),
        (-0.4, 2.5),
        (3.0, 1.5),
        (-40.0, 4.0),
        (1e6, 0.5),
        (2.0, 200.0),
        (-3.7, 18.4),
    ],
    "cauchy": [(0.0,), (-0.3,), (2.0,), (1e9,), (-1e9,)],
    "laplace": [(-0.3,), (2.0,), (800.0,), (-800.0,)],
    "logistic": [(0.0,), (-0.3,), (2.0,), (800.0,), (-800.0,)],
    "expon": [(1e-9,), (0.5,), (3.0,), (800.0,)],
    "weibull_min": [(1e-9, 1.5), (0.5, 0.7), (3.0, 2.0), (50.0, 2.0)],
    "gamma": [(1e-9, 0.7), (0.5, 2.5), (3.0, 1.2), (120.0, 3.0), (0.1, 30.0), (105.0, 100.0)],
    "invgamma": [(1e9, 0.7), (2.0, 2.5), (0.3, 1.2), (0.01, 3.0), (10.0, 30.0)],
    "chi2": [(1e-9, 1.4), (0.5, 5.0), (3.0, 2.4), (240.0, 6.0), (210.0, 200.0)],
    "beta": [(1e-9, 0.7, 2.0), (0.3, 2.5, 1.5), (0.99, 3.0, 12.0), (0.01, 12.0, 0.5)],
    "vonmises": [(0.3, 1.5), (-2.0, 0.01), (3.0, 20.0), (0.01, 2000.0), (0.5, 0.0)],
}
METHODS: dict[str, Callable[[tuple[Formula, Formula, Formula]], Formula]] = {
    "pdf": lambda row: lambda *at: mp.exp(row[0](*at)),
    "logpdf": lambda row: row[0],
    "cdf": lambda row: row[1],
    "logcdf": lambda row: lambda *at: mp.log(row[1](*at)),
    "sf": lambda row: row[2],
    "logsf": lambda row: lambda *at: mp.log(row[2](*at)),
}
CASES = [(name, method) for name in EXACT for method in METHODS]


@lru_cache
def exactly(name: str, method: str, point: tuple[float, ...]) -> tuple[float, list[float]]:
    """The value and the derivatives by the point and the shapes."""
    formula = METHODS[method](EXACT[name])
    with mp.workdps(30 if name == "vonmises" else 150):  # quadratures take their time
        at = [mpf(number) for number in point]
        units = [tuple(int(i == j) for j in range(len(at))) for i in range(len(at))]
        slopes = [
            float(mp.diff(formula, at, unit, direction=int(i > 0 and point[i] == 0.0)))
            for i, unit in enumerate(units)
        ]
        return float(formula(*at)), slopes


@pytest.mark.parametrize(("name", "method"), CASES)
def test_values_and_derivatives_have_their_digits(
    array_backend: Any, name: str, method: str
) -> None:
    stats = importlib.import_module(f"{array_backend.__name__}.scipy.stats")
    for point in POINTS[name]:
        exact, slopes = exactly(name, method, point)
        if abs(exact) in (0.0, np.inf) or abs(exact) < 1e-290:  # a probability that underflows
            continue
        leaves = [array_backend.Variable(number) for number in point]
        value = getattr(getattr(stats, name), method)(*leaves)
        value.backward()
        np.testing.assert_allclose(value.value, exact, rtol=1e-13)
        found = [leaf.grad for leaf in leaves]
        np.testing.assert_allclose(found, slopes, rtol=1e-11, atol=1e-290, err_msg=f"{point}")
