"""Unknown series advanced together, one coefficient after the other.

Of r = f(a) the chain rule says r' = p a' with the partial p of the table, so that

    k r_k  =  the sum of j a_j p_(k-j) over j from 1 to k

needs p up to order k - 1 only. The partial is made of the operands, of r and of other rows. These
are unknowns of the same system, each of which stands in it once: sinh asks for cosh, and cosh for
the sinh that is there. So every row of the table has its series, from the partials alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiffx._core import OPS
from autodiffx.series.equations import EQUATIONS
from autodiffx.series.products import Coefficients, added, at, product, scaled, trimmed

__all__ = ["solve"]


class Unknown:
    """A series of a system: given, or found by `advance`, coefficient after coefficient.

    Operators on it make further unknowns, so that the rows of the table take it for a number.
    """

    __slots__ = ("_advance", "coefficients", "constant", "order", "system")

    def __init__(self, system: System, coefficients: list[Any], order: int) -> None:
        self.system = system
        self.coefficients = coefficients
        self.order = order  # up to which it is needed
        self.constant = True
        self._advance: Callable[[int], Any] | None = None

    def advance(self, k: int) -> None:
        """Finds the coefficient of t**k from those below, and from those that it is made of."""
        if self._advance is not None and 0 < k <= self.order:
            self.coefficients.append(self._advance(k))

    def follow(self, advance: Callable[[int], Any]) -> None:
        """From now on its coefficients are found by this."""
        self.constant = False
        self._advance = advance

    def __autodiffx_apply__(self, name: str, operands: tuple[Any, ...]) -> Any:
        return self.system.apply(name, operands)

    def __add__(self, other: Any) -> Any:
        return OPS["add"](self, other)

    def __rsub__(self, other: Any) -> Any:
        return OPS["subtract"](other, self)

    def __mul__(self, other: Any) -> Any:
        return OPS["multiply"](self, other)

    def __rmul__(self, other: Any) -> Any:
        return OPS["multiply"](other, self)

    def __truediv__(self, other: Any) -> Any:
        return OPS["divide"](self, other)

    def __neg__(self) -> Any:
        return OPS["negative"](self)


class System:
    """Unknowns in the order in which they were made: none depends on a later one of its order."""

    def __init__(self, order: int) -> None:
        self.unknowns: list[Unknown] = []
        self.order = order  # of what is made at present
        self._found: dict[tuple[Any, ...], Unknown] = {}
        # Those by a differential equation whose partials are still to be made. Their orders fall,
        # so that an unknown is first met at the highest order that it is needed to.
        self._open: deque[tuple[Unknown, str, list[Unknown]]] = deque()

    def given(self, coefficients: Coefficients) -> Unknown:
        """A series that is known."""
        found = Unknown(self, list(coefficients), self.order)
        found.constant = len(coefficients) == 1
        return found

    def apply(self, name: str, operands: tuple[Any, ...]) -> Unknown:
        """What an operator makes of unknowns and numbers: the one there is, or a new one."""
        key = (name, *operands)
        if key not in self._found:
            self._found[key] = self._made(name, operands)
        return self._found[key]

    def _made(self, name: str, operands: tuple[Any, ...]) -> Unknown:
        unknowns = [x if isinstance(x, Unknown) else self.given([x]) for x in operands]
        with np.errstate(all="ignore"):
            value = OPS[name](*(x.coefficients[0] for x in unknowns))
        made = Unknown(self, [value], self.order)
        self.unknowns.append(made)
        if OPS[name].smoothness in ("stepped", "passive") or all(x.constant for x in unknowns):
            return made
        if name in DIRECT:
            made.follow(DIRECT[name](made, *(x.coefficients for x in unknowns)))
        elif self.order > 0:
            made.constant = False
            self._open.append((made, name, unknowns))
        return made

    def close(self) -> None:
        """Makes the partials of everything, and what they need in turn."""
        while self._open:
            made, name, operands = self._open.popleft()
            self.order = made.order - 1
            terms: list[tuple[Unknown, Coefficients]] = []
            for index, operand in enumerate(operands):
                if operand.constant:
                    continue
                partial = None
                if name in EQUATIONS:
                    partial = EQUATIONS[name](index, made, *operands)
                if partial is None:
                    arguments = [x.coefficients[0] if _is_number(x) else x for x in operands]
                    partial = OPS[name].partial(index, *arguments, made)
                known = partial.coefficients if isinstance(partial, Unknown) else [partial]
                terms.append((operand, known))
            made.follow(_integral(terms))

    def advance(self, order: int) -> None:
        """Finds all coefficients up to an order."""
        with np.errstate(all="ignore"):
            for k in range(1, order + 1):
                for each in self.unknowns:
                    each.advance(k)


def _is_number(unknown: Unknown) -> bool:
    """Whether it is a plain number, which rows compute with at once."""
    return unknown.constant and isinstance(unknown.coefficients[0], (float, int))


def _integral(terms: list[tuple[Unknown, Coefficients]]) -> Callable[[int], Any]:
    """r_k where r' is the sum of a' p."""

    slopes: list[tuple[list[Any], Unknown, Coefficients]] = [
        ([None], operand, partial) for operand, partial in terms
    ]

    def advance(k: int) -> Any:
        total = None
        for slope, operand, partial in slopes:
            slope.append(scaled(float(k), at(operand.coefficients, k)))
            total = added(total, product(slope, partial, k, start=1))
        return scaled(1.0 / k, total)

    return advance


def _add(made: Unknown, a: Coefficients, b: Coefficients) -> Callable[[int], Any]:
    return lambda k: added(at(a, k), at(b, k))


def _subtract(made: Unknown, a: Coefficients, b: Coefficients) -> Callable[[int], Any]:
    return lambda k: added(at(a, k), _negated(at(b, k)))


def _positive(made: Unknown, a: Coefficients) -> Callable[[int], Any]:
    return lambda k: at(a, k)


def _negative(made: Unknown, a: Coefficients) -> Callable[[int], Any]:
    return lambda k: _negated(at(a, k))


def _multiply(made: Unknown, a: Coefficients, b: Coefficients) -> Callable[[int], Any]:
    return lambda k: product(a, b, k)


def _square(made: Unknown, a: Coefficients) -> Callable[[int], Any]:
    return lambda k: product(a, a, k)


def _divide(made: Unknown, a: Coefficients, b: Coefficients) -> Callable[[int], Any]:
    """a = r b, solved for the last coefficient of r."""

    def advance(k: int) -> Any:
        rest = product(b, made.coefficients, k, start=1)
        found = added(at(a, k), _negated(rest))
        return None if found is None else OPS["divide"](found, b[0])

    return advance


def _reciprocal(made: Unknown, a: Coefficients) -> Callable[[int], Any]:
    return _divide(made, [1.0], a)


def _negated(coefficient: Any) -> Any:
    return None if coefficient is None else -coefficient


# Arithmetic needs no equation.
DIRECT: dict[str, Callable[..., Callable[[int], Any]]] = {
    "positive": _positive,
    "negative": _negative,
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "chain": _multiply,
    "square": _square,
    "divide": _divide,
    "reciprocal": _reciprocal,
}


def solve(name: str, operands: Sequence[Coefficients], order: int) -> list[Any]:
    """The coefficients of an operator's result.

    Args:
        name: a row of the table.
        operands: the coefficients of each operand, from that of t**0 on.
        order: up to which they are wanted.
    """
    system = System(order)
    result = system.apply(name, tuple(map(system.given, operands)))
    system.close()
    system.advance(order)
    return trimmed(result.coefficients)
