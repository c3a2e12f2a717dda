"""Products of vectors and matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from autodiffx._core import Constant
from autodiffx.numpy.arrays import as_array, as_arrays, own
from autodiffx.numpy.dispatch import function, is_foreign, refuse_keywords
from autodiffx.numpy.primitives import axes_of, concatenate_all, matrix_product, sum_over
from autodiffx.numpy.views import diagonal, moveaxis, ravel, reshape

__all__ = [
    "cross",
    "dot",
    "inner",
    "kron",
    "linalg_cross",
    "linalg_diagonal",
    "linalg_outer",
    "linalg_trace",
    "matmul",
    "matrix_power",
    "matvec",
    "multi_dot",
    "outer",
    "tensordot",
    "trace",
    "vdot",
    "vecdot",
    "vecmat",
]


def _pair(a: Any, b: Any) -> tuple[Any, Any]:
    x, y = as_array(a), as_array(b)
    if x.dtype == np.bool_:
        x = x.astype(y.dtype if y.dtype == np.float32 else np.float64)
    if y.dtype == np.bool_:
        y = y.astype(x.dtype)
    return x, y


def _mismatch(x: Any, y: Any, i: int, j: int) -> ValueError:
    return ValueError(
        f"shapes {x.shape} and {y.shape} not aligned: {x.shape[i]} (dim {i % x.ndim}) != "
        f"{y.shape[j]} (dim {j % y.ndim})".replace(", ", ",")
    )


@function(np.matmul, np.linalg.matmul)
def matmul(x1: Any, x2: Any, /) -> Any:
    """x1 @ x2: products of matrices, broadcast along all but the last two axes, `numpy.matmul`.

    >>> import autodiffx as adx
    >>> x = adx.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> matmul(x, [1.0, 1.0]).value
    array([3., 7.])
    """
    if is_foreign(x2):
        return np.matmul(x1, x2)
    a, b = _pair(x1, x2)
    if a.ndim == 0 or b.ndim == 0:
        place = 0 if a.ndim == 0 else 1
        raise ValueError(
            f"matmul: Input operand {place} does not have enough dimensions (has 0, gufunc core "
            "with signature (n?,k),(k,m?)->(n?,m?) requires 1)"
        )
    rows = reshape(a, (1, a.size)) if a.ndim == 1 else a
    columns = reshape(b, (b.size, 1)) if b.ndim == 1 else b
    if rows.shape[-1] != columns.shape[-2]:
        raise ValueError(
            "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
            f"(n?,k),(k,m?)->(n?,m?) (size {columns.shape[-2]} is different from {rows.shape[-1]})"
        )
    result = matrix_product(rows, columns)
    if a.ndim == 1 and b.ndim == 1:
        return own(reshape(result, ()))
    if a.ndim == 1:
        return own(reshape(result, (*result.shape[:-2], result.shape[-1])))
    if b.ndim == 1:
        return own(reshape(result, result.shape[:-1]))
    return result


@function(np.dot)
def dot(a: Any, b: Any, out: Any = None) -> Any:
    """The dot product, as `numpy.dot`: along the last axis of a and the last but one of b."""
    refuse_keywords("dot", out=out)
    x, y = _pair(a, b)
    if x.ndim == 0 or y.ndim == 0:
        return x * y
    if x.ndim <= 2 and y.ndim <= 2:
        if x.shape[-1] != y.shape[-2 if y.ndim > 1 else -1]:
            raise _mismatch(x, y, -1, -2 if y.ndim > 1 else -1)
        return matmul(x, y)
    return tensordot(x, y, ((x.ndim - 1,), (y.ndim - 2 if y.ndim > 1 else 0,)))


@function(np.vdot)
def vdot(a: Any, b: Any, /) -> Any:
    """The dot product of all elements, as `numpy.vdot`."""
    x, y = _pair(a, b)
    return dot(ravel(x), ravel(y))


@function(np.inner)
def inner(a: Any, b: Any, /) -> Any:
    """The products along the last axes, as `numpy.inner`."""
    x, y = _pair(a, b)
    if x.ndim == 0 or y.ndim == 0:
        return x * y
    return tensordot(x, y, ((x.ndim - 1,), (y.ndim - 1,)))


@function(np.outer)
def outer(a: Any, b: Any, out: Any = None) -> Any:
    """All products of an element of a with one of b, as `numpy.outer`."""
    refuse_keywords("outer", out=out)
    x, y = _pair(a, b)
    return reshape(x, (x.size, 1)) * reshape(y, (1, y.size))


@function(np.linalg.outer)
def linalg_outer(x1: Any, x2: Any, /) -> Any:
    """All products of an element of one vector with one of another, as `numpy.linalg.outer`."""
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise ValueError(
            "Input arrays must be one-dimensional, but they are "
            f"x1.ndim={np.ndim(x1)} and x2.ndim={np.ndim(x2)}."
        )
    return outer(x1, x2)


@function(np.tensordot, np.linalg.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The products summed along pairs of axes, as `numpy.tensordot`."""
    x, y = _pair(a, b)
    if np.ndim(axes) == 0 and not isinstance(axes, (tuple, list)):
        count = int(axes)
        pairs: Any = (range(x.ndim - count, x.ndim), range(count))
    else:
        pairs = axes
    of_x, of_y = (
        [int(axis) for axis in (each if np.ndim(each) or isinstance(each, range) else (each,))]
        for each in pairs
    )
    of_x = [normalize_axis_index(axis, x.ndim) for axis in of_x]
    of_y = [normalize_axis_index(axis, y.ndim) for axis in of_y]
    if [x.shape[i] for i in of_x] != [y.shape[i] for i in of_y]:
        raise ValueError("shape-mismatch for sum")
    rest_x = [i for i in range(x.ndim) if i not in of_x]
    rest_y = [i for i in range(y.ndim) if i not in of_y]
    length = int(np.prod([x.shape[i] for i in of_x], dtype=np.intp))
    shape_x, shape_y = [x.shape[i] for i in rest_x], [y.shape[i] for i in rest_y]
    rows = int(np.prod(shape_x, dtype=np.intp))
    columns = int(np.prod(shape_y, dtype=np.intp))
    left = reshape(x.transpose((*rest_x, *of_x)) if x.ndim else x, (rows, length))
    right = reshape(y.transpose((*of_y, *rest_y)) if y.ndim else y, (length, columns))
    return own(reshape(matrix_product(left, right), (*shape_x, *shape_y)))


@function(np.vecdot, np.linalg.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The sums of products along an axis, as `numpy.vecdot`."""
    x, y = _pair(x1, x2)
    x, y = moveaxis(x, axis, -1), moveaxis(y, axis, -1)
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(
            "vecdot: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
            f"(n),(n)->() (size {y.shape[-1]} is different from {x.shape[-1]})"
        )
    product = x * y
    return sum_over(product, (product.ndim - 1,))


@function(np.matvec)
def matvec(x1: Any, x2: Any, /) -> Any:
    """Products of matrices and vectors, as `numpy.matvec`."""
    a, v = _pair(x1, x2)
    return reshape_last(matmul(a, reshape(v, (*v.shape, 1))))


@function(np.vecmat)
def vecmat(x1: Any, x2: Any, /) -> Any:
    """Products of vectors and matrices, as `numpy.vecmat`."""
    v, a = _pair(x1, x2)
    result = matmul(reshape(v, (*v.shape[:-1], 1, v.shape[-1])), a)
    return reshape(result, (*result.shape[:-2], result.shape[-1]))


def reshape_last(x: Any) -> Any:
    """Without the last axis, which has length one."""
    return reshape(x, x.shape[:-1])


@function(np.kron)
def kron(a: Any, b: Any) -> Any:
    """Blocks of b, one for each element of a, as `numpy.kron`."""
    x, y = _pair(a, b)
    ndim = max(x.ndim, y.ndim)
    of_x = (1,) * (ndim - x.ndim) + x.shape
    of_y = (1,) * (ndim - y.ndim) + y.shape
    apart_x = [length for each in of_x for length in (each, 1)]
    apart_y = [length for each in of_y for length in (1, each)]
    shape = [i * j for i, j in zip(of_x, of_y, strict=True)]
    return own(reshape(reshape(x, apart_x) * reshape(y, apart_y), shape))


@function(np.cross)
def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None
) -> Any:
    """The vector product of vectors of three elements, as `numpy.cross`."""
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = _pair(a, b)
    x, y = moveaxis(x, axisa, -1), moveaxis(y, axisb, -1)
    if x.shape[-1] != 3 or y.shape[-1] != 3:
        raise ValueError(
            "Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{x.shape[-1]} and {y.shape[-1]} dimensional instead."
        )

    def part(i: int, j: int) -> Any:
        product = x[..., i] * y[..., j] - x[..., j] * y[..., i]
        return reshape(product, (*product.shape, 1))

    result = concatenate_all([part(1, 2), part(2, 0), part(0, 1)], -1)
    return own(moveaxis(result, -1, axisc))


@function(np.linalg.cross)
def linalg_cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The vector product, as `numpy.linalg.cross`."""
    return cross(x1, x2, axis=axis)


@function(np.trace)
def trace(
    a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None
) -> Any:
    """The sum along a diagonal, as `numpy.trace`."""
    refuse_keywords("trace", out=out)
    line = diagonal(as_array(a), offset, axis1, axis2)
    line = line if dtype is None else line.astype(dtype)
    return sum_over(line, axes_of(-1, line.ndim))


@function(np.linalg.trace)
def linalg_trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sum along a diagonal of the last two axes, as `numpy.linalg.trace`."""
    return trace(x, offset, -2, -1, dtype)


@function(np.linalg.diagonal)
def linalg_diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """A view of a diagonal of the last two axes, as `numpy.linalg.diagonal`."""
    return diagonal(x, offset, -2, -1)


@function(np.linalg.multi_dot)
def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """The product of several matrices in the cheapest order, as `numpy.linalg.multi_dot`."""
    refuse_keywords("multi_dot", out=out)
    parts = as_arrays(arrays)
    if len(parts) < 2:
        raise ValueError("Expecting at least two arrays.")
    first, last = parts[0].ndim, parts[-1].ndim
    if first == 1:
        parts[0] = reshape(parts[0], (1, parts[0].size))
    if last == 1:
        parts[-1] = reshape(parts[-1], (parts[-1].size, 1))
    for part in parts:
        if part.ndim != 2:
            raise np.linalg.LinAlgError(
                f"{part.ndim}-dimensional array given. Array must be two-dimensional"
            )
    sizes = [part.shape[0] for part in parts] + [parts[-1].shape[1]]
    best: dict[tuple[int, int], tuple[float, int]] = {}

    def cost(i: int, j: int) -> float:
        if i == j:
            return 0.0
        if (i, j) not in best:
            best[i, j] = min(
                (cost(i, k) + cost(k + 1, j) + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )
        return best[i, j][0]

    def product(i: int, j: int) -> Any:
        if i == j:
            return parts[i]
        cost(i, j)
        k = best[i, j][1]
        return dot(product(i, k), product(k + 1, j))

    result = product(0, len(parts) - 1)
    if first == 1 and last == 1:
        return own(reshape(result, ()))
    return own(ravel(result)) if 1 in (first, last) else result


@function(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    """A square matrix multiplied with itself, as `numpy.linalg.matrix_power`."""
    from autodiffx.numpy.linalg import inv

    x = as_array(a)
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")
    if not isinstance(n, (int, np.integer)):
        raise TypeError("exponent must be an integer")
    if n == 0:
        return Constant(np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape))
    if n < 0:
        x, n = inv(x), -n
    result = None
    while n:
        n, odd = divmod(n, 2)
        if odd:
            result = x if result is None else matmul(result, x)
        if n:
            x = matmul(x, x)
    return result
