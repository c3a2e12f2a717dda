"""Sylvester's equation, and systems of equations whose matrix is a band.

Both are linear in the unknown, and their differentials are the same equations with another right
side (M. B. Giles, 2008).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array, join_new
from autodiffx.numpy.linalg.matrices import require_square, transposed
from autodiffx.numpy.primitives import concatenate_all, matrix_product, sum_over, unbroadcast
from autodiffx.numpy.rule import Rule
from autodiffx.numpy.views import reshape
from autodiffx.scipy.calling import function
from autodiffx.scipy.linalg.triangles import with_columns

__all__ = ["solve_banded", "solve_continuous_lyapunov", "solve_sylvester"]


# ---- a @ x + x @ b = q --------------------------------------------------------------------------


def _one_sylvester(a: Any, b: Any, q: Any) -> Any:
    """Of single matrices (R. H. Bartels and G. W. Stewart, 1972).

    SciPy's own function keeps to itself that an equation has no one solution, and gives numbers.
    """
    scipys = import_module("scipy.linalg")
    if not q.size:
        return q
    upper, left = scipys.schur(a, output="real")
    lower, right = scipys.schur(b.T, output="real")
    (solve,) = scipys.get_lapack_funcs(("trsyl",), (upper, lower, q))
    inside, scale, info = solve(upper, lower, left.T @ q @ right, tranb="T")
    if info:
        raise np.linalg.LinAlgError(
            "Sylvester's equation has no one solution: an eigenvalue of a is one of -b"
        )
    return left @ (inside / q.dtype.type(scale)) @ right.T


def _sylvester_forward(a: Any, b: Any, q: Any) -> Any:
    dtype = np.result_type(a, b, q)
    a, b, q = (each.astype(dtype, copy=False) for each in (a, b, q))
    rows, columns = a.shape[-1], b.shape[-1]
    if q.shape[-2:] != (rows, columns):
        raise ValueError(
            f"q has the shape {q.shape[-2:]}, and with a of {a.shape[-2:]} and b of "
            f"{b.shape[-2:]} it has to be {(rows, columns)}"
        )
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2], q.shape[:-2])
    found = np.empty((*batch, rows, columns), dtype)
    a, b, q = (np.broadcast_to(each, (*batch, *each.shape[-2:])) for each in (a, b, q))
    for at in np.ndindex(batch):
        found[at] = _one_sylvester(a[at], b[at], q[at])
    return found


def _sylvester_vjp(adjoint: Any, result: Any, a: Any, b: Any, q: Any, wanted: Any) -> Any:
    of_q = sylvester(transposed(a), transposed(b), adjoint)
    turned = transposed(result)
    return (
        unbroadcast(-matrix_product(of_q, turned), a.shape) if wanted[0] else None,
        unbroadcast(-matrix_product(turned, of_q), b.shape) if wanted[1] else None,
        unbroadcast(of_q, q.shape) if wanted[2] else None,
    )


def _sylvester_jvp(tangents: Any, result: Any, a: Any, b: Any, q: Any) -> Any:
    of_a, of_b, change = tangents
    for moved in (
        None if of_a is None else matrix_product(of_a, result),
        None if of_b is None else matrix_product(result, of_b),
    ):
        if moved is not None:
            change = -moved if change is None else change - moved
    return sylvester(a, b, change)


_sylvester: Rule = Rule("solve_sylvester", _sylvester_forward, _sylvester_vjp, _sylvester_jvp)


def sylvester(a: Any, b: Any, q: Any) -> Any:
    """The x with a @ x + x @ b = q, of matrices that fit."""
    return _sylvester(a, b, q)


@function("scipy.linalg")
def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The x with a @ x + x @ b = q, as `scipy.linalg.solve_sylvester`.

    Args:
        a: matrices, (..., m, m).
        b: matrices, (..., n, n).
        q: matrices, (..., m, n).

    Raises:
        LinAlgError: an eigenvalue of a is one of -b, so that there is no one solution; a or b is
            not square.
        ValueError: shapes that do not fit.

    >>> import autodiffx as adx
    >>> q = adx.Variable([[8.0]])
    >>> x = solve_sylvester([[1.0]], [[3.0]], q)
    >>> x.value
    array([[2.]])
    >>> x.sum().backward()
    >>> q.grad
    array([[0.25]])
    """
    operands = tuple(map(as_array, (a, b, q)))
    for each in operands[:2]:
        require_square(each)
    if operands[2].ndim < 2:
        raise ValueError(f"q has to have two axes at least, not the shape {operands[2].shape}")
    return sylvester(*operands)


@function("scipy.linalg")
def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """The x with a @ x + x @ a.T = q, as `scipy.linalg.solve_continuous_lyapunov`.

    Raises as `solve_sylvester` does.

    >>> import autodiffx as adx
    >>> solve_continuous_lyapunov(adx.Variable([[2.0]]), [[8.0]]).value
    array([[2.]])
    """
    x = as_array(a)
    require_square(x)
    return solve_sylvester(x, transposed(x), q)


# ---- bands --------------------------------------------------------------------------------------


def _shifted(row: Any, by: int) -> Any:
    """Along the last axis each element becomes the one `by` places after it, or zero."""
    length = row.shape[-1]
    if not by:
        return row
    beyond = np.zeros((*row.shape[:-1], min(abs(by), length)), row.dtype)
    if abs(by) >= length:
        return beyond
    if by > 0:
        return concatenate_all([row[..., by:], beyond], -1)
    return concatenate_all([beyond, row[..., :by]], -1)


def _turned(band: Any, below: int, above: int) -> Any:
    """The band of the transposed matrix: ab[above + i - j, j] is the element at i, j."""
    rows = [
        _shifted(band[..., above + offset, :], -offset) for offset in range(below, -above - 1, -1)
    ]
    return join_new(rows, band.ndim - 2)


def _banded_forward(band: Any, b: Any, below: int, above: int, check: bool) -> Any:
    solver = import_module("scipy.linalg").solve_banded
    return solver((below, above), band, b, check_finite=check)


def _banded_vjp(
    adjoint: Any,
    result: Any,
    band: Any,
    b: Any,
    wanted: Any,
    below: int,
    above: int,
    check: bool,
) -> Any:
    of_b = _banded(_turned(band, below, above), adjoint, below=above, above=below, check=False)
    of_band = None
    if wanted[0]:
        turned, others = transposed(result), transposed(of_b)  # vectors are their rows now
        rows = [
            -sum_over(turned * _shifted(others, offset), (others.ndim - 2,))
            for offset in range(-above, below + 1)
        ]
        of_band = unbroadcast(join_new(rows, others.ndim - 2), band.shape)
    return of_band, unbroadcast(of_b, b.shape) if wanted[1] else None


def _banded_jvp(
    tangents: Any, result: Any, band: Any, b: Any, below: int, above: int, check: bool
) -> Any:
    of_band, change = tangents
    if of_band is not None:
        rows = transposed(result)
        for offset in range(-above, below + 1):
            diagonal = of_band[..., above + offset, :]
            moved = rows * reshape(diagonal, (*diagonal.shape[:-1], 1, diagonal.shape[-1]))
            moved = transposed(_shifted(moved, -offset))
            change = -moved if change is None else change - moved
    return _banded(band, change, below=below, above=above, check=False)


_banded: Rule = Rule("solve_banded", _banded_forward, _banded_vjp, _banded_jvp)


@function("scipy.linalg")
def solve_banded(
    l_and_u: Any,
    ab: Any,
    b: Any,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The x with a @ x = b of a matrix that is a band, as `scipy.linalg.solve_banded`.

    Args:
        l_and_u: how many diagonals are below and above the main one, plain integers.
        ab: (..., l + u + 1, n), in which ab[u + i - j, j] is a[i, j]. The corners that are no
            elements of a have gradient zero.
        b: a vector (n,), or matrices (..., n, k).
        overwrite_ab: has no effect; overwrite_b neither.

    Raises:
        LinAlgError: the matrix is singular.
        ValueError: shapes that do not fit; infinities or NaN, unless check_finite is False.

    >>> import autodiffx as adx
    >>> ab = adx.Variable([[0.0, 1.0], [2.0, 4.0]])
    >>> x = solve_banded((0, 1), ab, [4.0, 8.0])
    >>> x.value
    array([1., 2.])
    >>> x.sum().backward()
    >>> ab.grad
    array([[ 0.  , -1.  ],
           [-0.5 , -0.25]])
    """
    below, above = map(int, l_and_u)
    band = as_array(ab)
    if band.ndim < 2 or band.shape[-2] != below + above + 1:
        raise ValueError(
            f"{below} diagonals below and {above} above the main one are {below + above + 1} rows "
            f"of ab, which has the shape {band.shape}"
        )
    return with_columns(
        lambda right: _banded(band, right, below=below, above=above, check=bool(check_finite)),
        as_array(b),
    )
