"""Arrays as lists of scalars: an operator applied element by element, with NumPy's broadcasting.

The elements may be whatever the operators of autodiffx take: numbers, Variables, Duals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, ...]
FloatArray = NDArray[np.float64]


class Elements(NamedTuple):
    """The scalars of one array in C order, and its shape."""

    items: list[Any]
    shape: Shape


def to_array(values: Any) -> FloatArray:
    """A float64 copy of a number or of an array of numbers, with at least one axis.

    Args:
        values: a real number, an ndarray or a (nested) list of real numbers.

    Returns:
        A new array that nobody else holds; a plain number becomes one element, shape ``(1,)``.

    Raises:
        TypeError: a value is no real number.
        OverflowError: an int is too large for a float.

    >>> to_array(3)
    array([3.])
    """
    if isinstance(values, (int, float)):
        return np.array([values], dtype=np.float64)
    array = np.asarray(values)
    if array.dtype.kind not in "buif":
        raise TypeError(
            f"expected a real number or an array of real numbers, found {values!r} "
            f"of type {type(values).__name__}: convert it with float() or numpy first"
        )
    return np.atleast_1d(np.array(array, dtype=np.float64))


def spread(elements: Elements, shape: Shape) -> list[Any]:
    """The items that broadcasting to ``shape`` shows, in C order.

    >>> spread(Elements([1.0, 2.0], (2, 1)), (2, 2))
    [1.0, 1.0, 2.0, 2.0]
    """
    if elements.shape == shape:
        return elements.items
    if len(elements.items) == 1:
        return elements.items * math.prod(shape)
    places = np.arange(len(elements.items)).reshape(elements.shape)
    return [elements.items[place] for place in np.broadcast_to(places, shape).flat]


def apply(formula: Callable[..., Any], operands: Sequence[Elements]) -> Elements:
    """``formula`` of the operands' elements, one result for each place of the broadcast shape.

    Args:
        formula: an operator of autodiffx, or a composition of some.
        operands: one or more arrays of elements.

    Raises:
        ValueError: the shapes do not broadcast.

    >>> apply(lambda a, b: a * b, [Elements([2.0], (1,)), Elements([3.0, 4.0], (2,))])
    Elements(items=[6.0, 8.0], shape=(2,))
    """
    shape = np.broadcast_shapes(*(operand.shape for operand in operands))
    columns = [spread(operand, shape) for operand in operands]
    return Elements([formula(*row) for row in zip(*columns, strict=True)], shape)
