"""The examples made of arrays learn what they say from real data, with the right derivatives."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats as scipy_stats
from scipy.special import polygamma
from scipy.stats import multivariate_normal

import autodiffx as adx

FOLDER = Path(__file__).resolve().parent.parent / "examples"

Array = np.ndarray[Any, Any]


def example(name: str) -> dict[str, Any]:
    """The names that an example defines."""
    return runpy.run_path(str(FOLDER / f"{name}.py"), run_name=name)


def slope(function: Callable[[Array], float], at: Array, direction: Array) -> float:
    """The derivative of a function of an array along a direction, by differences."""
    width = 2.0**-8
    near = function(at + width * direction) - function(at - width * direction)
    far = function(at + 2.0 * width * direction) - function(at - 2.0 * width * direction)
    return float((8.0 * near - far) / (12.0 * width))


# ---- digits ------------------------------------------------------------------------------------


def test_images_of_digits_are_all_there() -> None:
    images, labels = example("digits")["read"]()
    assert images.shape == (1797, 64)
    assert set(np.unique(images * 16.0)) == set(range(17))
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # as their publishers say
    assert np.bincount(labels).tolist() == counts


def test_digits_are_read() -> None:
    assert example("digits")["main"]() >= 0.95


def test_gradient_of_the_perceptron_is_that_of_backpropagation() -> None:
    script = example("digits")
    images, labels = (array[:25] for array in script["read"]())
    parameters = script["make_parameters"](np.random.default_rng(3))
    loss = script["cross_entropy"](parameters, images, labels)
    loss.backward()
    w1, b1, w2, b2 = (parameter.value for parameter in parameters)
    hidden = np.tanh(images @ w1 + b1)
    odds = np.exp(hidden @ w2 + b2)
    probability = odds / odds.sum(axis=1, keepdims=True)
    assert loss.value == pytest.approx(-np.log(probability[np.arange(25), labels]).mean())
    of_scores = (probability - np.eye(10)[labels]) / 25.0
    of_hidden = of_scores @ w2.T * (1.0 - hidden**2)
    expected = [images.T @ of_hidden, of_hidden.sum(0), hidden.T @ of_scores, of_scores.sum(0)]
    for parameter, gradient in zip(parameters, expected, strict=True):
        np.testing.assert_allclose(parameter.grad, gradient, rtol=1e-12, atol=1e-15)

    def loss_at(weights: Any) -> Any:
        return script["cross_entropy"]([weights, b1, w2, b2], images, labels)

    _, tangent = adx.jvp(loss_at, (w1,), (np.cos(w1),))  # and forwards
    assert tangent == pytest.approx(np.sum(expected[0] * np.cos(w1)), rel=1e-12)


# ---- a Gaussian process --------------------------------------------------------------------------


def test_forecasts_of_carbon_dioxide_are_better_than_the_last_year_again() -> None:
    error, simple = example("gaussian_process")["main"]()
    assert error < 0.75 * simple  # 0.58 and 0.90 ppm


def test_marginal_likelihood_is_that_of_a_normal_vector_and_has_its_gradient() -> None:
    script = example("gaussian_process")
    series = script["read"](1980, 1983)
    assert len(series.time) == 36
    logs = np.log(list(script["START"].values()))

    def value(at: Array) -> float:
        covariance = script["kernel"](at, series.time, series.time)
        covariance += np.exp(2.0 * at[-1]) * np.eye(36)
        mean = np.full(36, series.ppm.mean())
        return float(-multivariate_normal(mean, covariance).logpdf(series.ppm))

    found, gradient = adx.value_and_grad(script["minus_log_likelihood"])(logs, series)
    assert found == pytest.approx(value(logs), rel=1e-9)
    for direction in np.eye(len(logs)):
        assert gradient @ direction == pytest.approx(slope(value, logs, direction), rel=1e-6)


# ---- a Kalman filter -----------------------------------------------------------------------------


def test_variances_of_the_nile_are_the_published_ones() -> None:
    script = example("kalman")
    assert script["main"]() == pytest.approx(script["PUBLISHED"], rel=1e-4)


def test_likelihood_of_the_filter_is_that_of_the_differences_and_has_its_gradient() -> None:
    script = example("kalman")
    _, flow = script["read"]()
    count = len(flow) - 1

    # The first year's flow is all that is known of the level: what is left is in the differences.
    def value(at: Array) -> float:
        of_flow, of_level = np.exp(at)
        beside = np.eye(count, k=1) + np.eye(count, k=-1)
        covariance = (of_level + 2.0 * of_flow) * np.eye(count) - of_flow * beside
        return float(-multivariate_normal(np.zeros(count), covariance).logpdf(np.diff(flow)))

    logs = np.log([20000.0, 500.0])
    found, gradient = adx.value_and_grad(script["minus_log_likelihood"])(logs, flow)
    assert found == pytest.approx(value(logs), rel=1e-12)
    for direction in np.eye(2):
        assert gradient @ direction == pytest.approx(slope(value, logs, direction), rel=1e-7)


# ---- least squares -------------------------------------------------------------------------------


def test_three_ways_to_fit_have_the_gradient_of_the_normal_equations() -> None:
    assert example("least_squares")["main"]() < 1e-10


def test_influence_by_the_normal_equations_is_that_of_differences() -> None:
    script = example("least_squares")
    a, b = script["read"]()
    assert (a.shape, b.shape) == ((3, 50, 4), (3, 50))
    _, by_a, by_b = script["closed_form"](a, b)
    generator = np.random.default_rng(5)
    along_a, along_b = (generator.normal(scale=2.0**-4, size=array.shape) for array in (a, b))
    column = script["PETAL_LENGTH"]

    def slopes(step: Array) -> float:
        fits = zip(a + step * along_a, b + step * along_b, strict=True)
        return float(sum(np.linalg.lstsq(each, right)[0][column] for each, right in fits))

    expected = slope(slopes, np.zeros(()), np.ones(()))
    assert np.sum(by_a * along_a) + np.sum(by_b * along_b) == pytest.approx(expected, rel=1e-7)


# ---- maximum likelihood --------------------------------------------------------------------------


def test_likeliest_parameters_are_those_of_the_closed_form_and_of_scipy() -> None:
    script = example("maximum_likelihood")
    data = script["read"]()
    fits = script["main"]()
    mean, deviation, count = data.mean(), data.std(), len(data)
    normal = fits["norm"]
    assert normal.parameters == pytest.approx({"loc": mean, "scale": deviation}, rel=1e-6)
    expected = {"loc": deviation / count**0.5, "scale": deviation / (2.0 * count) ** 0.5}
    assert normal.errors == pytest.approx(expected, rel=1e-5)
    for name in ("gamma", "weibull_min", "lognorm"):
        shape, _, scale = getattr(scipy_stats, name).fit(data, floc=0)
        assert list(fits[name].parameters.values()) == pytest.approx([shape, scale], rel=1e-4)
    assert max(fits, key=lambda name: fits[name].log_likelihood) == "gamma"


def test_standard_errors_are_those_of_the_information_written_by_hand() -> None:
    script = example("maximum_likelihood")
    data = script["read"]()
    count, logs = len(data), np.log(data)
    found = script["main"]()
    shape, scale = found["gamma"].parameters.values()
    gamma = count * np.array([[polygamma(1, shape), 1.0 / scale], [1.0 / scale, shape / scale**2]])
    shape, scale = found["weibull_min"].parameters.values()
    power, ratio = (data / scale) ** shape, logs - np.log(scale)
    mixed = np.sum(1.0 - power * (1.0 + shape * ratio)) / scale
    by_shape = count / shape**2 + np.sum(power * ratio**2)
    weibull = np.array([[by_shape, mixed], [mixed, count * (shape / scale) ** 2]])
    spread, scale = found["lognorm"].parameters.values()
    lognorm = count * np.diag([2.0 / spread**2, 1.0 / (spread * scale) ** 2])
    expected = {"gamma": gamma, "weibull_min": weibull, "lognorm": lognorm}
    for name, information in expected.items():
        errors = list(found[name].errors.values())
        assert errors == pytest.approx(np.sqrt(np.diag(np.linalg.inv(information))), rel=1e-5), name


# ---- pictures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["digits", "gaussian_process", "kalman", "maximum_likelihood"])
def test_picture_is_drawn(name: str, tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    short = {"digits": {"epochs": 1}, "gaussian_process": {"first": 1984}}
    example(name)["main"](picture=file, **short.get(name, {}))
    assert file.read_bytes().startswith(b"\x89PNG")
