"""Functions applied along axes and by pieces, and places that depend on shapes alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array, as_arrays, join_new, rearranged
from autodiffx.numpy.deciding import any as any_over
from autodiffx.numpy.dispatch import function, is_traced
from autodiffx.numpy.order import unique
from autodiffx.numpy.primitives import axes_of, scatter_add, select
from autodiffx.numpy.rule import Rule
from autodiffx.numpy.views import moveaxis, reshape

__all__ = [
    "apply_along_axis",
    "apply_over_axes",
    "bincount",
    "common_type",
    "diag_indices_from",
    "i0",
    "iscomplexobj",
    "isin",
    "isrealobj",
    "piecewise",
    "result_type",
    "sliding_window_view",
    "tril_indices_from",
    "triu_indices_from",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
]


@function(np.apply_along_axis)
def apply_along_axis(
    func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any
) -> Any:
    """A function of lines along an axis, line by line, as `numpy.apply_along_axis`."""
    x = as_array(arr)
    at = axes_of(axis, x.ndim)[0]
    lines = moveaxis(x, at, -1)
    rest = lines.shape[:-1]
    found = [as_array(func1d(lines[place], *args, **kwargs)) for place in np.ndindex(*rest)]
    if not found:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    whole = reshape(join_new(found), (*rest, *found[0].shape))
    order = [*range(at), *range(len(rest), whole.ndim), *range(at, len(rest))]
    return whole.transpose(tuple(order))


@function(np.apply_over_axes)
def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """A function of an array and an axis, along one axis after the other.

    >>> import autodiffx as adx
    >>> x = adx.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> apply_over_axes(np.sum, x, (0, 1)).value
    array([[10.]])
    """
    x = as_array(a)
    for axis in (axes,) if np.ndim(axes) == 0 else axes:
        found = func(x, axis)
        if np.ndim(found) != x.ndim:
            found = reshape(found, [1 if i == axis % x.ndim else n for i, n in enumerate(x.shape)])
        x = found
    return x


@function(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """A function or number for each condition, as `numpy.piecewise`.

    Every function is given all elements; where several conditions hold the last counts.
    """
    place = as_array(x)
    given = condlist if isinstance(condlist, (list, tuple)) else [condlist]
    one = not is_traced(given[0]) and np.ndim(given[0]) == 0 and place.ndim != 0
    conditions = as_arrays([given] if one else given)
    functions = list(funclist)
    default: Any = 0.0
    if len(functions) == len(conditions) + 1:
        default = functions.pop()
    if len(functions) != len(conditions):
        raise ValueError(
            f"with {len(conditions)} condition(s), either {len(conditions)} or "
            f"{len(conditions) + 1} functions are expected"
        )

    def value(part: Any) -> Any:
        return part(place, *args, **kw) if callable(part) else part

    result = value(default)
    for condition, part in zip(conditions, functions, strict=True):
        result = select(condition, value(part), result)
    return result


@function(np.bincount)
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """The weights added up by plain integers x, as `numpy.bincount`."""
    if is_traced(x):
        raise TypeError("numpy.bincount takes plain integers: weights may be Variables")
    places = np.asarray(x)
    length = max(minlength, int(places.max()) + 1 if places.size else 0)
    return scatter_add(as_array(weights), places, (length,))


@function(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(x: Any, window_shape: Any, axis: Any = None, **_: Any) -> Any:
    """Windows that slide over an array: a copy, `numpy.lib.stride_tricks.sliding_window_view`."""
    return rearranged(np.lib.stride_tricks.sliding_window_view, as_array(x), window_shape, axis)


_bessel: Rule = Rule(
    "i",
    lambda x, order: _scaled(x, order),
    lambda adjoint, result, x, wanted, order: (
        adjoint * 0.5 * (_bessel(x, order=abs(order - 1)) + _bessel(x, order=order + 1))
    ),
)


def _scaled(x: Any, order: int) -> Any:
    if order == 0:
        return np.i0(x)
    from scipy.special import iv

    return iv(order, x)


@function(np.i0)
def i0(x: Any) -> Any:
    """The modified Bessel function of the first kind of order 0, as `numpy.i0`."""
    return _bessel(as_array(x), order=0)


# ---- what depends on shapes and dtypes alone ---------------------------------------------------


@function(np.diag_indices_from)
def diag_indices_from(arr: Any) -> Any:
    """The places of the diagonal, as `numpy.diag_indices_from`: plain integers."""
    return np.diag_indices_from(np.empty(arr.shape))


@function(np.tril_indices_from)
def tril_indices_from(arr: Any, k: int = 0) -> Any:
    """The places of the lower triangle, as `numpy.tril_indices_from`: plain integers."""
    return np.tril_indices_from(np.empty(arr.shape), k)


@function(np.triu_indices_from)
def triu_indices_from(arr: Any, k: int = 0) -> Any:
    """The places of the upper triangle, as `numpy.triu_indices_from`: plain integers."""
    return np.triu_indices_from(np.empty(arr.shape), k)


@function(np.isrealobj)
def isrealobj(x: Any) -> bool:
    """True: Variables are real.

    >>> import autodiffx as adx
    >>> isrealobj(adx.Variable([1.0]))
    True
    """
    return True


@function(np.iscomplexobj)
def iscomplexobj(x: Any) -> bool:
    """False: Variables are real.

    >>> import autodiffx as adx
    >>> iscomplexobj(adx.Variable([1.0]))
    False
    """
    return False


@function(np.result_type)
def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype of an operation on them, as `numpy.result_type`."""
    return np.result_type(*(each.dtype if is_traced(each) else each for each in arrays_and_dtypes))


@function(np.common_type)
def common_type(*arrays: Any) -> Any:
    """The floating-point type of an operation on them, as `numpy.common_type`."""
    return np.common_type(*(np.empty(0, each.dtype) for each in arrays))


# ---- sets -------------------------------------------------------------------------------------


@function(np.isin)
def isin(
    element: Any,
    test_elements: Any,
    assume_unique: bool = False,
    invert: bool = False,
    *,
    kind: Any = None,
) -> Any:
    """Whether each element is among others, as `numpy.isin`: a passive Variable."""
    x, others = as_array(element), as_array(test_elements)
    line = reshape(others, (-1,))
    same = any_over(reshape(x, (*x.shape, 1)) == line, axis=-1)
    return ~same if invert else same


@function(np.unique_values)
def unique_values(x: Any, /) -> Any:
    """The different elements, as `numpy.unique_values`."""
    return unique(x, equal_nan=False)


def _named(plain: Callable[..., Any], *parts: Any) -> Any:
    return type(plain(np.zeros(1)))(*parts)


@function(np.unique_counts)
def unique_counts(x: Any, /) -> Any:
    """The different elements and how often each occurs, as `numpy.unique_counts`."""
    return _named(np.unique_counts, *unique(x, return_counts=True, equal_nan=False))


@function(np.unique_inverse)
def unique_inverse(x: Any, /) -> Any:
    """The different elements and which of them each is, as `numpy.unique_inverse`."""
    return _named(np.unique_inverse, *unique(x, return_inverse=True, equal_nan=False))


@function(np.unique_all)
def unique_all(x: Any, /) -> Any:
    """The different elements, where, which and how many, as `numpy.unique_all`."""
    return _named(np.unique_all, *unique(x, True, True, True, equal_nan=False))
