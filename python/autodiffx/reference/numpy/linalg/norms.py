"""Norms, made of sums, of extremes and of singular values."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import implements
from autodiffx.reference.numpy.axes import axes_of
from autodiffx.reference.numpy.given import array_of, floating, in_dtype
from autodiffx.reference.numpy.linalg.inverses import inverse
from autodiffx.reference.numpy.linalg.matrices import matrices, require_square
from autodiffx.reference.numpy.linalg.spectra import singular_values
from autodiffx.reference.shapes import dtype_of, shape_of

__all__: list[str] = []

_absolute, _sqrt = FUNCTIONS["absolute"], FUNCTIONS["sqrt"]


def _of_vectors(x: Number, order: Any, axes: tuple[int, ...]) -> Number:
    """(Σ |x|^p)^(1/p) and its limits, over some axes, which stay with length 1."""
    if order is None or order == 2:
        return _sqrt(np.sum(x * x, axis=axes, keepdims=True))
    if isinstance(order, str):
        raise ValueError(f"Invalid norm order '{order}' for vectors")
    if order == np.inf:
        return np.max(_absolute(x), axis=axes, keepdims=True)
    if order == -np.inf:
        return np.min(_absolute(x), axis=axes, keepdims=True)
    if order == 0:
        counted = in_dtype(FUNCTIONS["not_equal"](x, 0.0), dtype_of(x))
        return np.sum(counted, axis=axes, keepdims=True)
    if order == 1:
        return np.sum(_absolute(x), axis=axes, keepdims=True)
    return np.sum(_absolute(x) ** float(order), axis=axes, keepdims=True) ** (1.0 / order)


def _of_matrices(x: Number, order: Any) -> Number:
    """Over the last two axes, which stay with length 1."""
    if order in (None, "fro", "f"):
        return _sqrt(np.sum(x * x, axis=(-2, -1), keepdims=True))
    if order in ("nuc", 2, -2):
        s = singular_values(x)
        reduce: Any = {"nuc": np.sum, 2: np.max, -2: np.min}[order]
        return np.reshape(reduce(s, axis=-1), (*shape_of(x)[:-2], 1, 1))
    if order not in (1, -1, np.inf, -np.inf):
        raise ValueError("Invalid norm order for matrices.")
    sums = np.sum(_absolute(x), axis=-2 if abs(order) == 1 else -1, keepdims=True)
    extreme: Any = np.max if order > 0 else np.min
    return extreme(sums, axis=(-2, -1), keepdims=True)


@implements(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """Norms of vectors over one axis or of matrices over two, of all of NumPy's orders.

    Where a norm is 0 its derivative is 0; the largest and the smallest share evenly.

    Raises:
        ValueError: there is no norm of that order.

    >>> from autodiffx.reference import Variable
    >>> x = Variable([3.0, 4.0])
    >>> np.linalg.norm(x).backward()
    >>> x.grad
    array([0.6, 0.8])
    """
    a = floating(array_of(x, "np.linalg.norm"))
    axes = axes_of(axis, np.ndim(a))
    if ord is None and axis is None:
        found = _of_vectors(a, None, axes)
    elif len(axes) == 1:
        found = _of_vectors(a, ord, axes)
    elif len(axes) == 2:
        turned = np.moveaxis(a, axes, (-2, -1))
        found = np.moveaxis(_of_matrices(turned, ord), (-2, -1), axes)
    else:
        raise ValueError("Improper number of dimensions to norm.")
    if keepdims:
        return found
    return np.reshape(found, [n for i, n in enumerate(shape_of(a)) if i not in axes])


@implements(np.linalg.vector_norm)
def vector_norm(x: Any, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Any:
    """Norms over any axes as if they were one."""
    a = floating(array_of(x, "np.linalg.vector_norm"))
    axes = axes_of(axis, np.ndim(a))
    found = _of_vectors(a, ord, axes)
    if keepdims:
        return found
    return np.reshape(found, [n for i, n in enumerate(shape_of(a)) if i not in axes])


@implements(np.linalg.matrix_norm)
def matrix_norm(x: Any, keepdims: Any = False, ord: Any = "fro") -> Any:
    """Norms of the matrices in the last two axes."""
    a = matrices(x, "np.linalg.matrix_norm")
    found = _of_matrices(a, ord)
    return found if keepdims else np.reshape(found, shape_of(a)[:-2])


@implements(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """The condition number |a| |1/a| in a norm; of 2 and -2 the ratio of singular values.

    Raises:
        LinAlgError: of another norm, where a is not square or singular.
    """
    a = matrices(x, "np.linalg.cond")
    if p in (None, 2, -2):
        s = singular_values(a)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    require_square(a)
    both = _of_matrices(a, p) * _of_matrices(inverse(a), p)
    return np.reshape(both, shape_of(a)[:-2])
