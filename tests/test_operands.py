"""What may stand beside a Variable in an expression, and what its operators do."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
import pytest

from array_backends import has_arrays
from operands import ARRAYS, PLAIN, SEQUENCES, STRANGERS


def test_rounding_to_decimals_records(backend: Any) -> None:
    x = backend.Variable(2.345)
    y = round(x, 1)
    assert y.value == pytest.approx(2.3, abs=1e-15)
    y.backward()
    assert x.grad == 0.0
    assert backend.round(x).value == 2.0
    assert backend.round(backend.Variable(2.5)).value == 2.0
    assert backend.round(backend.Variable(1234.0), -2).value == 1200.0
    assert backend.round(0.125, 2) == 0.12
    assert x.round(1).value == y.value


def test_divmod(backend: Any) -> None:
    x, y = backend.Variable(-7.0), backend.Variable(2.0)
    quotient, rest = divmod(x, y)
    assert type(quotient) is float
    assert (quotient, rest.value) == divmod(-7.0, 2.0)
    rest.backward()
    assert (x.grad, y.grad) == (1.0, 4.0)
    assert divmod(9, y)[0] == 4.0
    assert divmod(9, y)[1].value == 1.0
    assert divmod(x, 4)[1].value == 1.0
    with pytest.raises(TypeError):
        divmod(x, "a")
    with pytest.raises(TypeError):
        divmod("a", x)


def test_reflected_forms_and_order(backend: Any) -> None:
    x = backend.Variable(3.0)
    assert (2 * x).value == 6.0
    assert (2 - x).value == -1.0
    assert (2 / x).value == 2 / 3
    assert (2**x).value == 8.0
    assert (7 // x).value == 2.0
    assert (7 % x).value == 1.0
    for result, slope in ((2 * x, 2.0), (2 - x, -1.0), (2 / x, -2 / 9), (2**x, 8 * math.log(2))):
        result.backward()
        assert x.grad == pytest.approx(slope, rel=1e-15)


def test_in_place_forms_rebind(backend: Any) -> None:
    x = backend.Variable(3.0)
    y = x
    y += 1
    y -= 2.0
    y *= x
    y /= 2
    y **= 2
    assert x.value == 3.0
    assert y.value == ((3.0 + 1 - 2) * 3.0 / 2) ** 2
    y.backward()
    assert x.grad == 15.0
    z = x
    z //= 2
    assert z.value == 1.0
    z = x
    z %= 2
    assert z.value == 1.0


def test_unary_operators(backend: Any) -> None:
    x = backend.Variable(-3.0)
    assert (-x).value == 3.0
    assert (+x).value == -3.0
    assert (+x).op == "positive"
    assert abs(x).value == 3.0
    abs(x).backward()
    assert x.grad == -1.0
    (-x).backward()
    assert x.grad == -1.0
    (+x).backward()
    assert x.grad == 1.0
    with pytest.raises(TypeError):
        operator.invert(x)


@pytest.mark.parametrize(("operand", "number"), PLAIN[:-3], ids=repr)
def test_plain_operands(backend: Any, operand: Any, number: float) -> None:
    x = backend.Variable(3.0)
    for result, value, slope in (
        (x + operand, 3.0 + number, 1.0),
        (operand + x, number + 3.0, 1.0),
        (x - operand, 3.0 - number, 1.0),
        (operand - x, number - 3.0, -1.0),
        (x * operand, 3.0 * number, number),
        (operand * x, number * 3.0, number),
        (x / operand, 3.0 / number, 1.0 / number),
        (operand / x, number / 3.0, -number / 9.0),
    ):
        assert isinstance(result, backend.Variable)
        assert type(result.value) is float
        assert result.value == value
        result.backward()
        assert x.grad == pytest.approx(slope, rel=1e-15)


@pytest.mark.parametrize(
    "stranger", [*STRANGERS, *ARRAYS, *SEQUENCES], ids=lambda s: type(s).__name__
)
def test_operands_of_a_wrong_type(backend: Any, stranger: Any) -> None:
    x = backend.Variable(3.0)
    if any(stranger is array for array in ARRAYS) and has_arrays(backend):
        for result in (x * stranger, stranger * x, backend.hypot(x, stranger)):
            assert result.shape == stranger.shape
        return
    for operate in (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow):
        with pytest.raises(TypeError):
            operate(x, stranger)
        with pytest.raises(TypeError):
            operate(stranger, x)
    for function in (backend.arctan2, backend.hypot, backend.maximum, backend.power):
        with pytest.raises(TypeError):
            function(x, stranger)
        with pytest.raises(TypeError):
            function(stranger, 1.0)
    with pytest.raises(TypeError):
        backend.sin(stranger)
    y = x * x
    y.backward()
    assert x.grad == 6.0


def test_the_usual_words_for_a_wrong_operand(backend: Any) -> None:
    x = backend.Variable(3.0)
    with pytest.raises(
        TypeError, match=r"unsupported operand type\(s\) for \+: '.*Variable' and 'str'"
    ):
        x + "a"
    with pytest.raises(TypeError, match=r"sin.*'str'"):
        backend.sin("a")
    with pytest.raises(TypeError, match=r"hypot.*'NoneType'"):
        backend.hypot(x, None)


def test_the_exponent_two_is_a_square(backend: Any) -> None:
    x = backend.Variable(3.0)
    assert (x**2).op == "square"
    assert (x**2.0).op == "square"
    assert (x**3).op == "power"
    assert (x ** backend.Variable(2.0)).op == "power"
    assert (2**x).op == "power"


def test_powers_of_negative_numbers(backend: Any) -> None:
    x = backend.Variable(-2.0)
    for exponent in (3, 3.0, np.int64(3), backend.Constant(3)):
        y = x**exponent
        assert y.value == -8.0
        y.backward()
        assert x.grad == 12.0
    (x**-1).backward()
    assert x.grad == -0.25
    (x**0).backward()
    assert x.grad == 0.0
    assert math.isnan((x ** (1 / 3)).value)
