"""Eigenvalues and singular values, with the vectors that belong to them.

The differentials are those of the equations a v = v w and a = u s vᵀ. Where values are equal, the
vectors can be turned within a plane, and what would turn them is left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number
from autodiffx.reference.implementations import implements
from autodiffx.reference.numpy.linalg.inverses import inverse
from autodiffx.reference.numpy.linalg.matrices import (
    columns,
    matrices,
    product,
    rows,
    solution,
    squares,
    symmetric,
    transposed,
    unless_zero,
)
from autodiffx.reference.shapes import shape_of

__all__ = ["singular_values", "singular_vectors"]

Parts = tuple[Number, ...]
numpys: Any = np.linalg
# Results with names, as NumPy gives them.
_EighResult, _EigResult, _SVDResult = (
    type(numpys.eigh(np.eye(1))),
    type(numpys.eig(np.eye(1))),
    type(numpys.svd(np.eye(1))),
)


def _gaps(values: Number) -> Number:
    """1 / (value of the column - value of the row), 0 where they are equal."""
    return unless_zero(rows(values) - columns(values))


def _diagonal(x: Number) -> Number:
    return np.diagonal(x, 0, -2, -1)


def _square_and_line(m: int, n: int) -> tuple[tuple[int, ...], ...]:
    return (n,), (n, n)


def _eigh_change(change: Number, a: Number, parts: Parts) -> Parts:
    w, v = parts
    turned = product(transposed(v), product(change, v))
    return _diagonal(turned), product(v, turned * _gaps(w))


def _symmetric_spectrum(x: Number, UPLO: str) -> Parts:
    """Of which triangle LAPACK is given decides about the signs of vectors."""
    triangle: Any = UPLO.upper()
    operation = solution(
        "eigh", lambda a: tuple(np.linalg.eigh(a, triangle)), _square_and_line, _eigh_change
    )
    return operation(symmetric(x, triangle == "L"))


@implements(np.linalg.eigh)
def eigh(a: Any, UPLO: Any = "L") -> Any:
    """Eigenvalues and vectors of symmetric matrices, of which one triangle is looked at.

    dw = diag(vᵀ da v), dv = v (vᵀ da v / (w_j - w_i)); the gradient is symmetric.

    Raises:
        LinAlgError: the matrices are not square.

    >>> from autodiffx.reference import Variable
    >>> a = Variable([[2.0, 0.0], [0.0, 1.0]])
    >>> np.linalg.eigh(a)[0].value
    array([1., 2.])
    """
    x = squares(a, "np.linalg.eigh")
    return _EighResult(*_symmetric_spectrum(x, UPLO))


@implements(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: Any = "L") -> Any:
    """Eigenvalues of symmetric matrices: as eigh."""
    x = squares(a, "np.linalg.eigvalsh")
    return _symmetric_spectrum(x, UPLO)[0]


def _eig_of_real(a: Any) -> Any:
    w, v = np.linalg.eig(a)
    if np.iscomplexobj(w) and np.any(np.imag(w)):
        raise NotImplementedError(
            "np.linalg.eig of a Variable whose eigenvalues are complex: Variables are real; "
            "use x.value for the plain numbers"
        )
    return np.real(w), np.real(v)


def _eig_change(change: Number, a: Number, parts: Parts) -> Parts:
    w, v = parts
    turned = product(inverse(v), product(change, v))
    moved = product(v, turned * _gaps(w))
    # Vectors stay of length 1.
    along = np.sum(v * moved, axis=-2, keepdims=True)
    return _diagonal(turned), moved - v * along


_eig = solution("eig", _eig_of_real, _square_and_line, _eig_change)


@implements(np.linalg.eig)
def eig(a: Any) -> Any:
    """Eigenvalues and vectors of length 1 of matrices that have real ones.

    Raises:
        NotImplementedError: they are complex.
        LinAlgError: the matrices are not square.
    """
    return _EigResult(*_eig(squares(a, "np.linalg.eig")))


@implements(np.linalg.eigvals)
def eigvals(a: Any) -> Any:
    """Eigenvalues of matrices that have real ones: as eig."""
    return _eig(squares(a, "np.linalg.eigvals"))[0]


# ---- singular values ----------------------------------------------------------------------------


def _svd_sizes(m: int, n: int) -> tuple[tuple[int, ...], ...]:
    k = min(m, n)
    return (m, k), (k,), (k, n)


def _svd_change(change: Number, a: Number, parts: Parts) -> Parts:
    u, s, vh = parts
    v, uh = transposed(vh), transposed(u)
    inside = product(uh, product(change, v))
    back = transposed(inside)
    apart = _gaps(s * s)
    one_over = rows(unless_zero(s))
    of_u = product(u, apart * (inside * rows(s) + columns(s) * back))
    of_v = product(v, apart * (columns(s) * inside + back * rows(s)))
    m, n = shape_of(a)[-2:]
    if m > n:
        image = product(change, v)
        of_u = of_u + (image - product(u, product(uh, image))) * one_over
    if n > m:
        image = product(transposed(change), u)
        of_v = of_v + (image - product(v, product(vh, image))) * one_over
    return of_u, _diagonal(inside), transposed(of_v)


_svd = solution(
    "svd", lambda a: tuple(np.linalg.svd(a, full_matrices=False)), _svd_sizes, _svd_change
)


def singular_vectors(x: Number) -> Parts:
    """u, s and vᵀ of matrices u s vᵀ, as many columns of u and v as there are values."""
    return _svd(x)


def singular_values(x: Number) -> Number:
    """s, the largest first."""
    return _svd(x)[1]


@implements(np.linalg.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """u, s and vᵀ with a = u s vᵀ; without vectors the singular values s alone.

    Raises:
        NotImplementedError: vectors beyond the singular values are asked for: they have no
            derivative.
    """
    x = matrices(a, "np.linalg.svd")
    if not compute_uv:
        return singular_values(x)
    m, n = shape_of(x)[-2:]
    if full_matrices and m != n:
        raise NotImplementedError(
            "np.linalg.svd with full_matrices=True of a Variable that is not square is not "
            "supported: use full_matrices=False"
        )
    return _SVDResult(*singular_vectors(x))


@implements(np.linalg.svdvals)
def svdvals(x: Any) -> Any:
    """The singular values, the largest first."""
    return singular_values(matrices(x, "np.linalg.svdvals"))
