"""The functions of arrays that are measured, each with its derivatives written by hand in NumPy.

A function takes the module that provides ``tanh`` (`numpy` for ndarrays) and its arrays. Written by
hand, what several derivatives have in common is computed once, and what is not needed any more is
overwritten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import rosen, rosen_der
from scipy.special import ndtr

from bench.functions import ROSENBROCK

Array = NDArray[Any]
Result = tuple[float, list[Array]]


class ArrayProgram(NamedTuple):
    """A function of arrays to measure, and who gives its value and gradient without autodiffx."""

    name: str
    function: Callable[[Any, Sequence[Any]], Any]
    at: tuple[Array, ...]
    by_hand: Callable[[Sequence[Array]], Result]
    operations: int = 1  # whose time is given; of a whole value and gradient if it is 1


PRODUCTS = 200
CHAIN_STEPS = 1_000
CHAIN_LENGTH = 20_000


def products() -> ArrayProgram:
    """s = s * c, over and over, with an ndarray of 4; NumPy's part is the value alone."""
    factor = np.array([1.01, 0.99, 1.02, 0.98])
    start = np.array([1.0, 2.0, 3.0, 4.0])

    def function(anp: Any, arrays: Sequence[Any]) -> Any:
        (s,) = arrays
        for _ in range(PRODUCTS):
            s = s * factor
        return s.sum()

    name = f"{PRODUCTS} products x * c of 4 elements"
    return ArrayProgram(name, function, (start,), value_alone(function), PRODUCTS)


def chain() -> ArrayProgram:
    """s = s * v, over and over, with 20,000 elements; NumPy's part is the value alone."""

    def function(anp: Any, arrays: Sequence[Any]) -> Any:
        (v,) = arrays
        s = v
        for _ in range(CHAIN_STEPS):
            s = s * v
        return s.sum()

    name = f"chain of {CHAIN_STEPS:,}, {CHAIN_LENGTH:,} elements"
    at = np.linspace(0.999, 1.001, CHAIN_LENGTH)
    return ArrayProgram(name, function, (at,), value_alone(function))


def value_alone(function: Callable[[Any, Sequence[Any]], Any]) -> Callable[[Sequence[Array]], Any]:
    """The same code on ndarrays."""
    return lambda arrays: (float(function(np, arrays)), [])


def rosenbrock() -> ArrayProgram:
    """Rosenbrock's function without a loop; SciPy has its value and gradient."""

    def function(anp: Any, arrays: Sequence[Any]) -> Any:
        (x,) = arrays
        a, b = x[:-1], x[1:]
        return (100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2).sum()

    def by_hand(arrays: Sequence[Array]) -> Result:
        (x,) = arrays
        return float(rosen(x)), [rosen_der(x)]

    return ArrayProgram(
        "Rosenbrock, one array of 1,000", function, (np.array(ROSENBROCK.at),), by_hand
    )


def perceptron(sizes: Sequence[int], rows: int, dtype: type[np.floating[Any]]) -> ArrayProgram:
    """The mean cross-entropy of softmax after layers of tanh, by all weights and biases."""
    random = np.random.default_rng(0)
    inputs = random.normal(size=(rows, sizes[0])).astype(dtype)
    targets = np.eye(sizes[-1], dtype=dtype)[random.integers(sizes[-1], size=rows)]
    at: list[Array] = []
    for i, o in pairwise(sizes):
        at.append((random.normal(size=(i, o)) / np.sqrt(i)).astype(dtype))
        at.append(np.zeros(o, dtype))

    def function(anp: Any, arrays: Sequence[Any]) -> Any:
        h = inputs
        for layer in range(0, len(arrays) - 2, 2):
            h = anp.tanh(h @ arrays[layer] + arrays[layer + 1])
        scores = h @ arrays[-2] + arrays[-1]
        totals = np.logaddexp.reduce(scores, axis=1, keepdims=True)
        return (targets * (scores - totals)).sum() / -rows

    def by_hand(arrays: Sequence[Array]) -> Result:
        layers = [inputs]
        for layer in range(0, len(arrays) - 2, 2):
            h = layers[-1] @ arrays[layer]
            h += arrays[layer + 1]
            layers.append(np.tanh(h, out=h))
        scores = layers[-1] @ arrays[-2]
        scores += arrays[-1]
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        totals = powers.sum(axis=1, keepdims=True)
        scores *= targets
        value = (np.log(totals).sum() - scores.sum()) / rows
        powers /= totals
        powers -= targets
        powers /= rows
        adjoint, found = powers, []
        for layer in range(len(arrays) - 2, -1, -2):
            h = layers.pop()
            found += [adjoint.sum(axis=0), h.T @ adjoint]
            if layer > 0:
                adjoint = adjoint @ arrays[layer].T
                h *= h
                np.subtract(1.0, h, out=h)
                adjoint *= h
        return float(value), found[::-1]

    name = "-".join(map(str, sizes))
    digits = np.dtype(dtype).itemsize * 8
    return ArrayProgram(f"MLP {name}, {rows} rows, float{digits}", function, tuple(at), by_hand)


def black_scholes(rows: int) -> ArrayProgram:
    """The price of a call and its derivatives by all five inputs, row by row.

    Source: Black and Scholes 1973; the derivatives simplified as in every textbook.
    """
    random = np.random.default_rng(0)
    low, high = (80.0, 80.0, 0.2, 0.0, 0.1), (120.0, 120.0, 2.0, 0.05, 0.5)
    at = tuple(random.uniform(a, b, rows) for a, b in zip(low, high, strict=True))

    def function(anp: Any, arrays: Sequence[Any]) -> Any:
        spot, strike, expiry, rate, volatility = arrays
        spread = volatility * anp.sqrt(expiry)
        upper = (anp.log(spot / strike) + (rate + 0.5 * volatility**2) * expiry) / spread
        present = strike * anp.exp(-rate * expiry)
        return (spot * ndtr(upper) - present * ndtr(upper - spread)).sum()

    def by_hand(arrays: Sequence[Array]) -> Result:
        spot, strike, expiry, rate, volatility = arrays
        root = np.sqrt(expiry)
        spread = volatility * root
        upper = (np.log(spot / strike) + (rate + 0.5 * volatility**2) * expiry) / spread
        delta = ndtr(upper)
        discounted = np.exp(-rate * expiry) * ndtr(upper - spread)
        upper *= upper
        upper *= -0.5
        vega = np.exp(upper, out=upper)
        vega *= spot
        vega *= root
        vega *= 1.0 / np.sqrt(2.0 * np.pi)
        paid = strike * discounted
        value = float((spot * delta - paid).sum())
        theta = vega * volatility
        theta /= 2.0 * expiry
        theta += rate * paid
        paid *= expiry
        return value, [delta, np.negative(discounted, out=discounted), theta, paid, vega]

    return ArrayProgram(f"Black-Scholes, {rows:,} rows", function, at, by_hand)


# By a word for the command line: each is made only where it is measured.
ARRAY_PROGRAMS: dict[str, Callable[[], ArrayProgram]] = {
    "products": products,
    "small-perceptron": lambda: perceptron((2, 16, 16, 2), 100, np.float64),
    "perceptron": lambda: perceptron((784, 256, 128, 10), 128, np.float64),
    "single-perceptron": lambda: perceptron((784, 256, 128, 10), 128, np.float32),
    "rosenbrock": rosenbrock,
    "black-scholes": lambda: black_scholes(1_000_000),
    "small-black-scholes": lambda: black_scholes(10_000),
    "chain": chain,
}
