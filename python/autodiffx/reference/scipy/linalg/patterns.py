"""Matrices whose elements are given ones, each at its places."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.numpy.given import array_of, floating, together

__all__ = ["block_diag", "circulant", "hankel", "toeplitz"]


def block_diag(*arrs: Any) -> Any:
    """Matrices along the diagonal, zeros elsewhere; axes before the last two are broadcast."""

    def arranged(*blocks: Any) -> Any:
        blocks = tuple(map(np.atleast_2d, blocks))
        batch = np.broadcast_shapes(*(block.shape[:-2] for block in blocks))
        heights, widths = zip(*(block.shape[-2:] for block in blocks), strict=True)
        found = np.zeros((*batch, sum(heights), sum(widths)), np.intp)
        row = column = 0
        for block in blocks:
            height, width = block.shape[-2:]
            found[..., row : row + height, column : column + width] = block
            row, column = row + height, column + width
        return found

    operands = [floating(array_of(each, "scipy.linalg.block_diag")) for each in arrs]
    return together(arranged, operands)


def toeplitz(c: Any, r: Any = None) -> Any:
    """t_ij = c_(i-j) from the diagonal down, r_(j-i) above it; without r the same c."""

    def arranged(column: Any, row: Any) -> Any:
        column, row = np.atleast_1d(column), np.atleast_1d(row)
        down, right = np.indices((column.shape[-1], row.shape[-1]))
        below = column[..., np.maximum(down - right, 0)] if column.size else 0
        above = row[..., np.maximum(right - down, 0)] if row.size else 0
        return np.where(down >= right, below, above)

    first = floating(array_of(c, "scipy.linalg.toeplitz"))
    second = first if r is None else floating(array_of(r, "scipy.linalg.toeplitz"))
    return together(arranged, [first, second])


def hankel(c: Any, r: Any = None) -> Any:
    """h_ij = c_(i+j) as far as there is one, then r_(i+j-m+1); without r zeros."""

    def arranged(column: Any, row: Any) -> Any:
        line = np.concatenate([np.ravel(column), np.ravel(row)[1:]])
        down, right = np.indices((np.size(column), np.size(row)))
        return line[down + right]

    first = floating(array_of(c, "scipy.linalg.hankel"))
    if r is None:
        return together(lambda column: arranged(column, np.zeros(column.size, int)), [first])
    return together(arranged, [first, floating(array_of(r, "scipy.linalg.hankel"))])


def circulant(c: Any) -> Any:
    """a_ij = c_(i-j), counted round."""

    def arranged(column: Any) -> Any:
        column = np.atleast_1d(column)
        down, right = np.indices(column.shape[-1:] * 2)
        return column[..., (down - right) % max(column.shape[-1], 1)]

    return together(arranged, [floating(array_of(c, "scipy.linalg.circulant"))])
