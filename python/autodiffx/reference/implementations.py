"""Which function here stands for which of NumPy's, and how the one is called as the other."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np

from autodiffx.reference.dispatch import Ranked
from autodiffx.reference.storage import Stored

__all__ = [
    "IMPLEMENTATIONS",
    "NAMESPACES",
    "finished",
    "full_name",
    "implements",
    "is_any_ranked",
]

Function = TypeVar("Function", bound=Callable[..., Any])

# By NumPy's function: what is called where a Variable is among the arguments.
IMPLEMENTATIONS: dict[Any, Callable[..., Any]] = {}
# By module and name: the function for users, which without a Variable is NumPy's own.
NAMESPACES: dict[str, dict[str, Callable[..., Any]]] = {"numpy": {}, "numpy.linalg": {}}


def implements(*originals: Any, shows: bool = False) -> Callable[[Function], Function]:
    """Let a function stand for NumPy's.

    It has NumPy's names for its parameters, but only those that are supported; whoever gives
    another one is told that it is not.

    Args:
        originals: NumPy's functions.
        shows: its results are views, where NumPy's are.
    """

    def register(function: Function) -> Function:
        for original in originals:
            adapted = _adapted(original, function, shows)
            IMPLEMENTATIONS[original] = adapted
            module = getattr(original, "__module__", None) or "numpy"
            names = NAMESPACES["numpy.linalg" if module == "numpy.linalg" else "numpy"]
            names[original.__name__] = _or_numpys(original, adapted, function)
        return function

    return register


def is_any_ranked(values: Iterable[Any]) -> bool:
    """True where something is more than a float or an ndarray, also inside lists."""
    return any(
        isinstance(value, Ranked) or (isinstance(value, (list, tuple)) and is_any_ranked(value))
        for value in values
    )


def full_name(function: Callable[..., Any]) -> str:
    """As users write it: np.sum, np.linalg.norm."""
    module = getattr(function, "__module__", None) or "numpy"
    return f"{module}.{function.__name__}".replace("numpy", "np", 1)


def _or_numpys(
    original: Any, adapted: Callable[..., Any], function: Callable[..., Any]
) -> Callable[..., Any]:
    def either(*args: Any, **options: Any) -> Any:
        ranked = is_any_ranked(args) or is_any_ranked(options.values())
        return (adapted if ranked else original)(*args, **options)

    either.__name__ = either.__qualname__ = original.__name__
    either.__doc__ = function.__doc__
    return either


def finished(result: Any) -> Any:
    """What was computed as a result of its own, where the last step was to look at it as a view."""
    if isinstance(result, tuple):
        parts = map(finished, result)
        return result._make(parts) if hasattr(result, "_make") else tuple(parts)
    if not isinstance(result, Stored):
        return result
    shown = result.present()
    return shown if shown._positions is None else shown.gathered(shown._positions, "gather")


def _adapted(original: Any, function: Callable[..., Any], shows: bool) -> Callable[..., Any]:
    """The function with NumPy's order of arguments, as far as NumPy says which that is."""
    signature = _signature(original)
    known = inspect.signature(function).parameters
    is_open = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())

    @functools.wraps(function)
    def adapted(*args: Any, **options: Any) -> Any:
        if signature is not None:
            options = dict(signature.bind(*args, **options).arguments)
            args = ()
        absent = [name for name, value in options.items() if _is_default(signature, name, value)]
        options = {name: value for name, value in options.items() if name not in absent}
        unknown = [name for name in options if name not in known and not is_open]
        if unknown:
            raise NotImplementedError(
                f"{full_name(original)} with {', '.join(unknown)} is not supported on a Variable: "
                f"leave out {', '.join(unknown)}, or use x.value for the plain numbers"
            )
        result = function(*args, **options)
        return result if shows else finished(result)

    return adapted


def _signature(original: Any) -> inspect.Signature | None:
    """None where NumPy does not tell, or takes any number of arguments."""
    if isinstance(original, np.ufunc):
        return None
    try:
        signature = inspect.signature(original)
    except ValueError:
        return None
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    is_open = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD} & set(kinds)
    return None if is_open else signature


def _is_default(signature: inspect.Signature | None, name: str, value: Any) -> bool:
    if value is np._NoValue or (name == "out" and value is None):
        return True
    return signature is not None and value is signature.parameters[name].default
