"""Numbers made of arrays, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["inner", "total", "unbroadcast"]


def total(x: Any) -> Any:
    """The sum of the elements of anything that has a shape and can be indexed."""
    if x.shape == ():
        return x
    result: Any = 0.0
    for index in np.ndindex(*x.shape):
        result = result + x[index]
    return result


def inner(x: Any, weights: Any) -> Any:
    """The sum of the elements, each times a plain number."""
    weights = np.asarray(weights)
    if x.shape == ():
        return x * float(weights)
    result: Any = 0.0
    for index in np.ndindex(*x.shape):
        result = result + x[index] * float(weights[index])
    return result


def unbroadcast(array: Any, shape: tuple[int, ...]) -> Any:
    """The sum over the axes along which `shape` is repeated to give the array's."""
    array = np.asarray(array)
    array = array.sum(axis=tuple(range(array.ndim - len(shape))))
    repeated = tuple(i for i, n in enumerate(shape) if n == 1 and array.shape[i] != 1)
    return array.sum(axis=repeated, keepdims=True)
