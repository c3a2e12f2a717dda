"""Matrices made by a pattern of what is given."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.primitives import concatenate_all
from autodiffx.numpy.views import broadcast_to, reshape
from autodiffx.scipy.calling import function

__all__ = ["block_diag", "circulant", "hankel", "toeplitz"]


@function("scipy.linalg")
def block_diag(*arrs: Any) -> Any:
    """Matrices along the diagonal of a larger one, the rest zero, as `scipy.linalg.block_diag`.

    Args:
        arrs: matrices, (..., m, n); numbers and vectors are rows. The axes before the last two
            are broadcast.

    Returns:
        (..., Σ m, Σ n), in the dtype of all of them.

    >>> import autodiffx as adx
    >>> x = adx.Variable([[1.0, 2.0]])
    >>> block_diag(x, 3.0).value
    array([[1., 2., 0.],
           [0., 0., 3.]])
    """
    blocks = [as_array(each) for each in arrs]
    blocks = [reshape(b, (1,) * (2 - b.ndim) + b.shape) if b.ndim < 2 else b for b in blocks]
    batch = np.broadcast_shapes(*(block.shape[:-2] for block in blocks))
    dtype = np.result_type(*(block.dtype for block in blocks))
    rows = []
    for index, block in enumerate(blocks):
        *_, height, width = block.shape
        before = sum(each.shape[-1] for each in blocks[:index])
        after = sum(each.shape[-1] for each in blocks[index + 1 :])
        row = [
            np.zeros((*batch, height, before), dtype),
            broadcast_to(block, (*batch, height, width)),
            np.zeros((*batch, height, after), dtype),
        ]
        rows.append(concatenate_all(row, -1))
    return concatenate_all(rows, -2)


def _along(x: Any) -> Any:
    return reshape(x, (1,)) if x.ndim == 0 else x


def _picked(parts: list[Any], places: Any) -> Any:
    """Elements along the last axis of what is joined there, the axes before it broadcast."""
    batch = np.broadcast_shapes(*(part.shape[:-1] for part in parts))
    spread = [broadcast_to(part, (*batch, part.shape[-1])) for part in parts]
    return concatenate_all(spread, -1)[..., places]


@function("scipy.linalg")
def toeplitz(c: Any, r: Any = None) -> Any:
    """The matrix with constant diagonals, c its first column and r its first row, as in SciPy.

    Args:
        c: (..., m).
        r: (..., n), c by default; r[0] is not looked at, and has gradient zero.

    Returns:
        (..., m, n).

    >>> import autodiffx as adx
    >>> c = adx.Variable([1.0, 2.0])
    >>> toeplitz(c).value
    array([[1., 2.],
           [2., 1.]])
    >>> toeplitz(c).sum().backward()
    >>> c.grad
    array([2., 2.])
    """
    column = _along(as_array(c))
    row = column if r is None else _along(as_array(r))
    height, width = column.shape[-1], row.shape[-1]
    apart = np.arange(width) - np.arange(height)[:, None]
    return _picked([column, row], np.where(apart > 0, apart + height, -apart))


@function("scipy.linalg")
def hankel(c: Any, r: Any = None) -> Any:
    """The matrix with constant antidiagonals, c its first column and r its last row, as in SciPy.

    Args:
        c: (m,).
        r: (n,), zeros by default; r[0] is not looked at, and has gradient zero.

    >>> import autodiffx as adx
    >>> hankel(adx.Variable([1.0, 2.0]), [0.0, 3.0]).value
    array([[1., 2.],
           [2., 3.]])
    """
    column = reshape(as_array(c), (-1,))
    row = np.zeros(column.shape, column.dtype) if r is None else reshape(as_array(r), (-1,))
    height, width = column.shape[-1], row.shape[-1]
    place = np.arange(width) + np.arange(height)[:, None]
    return _picked([column, row], np.where(place < height, place, place + 1))


@function("scipy.linalg")
def circulant(c: Any) -> Any:
    """The square matrix whose columns are c, each turned by one more place, as in SciPy.

    Args:
        c: (..., n).

    >>> import autodiffx as adx
    >>> circulant(adx.Variable([1.0, 2.0, 3.0])).value
    array([[1., 3., 2.],
           [2., 1., 3.],
           [3., 2., 1.]])
    """
    column = _along(as_array(c))
    length = np.arange(column.shape[-1])
    return _picked([column], (length[:, None] - length) % max(len(length), 1))
