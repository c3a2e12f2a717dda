"""Gaussian-process regression: the carbon dioxide of Mauna Loa, forecast for five years.

    python examples/gaussian_process.py
    python examples/gaussian_process.py --plot forecast.png

The covariance of two months is a sum of a slow trend, a season whose shape may drift, irregular
years and noise. All its amplitudes and length scales are fitted by maximising the marginal
likelihood: `adx.value_and_grad` differentiates through `np.linalg.cholesky` and
`np.linalg.solve`, and SciPy's L-BFGS-B takes the gradient.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

import autodiffx as adx
from autodiffx.demo import plot

DATA = Path(__file__).parent / "data" / "mauna_loa.csv"
FIRST, SPLIT, LAST = 1975, 1995, 2000  # the years to learn from, and the years to forecast

# What is fitted, by the logarithm, and where the search begins; ppm and years.
START = {
    "trend amplitude": 50.0,
    "trend length": 30.0,
    "season amplitude": 3.0,
    "season drift": 50.0,
    "season shape": 1.0,
    "irregular amplitude": 0.5,
    "irregular length": 1.0,
    "noise": 0.2,
}

Array = np.ndarray[Any, Any]


class Series(NamedTuple):
    """Decimal years, and what was measured there."""

    time: Array
    ppm: Array


def read() -> tuple[Series, Series]:
    """The months to learn from, and those to forecast."""
    year, month, ppm = np.loadtxt(DATA, delimiter=",", skiprows=6).T
    time = year + (month - 0.5) / 12.0

    def between(first: int, end: int) -> Series:
        chosen = (first <= year) & (year < end)
        return Series(time[chosen], ppm[chosen])

    return between(FIRST, SPLIT), between(SPLIT, LAST)


def kernel(logs: Any, one: Array, other: Array) -> Any:
    """The covariance of the values at two sets of times, without noise.

    Squared exponentials of the distance in time; in the season also of sin(π distance).
    Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, section 5.4.3.
    """
    trend, trend_length, season, drift, shape, irregular, irregular_length, _ = np.exp(logs)
    distance = one[:, None] - other[None, :]
    squared, turned = distance**2, np.sin(np.pi * distance) ** 2
    return (
        trend**2 * np.exp(squared * (-0.5 / trend_length**2))
        + season**2 * np.exp(squared * (-0.5 / drift**2) - turned * (2.0 / shape**2))
        + irregular**2 * np.exp(squared * (-0.5 / irregular_length**2))
    )


def factor(logs: Any, series: Series) -> Any:
    """The Cholesky factor L of the covariance of what was measured."""
    noise = np.exp(logs[-1])
    covariance = kernel(logs, series.time, series.time)
    return np.linalg.cholesky(covariance + noise**2 * np.eye(len(series.time)))


def minus_log_likelihood(logs: Any, series: Series) -> Any:
    """Σ log L[i, i] + |L⁻¹ y|² / 2 + n log(2π) / 2, with y the distance from the mean."""
    lower = factor(logs, series)
    white = np.linalg.solve(lower, series.ppm - series.ppm.mean())
    constant = 0.5 * len(series.ppm) * np.log(2.0 * np.pi)
    return np.sum(np.log(np.diagonal(lower))) + 0.5 * np.sum(white**2) + constant


def fit(series: Series, iterations: int = 60) -> Any:
    """SciPy's result: x holds the logarithms of the parameters, fun the value at them."""
    start = np.log(list(START.values()))
    return minimize(
        adx.value_and_grad(minus_log_likelihood),
        start,
        args=(series,),
        jac=True,
        method="L-BFGS-B",
        bounds=[(log - 4.0, log + 4.0) for log in start],
        options={"maxiter": iterations},
    )


def forecast(logs: Array, series: Series, time: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of what would be measured at other times."""
    lower = factor(logs, series)
    white = np.linalg.solve(lower, series.ppm - series.ppm.mean())
    across = np.linalg.solve(lower, kernel(logs, series.time, time))
    variance = np.diagonal(kernel(logs, time, time)) + np.exp(2.0 * logs[-1])
    return across.T @ white + series.ppm.mean(), np.sqrt(variance - np.sum(across**2, axis=0))


def baseline(series: Series, time: Array) -> Array:
    """The last year again, raised for each year since by what it had gained on the year before."""
    last, before = series.ppm[-12:], series.ppm[-24:-12]
    growth = float(np.mean(last - before))
    months = np.rint((time - series.time[-12]) * 12.0).astype(int)
    return last[months % 12] + growth * (months // 12)


def root_mean_square(error: Array) -> float:
    """√ of the mean of the squares."""
    return float(np.sqrt(np.mean(error**2)))


def draw(learned: Series, later: Series, mean: Array, spread: Array, picture: Path) -> None:
    """The last learned years, the forecast with twice its spread, and what came."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 4.5), layout="constrained")
    axes = figure.subplots()
    recent = learned.time >= SPLIT - 5
    axes.plot(learned.time[recent], learned.ppm[recent], color="#7f8c8d", label="learned from")
    axes.plot(later.time, mean, color=plot.INK, label="forecast")
    axes.fill_between(
        later.time,
        mean - 2.0 * spread,
        mean + 2.0 * spread,
        color=plot.INK,
        alpha=0.15,
        linewidth=0.0,
    )
    axes.plot(later.time, later.ppm, "o", markersize=3.0, color="#c0392b", label="measured")
    axes.set_xlabel("year")
    axes.set_ylabel("carbon dioxide at Mauna Loa, ppm")
    axes.legend(frameon=False)
    figure.savefig(picture, dpi=120)


def main(picture: Path | None = None) -> tuple[float, float]:
    """Fit, print, and return the errors of the forecast and of the baseline in ppm."""
    learned, later = read()
    found = fit(learned)
    for name, before, log in zip(START, START.values(), found.x, strict=True):
        print(f"{name:>20}: {before:>7.2f} -> {np.exp(log):.3f}")
    likelihood = -found.fun
    print(f"log-likelihood {likelihood:.2f} after {found.nfev} gradients")
    mean, spread = forecast(found.x, learned, later.time)
    error = root_mean_square(mean - later.ppm)
    simple = root_mean_square(baseline(learned, later.time) - later.ppm)
    inside = np.mean(np.abs(mean - later.ppm) < 2.0 * spread)
    print(f"forecast of {SPLIT} to {LAST - 1}: root mean square error {error:.2f} ppm,")
    print(f"the last year again with its growth: {simple:.2f} ppm")
    print(f"{inside:.0%} of the months lie within two standard deviations")
    if picture is not None:
        draw(learned, later, mean, spread, picture)
        print(f"the forecast drawn to {picture}")
    return error, simple


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Forecast the carbon dioxide of Mauna Loa.")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="draw the forecast (takes matplotlib)"
    )
    options = parser.parse_args()
    if options.plot is not None:
        plot.check(options.plot)
    main(picture=options.plot)
