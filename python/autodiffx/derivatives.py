"""Derivatives of functions of one vector, as solvers ask for them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx import jacobians
from autodiffx._core import Dual, Variable
from autodiffx.layout import Vector, leaves_of
from autodiffx.linear import linearize, vjp
from autodiffx.transforms import grad

__all__ = ["flat_values", "hessian", "hessian_product", "jacobian", "number", "recorded"]


def recorded(f: Callable[[Any], Any], x: Vector) -> tuple[float, Callable[[], Vector]]:
    """``(f(x), sweep)``, where ``sweep()`` is the gradient, from the recording of this one call."""
    value, pullback = vjp(f, x)

    def sweep() -> Vector:
        return np.array(pullback(1.0)[0], dtype=np.float64)

    return number(value), sweep


def hessian_product(f: Callable[[Any], Any], x: Vector) -> Callable[[Vector], Vector]:
    """The Hessian of f at x as a function of the direction that it multiplies."""
    gradient, pushforward = linearize(grad(f), x)
    plain(gradient)
    return lambda direction: np.array(pushforward(direction), dtype=np.float64)


def hessian(f: Callable[[Any], Any], x: Vector) -> Vector:
    """The Hessian of f at x, of the shape ``x.shape + x.shape``, symmetric to the last bit."""
    found = np.asarray(plain(jacobians.hessian(f)(x)), dtype=np.float64)
    rows = found.reshape(x.size, x.size)
    return (0.5 * (rows + rows.T)).reshape(x.shape + x.shape)


def jacobian(f: Callable[[Any], Any], x: Vector) -> Vector:
    """The matrix of the derivatives of all numbers that f returns, by those of the vector x."""
    blocks = jacobians.jacobian(lambda z: leaves_of(f(z)))(x)
    rows = [np.asarray(plain(block), dtype=np.float64).reshape(-1, x.size) for block in blocks]
    return np.concatenate(rows) if rows else np.zeros((0, x.size))


def products(
    f: Callable[[Any], Any], x: Vector
) -> tuple[Callable[[Vector], Vector], Callable[[Vector], Vector]]:
    """The Jacobian of f at x times a direction, and weights times the Jacobian, without it."""
    out, pushforward = linearize(lambda z: leaves_of(f(z)), x)
    shapes = [np.shape(plain(leaf)) for leaf in out]
    ends = np.cumsum([math.prod(shape) for shape in shapes])[:-1]
    pullback = vjp(lambda z: leaves_of(f(z)), x)[1]

    def pulled_back(weights: Vector) -> Vector:
        parts = zip(np.split(weights, ends), shapes, strict=True)
        return np.array(pullback([part.reshape(shape) for part, shape in parts])[0])

    return lambda direction: flat_values(pushforward(direction)), pulled_back


def weighted(out: Any, weights: Vector) -> Any:
    """The sum of all numbers of a container, each times its weight."""
    total: Any = 0.0
    start = 0
    for leaf in leaves_of(out):
        size = int(np.prod(np.shape(leaf), dtype=int))
        part = weights[start : start + size].reshape(np.shape(leaf))
        product = leaf * part
        total = total + (product.sum() if np.shape(leaf) else product)
        start += size
    return total


def flat_values(out: Any) -> Vector:
    """All numbers of a container one after the other, as plain float64."""
    parts = [np.asarray(plain(leaf)) for leaf in leaves_of(out)]
    for part in parts:
        if part.dtype.kind not in "fiub":
            raise TypeError(
                f"a function for a solver returns real numbers and arrays, got {part.dtype}"
            )
    flat = [part.astype(np.float64).reshape(-1) for part in parts]
    return np.concatenate(flat) if flat else np.zeros(0)


def number(value: Any) -> float:
    """The value as a float, if it is one number."""
    if np.iscomplexobj(value):
        found = "a complex one"
    elif not isinstance(plain(value), (int, float, np.number, np.ndarray)):
        found = repr(type(value).__name__)
    elif np.ndim(value):
        found = f"an array of shape {np.shape(value)}"
    else:
        return float(value)
    raise TypeError(f"a function to be minimised returns one number, got {found}")


def plain(value: Any) -> Any:
    """The value, unless it is still active: then a solver would lose its derivative."""
    if isinstance(value, (Variable, Dual)):
        raise TypeError(
            f"what the function returns depends on a {type(value).__name__} from outside of its "
            "arguments, whose derivative a solver would lose: use its value there "
            "(.value, .primal)"
        )
    return value
