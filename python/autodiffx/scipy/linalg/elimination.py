"""The factors of Gauss's elimination.

With f = (1 / l) p da (1 / u), dl is l times the part of f below the diagonal, and du the rest of f
times u (F. R. de Hoog, R. S. Anderssen and M. A. Lukas, 2011).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from autodiffx.numpy.arranging import tril, triu
from autodiffx.numpy.arrays import as_array, decide
from autodiffx.numpy.linalg.matrices import require_square, transposed
from autodiffx.numpy.linalg.triangular import solve_triangle as solve
from autodiffx.numpy.primitives import concatenate_all, matrix_product
from autodiffx.numpy.rule import Rule
from autodiffx.scipy.calling import function
from autodiffx.scipy.linalg.triangles import require_finite, with_columns

__all__ = ["lu", "lu_factor", "lu_solve"]


def _forward(a: Any) -> Any:
    rows, lower, upper = import_module("scipy.linalg").lu(a, p_indices=True, check_finite=False)
    places = np.take(np.eye(a.shape[-2], dtype=a.dtype), rows, axis=0)
    return np.swapaxes(places, -1, -2), lower, upper


def _split(lower: Any, upper: Any) -> tuple[Any, Any, Any, Any]:
    """l1 and u1, which are square, and what is left of a matrix that is not: l2 and u2."""
    length = upper.shape[-2]
    return (
        lower[..., :length, :],
        lower[..., length:, :],
        upper[..., :length],
        upper[..., length:],
    )


def _over(upper: Any, left: Any, transpose: bool = False) -> Any:
    """left / upper, or over upper transposed, of matrices as wide as upper is."""
    return transposed(solve(upper, transposed(left), False, transpose=not transpose))


def _below(left: Any, upper: Any, last: bool, transpose: bool = False) -> Any:
    """left over upper (transposed), as far as it matters below the diagonal.

    There nothing depends on the last pivot, which may be zero, unless `last` says that rows
    below it do.
    """
    if last:
        return _over(upper, left, transpose)
    known = _over(upper[..., :-1, :-1], left[..., :-1], transpose)
    return concatenate_all([known, np.zeros((*left.shape[:-1], 1), left.dtype)], -1)


def _vjp(adjoint: Any, result: Any, a: Any, wanted: Any) -> Any:
    """Of p @ a = [l1; l2] @ [u1, u2] with l1 @ u1 = p @ a where both have rows and columns.

    What passes to l2 = b2 / u1 and u2 = l1 \\ b3 is taken back to u1 and l1 first.
    """
    (_, of_l, of_u), (places, lower, upper) = adjoint, result
    if not upper.shape[-2]:
        return np.zeros(a.shape, a.dtype)
    l1, l2, u1, u2 = _split(lower, upper)
    of_l1, of_l2, of_u1, of_u2 = _split(of_l, of_u)
    of_b2 = _over(u1, of_l2, transpose=True) if l2.shape[-2] else None
    if of_b2 is not None:
        of_u1 = of_u1 - matrix_product(transposed(l2), of_b2)
    of_u1 = triu(of_u1)
    inside = matrix_product(transposed(l1), of_l1) - matrix_product(of_u1, transposed(u1))
    if u2.shape[-1]:
        inside = inside - matrix_product(of_u2, transposed(u2))
    passed = of_u1 + _below(tril(inside, -1), u1, of_b2 is not None, transpose=True)
    if u2.shape[-1]:
        passed = concatenate_all([passed, of_u2], -1)
    found = solve(l1, passed, True, transpose=True, unit=True)
    if of_b2 is not None:
        found = concatenate_all([found, of_b2], -2)
    return matrix_product(transposed(places), found)


def _jvp(tangents: Any, result: Any, a: Any) -> Any:
    places, lower, upper = result
    if not upper.shape[-2]:
        return None, None, None
    l1, l2, u1, _ = _split(lower, upper)
    length = u1.shape[-1]
    moved = matrix_product(places, tangents[0])
    inside = solve(l1, moved[..., :length, :], True, unit=True)
    below = tril(_below(inside[..., :length], u1, bool(l2.shape[-2])), -1)
    of_l = matrix_product(l1, below)
    of_u = inside - matrix_product(below, upper)
    if l2.shape[-2]:
        rest = moved[..., length:, :length] - matrix_product(l2, of_u)
        of_l = concatenate_all([of_l, _over(u1, rest)], -2)
    return None, of_l, of_u


_lu: Rule = Rule("lu", _forward, _vjp, _jvp)


@function("scipy.linalg")
def lu(
    a: Any,
    permute_l: bool = False,
    overwrite_a: bool = False,
    check_finite: bool = True,
    p_indices: bool = False,
) -> Any:
    """p @ l @ u = a, with ones on the diagonal of l, as `scipy.linalg.lu`.

    The order p in which rows are eliminated has derivative zero; where two rows tie, the
    derivative is that of the order which was taken.

    Args:
        a: matrices, (..., m, n), square or not.
        permute_l: gives p @ l and u.
        p_indices: gives p as plain integers with a = l[p] @ u, which are a guard while a Graph
            records.
        overwrite_a: has no effect.

    Returns:
        p (..., m, m), l (..., m, k) and u (..., k, n) with k the smaller of m and n.

    Raises:
        ValueError: less than two axes; infinities or NaN, unless check_finite is False.
        LinAlgError: while sweeping, if a pivot is zero, the last one excepted unless m > n: then
            l is not unique.

    >>> import autodiffx as adx
    >>> a = adx.Variable([[1.0, 3.0], [2.0, 4.0]])
    >>> p, l, u = lu(a)
    >>> l.value, u.value
    (array([[1. , 0. ],
           [0.5, 1. ]]), array([[2., 4.],
           [0., 1.]]))
    >>> u[1, 1].backward()
    >>> a.grad
    array([[-2. ,  1. ],
           [ 1. , -0.5]])
    """
    x = as_array(a)
    if x.ndim < 2:
        raise ValueError("The input array must be at least two-dimensional.")
    if check_finite:
        require_finite(x)
    turned, lower, upper = _lu(x)
    places = transposed(turned)
    if permute_l:
        return matrix_product(places, lower), upper
    if not p_indices:
        return places, lower, upper
    scipys = import_module("scipy.linalg")
    return decide("lu", lambda now: scipys.lu(now, p_indices=True)[0], x), lower, upper


@function("scipy.linalg")
def lu_factor(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> tuple[Any, Any]:
    """Both factors in one matrix, and the exchanges of rows, as `scipy.linalg.lu_factor`.

    Args:
        a: matrices, (..., n, n).

    Returns:
        l below the diagonal, where it has ones, and u from there on; and for each row that with
        which it was exchanged, plain integers, a guard while a Graph records.

    Raises:
        LinAlgError: the matrices are not square.
        ValueError: infinities or NaN, unless check_finite is False.

    >>> import autodiffx as adx
    >>> both, exchanged = lu_factor(adx.Variable([[1.0, 3.0], [2.0, 4.0]]))
    >>> both.value, exchanged.tolist()
    (array([[2. , 4. ],
           [0.5, 1. ]]), [1, 1])
    """
    x = as_array(a)
    require_square(x)
    if check_finite:
        require_finite(x)
    _, lower, upper = _lu(x)
    scipys = import_module("scipy.linalg")
    exchanged = decide("lu_factor", lambda now: np.asarray(scipys.lu_factor(now)[1]), x)
    return tril(lower, -1) + upper, exchanged


def _order(exchanged: Any) -> Any:
    """The places to which exchanges of rows, one after the other, take the rows."""
    order = np.broadcast_to(np.arange(exchanged.shape[-1]), exchanged.shape).copy()
    for at in np.ndindex(exchanged.shape[:-1]):
        for row, other in enumerate(exchanged[at]):
            order[at][[row, other]] = order[at][[other, row]]
    return order


@function("scipy.linalg")
def lu_solve(
    lu_and_piv: Any,
    b: Any,
    trans: int = 0,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The x with a @ x = b, of what `lu_factor(a)` gave, as `scipy.linalg.lu_solve`.

    Args:
        lu_and_piv: what lu_factor gave.
        b: a vector (n,), or matrices (..., n, k).
        trans: 1 or 2 for a.T @ x = b.

    Raises:
        LinAlgError: the matrix is singular.
        ValueError: shapes that do not fit; infinities or NaN, unless check_finite is False.

    >>> import autodiffx as adx
    >>> a = adx.Variable([[1.0, 3.0], [2.0, 4.0]])
    >>> lu_solve(lu_factor(a), [4.0, 6.0]).value
    array([1., 1.])
    """
    both, exchanged = as_array(lu_and_piv[0]), np.asarray(lu_and_piv[1])
    columns = as_array(b)
    require_square(both)
    if columns.ndim == 0 or columns.shape[-min(columns.ndim, 2)] != both.shape[-1]:
        raise ValueError(f"Shapes of lu {both.shape} and b {columns.shape} are incompatible")
    order = _order(exchanged)
    places = np.eye(both.shape[-1], dtype=both.dtype)[order]
    if check_finite:
        require_finite(both)
        require_finite(columns)

    def solved(right: Any) -> Any:
        if trans:
            half = solve(both, right, False, transpose=True)
            return matrix_product(
                transposed(places), solve(both, half, True, transpose=True, unit=True)
            )
        return solve(both, solve(both, matrix_product(places, right), True, unit=True), False)

    return with_columns(solved, columns)
