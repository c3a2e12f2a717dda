"""The transform: Taylor coefficients of a function along a direction."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx._core import Constant, Dual, Variable
from autodiffx.trees import LEAF, flatten

__all__ = ["taylor"]

_levels = itertools.count(1)


def taylor(f: Callable[[Any], Any], x: Any, order: int, direction: Any = None) -> Any:
    """Coefficients c_0 ... c_order of ``f(x + t * direction) = sum of c_k t**k``, in one pass.

    They are normalised: c_k is the k-th derivative by t at t = 0, divided by k!. So
    ``math.factorial(k) * c[k]`` is that derivative, and c_1 is the tangent that `jvp` gives.
    f is called once, on truncated power series; an operator costs a number of multiplications
    that grows with the square of the order. (With its cube for gamma, lgamma, digamma, polygamma,
    beta, betaln and sinc, which obey no simple differential equation, for log_ndtr left of 0, whose
    equation cancels, and for powers of 0 that are no plain non-negative integers.)

    Args:
        f: a function of one argument, a number, an array or a container of these (lists, tuples,
            dicts and what optree knows), that is made of Python's operators, functions of the
            operator table and functions of numpy or autodiffx.numpy.
        x: where, a float or an array of float64 or float32, or a container of these.
        order: the highest power, 0 or more.
        direction: of x's structure and shapes. 1.0 if x is one number and it is left out.

    Returns:
        An array of shape ``(order + 1, *out.shape)``, c_k at index k; if f returns a container,
        one of its structure of such arrays. Variables, Duals and enclosing calls of taylor pass
        through: if x, the direction or what f captures is active, so is the result, and can be
        differentiated in turn.

    Raises:
        TypeError: order is no integer; x, the direction or f's result is or holds what is no
            number; there is no direction and x is no number; f calls `grad` or `jvp` on what it
            was given (nest taylor instead), or writes into it.
        ValueError: order is negative, or the direction is of another structure or shape.
        NotImplementedError: a function of NumPy that is not supported, by name.

    A kinked operator has the series of the branch that its value is on, and at a kink that of the
    table's convention: ``abs`` of ``t`` at 0 has coefficients 0. Where f has no derivatives (the
    square root at 0) coefficients are infinite or NaN.

    Source: A. Griewank and A. Walther, Evaluating Derivatives, 2nd edition (2008), chapter 13.

    >>> import autodiffx as adx
    >>> adx.taylor(adx.exp, 0.0, 4)
    array([1.        , 1.        , 0.5       , 0.16666667, 0.04166667])
    >>> import numpy as np
    >>> adx.taylor(lambda x: x[0] * x[1] ** 2, np.array([2.0, 3.0]), 3, np.array([1.0, 1.0]))
    array([18., 21.,  8.,  1.])
    """
    from autodiffx.series.series import Series, is_number, parts

    if not callable(f):
        raise TypeError(f"taylor() takes a function, got {type(f).__name__!r}")
    highest = _order(order)
    leaves, tree = flatten(x)
    starts = [_checked("x", leaf) for leaf in leaves]
    if direction is None:
        if np.ndim(x) or not is_number(x):
            raise TypeError(
                "taylor() of an array or a container needs a direction of its structure and shapes"
            )
        direction = 1.0
    directions, theirs = flatten(direction)
    if theirs != tree:
        raise ValueError(
            f"the direction of taylor() has the structure of x: expected {tree}, got {theirs}"
        )
    level = next(_levels)
    given = []
    for start, each in zip(starts, directions, strict=True):
        slope = _checked("the direction", each)
        if np.shape(start) != np.shape(slope):
            raise ValueError(
                f"the direction of taylor() has the shape of x: expected {np.shape(start)}, "
                f"got {np.shape(slope)}"
            )
        coefficients = [start, slope][: highest + 1]
        given.append(Series(coefficients, highest, level))
    result = f(tree.unflatten(given))
    if result is None:
        raise TypeError("taylor() takes functions that return numbers and arrays, got None")
    found, tree = ([result], LEAF) if isinstance(result, Series) else flatten(result)
    for each in found:
        if not is_number(each):
            raise TypeError(
                f"taylor() takes functions that return numbers and arrays, got "
                f"{type(each).__name__!r}"
            )
    return tree.unflatten([_stacked(parts(each, level), highest) for each in found])


def _order(order: Any) -> int:
    if isinstance(order, (bool, np.bool_)):
        raise TypeError("the order of taylor() is an integer, got a bool")
    try:
        found = operator.index(order)
    except TypeError:
        raise TypeError(
            f"the order of taylor() is an integer, got {type(order).__name__!r}"
        ) from None
    if found < 0:
        raise ValueError(f"the order of taylor() is 0 or more, got {found}")
    return found


def _checked(what: str, leaf: Any) -> Any:
    """A number to start from, a Python float if it is a plain one; or an array of its own."""
    from autodiffx.series.series import Series

    if isinstance(leaf, (Variable, Dual, Series)):
        if isinstance(leaf, Constant):
            return leaf.value
        return leaf
    if isinstance(leaf, (float, int, np.number)) and not isinstance(leaf, (bool, complex)):
        return leaf if isinstance(leaf, np.float32) else float(leaf)
    if isinstance(leaf, np.ndarray):
        native = leaf.dtype.newbyteorder("=")
        if native not in (np.float64, np.float32):
            raise TypeError(
                f"{what} of taylor() is of float64 or float32, got an array of {leaf.dtype}: "
                "convert it with .astype(float)"
            )
        return leaf.astype(native) if leaf.ndim else float(leaf)
    raise TypeError(
        f"{what} of taylor() is a number, an array or a container of these, got "
        f"{type(leaf).__name__!r}"
    )


def _stacked(coefficients: list[Any], order: int) -> Any:
    """All of them as one array, along a new first axis."""
    from autodiffx.series.series import Series

    zero = np.zeros(np.shape(coefficients[0]), getattr(coefficients[0], "dtype", np.float64))
    every = [zero if c is None else c for c in coefficients]
    every += [zero] * (order + 1 - len(every))
    if any(isinstance(c, (Variable, Dual, Series)) for c in every):
        from autodiffx import numpy as anp

        return anp.stack(every)
    return np.array(every)
