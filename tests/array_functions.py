"""NumPy's functions of arrays, each with a sampler of calls. Tests and benchmarks draw from them.

A call is a function of a namespace and some arrays. The namespace is NumPy's, that of a module of
SciPy or autodiffx's, the arrays are plain or Variables, and the result is an array or several.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from array_shapes import DTYPES, LAYOUTS, Array, laid_out, seeds, shapes, uniform

__all__ = [
    "Call",
    "Drawn",
    "Sampler",
    "axes_for",
    "axis_for",
    "calls",
    "distinct",
    "dtypes",
    "masks",
    "operand",
]


@dataclass(frozen=True)
class Call:
    """One call with everything but the arrays fixed."""

    function: Callable[..., Any]  # of a namespace and the arrays
    arrays: tuple[Array, ...]
    words: str  # the arguments, as a failing test shows them
    exact: bool = False  # nothing is computed: the bits are NumPy's
    package: str = "numpy"  # whose namespace it is, with which NumPy's or SciPy's values agree
    condition: float = 1.0  # by how much errors of rounding may be larger than elsewhere

    def home(self, adx: Any = None) -> Any:
        """The namespace for plain arrays, or that of an implementation for Variables."""
        if self.package == "numpy":
            return np
        return importlib.import_module(f"{adx.__name__}.{self.package}" if adx else self.package)

    def __repr__(self) -> str:
        operands = ", ".join(f"{a.dtype}{a.shape}" for a in self.arrays)
        return f"{self.words} of {operands}"


Drawn = Callable[..., Any]  # hypothesis' draw
Sampler = st.SearchStrategy[Call]

dtypes = st.sampled_from(DTYPES)


def calls(sample: Callable[[Drawn], Call]) -> Sampler:
    """A strategy, of a function that draws one call."""
    return st.composite(sample)()


def operand(
    draw: Drawn, shape: tuple[int, ...], dtype: Any, low: float = -2.0, high: float = 2.0
) -> Array:
    """Random numbers in a random memory layout."""
    layout = draw(st.sampled_from(LAYOUTS))
    return laid_out(uniform(draw(seeds), shape, dtype, low, high), layout)


def distinct(draw: Drawn, shape: tuple[int, ...], dtype: Any) -> Array:
    """Numbers that keep a distance from each other, so that a small step changes no order."""
    size = int(np.prod(shape))
    rng = np.random.default_rng(draw(seeds))
    numbers = (rng.permutation(size) - size / 2 + rng.uniform(-0.3, 0.3, size)) / 4
    return laid_out(numbers.reshape(shape).astype(dtype), draw(st.sampled_from(LAYOUTS)))


def axis_for(draw: Drawn, ndim: int, none: bool = True) -> Any:
    """One axis, counted from either side, or None."""
    choices: list[Any] = list(range(-ndim, ndim)) + ([None] if none else [])
    return draw(st.sampled_from(choices))


def axes_for(draw: Drawn, ndim: int) -> Any:
    """None, one axis, or several."""
    if ndim > 1 and draw(st.booleans()):
        several = draw(st.lists(st.integers(0, ndim - 1), unique=True, max_size=ndim))
        return tuple(axis - ndim if draw(st.booleans()) else axis for axis in several)
    return axis_for(draw, ndim)


def masks(draw: Drawn, shape: tuple[int, ...]) -> Array:
    """Which elements count: an array of booleans that broadcasts."""
    rng = np.random.default_rng(draw(seeds))
    shape = shape[draw(st.integers(0, len(shape))) :]
    return np.asarray(rng.uniform(size=shape) < 0.7)


def some_shape(draw: Drawn, least: int = 0, most: int = 4, empty: bool = True) -> tuple[int, ...]:
    """A shape of a few elements; without `empty` none of its lengths is 0."""
    shape: tuple[int, ...] = draw(shapes(least, most))
    return shape if empty else tuple(max(1, length) for length in shape)
