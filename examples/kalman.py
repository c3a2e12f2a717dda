"""The likelihood of a Kalman filter, differentiated: how fast did the level of the Nile drift?

    python examples/kalman.py
    python examples/kalman.py --plot nile.png

The local level model: flow = level + ε, and the level walks by η a year. Both variances are fitted
to the hundred years from 1871 on by maximising the likelihood. The filter is a loop that fills
arrays, as one writes it in NumPy; `adx.minimize` has its gradient by sweeping back through it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import autodiffx as adx
import autodiffx.numpy as anp
from autodiffx.demo import plot

DATA = Path(__file__).parent / "data" / "nile.csv"

# J. Durbin and S. J. Koopman, Time Series Analysis by State Space Methods, 2001, section 2.10.
PUBLISHED = (15099.0, 1469.1)

Array = np.ndarray[Any, Any]


class Filtered(NamedTuple):
    """What the filter knows of each year but the first, before and after that year's flow."""

    error: Any  # of the prediction of the flow
    error_variance: Any
    level: Any
    level_variance: Any


def read() -> tuple[Array, Array]:
    """The years, and the flow of each in 1e8 cubic metres."""
    rows = np.loadtxt(DATA, delimiter=",", skiprows=4)
    return rows[:, 0], rows[:, 1]


def kalman_filter(flow: Array, of_flow: Any, of_level: Any) -> Filtered:
    """Filter with the given variances of ε and η; the first year's flow is the first level.

    Source: Durbin and Koopman 2001, section 2.2, with the diffuse start of section 2.9.
    """
    count = len(flow) - 1
    found = Filtered(*(anp.empty(count) for _ in Filtered._fields))
    level, variance = flow[0], of_flow
    for year in range(count):
        predicted_variance = variance + of_level
        error = flow[year + 1] - level
        error_variance = predicted_variance + of_flow
        gain = predicted_variance / error_variance
        level = level + gain * error
        variance = predicted_variance * (1.0 - gain)
        found.error[year] = error
        found.error_variance[year] = error_variance
        found.level[year] = level
        found.level_variance[year] = variance
    return found


def minus_log_likelihood(log_variances: Any, flow: Array) -> Any:
    """(1/2) Σ (log 2π F + v² / F) over prediction errors v with variances F."""
    of_flow, of_level = np.exp(log_variances)
    found = kalman_filter(flow, of_flow, of_level)
    variance = found.error_variance
    return 0.5 * np.sum(np.log(2.0 * np.pi * variance) + found.error**2 / variance)


def fit(flow: Array) -> tuple[float, float]:
    """The variances of ε and η under which the series is likeliest."""
    start = np.log(np.full(2, np.var(flow)))
    found = adx.minimize(
        minus_log_likelihood,
        start,
        args=(flow,),
        method="L-BFGS-B",
        options={"ftol": 1e-14, "gtol": 1e-8},
    )
    of_flow, of_level = np.exp(found.x)
    return float(of_flow), float(of_level)


def draw(years: Array, flow: Array, variances: tuple[float, float], picture: Path) -> None:
    """The flow, the filtered level, and twice its standard error on both sides."""
    from matplotlib.figure import Figure

    found = kalman_filter(flow, *variances)
    level, spread = found.level.value, 2.0 * np.sqrt(found.level_variance.value)
    figure = Figure(figsize=(9.0, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot(years, flow, "o", markersize=3.0, color="#7f8c8d", label="measured")
    axes.plot(years[1:], level, color=plot.INK, linewidth=1.5, label="level, filtered")
    low, high = level - spread, level + spread
    axes.fill_between(
        years[1:], low, high, color=plot.INK, alpha=0.15, lw=0.0, label="± 2 standard errors"
    )
    axes.set_xlabel("year")
    axes.set_ylabel("flow of the Nile at Aswan, 1e8 m³")
    axes.legend(frameon=False)
    figure.savefig(picture, dpi=120)


def main(picture: Path | None = None) -> tuple[float, float]:
    """Fit, print, and return the two variances."""
    years, flow = read()
    variances = fit(flow)
    for name, ours, published in zip(("flow", "level"), variances, PUBLISHED, strict=True):
        print(f"variance of the {name}: {ours:>8.1f}, published {published:>8.1f}")
    print(f"log-likelihood: {-minus_log_likelihood(np.log(variances), flow):.4f}")
    if picture is not None:
        draw(years, flow, variances, picture)
        print(f"the filtered level drawn to {picture}")
    return variances


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fit a local level model to the Nile.")
    plot.add_option(parser, "draw the filtered level")
    main(picture=parser.parse_args().plot)
