"""Eigenvalues and singular values.

Where values are equal, vectors belonging to them are not unique: what would turn them within
their plane is left out, so that functions of the whole plane have the right derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.dispatch import function
from autodiffx.numpy.linalg.matrices import (
    as_columns,
    as_rows,
    diagonal_of,
    inverse_differences,
    product,
    reciprocal_or_zero,
    require_matrices,
    require_square,
    symmetric,
    transposed,
)
from autodiffx.numpy.linalg.solving import inv, solve
from autodiffx.numpy.primitives import matrix_product, sum_over
from autodiffx.numpy.rule import Rule

__all__ = ["eig", "eigh", "eigvals", "eigvalsh", "svd", "svdvals"]


def _eigh_vjp(adjoint: Any, result: Any, a: Any, wanted: Any, UPLO: str) -> Any:
    (of_w, of_v), (w, v) = adjoint, result
    turned = transposed(v)
    inside = inverse_differences(w) * matrix_product(turned, of_v)
    return symmetric(product(v, inside, turned) + matrix_product(v * as_rows(of_w), turned))


def _eigh_jvp(tangents: Any, result: Any, a: Any, UPLO: str) -> Any:
    w, v = result
    inside = product(transposed(v), symmetric(tangents[0]), v)
    return diagonal_of(inside), matrix_product(v, inverse_differences(w) * inside)


_eigh = Rule("eigh", lambda a, UPLO: tuple(np.linalg.eigh(a, UPLO)), _eigh_vjp, _eigh_jvp)
_EighResult = type(np.linalg.eigh(np.eye(1)))
_EigResult = type(np.linalg.eig(np.eye(1)))
_SVDResult = type(np.linalg.svd(np.eye(1)))


@function(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues and vectors of a symmetric matrix, as `numpy.linalg.eigh`.

    The value is that of one triangle; the gradient is symmetric.
    """
    x = as_array(a)
    require_square(x)
    return _EighResult(*_eigh(x, UPLO=UPLO))


def _eigvalsh_vjp(adjoint: Any, result: Any, a: Any, wanted: Any, UPLO: str) -> Any:
    v = _eigh(a, UPLO=UPLO)[1]
    return matrix_product(v * as_rows(adjoint), transposed(v))


_eigvalsh = Rule("eigvalsh", lambda a, UPLO: np.linalg.eigvalsh(a, UPLO), _eigvalsh_vjp)


@function(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues of a symmetric matrix, as `numpy.linalg.eigvalsh`; the gradient is symmetric."""
    x = as_array(a)
    require_square(x)
    return _eigvalsh(x, UPLO=UPLO)


# ---- of any square matrix ------------------------------------------------------------------------


def _real(name: str, *arrays: Any) -> Any:
    # From NumPy 2.5 on the results are complex arrays, whatever the eigenvalues are.
    if any(np.any(np.imag(each)) for each in arrays):
        raise NotImplementedError(
            f"numpy.linalg.{name} of a Variable: the eigenvalues are complex, and Variables are "
            "real; take np.linalg.eigh of a symmetric matrix, or x.value"
        )
    return tuple(np.real(each) for each in arrays)


def _eig_vjp(adjoint: Any, result: Any, a: Any, wanted: Any) -> Any:
    (of_w, of_v), (w, v) = adjoint, result
    # Vectors have length one: what would stretch them is taken out.
    along = sum_over(v * of_v, (v.ndim - 2,), True)
    across = of_v - v * along
    inside = inverse_differences(w) * matrix_product(transposed(v), across)
    inside = inside + np.eye(w.shape[-1], dtype=w.dtype) * as_rows(of_w)
    return product(solve(transposed(v), inside), transposed(v))


_eig = Rule("eig", lambda a: _real("eig", *np.linalg.eig(a)), _eig_vjp)


@function(np.linalg.eig)
def eig(a: Any) -> Any:
    """Eigenvalues and vectors of a matrix that has real ones, as `numpy.linalg.eig`.

    Raises NotImplementedError if some are complex.
    """
    x = as_array(a)
    require_square(x)
    return _EigResult(*_eig(x))


def _eigvals_vjp(adjoint: Any, result: Any, a: Any, wanted: Any) -> Any:
    v = _eig(a)[1]
    return transposed(product(v * as_rows(adjoint), inv(v)))


_eigvals = Rule("eigvals", lambda a: _real("eigvals", np.linalg.eig(a)[0])[0], _eigvals_vjp)


@function(np.linalg.eigvals)
def eigvals(a: Any) -> Any:
    """Eigenvalues of a matrix that has real ones, as `numpy.linalg.eigvals`."""
    x = as_array(a)
    require_square(x)
    return _eigvals(x)


# ---- singular values ----------------------------------------------------------------------------


def _svd_vjp(adjoint: Any, result: Any, a: Any, wanted: Any) -> Any:
    (of_u, of_s, of_vh), (u, s, vh) = adjoint, result
    of_v, v = transposed(of_vh), transposed(vh)
    apart = inverse_differences(s * s)
    inverse = reciprocal_or_zero(s)

    def turn(vectors: Any, passed: Any) -> Any:
        inside = matrix_product(transposed(vectors), passed)
        return apart * (inside - transposed(inside))

    middle = turn(u, of_u) * as_rows(s) + as_columns(s) * turn(v, of_v)
    middle = middle + np.eye(s.shape[-1], dtype=s.dtype) * as_rows(of_s)
    found = product(u, middle, vh)
    rows, columns = a.shape[-2:]
    if rows > columns:
        outside = of_u - product(u, transposed(u), of_u)
        found = found + matrix_product(outside * as_rows(inverse), vh)
    if columns > rows:
        outside = of_v - product(v, vh, of_v)
        found = found + matrix_product(u * as_rows(inverse), transposed(outside))
    return found


_svd = Rule("svd", lambda a: tuple(np.linalg.svd(a, full_matrices=False)), _svd_vjp)


def _svdvals_vjp(adjoint: Any, result: Any, a: Any, wanted: Any) -> Any:
    u, _, vh = _svd(a)
    return matrix_product(u * as_rows(adjoint), vh)


_svdvals = Rule("svdvals", lambda a: np.linalg.svd(a, compute_uv=False), _svdvals_vjp)


@function(np.linalg.svd)
def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """Singular vectors and values, as `numpy.linalg.svd`.

    Of a matrix that is not square full_matrices=False is needed: the vectors beyond have no
    derivative.
    """
    x = as_array(a)
    require_matrices(x)
    if not compute_uv:
        return _svdvals(x)
    if full_matrices and x.shape[-1] != x.shape[-2]:
        raise NotImplementedError(
            "numpy.linalg.svd of a Variable that is not square with full_matrices=True: the "
            "vectors beyond the singular values have no derivative; use full_matrices=False"
        )
    return _SVDResult(*_svd(x))


@function(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    """Singular values, as `numpy.linalg.svdvals`."""
    a = as_array(x)
    require_matrices(a)
    return _svdvals(a)
