"""The methods of NumPy's ufuncs: reduce, accumulate and outer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import IMPLEMENTATIONS, finished
from autodiffx.reference.numpy.axes import axis_of
from autodiffx.reference.numpy.folds import accumulated, reduced
from autodiffx.reference.numpy.given import array_of, floating, plain_of
from autodiffx.reference.numpy.picking import target_of
from autodiffx.reference.shapes import shape_of

__all__ = ["METHODS", "written"]

# Where the reduction of a ufunc is a function of its own.
_REDUCTIONS = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
    np.logical_and: np.all,
    np.logical_or: np.any,
}
# Those of which other operators are reduced one element after another, from the first.
_FOLDED = ("fmax", "fmin", "hypot", "logaddexp")
_ACCUMULATIONS = {np.add: np.cumsum, np.multiply: np.cumprod}
_ACCUMULATED = (*_FOLDED, "maximum", "minimum", "subtract", "divide")


def _reduce(ufunc: np.ufunc, array: Any, axis: Any = 0, **options: Any) -> Any:
    """ufunc.reduce: over the first axis by default."""
    if not np.ndim(array):
        axis = None
    if ufunc in _REDUCTIONS:
        return IMPLEMENTATIONS[_REDUCTIONS[ufunc]](array, axis=axis, **options)
    if ufunc.__name__ not in _FOLDED:
        raise _unsupported(ufunc, "reduce")
    keepdims, initial = options.pop("keepdims", False), options.pop("initial", None)
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise NotImplementedError(
            f"np.{ufunc.__name__}.reduce with {', '.join(given)} is not supported on a Variable: "
            "leave it out"
        )
    if initial is None and ufunc.identity is not None:
        initial = ufunc.identity if 0 in shape_of(array) else None
    x = floating(array_of(array, "reduce"))
    return finished(reduced(ufunc.__name__, x, axis, keepdims, initial))


def _accumulate(ufunc: np.ufunc, array: Any, axis: Any = 0, **options: Any) -> Any:
    """ufunc.accumulate: along the first axis by default."""
    if not np.ndim(array):
        raise TypeError("cannot accumulate on a scalar")
    if ufunc in _ACCUMULATIONS:
        return IMPLEMENTATIONS[_ACCUMULATIONS[ufunc]](array, axis=axis, **options)
    if ufunc.__name__ not in _ACCUMULATED or options:
        raise _unsupported(ufunc, "accumulate")
    x = floating(array_of(array, "accumulate"))
    return accumulated(ufunc.__name__, x, axis_of(axis, np.ndim(x)))


def _outer(ufunc: np.ufunc, a: Any, b: Any, **options: Any) -> Any:
    """ufunc.outer: every element of a with every element of b."""
    function = FUNCTIONS.get(ufunc.__name__)
    if function is None or options or ufunc.nin != 2:
        raise _unsupported(ufunc, "outer")
    x, y = array_of(a, "outer"), array_of(b, "outer")
    return function(np.reshape(x, shape_of(x) + (1,) * np.ndim(y)), y)


def _at(ufunc: np.ufunc, array: Any, indices: Any, values: Any) -> None:
    """ufunc.at: one element after another becomes the ufunc of itself and a value."""
    where = f"np.{ufunc.__name__}.at"
    target = target_of(array, where)
    if not target.ndim:
        raise TypeError(f"{where} takes an array, not a number, which has no elements")
    places = np.arange(target.size).reshape(target.shape)[plain_of(indices, where, "indices")]
    given = np.ravel(np.broadcast_to(array_of(values, where), places.shape))
    for i, place in enumerate(places.reshape(-1)):
        at = tuple(map(int, np.unravel_index(place, target.shape)))
        target[at] = ufunc(target[at], given[i])


def written(ufunc: np.ufunc, inputs: Any, out: Any, where: Any = True) -> Any:
    """A ufunc's result, written into an array, where a mask is true.

    Raises:
        TypeError: it is a plain array.
    """
    [target] = out
    target_of(target, f"np.{ufunc.__name__} with out=")
    IMPLEMENTATIONS[np.copyto](target, ufunc(*inputs), where=where)
    return target


def _unsupported(ufunc: np.ufunc, method: str) -> Exception:
    return NotImplementedError(
        f"np.{ufunc.__name__}.{method} is not supported on a Variable with these arguments: "
        "write it with the operators, or use x.value for the plain numbers"
    )


METHODS: dict[str, Callable[..., Any]] = {
    "accumulate": _accumulate,
    "at": _at,
    "outer": _outer,
    "reduce": _reduce,
}
