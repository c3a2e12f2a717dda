"""Sums and products of coefficients. A coefficient that is None is zero, and passes nothing on.

A coefficient is a float, an ndarray, or whatever else carries out the operators of the table:
a Variable, a Dual, a Series of another level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autodiffx._core import OPS

__all__ = ["Coefficients", "added", "at", "product", "scaled", "trimmed"]

Coefficients = Sequence[Any]

_chain = OPS["chain"]


def at(coefficients: Coefficients, k: int) -> Any:
    """The coefficient of t**k; those that are not there are zero."""
    return coefficients[k] if k < len(coefficients) else None


def trimmed(coefficients: Iterable[Any]) -> list[Any]:
    """Without the zeros at the end; the first coefficient always stays."""
    found = list(coefficients)
    while len(found) > 1 and found[-1] is None:
        found.pop()
    return found


def added(one: Any, other: Any) -> Any:
    """The sum, where None is zero."""
    if one is None:
        return other
    return one if other is None else one + other


def scaled(factor: float, coefficient: Any) -> Any:
    """The product with a plain number."""
    return None if coefficient is None else factor * coefficient


def passed(one: Any, other: Any) -> Any:
    """The product in which a zero wins against infinity and NaN, as in every derivative."""
    if isinstance(one, (float, np.ndarray)) and isinstance(other, (float, np.ndarray)):
        found = one * other
        if isinstance(found, float):
            return 0.0 if found != found and (one == 0.0 or other == 0.0) else found
        if np.isnan(found).any():
            found = np.where(np.equal(one, 0.0) | np.equal(other, 0.0), 0.0, found)
        return found
    return _chain(one, other)


def product(one: Coefficients, other: Coefficients, k: int, start: int = 0) -> Any:
    """The sum of one[j] * other[k - j] over j from start to k, after Cauchy."""
    total = None
    for j in range(max(start, k - len(other) + 1), min(k + 1, len(one))):
        if one[j] is not None and other[k - j] is not None:
            total = added(total, passed(one[j], other[k - j]))
    return total
