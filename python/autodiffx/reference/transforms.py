"""Gradients of functions: `grad`, `value_and_grad` and `elementwise_grad`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.reference.argnums import Argnums, Arguments, as_argnums
from autodiffx.reference.call import Call, with_aux
from autodiffx.reference.containers import is_leaf
from autodiffx.reference.derivative import Derivative
from autodiffx.reference.dispatch import Ranked

__all__ = ["elementwise_grad", "grad", "value_and_grad"]


def grad(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The derivative of a function by one argument, or by several: x ↦ f'(x).

    Args:
        f: returns one number; its arguments are numbers, arrays, or containers of these, nested
            at will: lists, tuples, named tuples, dicts, dataclasses, and what was registered with
            optree. None in them stands for nothing.
        argnums: the argument to differentiate by: its position, counted from the last one if it is
            negative, or its name; or a tuple of these, then the result is a tuple.
        has_aux: `f` returns a pair (value, aux), and the function returned (gradient, aux).

    Returns:
        A function of the same arguments. It returns floats for numbers, and arrays of the shape
        and dtype of arrays, in containers of the argument's structure, unless the derivative
        depends on something active outside: an argument, or a Variable or Dual that `f` uses. Then
        it is a recorded Variable or a Dual, so that it can be differentiated again. By what `f`
        ignores it is zero. In `aux` numbers that depend on the call alone are plain as well.

    Raises:
        TypeError: an argument to differentiate by is or holds what is no number and no array, or
            is of bool, or an array of whole numbers; or the result of `f` is not one number.
        ValueError: there is no such argument, or `argnums` names one twice.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 3.0})
    {'a': 3.0, 'b': 2.0}
    >>> grad(lambda x, scale: x * scale, "scale")(2.0, scale=3.0)
    2.0
    >>> grad(lambda x: (x**3, x + 1.0), has_aux=True)(2.0)
    (12.0, 3.0)
    """
    value_and_gradient = value_and_grad(f, argnums, has_aux)

    @functools.wraps(f)
    def gradient(*args: Any, **options: Any) -> Any:
        value, derivative = value_and_gradient(*args, **options)
        return (derivative, value[1]) if has_aux else derivative

    return gradient


def value_and_grad(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Like `grad`, but the function returned gives (value, gradient): f is called once.

    With has_aux it gives ((value, aux), gradient).

    >>> value_and_grad(lambda x: x**3)(2.0)
    (8.0, 12.0)
    >>> value_and_grad(lambda x: (x**3, "cubed"), has_aux=True)(2.0)
    ((8.0, 'cubed'), 12.0)
    """
    require_function(f)
    chosen = as_argnums(argnums)

    @functools.wraps(f)
    def value_and_gradient(*args: Any, **options: Any) -> Any:
        arguments = Arguments(f, chosen, args, options)
        with Call(arguments.chosen()) as call:
            arguments.replace(call.opened)
            result = arguments.called()
            result, aux = with_aux(result) if has_aux else (result, None)
            _require_scalar(result)
            derivative = Derivative(call, result, "the result of a function given to grad")
            parts = call.arranged(derivative.pulled_back(derivative.ones()))
            value, aux = derivative.value, call.aux_closed(aux)
        call.rewind_if_plain(value, parts, aux)
        return (value, aux) if has_aux else value, arguments.in_form(parts)

    return value_and_gradient


def elementwise_grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The derivative of each element of the result by its own element: x ↦ d(Σ f(x))/dx.

    Args:
        f: applies one function to every element of an argument, so that each element of the
            result depends on its own element only; where it does not, the result is the sum of
            the derivatives of all elements. It returns a number, an array, or a container of them.
        argnums: as for `grad`.

    Returns:
        A function of the same arguments, which returns what `grad` of the sum would.

    Raises:
        TypeError, ValueError: as for `grad`, but the result may have any shape.

    >>> elementwise_grad(lambda x: x**3)(np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    require_function(f)
    chosen = as_argnums(argnums)

    @functools.wraps(f)
    def derivatives(*args: Any, **options: Any) -> Any:
        arguments = Arguments(f, chosen, args, options)
        with Call(arguments.chosen()) as call:
            arguments.replace(call.opened)
            result = arguments.called()
            derivative = Derivative(call, result, "the result of a function given to grad")
            parts = call.arranged(derivative.pulled_back(derivative.ones()))
        call.rewind_if_plain(parts)
        return arguments.in_form(parts)

    return derivatives


def require_function(f: Any) -> None:
    """Raises TypeError where it cannot be called."""
    if not callable(f):
        raise TypeError(f"a function is differentiated, not {type(f).__name__!r}")


def _require_scalar(result: Any) -> None:
    """Refuse results of which there is no gradient.

    Raises:
        TypeError: it is not one number.
    """
    if not is_leaf(result):
        raise TypeError(
            f"grad differentiates functions that return one number, not {type(result).__name__!r}: "
            "use jacobian() for the derivatives of everything in it"
        )
    shape = np.shape(result) if isinstance(result, (Ranked, np.ndarray)) else ()
    if shape != ():
        raise TypeError(
            f"grad differentiates functions that return one number, not an array of shape "
            f"{shape}: sum() it, or use jacobian() for the derivative of every element"
        )
