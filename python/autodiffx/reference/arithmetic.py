"""Python's operators, conversions and comparisons, for everything that is more than a float."""

from __future__ import annotations

import math
import operator
from typing import Any

from autodiffx.reference.dispatch import Number, Question, Ranked, apply, ask
from autodiffx.reference.number import is_number
from autodiffx.reference.rules import RULES

__all__ = ["Arithmetic", "power", "rounded"]


def _operate(name: str, *operands: Number) -> Any:
    """The named rule, or NotImplemented so that Python can ask the other operand."""
    for operand in operands:
        if not isinstance(operand, Ranked) and not is_number(operand):
            return NotImplemented
    return apply(RULES[name], *operands)


def power(base: Number, exponent: Number) -> Number:
    """base**exponent; the plain exponent 2 is a square."""
    if isinstance(base, Ranked) and is_number(exponent) and exponent == 2:
        return apply(RULES["square"], base)
    return apply(RULES["power"], base, exponent)


def rounded(x: Number, decimals: int = 0) -> Number:
    """rint(x*10**decimals)/10**decimals, halves to even; its derivative is 0."""
    places = operator.index(decimals)
    if places == 0:
        return apply(RULES["rint"], x)
    if places < 0:
        scale = 10.0**-places
        scaled = apply(RULES["divide"], x, scale)
        return apply(RULES["multiply"], apply(RULES["rint"], scaled), scale)
    scale = 10.0**places
    scaled = apply(RULES["multiply"], x, scale)
    return apply(RULES["divide"], apply(RULES["rint"], scaled), scale)


_LESS = Question("{} < {}", operator.lt)
_LESS_EQUAL = Question("{} <= {}", operator.le)
_GREATER = Question("{} > {}", operator.gt)
_GREATER_EQUAL = Question("{} >= {}", operator.ge)
_EQUAL = Question("{} == {}", operator.eq)
_NOT_EQUAL = Question("{} != {}", operator.ne)
_TRUTH = Question("bool({})", bool)
_INT = Question("int({})", int)
_ROUND = Question("round({})", round)
_FLOOR = Question("math.floor({})", math.floor)
_CEIL = Question("math.ceil({})", math.ceil)
_TRUNC = Question("math.trunc({})", math.trunc)
_QUOTIENT = Question("{} // {} in divmod", RULES["floor_divide"].primal)


class Arithmetic(Ranked):
    """Operators record or carry tangents; comparisons and conversions answer about the value."""

    __slots__ = ()

    def __add__(self, other: Number) -> Any:
        return _operate("add", self, other)

    def __radd__(self, other: Number) -> Any:
        return _operate("add", other, self)

    def __sub__(self, other: Number) -> Any:
        return _operate("subtract", self, other)

    def __rsub__(self, other: Number) -> Any:
        return _operate("subtract", other, self)

    def __mul__(self, other: Number) -> Any:
        return _operate("multiply", self, other)

    def __rmul__(self, other: Number) -> Any:
        return _operate("multiply", other, self)

    def __truediv__(self, other: Number) -> Any:
        return _operate("divide", self, other)

    def __rtruediv__(self, other: Number) -> Any:
        return _operate("divide", other, self)

    def __floordiv__(self, other: Number) -> Any:
        return _operate("floor_divide", self, other)

    def __rfloordiv__(self, other: Number) -> Any:
        return _operate("floor_divide", other, self)

    def __mod__(self, other: Number) -> Any:
        return _operate("remainder", self, other)

    def __rmod__(self, other: Number) -> Any:
        return _operate("remainder", other, self)

    def __divmod__(self, other: Number) -> Any:
        quotient = ask(_QUOTIENT, self, other)
        return NotImplemented if quotient is NotImplemented else (quotient, self % other)

    def __rdivmod__(self, other: Number) -> Any:
        quotient = ask(_QUOTIENT, other, self)
        return NotImplemented if quotient is NotImplemented else (quotient, other % self)

    def __pow__(self, other: Number) -> Any:
        if not isinstance(other, Ranked) and not is_number(other):
            return NotImplemented
        return power(self, other)

    def __rpow__(self, other: Number) -> Any:
        return _operate("power", other, self)

    def __neg__(self) -> Any:
        return apply(RULES["negative"], self)

    def __pos__(self) -> Any:
        return apply(RULES["positive"], self)

    def __abs__(self) -> Any:
        return apply(RULES["absolute"], self)

    def __lt__(self, other: Number) -> Any:
        return ask(_LESS, self, other)

    def __le__(self, other: Number) -> Any:
        return ask(_LESS_EQUAL, self, other)

    def __gt__(self, other: Number) -> Any:
        return ask(_GREATER, self, other)

    def __ge__(self, other: Number) -> Any:
        return ask(_GREATER_EQUAL, self, other)

    def __eq__(self, other: object) -> Any:
        return ask(_EQUAL, self, other)

    def __ne__(self, other: object) -> Any:
        return ask(_NOT_EQUAL, self, other)

    __hash__ = object.__hash__  # by identity: equal values may be different inputs

    def __float__(self) -> float:
        raise NotImplementedError

    def __bool__(self) -> bool:
        return bool(ask(_TRUTH, self))

    def __int__(self) -> int:
        return int(ask(_INT, self))

    def __floor__(self) -> int:
        return int(ask(_FLOOR, self))

    def __ceil__(self) -> int:
        return int(ask(_CEIL, self))

    def __trunc__(self) -> int:
        return int(ask(_TRUNC, self))

    def __round__(self, ndigits: int | None = None) -> Any:
        return int(ask(_ROUND, self)) if ndigits is None else rounded(self, ndigits)
