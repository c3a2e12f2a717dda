"""A multi-layer perceptron made of scalar Variables tells three species of iris apart.

    python examples/iris.py

Every weight is a `Variable`. The loss of a batch is ordinary Python; `loss.backward()` sets the
`grad` of every weight, and the loop moves the weights. Nothing is compiled and nothing is kept
between steps. The 150 flowers are Fisher's (1936); a third of them is held out.
"""

from __future__ import annotations

import random
from itertools import pairwise

import autodiffx as adx
from autodiffx.demo.flowers import Flower, split


class Layer:
    """Weights and offsets of one layer: output[j] = sum(weight[j][i] * input[i]) + offset[j]."""

    def __init__(self, inputs: int, outputs: int, generator: random.Random) -> None:
        self.weights = [
            [adx.Variable(generator.gauss(0.0, inputs**-0.5)) for _ in range(inputs)]
            for _ in range(outputs)
        ]
        self.offsets = [adx.Variable(0.0) for _ in range(outputs)]

    def __call__(self, inputs: list[adx.Variable]) -> list[adx.Variable]:
        return [
            sum((w * x for w, x in zip(row, inputs, strict=True)), start=offset)
            for row, offset in zip(self.weights, self.offsets, strict=True)
        ]

    def parameters(self) -> list[adx.Variable]:
        """All weights and offsets."""
        return [weight for row in self.weights for weight in row] + self.offsets


class Perceptron:
    """Layers with tanh between them; the last one gives a score for each species."""

    def __init__(self, sizes: tuple[int, ...], generator: random.Random) -> None:
        pairs = pairwise(sizes)
        self.layers = [Layer(inputs, outputs, generator) for inputs, outputs in pairs]

    def __call__(self, flower: Flower) -> list[adx.Variable]:
        numbers = self.layers[0]([adx.Constant(x) for x in flower.features])
        for layer in self.layers[1:]:
            numbers = layer([adx.tanh(number) for number in numbers])
        return numbers

    def parameters(self) -> list[adx.Variable]:
        """The parameters of all layers."""
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    def accuracy(self, flowers: list[Flower]) -> float:
        """The share of flowers whose own species gets the highest score."""
        right = 0
        for flower in flowers:
            scores = self(flower)
            right += scores.index(max(scores)) == flower.species
        return right / len(flowers)


def train(
    network: Perceptron, flowers: list[Flower], generator: random.Random, epochs: int = 30
) -> list[float]:
    """Stochastic descent with momentum, ten flowers a step; the mean loss of each epoch."""
    parameters = network.parameters()
    velocity = [0.0] * len(parameters)
    order = list(flowers)
    losses = []
    for _ in range(epochs):
        generator.shuffle(order)
        total = 0.0
        for first in range(0, len(order), 10):
            batch = order[first : first + 10]
            loss: adx.Variable = adx.Constant(0.0)
            for flower in batch:
                scores = network(flower)
                loss = loss - adx.log_softmax(*scores)[flower.species] / len(batch)
            loss.backward()
            total += loss.value * len(batch)
            for index, parameter in enumerate(parameters):
                assert parameter.grad is not None  # backward has set it
                velocity[index] = 0.9 * velocity[index] - 0.02 * parameter.grad
                parameter.value += velocity[index]
        losses.append(total / len(order))
    return losses


def main(seed: int = 1) -> float:
    """Train, print, and return the accuracy on the held-out third."""
    generator = random.Random(seed)
    training, held_out = split()
    network = Perceptron((4, 16, 16, 3), generator)
    for epoch, loss in enumerate(train(network, training, generator), start=1):
        if epoch % 5 == 0:
            print(f"epoch {epoch:>2}: cross-entropy {loss:.4f}")
    score = network.accuracy(held_out)
    print(f"{score:.0%} of the {len(held_out)} held-out flowers are told apart")
    return score


if __name__ == "__main__":
    main()
