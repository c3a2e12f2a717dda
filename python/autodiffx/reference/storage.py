"""What an array and its views share, so that each sees what is written through another.

A result never changes. Writing into an array makes a new result, with some elements replaced, and
what the user holds shows that one from then on: the array itself, and its views, which are the
shared storage and the positions of their elements in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiffx.reference.arrangement import Arranged, Arrangement
from autodiffx.reference.dispatch import Number
from autodiffx.reference.linear import Linear
from autodiffx.reference.number import FLOAT64, Array
from autodiffx.reference.shapes import positions_in

__all__ = ["Storage", "Stored", "content_of", "picked", "positions_of", "storage_of"]


class Storage:
    """Refers to the leaf or the result that holds the elements now."""

    __slots__ = ("content",)

    def __init__(self, content: Any) -> None:
        self.content = content


class Stored(Arranged):
    """What has a storage: a Variable or a Dual."""

    __slots__ = ()

    if TYPE_CHECKING:  # slots of the classes that are made from this one
        _storage: Storage | None  # shared with views, once there are any
        _positions: Array | None  # of a view, in its storage

    @property
    def is_made(self) -> bool:
        """True for what an operation made, which can be written into; False for leaves."""
        raise NotImplementedError

    def view(self, storage: Storage, positions: Array) -> Any:
        """The elements at some positions of a storage, as they are whenever one looks."""
        raise NotImplementedError

    def gathered(self, positions: Array, name: str) -> Any:
        """A copy of the elements at some positions of the content."""
        raise NotImplementedError

    def written(self, assignment: Linear, values: Number) -> Any:
        """Of a content: what it is after an assignment."""
        raise NotImplementedError

    def present(self) -> Any:
        """A Dual in place of a Variable that one was written into."""
        if self._storage is None or self._storage.content.rank <= self.rank:
            return self
        return self._storage.content.view(self._storage, positions_of(self))

    def arranged(self, arrangement: Arrangement, name: str = "gather") -> Any:
        """A view where NumPy's own would be one, else a copy, which is recorded.

        NumPy arranges the positions of the elements. Where it answers with a view of the
        positions, the elements are a view as well.
        """
        shown = self.present()
        before = positions_of(shown)
        positions = arrangement(before)
        if isinstance(positions, np.generic):  # an element is a number: no write changes it
            return shown.view(Storage(content_of(shown)), np.asarray(positions))
        if _owner(positions) is _owner(before):
            return shown.view(storage_of(shown), positions)
        return shown.gathered(positions, name)


def _owner(array: Array) -> Any:
    """The array whose memory it is."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def content_of(stored: Any) -> Any:
    """The leaf or the result whose elements are shown: all, or those at the positions."""
    return stored if stored._storage is None else stored._storage.content


def positions_of(stored: Stored) -> Array:
    """Where in its content the elements are."""
    return positions_in(stored.shape) if stored._positions is None else stored._positions


def storage_of(stored: Stored) -> Storage:
    """What a view will share."""
    if stored._storage is not None:
        return stored._storage
    storage = Storage(stored)
    if stored.is_made:  # nothing is written into leaves, so these keep none
        stored._storage = storage  # type: ignore[misc]
    return storage


def picked(stored: Stored, whole: Any) -> Any:
    """Of something that belongs to the content, a value or an adjoint, the part that is shown."""
    if stored._positions is None or whole is None:
        return whole
    found = np.asarray(whole).reshape(-1)[stored._positions]
    is_scalar = found.shape == () and found.dtype == FLOAT64
    return float(found) if is_scalar else np.asarray(found)
