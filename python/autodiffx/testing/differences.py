"""Slopes from differences of values alone: the witness that knows no rule of differentiation.

Central differences at steps h, h/2, h/4, h/8 are extrapolated (Richardson: their errors are
series in h²), and the last two extrapolations tell how well they have settled. Where they have
not, the steps are made 16 times smaller, again and again; so functions that vary quickly, small
arguments and nearby kinks are met with the step they need. What never settles is told apart: a
kink (the slopes of both sides settle, at different numbers), a jump, a value that is not finite.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from autodiffx.testing.leaves import Array, Leaf, unit_of

__all__ = ["LARGEST_STEP", "Accuracy", "Slope", "Trouble", "slope"]

LARGEST_STEP = 2.0**-6  # of directions whose entries are about 1, or about the argument if larger
HALVINGS = 3
# Steps below those of the sixth attempt are lost in rounding, unless the slope is a steep one. At
# the edge of a domain the argument may be as small as its distance.
ATTEMPTS = {"kink": 6, "unsettled": 10, "edge": 14}
SHRINKING = 2.0**-4


@dataclass(frozen=True)
class Accuracy:
    """How near two numbers have to be."""

    relative: float
    absolute: float | None  # None: what rounding leaves

    def allowed(self, size: Array, rounding: Array | float) -> Array:
        """The largest difference of numbers of the size."""
        floor = rounding if self.absolute is None else self.absolute
        return np.asarray(floor + self.relative * size, dtype=np.float64)


@dataclass(frozen=True)
class Slope:
    """Derivatives of the results along a direction, and how far they may be off."""

    values: tuple[Array, ...]
    roundings: tuple[Array, ...]
    sizes: tuple[float, ...]  # of the largest value of each result nearby

    @property
    def is_steep(self) -> bool:
        """True where rounding has left some digits of every result."""
        return all(
            np.max(rounding, initial=0.0) <= 2.0**-10 * np.max(abs(value), initial=0.0)
            for value, rounding in zip(self.values, self.roundings, strict=True)
        )


@dataclass(frozen=True)
class Trouble:
    """Why there is no slope to compare with, and at which element of which result."""

    kind: str  # "value", "edge", "kink", "sharp" or "unsettled"
    result: int
    index: tuple[int, ...]
    # The value; a step and the value there; the slopes of both sides; by how much these differ at
    # the largest steps and at the smallest; the largest step, the change across, the quotients.
    numbers: tuple[float, ...]


def as_values(leaves: Sequence[Leaf]) -> list[Array]:
    return [np.asarray(leaf, dtype=np.float64) for leaf in leaves]


@dataclass
class Stencil:
    """Values of a function on both sides of a point, at the steps of one attempt."""

    step: float  # the largest
    above: list[list[Array]]  # by halving, by result
    below: list[list[Array]]
    centre: list[Array]
    units: list[float]  # precision of each result

    def steps(self) -> list[float]:
        return [self.step / 2**j for j in range(HALVINGS + 1)]

    def not_finite(self) -> Trouble | None:
        for j, step in enumerate(self.steps()):
            for sign, side in ((1.0, self.above), (-1.0, self.below)):
                for result, values in enumerate(side[j]):
                    bad = np.argwhere(~np.isfinite(values))
                    if len(bad):
                        index = tuple(int(i) for i in bad[0])
                        return Trouble("edge", result, index, (sign * step, float(values[index])))
        return None

    def quotients(self, result: int) -> list[Array]:
        return [
            np.asarray((up[result] - down[result]) / (2.0 * step))
            for up, down, step in zip(self.above, self.below, self.steps(), strict=True)
        ]

    def extrapolated(self, result: int) -> tuple[Array, Array]:
        """The best extrapolation, and the errors of its elements."""
        row = self.quotients(result)
        best, error = row[-1], np.full(row[-1].shape, np.inf)
        for order in range(1, len(row)):
            factor = 4.0**order
            following = []
            for coarse, fine in itertools.pairwise(row):
                value = np.asarray(fine + (fine - coarse) / (factor - 1.0))
                change = np.maximum(abs(value - fine), abs(value - coarse))
                if np.max(change, initial=0.0) <= np.max(error, initial=0.0):
                    best, error = value, change
                following.append(value)
            row = following
        return best, error

    def unsettled(self, result: int) -> Trouble:
        """The element whose quotients change most."""
        quotients = self.quotients(result)
        index = first_largest(np.asarray(abs(quotients[-1] - quotients[0])))
        across = float(self.above[-1][result][index] - self.below[-1][result][index])
        found = (float(quotient[index]) for quotient in quotients)
        return Trouble("unsettled", result, index, (self.step, across, *found))

    def change_of_slope(self, result: int) -> Array:
        """Slope above the point minus slope below: zero, but for rounding, where f is smooth."""
        row = [
            np.asarray((up[result] + down[result] - 2.0 * self.centre[result]) / step)
            for up, down, step in zip(self.above, self.below, self.steps(), strict=True)
        ]
        for factor in (2.0, 8.0, 32.0):  # of a smooth function these are a series in h, h³, h⁵
            row = [
                np.asarray(fine + (fine - coarse) / (factor - 1.0))
                for coarse, fine in itertools.pairwise(row)
            ]
        return row[0]

    def size(self, result: int) -> float:
        sides = [self.centre, *self.above, *self.below]
        return max(float(np.max(abs(side[result]), initial=0.0)) for side in sides)

    def rounding(self, result: int) -> float:
        """What rounding of the values leaves in the extrapolated quotient, generously."""
        return 32.0 * self.units[result] * self.size(result) / self.steps()[-1]


def slope(
    evaluate: Callable[[float], Sequence[Leaf]], accuracy: Accuracy, largest_step: float
) -> Slope | Trouble:
    """Derivative at 0 of a function of one number that returns leaves.

    Args:
        evaluate: the function.
        accuracy: how well the extrapolations have to agree among themselves.
        largest_step: of the first attempt.
    """
    at_point = evaluate(0.0)
    centre = as_values(at_point)
    for result, values in enumerate(centre):
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            index = tuple(int(i) for i in bad[0])
            return Trouble("value", result, index, (float(values[index]),))
    units = [unit_of(leaf) for leaf in at_point]
    troubles: list[Trouble] = []
    scales: list[Array] = []  # of the slopes, as the largest steps see them
    step = largest_step
    while not troubles or len(troubles) < ATTEMPTS[troubles[-1].kind]:
        above, below = [], []
        for j in range(HALVINGS + 1):
            above.append(as_values(evaluate(step / 2**j)))
            below.append(as_values(evaluate(-step / 2**j)))
        stencil = Stencil(step, above, below, centre, units)
        found: Slope | Trouble | None = stencil.not_finite()
        if found is None:
            scales = scales or [abs(stencil.quotients(result)[0]) for result in range(len(units))]
            found = examined(stencil, scales, accuracy)
        if isinstance(found, Slope) and (len(troubles) < ATTEMPTS["kink"] or found.is_steep):
            return found
        if isinstance(found, Slope):
            break  # of rounding alone
        troubles.append(found)
        step *= SHRINKING
    return diagnosis(troubles)


def diagnosis(troubles: Sequence[Trouble]) -> Trouble:
    """What the attempts, with smaller and smaller steps, have found together."""
    last = troubles[-1]
    if last.kind == "kink":
        # A kink at the very point shows at every scale; one nearby is left behind.
        bends = [trouble for trouble in troubles if trouble.kind == "kink"]
        return last if len(bends) > 1 and same_kink(bends[-2], last) else sharp(bends[0], last)
    if last.kind == "unsettled":
        # The quotients of the largest steps say more than those that are rounding alone.
        return next(trouble for trouble in troubles if trouble.kind == "unsettled")
    return last


def sharp(first: Trouble, last: Trouble) -> Trouble:
    """The slopes on both sides come together, but more slowly than those of a smooth function."""
    changes = (bend.numbers[1] - bend.numbers[0] for bend in (first, last))
    return Trouble("sharp", last.result, last.index, tuple(changes))


def examined(stencil: Stencil, scales: Sequence[Array], accuracy: Accuracy) -> Slope | Trouble:
    """The slope, if the quotients have settled at one that is the same on both sides."""
    slopes, roundings = [], []
    for result in range(len(stencil.centre)):
        value, error = stencil.extrapolated(result)
        rounding = stencil.rounding(result)
        allowed = accuracy.allowed(abs(value), rounding)
        # What vanishes at the point is held to the slopes around it, and not to itself.
        if np.any(error > allowed + accuracy.relative * scales[result]):
            return stencil.unsettled(result)
        change = stencil.change_of_slope(result)
        bent = abs(change) > 8.0 * accuracy.allowed(abs(value) + abs(change), rounding)
        if np.any(bent):
            index = first_largest(np.asarray(np.where(bent, abs(change), 0.0)))
            middle, half = float(value[index]), 0.5 * float(change[index])
            return Trouble("kink", result, index, (middle - half, middle + half))
        slopes.append(value)
        roundings.append(np.asarray(rounding + 2.0 * error))
    sizes = tuple(map(stencil.size, range(len(stencil.centre))))
    return Slope(tuple(slopes), tuple(roundings), sizes)


def first_largest(sizes: Array) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(sizes)), sizes.shape))


def same_kink(a: Trouble, b: Trouble) -> bool:
    """True where the slope changes by as much at both scales."""
    change_a, change_b = a.numbers[1] - a.numbers[0], b.numbers[1] - b.numbers[0]
    return abs(change_a - change_b) <= 0.25 * abs(change_b)
