"""Calls of functions with rules: `custom_vjp`'s run backwards, `custom_jvp`'s forwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx._core import Dual, Variable
from autodiffx.kernel import (
    Arguments,
    Kernel,
    Leaves,
    as_argument,
    dense,
    is_traced,
    kept,
    like,
    plain,
    settled,
    split,
)
from autodiffx.transpose import transposed
from autodiffx.trees import Tree, flatten

__all__ = ["ForwardCall", "ReverseCall", "require_same"]

Function = Callable[..., Any]


def require_same(what: str, found: Tree, expected: Tree) -> None:
    if found != expected:
        raise TypeError(f"{what} has the structure {expected}, got {found}")


def _is_pair(found: Any) -> bool:
    return isinstance(found, (tuple, list)) and len(found) == 2


class _Call(Kernel):
    """A call with some arguments fixed."""

    def __init__(self, name: str, fixed: dict[int, Any], arguments: Arguments) -> None:
        super().__init__(name)
        self.fixed = fixed
        self.arguments = arguments

    def all_arguments(self, operands: Leaves) -> list[Any]:
        """Those of the function, in its order."""
        rest = iter(self.arguments.put_together(self.arguments.own(operands)))
        count = len(self.fixed) + len(self.arguments.put_together(self.arguments.leaves))
        return [self.fixed[i] if i in self.fixed else next(rest) for i in range(count)]


class ReverseCall(_Call):
    """A call of a custom_vjp."""

    residuals: Any  # of the last evaluation

    def __init__(
        self, name: str, fwd: Function, bwd: Function, fixed: dict[int, Any], arguments: Arguments
    ) -> None:
        super().__init__(name, fixed, arguments)
        self.fwd, self.bwd = fwd, bwd

    def _evaluate(self, operands: Leaves) -> tuple[Any, Any]:
        found = self.fwd(*self.all_arguments(operands))
        if not _is_pair(found):
            raise TypeError(
                f"the fwd of {self.name}() returns a pair (result, residuals), got "
                f"{type(found).__name__!r}"
            )
        return found[0], found[1]

    def compute(self, operands: Leaves) -> tuple[Leaves, Tree]:
        result, residuals = self._evaluate(operands)
        leaves, tree = flatten(residuals)
        self.residuals = tree.unflatten([self._kept(leaf) for leaf in leaves])
        return settled(self.name, result)

    def _kept(self, leaf: Any) -> Any:
        """A residual that nobody can change."""
        if is_traced(leaf):
            leaf = plain(leaf, f"a residual of {self.name}()")
        if isinstance(leaf, np.ndarray):
            leaf = kept(leaf)
        return leaf

    def pull(self, adjoints: Leaves, results: Leaves, operands: Leaves, wanted: Leaves) -> Leaves:
        traced = any(isinstance(each, (Variable, Dual)) for each in operands)
        residuals = self._evaluate(operands)[1] if traced else self.residuals
        found = self.bwd(*self.fixed.values(), residuals, self.outcome(adjoints))
        arguments = self.arguments.put_together(self.arguments.leaves)
        if not isinstance(found, (tuple, list)) or len(found) != len(arguments):
            count = f" of {len(found)}" if isinstance(found, (tuple, list)) else ""
            raise TypeError(
                f"the bwd of {self.name}() returns a tuple of {len(arguments)}, one cotangent for "
                f"each argument that is differentiated by, got {type(found).__name__!r}{count}"
            )
        cotangents = self._flat(found, self.arguments.filled(operands))
        return [
            cotangents[place] if asked else None
            for place, asked in zip(self.arguments.places, wanted, strict=True)
        ]

    def _flat(self, found: Any, leaves: Leaves) -> Leaves:
        """The cotangent of each leaf, None for zero."""
        flat: Leaves = []
        for i, (cotangent, argument) in enumerate(
            zip(found, self.arguments.put_together(leaves), strict=True)
        ):
            parts, tree = flatten(argument)
            what = f"the cotangent that the bwd of {self.name}() returns for argument {i}"
            if cotangent is None:
                flat += [None] * len(parts)
                continue
            flat += [
                None if each is None or not _has_shape(part) else like(each, part, what)
                for each, part in zip(split(tree, cotangent, what), parts, strict=True)
            ]
        return flat

    def push(self, tangents: Leaves, results: Leaves, operands: Leaves) -> Leaves:
        wanted = [tangent is not None for tangent in tangents]
        count = len(results)
        return transposed(
            f"the bwd of {self.name}(), which forward mode transposes,",
            lambda u, given: self.pull(u, given[:count], given[count:], wanted),
            results,
            [*results, *operands],
            tangents,
        )


def _has_shape(leaf: Any) -> bool:
    return isinstance(leaf, (int, float, np.ndarray, np.generic, Variable, Dual))


class ForwardCall(_Call):
    """A call of a custom_jvp."""

    def __init__(
        self, name: str, fun: Function, rule: Function, fixed: dict[int, Any], arguments: Arguments
    ) -> None:
        super().__init__(name, fixed, arguments)
        self.fun, self.rule = fun, rule

    def compute(self, operands: Leaves) -> tuple[Leaves, Tree]:
        return settled(self.name, self.fun(*self.all_arguments(operands)))

    def push(self, tangents: Leaves, results: Leaves, operands: Leaves) -> Leaves:
        leaves = self.arguments.filled(operands)
        directions: Leaves = [None] * len(leaves)
        for place, tangent in zip(self.arguments.places, tangents, strict=True):
            directions[place] = as_argument(tangent)
        directions = [dense(t, leaf) for t, leaf in zip(directions, leaves, strict=True)]
        found = self.rule(
            *self.fixed.values(),
            self.arguments.put_together(leaves),
            self.arguments.put_together(directions),
        )
        if not _is_pair(found):
            raise TypeError(
                f"the rule of {self.name}() returns a pair (result, tangent), got "
                f"{type(found).__name__!r}"
            )
        what = f"the tangent that the rule of {self.name}() returns"
        require_same(
            f"the result that the rule of {self.name}() returns", flatten(found[0])[1], self.tree
        )
        return [
            None if each is None or dtype == np.bool_ else like(each, result, what)
            for each, result, dtype in zip(
                split(self.tree, found[1], what), results, self.dtypes, strict=True
            )
        ]

    def pull(self, adjoints: Leaves, results: Leaves, operands: Leaves, wanted: Leaves) -> Leaves:
        count = len(results)

        def push(tangents: Leaves, given: Leaves) -> Leaves:
            some = iter(tangents)
            directions = [next(some) if asked else None for asked in wanted]
            return self.push(directions, given[:count], given[count:])

        found = iter(
            transposed(
                f"the rule of {self.name}(), which reverse mode transposes,",
                push,
                [operand for operand, asked in zip(operands, wanted, strict=True) if asked],
                [*results, *operands],
                adjoints,
            )
        )
        return [next(found) if asked else None for asked in wanted]
