"""The derivative of one call: a linear map, which is applied forwards and backwards.

What depends on the inputs of the call alone is a plain number in its sweeps. What depends on
something active outside as well (the inputs of a call around it, a Variable, a Graph) is recorded
anew in each, so that derivatives of derivatives are exact to any order. A Dual of a call around it
is taken apart: a sweep is linear in its seeds, and with ε² = 0

    (J + ε J') (s + ε s') = J s + ε (J' s + J s').
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autodiffx.reference.call import Call, number_from
from autodiffx.reference.chain import fitted
from autodiffx.reference.constant import Constant
from autodiffx.reference.containers import Structure, flatten
from autodiffx.reference.dispatch import FLOATS, NUMBERS, Number, Numbers
from autodiffx.reference.dual import Dual
from autodiffx.reference.freshness import outdated, require_fresh
from autodiffx.reference.node import as_computed
from autodiffx.reference.outside import outside_of, reaches_outside
from autodiffx.reference.record import node_of
from autodiffx.reference.shapes import Shape, dtype_of, shape_of
from autodiffx.reference.sweep import ancestors, forward_sweep, reverse_sweep
from autodiffx.reference.variable import Variable
from autodiffx.reference.wording import stale_value

__all__ = ["Derivative", "Kind", "seeds_for"]

Kind = tuple[Shape, np.dtype[Any]]


class Derivative:
    """d(results)/d(inputs) of a call that has run.

    Args:
        call: whose inputs they are.
        result: what the function returned, a container of numbers and arrays.
        where: how messages name it.

    Raises:
        TypeError: the result holds something else.
    """

    def __init__(self, call: Call, result: Any, where: str) -> None:
        self.call = call
        self.inputs = dict.fromkeys(call.inputs)
        leaves, self.structure = flatten(result)
        numbers = [number_from(leaf, where) for leaf in leaves]
        self.kinds = [(shape_of(number), dtype_of(number)) for number in numbers]
        self.value = call.closed(self.structure.unflatten(numbers))
        # What is written into these arrays later is not what the function returned.
        self.results = [_kept(number) for number in numbers]

    def ones(self) -> list[Number]:
        """The seeds of the sum of all results."""
        return [fitted(1.0, shape, dtype) for shape, dtype in self.kinds]

    def pulled_back(self, seeds: Sequence[Number]) -> list[Number]:
        """Σ seed * d(result)/d(input) over the results, for each input."""
        found = self._pulled(list(zip(self.results, seeds, strict=True)))
        return [self.call.closed(adjoint) for adjoint in found]

    def pushed_forward(self, tangents: Sequence[Number]) -> list[Number]:
        """Σ d(result)/d(input) * tangent over the inputs, for each result."""
        found = self._pushed(self.results, tangents)
        return [self.call.closed(tangent) for tangent in found]

    def _pulled(self, pairs: list[tuple[Number, Number]]) -> list[Number]:
        level = _highest_level(number for pair in pairs for number in pair)
        if level is None:
            return self._swept_back(pairs)
        values, tangents = [], []
        for result, seed in pairs:
            primal, rate = _split(result, level)
            adjoint, change = _split(seed, level)
            values.append((primal, adjoint))
            tangents += [(rate, adjoint), (primal, change)]
        parts = zip(self._pulled(values), self._pulled(tangents), strict=True)
        return [Dual(value, tangent, level) for value, tangent in parts]

    def _pushed(self, results: Sequence[Number], tangents: Sequence[Number]) -> list[Number]:
        level = _highest_level([*results, *tangents])
        if level is None:
            return self._swept_forward(results, tangents)
        primals = [_split(result, level)[0] for result in results]
        rates = [_split(result, level)[1] for result in results]
        directions = [_split(tangent, level)[0] for tangent in tangents]
        changes = [_split(tangent, level)[1] for tangent in tangents]
        values = self._pushed(primals, directions)
        by_rates = self._pushed(rates, directions)
        by_changes = self._pushed(primals, changes)
        with np.errstate(all="ignore"):
            return [
                Dual(value, by_rate + by_change, level)
                for value, by_rate, by_change in zip(values, by_rates, by_changes, strict=True)
            ]

    def _swept_back(self, pairs: list[tuple[Number, Number]]) -> list[Number]:
        adjoints: dict[Variable, Number] = {}
        for result, seed in pairs:
            if self._is_seeded(result):
                with np.errstate(all="ignore"):
                    adjoints[result] = adjoints[result] + seed if result in adjoints else seed
        made = self._made(adjoints)
        world = _World(self.call, made, adjoints, adjoints.values())
        adjoints = reverse_sweep(made, adjoints, world.numbers, world.number_of, self.inputs)
        return [adjoints.get(variable, variable._zeros()) for variable in self.call.inputs]

    def _swept_forward(self, results: Sequence[Number], tangents: Sequence[Number]) -> list[Number]:
        nodes = [result for result in results if self._is_seeded(result)]
        made = self._made(nodes)
        world = _World(self.call, made, nodes, tangents)
        directions = {
            variable: fitted(tangent, variable.shape, variable.dtype)
            for variable, tangent in zip(self.call.inputs, tangents, strict=True)
        }
        active = [variable for variable in made if variable._is_active]
        found = forward_sweep(active, directions, world.numbers, world.number_of)
        return [
            found.get(result, result._zeros()) if isinstance(result, Variable) else _zeros(result)
            for result in results
        ]

    def _is_seeded(self, result: Number) -> bool:
        return isinstance(result, Variable) and (result._is_active or result in self.inputs)

    def _made(self, nodes: Iterable[Variable]) -> list[Variable]:
        """What the call has recorded on the way to the nodes, and these, in its order.

        What the function computed must belong to the present inputs, in a Graph all of it.
        """
        found = {}
        for node in nodes:
            for ancestor in ancestors(node, after=self.call.mark):
                assert ancestor._statement is not None
                found[ancestor._statement.order] = ancestor
        made = [found[order] for order in sorted(found)]
        for ancestor in made:
            operand = outdated(ancestor)
            if operand is not None:
                raise stale_value(operand, ancestor)
        for node in nodes:
            statement = node._statement
            if statement is not None and statement.order in found and statement.tape.keeps:
                require_fresh(node)
        return made


class _World:
    """The numbers that a sweep computes with: plain ones, unless something outside is involved.

    Args:
        call: whose sweep it is.
        made: what the call has recorded on the way.
        nodes: the results that the sweep is about.
        seeds: what it starts from.
    """

    def __init__(
        self,
        call: Call,
        made: Sequence[Variable],
        nodes: Iterable[Variable],
        seeds: Iterable[Number],
    ) -> None:
        self.outside = outside_of(made, call.inputs)
        is_recorded = any(isinstance(seed, Variable) for seed in seeds) or any(
            reaches_outside(node, call.mark, call.inputs) for node in nodes
        )
        self.numbers: Numbers = NUMBERS if is_recorded else FLOATS
        self.number_of = self._recorded if is_recorded else _plain

    def _recorded(self, node: Variable) -> Number:
        return as_computed(node) if node in self.outside else node._value


def _plain(node: Variable) -> Number:
    return node._value


def _kept(number: Number) -> Number:
    """A result with the nodes of the recording in place of what the user's Variables show."""
    if isinstance(number, Dual):
        return Dual(_kept(number.value), _kept(number.tangent), number.level)
    if isinstance(number, Constant):
        return number._value
    return node_of(number) if isinstance(number, Variable) else number


def _highest_level(numbers: Iterable[Number]) -> int | None:
    levels = [number.level for number in numbers if isinstance(number, Dual)]
    return max(levels, default=None)


def _split(number: Number, level: int) -> tuple[Number, Number]:
    """Value and tangent at one level; 0 of what has none there."""
    if isinstance(number, Dual) and number.level == level:
        return number.value, number.tangent
    return number, _zeros(number)


def _zeros(number: Number) -> Number:
    return fitted(0.0, shape_of(number), dtype_of(number))


def seeds_for(value: Any, structure: Structure, kinds: Sequence[Kind], name: str) -> list[Number]:
    """The leaves of a tangent or cotangent, each in the dtype of what it belongs to.

    Args:
        value: what the user gave.
        structure, kinds: of what it belongs to, and shape and dtype of each leaf.
        name: how messages call it.

    Raises:
        TypeError: its structure is another one, or it holds what is no number.
        ValueError: a leaf has another shape.
    """
    leaves, found = flatten(value)
    if found != structure:
        raise TypeError(
            f"a {name} has the structure of what it belongs to, {structure!r}, not {found!r}"
        )
    seeds = []
    for leaf, (shape, dtype) in zip(leaves, kinds, strict=True):
        seed = number_from(leaf, f"a {name}")
        if shape_of(seed) != shape:
            raise ValueError(
                f"a {name} has the shape of what it belongs to, {shape}, not {shape_of(seed)}"
            )
        seeds.append(seed if dtype.kind == "b" else fitted(seed, shape, dtype))
    return seeds
