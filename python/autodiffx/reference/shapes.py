"""Shapes and dtypes of whatever stands in an expression, and what becomes of them together.

The rules of dtypes are NumPy's: a Python float takes the dtype of what it meets, an array and a
Variable keep theirs, and float32 beside float64 is float64. Booleans count as the numbers 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from autodiffx.reference.number import FLOAT32, FLOAT64, Array
from autodiffx.reference.rule import Number

__all__ = [
    "Shape",
    "broadcast_shape",
    "common_dtype",
    "dtype_of",
    "is_array",
    "positions_in",
    "shape_of",
]

Shape = tuple[int, ...]


def shape_of(number: Number) -> Shape:
    """() of a scalar."""
    return () if type(number) is float else tuple(number.shape)


def dtype_of(number: Number) -> np.dtype[Any]:
    """float64 of a scalar."""
    return FLOAT64 if type(number) is float else number.dtype


def is_array(number: Number) -> bool:
    """True for what is not a scalar: it has dimensions, or is of another dtype than float64."""
    return type(number) is not float and (number.dtype != FLOAT64 or number.shape != ())


def broadcast_shape(shapes: Iterable[Shape]) -> Shape:
    """The shape of an elementwise result.

    Raises:
        ValueError: there is none, with NumPy's words.
    """
    shapes = list(shapes)
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        found = " ".join(str(shape).replace(" ", "") for shape in shapes)
        raise ValueError(f"operands could not be broadcast together with shapes {found}") from None


def common_dtype(name: str, operands: Iterable[Number]) -> np.dtype[Any] | None:
    """The dtype that an operator computes in: float64 or float32; None among scalars."""
    operands = list(operands)
    if not any(is_array(operand) for operand in operands):
        return None
    if name == "where":  # the condition chooses, and does not count
        operands = operands[1:]
    strong = [operand.dtype for operand in operands if type(operand) is not float]
    return FLOAT32 if strong and np.result_type(*strong) == FLOAT32 else FLOAT64


@lru_cache(maxsize=16)
def positions_in(shape: Shape) -> Array:
    """For every element of an array of this shape, its number in C order.

    Whatever NumPy does to these numbers says where the elements of a view come from.
    """
    return np.arange(int(np.prod(shape, dtype=np.intp)), dtype=np.intp).reshape(shape)
