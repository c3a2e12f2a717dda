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
        f: a function of scalars that returns a scalar: plain numbers, Variables or Duals.
        argnums: the position of the argument to differentiate by, or a tuple of positions.

    Returns:
        A function with f's arguments. It gives the value and the derivative, a tuple of
        derivatives if argnums is one. They are floats, unless they depend on something
        active outside (an argument that is a Variable or a Dual, or a Variable that f
        captures): then they are Variables or Duals, and can be differentiated in turn.
        An argument that f ignores has the derivative 0.0. At kinks the operators'
        conventions hold (see the page on operators).

    Raises:
        TypeError: an argument or the result of f is no number.
        ValueError: argnums does not fit the call.

    >>> import autodiffx as adx
    >>> adx.value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
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
        f: a function of scalars that returns a scalar, or a tuple or list of them.
        primals: where, a tuple or list with one entry for each argument of f.
        tangents: the direction, as many.

    Returns:
        The value and its tangent, both in the shape of f's result. Every call carries a Dual of
        a level of its own and takes only that away, so that calls nest without confusion.

    Raises:
        TypeError: primals and tangents are no sequences, or hold or give what is no number.
        ValueError: they differ in length.

    >>> import autodiffx as adx
    >>> adx.jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.0))
    (12.0, 4.0)
    >>> adx.jvp(lambda x: x * adx.jvp(lambda y: x + y, (1.0,), (1.0,))[1], (5.0,), (1.0,))[1]
    1.0
    """
    return _jvp(f, primals, tangents)
