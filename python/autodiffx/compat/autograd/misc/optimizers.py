"""Optimisers for functions of containers: `sgd`, `rmsprop`, `adam`, with autograd's signatures.

Each is called ``optimizer(grad, x0, callback=None, num_iters=..., step_size=..., ...)`` with
``grad(x, i)``, the gradient at x in step i, and calls ``callback(x, i, g)`` before each step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autodiffx.numpy as np
from autodiffx.compat.autograd.misc.flatten import flatten
from autodiffx.compat.autograd.wrap_util import wraps

__all__ = ["adam", "rmsprop", "sgd", "unflatten_optimizer"]

Function = Callable[..., Any]
Callback = Callable[[Any, int, Any], Any]


def unflatten_optimizer(optimize: Function) -> Function:
    """An optimiser of containers, made of one of vectors.

    >>> @unflatten_optimizer
    ... def descend(grad, x, callback=None, num_iters=1):
    ...     return x - grad(x, 0)
    >>> descend(lambda x, i: {"a": x["a"]}, {"a": 3.0})
    {'a': np.float64(0.0)}
    """

    @wraps(optimize)
    def of_containers(
        grad: Function, x0: Any, callback: Callback | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        start, unflatten = flatten(x0)

        def gradient(x: Any, i: int) -> Any:
            return flatten(grad(unflatten(x), i))[0]

        def shown(x: Any, i: int, g: Any) -> None:
            if callback:
                callback(unflatten(x), i, unflatten(g))

        return unflatten(optimize(gradient, start, shown, *args, **kwargs))

    return of_containers


def _steps(grad: Function, x: Any, callback: Callback | None, count: int, step: Function) -> Any:
    """x after count steps ``x - step(i, g)``."""
    for i in range(count):
        g = grad(x, i)
        if callback:
            callback(x, i, g)
        x = x - step(i, g)
    return x


@unflatten_optimizer
def sgd(
    grad: Function,
    x: Any,
    callback: Callback | None = None,
    num_iters: int = 200,
    step_size: float = 0.1,
    mass: float = 0.9,
) -> Any:
    """Stochastic gradient descent with momentum: v ← mass·v - (1 - mass)·g, x ← x + step_size·v.

    >>> round(float(sgd(lambda x, i: x - 1.0, 0.0)), 3)
    1.0
    """
    velocity: Any = np.zeros_like(x) * 0.0

    def step(i: int, g: Any) -> Any:
        nonlocal velocity
        velocity = mass * velocity - (1.0 - mass) * g
        return -step_size * velocity

    return _steps(grad, x, callback, num_iters, step)


@unflatten_optimizer
def rmsprop(
    grad: Function,
    x: Any,
    callback: Callback | None = None,
    num_iters: int = 100,
    step_size: float = 0.1,
    gamma: float = 0.9,
    eps: float = 1e-8,
) -> Any:
    """RMSProp: s ← gamma·s + (1 - gamma)·g² from ones, x ← x - step_size·g / (√s + eps).

    >>> round(float(rmsprop(lambda x, i: x - 1.0, 0.0)), 1)
    1.0
    """
    square: Any = np.zeros_like(x) * 0.0 + 1.0

    def step(i: int, g: Any) -> Any:
        nonlocal square
        square = square * gamma + g**2 * (1.0 - gamma)
        return step_size * g / (np.sqrt(square) + eps)

    return _steps(grad, x, callback, num_iters, step)


@unflatten_optimizer
def adam(
    grad: Function,
    x: Any,
    callback: Callback | None = None,
    num_iters: int = 100,
    step_size: float = 0.001,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> Any:
    """Adam: x ← x - step_size·m̂ / (√v̂ + eps) with the running means m of g and v of g².

    Both are divided by 1 - b1ⁱ⁺¹ and 1 - b2ⁱ⁺¹, for they start at zero.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization (2015), algorithm 1.

    >>> round(float(adam(lambda x, i: x - 1.0, 0.0, num_iters=500, step_size=0.1)), 3)
    1.0
    """
    mean: Any = np.zeros_like(x) * 0.0
    square: Any = mean

    def step(i: int, g: Any) -> Any:
        nonlocal mean, square
        mean = (1.0 - b1) * g + b1 * mean
        square = (1.0 - b2) * g**2 + b2 * square
        unbiased = square / (1.0 - b2 ** (i + 1))
        return step_size * (mean / (1.0 - b1 ** (i + 1))) / (np.sqrt(unbiased) + eps)

    return _steps(grad, x, callback, num_iters, step)
