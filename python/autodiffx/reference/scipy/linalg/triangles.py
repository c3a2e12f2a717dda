"""Triangular systems of equations, and the factors that make a system triangular.

`overwrite_a` and its like have no effect.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, apply
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import IMPLEMENTATIONS, finished
from autodiffx.reference.number import Array
from autodiffx.reference.numpy.given import array_of, floating
from autodiffx.reference.numpy.linalg.elimination import eliminated, lower_factor, row_exchanges
from autodiffx.reference.numpy.linalg.inverses import solved
from autodiffx.reference.numpy.linalg.matrices import (
    by_present,
    identity,
    matrices,
    product,
    squares,
    transposed,
)
from autodiffx.reference.numpy.places import indices
from autodiffx.reference.shapes import shape_of

__all__ = [
    "cho_factor",
    "cho_solve",
    "cholesky",
    "lu",
    "lu_factor",
    "lu_solve",
    "require_finite",
    "solve_triangular",
]


def _is_finite(x: Array) -> Array:
    if not np.all(np.isfinite(x)):
        raise ValueError("array must not contain infs or NaNs")
    return np.ones(())


def require_finite(x: Number) -> None:
    """Refuse infinities and NaN, as SciPy does, now and in a replay.

    Raises:
        ValueError: there are some.
    """
    apply(by_present("is_finite", _is_finite), x)


def _triangle(a: Number, lower: bool, offset: int = 0) -> Number:
    return IMPLEMENTATIONS[np.tril if lower else np.triu](a, -offset if lower else offset)


def _right(b: Any, name: str, check_finite: bool) -> Number:
    y = floating(array_of(b, name))
    if check_finite:
        require_finite(y)
    return y


def solve_triangular(
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The x with t x = b, or tᵀ x = b, where t is a triangle of a, its diagonal perhaps of ones.

    Raises:
        LinAlgError: there is a zero on the diagonal; the matrices are not square.
        ValueError: the shapes do not go together; something is not finite.
    """
    if trans not in (0, 1, 2, "N", "T", "C"):
        raise ValueError(f"trans is 0, 1, 2, 'N', 'T' or 'C', not {trans!r}")
    x = squares(a, "scipy.linalg.solve_triangular")
    y = _right(b, "scipy.linalg.solve_triangular", check_finite)
    if check_finite:
        require_finite(x)
    read = _triangle(x, lower, int(unit_diagonal))
    if unit_diagonal:
        read = read + identity(x)
    return finished(solved(transposed(read) if trans in (1, 2, "T", "C") else read, y))


def cholesky(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> Any:
    """The upper triangle u with uᵀ u = a, or the lower one l with l lᵀ = a.

    Raises:
        LinAlgError: a matrix is not positive definite, or not square.
        ValueError: something is not finite.
    """
    x = squares(a, "scipy.linalg.cholesky")
    if check_finite:
        require_finite(x)
    factor = lower_factor(x, lower)
    return finished(factor if lower else transposed(factor))


def cho_factor(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> Any:
    """Cholesky's triangle, beside which a stays what it is; and whether it is the lower one."""
    factor = cholesky(a, lower, check_finite=check_finite)
    x = squares(a, "scipy.linalg.cho_factor")
    ones = np.ones(shape_of(x)[-2:])
    inside = np.tril(ones) if lower else np.triu(ones)
    return FUNCTIONS["where"](inside, factor, x), bool(lower)


def cho_solve(
    c_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """The x with a x = b, of what cho_factor(a) gave."""
    c, lower = c_and_lower
    half = solve_triangular(c, b, trans=0 if lower else 1, lower=lower, check_finite=check_finite)
    return solve_triangular(c, half, trans=1 if lower else 0, lower=lower, check_finite=False)


def lu(
    a: Any,
    permute_l: bool = False,
    overwrite_a: bool = False,
    check_finite: bool = True,
    p_indices: bool = False,
) -> Any:
    """p, l and u with a = p l u; of permute_l p l and u; of p_indices a = l[p] u.

    The order p has derivative zero.
    """
    x = matrices(a, "scipy.linalg.lu")
    if check_finite:
        require_finite(x)
    order, lower, upper = eliminated(x)
    if permute_l:
        return finished(product(order, lower)), upper
    if p_indices:
        return indices("lu", lambda v: np.argmax(eliminated(v)[0], axis=-1), x), lower, upper
    return order, lower, upper


def lu_factor(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Both factors in one matrix, and with which row each was exchanged."""
    x = squares(a, "scipy.linalg.lu_factor")
    _, lower, upper = lu(x, check_finite=check_finite)
    return _triangle(lower, True, 1) + upper, indices("lu_factor", row_exchanges, x)


def lu_solve(
    lu_and_piv: Any,
    b: Any,
    trans: int = 0,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The x with a x = b, or aᵀ x = b, of what lu_factor(a) gave."""
    both, exchanged = lu_and_piv
    x = squares(both, "scipy.linalg.lu_solve")
    order = np.empty(shape_of(x))
    for at in np.ndindex(exchanged.shape[:-1]):
        order[at] = np.eye(exchanged.shape[-1])
        for row, other in enumerate(exchanged[at]):
            order[at][[row, other]] = order[at][[other, row]]
    lower = _triangle(x, True, 1) + identity(x)
    whole = product(transposed(order.astype(x.dtype)), product(lower, _triangle(x, False)))
    y = _right(b, "scipy.linalg.lu_solve", check_finite)
    return finished(solved(transposed(whole) if trans else whole, y))
