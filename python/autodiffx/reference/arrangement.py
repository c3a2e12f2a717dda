"""Methods of arrays that arrange elements and compute nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from autodiffx.reference.dispatch import Ranked
from autodiffx.reference.key import plain_key
from autodiffx.reference.shapes import is_array

__all__ = ["Arranged", "Arrangement"]

# What NumPy does to an array, as a function of it: `lambda a: a.reshape(2, 3)`.
Arrangement = Callable[[Any], Any]
Self = TypeVar("Self", bound="Arranged")


class Arranged(Ranked):
    """Each method says in NumPy's words what becomes of the elements.

    A result is a view where NumPy's own would be one, and a copy where NumPy copies.
    """

    __slots__ = ()

    def arranged(self: Self, arrangement: Arrangement, name: str = "gather") -> Self:
        """The elements arranged; `name` is the operator's, where they are copied."""
        raise NotImplementedError

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.intp))

    @property
    def T(self: Self) -> Self:
        """The axes reversed; a scalar is its own."""
        return self.arranged(np.transpose) if self.ndim else self

    def reshape(self: Self, *shape: Any, **options: Any) -> Self:
        return self.arranged(lambda a: a.reshape(*shape, **options))

    def ravel(self: Self, order: str = "C") -> Self:
        return self.arranged(lambda a: np.ravel(a, order=order))  # type: ignore[call-overload]

    def flatten(self: Self, order: str = "C") -> Self:
        return self.arranged(lambda a: np.array(np.ravel(a, order=order)), "copy")  # type: ignore

    def transpose(self: Self, *axes: Any) -> Self:
        return self.arranged(lambda a: a.transpose(*axes))

    def swapaxes(self: Self, axis1: int, axis2: int) -> Self:
        return self.arranged(lambda a: a.swapaxes(axis1, axis2))

    def squeeze(self: Self, axis: Any = None) -> Self:
        return self.arranged(lambda a: a.squeeze(axis))

    def diagonal(self: Self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Self:
        return self.arranged(lambda a: a.diagonal(offset, axis1, axis2))

    def copy(self: Self) -> Self:
        """The same numbers, of its own: a recorded result that can be assigned to."""
        return self.arranged(np.copy, "copy")

    def __getitem__(self: Self, key: Any) -> Self:
        if not is_array(self):
            raise TypeError(f"a scalar {type(self).__name__} has no elements to be indexed")
        plain = plain_key(key)
        return self.arranged(lambda a: a[plain])

    def __setitem__(self, key: Any, value: Any) -> None:
        from autodiffx.reference.assignment import write_at

        if not is_array(self):
            raise TypeError(f"a scalar {type(self).__name__} has no elements to be assigned to")
        write_at(self, key, value)  # type: ignore[arg-type]

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self: Self) -> Iterator[Self]:
        if not self.ndim:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(self.shape[0]))
