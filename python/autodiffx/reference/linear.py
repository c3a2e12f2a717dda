"""Operations that move numbers without computing: indexing, writing, summing, casting.

Each is linear, so one line says it and its transpose: tangents pass through the operation itself,
adjoints through its transpose, which is one of these again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from autodiffx.reference.number import Array, settled
from autodiffx.reference.rule import Number
from autodiffx.reference.shapes import Shape, positions_in

__all__ = [
    "Linear",
    "assign",
    "broadcast",
    "cast",
    "collect",
    "cumulate",
    "gather",
    "sum_over",
    "sum_to",
    "whole",
]


@dataclass(frozen=True, eq=False)
class Linear:
    """One linear operation.

    `primal` is its value for plain operands. `transposes` makes, for each operand, the operation
    that takes the adjoint of the result to that of the operand.
    """

    name: str
    primal: Callable[..., Number]
    transposes: tuple[Callable[[], Linear], ...]
    kind: str = "smooth"


def gather(positions: Array, shape: Shape, name: str = "gather") -> Linear:
    """The elements at `positions`, numbered in C order, of an array of a shape."""

    def primal(x: Number) -> Number:
        return settled(np.asarray(x).reshape(-1)[positions])

    return Linear(name, primal, (lambda: scatter(positions, shape),))


def scatter(positions: Array, shape: Shape) -> Linear:
    """Zeros of a shape with every element of the operand added at its position."""

    def primal(x: Number) -> Number:
        x = np.asarray(x)
        found = np.zeros(int(np.prod(shape, dtype=np.intp)), dtype=x.dtype)
        with np.errstate(all="ignore"):
            np.add.at(found, positions, x)
        return settled(found.reshape(shape))

    return Linear("scatter", primal, (lambda: gather(positions, shape),))


def collect(places: Array, shapes: tuple[Shape, ...], name: str = "gather") -> Linear:
    """The elements at `places` of several arrays, which are numbered through from 1; 0 is zero."""
    sizes = [int(np.prod(shape, dtype=np.intp)) for shape in shapes]
    starts = np.cumsum([1, *sizes])

    def primal(*xs: Number) -> Number:
        flat = [np.asarray(x).reshape(-1) for x in xs]
        zero = np.zeros(1, dtype=flat[0].dtype)
        return settled(np.concatenate([zero, *flat])[places])

    def transpose(index: int) -> Linear:
        inside = (places >= starts[index]) & (places < starts[index + 1])
        return _distribute(np.where(inside, places - starts[index] + 1, 0), shapes[index])

    return Linear(name, primal, tuple(partial(transpose, i) for i in range(len(shapes))))


def _distribute(places: Array, shape: Shape) -> Linear:
    """Zeros of a shape with every element added at its place, numbered from 1; 0 is nowhere."""

    def primal(x: Number) -> Number:
        x = np.asarray(x)
        found = np.zeros(1 + int(np.prod(shape, dtype=np.intp)), dtype=x.dtype)
        with np.errstate(all="ignore"):
            np.add.at(found, places, x)
        return settled(found[1:].reshape(shape))

    return Linear("scatter", primal, (lambda: collect(places, (shape,)),))


def broadcast(origin: Shape, shape: Shape) -> Linear:
    """Repeated along new axes and axes of length 1."""

    def primal(x: Number) -> Number:
        return settled(np.broadcast_to(np.asarray(x), shape).copy())

    return Linear("broadcast", primal, (lambda: sum_to(shape, origin),))


def sum_to(origin: Shape, shape: Shape) -> Linear:
    """Summed over what `broadcast` repeats."""
    leading = len(origin) - len(shape)
    repeated = tuple(
        leading + axis for axis, length in enumerate(shape) if origin[leading + axis] != length
    )

    def primal(x: Number) -> Number:
        with np.errstate(all="ignore"):
            summed = np.sum(x, axis=(*range(leading), *repeated), keepdims=True)
        return settled(summed.reshape(shape))

    return Linear("sum", primal, (lambda: broadcast(shape, origin),))


def sum_over(origin: Shape, axes: tuple[int, ...], shape: Shape) -> Linear:
    """Summed over some axes, which the shape of the sums keeps as 1 or leaves out."""

    def primal(x: Number) -> Number:
        with np.errstate(all="ignore"):
            return settled(np.sum(np.asarray(x), axis=axes).reshape(shape))

    return Linear("sum", primal, (lambda: _spread(origin, axes, shape),))


def _spread(origin: Shape, axes: tuple[int, ...], shape: Shape) -> Linear:
    """Each sum at all elements that it was made of."""
    kept = tuple(1 if axis in axes else length for axis, length in enumerate(origin))

    def primal(x: Number) -> Number:
        return settled(np.broadcast_to(np.asarray(x).reshape(kept), origin).copy())

    return Linear("broadcast", primal, (lambda: sum_over(origin, axes, shape),))


def cumulate(axis: int, step: int = 1) -> Linear:
    """Along an axis the sum of every element and all before it, or, with step -1, all after it."""

    def primal(x: Number) -> Number:
        along = (slice(None),) * axis + (slice(None, None, step),)
        with np.errstate(all="ignore"):
            return settled(np.cumsum(x[along], axis=axis)[along])

    return Linear("cumsum", primal, (lambda: cumulate(axis, -step),))


def cast(origin: np.dtype[Any], dtype: np.dtype[Any]) -> Linear:
    """The same numbers in another dtype."""

    def primal(x: Number) -> Number:
        with np.errstate(all="ignore"):
            return settled(np.asarray(x).astype(dtype))

    return Linear("astype", primal, (lambda: cast(dtype, origin),))


def assign(positions: Array, shape: Shape) -> Linear:
    """The first operand, with the elements at `positions` replaced by those of the second.

    No position is there twice.
    """

    def primal(x: Number, values: Number) -> Number:
        found = np.array(x, order="C")
        found.reshape(-1)[positions] = values
        return settled(found)

    return Linear("assign", primal, (lambda: _erase(positions), lambda: gather(positions, shape)))


def _erase(positions: Array) -> Linear:
    """The operand with zeros at `positions`."""

    def primal(x: Number) -> Number:
        found = np.array(x, order="C")
        found.reshape(-1)[positions] = 0.0
        return settled(found)

    return Linear("erase", primal, (lambda: _erase(positions),))


def whole(shape: Shape, name: str) -> Linear:
    """A copy."""
    return gather(positions_in(shape), shape, name)
