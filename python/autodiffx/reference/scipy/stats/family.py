"""What a family of distributions is, and how its formulas are asked for with SciPy's arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Ranked
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.numpy.given import array_of

__all__ = ["CONDITIONS", "Family", "arguments_of", "everywhere", "refusal", "replaced"]

Formula = Callable[..., Any]

# What a parameter has to be, by the words for it.
CONDITIONS: dict[str, Formula] = {
    "positive": lambda a: FUNCTIONS["greater"](a, 0.0),
    "not negative": lambda a: FUNCTIONS["greater_equal"](a, 0.0),
    "probability": lambda p: FUNCTIONS["logical_and"](
        FUNCTIONS["greater_equal"](p, 0.0), FUNCTIONS["less_equal"](p, 1.0)
    ),
    "probability above 0": lambda p: FUNCTIONS["logical_and"](
        FUNCTIONS["greater"](p, 0.0), FUNCTIONS["less_equal"](p, 1.0)
    ),
    "whole": lambda n: np.equal(np.floor(n), n) & np.greater_equal(n, 0.0),
}


@dataclass(frozen=True)
class Family:
    """A row of the tables: formulas by SciPy's name for the method.

    `shapes` says of every shape parameter what it has to be. The support reaches from `lower` to
    `upper`, which belong to it unless it is `open`.
    """

    shapes: dict[str, str]
    formulas: dict[str, Formula]
    lower: Any = None
    upper: Any = None
    open: bool = False


def arguments_of(
    place: str,
    names: tuple[str, ...],
    defaults: dict[str, Any],
    args: tuple[Any, ...],
    kwds: dict[str, Any],
) -> tuple[Any, ...]:
    """The parameters in order.

    Raises:
        TypeError: too many or too few are given, one twice, or one that there is not.
    """
    if len(args) > len(names):
        raise TypeError(f"{place} takes {len(names)} parameters ({', '.join(names)})")
    for name in kwds:
        if name not in names:
            raise TypeError(f"{place} has no parameter {name!r}, only {', '.join(names)}")
        if name in names[: len(args)]:
            raise TypeError(f"{place} was given {name!r} twice")
    found = {**defaults, **dict(zip(names, args, strict=False)), **kwds}
    absent = [name for name in names if name not in found]
    if absent:
        raise TypeError(f"{place} needs {', '.join(absent)}")
    return tuple(
        array_of(found[name], place) if found[name] is not None else None for name in names
    )


def everywhere(condition: Any) -> bool:
    """True for a plain condition that holds: one that depends on a Variable may change."""
    return not isinstance(condition, Ranked) and bool(np.all(condition))


def replaced(condition: Any, value: Any, otherwise: Any) -> Any:
    """The value where the condition holds."""
    if everywhere(condition):
        return value
    return FUNCTIONS["where"](condition, value, otherwise)


def refusal(name: str, method: str, methods: tuple[str, ...]) -> Exception:
    """What is raised for a method that SciPy has and this has not."""
    return NotImplementedError(
        f"{name}.{method} is not supported: there are {', '.join(methods)}; for plain numbers "
        f"call scipy.stats.{name}.{method}"
    )
