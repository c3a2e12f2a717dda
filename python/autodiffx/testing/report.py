"""What a failed check says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autodiffx.testing.differences import Trouble
from autodiffx.testing.leaves import FlatFunction, place_in

__all__ = [
    "MODES",
    "Deviation",
    "describe",
    "describe_shapes",
    "describe_values",
    "explain",
]

MODES = {"fwd": "forward mode", "rev": "reverse mode"}


@dataclass(frozen=True)
class Deviation:
    """A derivative that is not what the differences say."""

    result: str
    by: str
    found: float
    expected: float
    tolerance: float

    @property
    def difference(self) -> float:
        return abs(self.found - self.expected)


def heading(function: FlatFunction, mode: str) -> str:
    """Mode and order, with the modes of the derivatives below."""
    below = "".join(f" of {MODES[m]}" for m in reversed(function.modes))
    return f"order {function.order}, {MODES[mode]}{below}"


def describe(function: FlatFunction, mode: str, deviation: Deviation, other: float | None) -> str:
    """The message of a derivative that deviates.

    Args:
        other: the same number in the other mode, where that was asked for.
    """
    lines = [
        f"{heading(function, mode)}: the derivative of {deviation.result} by {deviation.by} is "
        "not what the differences say",
        f"  autodiffx    {deviation.found!r}",
        f"  differences  {deviation.expected!r}",
        f"  they differ by {deviation.difference:.3g}, allowed is {deviation.tolerance:.3g}",
        f"  look next: {advice(mode, deviation, other)}",
    ]
    return "\n".join(lines)


OTHER_WAY = (
    "  look next: at what tells Variables from plain numbers in f: a branch on a type, .value, an "
    "array made without the dtype, randomness, state kept between calls"
)


def describe_values(mode: str, name: str, found: float, expected: float) -> str:
    """The message of a value that is another one when it is differentiated."""
    return (
        f"{MODES[mode]}: {name} is another number where f is differentiated\n"
        f"  differentiated  {found!r}\n  plain           {expected!r}\n{OTHER_WAY}"
    )


def describe_shapes(mode: str, name: str, found: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """As describe_values, of a shape."""
    return (
        f"{MODES[mode]}: {name} has shape {found} where f is differentiated and {expected} where "
        f"it is not\n{OTHER_WAY}"
    )


def advice(mode: str, deviation: Deviation, other: float | None) -> str:
    """What the numbers themselves suggest."""
    found, expected, tolerance = deviation.found, deviation.expected, deviation.tolerance
    if not np.isfinite(found):
        return (
            "at an operator whose partial is infinite or nan there: the values are finite, so that "
            "a product such as zero times infinity arises in the sweep. Halve the function until "
            "one operator is left"
        )
    if other is not None and abs(other - expected) <= tolerance:
        rule = "its vjp rule" if mode == "rev" else "its jvp rule"
        return (
            f"the other mode agrees with the differences, so the function is right: at {rule}, "
            "where a function has rules of its own"
        )
    if found == 0.0:
        return (
            "whether the result is computed from a value that was taken out of the recording "
            "(.value, stop_gradient, a Constant, a plain number kept from an earlier call)"
        )
    if abs(found + expected) <= tolerance:
        return "for a wrong sign: the numbers are opposite"
    ratio = expected / found
    for factor in (2.0, 0.5, 3.0, 4.0, 0.25):
        if abs(ratio - factor) <= 1e-3 * factor:
            return f"for a factor: the differences are {factor:g} times what autodiffx gives"
    if other is not None and abs(other - found) <= tolerance:
        return (
            "both modes agree with each other: at what makes f another function for plain numbers "
            "than for Variables (branches on types, randomness, state kept between calls, "
            "casts), then at a rule that is wrong in both modes"
        )
    return "halve the function until one operator is left: its rule is the one to read"


def explain(function: FlatFunction, trouble: Trouble, along: str) -> str:
    """The message of a point at which there is nothing to compare with."""
    where = place_in(function.result_names[trouble.result], trouble.index)
    below = "".join(f"{MODES[m]} of " for m in reversed(function.modes))
    at = f"order {function.order}: {below}f, {where}" if below else f"order 1: {where}"
    numbers = trouble.numbers
    if trouble.kind == "value":
        return (
            f"{at} is {numbers[0]} at the point itself, so that no derivative can be checked "
            "there: choose a point at which it is finite"
        )
    if trouble.kind == "edge":
        return (
            f"{at} is finite at the point but {numbers[1]} at a step of {numbers[0]:.3g} along "
            f"{along}: the point lies at the edge of the domain, where only a one-sided "
            "derivative exists. Choose a point inside"
        )
    if trouble.kind == "kink":
        return (
            f"{at} has a kink at the point: along {along} its slope is {numbers[0]:.9g} on one "
            f"side and {numbers[1]:.9g} on the other. What autodiffx gives there is a convention, "
            "not a mistake (see the page on operators); choose a point beside the kink"
        )
    if trouble.kind == "sharp":
        return (
            f"{at} bends too sharply at the point for differences along {along}: the slopes on "
            f"its two sides differ by {numbers[0]:.3g} at the largest steps and still by "
            f"{numbers[1]:.3g} at the smallest. The curvature is infinite there, or a kink lies "
            "very near; choose another point"
        )
    return unsettled(at, along, numbers)


def unsettled(at: str, along: str, numbers: Sequence[float]) -> str:
    step, across, *quotients = numbers
    if abs(quotients[-1] - 2.0 ** (len(quotients) - 1) * quotients[0]) <= 0.05 * abs(quotients[-1]):
        return (
            f"{at} jumps at the point, by {across:.3g} along {along}, and has no derivative there "
            "(what autodiffx gives is that of one side); choose a point beside the jump"
        )
    shown = ", ".join(f"{q:.6g}" for q in quotients)
    return (
        f"{at} has no slope that differences along {along} could find: at steps from {step:.3g} "
        f"down to {step / 2 ** (len(quotients) - 1):.3g} they are {shown}. It is noisy (a solver's "
        "tolerance, randomness), or has an infinite slope there: choose another point, or give "
        "eps= (the largest step) and rtol= that suit the noise"
    )
