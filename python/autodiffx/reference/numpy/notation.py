"""Einstein's notation, in all the forms that NumPy reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number
from autodiffx.reference.implementations import implements
from autodiffx.reference.numpy.contraction import Labels, contracted, stand_in
from autodiffx.reference.numpy.given import array_of

__all__: list[str] = []

Tokens = list[Any]  # a label for each axis: a letter or an int, and ... for any others


@implements(np.einsum)
def einsum(*operands: Any, optimize: Any = False) -> Any:
    """The sum of products that the subscripts say.

    Args:
        operands: subscripts ("ij,jk->ik", "...ii", "i,j") and as many arrays; or arrays, each
            followed by a list of ints for its axes, and at the end perhaps one for the result.
        optimize: as for NumPy: whether, or in which order, operands are multiplied in pairs.

    Raises:
        ValueError: the subscripts do not fit the arrays.

    >>> from autodiffx.reference import Variable
    >>> x = Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> np.einsum("ij,ij->i", x, x).value
    array([ 5., 25.])
    """
    terms, result, arrays = _parsed(operands)
    numbers = [array_of(array, "np.einsum") for array in arrays]
    np.einsum(*_as_given(operands, numbers))  # raises where the subscripts do not fit
    labels, output = _labelled(terms, result, [np.ndim(x) for x in numbers])
    return contracted("einsum", labels, output, numbers, optimize)


@implements(np.einsum_path)
def einsum_path(*operands: Any, optimize: Any = "greedy", einsum_call: bool = False) -> Any:
    """The order of pairs in which einsum would multiply, which depends on shapes alone."""
    numbers = [array_of(array, "np.einsum_path") for array in _parsed(operands)[2]]
    given = _as_given(operands, numbers)
    return np.einsum_path(*given, optimize=optimize, einsum_call=einsum_call)  # type: ignore


def _parsed(operands: Sequence[Any]) -> tuple[list[Tokens], Tokens | None, list[Any]]:
    """The labels of every operand, of the result where they are said, and the arrays."""
    if operands and isinstance(operands[0], str):
        left, arrow, right = operands[0].replace(" ", "").partition("->")
        terms = [_tokens(term) for term in left.split(",")]
        return terms, _tokens(right) if arrow else None, list(operands[1:])
    lists = list(operands[1::2])
    arrays = list(operands[0 : 2 * len(lists) : 2])
    result = list(operands[-1]) if len(operands) % 2 else None
    return [list(term) for term in lists], result, arrays


def _tokens(term: str) -> Tokens:
    before, dots, behind = term.partition("...")
    return [*before, *([...] if dots else []), *behind]


def _as_given(operands: Sequence[Any], numbers: list[Number]) -> list[Any]:
    """The arguments with zeros in place of the arrays."""
    given = list(operands)
    places = range(1, len(given)) if isinstance(given[0], str) else range(0, 2 * len(numbers), 2)
    for place, number in zip(places, numbers, strict=False):
        given[place] = stand_in(number)
    return given


def _labelled(
    terms: list[Tokens], result: Tokens | None, ndims: list[int]
) -> tuple[list[Labels], Labels]:
    """Every token as a number; the dots of an operand are the last axes of the longest dots."""
    named = [[token for token in term if token is not ...] for term in terms]
    dotted = [
        ndim - len(own) if ... in term else 0
        for term, own, ndim in zip(terms, named, ndims, strict=True)
    ]
    names = sorted({token for own in named for token in own})
    number = {name: index for index, name in enumerate(names)}
    dots = [len(names) + i for i in range(max(dotted, default=0))]

    def numbered(term: Tokens, count: int) -> Labels:
        found: list[int] = []
        for token in term:
            found += dots[len(dots) - count :] if token is ... else [number[token]]
        return tuple(found)

    if result is None:  # the dots, and what stands once, in alphabetical order
        uses = [token for own in named for token in own]
        result = [..., *(name for name in names if uses.count(name) == 1)]
    labels = [numbered(term, count) for term, count in zip(terms, dotted, strict=True)]
    return labels, numbered(result, len(dots))
