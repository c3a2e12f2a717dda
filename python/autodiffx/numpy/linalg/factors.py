"""Cholesky and QR factors."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array, own
from autodiffx.numpy.dispatch import function
from autodiffx.numpy.linalg.matrices import (
    half_lower,
    product,
    require_matrices,
    require_square,
    symmetric,
    transposed,
)
from autodiffx.numpy.linalg.triangular import solve_lower
from autodiffx.numpy.primitives import concatenate_all, matrix_product
from autodiffx.numpy.rule import Rule

__all__ = ["cholesky", "qr"]


def _cholesky_vjp(adjoint: Any, result: Any, a: Any, wanted: Any) -> Any:
    inside = half_lower(matrix_product(transposed(result), adjoint))
    half = solve_lower(result, inside, True)
    return symmetric(transposed(solve_lower(result, transposed(half), True)))


def _cholesky_jvp(tangents: Any, result: Any, a: Any) -> Any:
    half = solve_lower(result, symmetric(tangents[0]))
    return matrix_product(result, half_lower(transposed(solve_lower(result, transposed(half)))))


_cholesky = Rule("cholesky", np.linalg.cholesky, _cholesky_vjp, _cholesky_jvp)


@function(np.linalg.cholesky)
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """The lower (or upper) triangle whose product with its transpose is a, as `numpy.linalg`.

    The matrix is taken to be symmetric: the value is that of the lower (or upper) triangle, and
    the gradient is symmetric. Raises LinAlgError if it is not positive definite.
    """
    x = as_array(a)
    require_square(x)
    return own(transposed(_cholesky(transposed(x)))) if upper else _cholesky(x)


def _qr_vjp(adjoint: Any, result: Any, a: Any, wanted: Any) -> Any:
    (of_q, of_r), (q, r) = adjoint, result
    # Only the upper triangle of r is more than zeros.
    inside = matrix_product(r, transposed(of_r)) - matrix_product(transposed(of_q), q)
    lower = half_lower(inside)
    whole = lower + transposed(lower)
    return transposed(solve_lower(transposed(r), transposed(of_q + matrix_product(q, whole)), True))


_qr = Rule("qr", lambda a: tuple(np.linalg.qr(a)), _qr_vjp)
_QRResult = type(np.linalg.qr(np.eye(1)))


@function(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """Orthonormal columns and an upper triangle whose product is a, as `numpy.linalg.qr`.

    Of a matrix whose first columns depend on one another there is no derivative: sweeping back
    raises LinAlgError or gives what is not finite.
    """
    x = as_array(a)
    require_matrices(x)
    rows, columns = x.shape[-2:]
    if mode not in ("reduced", "r") and not (mode == "complete" and rows <= columns):
        raise NotImplementedError(
            f"numpy.linalg.qr of a Variable with mode={mode!r}: use mode='reduced' or 'r'"
        )
    if rows >= columns:
        q, r = _qr(x)
    else:
        q, r = _qr(x[..., :rows])
        r = concatenate_all([r, product(transposed(q), x[..., rows:])], -1)
    return r if mode == "r" else _QRResult(q, r)
