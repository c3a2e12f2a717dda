"""What a function takes and gives as flat sequences of leaves, each with a name to report."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autodiffx.trees import take_apart as parts_of

__all__ = ["Array", "FlatFunction", "Leaf", "flat_function", "place_in", "take_apart"]

Array = NDArray[np.float64]
Leaf = Any  # a float or an array where it is plain, a Variable or Dual where it is active


@dataclass(frozen=True)
class FlatFunction:
    """A function of leaves that returns a tuple of leaves, and the point at which it is checked."""

    call: Callable[..., tuple[Leaf, ...]]
    point: tuple[Leaf, ...]  # floats and ndarrays of float64 or float32
    arguments: tuple[int, ...]  # which argument each leaf belongs to
    names: tuple[str, ...]  # of the leaves
    result_names: tuple[str, ...]
    backend: ModuleType
    modes: tuple[str, ...] = ()  # in which it is differentiated already, the first one first

    @property
    def order(self) -> int:
        """Of the derivative that comes next."""
        return len(self.modes) + 1

    @property
    def unit(self) -> float:
        """Distance from 1 to the next number in the least precise type among the arguments."""
        return max(unit_of(leaf) for leaf in self.point)


def unit_of(leaf: Leaf) -> float:
    """Distance from 1 to the next number in its type, for a number or array."""
    dtype = getattr(leaf, "dtype", None)  # NumPy's numbers have one as well
    return float(np.finfo(np.float32 if dtype == np.dtype(np.float32) else np.float64).eps)


def take_apart(tree: Any) -> tuple[list[Leaf], list[Any], Any]:
    """Leaves, their accessors and the structure of a nesting of containers."""
    leaves, structure = parts_of(tree)
    return leaves, list(structure.accessors()), structure


def plain_leaf(leaf: Any, name: str) -> Leaf:
    """A leaf of the arguments as a float or an array of its own.

    Raises:
        TypeError: it has no derivative.
    """
    if isinstance(leaf, np.ndarray):
        if leaf.dtype in (np.dtype(np.float64), np.dtype(np.float32)):
            return leaf.copy()
        found = f"an array of {leaf.dtype}"
        wanted = "arrays are of float64 or float32: use .astype(float)"
    elif isinstance(leaf, (bool, np.bool_)) or not isinstance(leaf, (int, float, np.number)):
        found = repr(type(leaf).__name__)
        wanted = "leaves are plain numbers and arrays; close over what is not differentiated"
    else:
        return float(leaf)
    raise TypeError(f"{name} is {found}, by which nothing can be differentiated: {wanted}")


def place_in(name: str, index: tuple[int, ...]) -> str:
    """Name of an element of a leaf."""
    return f"{name}, element {list(index)}" if index else name


def flat_function(f: Callable[..., Any], args: Sequence[Any], backend: ModuleType) -> FlatFunction:
    """f at args as a function of leaves, on one of the implementations.

    Raises:
        TypeError: f is no function, args no tuple or list, or a leaf has no derivative.
        ValueError: args have no leaf.
    """
    if not callable(f):
        raise TypeError(f"a function is checked, got {type(f).__name__!r}")
    if not isinstance(args, (tuple, list)):
        raise TypeError(
            f"args is the tuple of f's arguments, got {type(args).__name__!r}: "
            "write (x,) for a single one"
        )
    options = {"adx": backend} if takes_backend(f) else {}
    leaves, accessors, structure = take_apart(tuple(args))
    if not leaves:
        raise ValueError("args hold no number and no array to differentiate by")
    names = tuple(argument_name(accessor) for accessor in accessors)
    point = tuple(plain_leaf(leaf, name) for leaf, name in zip(leaves, names, strict=True))

    def called(given: Sequence[Leaf]) -> Any:
        with np.errstate(all="ignore"):  # what is not finite is reported in its place
            return f(*structure.unflatten(given), **options)

    def call(*given: Leaf) -> tuple[Leaf, ...]:
        return tuple(take_apart(called(given))[0])

    result = called(copied(point))
    results = tuple(result_name(accessor) for accessor in take_apart(result)[1])
    if not results:
        raise ValueError("f returned no number and no array, so that there is nothing to check")
    arguments = tuple(accessor.path[0] for accessor in accessors)
    return FlatFunction(call, point, arguments, names, results, backend)


def copied(point: Sequence[Leaf]) -> tuple[Leaf, ...]:
    """The leaves again: a function that writes into its arguments leaves the point as it is."""
    return tuple(leaf.copy() if isinstance(leaf, np.ndarray) else leaf for leaf in point)


def takes_backend(f: Callable[..., Any]) -> bool:
    """True if f asks for the implementation by a keyword-only parameter of the name adx."""
    try:
        parameter = inspect.signature(f).parameters.get("adx")
    except (TypeError, ValueError):  # compiled functions may have no signature
        return False
    return parameter is not None and parameter.kind is inspect.Parameter.KEYWORD_ONLY


def argument_name(accessor: Any) -> str:
    inner = accessor[1:].codify("")
    name = f"argument {accessor.path[0]}"
    return f"{name}, leaf {inner}" if inner else name


def result_name(accessor: Any) -> str:
    inner = accessor.codify("")
    return f"result, leaf {inner}" if inner else "the result"
