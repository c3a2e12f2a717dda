"""Arrays joined to one: the elements of all of them, where NumPy puts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, Ranked
from autodiffx.reference.implementations import implements
from autodiffx.reference.number import to_dtype
from autodiffx.reference.numpy.given import array_of, in_dtype, plain_of, together
from autodiffx.reference.shapes import dtype_of, shape_of

__all__: list[str] = []


def _several(arrays: Any, name: str, dtype: Any = None) -> list[Number]:
    """The arrays of a sequence, or of the first axis of one array."""
    if isinstance(arrays, Ranked) and arrays.shape == ():
        raise TypeError(f"{name} takes a sequence of arrays, not a single number")
    found = [array_of(array, name) for array in arrays]
    return found if dtype is None else [in_dtype(array, to_dtype(dtype)) for array in found]


@implements(np.concatenate)
def concatenate(arrays: Any, axis: Any = 0, dtype: Any = None) -> Any:
    """The arrays one after another along an axis, or, with axis None, all elements in a line.

    Raises:
        ValueError: there are none, or their shapes differ along another axis.

    >>> from autodiffx.reference import Variable
    >>> x = Variable([1.0, 2.0])
    >>> np.concatenate([x, [5.0], x]).backward([1.0, 2.0, 0.0, 10.0, 20.0])
    >>> x.grad
    array([11., 22.])
    """
    operands = _several(arrays, "np.concatenate", dtype)
    return together(lambda *n: np.concatenate(n, axis=axis), operands, "concatenate")


@implements(np.stack)
def stack(arrays: Any, axis: Any = 0, dtype: Any = None) -> Any:
    """The arrays, of one shape, along a new axis."""
    operands = _several(arrays, "np.stack", dtype)
    return together(lambda *n: np.stack(n, axis=axis), operands, "stack")


@implements(np.vstack)
def vstack(tup: Any, dtype: Any = None) -> Any:
    """The arrays, vectors as rows, below each other."""
    return together(lambda *n: np.vstack(n), _several(tup, "np.vstack", dtype), "vstack")


@implements(np.hstack)
def hstack(tup: Any, dtype: Any = None) -> Any:
    """The arrays side by side: along the second axis, vectors along their only one."""
    return together(lambda *n: np.hstack(n), _several(tup, "np.hstack", dtype), "hstack")


@implements(np.dstack)
def dstack(tup: Any) -> Any:
    """The arrays behind each other, along the third axis."""
    return together(lambda *n: np.dstack(n), _several(tup, "np.dstack"), "dstack")


@implements(np.column_stack)
def column_stack(tup: Any) -> Any:
    """The arrays side by side, vectors as columns."""
    return together(lambda *n: np.column_stack(n), _several(tup, "np.column_stack"), "column_stack")


@implements(np.block)
def block(arrays: Any) -> Any:
    """Nested lists of arrays as one array of blocks."""
    operands = [array_of(array, "np.block") for array in _leaves(arrays)]
    return together(lambda *n: np.block(_nested(arrays, iter(n))), operands, "block")


def _leaves(nested: Any) -> Iterator[Any]:
    if isinstance(nested, list):
        for part in nested:
            yield from _leaves(part)
    else:
        yield nested


def _nested(like: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(like, list):
        return [_nested(part, leaves) for part in like]
    return next(leaves)


@implements(np.append)
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """The values behind the array, along an axis or, without one, in a line."""
    operands = [array_of(arr, "np.append"), array_of(values, "np.append")]
    return together(lambda a, v: np.append(a, v, axis=axis), operands, "append")


@implements(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """The array with values, in its dtype, before the places `obj`."""
    places = plain_of(obj, "np.insert", "obj")
    x = array_of(arr, "np.insert")
    operands = [x, in_dtype(array_of(values, "np.insert"), dtype_of(x))]
    return together(lambda a, v: np.insert(a, places, v, axis=axis), operands, "insert")


@implements(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    """Coordinates at every point of a grid, an array for each axis."""
    operands = [array_of(x, "np.meshgrid") for x in xi]

    def grid(index: int) -> Any:
        def arrangement(numbers: Any) -> Any:
            axes: list[Any] = [np.zeros(np.size(x)) for x in operands]
            axes[index] = numbers
            return np.meshgrid(*axes, sparse=sparse, indexing=indexing)[index]  # type: ignore

        return together(arrangement, [operands[index]], "meshgrid")

    return tuple(grid(index) for index in range(len(operands)))


def _each(function: Any, arys: Sequence[Any]) -> Any:
    """The function of every array, whose axes it arranges; one result, or a tuple."""
    found = []
    for a in arys:
        x = array_of(a, f"np.{function.__name__}")
        found.append(x.arranged(function) if isinstance(x, Ranked) else function(x))  # type: ignore
    return found[0] if len(found) == 1 else tuple(found)


@implements(np.atleast_1d, shows=True)
def atleast_1d(*arys: Any) -> Any:
    """Each array as a view with at least one axis."""
    return _each(np.atleast_1d, arys)


@implements(np.atleast_2d, shows=True)
def atleast_2d(*arys: Any) -> Any:
    """Each array as a view with at least two axes."""
    return _each(np.atleast_2d, arys)


@implements(np.atleast_3d, shows=True)
def atleast_3d(*arys: Any) -> Any:
    """Each array as a view with at least three axes."""
    return _each(np.atleast_3d, arys)


@implements(np.broadcast_arrays, shows=True)
def broadcast_arrays(*args: Any) -> Any:
    """The arrays as views of their common shape."""
    operands = [array_of(a, "np.broadcast_arrays") for a in args]
    shape = np.broadcast_shapes(*map(shape_of, operands))
    return tuple(np.broadcast_to(x, shape) for x in operands)
