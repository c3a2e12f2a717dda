"""Distributions at and beyond the ends of their support, with parameters that are not valid."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
import scipy.stats

from array_distributions import CONTINUOUS, COUNTS

BOUNDED = [
    (name, method)
    for name, row in CONTINUOUS.items()
    for method in row.methods
    if name not in ("norm", "t", "cauchy", "laplace", "logistic", "vonmises")
    and method not in ("ppf", "isf")
]
SHAPED = [
    (name, method, place)
    for name, row in CONTINUOUS.items()
    for method in row.methods
    for place in (*range(len(row.shapes)), -1)
]
COUNTED = [(name, method) for name, row in COUNTS.items() for method in row.methods]


def method_of(adx: Any, name: str, method: str) -> Any:
    stats = importlib.import_module(f"{adx.__name__}.scipy.stats")
    return getattr(getattr(stats, name), method)


def scipys(name: str, method: str, *arguments: Any, **keywords: Any) -> Any:
    with np.errstate(all="ignore"):
        return getattr(getattr(scipy.stats, name), method)(*arguments, **keywords)


def middles(name: str) -> list[float]:
    """The shapes in the middle of their intervals."""
    return [0.5 * (low + high) for low, high in CONTINUOUS[name].shapes.values()]


def variables(adx: Any, *numbers: float) -> list[Any]:
    return [adx.Variable(number) for number in numbers]


@pytest.mark.parametrize(("name", "method"), BOUNDED)
def test_outside_of_the_support_nothing_changes(array_backend: Any, name: str, method: str) -> None:
    points = [-3.0, -1.0, np.inf] if CONTINUOUS[name].loc == (-1.0, 0.0) else [-1.0, 9.0]
    for point in points[:2]:
        given = [point, *middles(name), 0.5, 2.0]
        leaves = variables(array_backend, *given)
        with array_backend.Graph() as graph:
            result = method_of(array_backend, name, method)(*leaves)
        assert result.value == scipys(name, method, *given)
        graph.backward()
        assert [leaf.grad for leaf in leaves] == [0.0] * len(leaves)
        ones = dict.fromkeys(leaves, 1.0)
        assert graph.jvp(ones) == 0.0
        assert list(graph.hvp(ones).values()) == [0.0] * len(leaves)


@pytest.mark.parametrize(("name", "method"), BOUNDED)
def test_elements_outside_do_not_disturb_others(array_backend: Any, name: str, method: str) -> None:
    adx = array_backend
    given = [*middles(name), 0.0, 2.0]
    both = variables(adx, *given)
    value = method_of(adx, name, method)([-1.0, 1.0], *both)
    adx.where(np.array([False, True]), value, 0.0).sum().backward()
    alone = variables(adx, *given)
    method_of(adx, name, method)(1.0, *alone).backward()
    np.testing.assert_allclose([x.grad for x in both], [x.grad for x in alone], rtol=1e-14)


@pytest.mark.parametrize(("name", "method", "place"), SHAPED)
@pytest.mark.parametrize("wrong", [-1.0, np.nan])
def test_what_is_not_valid_gives_nan(
    array_backend: Any, name: str, method: str, place: int, wrong: float
) -> None:
    points = [0.5] if method in ("ppf", "isf") else [0.5, -5.0]
    for point in points:
        given = [point, *middles(name), 0.0, 2.0]
        given[place + 1 if place >= 0 else place] = wrong
        leaves = variables(array_backend, *given)
        result = method_of(array_backend, name, method)(*leaves)
        assert np.isnan(result.value)
        assert np.isnan(scipys(name, method, *given))
        result.backward()
        assert leaves[place + 1 if place >= 0 else place].grad == 0.0


@pytest.mark.parametrize("name", CONTINUOUS)
def test_masked_elements_with_invalid_parameters_pass_nothing(
    array_backend: Any, name: str
) -> None:
    adx = array_backend
    shapes = middles(name)
    loc, point = adx.Variable(0.0), adx.Variable([0.5, 0.5])
    scale = adx.Variable([2.0, -2.0])
    value = method_of(adx, name, "logpdf")(point, *shapes, loc=loc, scale=scale)
    adx.where(np.array([True, False]), value, 0.0).sum().backward()
    assert np.isfinite(loc.grad)
    assert np.isfinite(point.grad).all()
    assert point.grad[1] == scale.grad[1] == 0.0


@pytest.mark.parametrize("name", CONTINUOUS)
def test_points_that_are_nan_or_infinite(array_backend: Any, name: str) -> None:
    for method in CONTINUOUS[name].methods:
        points = [np.nan, 0.0, 1.0] if method in ("ppf", "isf") else [np.nan, np.inf, -np.inf]
        x = array_backend.Variable(points)
        found = method_of(array_backend, name, method)(x, *middles(name)).value
        expected = scipys(name, method, points, *middles(name))
        if name == "vonmises" or (name in ("gamma", "chi2") and method.endswith("pdf")):
            expected = np.where(np.isnan(expected), found, expected)  # SciPy has no limit there
        if name == "vonmises":
            continue
        np.testing.assert_array_equal(found, expected, err_msg=method)


@pytest.mark.parametrize("name", ["norm", "t", "cauchy", "laplace", "logistic", "expon"])
def test_infinite_points_have_no_nan_in_their_derivatives(array_backend: Any, name: str) -> None:
    for method in CONTINUOUS[name].methods[:6]:
        x = array_backend.Variable([-np.inf, np.inf])
        others = variables(array_backend, *middles(name))
        method_of(array_backend, name, method)(x, *others).sum().backward()
        assert not np.isnan(x.grad).any(), method


# Point, parameters, and derivatives by them all, of logpdf or logpmf.
EDGES: list[tuple[str, list[float], list[float]]] = [
    ("expon", [0.0, 0.0, 2.0], [-0.5, 0.5, -0.5]),
    ("uniform", [0.0, 0.0, 2.0], [0.0, 0.0, -0.5]),
    ("uniform", [2.0, 0.0, 2.0], [0.0, 0.0, -0.5]),
    ("gamma", [0.0, 1.0, 0.0, 2.0], [-0.5, np.euler_gamma, 0.5, -0.5]),
    ("weibull_min", [0.0, 1.0, 0.0, 2.0], [-0.5, 1.0, 0.5, -0.5]),
    ("beta", [0.0, 1.0, 2.0, 0.0, 1.0], [-1.0, 1.5, 0.5, 1.0, -1.0]),
    ("beta", [1.0, 2.0, 1.0, 0.0, 1.0], [1.0, 0.5, 1.5, -1.0, -2.0]),
    ("invgamma", [0.0, 2.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]),
    ("lognorm", [0.0, 2.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]),
    ("laplace", [0.0, 0.0, 1.0], [0.0, 0.0, -1.0]),
]


@pytest.mark.parametrize(("name", "given", "expected"), EDGES)
def test_the_ends_of_the_support(
    array_backend: Any, name: str, given: list[float], expected: list[float]
) -> None:
    leaves = variables(array_backend, *given)
    result = method_of(array_backend, name, "logpdf")(*leaves)
    assert result.value == pytest.approx(scipys(name, "logpdf", *given), rel=1e-15)
    result.backward()
    np.testing.assert_allclose([x.grad for x in leaves], expected, rtol=1e-14)


@pytest.mark.parametrize("name", ["gamma", "chi2", "weibull_min", "beta"])
@pytest.mark.parametrize("shape", [0.5, 1.0, 1.5, 2.0, 3.0])
def test_no_derivative_at_an_end_is_nan(array_backend: Any, name: str, shape: float) -> None:
    for method in CONTINUOUS[name].methods[:6]:
        given = [0.0, *([shape] * len(CONTINUOUS[name].shapes)), 0.0, 1.0]
        leaves = variables(array_backend, *given)
        result = method_of(array_backend, name, method)(*leaves)
        assert result.value == pytest.approx(scipys(name, method, *given), rel=1e-14)
        result.backward()
        assert not np.isnan([x.grad for x in leaves]).any(), method


@pytest.mark.parametrize(("name", "method"), COUNTED)
def test_counts_outside_of_the_support(array_backend: Any, name: str, method: str) -> None:
    row = COUNTS[name]
    counts = np.array([-1.0, 0.5, np.nan, 0.0, float(row.most), row.most + 1.5, 50.0, np.inf])
    whole = list(row.whole.values())
    shapes = [0.5 * (low + high) for low, high in row.shapes.values()]
    leaves = variables(array_backend, *shapes)
    found = method_of(array_backend, name, method)(counts, *whole, *leaves)
    expected = np.asarray(scipys(name, method, counts, *whole, *shapes))
    if method in ("pmf", "logpmf"):  # of infinitely many SciPy has NaN
        expected[-1] = -np.inf if method == "logpmf" else 0.0
    np.testing.assert_allclose(found.value, expected, rtol=1e-12, atol=1e-15)
    outside = (counts < 0) | ((np.floor(counts) != counts) & (method in ("pmf", "logpmf")))
    array_backend.where(outside, found, 0.0).sum().backward()
    assert [leaf.grad for leaf in leaves] == [0.0] * len(leaves)


@pytest.mark.parametrize(
    ("name", "count", "given", "expected"),
    [
        ("poisson", 0, [0.0], [-1.0]),
        ("binom", 0, [3, 0.0], [-3.0]),
        ("binom", 3, [3, 1.0], [3.0]),
        ("bernoulli", 0, [0.0], [-1.0]),
        ("bernoulli", 1, [1.0], [1.0]),
        ("nbinom", 0, [2.0, 1.0], [0.0, 2.0]),
    ],
)
def test_counts_that_are_certain(
    array_backend: Any, name: str, count: int, given: list[Any], expected: list[float]
) -> None:
    leaves: list[Any] = [
        each if type(each) is int else array_backend.Variable(each) for each in given
    ]
    result = method_of(array_backend, name, "logpmf")(count, *leaves)
    assert result.value == pytest.approx(0.0, abs=1e-15)
    result.backward()
    found = [x.grad for x in leaves if type(x) is not int]
    np.testing.assert_allclose(found, expected, atol=1e-14)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("poisson", [-1.0]),
        ("binom", [3, 1.5]),
        ("binom", [3, -0.5]),
        ("bernoulli", [1.5]),
        ("nbinom", [0.0, 0.5]),
        ("nbinom", [1.0, 0.0]),
    ],
)
def test_counts_with_invalid_parameters(array_backend: Any, name: str, given: list[Any]) -> None:
    for method in COUNTS[name].methods:
        leaves = [each if type(each) is int else array_backend.Variable(each) for each in given]
        result = method_of(array_backend, name, method)([1, -1], *leaves)
        assert np.isnan(result.value).all()


def test_a_replay_asks_anew_what_is_valid_and_inside(array_backend: Any) -> None:
    adx = array_backend
    x, a = adx.Variable(1.0), adx.Variable(2.0)
    with adx.Graph() as graph:
        method_of(adx, "gamma", "logpdf")(x, a)
    for point, shape in ((2.0, 3.0), (-1.0, 3.0), (2.0, -1.0), (-1.0, -1.0)):
        x.value, a.value = point, shape
        expected = scipys("gamma", "logpdf", point, shape)
        np.testing.assert_allclose(graph.forward(), expected, rtol=1e-14)


def test_infinitely_many_degrees_of_freedom_are_normal(array_backend: Any) -> None:
    adx = array_backend
    for df in (np.inf, adx.Variable(np.inf)):
        for method in ("logpdf", "pdf", "cdf", "logsf"):
            x = adx.Variable([-2.0, 0.5, 3.0])
            found = method_of(adx, "t", method)(x, df)
            same = adx.Variable(x.value)
            expected = method_of(adx, "norm", method)(same)
            np.testing.assert_allclose(found.value, expected.value, rtol=1e-14)
            found.sum().backward()
            expected.sum().backward()
            np.testing.assert_allclose(x.grad, same.grad, rtol=1e-13)
