"""NumPy's linear functions of Series: each coefficient by itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from autodiffx.series.products import at
from autodiffx.series.series import Series, level_of

__all__ = ["JOINT", "LINEAR", "jointly", "series_in"]

# Functions that are linear in their first argument, the only one that may be a Series.
LINEAR: dict[Callable[..., Any], Callable[..., Any]] = {}

# Functions that are linear in several arguments together, and by which names these go.
JOINT: dict[Callable[..., Any], tuple[str | int, ...]] = {
    np.append: (0, 1, "arr", "values"),
    np.broadcast_arrays: (0, 1, 2, 3, 4, 5, 6, 7),
    np.block: (0, "arrays"),
    np.column_stack: (0, "tup"),
    np.concatenate: (0, "arrays"),
    np.diff: (0, "a", "prepend", "append"),
    np.dstack: (0, "tup"),
    np.hstack: (0, "tup"),
    np.insert: (0, 2, "arr", "values"),
    np.meshgrid: (0, 1, 2, 3, 4, 5, 6, 7),
    np.select: (1, 2, "choicelist", "default"),
    np.stack: (0, "arrays"),
    np.vstack: (0, "tup"),
}


def series_in(arguments: Any) -> list[Series]:
    """The Series among these, and in lists, tuples and dicts of them."""
    if isinstance(arguments, Series):
        return [arguments]
    if isinstance(arguments, dict):
        arguments = arguments.values()
    elif not isinstance(arguments, (tuple, list)):
        return []
    return [found for each in arguments for found in series_in(each)]


# What would be written into, would be added to every coefficient, or would round them.
NOT_LINEAR = ("out", "initial", "dtype")


def refuse_named(function: Callable[..., Any], args: Any, keywords: dict[str, Any]) -> None:
    """Raises for arguments of a function of NumPy that make it another than a linear one."""
    given = dict(keywords)
    with suppress(TypeError, ValueError):  # without a signature it takes these by keyword only
        given = inspect.signature(function).bind(*args, **keywords).arguments
    for name in NOT_LINEAR:
        value = given.get(name)
        if value is None or value is np._NoValue:
            continue
        if name != "dtype" or np.dtype(value).kind != "f":
            raise NotImplementedError(f"numpy.{function.__name__} of Series takes no {name}=")


def _linear(function: Callable[..., Any]) -> Callable[..., Any]:
    def applied(x: Any, *args: Any, **keywords: Any) -> Any:
        refuse_named(function, (x, *args), keywords)
        if not isinstance(x, Series) or series_in((args, keywords)):
            raise NotImplementedError(
                f"numpy.{function.__name__} takes a Series of taylor() as its first argument only"
            )
        return _joined(
            x, [None if c is None else function(c, *args, **keywords) for c in x.coefficients]
        )

    return applied


def _joined(like: Series, results: list[Any]) -> Any:
    """The results for each power as one Series, or as several if each is a list or tuple."""
    if not isinstance(results[0], (tuple, list)):
        return like.like(results)
    several = [
        like.like([None if result is None else result[i] for result in results])
        for i in range(len(results[0]))
    ]
    return several if isinstance(results[0], list) else tuple(several)


def _at(arguments: Any, k: int, level: int) -> Any:
    """The coefficients of t**k of all that these hold, zeros of constants."""
    if isinstance(arguments, Series) and arguments.level == level:
        found = at(arguments.coefficients, k)
        return np.zeros(arguments.shape) if found is None else found
    if isinstance(arguments, (tuple, list)):
        return type(arguments)([_at(each, k, level) for each in arguments])
    return arguments if k == 0 or arguments is np._NoValue else np.zeros(np.shape(arguments))


def jointly(function: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """What a function of JOINT makes of arguments that hold Series."""
    refuse_named(function, args, keywords)
    operands = JOINT[function]
    inside = [x for i, x in enumerate(args) if i in operands]
    named = {name: x for name, x in keywords.items() if name in operands}
    outside = [x for i, x in enumerate(args) if i not in operands]
    outside += [x for name, x in keywords.items() if name not in operands]
    if series_in(outside):
        raise TypeError(f"numpy.{function.__name__} takes plain places and conditions, no Series")
    like = level_of(*series_in((inside, named)))
    count = max(len(x.coefficients) for x in series_in((inside, named)) if x.level == like.level)

    def result(k: int) -> Any:
        at_k = [_at(x, k, like.level) if i in operands else x for i, x in enumerate(args)]
        named_at_k = {
            name: _at(x, k, like.level) if name in operands else x for name, x in keywords.items()
        }
        return function(*at_k, **named_at_k)

    return _joined(like, [result(k) for k in range(count)])


LINEAR.update(
    (each, _linear(each))
    for each in (
        np.array_split, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.broadcast_to, np.copy,
        np.cumsum, np.delete, np.diag, np.diagflat, np.diagonal, np.dsplit,
        np.expand_dims, np.flip, np.fliplr, np.flipud, np.hsplit, np.matrix_transpose, np.mean,
        np.moveaxis, np.ravel, np.repeat, np.reshape, np.resize, np.roll, np.rollaxis, np.rot90,
        np.split, np.squeeze, np.sum, np.swapaxes, np.take, np.take_along_axis, np.tile,
        np.trace, np.transpose, np.trapezoid, np.tril, np.triu, np.unstack, np.vsplit,
        np.linalg.diagonal, np.linalg.matrix_transpose, np.linalg.trace,
    )
)  # fmt: skip
