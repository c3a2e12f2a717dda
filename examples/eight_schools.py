"""Hamiltonian Monte Carlo: how much does coaching help in eight schools?

    python examples/eight_schools.py
    python examples/eight_schools.py --plot schools.png

The hierarchical model: y[j] ~ normal(θ[j], σ[j]), θ[j] = μ + τ z[j], z[j] ~ normal(0, 1),
μ ~ normal(0, 5), τ ~ half-Cauchy(5). Sampled are z, μ and log τ, in which there is no funnel.
Many chains run side by side as the rows of one array: `adx.grad` of the sum of their log-densities
is the gradient of each of them. The posterior is also known by quadrature over τ, for given τ all
else is normal; what was sampled is held against that.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import autodiffx as adx
from autodiffx.demo import plot

# Points gained in a test by coaching and their standard errors.
# D. B. Rubin, Estimation in parallel randomized experiments, J. of Educational Statistics 6 (1981).
GAINS = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
ERRORS = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])
PRIOR = 5.0  # the deviation of μ, and the scale of τ
SPREADS = np.array([1.0] * 8 + [3.0, 1.0])  # of z, μ and log τ, roughly

# Means of θ[0] … θ[7], μ and τ in the reference posterior eight_schools_noncentered of
# posteriordb (10,000 draws, their standard errors 0.03 to 0.06).
PUBLISHED = np.array([6.151, 4.940, 3.906, 4.796, 3.614, 4.051, 6.317, 4.884, 4.411, 3.602])
NAMES = [f"school {letter}" for letter in "ABCDEFGH"] + ["μ", "τ"]

Array = np.ndarray[Any, Any]


class Summary(NamedTuple):
    """Of θ[0] … θ[7], μ and τ."""

    mean: Array
    deviation: Array
    error: Array  # of the mean, by how the means of the chains differ


def parts(position: Any) -> tuple[Any, Any, Any]:
    """z, μ and log τ of all chains, whose positions are rows."""
    return position[:, :8], position[:, 8:9], position[:, 9:10]


def log_densities(position: Any) -> Any:
    """The log-density at the position of each chain, but for a constant."""
    z, mean, log_scale = parts(position)
    scale = np.exp(log_scale)
    misfit = (GAINS - mean - scale * z) / ERRORS
    normal = np.sum(misfit**2 + z**2, axis=1) + (mean[:, 0] / PRIOR) ** 2
    return log_scale[:, 0] - np.log1p((scale[:, 0] / PRIOR) ** 2) - 0.5 * normal


gradient = adx.grad(lambda position: np.sum(log_densities(position)))


def leapfrog(position: Array, momentum: Array, step: float, count: int) -> tuple[Array, Array]:
    """Follow Hamilton's equations, with masses 1 / SPREADS²; volume and time reversal are kept.

    Source: R. M. Neal, MCMC using Hamiltonian dynamics, 2011, section 5.2.
    """
    momentum = momentum + 0.5 * step * gradient(position)
    for _ in range(count - 1):
        position = position + step * SPREADS**2 * momentum
        momentum = momentum + step * gradient(position)
    position = position + step * SPREADS**2 * momentum
    return position, momentum + 0.5 * step * gradient(position)


def sample(seed: int, chains: int, warm_up: int, draws: int) -> tuple[Array, float]:
    """Draws of θ[0] … θ[7], μ, τ, of shape draws × chains × 10, and the share accepted."""
    generator = np.random.default_rng(seed)
    position = SPREADS * generator.normal(size=(chains, 10))
    kept = np.empty((draws, chains, 10))
    accepted = 0.0
    for turn in range(-warm_up, draws):
        momentum = generator.normal(size=position.shape) / SPREADS
        # Steps of random length and number do not go round in circles.
        step, count = generator.uniform(0.15, 0.45), int(generator.integers(4, 12))
        there, after = leapfrog(position, momentum, step, count)
        kinetic = 0.5 * np.sum((SPREADS * momentum) ** 2 - (SPREADS * after) ** 2, axis=1)
        gain = log_densities(there) - log_densities(position) + kinetic
        taken = np.log(generator.uniform(size=chains)) < gain
        position = np.where(taken[:, None], there, position)
        if turn >= 0:
            z, mean, log_scale = parts(position)
            scale = np.exp(log_scale)
            kept[turn] = np.concatenate([mean + scale * z, mean, scale], axis=1)
            accepted += float(np.mean(taken)) / draws
    return kept, accepted


def summary(kept: Array) -> Summary:
    """Chains are independent, so the spread of their means says what the error of the mean is."""
    of_chains = kept.mean(axis=0)
    error = of_chains.std(axis=0, ddof=1) / np.sqrt(len(of_chains))
    return Summary(of_chains.mean(axis=0), kept.std(axis=(0, 1)), error)


def exact() -> tuple[Array, Array]:
    """Means and deviations of θ[0] … θ[7], μ and τ, by quadrature over τ = PRIOR tan(angle).

    Given τ, y[j] ~ normal(μ, σ[j]² + τ²): μ is normal, and so is θ[j].
    Source: Gelman et al., Bayesian Data Analysis, 3rd edition, 2013, section 5.4.
    """
    # The midpoint rule in the angle, in which the prior of τ is uniform.
    scale = PRIOR * np.tan((np.arange(20_000)[:, None] + 0.5) / 20_000 * (np.pi / 2.0))
    precision = 1.0 / (ERRORS**2 + scale**2)
    total = precision.sum(axis=1, keepdims=True) + PRIOR**-2
    mean = (precision * GAINS).sum(axis=1, keepdims=True) / total
    log_weight = 0.5 * np.sum(np.log(precision) - precision * GAINS**2, axis=1, keepdims=True)
    log_weight += 0.5 * (total * mean**2 - np.log(total))
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    # θ[j] given μ and τ has this share of y[j].
    share = scale**2 * precision
    first = np.concatenate([share * GAINS + (1.0 - share) * mean, mean, scale], axis=1)
    spread = np.concatenate(
        [share * ERRORS**2 + (1.0 - share) ** 2 / total, 1.0 / total, 0.0 * scale], axis=1
    )
    means = np.sum(weight * first, axis=0)
    return means, np.sqrt(np.sum(weight * (spread + first**2), axis=0) - means**2)


def draw(found: Summary, picture: Path) -> None:
    """What each school measured, and what the model makes of it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 4.5), layout="constrained")
    axes = figure.subplots()
    rows = np.arange(8.0)
    mean, spread = found.mean[:8], found.deviation[:8]
    axes.errorbar(GAINS, rows - 0.15, xerr=ERRORS, fmt="o", color="#95a5a6", label="measured ± σ")
    axes.errorbar(
        mean, rows + 0.15, xerr=spread, fmt="o", color=plot.INK, label="posterior mean ± deviation"
    )
    axes.axvline(found.mean[8], color=plot.INK, linewidth=1.0, linestyle=":", label="mean of μ")
    axes.set_yticks(rows, NAMES[:8])
    axes.invert_yaxis()
    axes.set_xlabel("gain by coaching, points of the test")
    figure.legend(frameon=False, loc="outside upper center", ncols=3)
    figure.savefig(picture, dpi=120)


def main(seed: int = 1, picture: Path | None = None) -> Summary:
    """Sample, print, and return the summary."""
    kept, accepted = sample(seed, chains=64, warm_up=100, draws=800)
    found, (mean, deviation) = summary(kept), exact()
    print(f"{kept.shape[1]} chains of {kept.shape[0]} draws, {accepted:.0%} accepted")
    print("          sampled mean    exact  off by   published  deviation    exact")
    for j, name in enumerate(NAMES):
        print(
            f"{name:<9} {found.mean[j]:6.3f} ± {found.error[j]:.3f}  {mean[j]:6.3f}"
            f"  {(found.mean[j] - mean[j]) / found.error[j]:+4.1f} s.e.  {PUBLISHED[j]:8.3f}"
            f"  {found.deviation[j]:8.3f} {deviation[j]:8.3f}"
        )
    if picture is not None:
        draw(found, picture)
        print(f"the schools drawn to {picture}")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Sample the posterior of the eight schools.")
    plot.add_option(parser, "draw what was measured and what the model makes of it")
    main(picture=parser.parse_args().plot)
