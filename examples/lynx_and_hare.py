"""Predators and prey: Lotka and Volterra's equations fitted to a century-old fur trade.

    python examples/lynx_and_hare.py
    python examples/lynx_and_hare.py --plot pelts.png

Hares u and lynxes v follow du/dt = (α - β v) u, dv/dt = (δ u - γ) v, and the pelts that the
Hudson's Bay Company bought from 1900 to 1920 are these times exp(normal(0, σ)). The model and its
priors are those of B. Carpenter, Predator-Prey Population Dynamics, 2018. `adx.odeint` integrates
the equations; `adx.minimize` climbs to the likeliest parameters by the adjoint equation; tangents
give the curvature there. A normal distribution of that curvature is close to the posterior, and
weighted draws of a wider one, integrated side by side as one array, give the posterior's means.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import autodiffx as adx
import autodiffx.numpy as anp
from autodiffx.demo import plot

DATA = Path(__file__).parent / "data" / "hudson_bay.csv"
NAMES = ["α", "β", "γ", "δ", "hares in 1900", "lynxes in 1900", "σ of hares", "σ of lynxes"]

# posteriordb's reference posterior hudson_lynx_hare-lotka_volterra, 10,000 draws: its means are
# good to a hundredth of the deviations, these, made of mean squares, to a tenth of themselves.
PUBLISHED = np.array([0.54686, 0.027747, 0.80010, 0.024086, 34.035, 5.9359, 0.24806, 0.25102])
DEVIATIONS = np.array([0.0631, 0.00415, 0.0892, 0.00353, 2.92, 0.529, 0.0433, 0.0436])

Array = np.ndarray[Any, Any]


def read() -> tuple[Array, Array]:
    """The years since 1900, and the pelts of hares and lynxes in thousands, years × 2."""
    year, lynx, hare = np.loadtxt(DATA, delimiter=",", skiprows=6).T
    return year - 1900.0, np.stack([hare, lynx], axis=1)


def slopes(state: Any, t: Any, rates: Any) -> Any:
    """du/dt and dv/dt."""
    (u, v), (alpha, beta, gamma, delta) = state, rates
    return anp.stack([(alpha - beta * v) * u, (delta * u - gamma) * v])


def path(logs: Any, years: Array) -> Any:
    """Hares and lynxes, years × 2 × draws, of the logarithms of the parameters, 8 × draws."""
    return adx.odeint(slopes, np.exp(logs[4:6]), years, np.exp(logs[:4]))


def log_posterior(logs: Any, years: Array, pelts: Array) -> Any:
    """Of the logarithms of the parameters, for each draw, but for a constant."""
    rates, sigma = np.exp(logs[:4]), np.exp(logs[6:])
    misfit = (np.log(pelts)[..., None] - np.log(path(logs, years))) / sigma
    likelihood = -0.5 * np.sum(misfit**2, axis=(0, 1)) - len(years) * np.sum(logs[6:], axis=0)
    centre = np.array([[1.0], [0.05], [1.0], [0.05]])
    spread = np.array([[0.5], [0.05], [0.5], [0.05]])
    of_rates = np.sum(logs[:4] - 0.5 * ((rates - centre) / spread) ** 2, axis=0)
    of_start = -0.5 * np.sum((logs[4:6] - np.log(10.0)) ** 2, axis=0)
    return likelihood + of_rates + of_start - 0.5 * np.sum((logs[6:] + 1.0) ** 2, axis=0)


def start(pelts: Array) -> Array:
    """Ten years are a period, 2π / √(α γ); the means are the equilibrium, γ / δ and α / β."""
    rate = 2.0 * np.pi / 10.0
    hare, lynx = pelts.mean(axis=0)
    return np.log([rate, rate / lynx, rate, rate / hare, *pelts[0], 0.5, 0.5])


def fit(years: Array, pelts: Array) -> Any:
    """SciPy's result: x holds the likeliest logarithms."""

    def loss(logs: Any) -> Any:
        return -log_posterior(logs[:, None], years, pelts)[0]

    return adx.minimize(loss, start(pelts), method="BFGS", options={"gtol": 1e-3})


def covariance(logs: Array, years: Array) -> Array:
    """Of the logarithms, if all misfits were normal: (Σ Jᵀ J / σ² + 1)⁻¹, and 1 / 2n for σ.

    J holds the derivatives of the logarithms of the path, one forward sweep for each column; the
    prior is taken to weigh as much as one measurement.
    """
    jacobian = adx.jacfwd(lambda z: np.log(path(z[:, None], years)[..., 0]))(logs)
    weighted = (jacobian / np.exp(logs[6:])[:, None]).reshape(-1, 8)
    information = weighted.T @ weighted
    information[[6, 7], [6, 7]] = 2.0 * len(years)
    return np.linalg.inv(information + np.eye(8))


class Posterior(NamedTuple):
    """Means and deviations of the parameters, and what the means may be off by."""

    mean: Array
    deviation: Array
    error: Array
    size: float  # how many independent draws they are worth


def weigh(draws: Array, log_weights: Array) -> Posterior:
    """Of weighted draws, 8 × draws."""
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    mean = draws @ weights
    distance = draws - mean[:, None]
    error = np.sqrt(distance**2 @ weights**2)
    return Posterior(mean, np.sqrt(distance**2 @ weights), error, float(1.0 / np.sum(weights**2)))


def sample(likeliest: Array, years: Array, pelts: Array, seed: int, count: int) -> Posterior:
    """Draws of Student's distribution around the likeliest logarithms, weighted by the posterior.

    Source: Gelman et al., Bayesian Data Analysis, 3rd edition, 2013, section 10.4.
    """
    generator = np.random.default_rng(seed)
    freedom = 6.0
    factor = np.linalg.cholesky(covariance(likeliest, years))
    stretch = np.sqrt(freedom / generator.chisquare(freedom, count))
    standard = generator.normal(size=(8, count)) * stretch
    logs = likeliest[:, None] + factor @ standard
    log_drawn = -0.5 * (freedom + 8.0) * np.log1p(np.sum(standard**2, axis=0) / freedom)
    return weigh(np.exp(logs), log_posterior(logs, years, pelts) - log_drawn)


def draw(years: Array, pelts: Array, logs: Array, picture: Path) -> None:
    """The pelts and the likeliest paths."""
    from matplotlib.figure import Figure

    times = np.linspace(years[0], years[-1], 400)
    paths = path(logs[:, None], times)[..., 0]
    figure = Figure(figsize=(9.0, 4.5), layout="constrained")
    axes = figure.subplots()
    for which, name, color in ((0, "hares", "#b9770e"), (1, "lynxes", plot.INK)):
        axes.plot(1900.0 + times, paths[:, which], color=color, label=f"{name}, fitted")
        axes.plot(1900.0 + years, pelts[:, which], "o", color=color, label=f"{name}, pelts")
    axes.set_xticks(range(1900, 1921, 5))
    axes.set_ylim(0.0, 90.0)
    axes.set_xlabel("year")
    axes.set_ylabel("thousands")
    axes.legend(frameon=False, ncols=2, loc="upper right")
    figure.savefig(picture, dpi=120)


def main(seed: int = 1, count: int = 4000, picture: Path | None = None) -> Posterior:
    """Fit, print, and return what is known of the parameters."""
    years, pelts = read()
    found = fit(years, pelts)
    print(f"{found.nfev} gradients; {count} draws that are worth", end=" ")
    known = sample(found.x, years, pelts, seed, count)
    print(f"{known.size:.0f}")
    print(f"{'':<15} likeliest    mean ± error    published   deviation    published")
    for j, name in enumerate(NAMES):
        print(
            f"{name:<15} {np.exp(found.x[j]):9.4f} {known.mean[j]:8.4f} ± {known.error[j]:.4f}"
            f"  {PUBLISHED[j]:8.4f}  {known.deviation[j]:10.4f}   {DEVIATIONS[j]:10.4f}"
        )
    off = np.abs(known.mean - PUBLISHED) / DEVIATIONS
    print(f"means within {off.max():.2f} of a deviation of the published ones")
    if picture is not None:
        draw(years, pelts, found.x, picture)
        print(f"pelts and paths drawn to {picture}")
    return known


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fit Lotka and Volterra's equations to pelts.")
    plot.add_option(parser, "draw the pelts and the fitted paths")
    main(picture=parser.parse_args().plot)
