"""By which arguments of a function it is differentiated."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["Argnums", "Arguments", "as_argnums"]

Argnums = int | str | Sequence[int | str]


def as_argnums(argnums: Argnums) -> tuple[int | str, ...] | int | str:
    """One position or name, or a tuple of them.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(argnums, str):
        return argnums
    several = isinstance(argnums, Sequence)
    found = [_as_argnum(argnum) for argnum in (argnums if several else (argnums,))]  # type: ignore
    return tuple(found) if several else found[0]


def _as_argnum(argnum: Any) -> int | str:
    if isinstance(argnum, str):
        return argnum
    try:
        if isinstance(argnum, bool):
            raise TypeError("a bool is no position")
        return operator.index(argnum)
    except TypeError:
        raise TypeError(
            f"argnums is the position or the name of an argument, or a tuple of these, "
            f"not {argnum!r}"
        ) from None


class Arguments:
    """The arguments of one call, and which of them it is differentiated by.

    Args:
        argnums: as `as_argnums` gives it.

    Raises:
        ValueError: the call has no such argument, or `argnums` names one twice.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        argnums: tuple[int | str, ...] | int | str,
        args: Sequence[Any],
        options: dict[str, Any],
    ) -> None:
        self.f = f
        self.args = list(args)
        self.options = dict(options)
        self.several = isinstance(argnums, tuple)
        wanted = argnums if isinstance(argnums, tuple) else (argnums,)
        self.keys = [self._key(argnum) for argnum in wanted]  # positions, and names of options
        if len(set(self.keys)) < len(self.keys):
            raise ValueError(
                f"argnums is {argnums!r}, which names an argument twice: name each once"
            )

    def chosen(self) -> list[Any]:
        """The arguments that it is differentiated by."""
        return [self._holder(key)[key] for key in self.keys]

    def replace(self, values: Sequence[Any]) -> None:
        """Others in their places."""
        for key, value in zip(self.keys, values, strict=True):
            self._holder(key)[key] = value

    def called(self) -> Any:
        """The function's result."""
        return self.f(*self.args, **self.options)

    def in_form(self, derivatives: Sequence[Any]) -> Any:
        """A tuple of derivatives where several were asked for, else the only one."""
        return tuple(derivatives) if self.several else derivatives[0]

    def _holder(self, key: int | str) -> Any:
        return self.options if isinstance(key, str) else self.args

    def _key(self, argnum: int | str) -> int | str:
        if isinstance(argnum, str):
            return self._named(argnum)
        count = len(self.args)
        if not -count <= argnum < count:
            raise ValueError(
                f"argnums is {argnum}, but the function was called with {count} "
                f"positional argument{'' if count == 1 else 's'}"
            )
        return argnum % count

    def _named(self, name: str) -> int | str:
        if name in self.options:
            return name
        try:
            parameters = list(inspect.signature(self.f).parameters.values())
        except (TypeError, ValueError):
            raise ValueError(
                f"argnums is {name!r}, but the function does not tell the names of its "
                f"parameters: pass {name} by keyword, or give its position"
            ) from None
        positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        for position, parameter in enumerate(parameters):
            if parameter.name == name and parameter.kind in positional:
                if position < len(self.args):
                    return position
                break
        if name in [parameter.name for parameter in parameters]:
            raise ValueError(
                f"argnums is {name!r}, an argument that was not passed: pass it in the call"
            )
        names = ", ".join(parameter.name for parameter in parameters)
        raise ValueError(
            f"argnums is {name!r}, but the function has no parameter of that name: it has ({names})"
        )
