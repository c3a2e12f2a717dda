"""Derivatives of functions: seed, sweep, shape."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from autodiffx._core import _jvp, _value_and_gradient

__all__ = ["grad", "jvp", "value_and_grad"]


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0
) -> Callable[..., tuple[Any, Any]]:
    """Function that returns ``(f(x, ...), df/dx)``.

    Args:
        f: a function that returns one number. Its arguments are numbers and arrays of any shape
            (plain, Variables or Duals), and lists, tuples and dicts of them, nested at will.
        argnums: the position of the argument to differentiate by, or a tuple of positions.

    Returns:
        A function with f's arguments. It gives the value and the derivative, a tuple of
        derivatives if argnums is one. The derivative by a number is a float, that by an
        array an ndarray of its shape in float32 if it is of float32 and else in float64, that
        by a container one of the same structure. What depends on something active outside (an
        argument that is a Variable or a Dual, or a Variable that f captures) is a Variable or
        a Dual instead, and can be differentiated in turn. What f ignores has the derivative
        zero. At kinks the operators' conventions hold (see the page on operators).

    Raises:
        TypeError: an argument or the result of f is no number, or the result is an array.
        ValueError: argnums does not fit the call.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> adx.value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    >>> adx.value_and_grad(lambda x: x[0] * x[1])(np.array([3.0, 4.0]))
    (12.0, array([4., 3.]))
    """
    if not callable(f):
        raise TypeError(f"value_and_grad() takes a function, got {type(f).__name__!r}")
    positions = argnums if isinstance(argnums, int) else tuple(argnums)

    @functools.wraps(f)
    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        return _value_and_gradient(f, positions, args, kwargs)

    return value_and_gradient


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Function that returns the derivative ``df/dx``: value_and_grad without the value.

    Nests to any order, and mixes with jvp, without confusing one derivative with another.

    >>> import autodiffx as adx
    >>> adx.grad(lambda x: x**3)(2.0)
    12.0
    >>> adx.grad(adx.grad(lambda x: x**3))(2.0)
    12.0
    >>> adx.grad(lambda p: p["slope"] * 2.0 + p["shift"])({"slope": 3.0, "shift": 1.0})
    {'slope': 2.0, 'shift': 1.0}
    """
    if not callable(f):
        raise TypeError(f"grad() takes a function, got {type(f).__name__!r}")
    positions = argnums if isinstance(argnums, int) else tuple(argnums)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return _value_and_gradient(f, positions, args, kwargs)[1]

    return gradient


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """``(f(*primals), sum of df/dx_i * tangents_i)``: the derivative along a direction, forward.

    Args:
        f: a function of numbers and arrays that returns one, or a tuple or list of them.
        primals: where, a tuple or list with one entry for each argument of f.
        tangents: the direction, as many, of the same shapes.

    Returns:
        The value and its tangent, both in the structure of f's result: floats, and ndarrays
        in the dtype that f calculates in. Every call carries a Dual of
        a level of its own and takes only that away, so that calls nest without confusion.

    Raises:
        TypeError: primals and tangents are no sequences, or hold or give what is no number.
        ValueError: they differ in length, or a tangent in shape from its primal.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> adx.jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.0))
    (12.0, 4.0)
    >>> adx.jvp(lambda x: x * x, (np.array([3.0, 4.0]),), (np.array([1.0, 0.0]),))
    (array([ 9., 16.]), array([6., 0.]))
    >>> adx.jvp(lambda x: x * adx.jvp(lambda y: x + y, (1.0,), (1.0,))[1], (5.0,), (1.0,))[1]
    1.0
    """
    return _jvp(f, primals, tangents)
