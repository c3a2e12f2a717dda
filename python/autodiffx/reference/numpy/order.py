"""Elements in order, and what stands at some place in it."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, apply
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import implements
from autodiffx.reference.numpy.axes import axes_of, axis_of, merged, reduced_shape, unmerged
from autodiffx.reference.numpy.choices import ordered
from autodiffx.reference.numpy.given import array_of, floating, in_dtype, plain_of
from autodiffx.reference.shapes import dtype_of, shape_of

__all__: list[str] = []

_where = FUNCTIONS["where"]


def _in_order(a: Any, axis: Any, name: str, kth: tuple[int, ...] | None = None) -> Any:
    x = floating(array_of(a, name))
    if axis is None:
        x, axis = np.ravel(x), -1
    axis = axis_of(axis, np.ndim(x))
    line = np.moveaxis(x, axis, -1)
    if kth is not None:
        np.argpartition(np.empty(shape_of(line)), kth)  # raises where there is no such place
    return np.moveaxis(apply(ordered(kth), line, line), -1, axis)


@implements(np.sort)
def sort(a: Any, axis: Any = -1, kind: Any = None, stable: Any = None) -> Any:
    """The elements along an axis in rising order, NaN last; equal ones stay in their order.

    So a derivative is the permuted one, and of equal elements the first has the first place,
    whatever `kind` says.

    >>> from autodiffx.reference import Variable
    >>> x = Variable([3.0, 1.0, 2.0])
    >>> np.sort(x).backward([10.0, 20.0, 30.0])
    >>> x.grad
    array([30., 10., 20.])
    """
    return _in_order(a, axis, "np.sort")


@implements(np.partition)
def partition(a: Any, kth: Any, axis: Any = -1, kind: Any = None) -> Any:
    """The elements along an axis, of which that at `kth` is where sorting would put it."""
    places = np.atleast_1d(plain_of(kth, "np.partition", "kth"))
    return _in_order(a, axis, "np.partition", tuple(map(operator.index, places)))


def _none_unknown(found: Number, line: Number) -> Number:
    """NaN where one of the elements in order is: it is the last."""
    last = line[..., -1]
    return _where(FUNCTIONS["isnan"](last), last, found)


@implements(np.median)
def median(a: Any, axis: Any = None, overwrite_input: bool = False, keepdims: Any = False) -> Any:
    """The middle element over the axes, or the mean of the two in the middle; NaN where one is.

    Of equal elements that one counts which stands in the middle of the stable order.

    >>> from autodiffx.reference import Variable
    >>> x = Variable([5.0, 1.0, 2.0, 9.0])
    >>> np.median(x).backward()
    >>> x.grad
    array([0.5, 0. , 0.5, 0. ])
    """
    x = floating(array_of(a, "np.median"))
    shape, axes = shape_of(x), axes_of(axis, np.ndim(x))
    line = merged(x, axes)
    count = shape_of(line)[-1]
    if 0 in shape_of(line):
        return unmerged(np.mean(line, axis=-1), shape, axes, keepdims)
    line = apply(ordered(), line, line)
    upper = line[..., count // 2]
    middle = upper if count % 2 else (line[..., count // 2 - 1] + upper) / 2.0
    return unmerged(_none_unknown(middle, line), shape, axes, keepdims)


def _between(numpys: Any, a: Any, q: Any, axis: Any, method: str, keepdims: Any, name: str) -> Any:
    """What stands at places in the order that NumPy's own function says, between two elements."""
    plain = plain_of(q, name, "q")
    x = floating(array_of(a, name))
    axes = axes_of(axis, np.ndim(x))
    line = merged(x, axes)
    count = shape_of(line)[-1]
    # Of the numbers 0, 1, 2 ... each is its own place.
    place = np.asarray(numpys(np.arange(count, dtype=dtype_of(x)), plain, method=method))
    lower = np.floor(place.reshape(-1)).astype(np.intp)
    share = place.reshape(-1) - lower.astype(place.dtype)
    line = in_dtype(apply(ordered(), line, line), place.dtype)
    below, above = line[..., lower], line[..., np.minimum(lower + 1, count - 1)]
    found = _where(share == 0.0, below, below + (above - below) * share)
    last = line[..., -1:]
    found = np.moveaxis(_where(FUNCTIONS["isnan"](last), last, found), -1, 0)
    return np.reshape(found, place.shape + reduced_shape(shape_of(x), axes, keepdims))


@implements(np.quantile)
def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = False,
) -> Any:
    """What a fraction q of the elements over the axes lies below, by any of NumPy's methods.

    Between two elements in order it is interpolated, so these two share the partial. q is plain.

    Raises:
        ValueError: q is not within [0, 1], or the method is unknown.
        IndexError: there are no elements.
    """
    return _between(np.quantile, a, q, axis, method, keepdims, "np.quantile")


@implements(np.percentile)
def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = False,
) -> Any:
    """What q per cent of the elements over the axes lie below: as quantile."""
    return _between(np.percentile, a, q, axis, method, keepdims, "np.percentile")
