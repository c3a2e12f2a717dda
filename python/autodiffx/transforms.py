"""Derivatives of functions: seed, sweep, shape."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from autodiffx._core import _value_and_gradient
from autodiffx.arguments import Argnums, choose, require_function
from autodiffx.trees import LEAF

__all__ = ["grad", "jvp", "value_and_grad"]


def value_and_grad(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """Function that returns ``(f(x, ...), df/dx)``.

    Args:
        f: a function that returns one number. Its arguments are numbers and arrays of any shape
            (plain, Variables or Duals), and containers of them: lists, tuples, named tuples,
            dicts, dataclasses and classes registered with optree, nested at will.
        argnums: which argument to differentiate by: its position, from the end if negative, or
            its name; or a tuple or list of these.
        has_aux: f returns ``(value, aux)``, where aux may be anything.

    Returns:
        A function with f's arguments. It gives the value and the derivative, a tuple of
        derivatives if argnums is one; with has_aux ``((value, aux), derivative)``. The derivative
        by a number is a float, that by an array an ndarray of its shape in float32 if it is of
        float32 and else in float64, that by a container one of the same structure. What depends on
        something active outside (an argument that is a Variable or a Dual, or a Variable that f
        captures) is a Variable or a Dual instead, and can be differentiated in turn. What f ignores
        has the derivative zero. At kinks the operators' conventions hold (see the page on
        operators).

    Raises:
        TypeError: an argument or the result of f is no number (as an argument a bool is none, nor
            is an array of integers), or the result is an array.
        ValueError: argnums does not fit the call.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> adx.value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    >>> adx.value_and_grad(lambda x: x[0] * x[1])(np.array([3.0, 4.0]))
    (12.0, array([4., 3.]))
    >>> adx.value_and_grad(lambda x: (x * x, "seen"), has_aux=True)(3.0)
    ((9.0, 'seen'), 6.0)
    """
    require_function("value_and_grad", f)
    positions = argnums if type(argnums) is int else None

    @functools.wraps(f)
    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        if positions is not None and not has_aux:
            return _value_and_gradient(f, positions, args, kwargs)
        return _by_choice("value_and_grad", f, argnums, has_aux, args, kwargs)

    return value_and_gradient


def _by_choice(
    who: str,
    f: Callable[..., Any],
    argnums: Argnums,
    has_aux: bool,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> tuple[Any, Any]:
    """What `value_and_grad` gives, where the engine does not choose the argument itself."""
    chosen = choose(who, f, argnums, args, kwargs)
    if not has_aux:
        at = tuple(range(len(chosen.values)))
        value, gradient = _value_and_gradient(chosen.call, at, tuple(chosen.values), {})
        return value, chosen.result(gradient)
    from autodiffx.runs import Run

    with Run(who, chosen.call, chosen.values, has_aux=True) as run:
        if run.tree != LEAF:
            raise TypeError(
                f"{who}() with has_aux=True needs a function that returns (one number, aux), got "
                f"{type(run.value).__name__!r} for the number"
            )
        derivatives = run.by_argument(run.derivatives(run.outputs[0]))
        return (run.value, run.aux), chosen.result(derivatives)


def grad(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Function that returns the derivative ``df/dx``: value_and_grad without the value.

    Nests to any order, and mixes with jvp, without confusing one derivative with another. With
    has_aux it returns ``(df/dx, aux)``.

    >>> import autodiffx as adx
    >>> adx.grad(lambda x: x**3)(2.0)
    12.0
    >>> adx.grad(adx.grad(lambda x: x**3))(2.0)
    12.0
    >>> adx.grad(lambda p: p["slope"] * 2.0 + p["shift"])({"slope": 3.0, "shift": 1.0})
    {'slope': 2.0, 'shift': 1.0}
    >>> adx.grad(lambda x, y: x * y, argnums=("y", 0))(2.0, 3.0)
    (2.0, 3.0)
    """
    require_function("grad", f)
    positions = argnums if type(argnums) is int else None

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        if positions is not None and not has_aux:
            return _value_and_gradient(f, positions, args, kwargs)[1]
        value, derivative = _by_choice("grad", f, argnums, has_aux, args, kwargs)
        return (derivative, value[1]) if has_aux else derivative

    return gradient


def jvp(
    f: Callable[..., Any],
    primals: Sequence[Any],
    tangents: Sequence[Any],
    has_aux: bool = False,
) -> tuple[Any, ...]:
    """``(f(*primals), sum of df/dx_i * tangents_i)``: the derivative along a direction, forward.

    Args:
        f: a function of numbers, arrays and containers of them that returns any of these.
        primals: where, a tuple or list with one entry for each argument of f.
        tangents: the direction, as many, of the same structure and shapes.
        has_aux: f returns ``(result, aux)``, where aux may be anything.

    Returns:
        The value and its tangent, both in the structure of f's result: floats, and ndarrays
        in the dtype that f calculates in; with has_aux also aux. Every call carries a Dual of
        a level of its own and takes only that away, so that calls nest without confusion.

    Raises:
        TypeError: primals and tangents are no sequences, or hold or give what is no number, or
            differ in structure.
        ValueError: they differ in length, or a tangent in shape from its primal.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> adx.jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.0))
    (12.0, 4.0)
    >>> adx.jvp(lambda x: x * x, (np.array([3.0, 4.0]),), (np.array([1.0, 0.0]),))
    (array([ 9., 16.]), array([6., 0.]))
    >>> adx.jvp(lambda p: {"area": p[0] * p[1]}, ([2.0, 3.0],), ([1.0, 0.0],))[1]
    {'area': 3.0}
    >>> adx.jvp(lambda x: x * adx.jvp(lambda y: x + y, (1.0,), (1.0,))[1], (5.0,), (1.0,))[1]
    1.0
    """
    from autodiffx.directions import push_forward

    require_function("jvp", f)
    return push_forward(f, primals, tangents, has_aux)
