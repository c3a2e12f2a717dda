"""Systems of equations whose matrix is a triangle, solved by LAPACK through SciPy.

Of a @ x = b it is dx = (1 / a) @ (db - da @ x), of which da is what is looked at of a
(M. B. Giles, 2008).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from autodiffx.numpy.arranging import tril, triu
from autodiffx.numpy.linalg.matrices import transposed
from autodiffx.numpy.linalg.solving import solve
from autodiffx.numpy.primitives import matrix_product, unbroadcast
from autodiffx.numpy.rule import Rule

__all__ = ["solve_lower", "solve_triangle"]

LARGE = 64  # from here on solving by triangles is worth the way through SciPy, and its import


def _forward(a: Any, b: Any, transpose: bool, lower: bool, unit: bool, check: bool) -> Any:
    return import_module("scipy.linalg").solve_triangular(
        a, b, trans=int(transpose), lower=lower, unit_diagonal=unit, check_finite=check
    )


def _read(matrix: Any, lower: bool, unit: bool) -> Any:
    """The part of a matrix that is looked at, the rest zero."""
    return tril(matrix, -int(unit)) if lower else triu(matrix, int(unit))


def _vjp(
    adjoint: Any,
    result: Any,
    a: Any,
    b: Any,
    wanted: Any,
    transpose: bool,
    lower: bool,
    unit: bool,
    check: bool,
) -> Any:
    of_b = solve_triangle(a, adjoint, lower, not transpose, unit)
    of_a = None
    if wanted[0]:
        left, right = (result, of_b) if transpose else (of_b, result)
        of_a = _read(-matrix_product(left, transposed(right)), lower, unit)
    return (
        None if of_a is None else unbroadcast(of_a, a.shape),
        unbroadcast(of_b, b.shape) if wanted[1] else None,
    )


def _jvp(
    tangents: Any,
    result: Any,
    a: Any,
    b: Any,
    transpose: bool,
    lower: bool,
    unit: bool,
    check: bool,
) -> Any:
    of_a, change = tangents
    if of_a is not None:
        moved = _read(of_a, lower, unit)
        moved = matrix_product(transposed(moved) if transpose else moved, result)
        change = -moved if change is None else change - moved
    return solve_triangle(a, change, lower, transpose, unit)


_solve_triangular: Rule = Rule("solve_triangular", _forward, _vjp, _jvp)


def solve_triangle(
    a: Any,
    b: Any,
    lower: bool,
    transpose: bool = False,
    unit: bool = False,
    check: bool = False,
) -> Any:
    """The x with a @ x = b, or a.T @ x = b, of which a triangle of a is looked at."""
    return _solve_triangular(a, b, transpose=transpose, lower=lower, unit=unit, check=check)


def solve_lower(lower: Any, b: Any, transpose: bool = False) -> Any:
    """The x with lower @ x = b, or lower.T @ x = b, by what is faster; the rest of lower is 0."""
    if lower.ndim == 2 and lower.shape[-1] >= LARGE:
        return solve_triangle(lower, b, True, transpose)
    return solve(transposed(lower) if transpose else lower, b)
