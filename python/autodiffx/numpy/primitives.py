"""The kernels that everything else is made of, each behind one small function.

Their rules are written with these functions themselves: so they serve every order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from autodiffx import _core
from autodiffx._core import Dual, Variable
from autodiffx.numpy.dispatch import is_traced
from autodiffx.numpy.join import concatenate_all
from autodiffx.numpy.rule import Rule
from autodiffx.numpy.views import broadcast_to, flip, moveaxis, reshape, swapaxes

__all__ = [
    "chain",
    "compare",
    "concatenate_all",
    "convolve_full",
    "cumulative_product",
    "cumulative_sum",
    "gather",
    "is_nan",
    "largest_over",
    "matrix_product",
    "product_over",
    "scatter_add",
    "scattered",
    "select",
    "smallest_over",
    "sum_over",
]

Axes = tuple[int, ...]


def chain(adjoint: Any, partial: Any) -> Any:
    """adjoint * partial, in which a zero wins against infinity."""
    if is_traced(adjoint) or is_traced(partial):
        return _core._chain(adjoint, partial)
    adjoint, partial = np.asarray(adjoint), np.asarray(partial)
    with np.errstate(invalid="ignore"):
        return np.where((adjoint == 0) | (partial == 0), adjoint.dtype.type(0), adjoint * partial)


def select(condition: Any, x: Any, y: Any) -> Any:
    """x where the condition holds, y elsewhere."""
    if is_traced(condition) or is_traced(x) or is_traced(y):
        return _core.where(condition, x, y)
    return np.where(condition, x, y)


def compare(name: str, x: Any, y: Any) -> Any:
    """Whether x is equal, less, ... as data: never a guard, also of numbers."""
    if is_traced(x) or is_traced(y):
        return getattr(_core, name)(x, y)
    return getattr(np, name)(x, y)


def is_nan(x: Any) -> Any:
    """Whether elements are NaN."""
    return compare("not_equal", x, x)


def _as(dtype: Any, x: Any) -> Any:
    return x.astype(dtype) if x.dtype != dtype else x


def _kept(shape: Sequence[int], axis: Axes) -> tuple[int, ...]:
    """The shape that a reduction leaves with keepdims."""
    return tuple(1 if i in axis else length for i, length in enumerate(shape))


def axes_of(axis: Any, ndim: int) -> Axes:
    """Axes as rising numbers from zero, all of them for None.

    Raises:
        AxisError: there is no such axis.
        ValueError: one is named twice.
        TypeError: a Variable, which is no plain integer.
    """
    if axis is None:
        return tuple(range(ndim))
    if is_traced(axis):
        raise TypeError("an axis is a plain integer, or several in a tuple, not a Variable")
    return tuple(sorted(normalize_axis_tuple(axis, ndim)))


# ---- sums ---------------------------------------------------------------------------------------


def _spread(adjoint: Any, shape: Sequence[int], axis: Axes) -> Any:
    return broadcast_to(reshape(adjoint, _kept(shape, axis)), shape)


_sum = Rule(
    "sum",
    lambda x, axis, keepdims: np.sum(x, axis=axis, keepdims=keepdims),
    lambda adjoint, result, x, wanted, axis, keepdims: _spread(adjoint, x.shape, axis),
    lambda tangents, result, x, axis, keepdims: sum_over(tangents[0], axis, keepdims),
)


def sum_over(x: Any, axis: Axes, keepdims: bool = False) -> Any:
    """The sum along axes, given as rising numbers from zero."""
    total = _core._sum(x, axis, keepdims)
    return _sum(x, axis=axis, keepdims=keepdims) if total is None else total


def unbroadcast(x: Any, shape: Sequence[int]) -> Any:
    """The sum along all axes that broadcasting to x's shape added or stretched."""
    extra = x.ndim - len(shape)
    axis = tuple(
        i for i in range(x.ndim) if i < extra or (shape[i - extra] == 1 and x.shape[i] != 1)
    )
    return reshape(sum_over(x, axis), shape) if axis else x


_cumulative_sum = Rule(
    "cumsum",
    lambda x, axis: np.cumsum(x, axis=axis),
    lambda adjoint, result, x, wanted, axis: flip(cumulative_sum(flip(adjoint, axis), axis), axis),
    lambda tangents, result, x, axis: cumulative_sum(tangents[0], axis),
)


def cumulative_sum(x: Any, axis: int) -> Any:
    """The sum of all elements up to each along an axis."""
    return _cumulative_sum(x, axis=axis)


# ---- largest and smallest -----------------------------------------------------------------------


def _shares(x: Any, result: Any, axis: Axes) -> Any:
    """What each element has of the result's derivative: those that tie share evenly."""
    same = reshape(result, _kept(x.shape, axis))
    both_nan = compare("logical_and", is_nan(x), is_nan(same))
    ties = _as(x.dtype, compare("logical_or", compare("equal", x, same), both_nan))
    return ties / sum_over(ties, axis, True)


def _extreme(name: str, kernel: Any) -> Rule:
    def vjp(adjoint: Any, result: Any, x: Any, wanted: Any, axis: Axes, keepdims: bool) -> Any:
        return _spread(adjoint, x.shape, axis) * _shares(x, result, axis)

    def jvp(tangents: Any, result: Any, x: Any, axis: Axes, keepdims: bool) -> Any:
        return sum_over(chain(_shares(x, result, axis), tangents[0]), axis, keepdims)

    return Rule(name, lambda x, axis, keepdims: kernel(x, axis=axis, keepdims=keepdims), vjp, jvp)


_largest = _extreme("max", np.max)
_smallest = _extreme("min", np.min)


def largest_over(x: Any, axis: Axes, keepdims: bool = False) -> Any:
    """The largest along axes; the derivative is split evenly among those that tie."""
    found = _core._max(x, axis, keepdims)
    return _largest(x, axis=axis, keepdims=keepdims) if found is None else found


def smallest_over(x: Any, axis: Axes, keepdims: bool = False) -> Any:
    """The smallest along axes; the derivative is split evenly among those that tie."""
    found = _core._min(x, axis, keepdims)
    return _smallest(x, axis=axis, keepdims=keepdims) if found is None else found


# ---- products -----------------------------------------------------------------------------------


def _shifted(x: Any, by: int, fill: float) -> Any:
    """Along the last axis, each element becomes the one `by` places before; the first are fill."""
    length = x.shape[-1]
    first = np.full((*x.shape[:-1], min(abs(by), length)), fill, x.dtype)
    if abs(by) >= length:
        return first
    if by < 0:
        return concatenate_all([x[..., -by:], first], -1)
    return concatenate_all([first, x[..., :-by]], -1)


def _before(x: Any) -> Any:
    """Along the last axis, the product of all elements before each."""
    return _shifted(cumulative_product(x, x.ndim - 1), 1, 1.0)


def _product_vjp(adjoint: Any, result: Any, x: Any, wanted: Any, axis: Axes, keepdims: bool) -> Any:
    # The product of all others, exact where there are zeros: before each times after each.
    kept = tuple(i for i in range(x.ndim) if i not in axis)
    order = (*kept, *axis)
    moved = x.transpose(order)
    rows = reshape(moved, (*(x.shape[i] for i in kept), -1))
    others = _before(rows) * flip(_before(flip(rows, -1)), -1)
    inverse = np.argsort(order)
    others = reshape(others, moved.shape).transpose(*inverse.tolist())
    return chain(_spread(adjoint, x.shape, axis), others)


_product = Rule(
    "prod", lambda x, axis, keepdims: np.prod(x, axis=axis, keepdims=keepdims), _product_vjp
)


def product_over(x: Any, axis: Axes, keepdims: bool = False) -> Any:
    """The product along axes, with exact cofactors where there are zeros."""
    if 0 in x.shape or not axis:
        return sum_over(x, axis, keepdims) + 1.0 if axis else x
    return _product(x, axis=axis, keepdims=keepdims)


def _cumulative_product_vjp(adjoint: Any, result: Any, x: Any, wanted: Any, axis: int) -> Any:
    # The adjoint of x[i] is (product before i) * s[i] with s[i] = g[i] + x[i+1] * s[i+1], which
    # is found by doubling: after each step s[i] has the terms of twice as many g.
    s = moveaxis(adjoint, axis, -1)
    rows = moveaxis(x, axis, -1)
    factors = _shifted(rows, -1, 0.0)
    step = 1
    while step < rows.shape[-1]:
        s = s + chain(_shifted(s, -step, 0.0), factors)
        factors = factors * _shifted(factors, -step, 0.0)
        step *= 2
    return moveaxis(chain(s, _before(rows)), -1, axis)


_cumulative_product = Rule(
    "cumprod", lambda x, axis: np.cumprod(x, axis=axis), _cumulative_product_vjp
)


def cumulative_product(x: Any, axis: int) -> Any:
    """The product of all elements up to each along an axis."""
    return _cumulative_product(x, axis=axis)


# ---- elements at places -------------------------------------------------------------------------


def scattered(x: Any, places: Any, shape: Sequence[int]) -> Any:
    """What scatter_add computes, of plain arrays."""
    size = int(np.prod(shape, dtype=np.intp))
    summed = np.bincount(places.ravel(), x.ravel(), size) if size else np.zeros(0)
    return summed.astype(x.dtype, copy=False).reshape(shape)


_gather = Rule(
    "gather",
    lambda x, places: x.ravel()[places],
    lambda adjoint, result, x, wanted, places: scatter_add(adjoint, places, x.shape),
    lambda tangents, result, x, places: gather(tangents[0], places),
)
_scatter_add: Rule = Rule(
    "scatter",
    lambda x, places, shape: scattered(x, places, shape),
    lambda adjoint, result, x, wanted, places, shape: gather(adjoint, places),
    lambda tangents, result, x, places, shape: scatter_add(tangents[0], places, shape),
)


def gather(x: Any, places: Any) -> Any:
    """The elements at places, which count through x in C order; in the shape of places."""
    if isinstance(x, Variable):
        return reshape(x, (x.size,))[places]
    return _gather(x, places=places)


def scatter_add(x: Any, places: Any, shape: Sequence[int]) -> Any:
    """Zeros of a shape, to which each element of x is added at its place: gather transposed."""
    return _scatter_add(x, places=places, shape=tuple(shape))


# ---- bilinear -----------------------------------------------------------------------------------


def _is_finite(x: Any) -> bool:
    while isinstance(x, Dual):
        x = x.value
    try:
        numbers = _core._read(x) if isinstance(x, Variable) else x
    except ValueError:  # of a placeholder nothing is known
        return True
    return bool(np.isfinite(numbers).all())


def _passed(a: Any, b: Any) -> Any:
    """a @ b, where one is an adjoint or a tangent: a zero wins against what is not finite."""
    if _is_finite(a) and _is_finite(b):
        return matrix_product(a, b)
    rows = reshape(a, (*a.shape, 1))
    columns = reshape(b, (*b.shape[:-2], 1, *b.shape[-2:]))
    shape = np.broadcast_shapes(rows.shape, columns.shape)
    each = chain(broadcast_to(rows, shape), broadcast_to(columns, shape))
    return sum_over(each, (len(shape) - 2,))


def _product_of_matrices_vjp(adjoint: Any, result: Any, a: Any, b: Any, wanted: Any) -> Any:
    of_a = unbroadcast(_passed(adjoint, swapaxes(b, -1, -2)), a.shape) if wanted[0] else None
    of_b = unbroadcast(_passed(swapaxes(a, -1, -2), adjoint), b.shape) if wanted[1] else None
    return of_a, of_b


def _sum_of(terms: Sequence[Any]) -> Any:
    present = [each for each in terms if each is not None]
    total = present[0] if present else None
    for each in present[1:]:
        total = total + each
    return total


_matrix_product = Rule(
    "matmul",
    np.matmul,
    _product_of_matrices_vjp,
    lambda tangents, result, a, b: _sum_of(
        [
            None if tangents[0] is None else _passed(tangents[0], b),
            None if tangents[1] is None else _passed(a, tangents[1]),
        ]
    ),
)


def matrix_product(a: Any, b: Any) -> Any:
    """a @ b of arrays with at least two axes, broadcast along all but the last two."""
    product = _core._matmul(a, b)
    return _matrix_product(a, b) if product is None else product


def _convolution_vjp(adjoint: Any, result: Any, a: Any, v: Any, wanted: Any) -> Any:
    def of(other: Any, length: int) -> Any:
        start = len(other) - 1
        return convolve_full(adjoint, flip(other, 0))[start : start + length]

    return (of(v, len(a)) if wanted[0] else None, of(a, len(v)) if wanted[1] else None)


_convolution = Rule(
    "convolve",
    np.convolve,
    _convolution_vjp,
    lambda tangents, result, a, v: _sum_of(
        [
            None if tangents[0] is None else convolve_full(tangents[0], v),
            None if tangents[1] is None else convolve_full(a, tangents[1]),
        ]
    ),
)


def convolve_full(a: Any, v: Any) -> Any:
    """The sums of a[i] * v[j] over i + j, of two arrays of one axis."""
    return _convolution(a, v)
