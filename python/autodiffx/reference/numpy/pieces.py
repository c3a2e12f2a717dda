"""Arrays taken apart along an axis: every piece is a view."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.arrangement import Arranged
from autodiffx.reference.implementations import implements
from autodiffx.reference.numpy.given import array_of, plain_of
from autodiffx.reference.shapes import positions_in, shape_of

__all__: list[str] = []


def _apart(ary: Any, pieces: Any, name: str) -> list[Any]:
    """As many views as NumPy makes pieces."""
    x: Any = array_of(ary, name)
    if not isinstance(x, Arranged):
        raise NotImplementedError(f"{name} takes plain arguments beside the array, not a Variable")

    def piece(index: int) -> Any:
        return x.arranged(lambda a: pieces(a)[index])

    return [piece(index) for index in range(len(pieces(positions_in(shape_of(x)))))]


@implements(np.split, shows=True)
def split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    """Pieces of equal length, or cut before the given indices.

    Raises:
        ValueError: so many pieces would not be equally long.
    """
    places = plain_of(indices_or_sections, "np.split", "indices_or_sections")
    return _apart(ary, lambda a: np.split(a, places, axis=axis), "np.split")


@implements(np.array_split, shows=True)
def array_split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    """Pieces whose lengths differ by at most one, or cut before the given indices."""
    places = plain_of(indices_or_sections, "np.array_split", "indices_or_sections")
    return _apart(ary, lambda a: np.array_split(a, places, axis=axis), "np.array_split")


@implements(np.hsplit, shows=True)
def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Pieces along the second axis, of a vector along its only one."""
    places = plain_of(indices_or_sections, "np.hsplit", "indices_or_sections")
    return _apart(ary, lambda a: np.hsplit(a, places), "np.hsplit")


@implements(np.vsplit, shows=True)
def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Pieces along the first axis of at least two."""
    places = plain_of(indices_or_sections, "np.vsplit", "indices_or_sections")
    return _apart(ary, lambda a: np.vsplit(a, places), "np.vsplit")


@implements(np.dsplit, shows=True)
def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Pieces along the third axis."""
    places = plain_of(indices_or_sections, "np.dsplit", "indices_or_sections")
    return _apart(ary, lambda a: np.dsplit(a, places), "np.dsplit")


def _unstack(x: Any, axis: Any = 0) -> Any:
    """The elements along an axis, each without it."""
    turned = np.moveaxis(array_of(x, "np.unstack"), axis, 0)
    return tuple(turned[index] for index in range(shape_of(turned)[0]))


if hasattr(np, "unstack"):  # since NumPy 2.1
    implements(np.unstack, shows=True)(_unstack)
