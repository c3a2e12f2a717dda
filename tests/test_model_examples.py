"""The examples that fit, sample and optimise find what is published or known in closed form."""

from __future__ import annotations

import runpy
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

import autodiffx as adx

FOLDER = Path(__file__).resolve().parent.parent / "examples"
PNG = b"\x89PNG"

Array = np.ndarray[Any, Any]


def example(name: str) -> dict[str, Any]:
    """The names that an example defines."""
    return runpy.run_path(str(FOLDER / f"{name}.py"), run_name=name)


# ---- Hamiltonian Monte Carlo ---------------------------------------------------------------------


def test_posterior_of_the_eight_schools_is_sampled(tmp_path: Path) -> None:
    script = example("eight_schools")
    found = script["main"](picture=tmp_path / "schools.png")
    mean, deviation = script["exact"]()
    assert np.all(found.error < 0.03)
    assert np.all(np.abs(found.mean - mean) < 4.0 * found.error)
    assert found.deviation == pytest.approx(deviation, rel=0.03)
    assert (tmp_path / "schools.png").read_bytes().startswith(PNG)


def test_quadrature_of_the_eight_schools_is_that_of_another_rule_and_the_published_one() -> None:
    script = example("eight_schools")
    gains, errors = script["GAINS"], script["ERRORS"]

    # The marginal density of τ: y is normal around zero, of covariance σ² + τ² + 25 everywhere.
    def density(tau: float) -> float:
        covariance = np.diag(errors**2 + tau**2) + 25.0
        quadratic = gains @ np.linalg.solve(covariance, gains)
        normal = np.exp(-0.5 * quadratic) / np.sqrt(np.linalg.det(covariance))
        return float(normal / (1.0 + tau**2 / 25.0))

    def moment(power: int) -> float:
        found = quad(lambda tau: density(tau) * tau**power, 0.0, np.inf, epsabs=0.0, epsrel=1e-9)
        return float(found[0])

    mean, deviation = script["exact"]()
    first, second = moment(1) / moment(0), moment(2) / moment(0)
    assert mean[9] == pytest.approx(first, rel=1e-7)
    assert deviation[9] == pytest.approx(np.sqrt(second - first**2), rel=1e-7)
    # Its draws have standard errors of 0.03 to 0.06.
    assert mean == pytest.approx(script["PUBLISHED"], abs=0.12)


def test_steps_of_the_sampler_can_be_taken_back() -> None:
    script = example("eight_schools")
    generator = np.random.default_rng(5)
    start, momentum = generator.normal(size=(2, 3, 10))
    there, after = script["leapfrog"](start, momentum, 0.2, 7)
    back, before = script["leapfrog"](there, -after, 0.2, 7)
    np.testing.assert_allclose(back, start, rtol=0.0, atol=1e-12)
    np.testing.assert_allclose(-before, momentum, rtol=0.0, atol=1e-12)
    # Each chain has a gradient of its own, that of its own density.
    alone = [adx.grad(lambda q: script["log_densities"](q[None])[0])(row) for row in start]
    np.testing.assert_allclose(script["gradient"](start), alone, rtol=1e-13)


# ---- Lotka and Volterra --------------------------------------------------------------------------


def test_parameters_of_lynx_and_hare_are_the_published_ones(tmp_path: Path) -> None:
    script = example("lynx_and_hare")
    found = script["main"](picture=tmp_path / "pelts.png")
    deviations = script["DEVIATIONS"]
    assert np.all(found.error < 0.05 * deviations)
    assert np.all(np.abs(found.mean - script["PUBLISHED"]) < 0.15 * deviations)
    assert found.deviation == pytest.approx(deviations, rel=0.15)
    assert (tmp_path / "pelts.png").read_bytes().startswith(PNG)


def test_gradient_of_the_fit_is_that_of_differences() -> None:
    script = example("lynx_and_hare")
    years, pelts = script["read"]()
    assert pelts.shape == (21, 2)
    at = script["start"](pelts)

    def value(logs: Any) -> Any:
        return script["log_posterior"](logs[:, None], years, pelts)[0]

    gradient = adx.grad(value)(at)
    along = np.array([0.3, -0.2, 0.1, 0.4, -0.5, 0.2, 0.3, -0.1])
    width = 1e-3
    near = value(at + width * along) - value(at - width * along)
    far = value(at + 2.0 * width * along) - value(at - 2.0 * width * along)
    assert gradient @ along == pytest.approx((8.0 * near - far) / (12.0 * width), rel=1e-6)


# ---- portfolios ----------------------------------------------------------------------------------


def test_portfolios_are_optimal(tmp_path: Path) -> None:
    script = example("portfolio")
    found = script["main"](picture=tmp_path / "frontier.png")
    assert found.off_closed_form < 1e-5
    assert found.off_optimality < 1e-4
    market = script["read"]()
    for weights in (*found.efficient, found.growing):
        assert weights.sum() == pytest.approx(1.0, abs=1e-9)
        assert weights.min() > -1e-9
    assert np.all(found.efficient @ market.mean > script["MEANS"] - 1e-9)
    assert (market.returns @ found.growing).min() > -script["LOSS"] - 1e-9
    assert (tmp_path / "frontier.png").read_bytes().startswith(PNG)


def test_least_volatile_portfolio_is_the_best_of_all_supports() -> None:
    script = example("portfolio")
    market, mean = script["read"](), 0.12

    def of_support(support: tuple[int, ...]) -> Array:
        chosen = list(support)
        part = market._replace(
            mean=market.mean[chosen], covariance=market.covariance[np.ix_(chosen, chosen)]
        )
        weights = np.zeros(8)
        sides = np.stack([np.ones(len(chosen)), part.mean])
        towards = np.linalg.solve(part.covariance, sides.T)
        weights[chosen] = towards @ np.linalg.solve(sides @ towards, [1.0, mean])
        return weights

    supports = [c for size in range(2, 9) for c in combinations(range(8), size)]
    allowed = [w for w in map(of_support, supports) if w.min() >= 0.0]
    best = min(allowed, key=lambda w: w @ market.covariance @ w)
    found = script["best"](
        lambda w: w @ market.covariance @ w, "ineq", lambda w: w @ market.mean - mean
    )
    np.testing.assert_allclose(found, best, rtol=0.0, atol=1e-5)


def test_what_is_not_optimal_is_seen() -> None:
    script = example("portfolio")
    market = script["read"]()

    def variance(weights: Any) -> Any:
        return weights @ market.covariance @ weights

    def excess(weights: Any) -> Any:
        return weights @ market.mean - 0.1

    assert script["off_optimality"](variance, excess, np.full(8, 0.125)) > 0.1


# ---- a boundary layer ----------------------------------------------------------------------------


def test_boundary_layer_is_that_of_an_integrator(tmp_path: Path) -> None:
    script = example("blasius")
    parameters = script["main"](picture=tmp_path / "layer.png")
    assert script["friction"](parameters) == pytest.approx(script["PUBLISHED"], abs=1e-5)
    eta = np.linspace(0.0, script["FAR"], 41)

    def slopes(_: float, y: Array) -> list[float]:
        return [y[1], y[2], -0.5 * y[0] * y[2]]

    start = [0.0, 0.0, script["PUBLISHED"]]
    path = solve_ivp(slopes, (0.0, eta[-1]), start, t_eval=eta, rtol=1e-10, atol=1e-12)
    for order, name in enumerate(("f", "first", "second")):
        np.testing.assert_allclose(script[name](eta, parameters), path.y[order], atol=1e-4)
    assert (tmp_path / "layer.png").read_bytes().startswith(PNG)


def test_third_derivative_of_the_network_is_the_one_written_by_hand() -> None:
    script = example("blasius")
    parameters = script["start"](3)
    eta = np.array([0.0, 0.7, 2.5])
    units = np.tanh(np.multiply.outer(eta, parameters["w"]) + parameters["b"])
    third = (6.0 * units**2 - 2.0) * (1.0 - units**2) * parameters["w"] ** 3
    expected = third @ parameters["a"]
    np.testing.assert_allclose(script["third"](eta, parameters), expected, rtol=1e-12, atol=1e-14)
    for point, number in zip(eta, expected, strict=True):
        nested = adx.grad(adx.grad(adx.grad(script["f"])))(point, parameters)
        assert nested == pytest.approx(number, rel=1e-11)
