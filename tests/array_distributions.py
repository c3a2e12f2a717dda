"""Distributions of scipy.stats, each with intervals to draw from: tests take the cases from here.

A case is a distribution, a method and a sampler of calls. A call gives plain arrays to SciPy, and
Variables to the module of the implementation that they come from.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special

from array_functions import Call, Drawn, Sampler, calls, dtypes, operand
from array_shapes import Array, seeds

__all__ = ["CASES", "CONTINUOUS", "COUNTS", "Case", "Continuous", "Counts", "call_of", "stats_of"]

Interval = tuple[float, float]


@dataclass(frozen=True)
class Continuous:
    """Intervals from which every point is well inside the support, whatever loc and scale are."""

    shapes: dict[str, Interval] = field(default_factory=dict)
    point: Interval = (-2.0, 2.0)
    loc: Interval = (-1.0, 1.0)
    scale: Interval = (0.5, 2.0)
    inverse: bool = False  # whether ppf and isf are there

    @property
    def methods(self) -> tuple[str, ...]:
        plain = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf")
        return (*plain, "ppf", "isf") if self.inverse else plain


@dataclass(frozen=True)
class Counts:
    """Intervals of the real parameters, and how far counts go."""

    shapes: dict[str, Interval]
    most: int = 6
    whole: dict[str, int] = field(default_factory=dict)  # plain parameters, which come first

    methods = ("pmf", "logpmf", "cdf", "logcdf", "sf", "logsf")


POSITIVE: dict[str, Any] = {"point": (0.3, 3.0), "loc": (-1.0, 0.0)}
BETWEEN: dict[str, Any] = {"point": (0.2, 1.5), "loc": (-0.2, 0.0), "scale": (2.0, 3.0)}

CONTINUOUS: dict[str, Continuous] = {
    "norm": Continuous(inverse=True),
    "t": Continuous({"df": (0.5, 8.0)}),
    "cauchy": Continuous(inverse=True),
    "laplace": Continuous(inverse=True),
    "logistic": Continuous(inverse=True),
    "expon": Continuous(**POSITIVE, inverse=True),
    "weibull_min": Continuous({"c": (0.6, 3.0)}, **POSITIVE, inverse=True),
    "lognorm": Continuous({"s": (0.4, 2.0)}, **POSITIVE, inverse=True),
    "gamma": Continuous({"a": (0.5, 4.0)}, **POSITIVE, inverse=True),
    "invgamma": Continuous({"a": (0.5, 4.0)}, **POSITIVE, inverse=True),
    "chi2": Continuous({"df": (0.8, 8.0)}, **POSITIVE, inverse=True),
    "beta": Continuous({"a": (0.5, 4.0), "b": (0.5, 4.0)}, **BETWEEN, inverse=True),
    "uniform": Continuous(**BETWEEN, inverse=True),
    "vonmises": Continuous({"kappa": (0.5, 2.5)}, (-1.0, 1.0), (-0.5, 0.5), (1.0, 2.0)),
}
COUNTS: dict[str, Counts] = {
    "poisson": Counts({"mu": (0.5, 5.0)}),
    "binom": Counts({"p": (0.1, 0.9)}, most=5, whole={"n": 5}),
    "nbinom": Counts({"n": (0.5, 5.0), "p": (0.1, 0.9)}),
    "bernoulli": Counts({"p": (0.1, 0.9)}, most=1),
}


def stats_of(operands: Any) -> Any:
    """The module of distributions for them: SciPy's own for plain numbers."""
    for each in operands:
        package = type(each).__module__
        if package.startswith("autodiffx.reference"):
            return importlib.import_module("autodiffx.reference.scipy.stats")
        if package.startswith("autodiffx"):
            return importlib.import_module("autodiffx.scipy.stats")
    return importlib.import_module("scipy.stats")


def von_mises_area(method: str, x: Any, kappa: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """cdf, sf and their logarithms by Fourier's series: SciPy's own have 13 digits only."""
    y = (np.float64(x) - loc) / scale
    angle = np.asarray(y if "cdf" in method else -y)[..., None]
    j, order = np.arange(1, 60), np.asarray(kappa, np.float64)[..., None]
    parts = special.ive(j, order) / special.i0e(order)
    below = 0.5 + angle[..., 0] / (2.0 * np.pi) + (parts * np.sin(j * angle) / j).sum(-1) / np.pi
    return np.log(below) if method.startswith("log") else below


def call_of(
    name: str, method: str, arrays: tuple[Array, ...], keywords: tuple[str, ...] = (), **plain: Any
) -> Call:
    """The call with the last of the arrays given by keyword; in SciPy's hands of their dtype.

    Args:
        plain: arguments that are no Variables; "k" comes first.
    """
    first = (plain.pop("k"),) if "k" in plain else ()

    def function(namespace: Any, *xs: Any) -> Any:
        stats = stats_of(xs)
        count = len(xs) - len(keywords)
        named = {**plain, **dict(zip(keywords, xs[count:], strict=True))}
        of_scipy = stats.__name__ == "scipy.stats"
        if of_scipy:  # a distribution of matrices knows a number by its type
            xs = tuple(x if np.ndim(x) else np.asarray(x)[()] for x in xs)
        if of_scipy and name == "vonmises" and not method.endswith("pdf"):
            result = von_mises_area(method, *xs[:count], **named)
        else:
            result = getattr(getattr(stats, name), method)(*first, *xs[:count], **named)
        if of_scipy:  # which always computes in float64
            return np.asarray(result).astype(np.result_type(*xs, *first_floats))
        return result

    first_floats = [np.asarray(each) for each in first if np.ndim(each)]
    return Call(function, arrays, f"{name}.{method} with {keywords} {plain}")


def shapes_for(draw: Drawn, count: int) -> list[tuple[int, ...]]:
    """Shapes of 0 to 4 dimensions that broadcast with each other."""
    drawn = draw(
        hnp.mutually_broadcastable_shapes(num_shapes=count, max_dims=4, min_side=0, max_side=2)
    )
    return list(drawn.input_shapes)


def sample_continuous(name: str, method: str) -> Sampler:
    row = CONTINUOUS[name]
    point = (0.1, 0.9) if method in ("ppf", "isf") else row.point
    intervals = [point, *row.shapes.values(), row.loc, row.scale]

    def sample(draw: Drawn) -> Call:
        some = draw(st.sampled_from([(), ("loc",), ("loc", "scale"), ("scale",)]))
        keywords = ("loc", "scale") if point == (0.1, 0.9) or row.point == (0.2, 1.5) else some
        used = intervals[:-2] + [getattr(row, key) for key in keywords]
        dtype = draw(dtypes)
        arrays = tuple(
            operand(draw, shape, dtype, low, high)
            for shape, (low, high) in zip(shapes_for(draw, len(used)), used, strict=True)
        )
        return call_of(name, method, arrays, keywords)

    return calls(sample)


def sample_counts(name: str, method: str) -> Sampler:
    row = COUNTS[name]

    def sample(draw: Drawn) -> Call:
        *shapes, of_count = shapes_for(draw, len(row.shapes) + 1)
        dtype = draw(dtypes)
        arrays = tuple(
            operand(draw, shape, dtype, low, high)
            for shape, (low, high) in zip(shapes, row.shapes.values(), strict=True)
        )
        rng = np.random.default_rng(draw(seeds))
        low, high = -1, row.most + 2
        if method.startswith("log"):  # where the value is finite
            low, high = 0, row.most + 1 if method == "logpmf" else row.most
        loc = draw(st.sampled_from([{}, {"loc": 1}]))
        counts = np.asarray(rng.integers(low, high, of_count)).astype(dtype) + len(loc)
        return call_of(name, method, arrays, tuple(row.shapes), k=counts, **row.whole, **loc)

    return calls(sample)


def positive_definite(seed: int, size: int) -> Array:
    numbers = np.random.default_rng(seed).normal(size=(size, size))
    return np.asarray(numbers @ numbers.T + size * np.eye(size))


def sample_vectors(name: str, method: str) -> Sampler:
    def points(draw: Drawn, size: int) -> Array:
        batch = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=2))
        return operand(draw, (*batch, size), np.float64)

    def sample(draw: Drawn) -> Call:
        size = draw(st.integers(2, 3))
        dtype = draw(dtypes)
        matrix = positive_definite(draw(seeds), size)
        if name == "dirichlet":
            rng = np.random.default_rng(draw(seeds))
            alpha = operand(draw, (size,), dtype, 0.5, 3.0)
            batch = draw(st.sampled_from([(), (1,), (3,)]))
            x = rng.dirichlet(np.full(size, 2.0), batch).T
            fixed = draw(st.booleans())  # x as a constant, or all but its last component varying
            if fixed:
                return call_of(name, method, (alpha,), ("alpha",), k=x.astype(dtype))
            return call_of(name, method, (x[:-1].astype(dtype), alpha))
        if name == "wishart":
            batch = draw(st.sampled_from([(), (1,), (2,)]))
            stacked = [positive_definite(draw(seeds), size) for _ in range(int(np.prod(batch)))]
            x = np.stack(stacked, axis=-1) if batch else stacked[0]
            df = operand(draw, (), dtype, size, size + 3.0)
            return symmetric(name, method, x.astype(dtype), df, matrix.astype(dtype))
        arrays = [points(draw, size), operand(draw, (size,), np.float64), matrix]
        if name == "multivariate_t":
            arrays.append(operand(draw, (), np.float64, 1.0, 5.0))
        return symmetric(name, method, *[each.astype(dtype) for each in arrays])

    return calls(sample)


def symmetric(name: str, method: str, *arrays: Array) -> Call:
    """The call with matrices made symmetric first, as differences are along any direction."""
    places = {"wishart": (0, 2)}.get(name, (2,))

    def even(place: int, x: Any) -> Any:
        return (x + np.swapaxes(x, 0, 1)) * 0.5 if place in places else x

    plain = call_of(name, method, arrays)

    def function(namespace: Any, *xs: Any) -> Any:
        given = [even(i, x) for i, x in enumerate(xs)]
        return plain.function(namespace, *given)

    return Call(function, arrays, plain.words)


@dataclass(frozen=True)
class Case:
    """A method of a distribution."""

    name: str
    method: str
    sampler: Sampler

    def __repr__(self) -> str:
        return f"{self.name}-{self.method}"


def cases() -> list[Case]:
    found: list[Case] = []
    makers: list[tuple[dict[str, Any], Callable[[str, str], Sampler]]] = [
        (CONTINUOUS, sample_continuous),
        (COUNTS, sample_counts),
    ]
    for table, maker in makers:
        found += [Case(n, m, maker(n, m)) for n, row in table.items() for m in row.methods]
    names = ("multivariate_normal", "multivariate_t", "dirichlet", "wishart")
    found += [Case(n, m, sample_vectors(n, m)) for n in names for m in ("pdf", "logpdf")]
    return found


CASES = cases()
