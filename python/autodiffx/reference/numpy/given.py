"""What users give to NumPy's functions: arrays, numbers, and lists of either."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, Ranked, apply
from autodiffx.reference.implementations import is_any_ranked
from autodiffx.reference.linear import cast, collect
from autodiffx.reference.number import FLOAT64, Array, plain_array, require_real
from autodiffx.reference.rules import RULES
from autodiffx.reference.shapes import dtype_of, positions_in, shape_of

__all__ = ["BOOL", "array_of", "floating", "in_dtype", "plain_of", "together"]

BOOL = np.dtype(bool)


def array_of(value: Any, where: str) -> Number:
    """An array or a number of some kind; a list of Variables is stacked.

    Raises:
        TypeError: it holds something else than real numbers.
    """
    if isinstance(value, Ranked):
        return value.present()
    if isinstance(value, (list, tuple)) and is_any_ranked(value):
        leaves = [array_of(leaf, where) for leaf in _leaves(value)]
        return together(lambda *numbers: np.array(_nested(value, iter(numbers))), leaves, "stack")
    found = plain_array(value, where)
    require_real(found, where)
    if found.ndim == 0 and found.dtype.kind != "b" and found.dtype != np.float32:
        return float(found)
    return found.astype(found.dtype.newbyteorder("="), copy=False)


def plain_of(value: Any, where: str, what: str) -> Any:
    """An argument that is given in plain numbers.

    Raises:
        NotImplementedError: it holds a Variable.
    """
    if is_any_ranked((value,)):
        raise NotImplementedError(
            f"{where} takes {what} in plain numbers, not as a Variable: pass its .value"
        )
    return value


def floating(number: Number) -> Number:
    """Booleans as the numbers 0 and 1, of which there are sums."""
    return in_dtype(number, FLOAT64) if dtype_of(number) == BOOL else number


def in_dtype(number: Number, dtype: np.dtype[Any]) -> Number:
    """The numbers in another dtype; bool of what is not 0."""
    if dtype_of(number) == dtype:
        return number
    if dtype == BOOL:
        return apply(RULES["not_equal"], number, 0.0)
    return apply(cast(dtype_of(number), dtype), number)


def together(
    arrangement: Callable[..., Any], operands: Sequence[Number], name: str = "gather"
) -> Number:
    """The elements of several arrays, arranged as NumPy arranges their numbers.

    The elements are numbered through from 1; wherever NumPy puts 0 there is a zero.
    """
    dtype = np.result_type(*map(dtype_of, operands))
    if dtype.kind not in "fb":
        dtype = FLOAT64
    shapes = tuple(map(shape_of, operands))
    numbers: list[Array] = []
    start = 1
    for shape in shapes:
        positions = positions_in(shape)
        numbers.append(positions + start)
        start += positions.size
    places = np.asarray(arrangement(*numbers))
    return apply(collect(places, shapes, name), *[in_dtype(o, dtype) for o in operands])


def _leaves(nested: Any) -> Iterator[Any]:
    if isinstance(nested, (list, tuple)):
        for part in nested:
            yield from _leaves(part)
    else:
        yield nested


def _nested(like: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(like, (list, tuple)):
        return [_nested(part, leaves) for part in like]
    return next(leaves)
