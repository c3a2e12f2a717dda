"""What an array and its views share, so that each sees what is written through another.

A statement's result never changes. Writing into an array records a new result, with some elements
replaced, and what the user holds shows that one from then on: the array itself, and its views,
which are the shared storage and the positions of their elements in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiffx.reference.number import Array
from autodiffx.reference.shapes import positions_in

if TYPE_CHECKING:
    from autodiffx.reference.variable import Variable

__all__ = ["Storage", "content_of", "picked", "positions_of", "storage_of"]


class Storage:
    """Refers to the leaf or the result that holds the elements now."""

    __slots__ = ("content",)

    def __init__(self, content: Variable) -> None:
        self.content = content


def content_of(variable: Variable) -> Variable:
    """The leaf or the result whose elements the variable shows: all, or those at its positions."""
    return variable if variable._storage is None else variable._storage.content


def positions_of(variable: Variable) -> Array:
    """Where in its content the variable's elements are."""
    return positions_in(variable._shape) if variable._positions is None else variable._positions


def storage_of(variable: Variable) -> Storage:
    """What a view of the variable will share with it."""
    if variable._storage is not None:
        return variable._storage
    storage = Storage(variable)
    if variable._statement is not None:  # nothing is written into leaves, so these keep none
        variable._storage = storage
    return storage


def picked(variable: Variable, whole: Any) -> Any:
    """Of something that belongs to the content, a value or an adjoint, the variable's part."""
    if variable._positions is None:
        return whole
    found = np.asarray(whole).reshape(-1)[variable._positions]
    return float(found) if variable._is_scalar else np.asarray(found)
