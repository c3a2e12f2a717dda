"""The exponential, the square root and the logarithm of matrices.

The exponential is a series, which is doubled; the root solves s s = a; the logarithm is an
integral, of a root that is near 1. Series and integral are differentiated term by term.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, apply
from autodiffx.reference.implementations import finished
from autodiffx.reference.number import Array
from autodiffx.reference.numpy.linalg.inverses import inverse
from autodiffx.reference.numpy.linalg.matrices import (
    by_present,
    identity,
    product,
    solution,
    squares,
)
from autodiffx.reference.scipy.linalg.equations import sylvester
from autodiffx.reference.shapes import dtype_of

__all__ = ["expm", "logm", "sqrtm"]

TERMS = 10  # of the series of e^x - 1
CAREFUL, PLAIN = 12, 4  # doublings of what is near 0, then of what is not
ROOTS = 5  # square roots before the integral
NODES, WEIGHTS = (part / 2 for part in np.polynomial.legendre.leggauss(16))


def expm(A: Any) -> Any:
    """The exponential Σ aⁿ / n!.

    With y = e^x - 1 it is e^2x - 1 = 2 y + y y, which loses no digit where y is small.

    Raises:
        LinAlgError: the matrices are not square.
    """
    a = squares(A, "scipy.linalg.expm")
    one = identity(a)
    x = a * 2.0 ** -(CAREFUL + PLAIN)
    y: Number = x * (1.0 / TERMS)
    for n in range(TERMS - 1, 0, -1):
        y = product(x, y + one) * (1.0 / n)
    for _ in range(CAREFUL):
        y = y * 2.0 + product(y, y)
    result = y + one
    for _ in range(PLAIN):
        result = product(result, result)
    return finished(result)


# ---- the root -----------------------------------------------------------------------------------


def _require_real(a: Array, name: str) -> Array:
    values = np.linalg.eigvals(a)
    if np.any((np.imag(values) == 0.0) & (np.real(values) < 0.0)):
        raise NotImplementedError(
            f"scipy.linalg.{name} of a Variable with negative eigenvalues: the result is complex, "
            "and Variables are real"
        )
    return np.ones(())


def _roots(a: Array) -> tuple[Array, ...]:
    """By the iteration of E. D. Denman and A. N. Beavers, and two steps of Newton's."""
    _require_real(a, "sqrtm")
    root = rest = a.astype(np.float64)
    one = np.eye(a.shape[-1])
    for _ in range(60):
        back = np.linalg.inv(rest)
        root = root @ (one + back) / 2
        rest = (one + (rest + back) / 2) / 2
        if np.max(np.abs(rest - one), initial=0.0) < 1e-14:
            break
    for _ in range(2):
        root = root + sylvester(root, root, a - root @ root)
    return (root.astype(a.dtype),)


def _root_change(change: Number, a: Number, parts: tuple[Number, ...]) -> tuple[Number, ...]:
    (s,) = parts
    return (sylvester(s, s, change),)


_root = solution("sqrtm", _roots, lambda m, n: ((m, n),), _root_change)


def sqrtm(A: Any) -> Any:
    """The root s of s s = a that has no eigenvalue left of 0; s ds + ds s = da.

    Raises:
        NotImplementedError: it is complex.
        LinAlgError: a matrix is singular, or not square.
    """
    return finished(_root(squares(A, "scipy.linalg.sqrtm"))[0])


def logm(A: Any) -> Any:
    """The logarithm: 2ᵏ times that of the root 1 + x of k square roots, ∫ x / (1 + t x) dt.

    Raises:
        NotImplementedError: it is complex.
        LinAlgError: a matrix is singular, or not square.
    """
    a = squares(A, "scipy.linalg.logm")
    apply(by_present("is_real", lambda v: _require_real(v, "logm")), a)
    one = identity(a)
    root = a
    for _ in range(ROOTS):
        root = _root(root)[0]
    x = root - one
    total: Number = np.zeros((), dtype_of(a))
    for node, weight in zip(NODES.tolist(), WEIGHTS.tolist(), strict=True):
        total = total + inverse(one + x * (node + 0.5)) * weight
    return finished(product(x, total) * 2.0**ROOTS)
