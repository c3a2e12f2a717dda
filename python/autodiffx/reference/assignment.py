"""Writing into arrays: `y[i] = v`, `y[1:3] += v`, `y += v`.

A write is an operation on the content of a storage, whose result becomes the content. What was
computed from the elements before keeps them, and so does its derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.arrangement import Arrangement
from autodiffx.reference.chain import fitted
from autodiffx.reference.dispatch import Number, Ranked, apply
from autodiffx.reference.key import plain_key
from autodiffx.reference.linear import assign, cast, gather
from autodiffx.reference.number import Array, is_number, plain_array, require_real
from autodiffx.reference.rules import RULES
from autodiffx.reference.shapes import Shape, dtype_of, positions_in, shape_of
from autodiffx.reference.storage import Stored, positions_of, storage_of

__all__ = ["put", "require_writable", "write", "write_at"]


def put(target: Stored, arrangement: Arrangement, value: Any) -> None:
    """Replace the elements that an arrangement of them chooses.

    Raises:
        TypeError, ValueError: as `write_at`.
    """
    require_writable(target)
    places = np.asarray(arrangement(positions_of(target)))
    if _is_what_is_there(target, places, value):
        return
    storage = storage_of(target)
    content = storage.content
    value = _in_dtype(_number(value), content.dtype)
    if isinstance(value, Ranked) and value.rank > content.rank:
        content = value.lifted(content)
    places, sources = _distinct(places, _sources(shape_of(value), places.shape))
    values = _elements(value, sources, content.dtype)
    storage.content = content.written(assign(places, content.shape), values)


def write_at(target: Stored, key: Any, value: Any) -> None:
    """Replace the elements that a key chooses.

    Raises:
        TypeError: the target is a leaf or a view of one, or a number.
        ValueError: it is read-only, or the value does not broadcast to what is chosen.
        IndexError: the key chooses nothing that is there.
    """
    require_writable(target)
    plain = plain_key(key)
    put(target, lambda a: a[plain], value)


def write(target: Stored, value: Number) -> None:
    """Replace all elements, as the in-place operators do.

    Raises:
        TypeError: the target is a leaf or a view of one; or is of bool, and the value is not.
        ValueError: it is read-only, or the value's shape is not its own.
    """
    if target.dtype == np.dtype(bool) != dtype_of(value):
        raise TypeError(
            f"in-place arithmetic gives {dtype_of(value)}, which an array of bool cannot hold: "
            "write y = y + v"
        )
    if shape_of(value) != target.shape:
        found = str(target.shape).replace(" ", ""), str(shape_of(value)).replace(" ", "")
        raise ValueError(
            f"non-broadcastable output operand with shape {found[0]} doesn't match the broadcast "
            f"shape {found[1]}"
        )
    put(target, lambda a: a, value)


def require_writable(target: Stored) -> None:
    """Refuse what `write` refuses whatever the value is."""
    kind = type(target).__name__
    if target.shape == ():
        raise TypeError(f"a {kind} without dimensions has no elements that can be assigned to")
    if not target.is_made:
        raise TypeError(
            f"this {kind} is a leaf (or a view of one): set it as a whole, w.value = a, or assign "
            "into w.copy()"
        )
    if not positions_of(target).flags.writeable:
        raise ValueError("assignment destination is read-only: assign into a copy()")


def _is_what_is_there(target: Stored, places: Array, value: Any) -> bool:
    """True of the last step of `y[1:3] += v`, which assigns a view to itself."""
    return (
        isinstance(value, Stored)
        and value._storage is not None
        and value._storage is target._storage
        and np.array_equal(positions_of(value), places)
    )


def _number(value: Any) -> Number:
    """What is assigned, as a number or an array of some kind."""
    if isinstance(value, Ranked):
        return value.present()
    if is_number(value):
        return float(value)
    array = plain_array(value, "an assignment")
    require_real(array, "an assignment")
    return array


def _sources(origin: Shape, shape: Shape) -> Array:
    """Which element of a value goes where, as NumPy's assignment broadcasts it."""
    sources = np.empty(shape, dtype=np.intp)
    sources[...] = positions_in(origin)
    return sources


def _distinct(places: Array, sources: Array) -> tuple[Array, Array]:
    """Every place once: of several elements for one place the last is written."""
    distinct, latest = np.unique(places.reshape(-1)[::-1], return_index=True)
    return distinct, sources.reshape(-1)[::-1][latest]


def _in_dtype(value: Number, dtype: np.dtype[Any]) -> Number:
    if type(value) is float or value.dtype == dtype:
        return value
    if dtype == np.dtype(bool):
        return apply(RULES["not_equal"], value, 0.0)
    return apply(cast(value.dtype, dtype), value)


def _elements(value: Number, sources: Array, dtype: np.dtype[Any]) -> Number:
    if type(value) is float:
        return fitted(value, sources.shape, dtype)
    return apply(gather(sources, shape_of(value), "view"), value)
