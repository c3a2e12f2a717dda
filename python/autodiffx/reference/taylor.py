"""Taylor coefficients of functions of numbers, along a direction."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.reference.containers import is_leaf, mapped
from autodiffx.reference.directional import _levels
from autodiffx.reference.dispatch import Ranked
from autodiffx.reference.number import is_number, to_array
from autodiffx.reference.recurrences import resized
from autodiffx.reference.series import Series

__all__ = ["taylor"]


def taylor(f: Callable[[Any], Any], x: Any, order: int, direction: Any = None) -> Any:
    """c_0 ... c_order in f(x + t direction) = Σ c_k t**k; k! c_k is the k-th derivative.

    Args:
        f: a function of one number, array, or list, tuple or dict of these.
        x: where. Of an array every element becomes a series: f is given an ndarray of them.
        order: the highest power.
        direction: of x's structure and shape; 1.0 if x is one number and it is left out.

    Returns:
        An array whose first axis is the power, of f's result; a container of such arrays.

    Raises:
        TypeError: x, the direction or the result is or holds what is no number, the order is no
            integer, or there is no direction where one is needed.
        ValueError: the order is negative, or the direction does not fit x.

    >>> taylor(lambda x: x**3, 2.0, 4)
    array([ 8., 12.,  6.,  1.,  0.])
    """
    if isinstance(order, bool) or not hasattr(order, "__index__"):
        raise TypeError(f"the order of taylor is an integer, not {type(order).__name__!r}")
    if operator.index(order) < 0:
        raise ValueError(f"the order of taylor is 0 or more, not {order}")
    mapped(_started, x)
    if direction is None:
        if not is_leaf(x) or np.shape(x) != ():
            raise TypeError("taylor of an array or a container needs a direction like it")
        direction = 1.0
    level = next(_levels)
    count = operator.index(order) + 1
    directions: list[Any] = []
    if mapped(lambda _: None, x) != mapped(directions.append, direction):
        raise ValueError("the direction of taylor is a container like x, and this is another")
    found = iter(directions)
    result = f(mapped(lambda leaf: _directed(leaf, next(found), count, level), x))
    if result is None:
        raise TypeError("taylor needs a function that returns numbers, and it returned None")
    return mapped(lambda leaf: _coefficients(leaf, count, level), result)


def _started(leaf: Any) -> Any:
    """What x and the direction consist of: numbers and arrays of float64 or float32."""
    if isinstance(leaf, Ranked):
        if leaf.shape != ():
            raise NotImplementedError("taylor of an array of Variables: take it element by element")
        return leaf.present()
    if isinstance(leaf, (bool, np.bool_)) or not (is_number(leaf) or isinstance(leaf, np.ndarray)):
        raise TypeError(f"taylor is taken by numbers and arrays, not {type(leaf).__name__!r}")
    if isinstance(leaf, np.ndarray) and leaf.dtype.kind != "f":
        raise TypeError(f"taylor is taken by arrays of floats, not of {leaf.dtype}")
    return to_array(leaf, "taylor")


def _directed(leaf: Any, direction: Any, count: int, level: int) -> Any:
    start, slope = _started(leaf), _started(direction)
    if np.shape(start) != np.shape(slope):
        raise ValueError(
            f"the direction of taylor has the shape of x, {np.shape(start)}, not {np.shape(slope)}"
        )
    if np.shape(start) == ():
        return Series(resized([start, slope], count), level)
    found = np.empty(np.shape(start), object)
    for place in np.ndindex(found.shape):
        terms = resized([float(start[place]), float(slope[place])], count)
        found[place] = Series(terms, level)
    return found


def _coefficients(result: Any, count: int, level: int) -> Any:
    if isinstance(result, np.ndarray) and result.ndim:
        whole = np.empty((count, *result.shape))
        for place in np.ndindex(result.shape):
            whole[(slice(None), *place)] = _coefficients(result[place], count, level)
        return whole
    if isinstance(result, Series) and result.level == level:
        terms = result.terms
    elif isinstance(result, Ranked) or is_number(result):
        terms = resized([result if isinstance(result, Ranked) else float(result)], count)
    else:
        raise TypeError(
            f"taylor needs functions that return numbers, not {type(result).__name__!r}"
        )
    if any(isinstance(each, Ranked) for each in terms):
        if any(isinstance(each, Series) for each in terms):
            nested = np.empty(count, object)
            for k, each in enumerate(terms):
                nested[k] = each
            return nested
        return np.stack(terms)
    return np.array(terms)
