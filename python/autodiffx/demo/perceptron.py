"""A multi-layer perceptron of scalar Variables, 4-16-16-3, on the Iris data."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from types import ModuleType

from autodiffx.demo.descent import Number, Step
from autodiffx.demo.flowers import Flower

SIZES = (4, 16, 16, 3)
RATE = 0.02
MOMENTUM = 0.9
BATCH = 10
EPOCHS = 30


def initial_parameters(seed: int) -> list[float]:
    """Weights from a normal distribution of variance 1 / inputs, offsets 0, node after node.

    >>> len(initial_parameters(seed=1))
    403
    """
    generator = random.Random(f"weights {seed}")
    parameters: list[float] = []
    for inputs, nodes in pairwise(SIZES):
        for _ in range(nodes):
            parameters += [generator.gauss(0.0, inputs**-0.5) for _ in range(inputs)]
            parameters.append(0.0)
    return parameters


def scores(
    adx: ModuleType, parameters: Sequence[Number], features: Sequence[float]
) -> list[Number]:
    """One score per species: tanh layers, and a last layer without.

    >>> import autodiffx as adx
    >>> scores(adx, [0.0] * 403, (5.1, 3.5, 1.4, 0.2))
    [0.0, 0.0, 0.0]
    """
    layer: list[Number] = list(features)
    position = 0
    for nodes in SIZES[1:]:
        if position > 0:
            layer = [adx.tanh(number) for number in layer]
        outputs = []
        for _ in range(nodes):
            weights = parameters[position : position + len(layer)]
            position += len(layer) + 1
            products = (w * x for w, x in zip(weights, layer, strict=True))
            outputs.append(sum(products, start=parameters[position - 1]))
        layer = outputs
    return layer


def cross_entropy(
    adx: ModuleType, parameters: Sequence[Number], flowers: Sequence[Flower]
) -> Number:
    """The mean of -log softmax(scores)[species] = logsumexp(scores) - scores[species].

    >>> import autodiffx as adx
    >>> loss = cross_entropy(adx, [0.0] * 403, [Flower((5.1, 3.5, 1.4, 0.2), 0)])
    >>> abs(loss - adx.log(3.0)) < 1e-15
    True
    """
    total = 0.0
    for flower in flowers:
        z = scores(adx, parameters, flower.features)
        total = total + adx.logsumexp(*z) - z[flower.species]
    return total / len(flowers)


def accuracy(adx: ModuleType, parameters: Sequence[float], flowers: Sequence[Flower]) -> float:
    """The share of flowers whose own species has the highest score.

    >>> import autodiffx as adx
    >>> accuracy(adx, [0.0] * 403, [Flower((5.1, 3.5, 1.4, 0.2), 0)])
    1.0
    """
    right = 0
    for flower in flowers:
        z = scores(adx, parameters, flower.features)
        right += z.index(max(z)) == flower.species
    return right / len(flowers)


def train(
    adx: ModuleType, flowers: Sequence[Flower], seed: int, epochs: int = EPOCHS
) -> Iterator[Step]:
    """Stochastic descent with momentum; yields the mean loss of each epoch and where it ended.

    An epoch shuffles the flowers and takes one step for each batch of ten.
    """
    order = list(flowers)
    generator = random.Random(f"batches {seed}")
    parameters = [adx.Variable(number) for number in initial_parameters(seed)]
    velocity = [0.0] * len(parameters)
    for _ in range(epochs):
        generator.shuffle(order)
        total = 0.0
        for first in range(0, len(order), BATCH):
            batch = order[first : first + BATCH]
            loss = cross_entropy(adx, parameters, batch)
            loss.backward()
            total += loss.value * len(batch)
            for index, parameter in enumerate(parameters):
                velocity[index] = MOMENTUM * velocity[index] - RATE * parameter.grad
                parameter.value += velocity[index]
        yield Step(total / len(order), [parameter.value for parameter in parameters])
