"""Gradients, Jacobians and Hessians under autograd's names, by autodiffx's transforms."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx import jacobians, linear
from autodiffx._core import Dual, Variable, _follow_autograd, _value_and_gradient
from autodiffx.compat.autograd import core
from autodiffx.compat.autograd.core import with_checked_result
from autodiffx.compat.autograd.spaces import vspace
from autodiffx.compat.autograd.values import (
    as_autograd,
    handed_out,
    holds_box,
    like_argument,
    no_complex,
    plain_arguments,
    prepared,
    require_numbers,
    warn_if_independent,
)
from autodiffx.compat.autograd.wrap_util import get_name, unary_to_nary
from autodiffx.trees import flatten

__all__ = [
    "deriv",
    "elementwise_grad",
    "grad",
    "grad_and_aux",
    "grad_named",
    "hessian",
    "holomorphic_grad",
    "jacobian",
    "value_and_grad",
]

Function = Callable[..., Any]


def _value_and_gradient_of(who: str, fun: Function, x: Any) -> tuple[Any, Any]:
    given = prepared(x)
    single = False  # whether the value is of float32

    def one_number(x: Any) -> Any:
        nonlocal single
        before = _follow_autograd(True)
        try:
            result = fun(x)
        finally:
            _follow_autograd(before)
        if not isinstance(result, (Variable, Dual)):
            return _plain_number(who, fun, result)
        single = result.dtype == np.float32
        shape = result.shape
        if not shape:
            return result
        if result.size != 1:
            raise _no_number(who, fun, f"an array of shape {shape}")
        return result.reshape(())

    value, gradient = _value_and_gradient(one_number, 0, (given,), {})
    if type(value) is float:
        value = np.float32(value) if single else np.float64(value)
    return value, like_argument(gradient, given)


def _plain_number(who: str, fun: Function, result: Any) -> Any:
    """What does not depend on the argument, as a float."""
    leaves, tree = flatten(result)
    require_numbers([result] if result is None else leaves)
    if tree.specification is not None:
        raise _no_number(who, fun, type(result).__name__)
    if np.size(result) != 1:
        raise _no_number(who, fun, f"an array of shape {np.shape(result)}")
    warn_if_independent(leaves)
    return float(np.reshape(result, ()))


def _no_number(who: str, fun: Function, found: str) -> TypeError:
    return TypeError(
        f"{who}() is for functions that return one real number, and {get_name(fun)} returned "
        f"{found}: use jacobian() or elementwise_grad(), or sum it up"
    )


@unary_to_nary
def grad(fun: Function, x: Any) -> Any:
    """Function that gives the gradient of fun by an argument, in that argument's structure.

    Args:
        fun: a function that returns one real number, of any shape with one element.
        argnum: which argument, 0 if it is left out, or several: then the gradient is a tuple.

    Returns:
        A function of fun's arguments. Gradients by floats are NumPy's numbers, by arrays ndarrays
        in their dtype, by lists, tuples and dicts of these the same. In another trace they are
        Boxes.

    Raises:
        TypeError: fun returns something else, or an argument is an int, a bool or no number.
        IndexError: there is no such argument.
        NotImplementedError: something is complex.

    A function that does not depend on the argument has the gradient zero, with a warning.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> grad(np.tanh)(0.0)
    np.float64(1.0)
    >>> grad(lambda x, y: np.sum(x * y), (0, 1))(np.array([1.0, 2.0]), 3.0)
    (array([3., 3.]), np.float64(3.0))
    """
    return _value_and_gradient_of("grad", fun, x)[1]


@unary_to_nary
def value_and_grad(fun: Function, x: Any) -> tuple[Any, Any]:
    """Function that gives the value of fun and its gradient, as `grad` does.

    >>> value_and_grad(lambda x: x**2)(3.0)
    (np.float64(9.0), np.float64(6.0))
    """
    return _value_and_gradient_of("value_and_grad", fun, x)


@unary_to_nary
def grad_and_aux(fun: Function, x: Any) -> tuple[Any, Any]:
    """Function that gives the gradient of the first of two results of fun, and the second.

    >>> grad_and_aux(lambda x: (x**2, {"x": x}))(3.0)
    (np.float64(6.0), {'x': np.float64(3.0)})
    """
    given = prepared(x)
    value, pullback, aux = linear.vjp(as_autograd(fun), given, has_aux=True)
    leaves, tree = flatten(value)
    require_numbers(leaves)
    ones = tree.unflatten([np.ones(np.shape(leaf), _real(leaf))[()] for leaf in leaves])
    gradient = like_argument(pullback(ones)[0], given)
    # What is active outside keeps its derivative.
    inside = not holds_box(gradient) and not holds_box(value)
    return gradient, handed_out(plain_arguments(aux) if inside else aux)


def _real(leaf: Any) -> Any:
    return np.float32 if getattr(leaf, "dtype", None) == np.float32 else np.float64


@unary_to_nary
def elementwise_grad(fun: Function, x: Any) -> Any:
    """Function that gives the gradient of the sum of all elements of fun's result.

    Where each element of the result depends on the same one of the argument only, it is the
    derivative of each.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> elementwise_grad(lambda x: x**3)(np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    vjp, value = core.make_vjp(fun, x)
    return vjp(vspace(value).ones())


@unary_to_nary
def deriv(fun: Function, x: Any) -> Any:
    """Function that gives the derivative of fun along ones, in forward mode.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> deriv(np.sin)(0.0)
    np.float64(1.0)
    """
    return core.make_jvp(fun, x)(vspace(x).ones())[1]


def _of_one_array(who: str, fun: Function, x: Any) -> Any:
    """fun, after it has been seen that neither its argument nor its result is a container."""
    given = prepared(x)
    run = with_checked_result(fun)
    if flatten(given)[1].specification is not None:
        raise TypeError(
            f"{who}() differentiates by a number or an array, got {type(x).__name__}: use "
            f"autodiffx.{who}(), which takes containers, or flatten() it"
        )

    def checked(x: Any) -> Any:
        result = run(x)
        if flatten(result)[1].specification is not None:
            raise TypeError(
                f"{who}() is for functions that return a number or an array, and {get_name(fun)} "
                f"returned {type(result).__name__}: join it with np.array() or np.concatenate()"
            )
        return result

    return checked, given


@unary_to_nary
def jacobian(fun: Function, x: Any) -> Any:
    """Function that gives the Jacobian of fun, of shape ``result.shape + argument.shape``.

    Taken forward or in reverse, whichever needs fewer sweeps.

    Raises:
        TypeError: as `grad`; or the argument or the result is a list, tuple or dict.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> jacobian(lambda x: x[1:] * x[0])(np.array([2.0, 3.0, 4.0]))
    array([[3., 2., 0.],
           [4., 0., 2.]])
    """
    checked, given = _of_one_array("jacobian", fun, x)
    return _as_array(jacobians.jacobian(checked)(given), given)


@unary_to_nary
def hessian(fun: Function, x: Any) -> Any:
    """Function that gives the Hessian, of shape ``result.shape + argument.shape * 2``.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 4.0]))
    array([[8., 6.],
           [6., 0.]])
    """
    checked, given = _of_one_array("hessian", fun, x)
    return _as_array(jacobians.hessian(checked)(given), given)


def _as_array(found: Any, x: Any) -> Any:
    """The derivative by x as an array, in x's dtype."""
    if isinstance(found, (float, np.ndarray)):
        return np.asarray(found, _real(x))
    return found


def holomorphic_grad(fun: Function, argnum: Any = 0) -> Function:
    """Raises NotImplementedError: derivatives of complex numbers are not supported.

    >>> holomorphic_grad(abs)
    Traceback (most recent call last):
        ...
    NotImplementedError: holomorphic_grad(): derivatives of complex numbers are not supported. \
Take the real and the imaginary part as two real arrays
    """
    raise no_complex("holomorphic_grad()")


def grad_named(fun: Function, argname: str) -> Function:
    """`grad` by the argument of that name, which is passed by position.

    Raises:
        ValueError: fun has no argument of that name.

    >>> grad_named(lambda x, y: x * y, "y")(3.0, 4.0)
    np.float64(3.0)
    """
    names = inspect.getfullargspec(fun).args
    if argname not in names:
        raise ValueError(
            f"{get_name(fun)} has no argument {argname!r}: it has {', '.join(names) or 'none'}"
        )
    gradient: Function = grad(fun, names.index(argname))
    return gradient
