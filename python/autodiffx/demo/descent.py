"""Gradients of a function of a list of numbers, by three means, and descent along them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any, NamedTuple

Number = Any  # a float, a Variable or a Dual: the models are written for all three
Function = Callable[[Sequence[Number]], Number]
Gradient = tuple[float, list[float]]  # the value, and its derivative by each parameter


class Step(NamedTuple):
    """One step of a descent: the parameters, and the loss there."""

    loss: float
    parameters: list[float]


def forward_gradient(adx: ModuleType, function: Function, at: Sequence[float]) -> Gradient:
    """Value and gradient in forward mode: one run of ``function`` for each parameter.

    >>> import autodiffx as adx
    >>> forward_gradient(adx, lambda p: p[0] * p[1], [3.0, 4.0])
    (12.0, [4.0, 3.0])
    """
    value, gradient = 0.0, []
    for index in range(len(at)):
        direction = [float(other == index) for other in range(len(at))]
        value, tangent = adx.jvp(lambda *numbers: function(numbers), tuple(at), tuple(direction))
        gradient.append(tangent)
    return value, gradient


def reverse_gradient(adx: ModuleType, function: Function, at: Sequence[float]) -> Gradient:
    """Value and gradient in reverse mode: one run of ``function`` and one sweep back.

    >>> import autodiffx as adx
    >>> reverse_gradient(adx, lambda p: p[0] * p[1], [3.0, 4.0])
    (12.0, [4.0, 3.0])
    """
    variables = [adx.Variable(number) for number in at]
    result = function(variables)
    result.backward()
    return result.value, [variable.grad for variable in variables]


def difference_gradient(function: Function, at: Sequence[float]) -> Gradient:
    """Value and gradient without derivatives: differences over five points, error of order h**4.

    f'(x) = (8 (f(x + h) - f(x - h)) - (f(x + 2 h) - f(x - 2 h))) / 12 h  (Abramowitz and Stegun,
    table 25.2). The width h = 2**-10 balances what the formula cuts off against rounding.

    >>> value, gradient = difference_gradient(lambda p: p[0] ** 3, [2.0])
    >>> f"{value} {gradient[0]:.8f}"
    '8.0 12.00000000'
    """
    width = 2.0**-10

    def moved(index: int, by: float) -> float:
        numbers = list(at)
        numbers[index] += by
        return float(function(numbers))

    gradient = [
        (
            8.0 * (moved(index, width) - moved(index, -width))
            - (moved(index, 2.0 * width) - moved(index, -2.0 * width))
        )
        / (12.0 * width)
        for index in range(len(at))
    ]
    return float(function(list(at))), gradient


def descend(
    gradient_at: Callable[[list[float]], Gradient],
    start: Sequence[float],
    rate: float,
    steps: int,
    momentum: float = 0.0,
) -> Iterator[Step]:
    """Gradient descent: yields the start and then the parameters after each of ``steps`` steps.

    velocity = momentum * velocity - rate * gradient;  parameters = parameters + velocity
    (Polyak 1964; momentum 0 is plain descent).

    >>> path = list(descend(lambda p: (p[0] ** 2, [2 * p[0]]), [1.0], rate=0.25, steps=3))
    >>> [step.parameters for step in path]
    [[1.0], [0.5], [0.25], [0.125]]
    """
    parameters = list(start)
    velocity = [0.0] * len(parameters)
    for _ in range(steps + 1):
        loss, gradient = gradient_at(parameters)
        yield Step(loss, parameters)
        velocity = [momentum * v - rate * g for v, g in zip(velocity, gradient, strict=True)]
        parameters = [p + v for p, v in zip(parameters, velocity, strict=True)]
