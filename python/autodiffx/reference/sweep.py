"""The two sweeps, each one loop over statements in which no operator is named.

Both work in any number type: `numbers` is the world in which partials are evaluated, and
`number_of` says which number stands for a variable in it. So the same loop gives gradients
(floats), Hessian-vector products (duals) and derivatives that are recorded (Variables).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from autodiffx.reference.chain import pulled, pushed
from autodiffx.reference.dispatch import Number, Numbers
from autodiffx.reference.watch import look_at_adjoint, look_at_tangent, watch

if TYPE_CHECKING:
    from autodiffx.reference.variable import Variable

__all__ = ["ancestors", "forward_sweep", "leaves", "made_from", "operator_of", "reverse_sweep"]


def ancestors(result: Variable, after: int = 0) -> list[Variable]:
    """The results that `result` was made from and itself, in the order of recording.

    Nothing that was recorded at the moment `after` or earlier is looked at.
    """
    found = {}
    waiting = [result]
    while waiting:
        variable = waiting.pop()
        statement = variable._statement
        if statement is None or statement.order <= after or statement.order in found:
            continue
        found[statement.order] = variable
        waiting.extend(statement.operands)
    return [found[order] for order in sorted(found)]


def made_from(result: Variable) -> tuple[Variable, ...]:
    """The operands of a result; leaves have none."""
    return () if result._statement is None else result._statement.operands


def operator_of(result: Variable) -> str | None:
    """The name of what made a result; leaves have none."""
    return None if result._statement is None else result._statement.rule.name


def leaves(results: Iterable[Variable]) -> list[Variable]:
    """The inputs among the operands, each once, in the order of their first use."""
    found: dict[Variable, None] = {}
    for result in results:
        for operand in made_from(result):
            if operand._statement is None and operand._is_active:
                found[operand] = None
    return list(found)


def reverse_sweep(
    results: list[Variable],
    seeds: Mapping[Variable, Number],
    numbers: Numbers,
    number_of: Callable[[Variable], Number],
    inputs: Collection[Variable] = (),
) -> dict[Variable, Number]:
    """The adjoint of every active variable that what has a seed depends on.

    adjoint(operand) = Σ adjoint(result) * partial(result by operand) over its uses. The `inputs`
    count as active, whatever they are else.
    """
    adjoints = dict(seeds)
    for result in reversed(results):
        if result not in adjoints:  # reached through passive values only
            continue
        adjoint = adjoints[result]
        statement = result._statement
        assert statement is not None
        operands = [number_of(operand) for operand in statement.operands]
        number = number_of(result)
        for index, operand in enumerate(statement.operands):
            if not operand._is_active and operand not in inputs:
                continue
            with watch.rule():
                contribution = pulled(
                    statement.rule, index, adjoint, numbers, operands, number, statement.dtype
                )
                if operand in adjoints:
                    with np.errstate(all="ignore"):
                        contribution = adjoints[operand] + contribution
            if watch.looks:
                look_at_adjoint(contribution, statement, index, adjoint)
            adjoints[operand] = contribution
    return adjoints


def forward_sweep(
    results: list[Variable],
    seeds: Mapping[Variable, Number],
    numbers: Numbers,
    number_of: Callable[[Variable], Number],
) -> dict[Variable, Number]:
    """The tangent of every result, given those of some inputs, which count as active.

    tangent(result) = Σ partial(result by operand) * tangent(operand) over its operands.
    """
    tangents = dict(seeds)
    for result in results:
        statement = result._statement
        assert statement is not None
        operands = [number_of(operand) for operand in statement.operands]
        number = number_of(result)
        directions = [
            tangents.get(operand) if operand._is_active or operand in seeds else None
            for operand in statement.operands
        ]
        with np.errstate(all="ignore"), watch.rule():
            tangent = pushed(statement.rule, directions, numbers, operands, number, statement.dtype)
        if watch.looks:
            look_at_tangent(tangent, statement)
        tangents[result] = tangent
    return tangents
