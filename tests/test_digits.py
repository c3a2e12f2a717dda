"""Every operator to the last digits: value, first partials in both directions, second partials.

A result is to lie within 4 units in the last place of the 50-digit value at some argument within
one unit of the given one (see `oracles`), at random points of all magnitudes and at hard points.
AUTODIFFX_DIGITS=2000 draws that many random points for each operator instead of a few.
"""

import math
import os
import random
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from autodiffx.reference.rules import RULES
from oracle_functions import mp
from oracle_points import SLOW
from oracles import ORACLES, Oracle, Order, Point, ulps

LIMIT = 4.0  # units in the last place
POINTS = int(os.environ.get("AUTODIFFX_DIGITS", "12"))

every_operator = pytest.mark.parametrize("oracle", ORACLES.values(), ids=ORACLES)


def points(oracle: Oracle) -> list[Point]:
    slow = SLOW.get(oracle.name, ()) if POINTS >= 100 else ()
    return [*oracle.hard, *slow, *oracle.sample(random.Random(f"digits of {oracle.name}"), POINTS)]


class Findings:
    """The errors above the limit, and the largest error met."""

    def __init__(self, oracle: Oracle, how: str) -> None:
        self.oracle, self.how = oracle, how
        self.wrong: list[tuple[float, str]] = []

    def compare(self, computed: object, order: Order, point: Point) -> None:
        assert type(computed) is float, f"{self.oracle.name}{point} is {computed!r}"
        formula = self.oracle.formula(order)
        error = ulps(computed, formula, *point, fixed=self.oracle.fixed)
        if not error <= LIMIT:
            exact = float(formula(*point))
            place = f"{self.oracle.name}{point} by {order}: {computed!r}, exactly {exact!r}"
            self.wrong.append((error, f"{error:.4g} ulp: {place}"))

    def conclude(self) -> None:
        worst = sorted(self.wrong, reverse=True)[:8]
        lines = "\n".join(line for _, line in worst)
        assert not self.wrong, f"{self.how}: {len(self.wrong)} results too far off\n{lines}"


def active(oracle: Oracle) -> list[int]:
    """The operands that have a derivative."""
    return [i for i in range(oracle.arity) if i not in oracle.fixed]


def of_active(function: Callable[..., Any], oracle: Oracle, point: Point) -> Callable[..., Any]:
    """The operator as a function of its active operands; the others are plain numbers.

    The order of polygamma has to be an integer by type as well.
    """
    places = active(oracle)

    def restricted(*operands: Any) -> Any:
        everything: list[Any] = [int(x) if i in oracle.fixed else x for i, x in enumerate(point)]
        for place, operand in zip(places, operands, strict=True):
            everything[place] = operand
        return function(*everything)

    return restricted


def unit(length: int, place: int) -> list[float]:
    return [float(i == place) for i in range(length)]


@every_operator
def test_value(backend: ModuleType, oracle: Oracle) -> None:
    function = getattr(backend, oracle.name)
    findings = Findings(oracle, "value")
    for point in points(oracle):
        plain = of_active(function, oracle, point)(*(point[i] for i in active(oracle)))
        findings.compare(float(plain), (), point)
    findings.conclude()


@every_operator
def test_reverse(backend: ModuleType, oracle: Oracle) -> None:
    function = getattr(backend, oracle.name)
    findings = Findings(oracle, "reverse mode")
    places = active(oracle)
    for point in points(oracle):
        leaves = [backend.Variable(point[i]) for i in places]
        result = of_active(function, oracle, point)(*leaves)
        result.backward()
        findings.compare(result.value, (), point)
        for place, leaf in zip(places, leaves, strict=True):
            findings.compare(leaf.grad, (place,), point)
    findings.conclude()


@every_operator
def test_forward(backend: ModuleType, oracle: Oracle) -> None:
    function = getattr(backend, oracle.name)
    findings = Findings(oracle, "forward mode")
    places = active(oracle)
    for point in points(oracle):
        primals = [point[i] for i in places]
        for k, place in enumerate(places):
            value, tangent = backend.jvp(
                of_active(function, oracle, point), primals, unit(len(places), k)
            )
            findings.compare(value, (), point)
            findings.compare(tangent, (place,), point)
    findings.conclude()


def second_orders(oracle: Oracle) -> Iterator[tuple[int, int]]:
    for order in oracle.formulas:
        if len(order) == 2:
            yield order


@every_operator
def test_second_order_of_a_graph(backend: ModuleType, oracle: Oracle) -> None:
    """Forward over reverse on one recording, replayed at every point."""
    if not any(second_orders(oracle)):
        assert oracle.name in ("where", "clip")  # linear: nothing to compare
        return
    function = getattr(backend, oracle.name)
    findings = Findings(oracle, "forward over reverse")
    places = active(oracle)
    fixed: tuple[float, ...] = ()
    for point in points(oracle):
        if not fixed or any(point[i] != fixed[i] for i in oracle.fixed):
            fixed = point
            leaves = [backend.Variable(point[i]) for i in places]
            with backend.Graph() as graph:
                of_active(function, oracle, point)(*leaves)
        for place, leaf in zip(places, leaves, strict=True):
            leaf.value = point[place]
        for k, place in enumerate(places):
            products = graph.hvp(dict(zip(leaves, unit(len(places), k), strict=True)))
            for other, leaf in zip(places, leaves, strict=True):
                order = (min(place, other), max(place, other))
                findings.compare(products[leaf], order, point)
    findings.conclude()


@every_operator
def test_second_order_of_transforms(backend: ModuleType, oracle: Oracle) -> None:
    """jvp of grad, and grad of grad, at the random points."""
    function = getattr(backend, oracle.name)
    findings = Findings(oracle, "transforms")
    places = active(oracle)
    for point in points(oracle)[-POINTS:]:
        plain = of_active(function, oracle, point)
        primals = [point[i] for i in places]
        for first, second in second_orders(oracle):
            inner = backend.grad(plain, argnums=places.index(first))
            direction = unit(len(places), places.index(second))
            findings.compare(backend.jvp(inner, primals, direction)[1], (first, second), point)
            outer = backend.grad(inner, argnums=places.index(second))
            findings.compare(outer(*primals), (first, second), point)
    findings.conclude()


# Everyday operands, of which an operator takes those inside its domain.
EVERYDAY = ((0.3, 1.6), (0.7, 0.4), (1.6, 2.5), (2.5, 0.7), (-0.4, 1.3), (-1.3, -0.6))


@every_operator
def test_third_order(backend: ModuleType, oracle: Oracle) -> None:
    """Partials are made of operators, so there is a next derivative: here to ten digits."""
    function = getattr(backend, oracle.name)
    places = active(oracle)
    for operands in EVERYDAY:
        point = (2.0, operands[0]) if oracle.fixed else operands[: oracle.arity]
        inside = all(d.low <= x <= d.high for d, x in zip(oracle.domains, point, strict=False))
        if not inside or oracle.arity > 2:
            continue
        plain = of_active(function, oracle, point)
        primals = [point[i] for i in places]
        for first, second in second_orders(oracle):
            for third in places:
                exact = slope(oracle.formula((first, second)), point, third)
                nested = plain
                for place in (first, second, third):
                    nested = backend.grad(nested, argnums=places.index(place))
                where = f"{oracle.name}{point} by {(first, second, third)}"
                assert nested(*primals) == pytest.approx(exact, rel=1e-10, abs=1e-10), where


def slope(formula: Callable[..., Any], point: Point, place: int) -> float:
    """The derivative of an exact function by a central difference, to twenty digits."""
    with mp.workprec(200):
        step = mp.mpf(2) ** -40
        ends = [
            formula(*(mp.mpf(x) + (sign * step if i == place else 0) for i, x in enumerate(point)))
            for sign in (1, -1)
        ]
        assert None not in ends
        return float((ends[0] - ends[1]) / (2 * step))


def test_every_operator_has_an_oracle(backend: ModuleType) -> None:
    differentiable = {r.name for r in RULES.values() if r.public and r.kind != "passive"}
    assert set(ORACLES) == differentiable
    assert all(hasattr(backend, name) for name in differentiable)


def test_a_lost_digit_is_seen() -> None:
    """The measure itself: right results pass, the usual wrong formulas do not."""
    tanh = ORACLES["tanh"].formula((0,))
    assert ulps(1.0 - math.tanh(3.0) ** 2, tanh, 3.0) > LIMIT
    assert ulps(1.0 / math.cosh(3.0) ** 2, tanh, 3.0) <= LIMIT
    sine = ORACLES["sin"].formula(())
    assert ulps(math.sin(math.pi), sine, math.pi) <= LIMIT
    assert ulps(0.0, sine, math.pi) == 0.0  # the value at an argument less than one unit away
    assert ulps(3e-16, sine, math.pi) <= LIMIT < ulps(6e-16, sine, math.pi)
    exponential = ORACLES["exp"].formula(())
    assert ulps(math.inf, exponential, 709.0) > LIMIT
    assert ulps(math.inf, exponential, 710.0) == 0.0
    assert ulps(math.nan, exponential, 1.0) == math.inf
    assert ulps(5e-324, exponential, -750.0) <= 1.0
