"""Products of arrays summed over common axes: what every product of arrays is.

Each axis has a label. Axes of one label are the same axis: Σ over all labels that the result has
not, of the product of one element of each operand. The derivative by one operand is again such a
sum, with the adjoint of the result in that operand's place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from autodiffx.reference.arrangement import Arranged
from autodiffx.reference.dispatch import Number, apply
from autodiffx.reference.multilinear import Multilinear
from autodiffx.reference.number import FLOAT32, FLOAT64, Array, settled
from autodiffx.reference.numpy.given import in_dtype
from autodiffx.reference.numpy.reductions import summed
from autodiffx.reference.shapes import Shape, dtype_of, shape_of

__all__ = ["Labels", "contracted", "stand_in"]

Labels = tuple[int, ...]


def contracted(
    name: str,
    labels: Sequence[Labels],
    result: Labels,
    operands: Sequence[Number],
    optimize: Any = False,
) -> Number:
    """The sum of products, in the operands' common dtype.

    An axis of length 1 is repeated along axes of its label that are longer. The shapes are known
    to go together.
    """
    single = np.result_type(*map(dtype_of, operands)) == FLOAT32
    numbers = [in_dtype(operand, FLOAT32 if single else FLOAT64) for operand in operands]
    terms = [_without_repetition(x, own) for x, own in zip(numbers, labels, strict=True)]
    lengths: dict[int, int] = {}
    for x, own in terms:
        for label, length in zip(own, shape_of(x), strict=True):
            if lengths.get(label, 1) == 1:
                lengths[label] = length
    terms = [_without_ones(x, own, lengths) for x, own in terms]
    terms = [_without_own_sums(terms, index, result) for index in range(len(terms))]
    operation = _contraction(name, tuple(own for _, own in terms), result, optimize)
    return apply(operation, *(x for x, _ in terms))


def stand_in(x: Number) -> Array:
    """Zeros of a number's shape in the memory of one, to ask NumPy whether shapes are right."""
    return np.broadcast_to(np.zeros((), dtype_of(x)), shape_of(x))


def _without_repetition(x: Number, labels: Labels) -> tuple[Number, Labels]:
    """The diagonal of axes that have the same label."""
    distinct = tuple(dict.fromkeys(labels))
    if distinct == labels:
        return x, labels

    def diagonal(a: Any) -> Any:
        return np.einsum(a, list(labels), list(distinct))

    return (x.arranged(diagonal) if isinstance(x, Arranged) else diagonal(x)), distinct


def _without_ones(x: Number, labels: Labels, lengths: dict[int, int]) -> tuple[Number, Labels]:
    """What is repeated along a label need not have its axis."""
    shape: Shape = shape_of(x)
    repeated = [length != lengths[label] for label, length in zip(labels, shape, strict=True)]
    if not any(repeated):
        return x, labels
    key = tuple(0 if drops else slice(None) for drops in repeated)
    return x[key], tuple(label for label, drops in zip(labels, repeated, strict=True) if not drops)


def _without_own_sums(
    terms: list[tuple[Number, Labels]], index: int, result: Labels
) -> tuple[Number, Labels]:
    """What only one operand has, and not the result, is summed in it beforehand."""
    x, labels = terms[index]
    elsewhere = {*result, *(label for i, t in enumerate(terms) if i != index for label in t[1])}
    axes = tuple(axis for axis, label in enumerate(labels) if label not in elsewhere)
    if not axes:
        return x, labels
    return summed(x, axes), tuple(label for label in labels if label in elsewhere)


def _contraction(
    name: str, labels: tuple[Labels, ...], result: Labels, optimize: Any, is_value: bool = True
) -> Multilinear:
    """The operation, whose value is NumPy's.

    In a derivative a factor of zero contributes nothing, even against an infinite one.
    """

    def primal(*xs: Number) -> Number:
        arrays = [np.asarray(x) for x in xs]
        with np.errstate(all="ignore"):
            if is_value or all(np.isfinite(array).all() for array in arrays):
                return settled(_sum_of_products(arrays, labels, result, optimize))
            return settled(_sum_without_zeros(arrays, labels, result))

    def derivative(swapped: tuple[Labels, ...], output: Labels) -> Multilinear:
        return _contraction(name, swapped, output, optimize, is_value=False)

    def transpose(index: int) -> Multilinear:
        return derivative((*labels[:index], result, *labels[index + 1 :]), labels[index])

    return Multilinear(
        name,
        primal,
        tuple(partial(transpose, index) for index in range(len(labels))),
        differential=partial(derivative, labels, result),
    )


def _sum_of_products(
    arrays: list[Array], labels: tuple[Labels, ...], result: Labels, optimize: Any
) -> Array:
    given: list[Any] = []
    for array, own in zip(arrays, labels, strict=True):
        given += [array, list(own)]
    return np.array(np.einsum(*given, list(result), optimize=optimize))


def _sum_without_zeros(arrays: list[Array], labels: tuple[Labels, ...], result: Labels) -> Array:
    """The same, where products with a factor of zero are zero."""
    every = list(dict.fromkeys([*result, *(label for own in labels for label in own)]))
    aligned = []
    for array, own in zip(arrays, labels, strict=True):
        turned = array.transpose([own.index(label) for label in every if label in own])
        aligned.append(turned[tuple(slice(None) if e in own else None for e in every)])
    products, is_zero = aligned[0], aligned[0] == 0.0
    for factor in aligned[1:]:
        products, is_zero = products * factor, is_zero | (factor == 0.0)
    nothing = np.zeros((), products.dtype)
    summed_axes = tuple(range(len(result), len(every)))
    return np.asarray(np.sum(np.where(is_zero, nothing, products), axis=summed_axes))
