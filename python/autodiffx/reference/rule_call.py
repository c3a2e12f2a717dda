"""One call of a function that brings its own derivatives, as one statement.

Its operands are the Variables and Duals among the arguments, and its result is one vector with all
numbers that the function returned, which are then taken out again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiffx.reference.chain import fitted
from autodiffx.reference.constant import Constant
from autodiffx.reference.containers import is_leaf, mapped
from autodiffx.reference.dispatch import Ranked, apply
from autodiffx.reference.dual import Dual
from autodiffx.reference.number import settled
from autodiffx.reference.opaque import Opaque
from autodiffx.reference.shapes import dtype_of, shape_of
from autodiffx.reference.storage import Stored, content_of, picked
from autodiffx.reference.transforms import grad

__all__ = ["Call", "is_traced", "leaves_of", "matched", "plain", "refilled", "transposed"]

Function = Callable[..., Any]


def leaves_of(container: Any) -> list[Any]:
    """The numbers and arrays in it, from first to last."""
    found: list[Any] = []
    if container is not None:
        mapped(found.append, container)
    return found


def refilled(container: Any, leaves: Sequence[Any]) -> Any:
    """The same container of other leaves."""
    given = iter(leaves)
    return None if container is None else mapped(lambda _: next(given), container)


def is_traced(leaf: Any) -> bool:
    """True of Variables and Duals, except for constants."""
    return isinstance(leaf, Ranked) and not isinstance(leaf, Constant)


def plain(leaf: Any, name: str) -> Any:
    """What a function gave for plain arguments, as an array."""
    if isinstance(leaf, Constant):
        leaf = leaf.value
    if is_traced(leaf):
        raise TypeError(
            f"{name}() uses a Variable or Dual that is none of its arguments, whose derivative "
            "would be lost: pass it as an argument"
        )
    if np.asarray(leaf).dtype.kind not in "bif":
        raise TypeError(f"{name}() gives numbers and arrays, not {type(leaf).__name__!r}")
    return np.asarray(leaf)


def matched(found: Any, container: Any, what: str) -> list[Any]:
    """The leaves of what belongs to a container leaf by leaf; None stands for zero."""
    if found is None:
        return [None] * len(leaves_of(container))
    if is_leaf(container):
        if not is_leaf(found):
            raise TypeError(f"{what} is a number or an array, not {type(found).__name__!r}")
        if np.shape(found) != np.shape(container):
            raise ValueError(f"{what} has the shape {np.shape(container)}, not {np.shape(found)}")
        return [found]
    keys = list(container) if isinstance(container, dict) else range(len(container))
    if (
        type(found) is not type(container)
        or len(found) != len(container)
        or (isinstance(container, dict) and found.keys() != container.keys())
    ):
        raise TypeError(f"{what} has the structure of {container}, not of {found}")
    parts = [(found[key], container[key]) for key in keys if container[key] is not None]
    return [leaf for part, own in parts for leaf in matched(part, own, what)]


def dot(weights: Sequence[Any], vectors: Sequence[Any]) -> Any:
    """The sum of all products; None is zero."""
    total: Any = 0.0
    for weight, vector in zip(weights, vectors, strict=True):
        if weight is not None and vector is not None:
            product = vector * weight
            total = total + (product.sum() if np.shape(product) else product)
    return total


def transposed(
    name: str, linear: Callable[[list[Any]], list[Any]], places: list[Any], weights: list[Any]
) -> list[Any]:
    """The gradient of <weights, A x>, which is the same at every x."""
    ones = [np.ones(shape_of(x), dtype_of(x)) if shape_of(x) else 1.0 for x in places]
    there = dot(weights, linear([-4096.0 * x for x in ones]))
    here = dot(weights, linear([x / 4096.0 for x in ones]))
    difference = value_of(there) + 2.0**24 * value_of(here)
    if abs(difference) > 1e-3 * abs(value_of(there)):
        raise ValueError(
            f"the rule of {name}() is not linear: it cannot be used in the other direction"
        )
    return list(grad(lambda *x: dot(weights, linear(list(x))), tuple(range(len(ones))))(*ones))


def value_of(number: Any) -> float:
    """The number that a Variable or Dual is at present. No user reads it."""
    while isinstance(number, Dual):
        number = number.value
    return float(
        picked(number, content_of(number)._value) if isinstance(number, Stored) else number
    )


class Call:
    """One call: which leaves of the arguments are traced, and how the results are laid out."""

    def __init__(self, name: str, args: Sequence[Any], function: Function) -> None:
        self.name, self.args, self.function = name, list(args), function
        self.all = [x.copy() if isinstance(x, np.ndarray) else x for x in leaves_of(self.args)]
        self.places = [i for i, leaf in enumerate(self.all) if isinstance(leaf, Ranked)]
        self.outcome: Any = None  # what the function returned last, for its structure
        self.shapes: list[tuple[int, ...]] = []

    def filled(self, operands: Sequence[Any]) -> list[Any]:
        """The arguments with the operands in their places."""
        leaves = [x.copy() if isinstance(x, np.ndarray) else x for x in self.all]
        for place, operand in zip(self.places, operands, strict=True):
            leaves[place] = operand
        return list(refilled(self.args, leaves))

    def primal(self, *operands: Any) -> Any:
        """All numbers that the function returns, as one vector."""
        with np.errstate(all="ignore"):
            self.outcome = self.function(*self.filled(operands))
        found = [plain(leaf, self.name) for leaf in leaves_of(self.outcome)]
        self.outcome = refilled(self.outcome, found)
        self.shapes = [each.shape for each in found]
        self.dtypes = [each.dtype for each in found]
        single = all(dtype == np.float32 for dtype in self.dtypes)
        dtype = np.float32 if single else np.float64
        return np.concatenate([np.zeros(0), *(each.ravel() for each in found)]).astype(dtype)

    def pieces(self, vector: Any) -> list[Any]:
        """The leaves of the result."""
        found, start = [], 0
        for shape in self.shapes:
            size = int(np.prod(shape, dtype=int))
            part = vector[start : start + size]
            found.append(part.reshape(shape) if shape else part[0])
            start += size
        return found

    def result(self, vector: Any) -> Any:
        """The result in its structure."""
        return refilled(self.outcome, self.pieces(vector))

    def joined(self, leaves: Sequence[Any], vector: Any) -> Any:
        """Leaves like those of the result as one vector; None stands for zero."""
        from autodiffx.reference.numpy.joining import concatenate

        parts = [
            np.zeros(shape).reshape(-1) if leaf is None else flat(leaf)
            for leaf, shape in zip(leaves, self.shapes, strict=True)
        ]
        return fitted(concatenate(parts), shape_of(vector), dtype_of(vector))

    def run(self, back: Function, forth: Function) -> Any:
        """The result, recorded; back and forth are given lists of leaves."""

        def back_of_one(i: int, adjoint: Any, operands: Sequence[Any], result: Any) -> Any:
            asked = self.places[i]
            with np.errstate(all="ignore"):
                found = back(asked, self.pieces(adjoint), self.pieces(result), list(operands))
            if found is None:
                found = 0.0
            given = (adjoint, result, *operands)
            if is_traced(found) and not any(map(is_traced, given)):
                plain(found, self.name)
            if not isinstance(found, Ranked):
                found = settled(1.0 * plain(found, self.name))
            return fitted(found, shape_of(operands[i]), dtype_of(operands[i]))

        def forth_of_all(tangents: Sequence[Any], operands: Sequence[Any], result: Any) -> Any:
            with np.errstate(all="ignore"):
                found = forth(list(tangents), self.pieces(result), list(operands))
            given = (*tangents, result, *operands)
            for leaf in found:
                if is_traced(leaf) and not any(map(is_traced, given)):
                    plain(leaf, self.name)
            return self.joined(found, result)

        operation = Opaque(self.name, self.primal, back_of_one, forth_of_all)
        return self.result(apply(operation, *(self.all[place] for place in self.places)))

    def tangents_of(self, tangents: Sequence[Any], operands: Sequence[Any]) -> list[Any]:
        """A tangent for each argument, zeros where there is none."""
        leaves = leaves_of(self.filled(operands))
        along = dict(zip(self.places, tangents, strict=True))
        found = []
        for i, leaf in enumerate(leaves):
            tangent = along.get(i)
            if tangent is None:
                tangent = np.zeros(np.shape(leaf)) if np.shape(leaf) else 0.0
            found.append(tangent)
        return list(refilled(self.args, found))


def flat(leaf: Any) -> Any:
    """A vector of the leaf's numbers."""
    from autodiffx.reference.numpy.joining import stack

    return leaf.reshape(-1) if np.shape(leaf) else stack([leaf])
