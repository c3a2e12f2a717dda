"""Triangles: systems of equations that have one, and Cholesky's."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array, own, plain
from autodiffx.numpy.linalg.factors import cholesky as numpys_cholesky
from autodiffx.numpy.linalg.triangular import solve_triangle as solve
from autodiffx.numpy.primitives import select
from autodiffx.numpy.views import reshape
from autodiffx.scipy.calling import function

__all__ = ["cho_factor", "cho_solve", "cholesky", "solve_triangular"]


def require_finite(a: Any) -> None:
    """Raises ValueError, as SciPy does, for what has infinities or NaN."""
    np.asarray_chkfinite(plain(a))


def with_columns(solver: Any, b: Any) -> Any:
    """What a solver makes of right-hand sides that are columns, or of one vector."""
    if b.ndim != 1:
        return solver(b)
    x = solver(reshape(b, (b.size, 1)))
    return own(reshape(x, x.shape[:-1]))


@function("scipy.linalg")
def solve_triangular(
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The x with a @ x = b of a triangular matrix, as `scipy.linalg.solve_triangular`.

    Args:
        a: matrices, (..., n, n). The other triangle is not looked at, and has gradient zero; so
            has the diagonal where unit_diagonal says that it is ones.
        b: a vector (n,), or matrices (..., n, k).
        trans: 0 or "N"; 1 or "T" for a.T @ x = b, as 2 and "C" are of real matrices.
        overwrite_b: has no effect.

    Returns:
        x, in the shape of b and the dtype of both, float32 of float32.

    Raises:
        LinAlgError: there is a zero on the diagonal.
        ValueError: shapes that do not fit; infinities or NaN, unless check_finite is False.

    >>> import autodiffx as adx
    >>> a = adx.Variable([[2.0, 0.0], [1.0, 4.0]])
    >>> x = solve_triangular(a, [2.0, 5.0], lower=True)
    >>> x.value
    array([1., 1.])
    >>> x.sum().backward()
    >>> a.grad
    array([[-0.375,  0.   ],
           [-0.25 , -0.25 ]])
    """
    if trans not in (0, 1, 2, "N", "T", "C"):
        raise ValueError(f"trans is 0, 1, 2, 'N', 'T' or 'C', not {trans!r}")
    matrix = as_array(a)
    return with_columns(
        lambda right: solve(
            matrix,
            right,
            bool(lower),
            trans not in (0, "N"),
            bool(unit_diagonal),
            bool(check_finite),
        ),
        as_array(b),
    )


# ---- Cholesky's ---------------------------------------------------------------------------------


@function("scipy.linalg")
def cholesky(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> Any:
    """The upper (or lower) triangle whose product with its transpose is a, as `scipy.linalg`.

    The matrix is taken to be symmetric: the value is that of one triangle, the gradient is
    symmetric. overwrite_a has no effect.

    Raises:
        LinAlgError: the matrix is not positive definite, or not square.
        ValueError: infinities or NaN, unless check_finite is False.

    >>> import autodiffx as adx
    >>> cholesky(adx.Variable([[4.0, 2.0], [2.0, 2.0]])).value
    array([[2., 1.],
           [0., 1.]])
    """
    x = as_array(a)
    if check_finite:
        require_finite(x)
    return numpys_cholesky(x, upper=not lower)


@function("scipy.linalg")
def cho_factor(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> tuple[Any, bool]:
    """Cholesky's triangle for `cho_solve`, and which one it is, as `scipy.linalg.cho_factor`.

    The other triangle of the matrix stays what it is in a, also in the gradient; that of the
    factor is symmetric. overwrite_a has no effect. Raises as `cholesky` does.

    >>> import autodiffx as adx
    >>> c, lower = cho_factor(adx.Variable([[4.0, 2.0], [2.0, 2.0]]))
    >>> c.value, lower
    (array([[2., 1.],
           [2., 1.]]), False)
    """
    x = as_array(a)
    factor = cholesky(x, bool(lower), check_finite=check_finite)
    ones = np.ones(x.shape[-2:], np.bool_)
    return select(np.tril(ones) if lower else np.triu(ones), factor, x), bool(lower)


@function("scipy.linalg")
def cho_solve(
    c_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """The x with a @ x = b, of what `cho_factor(a)` gave, as `scipy.linalg.cho_solve`.

    Raises:
        LinAlgError: there is a zero on the diagonal of the factor.
        ValueError: shapes that do not fit; infinities or NaN, unless check_finite is False.

    >>> import autodiffx as adx
    >>> a = adx.Variable([[4.0, 0.0], [0.0, 2.0]])
    >>> cho_solve(cho_factor(a), [4.0, 4.0]).value
    array([1., 2.])
    """
    c, given = c_and_lower
    factor, lower = as_array(c), bool(np.all(given))
    if lower != bool(np.any(given)):
        raise NotImplementedError(
            "scipy.linalg.cho_solve of a Variable with lower and upper triangles in one stack is "
            "not supported: make all of them with one lower="
        )

    def solved(right: Any) -> Any:
        half = solve(factor, right, lower, not lower, check=bool(check_finite))
        return solve(factor, half, lower, lower)

    return with_columns(solved, as_array(b))
