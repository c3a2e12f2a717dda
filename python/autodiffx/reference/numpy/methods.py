"""NumPy's functions as methods of everything that is more than a float, as of NumPy's arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.reference.arithmetic import Arithmetic
from autodiffx.reference.implementations import IMPLEMENTATIONS
from autodiffx.reference.numpy.products import give_operators

__all__ = ["give_methods"]

# Methods with the arguments of the function of their name.
_ALIKE = (
    "all", "any", "argmax", "argmin", "argpartition", "argsort", "cumprod", "cumsum", "max",
    "choose", "dot", "mean", "min", "nonzero", "prod", "repeat", "searchsorted", "std", "sum",
    "take", "trace", "var",
)  # fmt: skip


def _method(name: str) -> Callable[..., Any]:
    function = IMPLEMENTATIONS.get(getattr(np, name), getattr(np, name))

    def method(self: Any, *args: Any, **options: Any) -> Any:
        return function(self, *args, **options)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = function.__doc__
    return method


def _sort(self: Any, axis: Any = -1, kind: Any = None, *, stable: Any = None) -> None:
    """Put the elements along an axis in order, where they are."""
    self[...] = IMPLEMENTATIONS[np.sort](self, axis)


def _fill(self: Any, value: Any) -> None:
    """Write a number into all elements."""
    self[...] = value


def _clip(self: Any, min: Any = None, max: Any = None) -> Any:
    """As np.clip: either bound may be left out."""
    return np.clip(self, min, max)


def _compress(self: Any, condition: Any, axis: Any = None) -> Any:
    """As np.compress, which takes the condition first."""
    return IMPLEMENTATIONS[np.compress](condition, self, axis)


def _partition(self: Any, kth: Any, axis: Any = -1, kind: Any = None) -> None:
    """Put the elements along an axis so far in order as np.partition does, where they are."""
    self[...] = IMPLEMENTATIONS[np.partition](self, kth, axis)


def give_methods() -> None:
    """Once the functions are there."""
    give_operators()
    for name in _ALIKE:
        setattr(Arithmetic, name, _method(name))
    Arithmetic.compress = _compress  # type: ignore[attr-defined]
    Arithmetic.clip = _clip  # type: ignore[attr-defined]
    Arithmetic.fill = _fill  # type: ignore[attr-defined]
    Arithmetic.sort = _sort  # type: ignore[attr-defined]
    Arithmetic.partition = _partition  # type: ignore[attr-defined]
