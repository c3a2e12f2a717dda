"""Which arguments of a function are differentiated by, and what else it returns."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

__all__ = [
    "Argnums",
    "Aux",
    "Chosen",
    "choose",
    "positions_of",
    "require_function",
    "with_aux",
]

# A position or a name, or several.
Argnums: TypeAlias = "int | str | Sequence[int | str]"


def require_function(who: str, f: Any) -> None:
    """Raise TypeError if it cannot be called."""
    if not callable(f):
        raise TypeError(f"{who}() takes a function, got {type(f).__name__!r}")


def positions_of(what: str, positions: Any) -> list[int]:
    """One position or several, as ints.

    Raises:
        TypeError: it is no whole number, nor a tuple of these.
        ValueError: one is negative, or given twice.
    """
    try:
        given = list(positions) if isinstance(positions, Iterable) else [positions]
        found = [_whole(each) for each in given]
    except TypeError:
        raise TypeError(
            f"the positions of arguments for {what} are an int or a tuple of ints, got "
            f"{positions!r}"
        ) from None
    if any(each < 0 for each in found) or len(set(found)) != len(found):
        raise ValueError(
            f"the positions of arguments for {what} count from 0 on, each given once, got "
            f"{positions!r}"
        )
    return found


def _whole(number: Any) -> int:
    if isinstance(number, (bool, np.bool_)):
        raise TypeError("a bool is no position")
    return operator.index(number)


class Chosen:
    """The arguments that are differentiated by, and the function of these alone."""

    def __init__(self, values: list[Any], call: Callable[..., Any], several: bool) -> None:
        self.values = values
        self.call = call
        self.several = several

    def result(self, derivatives: Sequence[Any]) -> Any:
        """A tuple if argnums was one, else the only one."""
        return tuple(derivatives) if self.several else derivatives[0]


def choose(
    who: str, f: Callable[..., Any], argnums: Argnums, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Chosen:
    """The arguments of one call by their positions and names."""
    several = isinstance(argnums, (tuple, list, range))
    asked = list(argnums) if isinstance(argnums, (tuple, list, range)) else [argnums]
    places = [_place(who, f, each, argnums, args, kwargs) for each in asked]
    if len(set(places)) != len(places):
        raise ValueError(f"argnums {argnums!r} of {who}() names an argument twice")
    values = [kwargs[place] if isinstance(place, str) else args[place] for place in places]

    def call(*given: Any) -> Any:
        positional, named = list(args), dict(kwargs)
        for place, value in zip(places, given, strict=True):
            if isinstance(place, str):
                named[place] = value
            else:
                positional[place] = value
        return f(*positional, **named)

    return Chosen(values, call, several)


def _place(
    who: str,
    f: Callable[..., Any],
    asked: Any,
    argnums: Argnums,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> int | str:
    if isinstance(asked, str):
        if asked in kwargs:
            return asked
        import inspect

        try:
            parameters = list(inspect.signature(f).parameters.values())
        except (TypeError, ValueError):
            parameters = []
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        names = [each.name for each in parameters if each.kind in kinds]
        if asked in names and names.index(asked) < len(args):
            return names.index(asked)
        known = ", ".join(map(repr, dict.fromkeys([*names[: len(args)], *kwargs]))) or "none"
        raise ValueError(
            f"argnums of {who}() names {asked!r}, which this call does not give: it gives {known}"
        )
    try:
        position = _whole(asked)
    except TypeError:
        raise TypeError(
            f"argnums is an int, a name, or a tuple of these, got {argnums!r}"
        ) from None
    place = position + len(args) if position < 0 else position
    if not 0 <= place < len(args):
        raise ValueError(
            f"argnums {argnums!r} does not fit a call with {len(args)} positional arguments"
        )
    return place


class Aux:
    """What a function returned beside its result."""

    def __init__(self) -> None:
        self.found: Any = None


def with_aux(who: str, f: Callable[..., Any], has_aux: bool) -> tuple[Callable[..., Any], Aux]:
    """The function without its aux, and where that is put."""
    aux = Aux()
    if not has_aux:
        return f, aux

    def result_alone(*args: Any, **kwargs: Any) -> Any:
        both = f(*args, **kwargs)
        if not isinstance(both, (tuple, list)) or len(both) != 2:
            raise TypeError(
                f"{who}() with has_aux=True takes a function that returns (result, aux), got "
                f"{type(both).__name__!r}"
            )
        aux.found = both[1]
        return both[0]

    return result_alone, aux
