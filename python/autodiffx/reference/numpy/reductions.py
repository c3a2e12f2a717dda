"""Sums and what is made of sums, over one axis, several or all."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, Ranked, apply, operate
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import implements
from autodiffx.reference.linear import cumulate, sum_over
from autodiffx.reference.multilinear import Multilinear
from autodiffx.reference.number import Array, settled, to_dtype
from autodiffx.reference.numpy.axes import axes_of, axis_of, reduced_shape
from autodiffx.reference.numpy.given import BOOL, array_of, floating, in_dtype
from autodiffx.reference.rules import RULES
from autodiffx.reference.shapes import dtype_of, shape_of

__all__ = ["count_along", "summed"]


def summed(x: Number, axes: tuple[int, ...], keepdims: Any = False) -> Number:
    """Σ x over some axes."""
    shape = shape_of(x)
    return apply(sum_over(shape, axes, reduced_shape(shape, axes, keepdims)), x)


def _terms(a: Any, dtype: Any, name: str) -> Number:
    """What is added up, in the dtype that is asked for."""
    x = floating(array_of(a, name))
    return x if dtype is None else in_dtype(x, to_dtype(dtype))


def _included(x: Number, where: Any, otherwise: float) -> Number:
    """The elements that a mask includes; the others count as what changes nothing."""
    if where is True:
        return x
    return operate(RULES["where"], where, x, otherwise)


@implements(np.sum)
def sum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """Σ a over the axes, all of them by default; every term has the partial 1.

    Booleans count as 0 and 1, in float64. Of no terms the sum is `initial`, 0 by default.

    Raises:
        AxisError: an axis is not there.

    >>> from autodiffx.reference import Variable
    >>> x = Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> np.sum(x, axis=0).value
    array([4., 6.])
    """
    x = _included(_terms(a, dtype, "np.sum"), where, 0.0)
    total = summed(x, axes_of(axis, np.ndim(x)), keepdims)
    return total if initial is None else total + initial


def count_along(x: Number, axes: tuple[int, ...], where: Any, keepdims: Any) -> Number:
    """How many elements each sum has: a number, or as many as there are sums."""
    if where is True:
        return float(np.prod([shape_of(x)[axis] for axis in axes]))
    mask = where if isinstance(where, Ranked) else np.asarray(where)
    included = np.broadcast_to(in_dtype(mask, BOOL), shape_of(x))
    if isinstance(included, Ranked):
        return summed(floating(included), axes, keepdims)
    return np.sum(included, axis=axes, keepdims=bool(keepdims), dtype=dtype_of(x))


@implements(np.mean)
def mean(
    a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = False, where: Any = True
) -> Any:
    """Σ a / n over the axes; NaN where there are no elements.

    >>> from autodiffx.reference import Variable
    >>> x = Variable([1.0, 2.0, 6.0])
    >>> x.mean().backward()
    >>> x.grad
    array([0.33333333, 0.33333333, 0.33333333])
    """
    x = _terms(a, dtype, "np.mean")
    axes = axes_of(axis, np.ndim(x))
    count = count_along(x, axes, where, keepdims)
    return in_dtype(summed(_included(x, where, 0.0), axes, keepdims) / count, dtype_of(x))


@implements(np.average)
def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, keepdims: Any = False
) -> Any:
    """Σ w a / Σ w over the axes; both a and w may be differentiated by.

    With `returned`, the pair of it and Σ w.

    Raises:
        TypeError, ValueError: the shapes of a and weights do not go together.
        ZeroDivisionError: plain weights add up to 0.
    """
    x = floating(array_of(a, "np.average"))
    axes = axes_of(axis, np.ndim(x))
    if weights is None:
        result = mean(x, axis, keepdims=keepdims)
        scale: Any = np.full(shape_of(result), count_along(x, axes, True, keepdims))
        return (result, scale) if returned else result
    w = _weights(floating(array_of(weights, "np.average")), x, axis, axes)
    scale = sum(w, axis, keepdims=keepdims)
    if not isinstance(w, Ranked) and np.any(scale == 0.0):
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    result = sum(x * w, axis, keepdims=keepdims) / scale
    return (result, np.broadcast_to(scale, shape_of(result))) if returned else result


def _weights(w: Number, x: Number, axis: Any, axes: tuple[int, ...]) -> Number:
    """Weights with an axis for each of x's."""
    shape, own = shape_of(x), shape_of(w)
    if own == shape:
        return w
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    if own != tuple(shape[i] for i in axes):
        raise ValueError("Shape of weights must be consistent with shape of a along specified axis")
    order = tuple(int(i) for i in np.argsort(axes))
    lengths = tuple(length if i in axes else 1 for i, length in enumerate(shape))
    return np.broadcast_to(np.reshape(np.transpose(w, order), lengths), shape)


@implements(np.var)
def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    """Σ (a - mean)² / (n - ddof) over the axes."""
    x = _terms(a, dtype, "np.var")
    axes = axes_of(axis, np.ndim(x))
    count = count_along(x, axes, where, True)
    if mean is None:
        mean = in_dtype(summed(_included(x, where, 0.0), axes, True) / count, dtype_of(x))
    squares = _included(FUNCTIONS["square"](x - mean), where, 0.0)
    count = count_along(x, axes, where, keepdims)
    left = FUNCTIONS["maximum"](count - (ddof if correction is None else correction), 0.0)
    return in_dtype(summed(squares, axes, keepdims) / left, dtype_of(x))


@implements(np.std)
def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    """√var; where the variance is 0 the derivative is 0, since that of the variance is."""
    found = var(a, axis, dtype, ddof, keepdims, where, mean, correction)
    return FUNCTIONS["sqrt"](found)


@implements(np.cumsum)
def cumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The sums of every element and all before it; all elements in C order without an axis."""
    x = _in_line(_terms(a, dtype, "np.cumsum"), axis)
    return apply(cumulate(axis_of(axis or 0, np.ndim(x))), x)


def _in_line(x: Number, axis: Any) -> Number:
    return np.ravel(x) if axis is None or not np.ndim(x) else x


def _truths(name: str, function: Any, axes: tuple[int, ...], shape: tuple[int, ...]) -> Multilinear:
    def primal(x: Number) -> Array:
        found: Array = function(np.asarray(x), axis=axes).reshape(shape)
        return settled(found)  # type: ignore[return-value]

    return Multilinear(name, primal, (None,), kind="passive")


def _decided(name: str, function: Any, a: Any, axis: Any, keepdims: Any, where: Any) -> Any:
    x = array_of(a, f"np.{name}")
    if where is not True:
        x = operate(RULES["where"], where, in_dtype(x, BOOL), float(name == "all"))
    axes = axes_of(axis, np.ndim(x))
    return apply(_truths(name, function, axes, reduced_shape(shape_of(x), axes, keepdims)), x)


@implements(np.any)
def any(a: Any, axis: Any = None, keepdims: Any = False, where: Any = True) -> Any:
    """Whether an element is not 0: booleans, passive, without a guard, and replayed."""
    return _decided("any", np.any, a, axis, keepdims, where)


@implements(np.all)
def all(a: Any, axis: Any = None, keepdims: Any = False, where: Any = True) -> Any:
    """Whether no element is 0: booleans, passive, without a guard, and replayed."""
    return _decided("all", np.all, a, axis, keepdims, where)


@implements(np.count_nonzero)
def count_nonzero(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """How many elements are not 0, in float64: passive, without a guard, and replayed."""
    x = array_of(a, "np.count_nonzero")
    return sum(apply(RULES["not_equal"], x, 0.0), axis, keepdims=keepdims)
