"""Optimisers for training loops: each a pair of functions, and a loop that calls them.

An optimiser keeps nothing. ``init(params)`` makes its state and ``update(gradient, state, params)``
returns new params and a new state beside the old ones, which stay as they are. So a run can be
saved, repeated and taken up again from any step by keeping two values, several runs can share
an optimiser, and a step that turned out badly is undone by not using its result.

Params, gradients and states are containers of numbers and arrays of any nesting, in the dtypes that
came in. A rate is a number, or a function of the number of updates so far that returns one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from autodiffx.layout import Layout, leaves_of
from autodiffx.training import train
from autodiffx.trees import flatten, mapped

__all__ = ["Optimiser", "adam", "adamw", "lbfgs", "momentum", "rmsprop", "sgd", "train"]

Rate: TypeAlias = float | Callable[[int], float]


class Optimiser(NamedTuple):
    """``init(params) -> state`` and ``update(gradient, state, params) -> (params, state)``.

    >>> import autodiffx as adx
    >>> halving = adx.optimisers.Optimiser(
    ...     init=lambda p: None, update=lambda g, state, p: (0.5 * p, state))
    >>> halving.update(1.0, halving.init(8.0), 8.0)
    (4.0, None)
    """

    init: Callable[[Any], Any]
    update: Callable[[Any, Any, Any], tuple[Any, Any]]


class State(NamedTuple):
    """What the first-order optimisers carry from one update to the next; None where unused."""

    updates: int
    mean: Any  # of gradients, or their decaying sum
    square: Any  # mean of their squares


class Curvature(NamedTuple):
    """What `lbfgs` carries: the last point, and pairs of steps and gradient changes."""

    updates: int
    params: Any
    gradient: Any
    pairs: tuple[tuple[Any, Any], ...]


def sgd(rate: Rate) -> Optimiser:
    """Gradient descent: ``p - rate * g``.

    >>> import autodiffx as adx
    >>> descent = adx.optimisers.sgd(0.1)
    >>> descent.update(4.0, descent.init(2.0), 2.0)[0]
    1.6
    """

    def update(gradient: Any, state: State, params: Any) -> tuple[Any, State]:
        step = _rate(rate, state.updates)
        moved = _each(lambda p, g: p - step * g, params, gradient)
        return moved, State(state.updates + 1, None, None)

    return _optimiser("sgd", lambda params: State(0, None, None), update, rate)


def momentum(rate: Rate, decay: float = 0.9, nesterov: bool = False) -> Optimiser:
    """Polyak's heavy ball: ``m = decay * m + g``, ``p - rate * m``.

    With `nesterov` the step is ``rate * (decay * m + g)`` with the new m: Nesterov's method, in
    the form of Sutskever and others (2013, On the importance of initialization and momentum).

    >>> import autodiffx as adx
    >>> ball = adx.optimisers.momentum(0.1)
    >>> params, state = ball.update(4.0, ball.init(2.0), 2.0)
    >>> params, round(ball.update(4.0, state, params)[0], 6)
    (1.6, 0.84)
    """

    def update(gradient: Any, state: State, params: Any) -> tuple[Any, State]:
        step = _rate(rate, state.updates)
        mean = _each(lambda m, g: decay * m + g, state.mean, gradient)
        ahead = _each(lambda m, g: decay * m + g, mean, gradient) if nesterov else mean
        moved = _each(lambda p, m: p - step * m, params, ahead)
        return moved, State(state.updates + 1, mean, None)

    def init(params: Any) -> State:
        return State(0, _zeros(params), None)

    return _optimiser("momentum", init, update, rate, decay=decay)


def rmsprop(rate: Rate = 1e-3, decay: float = 0.9, tiny: float = 1e-8) -> Optimiser:
    """Gradients by their root mean square: ``p - rate * g / (√s + tiny)``.

    Here ``s = decay * s + (1 - decay) * g²``, beginning at 0.

    Source: Tieleman and Hinton (2012), lecture 6.5 of Neural Networks for Machine Learning.

    >>> import autodiffx as adx
    >>> optimiser = adx.optimisers.rmsprop(0.1)
    >>> round(optimiser.update(4.0, optimiser.init(2.0), 2.0)[0], 6)
    1.683772
    """

    def update(gradient: Any, state: State, params: Any) -> tuple[Any, State]:
        step = _rate(rate, state.updates)
        square = _each(lambda s, g: decay * s + (1.0 - decay) * g * g, state.square, gradient)
        moved = _each(lambda p, g, s: p - step * g / (np.sqrt(s) + tiny), params, gradient, square)
        return moved, State(state.updates + 1, None, square)

    def init(params: Any) -> State:
        return State(0, None, _zeros(params))

    return _optimiser("rmsprop", init, update, rate, decay=decay, tiny=tiny)


def adam(
    rate: Rate = 1e-3, decay: float = 0.9, square_decay: float = 0.999, tiny: float = 1e-8
) -> Optimiser:
    """Adam: ``p - rate * m' / (√s' + tiny)``, with means m' and s' of g and g² freed of their bias.

    After n updates ``m' = m / (1 - decay**n)`` and ``s' = s / (1 - square_decay**n)``, where
    ``m = decay * m + (1 - decay) * g``, and s alike. Source: Kingma and Ba (2015), Adam: a method
    for stochastic optimization, algorithm 1.

    >>> import autodiffx as adx
    >>> optimiser = adx.optimisers.adam(0.1)
    >>> round(optimiser.update(4.0, optimiser.init(2.0), 2.0)[0], 6)
    1.9
    """
    return _adam("adam", rate, decay, square_decay, tiny, 0.0)


def adamw(
    rate: Rate = 1e-3,
    decay: float = 0.9,
    square_decay: float = 0.999,
    tiny: float = 1e-8,
    weight_decay: float = 1e-2,
) -> Optimiser:
    """Adam that also shrinks: its step and ``- rate * weight_decay * p``, apart from the gradient.

    Source: Loshchilov and Hutter (2019), Decoupled weight decay regularization, with the rate as
    the schedule's multiplier of both parts.

    >>> import autodiffx as adx
    >>> optimiser = adx.optimisers.adamw(0.1, weight_decay=0.5)
    >>> round(optimiser.update(4.0, optimiser.init(2.0), 2.0)[0], 6)
    1.8
    """
    return _adam("adamw", rate, decay, square_decay, tiny, weight_decay)


def _adam(
    name: str, rate: Rate, decay: float, square_decay: float, tiny: float, weight_decay: float
) -> Optimiser:
    def update(gradient: Any, state: State, params: Any) -> tuple[Any, State]:
        step = _rate(rate, state.updates)
        count = state.updates + 1
        mean = _each(lambda m, g: decay * m + (1.0 - decay) * g, state.mean, gradient)
        square = _each(
            lambda s, g: square_decay * s + (1.0 - square_decay) * g * g, state.square, gradient
        )
        seen = 1.0 - decay**count
        square_seen = 1.0 - square_decay**count

        def moved(p: Any, m: Any, s: Any) -> Any:
            return p - step * (m / seen / (np.sqrt(s / square_seen) + tiny) + weight_decay * p)

        return _each(moved, params, mean, square), State(count, mean, square)

    def init(params: Any) -> State:
        return State(0, _zeros(params), _zeros(params))

    return _optimiser(
        name,
        init,
        update,
        rate,
        decay=decay,
        square_decay=square_decay,
        tiny=tiny,
        weight_decay=weight_decay,
    )


def lbfgs(
    rate: Rate = 1.0, memory: int = 10, objective: Callable[[Any], Any] | None = None
) -> Optimiser:
    """Quasi-Newton steps ``p - rate * H g``, H being built from the last `memory` gradient changes.

    Args:
        rate: the share of the quasi-Newton step that is taken. The first step, which knows no
            curvature, is at most as long as the rate.
        memory: how many pairs of steps and gradient changes are kept. A pair along which the
            gradient does not grow is left out, so that H stays positive.
        objective: the function of params. With it a step is halved until it lowers the value as
            much as a ten-thousandth of the slope promises (Armijo), thirty times at most;
            then params stay. Without it no value is calculated and every step is taken as it is,
            which suits smooth functions near their minimum.

    For one whole minimisation `autodiffx.minimize(method="L-BFGS-B")` has the better line search.
    Source: Nocedal and Wright (2006), Numerical optimization, algorithm 7.4.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> def f(p):
    ...     return (p[0] - 1.0) ** 2 + 5.0 * (p[1] - 2.0) ** 2
    >>> best, values = adx.optimisers.train(
    ...     f, np.zeros(2), adx.optimisers.lbfgs(objective=f), steps=9)
    >>> best.round(4)
    array([1., 2.])
    """
    if not isinstance(memory, (int, np.integer)) or memory < 1:
        raise ValueError(f"lbfgs() needs a memory of at least 1, got {memory!r}")
    if objective is not None and not callable(objective):
        raise TypeError(f"lbfgs() takes a function as objective, got {objective!r}")

    def update(gradient: Any, state: Curvature, params: Any) -> tuple[Any, Curvature]:
        pairs = state.pairs
        if state.params is not None:
            step = _each(lambda p, q: p - q, params, state.params)
            change = _each(lambda g, h: g - h, gradient, state.gradient)
            if _dot(step, change) > 1e-10 * _dot(change, change):
                pairs = (*pairs, (step, change))[-memory:]
        direction = _two_loops(gradient, pairs)
        share = _rate(rate, state.updates)
        if not pairs:
            share /= max(1.0, _dot(gradient, gradient) ** 0.5)
        if objective is not None:
            share = _backtracked(objective, params, direction, _dot(direction, gradient), share)
        moved = _each(lambda p, d: p - share * d, params, direction)
        return moved, Curvature(state.updates + 1, params, gradient, pairs)

    def init(params: Any) -> Curvature:
        return Curvature(0, None, None, ())

    return _optimiser("lbfgs", init, update, rate)


def _two_loops(gradient: Any, pairs: tuple[tuple[Any, Any], ...]) -> Any:
    """The inverse Hessian of the pairs times the gradient."""
    direction = gradient
    shares = []
    for step, change in reversed(pairs):
        share = _dot(step, direction) / _dot(step, change)
        shares.append(share)
        direction = _each(lambda d, c, a=share: d - a * c, direction, change)
    if pairs:
        step, change = pairs[-1]
        scale = _dot(step, change) / _dot(change, change)
        direction = _each(lambda d: scale * d, direction)
    for (step, change), share in zip(pairs, reversed(shares), strict=True):
        rest = share - _dot(change, direction) / _dot(step, change)
        direction = _each(lambda d, s, a=rest: d + a * s, direction, step)
    return direction


def _backtracked(
    objective: Callable[[Any], Any], params: Any, direction: Any, slope: float, share: float
) -> float:
    """The first halving of the share that lowers the objective enough; 0 if none does."""
    start = float(objective(params))
    for _ in range(30):
        tried = _each(lambda p, d, a=share: p - a * d, params, direction)
        if float(objective(tried)) <= start - 1e-4 * share * slope:
            return share
        share *= 0.5
    return 0.0


def _rate(rate: Rate, count: int) -> float:
    if not callable(rate):
        return float(rate)
    return float(_number("the rate by a function", rate(count)))


def _number(what: str, value: Any) -> Any:
    """The value, if it is one number."""
    if np.ndim(value) or not isinstance(value, (int, float, np.number, np.ndarray)):
        raise TypeError(f"{what} is a number, got {value!r}")
    return value


def _optimiser(
    name: str,
    init: Callable[[Any], Any],
    update: Callable[[Any, Any, Any], tuple[Any, Any]],
    rate: Rate,
    **settings: float,
) -> Optimiser:
    """The pair of functions, which look at what they are given."""
    if not callable(rate) and not _number(f"the rate of {name}()", rate) > 0.0:
        raise ValueError(f"{name}() needs a rate above 0, got {rate}")
    for setting, value in settings.items():
        _number(f"the {setting} of {name}()", value)
        if setting.endswith("decay") and setting != "weight_decay":
            if not 0.0 <= value < 1.0:
                raise ValueError(f"{name}() needs a {setting} in [0, 1), got {value}")
        elif not value >= 0.0:
            raise ValueError(f"{name}() needs a {setting} of at least 0, got {value}")

    def checked_init(params: Any) -> Any:
        Layout(params, "params")
        return init(params)

    def checked_update(gradient: Any, state: Any, params: Any) -> tuple[Any, Any]:
        leaves, expected = flatten(params)
        derivatives, found = flatten(gradient)
        if expected != found:
            raise TypeError(
                f"{name}: the gradient should have the structure of the params, "
                f"{expected}, got {found}"
            )
        for p, g in zip(leaves, derivatives, strict=True):
            if np.shape(p) != np.shape(g):
                raise ValueError(
                    f"{name}: the gradient should have the params' shape {np.shape(p)}, "
                    f"got {np.shape(g)}"
                )
            for what, leaf, kinds in (("params", p, "f"), ("gradient", g, "fiu")):
                if isinstance(leaf, np.ndarray) and leaf.dtype.kind not in kinds:
                    raise TypeError(
                        f"{name}: the {what} should be of float64 or float32, got an array of "
                        f"{leaf.dtype}"
                    )
        return update(gradient, state, params)

    return Optimiser(checked_init, checked_update)


def _each(rule: Callable[..., Any], container: Any, *more: Any) -> Any:
    """The rule applied leaf by leaf, in the dtypes of the first container."""

    def apply(first: Any, *rest: Any) -> Any:
        out = rule(first, *rest)
        return np.asarray(out, first.dtype) if isinstance(first, np.ndarray) else float(out)

    return mapped(apply, container, *more)


def _zeros(params: Any) -> Any:
    return _each(lambda p: np.zeros_like(p), params)


def _dot(first: Any, second: Any) -> float:
    """The sum of the products of all their numbers, in float64."""
    pairs = zip(leaves_of(first), leaves_of(second), strict=True)
    return math.fsum(float(np.vdot(np.asarray(a, float), np.asarray(b, float))) for a, b in pairs)
