"""Products, powers and diagonals of matrices."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from autodiffx.reference.constant import Constant
from autodiffx.reference.implementations import IMPLEMENTATIONS, implements
from autodiffx.reference.numpy.given import array_of, floating
from autodiffx.reference.numpy.linalg.inverses import inverse
from autodiffx.reference.numpy.products import matmul
from autodiffx.reference.shapes import dtype_of, shape_of

__all__: list[str] = []


@implements(np.linalg.multi_dot)
def multi_dot(arrays: Any) -> Any:
    """The product of several matrices, of which the first and the last may be vectors.

    Raises:
        ValueError: there are fewer than two, or the shapes do not go together.
        LinAlgError: one has another number of axes.
    """
    factors = [array_of(array, "np.linalg.multi_dot") for array in arrays]
    if len(factors) < 2:
        raise ValueError("Expecting at least two arrays.")
    for index, factor in enumerate(factors):
        if np.ndim(factor) != 2 and (np.ndim(factor) != 1 or 0 < index < len(factors) - 1):
            raise np.linalg.LinAlgError(
                f"{np.ndim(factor)}-dimensional array given. Array must be two-dimensional"
            )
    result = factors[0]
    for factor in factors[1:]:
        result = IMPLEMENTATIONS[np.dot](result, factor)
    return result


@implements(np.linalg.matrix_power)
def matrix_power(a: Any, n: Any) -> Any:
    """A square matrix multiplied by itself n times; the identity, which is passive, for n = 0.

    Of negative n it is the inverse that is multiplied.

    Raises:
        TypeError: n is no integer.
        LinAlgError: the matrix is not square, or n is negative and it is singular.
    """
    x = floating(array_of(a, "np.linalg.matrix_power"))
    np.linalg.matrix_power(np.zeros(shape_of(x)), abs(operator.index(n)))  # raises as NumPy does
    if n < 0:
        return matrix_power(inverse(x), -n)
    if n == 0:
        identity = np.eye(shape_of(x)[-1], dtype=dtype_of(x))
        return Constant(np.broadcast_to(identity, shape_of(x)))
    if n == 1:
        return np.copy(x)
    half = matrix_power(x, n // 2)
    even = matmul(half, half)
    return matmul(even, x) if n % 2 else even


@implements(np.linalg.trace)
def trace(x: Any, offset: Any = 0, dtype: Any = None) -> Any:
    """Σ of a diagonal of the last two axes."""
    return IMPLEMENTATIONS[np.trace](x, offset, -2, -1, dtype)


@implements(np.linalg.diagonal, shows=True)
def diagonal(x: Any, offset: Any = 0) -> Any:
    """A diagonal of the last two axes, a view."""
    return np.diagonal(x, offset, -2, -1)


@implements(np.linalg.matrix_transpose, shows=True)
def matrix_transpose(x: Any) -> Any:
    """The last two axes exchanged, a view."""
    return np.matrix_transpose(x)


@implements(np.linalg.outer)
def outer(x1: Any, x2: Any) -> Any:
    """Every element of a vector times every element of another, as a matrix.

    Raises:
        ValueError: one has another number of axes.
    """
    x, y = array_of(x1, "np.linalg.outer"), array_of(x2, "np.linalg.outer")
    if np.ndim(x) != 1 or np.ndim(y) != 1:
        raise ValueError(
            "Input arrays must be one-dimensional, but they are "
            f"x1.ndim={np.ndim(x)} and x2.ndim={np.ndim(y)}."
        )
    return IMPLEMENTATIONS[np.outer](x, y)


@implements(np.linalg.cross)
def cross(x1: Any, x2: Any, axis: Any = -1) -> Any:
    """The vector product of three components along an axis."""
    return IMPLEMENTATIONS[np.cross](x1, x2, axis=axis)


@implements(np.linalg.vecdot)
def vecdot(x1: Any, x2: Any, axis: Any = -1) -> Any:
    """Σ x1 x2 along an axis that both have; the others are broadcast."""
    return IMPLEMENTATIONS[np.vecdot](x1, x2, axis=axis)


@implements(np.linalg.matmul)
def _matmul(x1: Any, x2: Any) -> Any:
    """The product of matrices in the last two axes."""
    return matmul(x1, x2)


@implements(np.linalg.tensordot)
def _tensordot(x1: Any, x2: Any, axes: Any = 2) -> Any:
    """Σ over the last axes of one and the first of the other, so many; or over pairs of axes."""
    return IMPLEMENTATIONS[np.tensordot](x1, x2, axes)
