"""Python's operators, conversions and comparisons, for everything that is more than a float."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.reference.arrangement import Arranged
from autodiffx.reference.dispatch import Number, Question, Ranked, apply, ask, is_operand, operate
from autodiffx.reference.number import is_number
from autodiffx.reference.rules import RULES
from autodiffx.reference.shapes import is_array

__all__ = ["Arithmetic", "power", "rounded"]


def _operate(name: str, *operands: Any) -> Any:
    """The named rule, or NotImplemented so that Python can ask the other operand."""
    for operand, beside in zip(operands, reversed(operands), strict=True):
        if not is_operand(operand, beside):
            return NotImplemented
    return operate(RULES[name], *operands)


def _is_elementwise(operand: Any) -> bool:
    return is_array(operand) if isinstance(operand, Ranked) else np.ndim(operand) > 0


def _compare(name: str, question: Question, a: Any, b: Any) -> Any:
    """A decision about two numbers; of arrays, one for each pair of elements, undecided."""
    if not is_operand(a, b) or not is_operand(b, a):
        return NotImplemented
    if _is_elementwise(a) or _is_elementwise(b):
        return operate(RULES[name], a, b)
    return ask(question, a, b)


def power(base: Number, exponent: Number) -> Number:
    """base**exponent; the plain exponent 2 is a square."""
    if isinstance(base, Ranked) and is_number(exponent) and exponent == 2:
        return apply(RULES["square"], base)
    return operate(RULES["power"], base, exponent)


def rounded(x: Any, decimals: int = 0) -> Number:
    """rint(x*10**decimals)/10**decimals, halves to even; its derivative is 0."""
    places = operator.index(decimals)
    if places == 0:
        return operate(RULES["rint"], x)
    if places < 0:
        scale = 10.0**-places
        scaled = operate(RULES["divide"], x, scale)
        return apply(RULES["multiply"], apply(RULES["rint"], scaled), scale)
    scale = 10.0**places
    scaled = operate(RULES["multiply"], x, scale)
    return apply(RULES["divide"], apply(RULES["rint"], scaled), scale)


def _is_boolean(operand: Any) -> bool:
    if isinstance(operand, (bool, np.bool_)):
        return True
    return isinstance(operand, (Ranked, np.ndarray)) and operand.dtype == np.dtype(bool)


def _logical(name: str, a: Any, b: Any) -> Any:
    """What `&`, `|` and `^` are on booleans; other numbers have no such operators."""
    return operate(RULES[name], a, b) if _is_boolean(a) and _is_boolean(b) else NotImplemented


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


class Arithmetic(Arranged):
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
        if _is_elementwise(self) or _is_elementwise(other):
            return self // other, self % other
        quotient = ask(_QUOTIENT, self, other)
        return NotImplemented if quotient is NotImplemented else (quotient, self % other)

    def __rdivmod__(self, other: Number) -> Any:
        if _is_elementwise(self) or _is_elementwise(other):
            return other // self, other % self
        quotient = ask(_QUOTIENT, other, self)
        return NotImplemented if quotient is NotImplemented else (quotient, other % self)

    def __pow__(self, other: Number) -> Any:
        return power(self, other) if is_operand(other, self) else NotImplemented

    def __rpow__(self, other: Number) -> Any:
        return _operate("power", other, self)

    def __iadd__(self, other: Any) -> Any:
        return self._in_place(self.__add__, other)

    def __isub__(self, other: Any) -> Any:
        return self._in_place(self.__sub__, other)

    def __imul__(self, other: Any) -> Any:
        return self._in_place(self.__mul__, other)

    def __itruediv__(self, other: Any) -> Any:
        return self._in_place(self.__truediv__, other)

    def __ifloordiv__(self, other: Any) -> Any:
        return self._in_place(self.__floordiv__, other)

    def __imod__(self, other: Any) -> Any:
        return self._in_place(self.__mod__, other)

    def __ipow__(self, other: Any) -> Any:
        return self._in_place(self.__pow__, other)

    def __iand__(self, other: Any) -> Any:
        return self._in_place(self.__and__, other)

    def __ior__(self, other: Any) -> Any:
        return self._in_place(self.__or__, other)

    def __ixor__(self, other: Any) -> Any:
        return self._in_place(self.__xor__, other)

    def _in_place(self, operation: Callable[[Any], Any], other: Any) -> Any:
        """An array takes its new elements where they are; numbers have another value from now."""
        if self.shape == ():
            return operation(other)
        from autodiffx.reference.assignment import require_writable, write

        require_writable(self)  # type: ignore[arg-type]
        result = operation(other)
        if result is not NotImplemented:
            write(self, result)  # type: ignore[arg-type]
            return self
        return result

    def __neg__(self) -> Any:
        return apply(RULES["negative"], self)

    def __pos__(self) -> Any:
        return apply(RULES["positive"], self)

    def __abs__(self) -> Any:
        return apply(RULES["absolute"], self)

    def __lt__(self, other: Number) -> Any:
        return _compare("less", _LESS, self, other)

    def __le__(self, other: Number) -> Any:
        return _compare("less_equal", _LESS_EQUAL, self, other)

    def __gt__(self, other: Number) -> Any:
        return _compare("greater", _GREATER, self, other)

    def __ge__(self, other: Number) -> Any:
        return _compare("greater_equal", _GREATER_EQUAL, self, other)

    def __eq__(self, other: object) -> Any:
        return _compare("equal", _EQUAL, self, other)

    def __ne__(self, other: object) -> Any:
        return _compare("not_equal", _NOT_EQUAL, self, other)

    __hash__ = object.__hash__  # by identity: equal values may be different inputs

    def __float__(self) -> float:
        raise NotImplementedError

    def __and__(self, other: Any) -> Any:
        return _logical("logical_and", self, other)

    def __or__(self, other: Any) -> Any:
        return _logical("logical_or", self, other)

    def __xor__(self, other: Any) -> Any:
        return _logical("not_equal", self, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __invert__(self) -> Any:
        if not _is_boolean(self):
            raise TypeError(
                f"bad operand type for unary ~: a {type(self).__name__} of {self.dtype}, not of "
                "bool (comparisons of arrays are)"
            )
        return operate(RULES["logical_not"], self)

    def __bool__(self) -> bool:
        if self.size != 1:
            return bool(np.empty(self.shape))  # which raises, with NumPy's words
        return bool(ask(_TRUTH, self.reshape(()) if self.ndim else self))

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
