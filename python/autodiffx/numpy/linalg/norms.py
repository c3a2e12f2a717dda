"""Norms and condition numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from autodiffx import _core
from autodiffx.numpy.arrays import as_array, own
from autodiffx.numpy.deciding import count_nonzero
from autodiffx.numpy.dispatch import function
from autodiffx.numpy.linalg.matrices import require_square
from autodiffx.numpy.linalg.solving import inv
from autodiffx.numpy.linalg.spectra import svdvals
from autodiffx.numpy.primitives import largest_over, smallest_over, sum_over
from autodiffx.numpy.views import moveaxis, reshape

__all__ = ["cond", "matrix_norm", "norm", "vector_norm"]


def _vector_norm(x: Any, order: Any, axis: tuple[int, ...]) -> Any:
    """With keepdims."""
    if order is None or order == 2:
        return _core.sqrt(sum_over(x * x, axis, True))
    size = _core.absolute(x)
    if order == np.inf:
        return largest_over(size, axis, True)
    if order == -np.inf:
        return smallest_over(size, axis, True)
    if order == 0:
        return count_nonzero(x, axis, keepdims=True).astype(x.dtype)
    if order == 1:
        return sum_over(size, axis, True)
    if isinstance(order, str):
        raise ValueError(f"Invalid norm order '{order}' for vectors")
    return sum_over(size**order, axis, True) ** (1.0 / order)


def _matrix_norm(x: Any, order: Any) -> Any:
    """Of the last two axes, with keepdims."""
    rows, columns = x.ndim - 2, x.ndim - 1
    if order in (None, "fro", "f"):
        return _core.sqrt(sum_over(x * x, (rows, columns), True))
    if order in ("nuc", 2, -2):
        values = svdvals(x)
        at = (values.ndim - 1,)
        if order == "nuc":
            found = sum_over(values, at, True)
        else:
            found = (largest_over if order == 2 else smallest_over)(values, at, True)
        return reshape(found, (*x.shape[:-2], 1, 1))
    if order in (1, -1, np.inf, -np.inf):
        along, across = (rows, columns) if order in (1, -1) else (columns, rows)
        sums = sum_over(_core.absolute(x), (along,), True)
        return (largest_over if order > 0 else smallest_over)(sums, (across,), True)
    if isinstance(order, str):
        raise ValueError("Invalid norm order for matrices.")
    raise ValueError("Invalid norm order for matrices.")


@function(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Norms of vectors and matrices, all of NumPy's orders, as `numpy.linalg.norm`.

    Where a norm is zero its derivative is zero; largest and smallest share ties evenly.
    """
    a = as_array(x)
    a = a.astype(np.float64) if a.dtype == np.bool_ else a
    if axis is None:
        if ord is None:
            found = _vector_norm(a, None, tuple(range(a.ndim)))
            return found if keepdims else own(reshape(found, ()))
        axes: tuple[int, ...] = tuple(range(a.ndim))
    else:
        axes = normalize_axis_tuple(axis, a.ndim)
    if len(axes) == 1:
        found = _vector_norm(a, ord, axes)
        return found if keepdims else own(found.squeeze(axes))
    if len(axes) != 2:
        raise ValueError("Improper number of dimensions to norm.")
    found = _matrix_norm(moveaxis(a, axes, (-2, -1)), ord)
    if not keepdims:
        return own(reshape(found, found.shape[:-2]))
    return own(moveaxis(found, (-2, -1), axes))


@function(np.linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """Norms of vectors, as `numpy.linalg.vector_norm`."""
    a = as_array(x)
    axes = tuple(range(a.ndim)) if axis is None else normalize_axis_tuple(axis, a.ndim)
    found = _vector_norm(a, ord, tuple(sorted(axes)))
    return own(found if keepdims or not axes else found.squeeze(tuple(axes)))


@function(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """Norms of matrices, as `numpy.linalg.matrix_norm`."""
    found = _matrix_norm(as_array(x), ord)
    return own(found if keepdims else reshape(found, found.shape[:-2]))


@function(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """The condition number, as `numpy.linalg.cond`."""
    a = as_array(x)
    if p in (None, 2, -2):
        values = svdvals(a)
        first, last = values[..., 0], values[..., -1]
        return last / first if p == -2 else first / last
    require_square(a)
    return norm(a, p, (-2, -1)) * norm(inv(a), p, (-2, -1))
