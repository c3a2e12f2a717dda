"""A decision that a replay must find unchanged."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autodiffx.errors import ControlFlowChanged
from autodiffx.reference.dispatch import Question
from autodiffx.reference.location import Location

__all__ = ["Guard", "askable", "same"]


def same(a: Any, b: Any) -> bool:
    """Equal, where NaN equals itself."""
    return bool(a == b or (a != a and b != b))


def askable(value: Any) -> Any:
    """A value as questions are asked about it: without dimensions it is a number."""
    return value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value


class Guard(NamedTuple):
    """What was asked while a Graph recorded, and the answer."""

    question: Question
    operands: tuple[Any, ...]  # Variables and floats
    answer: Any  # a number, or where a mask is true
    location: Location

    def check(self, values: tuple[Any, ...], names: tuple[str, ...]) -> None:
        """Ask again.

        Raises:
            ControlFlowChanged: the answer is another one.
        """
        answer = self.question.function(*values)
        if not same(answer, self.answer):
            raise ControlFlowChanged(
                f"{self.question.words.format(*names)} was {self.answer} when recorded at "
                f"{self.location} and is now {answer}: record the graph again, or use adx.where, "
                "adx.maximum, adx.minimum or adx.clip, which take both ways"
            )
