"""Derivatives of functions under autograd's names: all of them, and two made of others."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from autodiffx import segments
from autodiffx.compat.autograd.gradients import (
    deriv,
    elementwise_grad,
    grad,
    grad_and_aux,
    grad_named,
    hessian,
    holomorphic_grad,
    jacobian,
    value_and_grad,
)
from autodiffx.compat.autograd.products import (
    hessian_tensor_product,
    hessian_vector_product,
    jacobian_vector_product,
    jvp,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_jvp_reversemode,
    make_vjp,
    tensor_jacobian_product,
    vector_jacobian_product,
)
from autodiffx.compat.autograd.values import as_autograd

__all__ = [
    "checkpoint",
    "deriv",
    "elementwise_grad",
    "grad",
    "grad_and_aux",
    "grad_named",
    "hessian",
    "hessian_tensor_product",
    "hessian_vector_product",
    "holomorphic_grad",
    "jacobian",
    "jacobian_vector_product",
    "jvp",
    "make_ggnvp",
    "make_hvp",
    "make_jvp",
    "make_jvp_reversemode",
    "make_vjp",
    "multigrad_dict",
    "tensor_jacobian_product",
    "value_and_grad",
    "vector_jacobian_product",
]

Function = Callable[..., Any]


def multigrad_dict(fun: Function) -> Function:
    """Function that gives the gradients by all arguments at once, in a dict by their names.

    Arguments that are left out are differentiated by at their defaults; further positional ones
    have a tuple of gradients under the name that fun has for them, further keywords a dict.

    >>> multigrad_dict(lambda x, y=2.0: x * y)(3.0)
    {'x': np.float64(2.0), 'y': np.float64(3.0)}
    """
    signature = inspect.signature(fun)

    def gradients(*args: Any, **kwargs: Any) -> dict[str, Any]:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()

        def of_all(values: dict[str, Any]) -> Any:
            given = inspect.BoundArguments(signature, {**bound.arguments, **values})
            return fun(*given.args, **given.kwargs)

        found: dict[str, Any] = grad(of_all)(dict(bound.arguments))
        return found

    return gradients


def checkpoint(fun: Function) -> Function:
    """The same function, which is run again for its derivative instead of being recorded.

    It saves memory for time: what fun computes on the way is forgotten. Derivatives of any order
    are taken, and by the Boxes that fun captures as well.

    Raises:
        GraphError: fun gives another result when it runs again.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> grad(checkpoint(lambda x: np.sin(x) ** 2))(1.0) == grad(lambda x: np.sin(x) ** 2)(1.0)
    np.True_
    """
    return segments.checkpoint(functools.wraps(fun)(as_autograd(fun)))
