"""Products of vectors, matrices and arrays, each as a sum over axes that have the same label."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.arithmetic import Arithmetic
from autodiffx.reference.dispatch import Number, is_operand
from autodiffx.reference.implementations import IMPLEMENTATIONS, implements
from autodiffx.reference.number import FLOAT64
from autodiffx.reference.numpy.axes import along, axis_of
from autodiffx.reference.numpy.contraction import contracted, stand_in
from autodiffx.reference.numpy.folds import accumulated
from autodiffx.reference.numpy.given import array_of, in_dtype
from autodiffx.reference.shapes import shape_of

__all__ = ["give_operators", "multiplied"]


def multiplied(a: Any, b: Any, name: str, core_a: int, core_b: int) -> Any:
    """Σ over the last axis of a and the first of b's last axes, of which each has so many.

    All axes before these are broadcast against each other.
    """
    x, y = array_of(a, name), array_of(b, name)
    before = max(np.ndim(x) - core_a, np.ndim(y) - core_b)
    batch = tuple(range(before))
    row, common, column = before, before + 1, before + 2
    own_a = (row, common)[2 - core_a :]
    own_b = (common, column)[:core_b]
    labels = (
        batch[before - (np.ndim(x) - core_a) :] + own_a,
        batch[before - (np.ndim(y) - core_b) :] + own_b,
    )
    result = batch + (row,) * (core_a == 2) + (column,) * (core_b == 2)
    return contracted(name, labels, result, (x, y))


@implements(np.matmul)
def matmul(x1: Any, x2: Any) -> Any:
    """The product of matrices in the last two axes; a vector is a row on the left, else a column.

    Raises:
        ValueError: an operand has no axis, or the shapes do not go together.

    >>> from autodiffx.reference import Variable
    >>> a = Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> (a @ [1.0, 10.0]).value
    array([21., 43.])
    """
    x, y = array_of(x1, "np.matmul"), array_of(x2, "np.matmul")
    np.matmul(stand_in(x), stand_in(y))  # raises where the shapes do not go together
    return multiplied(x, y, "matmul", min(np.ndim(x), 2), min(np.ndim(y), 2))


def _vecdot(x1: Any, x2: Any, axis: int = -1) -> Any:
    """Σ x1 x2 along an axis that both have; the others are broadcast."""
    x, y = array_of(x1, "np.vecdot"), array_of(x2, "np.vecdot")
    numpys: Any = np.vecdot
    numpys(stand_in(x), stand_in(y), axis=axis)  # raises as NumPy does
    return multiplied(np.moveaxis(x, axis, -1), np.moveaxis(y, axis, -1), "vecdot", 1, 1)


def _matvec(x1: Any, x2: Any) -> Any:
    """The product of matrices and vectors in the last axes."""
    return np.matmul(x1, np.expand_dims(array_of(x2, "np.matvec"), -1))[..., 0]


def _vecmat(x1: Any, x2: Any) -> Any:
    """The product of vectors and matrices in the last axes."""
    return np.matmul(np.expand_dims(array_of(x1, "np.vecmat"), -2), x2)[..., 0, :]


implements(np.vecdot)(_vecdot)
if hasattr(np, "matvec"):  # since NumPy 2.2
    implements(np.matvec)(_matvec)
    implements(np.vecmat)(_vecmat)


@implements(np.dot)
def dot(a: Any, b: Any) -> Any:
    """Σ over the last axis of a and the last but one of b; the product where one is a number."""
    x, y = array_of(a, "np.dot"), array_of(b, "np.dot")
    if not np.ndim(x) or not np.ndim(y):
        return contracted("dot", *_side_by_side(x, y), (x, y))
    np.dot(stand_in(x), stand_in(y))  # raises where the shapes do not go together
    return _over(x, y, [np.ndim(x) - 1], [max(np.ndim(y) - 2, 0)], "dot")


def _side_by_side(x: Number, y: Number) -> tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]:
    """Labels of all axes of one, then all of the other."""
    own = tuple(range(np.ndim(x)))
    others = tuple(range(np.ndim(x), np.ndim(x) + np.ndim(y)))
    return (own, others), own + others


def _over(x: Number, y: Number, axes_x: list[int], axes_y: list[int], name: str) -> Number:
    """Σ over pairs of axes; the result has the other axes of x, then those of y."""
    (own, others), _ = _side_by_side(x, y)
    common = dict(zip(axes_y, axes_x, strict=True))
    others = tuple(common.get(axis, label) for axis, label in enumerate(others))
    result = [label for axis, label in enumerate(own) if axis not in axes_x]
    result += [label for axis, label in enumerate(others) if axis not in axes_y]
    return contracted(name, (own, others), tuple(result), (x, y))


@implements(np.vdot)
def vdot(a: Any, b: Any) -> Any:
    """Σ a b over all elements in C order."""
    return dot(np.ravel(array_of(a, "np.vdot")), np.ravel(array_of(b, "np.vdot")))


@implements(np.inner)
def inner(a: Any, b: Any) -> Any:
    """Σ over the last axis of both; the product where one is a number."""
    x, y = array_of(a, "np.inner"), array_of(b, "np.inner")
    if not np.ndim(x) or not np.ndim(y):
        return contracted("inner", *_side_by_side(x, y), (x, y))
    np.inner(stand_in(x), stand_in(y))  # raises where the shapes do not go together
    return _over(x, y, [np.ndim(x) - 1], [np.ndim(y) - 1], "inner")


@implements(np.outer)
def outer(a: Any, b: Any) -> Any:
    """Every element of a times every element of b, as a matrix."""
    x, y = np.ravel(array_of(a, "np.outer")), np.ravel(array_of(b, "np.outer"))
    return contracted("outer", *_side_by_side(x, y), (x, y))


@implements(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Σ over the last axes of a and the first of b, so many; or over pairs of given axes."""
    x, y = array_of(a, "np.tensordot"), array_of(b, "np.tensordot")
    np.tensordot(stand_in(x), stand_in(y), axes=axes)  # raises where the shapes do not fit
    if np.ndim(axes) == 0:
        count = int(axes)
        axes = (range(np.ndim(x) - count, np.ndim(x)), range(count))
    of_x = [axis_of(axis, np.ndim(x)) for axis in np.atleast_1d(axes[0])]
    of_y = [axis_of(axis, np.ndim(y)) for axis in np.atleast_1d(axes[1])]
    return _over(x, y, of_x, of_y, "tensordot")


@implements(np.kron)
def kron(a: Any, b: Any) -> Any:
    """Every element of a times all of b, as blocks."""
    x, y = array_of(a, "np.kron"), array_of(b, "np.kron")
    ndim = max(np.ndim(x), np.ndim(y))
    x = np.reshape(x, (1,) * (ndim - np.ndim(x)) + shape_of(x))
    y = np.reshape(y, (1,) * (ndim - np.ndim(y)) + shape_of(y))
    labels = (tuple(range(0, 2 * ndim, 2)), tuple(range(1, 2 * ndim, 2)))
    found = contracted("kron", labels, tuple(range(2 * ndim)), (x, y))
    lengths = zip(shape_of(x), shape_of(y), strict=True)
    return np.reshape(found, tuple(n * m for n, m in lengths))


@implements(np.cross)
def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None
) -> Any:
    """The vector product of three components along an axis of each.

    Raises:
        ValueError: there are not three components.
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = array_of(a, "np.cross"), array_of(b, "np.cross")
    at_x, at_y = axis_of(axisa, np.ndim(x)), axis_of(axisb, np.ndim(y))
    if shape_of(x)[at_x] != 3 or shape_of(y)[at_y] != 3:
        raise ValueError(
            "Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{shape_of(x)[at_x]} and {shape_of(y)[at_y]} dimensional instead."
        )
    (x0, x1, x2), (y0, y1, y2) = (
        [z[along(at, i)] for i in range(3)] for z, at in ((x, at_x), (y, at_y))
    )
    components = [x1 * y2 - x2 * y1, x2 * y0 - x0 * y2, x0 * y1 - x1 * y0]
    return IMPLEMENTATIONS[np.stack](components, axisc)


@implements(np.trace)
def trace(a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1, dtype: Any = None) -> Any:
    """Σ of a diagonal of two axes."""
    diagonal = np.diagonal(array_of(a, "np.trace"), offset, axis1, axis2)
    return IMPLEMENTATIONS[np.sum](diagonal, axis=-1, dtype=dtype)


@implements(np.vander)
def vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    """The powers of a vector's elements, in float64, from N - 1 down to 0, or rising.

    Every element has a row.
    """
    base = in_dtype(array_of(x, "np.vander"), FLOAT64)
    if np.ndim(base) != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    count = shape_of(base)[0] if N is None else N
    factors = np.broadcast_to(base[:, None], (shape_of(base)[0], max(count - 1, 0)))
    ones = np.ones((shape_of(base)[0], min(count, 1)))
    products = accumulated("multiply", factors, 1)
    powers = IMPLEMENTATIONS[np.concatenate]([ones, products], 1)
    return powers if increasing else powers[:, ::-1]


def _matmul_operator(self: Any, other: Any) -> Any:
    return matmul(self, other) if is_operand(other, self) else NotImplemented


def _reflected_matmul_operator(self: Any, other: Any) -> Any:
    return matmul(other, self) if is_operand(other, self) else NotImplemented


def _in_place_matmul_operator(self: Any, other: Any) -> Any:
    return self._in_place(self.__matmul__, other)


def give_operators() -> None:
    """x @ y, and x @= y of square matrices."""
    for name, operator in (
        ("__matmul__", _matmul_operator),
        ("__rmatmul__", _reflected_matmul_operator),
        ("__imatmul__", _in_place_matmul_operator),
    ):
        setattr(Arithmetic, name, operator)
