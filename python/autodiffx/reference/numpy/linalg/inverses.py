"""Inverses, and equations that are solved with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number
from autodiffx.reference.implementations import implements
from autodiffx.reference.numpy.given import array_of, floating
from autodiffx.reference.numpy.linalg.matrices import (
    columns,
    product,
    solution,
    squares,
)
from autodiffx.reference.shapes import shape_of

__all__ = ["inverse", "solved"]


def _inverse_change(change: Number, a: Number, parts: tuple[Number, ...]) -> tuple[Number, ...]:
    # a x = 1
    (x,) = parts
    return (-product(x, product(change, x)),)


_inverse = solution("inv", lambda a: (np.linalg.inv(a),), lambda m, n: ((m, n),), _inverse_change)


def inverse(a: Number) -> Number:
    """The inverses of square matrices; raises LinAlgError where one is singular."""
    return _inverse(a)[0]


def solved(a: Number, b: Number) -> Number:
    """The x with a x = b, of a vector b or of matrices.

    Raises:
        LinAlgError: a matrix is singular.
        ValueError: the shapes do not go together.
    """
    length, along = shape_of(a)[-1], shape_of(b)[-2:][0] if np.ndim(b) else None
    if along != length:
        raise ValueError(
            f"the right side of a system of {length} equations has the shape {shape_of(b)}"
        )
    if np.ndim(b) == 1:
        return product(inverse(a), columns(b))[..., 0]
    return product(inverse(a), b)


@implements(np.linalg.inv)
def inv(a: Any) -> Any:
    """The inverse x with a x = 1; its differential is -x da x.

    Raises:
        LinAlgError: a matrix is singular, or not square.

    >>> from autodiffx.reference import Variable
    >>> a = Variable([[2.0, 0.0], [0.0, 4.0]])
    >>> np.linalg.inv(a).value
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    return inverse(squares(a, "np.linalg.inv"))


@implements(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    """The x with a x = b, for one vector b or for the columns of matrices.

    Raises:
        LinAlgError: a matrix is singular, or not square.
        ValueError: the shapes do not go together.
    """
    x, y = squares(a, "np.linalg.solve"), floating(array_of(b, "np.linalg.solve"))
    return solved(x, y)


# ---- of tensors ---------------------------------------------------------------------------------


@implements(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x with tensordot(a, x, x.ndim) = b.

    Raises:
        LinAlgError: a is singular, or no square in the shapes of b and x.
    """
    x, y = array_of(a, "np.linalg.tensorsolve"), array_of(b, "np.linalg.tensorsolve")
    if axes is not None:
        x = np.moveaxis(x, axes, range(np.ndim(x) - len(axes), np.ndim(x)))
    shape = shape_of(x)[np.ndim(y) :]
    size = int(np.prod(shape, dtype=np.intp))
    if size * size != x.size:
        raise np.linalg.LinAlgError(
            "Input arrays must satisfy the requirement "
            "prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim])"
        )
    return np.reshape(solved(np.reshape(x, (size, size)), np.reshape(y, (size,))), shape)


@implements(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse of what tensordot over the first ind axes does.

    Raises:
        ValueError: ind is not positive.
        LinAlgError: a is singular, or no square.
    """
    x = array_of(a, "np.linalg.tensorinv")
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    before, after = shape_of(x)[:ind], shape_of(x)[ind:]
    size = int(np.prod(after, dtype=np.intp))
    square = squares(np.reshape(x, (-1, size)), "np.linalg.tensorinv")
    return np.reshape(inverse(square), (*after, *before))
