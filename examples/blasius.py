"""A boundary layer from its equation alone: f''' + f f'' / 2 = 0, solved by a small network.

    python examples/blasius.py
    python examples/blasius.py --plot layer.png

Blasius' equation describes the air that flows along a plate: f' is its speed at the distance η
from the plate, in units of the free flow's, so f(0) = f'(0) = 0 and f'(∞) = 1. A network of tanh
stands for f; its three derivatives by η are `adx.elementwise_grad`, nested, and what they leave of
the equation is made small by `adx.least_squares`, which differentiates once more, by the weights.
Known is f''(0), the friction at the plate.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import autodiffx as adx
from autodiffx.demo import plot

# J. P. Boyd, The Blasius function in the complex plane, Experimental Mathematics 8 (1999).
PUBLISHED = 0.33205733621519630
FAR = 10.0  # where the speed is that of the free flow, to all digits asked for here

Array = np.ndarray[Any, Any]
Parameters = dict[str, Any]
Function = Callable[[Any, Parameters], Any]


def f(eta: Any, parameters: Parameters) -> Any:
    """η + c + Σ a tanh(w η + b), of each η."""
    units = np.tanh(np.multiply.outer(eta, parameters["w"]) + parameters["b"])
    return eta + parameters["c"] + units @ parameters["a"]


first: Function = adx.elementwise_grad(f)
second: Function = adx.elementwise_grad(first)
third: Function = adx.elementwise_grad(second)


def equation(eta: Any, parameters: Parameters) -> Any:
    """What f leaves of f''' + f f'' / 2 = 0."""
    return third(eta, parameters) + 0.5 * f(eta, parameters) * second(eta, parameters)


def residuals(parameters: Parameters, eta: Array) -> list[Any]:
    """What should vanish: the equation inside, and ten times the conditions at the ends."""
    plate, far = np.zeros(1), np.full(1, FAR)
    return [
        equation(eta, parameters),
        10.0 * f(plate, parameters),
        10.0 * first(plate, parameters),
        10.0 * (first(far, parameters) - 1.0),
    ]


def start(seed: int, units: int = 10) -> Parameters:
    """Where the search begins."""
    generator = np.random.default_rng(seed)
    return {
        "a": generator.normal(0.0, 0.3, units),
        "w": generator.uniform(0.3, 1.0, units),
        "b": generator.normal(-1.0, 1.0, units),
        "c": -1.0,
    }


def fit(seed: int, points: int = 60, evaluations: int = 150) -> Any:
    """SciPy's result by the method of Levenberg and Marquardt; x is in the structure of `start`."""
    eta = FAR * np.linspace(0.0, 1.0, points) ** 1.5  # dense near the plate
    return adx.least_squares(residuals, start(seed), args=(eta,), method="lm", max_nfev=evaluations)


def friction(parameters: Parameters) -> float:
    """f''(0), by `adx.grad` of `adx.grad`."""
    return float(adx.grad(adx.grad(f))(0.0, parameters))


def draw(parameters: Parameters, picture: Path) -> None:
    """The speed and its slope; below, what is left of the equation."""
    from matplotlib.figure import Figure

    eta = np.linspace(0.0, FAR, 400)
    figure = Figure(figsize=(9.0, 6.5), layout="constrained")
    above, below = figure.subplots(2, sharex=True, height_ratios=(2, 1))
    above.plot(eta, first(eta, parameters), color=plot.INK, label="speed f'")
    above.plot(eta, second(eta, parameters), color="#c0392b", label="shear f''")
    above.plot(0.0, PUBLISHED, "o", color="#c0392b", label="f''(0), published", clip_on=False)
    above.set_ylabel("in units of the free flow")
    above.set_ylim(0.0, 1.05)
    above.legend(frameon=False)
    below.semilogy(eta, np.abs(equation(eta, parameters)), color=plot.INK, linewidth=1.0)
    below.set_ylabel("|f''' + f f'' / 2|")
    below.set_xlabel("distance from the plate, η")
    figure.savefig(picture, dpi=120)


def main(seed: int = 0, picture: Path | None = None) -> Parameters:
    """Fit, print, and return the parameters."""
    found = fit(seed)
    between = np.linspace(0.0, FAR, 997)  # points that were not fitted
    left = np.abs(equation(between, found.x)).max()
    slope = friction(found.x)
    print(f"{found.nfev} evaluations, {found.njev} Jacobians of {found.jac.shape}")
    print(f"at most {left:.0e} is left of the equation, at 997 points from 0 to {FAR:g}")
    print(f"f''(0) = {slope:.7f}, published {PUBLISHED:.7f}, off by {slope - PUBLISHED:+.0e}")
    if picture is not None:
        draw(found.x, picture)
        print(f"the boundary layer drawn to {picture}")
    parameters: Parameters = found.x
    return parameters


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Solve Blasius' equation by a small network.")
    plot.add_option(parser, "draw the boundary layer")
    main(picture=parser.parse_args().plot)
