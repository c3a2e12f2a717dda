"""Functions whose results are indices, which are decisions about values.

They give plain arrays of integers, which have no derivative. While a Graph records, what they
found is a guard: a replay that would find other indices raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autodiffx.reference.dispatch import Number, Question, Ranked
from autodiffx.reference.implementations import implements
from autodiffx.reference.numpy.given import array_of
from autodiffx.reference.shapes import Shape

__all__ = ["indices"]


class Indices(NamedTuple):
    """Integers as an answer that can be compared."""

    shape: Shape
    numbers: tuple[int, ...]

    def __repr__(self) -> str:
        return str(self.array().tolist())

    def array(self) -> Any:
        found = np.array(self.numbers, dtype=np.intp).reshape(self.shape)
        return found if self.shape else found[()]


def indices(name: str, function: Callable[..., Any], *operands: Number) -> Any:
    """The integers that a function of plain arrays finds in the values of some operands."""
    primals = [_primal(operand) for operand in operands]
    recorded = tuple([primal for primal in primals if isinstance(primal, Ranked)])

    def answer(*values: Any) -> Indices:
        given = iter(values)
        found = np.asarray(function(*[next(given) if isinstance(primal, Ranked) else primal
                                      for primal in primals]))  # fmt: skip
        return Indices(found.shape, tuple(found.reshape(-1).tolist()))

    if not recorded:
        return answer().array()
    words = ", ".join("{}" if isinstance(primal, Ranked) else "..." for primal in primals)
    question: Any = Question(f"np.{name}({words})", answer)  # type: ignore[arg-type]
    return recorded[0].decide(question, recorded).array()  # type: ignore


def _primal(operand: Number) -> Number:
    """Without tangents: decisions are about values."""
    while isinstance(operand, Ranked) and operand.rank >= 0:
        operand = operand.present().value
    return operand.present() if isinstance(operand, Ranked) else operand


@implements(np.argmax)
def argmax(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The index of the first of the largest elements: plain, and a guard in a Graph."""
    x = array_of(a, "np.argmax")
    return indices("argmax", lambda v: np.argmax(v, axis=axis, keepdims=keepdims), x)


@implements(np.argmin)
def argmin(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The index of the first of the smallest elements: plain, and a guard in a Graph."""
    x = array_of(a, "np.argmin")
    return indices("argmin", lambda v: np.argmin(v, axis=axis, keepdims=keepdims), x)


@implements(np.argsort)
def argsort(a: Any, axis: Any = -1, kind: Any = None, stable: Any = None) -> Any:
    """The indices that put the elements in order, stable: plain, and a guard in a Graph."""
    x = array_of(a, "np.argsort")
    return indices("argsort", lambda v: np.argsort(v, axis=axis, kind="stable"), x)


@implements(np.argpartition)
def argpartition(a: Any, kth: Any, axis: Any = -1, kind: Any = None) -> Any:
    """The indices that np.partition would take: plain, and a guard in a Graph."""
    x = array_of(a, "np.argpartition")
    return indices("argpartition", lambda v: np.argpartition(v, kth, axis=axis), x)


@implements(np.nonzero)
def nonzero(a: Any) -> tuple[Any, ...]:
    """Where the elements are not 0, an array for each axis: plain, and a guard in a Graph."""
    x = array_of(a, "np.nonzero")
    return tuple(indices("nonzero", np.argwhere, x).T)


@implements(np.flatnonzero)
def flatnonzero(a: Any) -> Any:
    """Where the elements in C order are not 0: plain, and a guard in a Graph."""
    return indices("flatnonzero", np.flatnonzero, array_of(a, "np.flatnonzero"))


@implements(np.argwhere)
def argwhere(a: Any) -> Any:
    """Where the elements are not 0, a row for each: plain, and a guard in a Graph."""
    return indices("argwhere", np.argwhere, array_of(a, "np.argwhere"))


@implements(np.searchsorted)
def searchsorted(a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Any:
    """Where v would be inserted to keep a in order: plain, and a guard in a Graph."""
    operands = array_of(a, "np.searchsorted"), array_of(v, "np.searchsorted")
    return indices(
        "searchsorted", lambda x, y: np.searchsorted(x, y, side=side, sorter=sorter), *operands
    )


@implements(np.digitize)
def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    """Which of the bins the elements are in: plain, and a guard in a Graph."""
    operands = array_of(x, "np.digitize"), array_of(bins, "np.digitize")
    return indices("digitize", lambda v, edges: np.digitize(v, edges, right=right), *operands)
