"""Derivatives of exp(h) from those of h."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from typing import Any

__all__ = ["bell", "bell_pairs"]


def bell(slopes: Sequence[Any]) -> list[Any]:
    """The derivatives of exp(h) over exp(h), of order 0 to n, from h', h'', ..., of order n.

    Complete Bell polynomials (DLMF 1.13(v) for n = 1).
    """
    found: list[Any] = [1.0]
    for n in range(len(slopes)):
        found.append(sum(comb(n, k) * found[n - k] * slopes[k] for k in range(n + 1)))
    return found


def bell_pairs(slopes: dict[tuple[int, int], Any], order: tuple[int, int]) -> Any:
    """The mixed derivative of exp(h) over exp(h) from those of h, by two operands."""
    first, second = order
    if first == 0 and second == 0:
        return 1.0
    if first == 0:
        return bell([slopes[0, k + 1] for k in range(second)])[-1]
    total: Any = 0.0
    for i in range(first):
        for j in range(second + 1):
            rest = bell_pairs(slopes, (first - 1 - i, second - j))
            total = total + comb(first - 1, i) * comb(second, j) * rest * slopes[i + 1, j]
    return total
