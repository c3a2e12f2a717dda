"""How the numbers of a container lie in one vector, as solvers want them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autodiffx._core import Dual, Variable
from autodiffx.trees import Tree, flatten

__all__ = ["Layout", "Vector", "leaves_of"]

Vector: TypeAlias = NDArray[np.float64]


class Leaf(NamedTuple):
    """Where one number or array stands."""

    path: str  # as Python would write it, for messages
    dtype: np.dtype[Any] | None  # None for a number
    shape: tuple[int, ...]
    start: int
    stop: int


class Layout:
    """The order of a container's numbers: its leaves one after the other, each in C order.

    Containers are those of every transform. Solvers calculate in float64 whatever the leaves'
    dtype.

    >>> layout = Layout({"slope": 2.0, "shift": np.zeros(2)}, "x0")
    >>> layout.start
    array([0., 0., 2.])
    >>> layout.unflatten(np.array([3.0, 4.0, 1.0]))
    {'slope': 1.0, 'shift': array([3., 4.])}
    """

    def __init__(self, container: Any, name: str) -> None:
        self.name = name
        values, self.structure = flatten(container)
        paths = _paths(self.structure, name)
        self.leaves: list[Leaf] = []
        self.size = 0
        for value, path in zip(values, paths, strict=True):
            dtype, shape = _kind(value, path)
            stop = self.size + math.prod(shape)
            self.leaves.append(Leaf(path, dtype, shape, self.size, stop))
            self.size = stop
        if not self.size:
            raise ValueError(f"{name} holds no number: there is nothing to solve for")
        parts = [np.asarray(value, dtype=np.float64).reshape(-1) for value in values]
        self.start: Vector = np.concatenate(parts)
        # One number after the other, in an order that needs no names.
        self.is_sequence = self.is_array or (
            is_flat(container) and all(leaf.dtype is None for leaf in self.leaves)
        )

    @property
    def is_array(self) -> bool:
        """Whether there is no container around: one number, or one array."""
        return self.structure.specification is None

    @property
    def is_vector(self) -> bool:
        """Whether the vector is the container already: one array of one axis."""
        return self.is_array and len(self.leaves[0].shape) == 1

    def unflatten(self, vector: Any) -> Any:
        """The container of a vector's numbers: an ndarray, a Variable or a Dual."""
        if self.is_vector:
            return vector
        values = []
        for leaf in self.leaves:
            if leaf.dtype is None:
                value = vector[leaf.start]
                values.append(float(value) if isinstance(value, np.floating) else value)
            else:
                values.append(vector[leaf.start : leaf.stop].reshape(leaf.shape))
        return self.assemble(values)

    def assemble(self, values: list[Any]) -> Any:
        """The container of the given leaves."""
        return self.structure.unflatten(values)

    def unflatten_rows(self, matrix: Vector, axis: int) -> Any:
        """The container of many vectors at once: arrays with one axis more, the given one."""
        values = []
        for leaf in self.leaves:
            part = np.moveaxis(matrix, axis, 0)[:, leaf.start : leaf.stop]
            rows = part.reshape(-1, *leaf.shape)
            values.append(np.moveaxis(rows, 0, axis))
        return self.assemble(values)

    def restore(self, vector: Vector) -> Any:
        """The container that is handed out: fresh arrays in the dtypes that came in."""
        values: list[Any] = []
        for leaf in self.leaves:
            if leaf.dtype is None:
                values.append(float(vector[leaf.start]))
            else:
                part = vector[leaf.start : leaf.stop].reshape(leaf.shape)
                values.append(part.astype(leaf.dtype))
        return self.assemble(values)

    def at(self, container: Any, what: str) -> list[Any]:
        """What stands in a container of the same structure where the leaves are."""
        if self.is_array:
            return [container]
        try:
            return list(self.structure.specification.flatten_up_to(container))
        except (ValueError, TypeError) as error:
            raise TypeError(
                f"{what} should have the structure {self.structure} with something for each leaf: "
                f"{error}"
            ) from None


def leaves_of(container: Any) -> list[Any]:
    """The leaves of whatever a function has returned, in the order of a Layout."""
    return flatten(container)[0]


def is_flat(container: Any) -> bool:
    """Whether it is a list or tuple without containers inside."""
    inside = flatten(container)[1].specification
    return type(container) in (list, tuple) and inside is not None and inside.is_one_level()


def _paths(structure: Tree, name: str) -> list[str]:
    """Where each leaf stands, as Python would write it."""
    if structure.specification is None:
        return [name]
    return [accessor.codify(name) for accessor in structure.specification.accessors()]


def _refuse_active(value: Any, path: str) -> None:
    if isinstance(value, (Variable, Dual)):
        raise TypeError(
            f"{path} is a {type(value).__name__}, whose derivative a solver would lose: "
            "give its value (.value, .primal)"
        )


def _kind(value: Any, path: str) -> tuple[np.dtype[Any] | None, tuple[int, ...]]:
    """dtype (None for a number) and shape of a leaf that may be solved for."""
    _refuse_active(value, path)
    if isinstance(value, np.ndarray):
        native = value.dtype.newbyteorder("=")
        if native in (np.float64, np.float32):
            return native, value.shape
        raise TypeError(
            f"{path} is an array of {value.dtype}; float64 or float32 is needed: "
            "convert it with .astype(float)"
        )
    is_number = isinstance(value, (int, float, np.integer, np.floating))
    if is_number and not isinstance(value, bool):
        return None, ()
    raise TypeError(f"{path} is of type {type(value).__name__!r}; numbers and arrays are needed")
