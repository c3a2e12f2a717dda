"""Lists, tuples and dicts of numbers, nested at will: taken apart and put together again.

None stands for nothing: it stays where it is.
"""

from __future__ import annotations

import copy
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any

__all__ = ["is_container", "mapped"]


def is_container(value: object) -> bool:
    """True for what holds numbers and is none: of subclasses, for those that Python itself has."""
    if isinstance(value, tuple):
        return type(value) is tuple or hasattr(value, "_fields")
    return type(value) in (list, dict, OrderedDict, defaultdict)


def mapped(function: Callable[[Any], Any], value: Any) -> Any:
    """A container of the same structure with the function's results; of a number its result."""
    if not is_container(value):
        return function(value)
    if isinstance(value, dict):
        made = copy.copy(value)
        for key, element in value.items():
            made[key] = _part(function, element)
        return made
    parts = [_part(function, element) for element in value]
    if hasattr(value, "_fields"):
        return type(value)(*parts)
    return type(value)(parts)


def _part(function: Callable[[Any], Any], element: Any) -> Any:
    return None if element is None else mapped(function, element)
