"""Gaussian-process regression: the carbon dioxide of Mauna Loa, forecast year by year.

    python examples/gaussian_process.py
    python examples/gaussian_process.py --plot forecast.png

The covariance of two months is a sum of a slow trend, a season whose shape may drift, irregular
months and noise. All its amplitudes and length scales are fitted to the years 1970 to 1989 by
maximising the marginal likelihood: `adx.minimize` gives SciPy's L-BFGS-B the gradient through
`np.linalg.cholesky` and `np.linalg.solve`. Then each of the next twelve years is forecast from what
was measured before it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import autodiffx as adx
from autodiffx.demo import plot

DATA = Path(__file__).parent / "data" / "mauna_loa.csv"
FORECAST = range(1990, 2002)  # the years

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


def read(first: int, end: int) -> Series:
    """The months of the years from first up to, not including, end."""
    year, month, ppm = np.loadtxt(DATA, delimiter=",", skiprows=6).T
    chosen = (first <= year) & (year < end)
    return Series((year + (month - 0.5) / 12.0)[chosen], ppm[chosen])


def kernel(logs: Any, one: Array, other: Array) -> Any:
    """The covariance of the values at two sets of times, without noise.

    trend² exp(-d² / 2 l²) + season² exp(-d² / 2 drift² - 2 sin²(π d) / shape²)
    + irregular² exp(-|d| / l), with d the distance in years and l the length of each.
    Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, section 5.4.3;
    the exponential of the last term is that of section 4.2.1.
    """
    trend, trend_length, season, drift, shape, irregular, irregular_length, _ = np.exp(logs)
    distance = one[:, None] - other[None, :]
    squared, turned = distance**2, np.sin(np.pi * distance) ** 2
    return (
        trend**2 * np.exp(squared * (-0.5 / trend_length**2))
        + season**2 * np.exp(squared * (-0.5 / drift**2) - turned * (2.0 / shape**2))
        + irregular**2 * np.exp(np.abs(distance) * (-1.0 / irregular_length))
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
    return adx.minimize(
        minus_log_likelihood,
        start,
        args=(series,),
        method="L-BFGS-B",
        bounds=[(log - 5.0, log + 5.0) for log in start],
        options={"maxiter": iterations},
    )


def forecast(logs: Array, series: Series, time: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of what would be measured at other times."""
    lower = factor(logs, series)
    white = np.linalg.solve(lower, series.ppm - series.ppm.mean())
    across = np.linalg.solve(lower, kernel(logs, series.time, time))
    variance = np.diagonal(kernel(logs, time, time)) + np.exp(2.0 * logs[-1])
    spread = np.sqrt(variance - np.sum(across**2, axis=0))
    return np.asarray(across.T @ white) + series.ppm.mean(), spread


def baseline(series: Series) -> Array:
    """The year after: the last year again, raised by what it had gained on the one before."""
    last, before = series.ppm[-12:], series.ppm[-24:-12]
    return np.asarray(last + np.mean(last - before))


def root_mean_square(error: Array) -> float:
    """√ of the mean of the squares."""
    return float(np.sqrt(np.mean(error**2)))


class Forecasts(NamedTuple):
    """What was forecast and what came, month by month."""

    time: Array
    ppm: Array
    mean: Array
    spread: Array
    simple: Array


def forecasts(logs: Array, first: int) -> Forecasts:
    """Every year in turn, forecast from what was measured from the first year on until it began."""
    parts = []
    for year in FORECAST:
        known, came = read(first, year), read(year, year + 1)
        parts.append((*came, *forecast(logs, known, came.time), baseline(known)))
    return Forecasts(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def draw(found: Forecasts, picture: Path) -> None:
    """The forecasts and what came; below, the errors and twice the spread."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 6.5), layout="constrained")
    above, below = figure.subplots(2, sharex=True)
    above.plot(found.time, found.mean, color=plot.INK, label="forecast")
    above.plot(found.time, found.ppm, "o", markersize=2.5, color="#c0392b", label="measured")
    above.set_ylabel("carbon dioxide, ppm")
    above.legend(frameon=False)
    edge, label = 2.0 * found.spread, "± 2 standard deviations"
    below.fill_between(found.time, -edge, edge, color=plot.INK, alpha=0.15, lw=0.0, label=label)
    below.plot(found.time, found.ppm - found.simple, color="#95a5a6", label="the last year again")
    below.plot(found.time, found.ppm - found.mean, color=plot.INK, label="Gaussian process")
    below.set_xlabel("year")
    below.set_ylabel("measured - forecast, ppm")
    below.set_ylim(-2.6, 3.4)
    below.legend(frameon=False, loc="upper left", ncols=3)
    figure.savefig(picture, dpi=120)


def main(first: int = 1970, picture: Path | None = None) -> tuple[float, float]:
    """Fit, print, and return the errors of the forecasts and of the baseline in ppm."""
    fitted = fit(read(first, FORECAST[0]))
    for name, before, log in zip(START, START.values(), fitted.x, strict=True):
        print(f"{name:>20}: {before:>6.2f} -> {np.exp(log):.3f}")
    print(f"log-likelihood {-fitted.fun:.2f} after {fitted.nfev} gradients")
    found = forecasts(fitted.x, first)
    error = root_mean_square(found.mean - found.ppm)
    simple = root_mean_square(found.simple - found.ppm)
    inside = np.mean(np.abs(found.mean - found.ppm) < 2.0 * found.spread)
    print(f"forecasts of {FORECAST[0]} to {FORECAST[-1]}, each from the months before that year:")
    print(f"root mean square error {error:.2f} ppm, of the last year again {simple:.2f} ppm;")
    print(f"{inside:.0%} of the months within two standard deviations")
    if picture is not None:
        draw(found, picture)
        print(f"the forecasts drawn to {picture}")
    return error, simple


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Forecast the carbon dioxide of Mauna Loa.")
    plot.add_option(parser, "draw the forecasts")
    main(picture=parser.parse_args().plot)
