"""Sines and cosines of matrices, from their series by the formulas of the double angle."""

from __future__ import annotations

from typing import Any

from autodiffx.reference.dispatch import Number
from autodiffx.reference.implementations import finished
from autodiffx.reference.numpy.linalg.inverses import solved
from autodiffx.reference.numpy.linalg.matrices import identity, product, squares

__all__ = ["coshm", "cosm", "sinhm", "sinm", "tanhm", "tanm"]

TERMS, DOUBLINGS = 6, 10


def _curves(A: Any, name: str, sign: float) -> tuple[Number, Number]:
    """cos x - 1 and sin x; of sign 1 the hyperbolic ones.

    With c = cos x - 1 it is cos 2x - 1 = 2 c c + 4 c and sin 2x = 2 (1 + c) sin x.
    """
    a = squares(A, f"scipy.linalg.{name}")
    one = identity(a)
    x = a * 2.0**-DOUBLINGS
    squared = product(x, x) * sign
    c: Number = one * 0.0
    s: Number = one * 0.0
    for n in range(TERMS, 0, -1):
        c = product(squared, c + one) * (1.0 / ((2 * n - 1) * 2 * n))
        s = product(squared, s + one) * (1.0 / (2 * n * (2 * n + 1)))
    s = product(x, s + one)
    for _ in range(DOUBLINGS):
        cosine = c + one
        c = product(c, c) * 2.0 + c * 4.0
        s = product(cosine, s) * 2.0
    return c, s


def _plus_one(c: Number) -> Number:
    return c + identity(c)


def cosm(A: Any) -> Any:
    """The cosine of square matrices."""
    return finished(_plus_one(_curves(A, "cosm", -1.0)[0]))


def sinm(A: Any) -> Any:
    """The sine of square matrices."""
    return finished(_curves(A, "sinm", -1.0)[1])


def tanm(A: Any) -> Any:
    """The sine divided by the cosine."""
    c, s = _curves(A, "tanm", -1.0)
    return finished(solved(_plus_one(c), s))


def coshm(A: Any) -> Any:
    """The hyperbolic cosine of square matrices."""
    return finished(_plus_one(_curves(A, "coshm", 1.0)[0]))


def sinhm(A: Any) -> Any:
    """The hyperbolic sine of square matrices."""
    return finished(_curves(A, "sinhm", 1.0)[1])


def tanhm(A: Any) -> Any:
    """The hyperbolic sine divided by the cosine."""
    c, s = _curves(A, "tanhm", 1.0)
    return finished(solved(_plus_one(c), s))
