"""The chain rule for one statement: tangents forwards through it, adjoints backwards.

An elementwise operator multiplies by its partials, and what broadcasting repeated is summed on
the way back; a linear operation is applied as it is, or transposed, and a multilinear one once for
each operand. What solves an equation knows both ways itself,
and so does a function with rules of the user's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, Numbers, Operation, apply, product
from autodiffx.reference.linear import Linear, broadcast, cast, sum_to
from autodiffx.reference.multilinear import Multilinear
from autodiffx.reference.number import FLOAT64
from autodiffx.reference.opaque import Opaque
from autodiffx.reference.shapes import Shape, dtype_of, shape_of
from autodiffx.reference.solution import Solution

__all__ = ["aligned", "fitted", "pulled", "pushed"]


def aligned(operands: Sequence[Number], dtype: np.dtype[Any] | None) -> list[Number]:
    """The operands in the dtype that a statement computes in, so that its partials are too."""
    return [
        operand
        if dtype is None or type(operand) is float or operand.dtype == dtype
        else apply(cast(operand.dtype, dtype), operand)
        for operand in operands
    ]


def fitted(number: Number, shape: Shape, dtype: np.dtype[Any]) -> Number:
    """A tangent in the shape and dtype of what it belongs to, repeated where that is larger."""
    if shape_of(number) != shape and type(number) is not float:
        number = apply(broadcast(shape_of(number), shape), number)
    return _cast(number, shape, dtype)


def _cast(number: Number, shape: Shape, dtype: np.dtype[Any]) -> Number:
    if type(number) is float:
        return number if shape == () and dtype == FLOAT64 else np.full(shape, number, dtype=dtype)
    if dtype_of(number) != dtype:
        return apply(cast(dtype_of(number), dtype), number)
    return number


def pulled(
    rule: Operation,
    index: int,
    adjoint: Number,
    numbers: Numbers,
    operands: Sequence[Number],
    result: Number,
    dtype: np.dtype[Any] | None,
) -> Number:
    """What the adjoint of the result contributes to that of one operand."""
    if isinstance(rule, Linear):
        return apply(rule.transposes[index](), adjoint)
    if isinstance(rule, Multilinear):
        transpose = rule.transposes[index]
        if transpose is None:
            return fitted(0.0, shape_of(operands[index]), dtype_of(operands[index]))
        return apply(transpose(), *operands[:index], adjoint, *operands[index + 1 :])
    if isinstance(rule, Solution):
        return rule.passed_on(adjoint, operands[0], result)
    if isinstance(rule, Opaque):
        return rule.back(index, adjoint, operands, result)
    partial = rule.partials[index](numbers, aligned(operands, dtype), result)
    contribution = product(adjoint, partial)
    shape, dtype = shape_of(operands[index]), dtype_of(operands[index])
    if shape_of(contribution) != shape and type(contribution) is not float:
        contribution = apply(sum_to(shape_of(contribution), shape), contribution)
    return _cast(contribution, shape, dtype)


def pushed(
    rule: Operation,
    tangents: Sequence[Number | None],
    numbers: Numbers,
    operands: Sequence[Number],
    result: Number,
    dtype: np.dtype[Any] | None,
) -> Number:
    """The tangent of the result; operands without one are passive."""
    if isinstance(rule, Linear):
        directions = [
            fitted(0.0 if tangent is None else tangent, shape_of(operand), dtype_of(operand))
            for tangent, operand in zip(tangents, operands, strict=True)
        ]
        return apply(rule, *directions)
    if isinstance(rule, Multilinear):
        return _pushed_by_each(rule, tangents, operands, result)
    if isinstance(rule, Solution):
        tangent = fitted(tangents[0], shape_of(operands[0]), dtype_of(operands[0]))
        return rule.change(tangent, operands[0], result)
    if isinstance(rule, Opaque):
        return rule.forth(tangents, operands, result)
    operands = aligned(operands, dtype)
    total: Number = 0.0
    for tangent, partial in zip(tangents, rule.partials, strict=True):
        if tangent is not None:
            (direction,) = aligned([tangent], dtype)
            total = total + product(direction, partial(numbers, operands, result))
    return fitted(total, shape_of(result), dtype_of(result))


def _pushed_by_each(
    rule: Multilinear,
    tangents: Sequence[Number | None],
    operands: Sequence[Number],
    result: Number,
) -> Number:
    """Σ the operation with one operand's tangent in the operand's place."""
    total: Number | None = None
    differential = rule if rule.differential is None else rule.differential()
    for index, (tangent, operand) in enumerate(zip(tangents, operands, strict=True)):
        if tangent is None or rule.transposes[index] is None:
            continue
        direction = fitted(tangent, shape_of(operand), dtype_of(operand))
        term = apply(differential, *operands[:index], direction, *operands[index + 1 :])
        total = term if total is None else total + term
    return fitted(0.0 if total is None else total, shape_of(result), dtype_of(result))
