"""Fifty-digit values of every operator and of its first and second partials, by mpmath.

    ORACLES["tanh"].formula((0,))(0.5)          tanh'(0.5) as an mpf, 50 digits or more
    ORACLES["power"].formula((0, 1))(2.0, 3.0)  the mixed second partial
    ORACLES["power"].sample(rng, 20)            points of its domain, all magnitudes
    ORACLES["power"].hard                       points where formulas break
    ulps(computed, formula, 2.0, 3.0)           the error of `computed`, to be at most 4

A derivative is named by the operands it is taken by: `()` is the value, `(0,)` the partial by the
first operand, `(0, 1)` the second partial by the first and the second one. Where an oracle has no
value (outside its domain, at a kink) it returns None.

The error measure. A result is right if it is within 4 units in the last place of the value at
*some* argument within one unit in the last place of the given one: nobody can ask more of a
function whose argument was rounded. `ulps` returns the distance of `computed` from the range that
the exact function takes over that box, in units of the last place at the near end of the range.
"""

import itertools
import math
import random
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from oracle_formulas import BINARY, FORMULAS, UNARY
from oracle_functions import Absorbed, mp
from oracle_points import DOMAINS, REAL, Domain, Point, hard_points

__all__ = ["ORACLES", "Formula", "Oracle", "Order", "Point", "exactly", "ulps", "unit"]

Order = tuple[int, ...]

# Precisions in bits: two in a row have to agree to AGREED bits, and a 0 is never believed before
# the last. 166 bits are 50 digits.
PRECISIONS = (240, 400, 700, 1300, 2600, 5200)
AGREED = 170

LARGEST = math.ldexp(2.0 - 2.0**-52, 1023)
SMALLEST = 5e-324

# Where in the box of one unit around each operand the exact function is evaluated; fractions
# that are no dyadic numbers, so that integers and half-integers are not the only ones met.
FRACTIONS = (0.0, -1.0, 1.0, -0.381966, 0.381966, -0.723607, 0.723607)


def exactly(function: Callable[..., Any], *operands: Any) -> Any:
    """The function at these operands with at least 50 digits, None where it has no value."""
    previous = None
    for bits in PRECISIONS:
        with mp.workprec(bits):
            try:
                value = function(*map(mp.mpf, operands))
            except Absorbed:
                previous = None
                continue
            except (ValueError, ZeroDivisionError, OverflowError):
                return None
            if not isinstance(value, mp.mpf) or not mp.isfinite(value):
                return None
            if previous is not None and value != 0:
                changed = abs(value - previous)
                if changed <= abs(value) * mp.mpf(2) ** -AGREED:
                    return value
        previous = value
    if previous is None or previous != 0:
        raise ArithmeticError(f"{function} has not settled at {operands}: {previous}")
    return previous


@dataclass(frozen=True)
class Formula:
    """One exact function of floats: an operator or one of its derivatives."""

    function: Callable[..., Any]

    def __call__(self, *operands: Any) -> Any:
        return _cached(self.function, operands)


@lru_cache(maxsize=200_000)
def _cached(function: Callable[..., Any], operands: tuple[Any, ...]) -> Any:
    return exactly(function, *operands)


def unit(exact: Any) -> Any:
    """One unit in the last place of a double of this size (2**-1074 among the subnormals)."""
    if exact == 0:
        return mp.mpf(SMALLEST)
    exponent = min(mp.frexp(exact)[1], 1024)
    return mp.ldexp(1, max(exponent - 53, -1074))


def _distance(computed: float, low: Any, high: Any) -> float:
    """Distance of a double from the range [low, high], in units of its near end."""
    if math.isnan(computed):
        return math.inf
    if math.isinf(computed):
        # overflow: the first number that rounds to infinity stands for it
        edge = mp.mpf(LARGEST) + mp.ldexp(1, 970)
        short = edge - high if computed > 0 else edge + low
        return float(short / mp.ldexp(1, 971)) if short > 0 else 0.0
    value = mp.mpf(computed)
    if value < low:
        return float((low - value) / unit(low)) if not mp.isinf(low) else math.inf
    if value > high:
        return float((value - high) / unit(high)) if not mp.isinf(high) else math.inf
    return 0.0


def _neighbours(operand: float) -> Iterator[Any]:
    """The operand and numbers within one unit in its last place of it, exactly."""
    below, above = math.nextafter(operand, -math.inf), math.nextafter(operand, math.inf)
    for fraction in FRACTIONS:
        towards = above if fraction > 0 else below
        if math.isinf(towards):
            continue
        with mp.workprec(1200):
            yield mp.mpf(operand) + (mp.mpf(towards) - mp.mpf(operand)) * abs(mp.mpf(fraction))


def ulps(
    computed: float, formula: Callable[..., Any], *operands: float, fixed: Collection[int] = ()
) -> float:
    """By how many units in the last place `computed` is wrong; see above for what counts.

    `fixed` names operands that are not rounded numbers (the order of polygamma).
    Returns 0.0 where the oracle has no value.
    """
    exact = formula(*operands)
    if exact is None:
        return 0.0
    with mp.workprec(300):
        error = _distance(computed, exact, exact)
        if error <= 1.0:
            return error
        low = high = exact
        boxes = [
            [mp.mpf(x)] if i in fixed else list(_neighbours(x)) for i, x in enumerate(operands)
        ]
        for place in itertools.product(*boxes):
            value = formula(*place)
            if value is not None:
                low, high = min(low, value), max(high, value)
            error = _distance(computed, low, high)
            if error <= 1.0:
                break
        return error


@dataclass(frozen=True)
class Oracle:
    """An operator's exact formulas, its domain and its hard points."""

    name: str
    formulas: dict[Order, Formula]
    domains: tuple[Domain, ...]
    hard: tuple[Point, ...] = ()
    fixed: tuple[int, ...] = ()  # operands that are no rounded numbers: the order of polygamma

    @property
    def arity(self) -> int:
        return len(self.domains)

    def formula(self, order: Order) -> Formula:
        return self.formulas[order]

    def sample(self, rng: random.Random, count: int) -> list[Point]:
        return [tuple(domain.draw(rng) for domain in self.domains) for _ in range(count)]


def _oracle(name: str) -> Oracle:
    arity = 1 if name in UNARY else 2 if name in BINARY else 3
    domains = DOMAINS.get(name, (REAL,) * arity)
    formulas = {order: Formula(function) for order, function in FORMULAS[name].items()}
    return Oracle(name, formulas, domains, hard_points(name, domains), FIXED.get(name, ()))


FIXED = {"polygamma": (0,), "where": (0,)}

ORACLES = {name: _oracle(name) for name in FORMULAS}
