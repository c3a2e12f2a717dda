"""Every function of NumPy's that asks its arguments: it works, or it says that it does not."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import overrides

FUNCTIONS = sorted(
    overrides.get_overridable_numpy_array_functions(), key=lambda f: (f.__module__, f.__name__)
)
UFUNCS = sorted(overrides.get_overridable_numpy_ufuncs(), key=lambda f: str(f.__name__))


def arguments_of(adx: Any) -> list[tuple[Any, ...]]:
    """Arguments with a Variable among them, one of which suits most functions."""
    x = adx.Variable([[1.0, 2.0], [3.0, 5.0]])
    return [(x,), ([x, x],), (x, x), (x, 1), (x[0], x[0], x[0])]


def is_silent(result: Any) -> bool:
    """True of what has lost its derivative, or would lose it later."""
    if isinstance(result, (list, tuple)):  # beside a Variable there may be what was plain before
        return bool(result) and all(map(is_silent, result))
    return isinstance(result, np.ndarray) and result.dtype.kind in "fcO" and result.size > 0


def outcome(use: Callable[[], Any]) -> tuple[Any, str]:
    """The result of a call, or what it says when it is not supported."""
    try:
        with warnings.catch_warnings():  # NumPy's own, of what it will take no longer
            warnings.simplefilter("ignore", DeprecationWarning)
            return use(), ""
    except NotImplementedError as error:
        return None, str(error) or "nothing"
    except (TypeError, ValueError, IndexError, AttributeError, RuntimeError):
        return None, ""  # the arguments are not what it takes


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_functions(array_backend: Any, function: Callable[..., Any]) -> None:
    for arguments in arguments_of(array_backend):
        result, message = outcome(lambda given=arguments: function(*given))  # type: ignore[misc]
        assert function.__name__ in message or not message
        assert not is_silent(result), (arguments, result)


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda f: f.__name__)
def test_ufuncs(array_backend: Any, ufunc: Any) -> None:
    x = array_backend.Variable([[1.0, 2.0], [3.0, 5.0]])
    uses: list[Callable[[], Any]] = [
        lambda: ufunc(*[x] * ufunc.nin),
        lambda: ufunc.reduce(x),
        lambda: ufunc.accumulate(x),
        lambda: ufunc.outer(x, x),
        lambda: ufunc.reduceat(x, [0, 1]),
        lambda: ufunc.at(x, [0], x),
    ]
    for use in uses:
        result, message = outcome(use)
        assert ufunc.__name__ in message or not message
        assert not is_silent(result)
