"""How a function knows Variables from plain arrays; SciPy is imported when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from importlib import import_module
from typing import Any, TypeVar

from autodiffx.numpy.dispatch import any_traced

__all__ = ["function", "reason_for", "refuse", "unsupported"]

Function = TypeVar("Function", bound=Callable[..., Any])


def function(module: str) -> Callable[[Function], Function]:
    """Makes a function for Variables; without any among the arguments it is SciPy's own.

    Args:
        module: where SciPy has the function of the same name, such as "scipy.linalg".
    """

    def decorate(traced: Function) -> Function:
        @wraps(traced)
        def either(*arguments: Any, **keywords: Any) -> Any:
            if any_traced(arguments) or any_traced(keywords.values()):
                return traced(*arguments, **keywords)
            return getattr(import_module(module), traced.__name__)(*arguments, **keywords)

        return either  # type: ignore[return-value]  # the same signature

    return decorate


def reason_for(module: str, name: str, reasons: Mapping[str, str]) -> str:
    """Why a function of a module of SciPy is not supported, or what to use instead.

    Args:
        reasons: names, separated by blanks, by the reason.
    """
    found = next((why for why, names in reasons.items() if name in names.split()), None)
    return found or (
        f"see autodiffx.{module} for what is, or call it on x.value for numbers without derivative"
    )


def unsupported(module: str, name: str, reasons: Mapping[str, str]) -> Any:
    """What else stands in a module of SciPy: of functions those that refuse Variables.

    Args:
        module: SciPy's module.
        name: what is looked for in it.
        reasons: names, separated by blanks, by the reason why they are not supported.

    Raises:
        AttributeError: SciPy has nothing of that name.
    """
    theirs = import_module(module)
    if name.startswith("_") or not hasattr(theirs, name):
        raise AttributeError(f"module 'autodiffx.{module}' has no attribute {name!r}")
    plain = getattr(theirs, name)
    if not callable(plain) or isinstance(plain, type):
        return plain

    @wraps(plain)
    def for_plain_numbers(*arguments: Any, **keywords: Any) -> Any:
        if any_traced(arguments) or any_traced(keywords.values()):
            raise NotImplementedError(
                f"{module}.{name} of Variables is not supported: "
                f"{reason_for(module, name, reasons)}"
            )
        return plain(*arguments, **keywords)

    return for_plain_numbers


def refuse(name: str, way_out: str, **arguments: tuple[Any, Any]) -> None:
    """Raises for arguments of SciPy's that are not supported on Variables.

    Args:
        name: the function, with its module.
        way_out: what to do instead.
        arguments: by name, what is given and what it is allowed to be.

    Raises:
        NotImplementedError: one is given something else.
    """
    for key, (given, allowed) in arguments.items():
        if given is not allowed and not (isinstance(given, (bool, int, str)) and given == allowed):
            raise NotImplementedError(
                f"{name} of a Variable with {key}={given!r} is not supported: {way_out}"
            )
