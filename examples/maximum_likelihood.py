"""Maximum likelihood: which distribution do the yearly flows of the Nile follow?

    python examples/maximum_likelihood.py
    python examples/maximum_likelihood.py --plot flows.png

Four distributions of scipy.stats are fitted to a hundred years: `adx.minimize` finds the likeliest
parameters by the gradient, and the standard errors come from `adx.hessian` there, which is exact.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import autodiffx as adx
from autodiffx.demo import plot
from autodiffx.scipy import stats

DATA = Path(__file__).parent / "data" / "nile.csv"

# What is fitted of each, all of it positive, and where to start in units of the mean.
FAMILIES: dict[str, dict[str, float]] = {
    "norm": {"loc": 1.0, "scale": 0.2},
    "lognorm": {"s": 0.2, "scale": 1.0},
    "gamma": {"a": 20.0, "scale": 0.05},
    "weibull_min": {"c": 5.0, "scale": 1.0},
}

Array = np.ndarray[Any, Any]


class Fit(NamedTuple):
    """The likeliest parameters by name, with their standard errors."""

    log_likelihood: float
    parameters: dict[str, float]
    errors: dict[str, float]


def read() -> Array:
    """The flow of each year in 1e8 cubic metres."""
    return np.loadtxt(DATA, delimiter=",", skiprows=4)[:, 1]


def minus_log_likelihood(values: Any, name: str, data: Array) -> Any:
    """-Σ log f(x) under the parameters of one of the families."""
    parameters = dict(zip(FAMILIES[name], values, strict=True))
    return -getattr(stats, name).logpdf(data, **parameters).sum()


def fit(name: str, data: Array) -> Fit:
    """The parameters are found by their logarithms, so that none leaves its domain."""
    unit = data.mean()
    scales = np.array([unit if key in ("loc", "scale") else 1.0 for key in FAMILIES[name]])

    def loss(logs: Any) -> Any:
        return minus_log_likelihood(np.exp(logs) * scales, name, data)

    start = np.log(list(FAMILIES[name].values()))
    found = adx.minimize(loss, start, method="BFGS", options={"gtol": 1e-6})
    values = np.exp(found.x) * scales
    # The curvature by the parameters themselves is the information that the data have on them.
    information = adx.hessian(minus_log_likelihood)(values, name, data)
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    names = list(FAMILIES[name])
    return Fit(
        -float(found.fun),
        dict(zip(names, values.tolist(), strict=True)),
        dict(zip(names, errors.tolist(), strict=True)),
    )


def draw(data: Array, fits: dict[str, Fit], picture: Path) -> None:
    """The flows and the densities that were fitted."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.hist(data, bins=18, density=True, color="#dfe4e6", label="measured")
    places = np.linspace(data.min() - 100.0, data.max() + 100.0, 300)
    for name, found in fits.items():
        density = getattr(stats, name).pdf(places, **found.parameters)
        axes.plot(places, density, linewidth=1.5, label=name)
    axes.set_xlabel("flow of the Nile at Aswan, 1e8 m³")
    axes.set_ylabel("density")
    axes.legend(frameon=False)
    figure.savefig(picture, dpi=120)


def main(picture: Path | None = None) -> dict[str, Fit]:
    """Fit all, print them, and return them by name."""
    data = read()
    fits = {name: fit(name, data) for name in FAMILIES}
    for name, found in sorted(fits.items(), key=lambda item: -item[1].log_likelihood):
        parameters = ", ".join(
            f"{key} = {value:.4g} ± {found.errors[key]:.2g}"
            for key, value in found.parameters.items()
        )
        print(f"{name:<12} log-likelihood {found.log_likelihood:9.3f}  {parameters}")
    if picture is not None:
        draw(data, fits, picture)
        print(f"the densities drawn to {picture}")
    return fits


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fit distributions to the flows of the Nile.")
    plot.add_option(parser, "draw the densities")
    main(picture=parser.parse_args().plot)
