"""The same gradients from the core, from the reference and from differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import NamedTuple

from autodiffx.demo import linear, logistic, network, perceptron
from autodiffx.demo.descent import (
    Function,
    Gradient,
    Number,
    difference_gradient,
    forward_gradient,
    reverse_gradient,
)
from autodiffx.demo.flowers import split
from autodiffx.demo.points import band_labels, chance_labels, noisy_line


class Model(NamedTuple):
    """A loss of the tour at one point: what differentiates it, and how."""

    name: str
    gradient: Callable[[ModuleType, Function, Sequence[float]], Gradient]
    loss: Callable[[ModuleType, Sequence[Number]], Number]
    at: list[float]


class Agreement(NamedTuple):
    """Largest difference between two gradients of a model, relative to the largest entry."""

    name: str
    parameters: int
    core_to_reference: float
    core_to_differences: float


def models(seed: int) -> list[Model]:
    """The four losses where their training starts; three flowers stand for the Iris data.

    >>> [len(model.at) for model in models(seed=1)]
    [2, 2, 7, 403]
    """
    line, chance, band = noisy_line(seed), chance_labels(seed), band_labels(seed)
    training, _ = split()
    three = [next(f for f in training if f.species == species) for species in range(3)]
    return [
        Model(
            "linear regression, forward",
            forward_gradient,
            lambda adx, p: linear.mean_squared_error(p, line),
            linear.START,
        ),
        Model(
            "logistic regression, forward",
            forward_gradient,
            lambda adx, p: logistic.log_loss(adx, p, chance),
            logistic.START,
        ),
        Model(
            "seven parameters, reverse",
            reverse_gradient,
            lambda adx, p: network.log_loss(adx, p, band),
            network.START,
        ),
        Model(
            "4-16-16-3 perceptron, reverse",
            reverse_gradient,
            lambda adx, p: perceptron.cross_entropy(adx, p, three),
            perceptron.initial_parameters(seed),
        ),
    ]


def disagreement(left: Sequence[float], right: Sequence[float]) -> float:
    """max |left - right| / max |right|: 0 when the two are the same.

    >>> disagreement([1.0, 2.0], [1.0, 4.0])
    0.5
    """
    largest = max(abs(number) for number in right)
    return max(abs(a - b) for a, b in zip(left, right, strict=True)) / largest


def compare(core: ModuleType, reference: ModuleType, model: Model) -> Agreement:
    """Differentiate ``model`` three times and say how far apart the gradients are."""
    _, ours = model.gradient(core, lambda p: model.loss(core, p), model.at)
    _, theirs = model.gradient(reference, lambda p: model.loss(reference, p), model.at)
    _, differences = difference_gradient(lambda p: model.loss(core, p), model.at)
    return Agreement(
        model.name,
        len(model.at),
        disagreement(ours, theirs),
        disagreement(ours, differences),
    )
