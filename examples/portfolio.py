"""Portfolios of least risk and of greatest growth, under constraints.

    python examples/portfolio.py
    python examples/portfolio.py --plot frontier.png

Eight kinds of asset over 22 years. `adx.minimize` finds the weights without any derivative written
by hand: the gradient and the Jacobians of the constraints come along. Asked for are the least
volatile portfolio for each mean return, with short sales (known in closed form) and without, and
the portfolio that grows fastest of those that would never have lost more than 5% in a year. What
has no closed form is held against the conditions of Karush, Kuhn and Tucker, with `adx.grad`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import nnls

import autodiffx as adx
from autodiffx.demo import plot

DATA = Path(__file__).parent / "data" / "asset_classes.csv"
MEANS = np.linspace(0.08, 0.14, 13)  # asked of the least volatile portfolios
LOSS = 0.05  # in a year, the most for the growing one

Array = np.ndarray[Any, Any]
Function = Callable[[Any], Any]


class Market(NamedTuple):
    """Returns and what follows from them; 0.05 is five per cent."""

    names: list[str]
    returns: Array  # years × assets
    mean: Array
    covariance: Array


def read() -> Market:
    """The returns of the 22 years."""
    lines = [line for line in DATA.read_text(encoding="ascii").splitlines() if line[0] != "#"]
    returns = np.array([line.split(",")[1:] for line in lines[1:]], dtype=float) - 1.0
    covariance = np.cov(returns, rowvar=False, bias=True)
    return Market(lines[0].split(",")[1:], returns, returns.mean(axis=0), covariance)


def best(objective: Function, kind: str, constraint: Function, short: bool = False) -> Array:
    """The weights that minimise; all is invested, and the constraint is 0 ("eq") or above."""
    budget = {"type": "eq", "fun": lambda weights: np.sum(weights) - 1.0}
    found = adx.minimize(
        objective,
        np.full(8, 1.0 / 8.0),
        method="SLSQP",
        bounds=None if short else [(0.0, 1.0)] * 8,
        constraints=[budget, {"type": kind, "fun": constraint}],
        options={"ftol": 1e-15, "maxiter": 500},
    )
    if not found.success:
        raise RuntimeError(found.message)
    return np.asarray(found.x)


def closed_form(market: Market, mean: float) -> Array:
    """The least volatile weights with short sales, by the multipliers of budget and mean.

    Source: R. C. Merton, An analytic derivation of the efficient portfolio frontier, 1972.
    """
    sides = np.stack([np.ones(8), market.mean])
    towards = np.linalg.solve(market.covariance, sides.T)
    return np.asarray(towards @ np.linalg.solve(sides @ towards, [1.0, mean]))


def off_optimality(objective: Function, constraint: Function, weights: Array) -> float:
    """How far the gradient is from what the conditions of optimality allow, relatively.

    At a minimum with Σ w = 1, w ≥ 0 and g(w) ≥ 0 it is λ 1 + ν + μ ∇g with multipliers μ, ν ≥ 0
    that vanish where there is room. `nnls` looks for them; λ is a difference of two.
    """
    gradient = adx.grad(objective)(weights)
    room = np.atleast_1d(constraint(weights))
    slopes = np.reshape(adx.jacobian(constraint)(weights), (-1, 8))
    tight = [np.eye(8)[weights < 1e-7], slopes[room < 1e-7]]
    _, distance = nnls(np.concatenate([[np.ones(8), -np.ones(8)], *tight]).T, gradient)
    return float(distance / np.linalg.norm(gradient))


class Found(NamedTuple):
    """The portfolios, and how well they pass."""

    efficient: Array  # a row of weights for each of MEANS
    growing: Array
    off_closed_form: float
    off_optimality: float


def find(market: Market) -> Found:
    """All portfolios, checked."""

    def variance(weights: Any) -> Any:
        return weights @ market.covariance @ weights

    def minus_growth(weights: Any) -> Any:
        return -np.mean(np.log1p(market.returns @ weights))

    def of_each_year(weights: Any) -> Any:
        return market.returns @ weights + LOSS

    growing = best(minus_growth, "ineq", of_each_year)
    off = off_optimality(minus_growth, of_each_year, growing)
    efficient, off_closed_form = [], 0.0
    for mean in MEANS:

        def excess(weights: Any, mean: float = mean) -> Any:
            return weights @ market.mean - mean

        short = best(variance, "eq", excess, short=True)
        off_closed_form = max(off_closed_form, np.abs(short - closed_form(market, mean)).max())
        efficient.append(best(variance, "ineq", excess))
        off = max(off, off_optimality(variance, excess, efficient[-1]))
    return Found(np.array(efficient), growing, float(off_closed_form), off)


def place(market: Market, weights: Array) -> tuple[Array, Array]:
    """Volatility and mean return in per cent, for each row of weights."""
    variance = np.einsum("...i,ij,...j->...", weights, market.covariance, weights)
    return 100.0 * np.sqrt(variance), 100.0 * weights @ market.mean


def draw(market: Market, found: Found, picture: Path) -> None:
    """Risk and return of the assets and the portfolios."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 5.0), layout="constrained")
    axes = figure.subplots()
    free = np.stack([closed_form(market, mean) for mean in np.linspace(0.08, 0.145, 60)])
    axes.plot(*place(market, free), "--", color="#95a5a6", label="least risk, with short sales")
    axes.plot(*place(market, found.efficient), ".-", color=plot.INK, label="without short sales")
    axes.plot(
        *place(market, found.growing),
        "D",
        color="#c0392b",
        label="greatest growth, no loss above 5%",
    )
    risk, mean = place(market, np.eye(8))
    axes.plot(risk, mean, "o", color="#7f8c8d", markersize=4.0)
    for name, x, y in zip(market.names, risk, mean, strict=True):
        axes.annotate(name, (x, y), xytext=(5.0, -3.0), textcoords="offset points", fontsize=9)
    axes.set_xlabel("volatility, % a year")
    axes.set_ylabel("mean return, % a year")
    axes.legend(frameon=False, loc="lower right")
    figure.savefig(picture, dpi=120)


def main(picture: Path | None = None) -> Found:
    """Find the portfolios, print, and return them."""
    market = read()
    found = find(market)
    print(f"{'weights in %':>32} " + " ".join(f"{name:>9}" for name in market.names))
    rows = {f"mean ≥ {mean:.1%}": row for mean, row in zip(MEANS, found.efficient, strict=True)}
    for name, weights in [*list(rows.items())[::3], ("growing", found.growing)]:
        shown = " ".join(f"{abs(round(100.0 * weight, 1)):9.1f}" for weight in weights)
        print(f"{name:>12}, volatility {place(market, weights)[0]:5.1f}% {shown}")
    worst = (market.returns @ found.growing).min()
    growth = np.expm1(np.mean(np.log1p(market.returns @ found.growing)))
    print(f"the growing one gains {growth:.1%} a year, {worst:+.1%} in the worst")
    print(f"with short sales: weights within {found.off_closed_form:.0e} of the closed form")
    print(f"without: gradients within {found.off_optimality:.0e} of the conditions of optimality")
    if picture is not None:
        draw(market, found, picture)
        print(f"risk and return drawn to {picture}")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Find portfolios of eight kinds of asset.")
    plot.add_option(parser, "draw risk and return")
    main(picture=parser.parse_args().plot)
