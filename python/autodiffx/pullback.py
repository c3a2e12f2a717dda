"""The product of an adjoint with a function's Jacobian, as one statement of any order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx._core import Dual, Variable, _jvp
from autodiffx.kernel import Kernel, Leaves, as_argument, is_traced, plain
from autodiffx.numpy.primitives import chain
from autodiffx.replayed import Replayed
from autodiffx.transforms import grad
from autodiffx.trees import Tree, flatten

__all__ = ["Flat", "Staged", "pairing", "pulled_back", "pushed_forward"]

Flat = Callable[[Leaves], Leaves]


def pulled_back(function: Flat, adjoints: Leaves, at: Leaves, wanted: list[bool]) -> Leaves:
    """Jᵀ u: the gradient of <u, f(x)> by x.

    Traced if something among u and x is. Then it is one statement, for which no sweep is needed
    while it is recorded: so it may stand in a rule, in which none can be begun.

    Args:
        function: f, of a list of arrays to one; what derivatives are taken by is passed to it, not
            captured. None among its results stands for zero.
        adjoints: u, an array for each result of f or None for zero.
        at: x.
        wanted: of which of x the gradient is asked for.

    Returns:
        The gradient by each of x, None where it is not wanted.
    """
    kernel = _PulledBack(function, [each is not None for each in adjoints], wanted)
    found = iter(kernel(*(each for each in adjoints if each is not None), *at))
    return [next(found) if asked else None for asked in wanted]


def pushed_forward(function: Flat, at: Leaves, tangents: Leaves) -> Leaves:
    """J ẋ: the tangent of each result of f(x), None for zero, as among the tangents."""
    moving = [i for i, tangent in enumerate(tangents) if tangent is not None]
    absent: list[bool] = []

    def of_moving(*x: Any) -> tuple[Any, ...]:
        full = list(at)
        for i, each in zip(moving, x, strict=True):
            full[i] = each
        results = function(full)
        absent[:] = [each is None for each in results]
        return tuple(0.0 if each is None else each for each in results)

    if not moving:
        return [None] * len(function(at))
    primals = [np.asarray(at[i]) if _is_plain(at[i]) else at[i] for i in moving]
    along = tuple(as_argument(tangents[i]) for i in moving)
    found = _jvp(of_moving, tuple(map(as_argument, primals)), along)[1]
    return [None if missing else each for each, missing in zip(found, absent, strict=True)]


def _is_plain(leaf: Any) -> bool:
    return not isinstance(leaf, (Variable, Dual))


def pairing(weights: Leaves, vectors: Leaves) -> Any:
    """Σ weights·vectors over all arrays; None among them stands for zero."""
    total: Any = 0.0
    for weight, vector in zip(weights, vectors, strict=True):
        if weight is None or vector is None:
            continue
        product = chain(vector, weight)
        total = total + (product.sum() if np.ndim(product) else product)
    return total


class _PulledBack(Kernel):
    """Operands are the adjoints that are not zero, and then x; results what is wanted."""

    def __init__(self, function: Flat, present: list[bool], wanted: list[bool]) -> None:
        super().__init__("pullback")
        self.function = function
        self.present = present
        self.wanted = wanted
        # A graph that holds this statement asks for it again and again.
        self.replayed = Replayed(function)

    def _parts(self, operands: Leaves) -> tuple[Leaves, Leaves]:
        count = sum(self.present)
        adjoints = iter(operands[:count])
        return [next(adjoints) if each else None for each in self.present], operands[count:]

    def _in_place(self, found: Leaves, others: Leaves) -> Leaves:
        """What belongs to the wanted ones, and the others in all other places."""
        mine = iter(found)
        return [
            next(mine) if asked else other for asked, other in zip(self.wanted, others, strict=True)
        ]

    def _asked(self, each: Leaves) -> Leaves:
        """What belongs to the wanted ones."""
        return [one for one, asked in zip(each, self.wanted, strict=True) if asked]

    def compute(self, operands: Leaves) -> tuple[Leaves, Tree]:
        adjoints, at = self._parts([as_argument(each) for each in operands])
        if self.present == [True]:
            replay = self.replayed.pull(at, adjoints[0])
            if replay is not None:
                found = self._asked(replay)
                return found, flatten(found)[1]
        chosen = self._asked(at)

        def paired(*x: Any) -> Any:
            return pairing(adjoints, self.function(self._in_place(list(x), at)))

        found = grad(paired, argnums=tuple(range(len(chosen))))(*chosen)
        found = [plain(each, "a function that is differentiated") for each in found]
        return found, flatten(found)[1]

    def _directional(self, leaves: Leaves) -> Leaves:
        """The tangent of f, of x and after it the tangents of what is wanted."""
        count = len(self.wanted)
        still: Leaves = [None] * count
        return pushed_forward(self.function, leaves[:count], self._in_place(leaves[count:], still))

    def pull(self, adjoints: Leaves, results: Leaves, operands: Leaves, wanted: Leaves) -> Leaves:
        given, at = self._parts(operands)
        count = len(operands) - len(at)
        found: Leaves = [None] * count
        if any(wanted[:count]):
            tangents = self._directional([*at, *adjoints])
            found = [t for t, each in zip(tangents, self.present, strict=True) if each]
        if not any(wanted[count:]):
            return found + [None] * len(at)
        asked = [*wanted[count:], *(False for _ in adjoints)]
        bent = pulled_back(self._directional, given, [*at, *adjoints], asked)
        return found + bent[: len(at)]

    def push(self, tangents: Leaves, results: Leaves, operands: Leaves) -> Leaves:
        given, at = self._parts(operands)
        count = len(operands) - len(at)
        adjoint_tangents, along = self._parts(tangents)
        if self.present == [True] and not any(map(is_traced, (*tangents, *operands))):
            replay = self.replayed.bend(at, given[0], along, adjoint_tangents[0])
            if replay is not None:
                return self._asked(replay)
        total: Leaves = [None] * len(results)
        if any(each is not None for each in tangents[:count]):
            found = pulled_back(self.function, adjoint_tangents, at, self.wanted)
            total = [each for each in found if each is not None]
        moving = [i for i, each in enumerate(along) if each is not None]
        if not moving:
            return total

        def tangent(leaves: Leaves) -> Leaves:
            direction: Leaves = [None] * len(at)
            for i, each in zip(moving, leaves[len(at) :], strict=True):
                direction[i] = each
            return pushed_forward(self.function, leaves[: len(at)], direction)

        asked = [*self.wanted, *(False for _ in moving)]
        bent = pulled_back(tangent, given, [*at, *(along[i] for i in moving)], asked)
        return [
            more if before is None else before + more
            for before, more in zip(total, (b for b in bent if b is not None), strict=True)
        ]


class Staged(Kernel):
    """A function of arrays as one statement, whose derivatives are those of its operations."""

    def __init__(self, name: str, function: Flat) -> None:
        super().__init__(name)
        self.function = function
        self.present: list[bool] = []  # of the results, which are not None

    def found(self, leaves: Leaves) -> Leaves:
        """The results, None where the function gives None."""
        results = iter(self(*leaves))
        return [next(results) if each else None for each in self.present]

    def compute(self, operands: Leaves) -> tuple[Leaves, Tree]:
        results = self.function([as_argument(each) for each in operands])
        self.present = [each is not None for each in results]
        found = [plain(each, f"what {self.name} gives") for each in results if each is not None]
        return found, flatten(found)[1]

    def _present(self, leaves: Leaves) -> Leaves:
        results = self.function(leaves)
        return [r for r, each in zip(results, self.present, strict=True) if each]

    def pull(self, adjoints: Leaves, results: Leaves, operands: Leaves, wanted: Leaves) -> Leaves:
        return pulled_back(self._present, adjoints, operands, list(wanted))

    def push(self, tangents: Leaves, results: Leaves, operands: Leaves) -> Leaves:
        return pushed_forward(self._present, operands, tangents)
