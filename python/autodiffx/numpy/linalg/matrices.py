"""Small functions of matrices that the rules of linear algebra share."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.primitives import compare, matrix_product, select
from autodiffx.numpy.views import diagonal, reshape, swapaxes

__all__ = [
    "as_columns",
    "as_rows",
    "diagonal_of",
    "half_lower",
    "inverse_differences",
    "product",
    "reciprocal_or_zero",
    "require_matrices",
    "require_square",
    "square_of",
    "symmetric",
    "transposed",
]


def transposed(x: Any) -> Any:
    """The last two axes exchanged."""
    return swapaxes(x, -1, -2)


def product(*factors: Any) -> Any:
    """The product of matrices, from the left."""
    result = factors[0]
    for each in factors[1:]:
        result = matrix_product(result, each)
    return result


def symmetric(x: Any) -> Any:
    """The symmetric part."""
    return (x + transposed(x)) * 0.5


def as_rows(x: Any) -> Any:
    """Numbers that multiply the columns of a matrix."""
    return reshape(x, (*x.shape[:-1], 1, x.shape[-1]))


def as_columns(x: Any) -> Any:
    """Numbers that multiply the rows of a matrix."""
    return reshape(x, (*x.shape, 1))


def diagonal_of(x: Any) -> Any:
    """The diagonal of the last two axes."""
    return diagonal(x, 0, -2, -1)


def half_lower(x: Any) -> Any:
    """The lower triangle, the diagonal halved."""
    length = x.shape[-1]
    return x * (np.tril(np.ones((length, length))) - 0.5 * np.eye(length)).astype(x.dtype)


def reciprocal_or_zero(x: Any) -> Any:
    """1 / x, and 0 where x is 0."""
    none = compare("equal", x, 0.0)
    return select(none, x.dtype.type(0), 1.0 / select(none, x.dtype.type(1), x))


def inverse_differences(x: Any) -> Any:
    """1 / (x[j] - x[i]) at row i and column j, and 0 where the two are equal."""
    return reciprocal_or_zero(as_rows(x) - as_columns(x))


def require_matrices(x: Any) -> None:
    """Raises LinAlgError unless there are two axes at least."""
    if x.ndim < 2:
        raise np.linalg.LinAlgError(
            f"{x.ndim}-dimensional array given. Array must be at least two-dimensional"
        )


def require_square(x: Any) -> None:
    """Raises LinAlgError unless the last two axes have one length."""
    require_matrices(x)
    if x.shape[-1] != x.shape[-2]:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")


def square_of(a: Any) -> Any:
    """What is given as an array of square matrices; raises LinAlgError where it is none."""
    x = as_array(a)
    require_square(x)
    return x
