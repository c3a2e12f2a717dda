"""Pseudo-inverses and ranks, which singular values decide."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, apply
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import implements
from autodiffx.reference.numpy.given import array_of, floating
from autodiffx.reference.numpy.linalg.matrices import (
    by_present,
    columns,
    matrices,
    product,
    rows,
    transposed,
)
from autodiffx.reference.numpy.linalg.spectra import singular_values, singular_vectors
from autodiffx.reference.numpy.places import indices
from autodiffx.reference.shapes import dtype_of, shape_of

__all__: list[str] = []


def _kept(cutoff: Any) -> Any:
    """1 for the singular values that are larger than a fraction of the largest."""

    def large(s: Any) -> Any:
        limit = np.asarray(cutoff)[..., None] * np.max(s, axis=-1, keepdims=True, initial=0.0)
        return (s > limit).astype(s.dtype)

    return by_present("is_large", large)


def _pseudo_inverse(x: Number, cutoff: Any) -> Number:
    u, s, vh = singular_vectors(x)
    kept = apply(_kept(cutoff), s)
    is_small = FUNCTIONS["equal"](kept, 0.0)
    inverses = kept / FUNCTIONS["where"](is_small, 1.0, s)
    return product(transposed(vh) * rows(inverses), transposed(u))


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
