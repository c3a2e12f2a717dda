"""Pseudo-inverses and ranks, which singular values decide."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number
from autodiffx.reference.implementations import implements
from autodiffx.reference.numpy.given import array_of, floating
from autodiffx.reference.numpy.linalg.matrices import (
    columns,
    identity,
    matrices,
    product,
    solution,
    transposed,
)
from autodiffx.reference.numpy.linalg.spectra import singular_values
from autodiffx.reference.numpy.places import indices
from autodiffx.reference.shapes import dtype_of, shape_of

__all__: list[str] = []


def _pseudo_inverse(x: Number, cutoff: Any) -> Number:
    """x p x = x, p x p = p, and x p and p x symmetric (G. H. Golub and V. Pereyra, 1973).

    Singular vectors would not do: within what a is blind to they turn without any bound.
    """

    def change(along: Number, a: Number, parts: tuple[Number, ...]) -> tuple[Number, ...]:
        (p,) = parts
        turned, back = transposed(p), transposed(along)
        rest = np.eye(shape_of(a)[-2], dtype=dtype_of(a)) - product(a, p)
        blind = identity(a) - product(p, a)
        return (
            product(p, turned, back, rest) + product(blind, back, turned, p) - product(p, along, p),
        )

    operation = solution(
        "pinv", lambda a: (np.linalg.pinv(a, rcond=cutoff),), lambda m, n: ((n, m),), change
    )
    return operation(x)[0]


@implements(np.linalg.pinv)
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, rtol: Any = None) -> Any:
    """Σ v uᵀ / s over the singular values that are larger than a fraction of the largest.

    The derivative is that along matrices of the same rank.
    """
    x = matrices(a, "np.linalg.pinv")
    cutoff = rtol if rcond is None else rcond
    if cutoff is None:
        cutoff = 1e-15
    return _pseudo_inverse(x, cutoff)


@implements(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The shortest x for which |a x - b| is least; what is left of it; the rank; singular values.

    Raises:
        LinAlgError: a has not two axes, or the shapes do not go together.
    """
    x, y = floating(array_of(a, "np.linalg.lstsq")), floating(array_of(b, "np.linalg.lstsq"))
    np.linalg.lstsq(np.ones(shape_of(x)), np.ones(shape_of(y)))  # raises as NumPy does
    m, n = shape_of(x)
    cutoff = np.finfo(dtype_of(x)).eps * max(m, n) if rcond is None else rcond
    right = columns(y) if np.ndim(y) == 1 else y
    found = product(_pseudo_inverse(x, cutoff), right)
    rank = int(indices("linalg.lstsq", lambda v: np.linalg.matrix_rank(v, rtol=cutoff), x))
    left: Any = np.empty(0, dtype_of(x))
    if rank == n < m:
        left = np.sum((product(x, found) - right) ** 2.0, axis=0)
    return (found[..., 0] if np.ndim(y) == 1 else found), left, rank, singular_values(x)


@implements(np.linalg.matrix_rank)
def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, rtol: Any = None) -> Any:
    """How many singular values are not small: plain integers, and a guard in a Graph."""
    x = floating(array_of(A, "np.linalg.matrix_rank"))
    return indices(
        "linalg.matrix_rank",
        lambda v: np.linalg.matrix_rank(v, tol=tol, hermitian=hermitian, rtol=rtol),
        x,
    )
