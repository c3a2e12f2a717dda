"""Products with Jacobians and Hessians, without these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx import linear
from autodiffx.compat.autograd import core
from autodiffx.compat.autograd.core import with_checked_result
from autodiffx.compat.autograd.gradients import grad, jacobian
from autodiffx.compat.autograd.values import conformed, handed_out, like_argument, prepared
from autodiffx.compat.autograd.wrap_util import unary_to_nary
from autodiffx.trees import flatten

__all__ = [
    "hessian_tensor_product",
    "hessian_vector_product",
    "jacobian_vector_product",
    "jvp",
    "make_ggnvp",
    "make_hvp",
    "make_jvp",
    "make_jvp_reversemode",
    "make_vjp",
    "tensor_jacobian_product",
    "vector_jacobian_product",
]

Function = Callable[..., Any]

make_vjp = unary_to_nary(core.make_vjp)
make_jvp = unary_to_nary(core.make_jvp)


@unary_to_nary
def make_hvp(fun: Function, x: Any) -> tuple[Function, Any]:
    """Function that gives ``(hvp, gradient)`` at a point: v ↦ H v, and the gradient of fun.

    fun runs once; each product is one sweep.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> hvp, gradient = make_hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    >>> hvp(np.array([1.0, 0.0])), gradient
    (array([6., 0.]), array([ 3., 12.]))
    """
    given = prepared(x)
    gradient, push = linear.linearize(grad(fun), given)
    leaves, tree = flatten(given)

    def hvp(v: Any) -> Any:
        return like_argument(push(conformed("a tangent", v, leaves, tree)), given)

    return hvp, like_argument(gradient, given)


@unary_to_nary
def make_jvp_reversemode(fun: Function, x: Any) -> Function:
    """Function that gives v ↦ J v at a point, from one run of fun.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> make_jvp_reversemode(np.exp)(0.0)(2.0)
    np.float64(2.0)
    """
    given = prepared(x)
    push = linear.linearize(with_checked_result(fun), given)[1]
    leaves, tree = flatten(given)
    return lambda v: handed_out(push(conformed("a tangent", v, leaves, tree)))


def hessian_tensor_product(fun: Function, argnum: Any = 0) -> Function:
    """Function that gives the Hessian of fun times a tensor, which is its last argument.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> product = hessian_tensor_product(lambda x: np.sum(x**3))
    >>> product(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    array([ 6., 12.])
    """

    def product(*args: Any, **kwargs: Any) -> Any:
        *given, tensor = args
        return make_hvp(fun, argnum)(*given, **kwargs)[0](tensor)

    return product


hessian_vector_product = hessian_tensor_product


def tensor_jacobian_product(fun: Function, argnum: Any = 0) -> Function:
    """Function that gives a tensor, which is its last argument, times the Jacobian of fun.

    All axes of the tensor are contracted with as many first axes of fun's result.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> product = tensor_jacobian_product(lambda x: x**2)
    >>> product(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    array([ 2., 40.])
    """
    from autodiffx.numpy import tensordot

    def contracted(*args: Any, **kwargs: Any) -> Any:
        *given, tensor = args
        return tensordot(tensor, fun(*given, **kwargs), axes=np.ndim(tensor))

    product: Function = jacobian(contracted, argnum)
    return product


vector_jacobian_product = tensor_jacobian_product


def jacobian_vector_product(fun: Function, argnum: Any = 0) -> Function:
    """Function that gives the Jacobian of fun times a vector, which is its last argument.

    The vector has the argument's structure. Also under the name `jvp`.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> jacobian_vector_product(lambda x: x**2)(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    array([ 2., 40.])
    """

    def product(*args: Any, **kwargs: Any) -> Any:
        *given, vector = args
        return make_jvp(fun, argnum)(*given, **kwargs)(vector)[1]

    return product


jvp = jacobian_vector_product


def make_ggnvp(f: Function, g: Function | None = None, f_argnum: Any = 0) -> Function:
    """Function that gives v ↦ Jᵀ H J v at a point: the generalised Gauss-Newton matrix times v.

    Args:
        f: a function with the Jacobian J.
        g: a function of f's result that returns one number, with the Hessian H; half the sum of
            squares along the last axis if it is left out.
        f_argnum: which argument of f.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> make_ggnvp(lambda x: x**2)(np.array([1.0, 2.0]))(np.array([1.0, 1.0]))
    array([ 4., 16.])
    """
    outer = _half_of_squares if g is None else g

    @unary_to_nary
    def at(f: Function, x: Any) -> Function:
        vjp, value = core.make_vjp(f, x)
        push = make_jvp_reversemode(f)(x)
        curvature = make_hvp(outer)(value)[0]
        return lambda v: vjp(curvature(push(v)))

    product: Function = at(f, f_argnum)
    return product


def _half_of_squares(x: Any) -> Any:
    return 0.5 * (x * x).sum(axis=-1) if np.ndim(x) else 0.5 * x * x
