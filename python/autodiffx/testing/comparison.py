"""One flat function compared with its differences, and the one element to blame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from autodiffx.testing.derivatives import (
    Pullback,
    Pushforward,
    as_leaf,
    cotangents_of,
    pull_back,
    push_forward,
    tangents_at,
)
from autodiffx.testing.differences import LARGEST_STEP, Accuracy, Slope, Trouble, slope
from autodiffx.testing.leaves import Array, FlatFunction, Leaf, copied, place_in
from autodiffx.testing.report import (
    Deviation,
    describe,
    describe_shapes,
    describe_values,
    explain,
)

__all__ = ["Comparison"]


class Place(NamedTuple):
    """One element among leaves."""

    leaf: int
    element: tuple[int, ...]


class Numbers(NamedTuple):
    """The same derivative by both witnesses; of one element of the results, or of all together."""

    found: float
    expected: float
    allowed: float
    place: Place | None

    @property
    def deviates(self) -> bool:
        return not abs(self.found - self.expected) <= self.allowed  # nan deviates


class Comparison:
    """A flat function in some modes, along any direction."""

    def __init__(
        self,
        function: FlatFunction,
        modes: Sequence[str],
        accuracy: Accuracy,
        largest_step: float | None,
        forward: Pushforward | None = None,
        reverse: Pullback | None = None,
    ) -> None:
        self.function = function
        self.modes = modes
        self.accuracy = accuracy
        self.largest_step = LARGEST_STEP if largest_step is None else float(largest_step)
        self.forward = forward or push_forward(function)
        self.reverse = reverse or pull_back(function)
        self.wide = [np.asarray(leaf, dtype=np.float64) for leaf in function.point]
        self.tangents = tangents_at(function.point)
        self.cotangents = cotangents_of(function)

    def require_agreement(self) -> None:
        """Raises AssertionError where a mode and the differences disagree."""
        __tracebackhide__ = True
        for argument in dict.fromkeys(self.function.arguments):
            places = [
                Place(leaf, index)
                for leaf, owner in enumerate(self.function.arguments)
                if owner == argument
                for index in np.ndindex(self.tangents[leaf].shape)
            ]
            if not places:
                continue
            tangents = chosen(self.tangents, places)
            witness = self.slope(tangents, self.largest_step)
            if isinstance(witness, Trouble):
                raise AssertionError(self.located(witness, places))
            for mode in self.modes:
                if not self.function.modes:
                    self.require_same_value(mode)
                if self.measured(mode, tangents, witness, self.cotangents).deviates:
                    raise AssertionError(self.blame(mode, places))

    def require_same_value(self, mode: str) -> None:
        """Raises AssertionError where f has another value on Variables than on plain numbers."""
        __tracebackhide__ = True
        point = copied(self.function.point)
        values = (
            self.forward(point, self.tangents)[0]
            if mode == "fwd"
            else self.reverse(point, self.cotangents)[0]
        )
        plain = self.function.call(*copied(self.function.point))
        for name, leaf, other in zip(self.function.result_names, values, plain, strict=True):
            found, expected = (np.asarray(each, dtype=np.float64) for each in (leaf, other))
            if found.shape != expected.shape:
                raise AssertionError(describe_shapes(mode, name, found.shape, expected.shape))
            largest = float(np.max(abs(expected), initial=0.0))
            allowed = self.accuracy.allowed(abs(expected), 64.0 * self.function.unit * largest)
            for index in np.argwhere(~(abs(found - expected) <= allowed)):
                element = tuple(int(i) for i in index)
                numbers = float(found[element]), float(expected[element])
                raise AssertionError(describe_values(mode, place_in(name, element), *numbers))

    def slope(self, tangents: Sequence[Array], largest_step: float) -> Slope | Trouble:
        """What the differences say along a direction."""

        def evaluate(step: float) -> tuple[Leaf, ...]:
            moved = [x + step * t for x, t in zip(self.wide, tangents, strict=True)]
            return self.function.call(*(as_leaf(np.asarray(each)) for each in moved))

        return slope(evaluate, self.accuracy, largest_step)

    def measured(
        self, mode: str, tangents: Sequence[Array], witness: Slope, cotangents: Sequence[Array]
    ) -> Numbers:
        """The derivative in a mode beside the differences."""
        if mode == "fwd":
            return self.measured_forward(tangents, witness)
        gradients = self.reverse(copied(self.function.point), cotangents)[1]
        parts = [
            np.ravel(np.asarray(g, dtype=np.float64) * t)[np.ravel(t != 0.0)]
            for g, t in zip(gradients, tangents, strict=True)
        ]
        terms = np.concatenate(parts)
        found = float(np.sum(terms))
        expected = sum(
            float(np.sum(u * d)) for u, d in zip(cotangents, witness.values, strict=True)
        )
        roundings = zip(cotangents, self.roundings(witness), strict=True)
        rounding = sum(float(np.sum(abs(u) * r)) for u, r in roundings)
        # Terms of either sign add up to less than they are, but not more precisely.
        size = max(abs(found), abs(expected), float(np.sqrt(np.sum(terms**2))))
        allowed = self.accuracy.allowed(np.asarray(size if np.isfinite(size) else 0.0), rounding)
        return Numbers(found, expected, float(allowed), None)

    def measured_forward(self, tangents: Sequence[Array], witness: Slope) -> Numbers:
        """The element of the results that is worst."""
        leaves = self.forward(copied(self.function.point), tangents)[1]
        worst, numbers = -1.0, Numbers(0.0, 0.0, 0.0, None)
        expectations = zip(leaves, witness.values, self.roundings(witness), strict=True)
        for result, (leaf, expected, rounding) in enumerate(expectations):
            found = np.broadcast_to(np.asarray(leaf, dtype=np.float64), expected.shape)
            size = np.maximum(np.nan_to_num(abs(found), posinf=0.0), abs(expected))
            allowed = np.maximum(self.accuracy.allowed(size, rounding), np.finfo(float).tiny)
            excess = np.nan_to_num(abs(found - expected) / allowed, nan=np.inf)
            if excess.size and float(np.max(excess)) > worst:
                index = tuple(int(i) for i in np.unravel_index(np.argmax(excess), excess.shape))
                worst = float(excess[index])
                at_worst = float(found[index]), float(expected[index]), float(allowed[index])
                numbers = Numbers(*at_worst, Place(result, index))
        return numbers

    def roundings(self, witness: Slope) -> list[Array]:
        """What rounding does to the differences, and to derivatives in the arguments' precision."""
        unit = self.function.unit
        return [
            np.asarray(rounding + 64.0 * unit * largest)
            for rounding, largest in zip(witness.roundings, witness.sizes, strict=True)
        ]

    # ---- who is to blame --------------------------------------------------------------

    def blame(self, mode: str, places: Sequence[Place]) -> str:
        """The message, for the one element of arguments and results at which it shows."""

        def fails(some: Sequence[Place]) -> bool:
            tangents = chosen(self.tangents, some)
            witness = self.slope(tangents, self.largest_step)
            return (
                isinstance(witness, Slope)
                and self.measured(mode, tangents, witness, self.cotangents).deviates
            )

        some = narrowed(places, fails)
        tangents, step = self.direction(some)
        witness = self.slope(tangents, step)
        if isinstance(witness, Trouble):
            return explain(self.function, witness, self.name(some))
        numbers, place = self.blamed_result(mode, tangents, witness)
        name = "a fixed combination of the results" if place is None else self.result_name(place)
        found, expected, allowed, _ = numbers
        deviation = Deviation(name, self.name(some), found, expected, allowed)
        return describe(self.function, mode, deviation, self.other(mode, tangents, place))

    def located(self, trouble: Trouble, places: Sequence[Place]) -> str:
        """The message for a point without a slope, with the element that it has none along."""

        def fails(some: Sequence[Place]) -> bool:
            found = self.slope(chosen(self.tangents, some), self.largest_step)
            return isinstance(found, Trouble)

        if trouble.kind != "value":
            places = narrowed(places, fails)
            found = self.slope(*self.direction(places))
            trouble = found if isinstance(found, Trouble) else trouble
        return explain(self.function, trouble, self.name(places))

    def direction(self, places: Sequence[Place]) -> tuple[list[Array], float]:
        """A direction to report along, with its largest step: of one element, the unit vector."""
        tangents = chosen(self.tangents, places)
        if len(places) > 1:
            return tangents, self.largest_step
        scale = abs(float(tangents[places[0].leaf][places[0].element]))
        return unit_vectors(self.tangents, places[0]), self.largest_step * scale

    def blamed_result(
        self, mode: str, tangents: Sequence[Array], witness: Slope
    ) -> tuple[Numbers, Place | None]:
        if mode == "fwd":
            numbers = self.measured_forward(tangents, witness)
            return numbers, numbers.place

        def fails(some: Sequence[Place]) -> bool:
            return self.measured(mode, tangents, witness, chosen(self.cotangents, some)).deviates

        places = [
            Place(leaf, index)
            for leaf, cotangent in enumerate(self.cotangents)
            for index in np.ndindex(cotangent.shape)
        ]
        some = narrowed(places, fails)
        if len(some) > 1:
            return self.measured(mode, tangents, witness, chosen(self.cotangents, some)), None
        seeds = unit_vectors(self.cotangents, some[0])
        return self.measured(mode, tangents, witness, seeds), some[0]

    def other(self, mode: str, tangents: Sequence[Array], place: Place | None) -> float | None:
        """The same number in the other mode, if that is checked too."""
        other = {"fwd": "rev", "rev": "fwd"}[mode]
        if place is None or other not in self.modes:
            return None
        point = copied(self.function.point)
        if other == "fwd":
            tangent = np.asarray(self.forward(point, tangents)[1][place.leaf], dtype=np.float64)
            return float(tangent[place.element])
        gradients = self.reverse(point, unit_vectors(self.cotangents, place))[1]
        return sum(float(np.sum(g * t)) for g, t in zip(gradients, tangents, strict=True))

    def name(self, places: Sequence[Place]) -> str:
        """Of the smallest part of the arguments that holds the places."""
        names = self.function.names
        if len(places) == 1:
            return place_in(names[places[0].leaf], places[0].element)
        leaves = {place.leaf for place in places}
        if len(leaves) == 1:
            return names[leaves.pop()]
        return f"argument {self.function.arguments[places[0].leaf]}"

    def result_name(self, place: Place) -> str:
        return place_in(self.function.result_names[place.leaf], place.element)


def chosen(vectors: Sequence[Array], places: Sequence[Place]) -> list[Array]:
    """The vectors at the places, and zero elsewhere."""
    found = [np.zeros(vector.shape) for vector in vectors]
    for leaf, index in places:
        found[leaf][index] = vectors[leaf][index]
    return found


def unit_vectors(vectors: Sequence[Array], place: Place) -> list[Array]:
    found = [np.zeros(vector.shape) for vector in vectors]
    found[place.leaf][place.element] = 1.0
    return found


def narrowed(places: Sequence[Place], fails: Callable[[Sequence[Place]], bool]) -> Sequence[Place]:
    """The fewest of the places that fail together, found by halving."""
    while len(places) > 1:
        middle = len(places) // 2
        failing = [half for half in (places[:middle], places[middle:]) if fails(half)]
        if not failing:
            break
        places = failing[0]
    return places
