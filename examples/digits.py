"""A multi-layer perceptron of arrays reads handwritten digits.

    python examples/digits.py
    python examples/digits.py --plot losses.png

The weights are four array Variables. The loss of a batch is the line of NumPy that a textbook has;
`loss.backward()` sets the `grad` of every array, and Adam moves them. The 1,797 images are those
of Alpaydin and Kaynak (data/digits.txt says more); a quarter of them is held out.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import autodiffx as adx
from autodiffx.demo import plot

DATA = Path(__file__).parent / "data" / "digits.txt"
PIXELS = "0123456789abcdefg"

Array = np.ndarray[Any, Any]


def read() -> tuple[Array, Array]:
    """The images, 1797 × 64 with ink from 0 to 1, and their labels."""
    lines = [line for line in DATA.read_text(encoding="ascii").splitlines() if line[0] != "#"]
    images = [[PIXELS.index(pixel) / 16.0 for pixel in line[:64]] for line in lines]
    return np.array(images), np.array([int(line[65:]) for line in lines])


def scores(parameters: Sequence[Any], images: Array) -> Any:
    """A score for each image and digit: tanh(images @ w1 + b1) @ w2 + b2."""
    w1, b1, w2, b2 = parameters
    return np.tanh(images @ w1 + b1) @ w2 + b2


def cross_entropy(parameters: Sequence[Any], images: Array, labels: Array) -> Any:
    """The mean of -log of the probability that softmax of the scores gives to each label."""
    log_probability = adx.log_softmax(scores(parameters, images), axis=1)
    return -np.mean(log_probability[np.arange(len(labels)), labels])


class Adam:
    """Moves Variables along running means of their gradients (Kingma and Ba 2015, algorithm 1)."""

    def __init__(self, parameters: Sequence[adx.Variable], rate: float) -> None:
        self.parameters = parameters
        self.rate = rate
        self.first = [np.zeros(parameter.shape) for parameter in parameters]
        self.second = [np.zeros(parameter.shape) for parameter in parameters]
        self.steps = 0

    def step(self) -> None:
        """Take one step along the gradients that `backward` has set."""
        self.steps += 1
        for p, first, second in zip(self.parameters, self.first, self.second, strict=True):
            first += 0.1 * (p.grad - first)
            second += 0.001 * (p.grad**2 - second)
            mean, square = first / (1.0 - 0.9**self.steps), second / (1.0 - 0.999**self.steps)
            p.value = p.value - self.rate * mean / (np.sqrt(square) + 1e-8)


def make_parameters(generator: np.random.Generator) -> list[adx.Variable]:
    """Weights and offsets of 64 inputs, 32 hidden units, 10 digits."""
    return [
        adx.Variable(generator.normal(0.0, 64**-0.5, (64, 32)), name="w1"),
        adx.Variable(np.zeros(32), name="b1"),
        adx.Variable(generator.normal(0.0, 32**-0.5, (32, 10)), name="w2"),
        adx.Variable(np.zeros(10), name="b2"),
    ]


def train(
    parameters: Sequence[adx.Variable],
    images: Array,
    labels: Array,
    generator: np.random.Generator,
    epochs: int = 40,
    batch: int = 32,
) -> Iterator[float]:
    """Adam over shuffled minibatches; yields the mean loss of each epoch."""
    adam = Adam(parameters, rate=0.005)
    for _ in range(epochs):
        order = generator.permutation(len(images))
        total = 0.0
        for first in range(0, len(order), batch):
            chosen = order[first : first + batch]
            loss = cross_entropy(parameters, images[chosen], labels[chosen])
            loss.backward()
            adam.step()
            total += loss.value * len(chosen)
        yield total / len(order)


def accuracy(parameters: Sequence[adx.Variable], images: Array, labels: Array) -> float:
    """The share of images whose own label gets the highest score."""
    score = scores([parameter.value for parameter in parameters], images)
    return float(np.mean(score.argmax(axis=1) == labels))


def main(seed: int = 1, epochs: int = 40, picture: Path | None = None) -> float:
    """Train, print, and return the accuracy on the held-out quarter."""
    generator = np.random.default_rng(seed)
    images, labels = read()
    order = generator.permutation(len(images))
    training, held_out = order[: 3 * len(order) // 4], order[3 * len(order) // 4 :]
    parameters = make_parameters(generator)
    losses = [cross_entropy(parameters, images[training], labels[training]).value]
    for loss in train(parameters, images[training], labels[training], generator, epochs):
        if len(losses) % 5 == 0:
            print(f"epoch {len(losses):>2}: cross-entropy {loss:.4f}", flush=True)
        losses.append(loss)
    score = accuracy(parameters, images[held_out], labels[held_out])
    print(f"{score:.1%} of the {len(held_out)} held-out digits are read")
    if picture is not None:
        plot.draw({"handwritten digits, mean loss of each epoch": losses}, picture)
        print(f"loss curve drawn to {picture}")
    return score


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train a perceptron on handwritten digits.")
    plot.add_option(parser, "draw the loss curve")
    main(picture=parser.parse_args().plot)
