"""The fifth derivative of compositions by nested grad, against 50 digits.

And all derivatives of log_ndtr from its far left on, where its own equation would cancel.
"""

from __future__ import annotations

import functools
import math
import random
from typing import Any

import pytest

import autodiffx as adx
from compositions import ARGUMENTS, Composition, Part, drawn
from oracle_functions import mp
from oracles import unit

ORDER = 5
LIMIT = 100.0  # units in the last place of the derivative ...
WELL = 32.0  # ... where its condition is at most so many times as large
LIMIT_OF_CONDITION = 16.0  # units in the last place of the condition, everywhere
PROGRAMS_EACH = 5  # programs that the option counts, for one composition


@functools.cache
def known(seed: str) -> tuple[Composition, Any, Any]:
    """A composition, its exact derivative and the condition of that, for both implementations."""
    composition = drawn(random.Random(seed))
    return (composition, *composition.derivative(ORDER))


def nested(library: Any, composition: Composition, order: int = ORDER) -> float:
    def f(x: Any) -> Any:
        return composition.run(library, x)

    for _ in range(order):
        f = library.grad(f)
    found = f(composition.x)
    assert type(found) is float
    return found


def require_digits(found: float, composition: Composition, exact: Any, condition: Any) -> float:
    """The error in units in the last place of the derivative, 0 where it is badly conditioned."""
    with mp.workdps(70):
        error = abs(mp.mpf(found) - exact)
        assert error <= LIMIT_OF_CONDITION * unit(condition), (str(composition), found)
        if condition > WELL * abs(exact):
            return 0.0
        assert error <= LIMIT * unit(exact), (str(composition), found)
        return float(error / unit(exact))


def test_compositions(backend: Any, pytestconfig: pytest.Config) -> None:
    count = pytestconfig.getoption("--programs") // PROGRAMS_EACH
    well = 0
    for number in range(count):
        composition, exact, condition = known(f"composition {number}")
        require_digits(nested(backend, composition), composition, exact, condition)
        well += bool(condition <= WELL * abs(exact))
    assert well >= count // 2


@pytest.mark.parametrize("name", ARGUMENTS)
def test_functions(backend: Any, name: str) -> None:
    low, high = ARGUMENTS[name]
    for fraction in (0.137, 0.5, 0.71):
        x = low + (high - low) * fraction
        composition = Composition(Part(name, (Part("x", (), x),), 0.0), x)
        exact, condition = composition.derivative(ORDER)
        if exact != 0:  # of a square
            require_digits(nested(backend, composition), composition, exact, condition)


# Where the core goes from one way of computing to another, and between.
LEFT = (-1e4, -2345.6, -300.0, -31.7, -9.1, -5.0, math.nextafter(-5.0, 0.0), -3.0, -2.3, -1.5, -0.3)
RIGHT = (0.0, 0.2, 0.7, 1.4, 1.5, 2.6, 5.1, 8.0)


@pytest.mark.parametrize("x", LEFT + RIGHT)
def test_log_ndtr(backend: Any, x: float) -> None:
    composition = Composition(Part("log_ndtr", (Part("x", (), x),), 0.0), x)
    series = backend.taylor(backend.log_ndtr, x, 6) if x in LEFT else None
    for order in range(1, 7):
        exact, condition = composition.derivative(order)
        require_digits(nested(backend, composition, order), composition, exact, condition)
        if series is not None:
            found = float(series[order]) * math.factorial(order)
            require_digits(found, composition, exact, condition)


def test_no_smooth_function_is_left_out() -> None:
    """But the linear ones."""
    smooth = {
        name
        for name, row in adx.OPS.items()
        if row.public and row.smoothness == "smooth" and len(row.intervals) == 1
    }
    assert smooth - set(ARGUMENTS) == {"positive", "negative", "deg2rad", "rad2deg"}


def test_the_exact_derivative_and_its_condition() -> None:
    """(exp x)⁽⁵⁾ = exp x, which moves by x exp x as x moves by all of itself."""
    x = Part("x", (), 0.5)
    exact, condition = Composition(Part("exp", (x,), 1.0), 0.5).derivative(ORDER)
    with mp.workdps(50):
        assert abs(exact - mp.exp(0.5)) < mp.mpf(10) ** -48
        assert abs(condition - 1.5 * mp.exp(0.5)) < mp.mpf(10) ** -25
    # (x²)(x³) = x⁵: the fifth derivative is 120 x⁰.
    square = Part("multiply", (x, x), 0.25)
    fifth = Part("multiply", (square, Part("multiply", (square, x), 0.125)), 0.03125)
    exact, condition = Composition(fifth, 0.5).derivative(ORDER)
    assert exact == 120
    assert condition > 120
