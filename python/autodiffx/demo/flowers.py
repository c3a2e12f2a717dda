"""Fisher's Iris data: 150 flowers of three species, four measurements each."""

from __future__ import annotations

import csv
import statistics
from importlib.resources import files
from typing import NamedTuple

SPECIES = ("setosa", "versicolor", "virginica")


class Flower(NamedTuple):
    """Sepal length and width, petal length and width, and the index of the species."""

    features: tuple[float, ...]
    species: int


def flowers() -> list[Flower]:
    """All 150 flowers in Fisher's order, measured in centimetres.

    Source: R. A. Fisher, The use of multiple measurements in taxonomic problems, 1936, table I.

    >>> len(flowers()), flowers()[0]
    (150, Flower(features=(5.1, 3.5, 1.4, 0.2), species=0))
    """
    text = files("autodiffx").joinpath("data", "iris.csv").read_text(encoding="ascii")
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    next(rows)  # the heading
    return [
        Flower(tuple(float(number) for number in row[:-1]), SPECIES.index(row[-1])) for row in rows
    ]


def split() -> tuple[list[Flower], list[Flower]]:
    """The flowers to train on, and the third that is held out: the middle one of every three rows.

    Each feature is shifted and scaled so that over the training flowers its mean is 0 and its
    standard deviation 1. The held-out flowers have no part in that.

    >>> training, held_out = split()
    >>> len(training), len(held_out)
    (100, 50)
    """
    everything = flowers()
    training = [flower for row, flower in enumerate(everything) if row % 3 != 1]
    held_out = [flower for row, flower in enumerate(everything) if row % 3 == 1]
    columns = list(zip(*(flower.features for flower in training), strict=True))
    means = [statistics.fmean(column) for column in columns]
    spreads = [statistics.pstdev(column) for column in columns]

    def scaled(flower: Flower) -> Flower:
        numbers = zip(flower.features, means, spreads, strict=True)
        return Flower(tuple((x - mean) / spread for x, mean, spread in numbers), flower.species)

    return [scaled(flower) for flower in training], [scaled(flower) for flower in held_out]
