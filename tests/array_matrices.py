"""Random matrices of a known condition, in stacks, of every size from none, in both dtypes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from array_functions import Call, Drawn, Sampler, calls, dtypes
from array_shapes import LAYOUTS, Array, laid_out, seeds

__all__ = [
    "Kind",
    "Sizes",
    "apart",
    "definite",
    "line",
    "lines",
    "of_spectrum",
    "regular",
    "right_sides",
    "sampled",
    "spaced",
    "square",
    "tall",
    "vector",
    "wide",
]

BATCHES = ((), (), (2,), (2, 1), (1, 3))


@dataclass(frozen=True)
class Sizes:
    """What the operands of one call have in common, and where their numbers come from."""

    batch: tuple[int, ...]
    length: int  # of the side that equations go through
    more: int  # of the other side
    random: np.random.Generator

    def uniform(self, *shape: int) -> Array:
        """Between -1 and 1."""
        return self.random.uniform(-1.0, 1.0, (*self.batch, *shape))

    def rotation(self, length: int) -> Array:
        """Orthogonal matrices."""
        return np.asarray(np.linalg.qr(self.uniform(length, length))[0])

    def steps(self, length: int) -> Array:
        """Numbers from 1 on that keep a distance of a half, in any order."""
        steps = np.arange(1.0, length + 1.0) + 0.25 * self.uniform(length)
        return np.asarray(self.random.permuted(steps, axis=-1))


Kind = Callable[[Sizes], Array]


def regular(sizes: Sizes) -> Array:
    """Singular values of 1 and more, all different."""
    u, v = sizes.rotation(sizes.length), sizes.rotation(sizes.length)
    return (u * sizes.steps(sizes.length)[..., None, :]) @ v


def tall(sizes: Sizes) -> Array:
    """The same with more rows than columns."""
    u = sizes.rotation(sizes.more)[..., : sizes.length]
    return (u * sizes.steps(sizes.length)[..., None, :]) @ sizes.rotation(sizes.length)


def wide(sizes: Sizes) -> Array:
    """The same with more columns than rows."""
    return np.swapaxes(tall(sizes), -1, -2)


def spaced(sizes: Sizes) -> Array:
    """Symmetric, with eigenvalues of either sign that are far apart."""
    v = sizes.rotation(sizes.length)
    values = sizes.steps(sizes.length) - 0.5 * sizes.length
    return (v * values[..., None, :]) @ np.swapaxes(v, -1, -2)


def definite(sizes: Sizes) -> Array:
    """Symmetric, with positive eigenvalues that are far apart."""
    v = sizes.rotation(sizes.length)
    return (v * sizes.steps(sizes.length)[..., None, :]) @ np.swapaxes(v, -1, -2)


def of_spectrum(sizes: Sizes) -> Array:
    """With positive eigenvalues that are far apart, and not symmetric."""
    length = sizes.length
    v = np.eye(length) + 0.5 * sizes.uniform(length, length) / max(length, 1)
    return (v * sizes.steps(length)[..., None, :]) @ np.linalg.inv(v)


def square(sizes: Sizes) -> Array:
    """Anything, singular perhaps."""
    return sizes.uniform(sizes.length, sizes.length)


def apart(sizes: Sizes) -> Array:
    """Matrices of elements of either sign that keep away from zero."""
    numbers = sizes.uniform(sizes.more, sizes.length)
    return np.where(numbers < 0.0, numbers - 0.5, numbers + 0.5)


def right_sides(sizes: Sizes) -> Array:
    """A few columns."""
    return sizes.uniform(sizes.length, 2)


def vector(sizes: Sizes) -> Array:
    """One for all matrices of a stack."""
    return sizes.random.uniform(-1.0, 1.0, sizes.length)


def line(sizes: Sizes) -> Array:
    """A vector as long as the other side."""
    return sizes.random.uniform(-1.0, 1.0, sizes.more)


def lines(sizes: Sizes) -> Array:
    """A few columns as long as the other side."""
    return sizes.uniform(sizes.more, 2)


def sampled(
    made: Callable[..., Call],
    kinds: Sequence[Kind],
    batch: bool = True,
    least: int = 0,
    none: bool = True,
    condition: float = 30.0,
) -> Sampler:
    """Calls with operands of some kinds.

    Args:
        made: the call, of its operands and its other fields.
        kinds: of the operands.
        batch: whether stacks are taken.
        least: the smallest size of a matrix.
        none: whether stacks of no matrices are taken.
        condition: by how much an error of the operands may be larger in results and derivatives.
    """

    def sample(draw: Drawn) -> Call:
        stacks = (*BATCHES, (0,), (2, 0)) if none else BATCHES
        length = draw(st.integers(least, 4))
        sizes = Sizes(
            draw(st.sampled_from(stacks)) if batch else (),
            length,
            length + draw(st.integers(1, 2)),
            np.random.default_rng(draw(seeds)),
        )
        dtype = draw(dtypes)
        arrays: list[Any] = []
        for kind in kinds:
            numbers = kind(sizes).astype(dtype)
            arrays.append(laid_out(numbers, draw(st.sampled_from(LAYOUTS))))
        words = f"matrices of {sizes.length} in stacks of {sizes.batch}"
        return made(tuple(arrays), words=words, condition=condition)

    return calls(sample)
