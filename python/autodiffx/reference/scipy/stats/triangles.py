"""Cholesky's triangles by their definition, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.numpy.linalg.matrices import symmetric

__all__ = ["log_determinant", "solved", "triangle_of"]

Triangle = list[list[Any]]


def triangle_of(matrix: Any, name: str) -> Triangle:
    """Rows of the lower triangle L with L L^T = matrix, of which the lower triangle is read.

    The matrix is taken to be symmetric, and so are gradients.

    Raises:
        LinAlgError: the matrix is not positive definite.

    >>> triangle_of(np.array([[4.0, 0.0], [2.0, 10.0]]), "matrix")
    [[2.0], [1.0, 3.0]]
    """
    matrix = symmetric(matrix)
    rows: Triangle = []
    for i in range(matrix.shape[0]):
        row: list[Any] = []
        for j in range(i):
            rest = _element(matrix, i, j) - _dot(row, rows[j])
            row.append(rest / rows[j][j])
        square = _element(matrix, i, i) - _dot(row, row)
        if not square > 0.0:
            raise np.linalg.LinAlgError(f"{name} is not symmetric and positive definite")
        row.append(FUNCTIONS["sqrt"](square))
        rows.append(row)
    return rows


def _element(matrix: Any, i: int, j: int) -> Any:
    found = matrix[i, j]
    return float(found) if isinstance(found, np.generic) else found


def _dot(a: list[Any], b: list[Any]) -> Any:
    total: Any = 0.0
    for x, y in zip(a, b, strict=False):
        total = total + x * y
    return total


def solved(triangle: Triangle, right: list[Any]) -> list[Any]:
    """The z with L z = right, each component a number or an array of as many systems.

    >>> solved([[2.0], [1.0, 3.0]], [2.0, 7.0])
    [1.0, 2.0]
    """
    found: list[Any] = []
    for row, number in zip(triangle, right, strict=True):
        found.append((number - _dot(row[:-1], found)) / row[-1])
    return found


def log_determinant(triangle: Triangle) -> Any:
    """log(det(L L^T)).

    >>> log_determinant([[1.0], [5.0, 1.0]])
    0.0
    """
    total: Any = 0.0
    for row in triangle:
        total = total + FUNCTIONS["log"](row[-1])
    return 2.0 * total
