"""How a function knows Variables from plain arrays, and NumPy's functions find these."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from autodiffx._core import Dual, Variable

__all__ = [
    "SUPPORTED",
    "any_foreign",
    "any_traced",
    "function",
    "is_foreign",
    "is_traced",
    "refuse_keywords",
]

Function = TypeVar("Function", bound=Callable[..., Any])

# What NumPy's functions become when they are given Variables, by function.
SUPPORTED: dict[Callable[..., Any], Callable[..., Any]] = {}


def is_traced(object: Any) -> bool:
    """Whether it is a Variable or a Dual."""
    return isinstance(object, (Variable, Dual))


def is_foreign(object: Any) -> bool:
    """Whether it carries operators out itself, as the series of `taylor` do."""
    return hasattr(type(object), "__autodiffx_apply__")


def any_foreign(objects: Any) -> bool:
    """Whether such a number stands among them, or in a sequence that does."""
    return any(
        is_foreign(each) or (isinstance(each, (tuple, list)) and any_foreign(each))
        for each in objects
    )


def any_traced(objects: Any) -> bool:
    """Whether a Variable or Dual stands among them, or in a sequence that does."""
    for each in objects:
        if isinstance(each, (Variable, Dual)):
            return True
        if isinstance(each, (tuple, list)) and any_traced(each):
            return True
    return False


def function(*plain_functions: Callable[..., Any]) -> Callable[[Function], Function]:
    """Makes a function for Variables; without any among the arguments it is NumPy's own.

    Args:
        plain_functions: NumPy's functions that it stands for. The first is called without
            Variables.
    """

    def decorate(traced: Function) -> Function:
        plain = plain_functions[0]
        for each in plain_functions:
            SUPPORTED[each] = traced

        @wraps(traced)
        def either(*arguments: Any, **keywords: Any) -> Any:
            if any_traced(arguments) or (keywords and any_traced(keywords.values())):
                return traced(*arguments, **keywords)
            return plain(*arguments, **keywords)

        return either  # type: ignore[return-value]  # the same signature

    return decorate


def refuse_keywords(name: str, **keywords: Any) -> None:
    """Raises for NumPy's keywords that have no meaning for what is recorded.

    Raises:
        TypeError: one of them is not None.
    """
    for key, value in keywords.items():
        if value is not None and value is not np._NoValue:
            raise TypeError(
                f"numpy.{name} of Variables takes no {key}=: the result is a new array; leave it "
                "out"
            )
