"""The factors of Gauss's elimination."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from autodiffx.numpy.arranging import tril, triu
from autodiffx.numpy.arrays import as_array, decide
from autodiffx.numpy.linalg.matrices import product, require_square, transposed
from autodiffx.numpy.primitives import concatenate_all, matrix_product
from autodiffx.numpy.rule import Rule
from autodiffx.scipy.calling import function
from autodiffx.scipy.linalg.triangles import require_finite, solve, with_columns

__all__ = ["lu", "lu_factor", "lu_solve"]


def _forward(a: Any) -> Any:
    rows, lower, upper = import_module("scipy.linalg").lu(a, p_indices=True, check_finite=False)
    places = np.take(np.eye(a.shape[-2], dtype=a.dtype), rows, axis=0)
    return np.swapaxes(places, -1, -2), lower, upper


def _vjp(adjoint: Any, result: Any, a: Any, wanted: Any) -> Any:
    """Of p @ a = l @ u, which is the identity of squares where both have one.

    With l = [l1; l2] and u = [u1, u2] the square is l1 @ u1; l2 = a2 / u1 and u2 = l1 \\ a3 are
    what is left of a matrix that is not square.
    """
    (_, of_l, of_u), (_, lower, upper) = adjoint, result
    length = min(a.shape[-2:])
    l1, l2 = lower[..., :length, :], lower[..., length:, :]
    u1, u2 = upper[..., :length], upper[..., length:]
    below = matrix_product(transposed(l1), of_l[..., :length, :])
    above = matrix_product(of_u[..., :length], transposed(u1))
    if u2.shape[-1]:
        below = below - matrix_product(of_u[..., length:], transposed(u2))
    if l2.shape[-2]:
        above = above - matrix_product(transposed(l2), of_l[..., length:, :])

    def by_upper(left: Any) -> Any:
        """left / u1 transposed."""
        return transposed(solve(u1, transposed(left), False))

    inside = by_upper(tril(below, -1) + triu(above))
    found = solve(l1, inside, True, transpose=True, unit=True)
    if u2.shape[-1]:
        right = solve(l1, of_u[..., length:], True, transpose=True, unit=True)
        found = concatenate_all([found, right], -1)
    if l2.shape[-2]:
        found = concatenate_all([found, by_upper(of_l[..., length:, :])], -2)
    return matrix_product(transposed(result[0]), found)


def _jvp(tangents: Any, result: Any, a: Any) -> Any:
    places, lower, upper = result
    length = min(a.shape[-2:])
    moved = matrix_product(places, tangents[0])
    l1, l2 = lower[..., :length, :], lower[..., length:, :]
    u1, u2 = upper[..., :length], upper[..., length:]

    def over_upper(left: Any) -> Any:
        """left / u1."""
        return transposed(solve(u1, transposed(left), False, transpose=True))

    inside = solve(l1, over_upper(moved[..., :length, :length]), True, unit=True)
    of_l = matrix_product(l1, tril(inside, -1))
    of_u = matrix_product(triu(inside), u1)
    if l2.shape[-2]:
        rest = over_upper(moved[..., length:, :] - matrix_product(l2, of_u))
        of_l = concatenate_all([of_l, rest], -2)
    if u2.shape[-1]:
        change = moved[..., length:] - product(of_l, u2)
        of_u = concatenate_all([of_u, solve(l1, change, True, unit=True)], -1)
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
        LinAlgError: while sweeping, if the first k columns or rows of p @ a depend on each other.

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
    order = _order(exchanged)
    places = np.eye(both.shape[-1], dtype=both.dtype)[order]
    if check_finite:
        require_finite(both)
        require_finite(b)

    def solved(right: Any) -> Any:
        if trans:
            half = solve(both, right, False, transpose=True)
            return matrix_product(
                transposed(places), solve(both, half, True, transpose=True, unit=True)
            )
        return solve(both, solve(both, matrix_product(places, right), True, unit=True), False)

    return with_columns(solved, as_array(b))
