"""Polynomials of whole numbers: exact values and derivatives of whatever sums and products make."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Polynomial", "number", "variable"]

VARIABLES = 12
Exponents = tuple[int, ...]


@dataclass(frozen=True)
class Polynomial:
    """Σ coefficient * Π variable_i ** exponent_i."""

    terms: Mapping[Exponents, int]

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        for exponents, coefficient in other.terms.items():
            terms[exponents] = terms.get(exponents, 0) + coefficient
        return Polynomial({e: c for e, c in terms.items() if c})

    def __mul__(self, other: Polynomial) -> Polynomial:
        terms: dict[Exponents, int] = {}
        for left, a in self.terms.items():
            for right, b in other.terms.items():
                exponents = tuple(map(sum, zip(left, right, strict=True)))
                terms[exponents] = terms.get(exponents, 0) + a * b
        return Polynomial({e: c for e, c in terms.items() if c})

    def by(self, index: int) -> Polynomial:
        """The derivative by one variable."""
        return Polynomial(
            {
                (*e[:index], e[index] - 1, *e[index + 1 :]): c * e[index]
                for e, c in self.terms.items()
                if e[index]
            }
        )

    def at(self, index: int, value: Polynomial) -> Polynomial:
        """With another polynomial in the place of one variable."""
        powers = [number(1)]
        for _ in range(self.degree(index)):
            powers.append(powers[-1] * value)
        result = number(0)
        for e, c in self.terms.items():
            rest = Polynomial({(*e[:index], 0, *e[index + 1 :]): c})
            result = result + rest * powers[e[index]]
        return result

    def degree(self, index: int) -> int:
        return max((e[index] for e in self.terms), default=0)

    def value(self, values: Sequence[int] = ()) -> int:
        """The number, for the first variables; it depends on no others."""
        point = [*values, *[0] * (VARIABLES - len(values))]
        return sum(c * _monomial(e, point) for e, c in self.terms.items())

    def size(self, values: Sequence[int] = ()) -> int:
        """What no term exceeds, and neither does their sum."""
        point = [*map(abs, values), *[4] * (VARIABLES - len(values))]
        return sum(abs(c) * _monomial(e, point) for e, c in self.terms.items())


def number(value: int) -> Polynomial:
    return Polynomial({(0,) * VARIABLES: value} if value else {})


def variable(index: int) -> Polynomial:
    return Polynomial({tuple(int(i == index) for i in range(VARIABLES)): 1})


def _monomial(exponents: Exponents, point: Sequence[int]) -> int:
    return math.prod(x**e for x, e in zip(point, exponents, strict=True))
