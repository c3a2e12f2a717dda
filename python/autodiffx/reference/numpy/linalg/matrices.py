"""What the functions of matrices share: products, blocks, triangles, operations that solve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, apply
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import IMPLEMENTATIONS
from autodiffx.reference.multilinear import Multilinear
from autodiffx.reference.number import Array
from autodiffx.reference.numpy.contraction import contracted
from autodiffx.reference.numpy.given import array_of, floating
from autodiffx.reference.numpy.products import multiplied
from autodiffx.reference.shapes import Shape, dtype_of, shape_of
from autodiffx.reference.solution import Solution

__all__ = [
    "by_present",
    "columns",
    "identity",
    "matrices",
    "product",
    "require_square",
    "rows",
    "solution",
    "squares",
    "symmetric",
    "transposed",
    "unless_zero",
]

Parts = tuple[Number, ...]
Sizes = Callable[[int, int], tuple[Shape, ...]]


def matrices(a: Any, name: str) -> Number:
    """What is given, with two axes at least.

    Raises:
        LinAlgError: it has less.
    """
    x = floating(array_of(a, name))
    if np.ndim(x) < 2:
        raise np.linalg.LinAlgError(
            f"{np.ndim(x)}-dimensional array given. Array must be at least two-dimensional"
        )
    return x


def require_square(x: Number) -> None:
    """Refuse matrices that have another number of rows than of columns.

    Raises:
        LinAlgError: they have.
    """
    if shape_of(x)[-1] != shape_of(x)[-2]:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")


def squares(a: Any, name: str) -> Number:
    """What is given, as square matrices; raises LinAlgError."""
    x = matrices(a, name)
    require_square(x)
    return x


def transposed(x: Number) -> Number:
    """The last two axes exchanged."""
    return np.swapaxes(x, -1, -2)


def product(*factors: Number) -> Number:
    """The product of matrices, multiplied from the left."""
    result = factors[0]
    for factor in factors[1:]:
        result = multiplied(result, factor, "matmul", 2, 2)
    return result


def identity(x: Number) -> Array:
    """Ones on the diagonal, for the last axis of x."""
    return np.eye(shape_of(x)[-1], dtype=dtype_of(x))


def rows(x: Number) -> Number:
    """Numbers beside the columns of a matrix: (..., n) as (..., 1, n)."""
    return np.reshape(x, (*shape_of(x)[:-1], 1, shape_of(x)[-1]))


def columns(x: Number) -> Number:
    """Numbers beside the rows of a matrix: (..., n) as (..., n, 1)."""
    return np.reshape(x, (*shape_of(x), 1))


def unless_zero(x: Number) -> Number:
    """1 / x, and 0 where x is 0."""
    is_zero = FUNCTIONS["equal"](x, 0.0)
    return FUNCTIONS["where"](is_zero, 0.0, 1.0 / FUNCTIONS["where"](is_zero, 1.0, x))


def by_present(name: str, function: Callable[[Array], Array]) -> Multilinear:
    """What follows from present numbers and is computed anew by a replay, without derivative."""
    return Multilinear(name, lambda x: function(np.asarray(x)), (None,), kind="passive")


# ---- symmetry -----------------------------------------------------------------------------------


def _even(x: Number) -> Number:
    return np.asarray((x + np.swapaxes(x, -1, -2)) / 2)


def _symmetric_part() -> Multilinear:
    return Multilinear("symmetric_part", _even, (_symmetric_part,))


def _mirrored(lower: bool) -> Multilinear:
    def primal(x: Number) -> Number:
        half, strict = (np.tril(x), np.tril(x, -1)) if lower else (np.triu(x), np.triu(x, 1))
        return np.asarray(half + np.swapaxes(strict, -1, -2))

    return Multilinear("symmetric", primal, (_symmetric_part,), differential=_symmetric_part)


def symmetric(x: Number, lower: bool = True) -> Number:
    """Matrices that are taken to be symmetric: one triangle is looked at, gradients are even."""
    return apply(_mirrored(lower), x)


# ---- operations that solve an equation ----------------------------------------------------------


def solution(
    name: str,
    primal: Callable[[Array], tuple[Array, ...]],
    sizes: Sizes,
    change: Callable[[Number, Number, Parts], Parts],
) -> Callable[[Number], Parts]:
    """A function of matrices (..., m, n) that has several results.

    Args:
        name: of the operation.
        primal: the results for plain matrices.
        sizes: the shapes of the results for one matrix, by m and n.
        change: the tangents of the results, of the tangent, the matrices and the results. It
            takes tangents with more axes in front.
    """

    def whole(x: Number) -> Number:
        return packed(primal(np.asarray(x)), shape_of(x))

    def packed(parts: Parts, shape: Shape) -> Number:
        lines = []
        for part, size in zip(parts, sizes(*shape[-2:]), strict=True):
            before = shape_of(part)[: np.ndim(part) - len(size)]
            lines.append(np.reshape(part, (*before, int(np.prod(size, dtype=np.intp)))))
        return lines[0] if len(lines) == 1 else IMPLEMENTATIONS[np.concatenate](lines, axis=-1)

    def unpacked(line: Number, shape: Shape) -> Parts:
        found, start = [], 0
        for size in sizes(*shape[-2:]):
            stop = start + int(np.prod(size, dtype=np.intp))
            found.append(np.reshape(line[..., start:stop], (*shape[:-2], *size)))
            start = stop
        return tuple(found)

    def pushed(tangent: Number, x: Number, result: Number) -> Number:
        shape = shape_of(x)
        return packed(change(tangent, x, unpacked(result, shape)), shape)

    def pulled(adjoint: Number, x: Number, result: Number) -> Number:
        # Each element of a matrix by itself: <adjoint, what the results change with it>.
        *batch, m, n = shape = shape_of(x)
        each = np.eye(m * n, dtype=dtype_of(x)).reshape((m * n, *(1,) * len(batch), m, n))
        changes = pushed(each, x, result)
        axes = tuple(range(1, np.ndim(changes)))
        passed = contracted(name, ((0, *axes), axes), (*axes[:-1], 0), (changes, adjoint))
        return np.reshape(passed, shape)

    operation = Solution(name, whole, pushed, pulled)
    return lambda x: unpacked(apply(operation, x), shape_of(x))
