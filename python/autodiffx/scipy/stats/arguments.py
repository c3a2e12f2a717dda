"""What users give to a distribution: numbers, arrays and Variables, and which of them are valid."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.dispatch import is_traced

__all__ = [
    "PARAMETER",
    "checked",
    "given",
    "greater_than_0",
    "is_number",
    "is_true",
    "not_negative",
    "probability",
    "quiet",
    "some_probability",
]

_CONVERT = "convert it with x.astype(np.float64), and join Variables with anp.stack"

PARAMETER = Callable[[Any], Any]  # whether a parameter is valid, element by element


def given(name: str, value: Any) -> Any:
    """A Variable as it is, a Python number as a float, all else as an array of real numbers.

    Raises:
        TypeError: it holds something else.
    """
    if is_traced(value) or type(value) is float:
        return value
    if type(value) in (int, bool):
        return float(value)
    array = as_array(value)
    if is_traced(array) or array.dtype in (np.float64, np.float32):
        return array
    if array.dtype.kind not in "biu":
        way_out = "take x.real and x.imag" if array.dtype.kind == "c" else _CONVERT
        raise TypeError(
            f"{name} takes real numbers, in arrays of float64, float32, integers or booleans, not "
            f"{array.dtype}: {way_out}"
        )
    return array.astype(np.float64)


def quiet(point: Any) -> AbstractContextManager[Any]:
    """NumPy does not warn of plain points at which there is infinity or NaN, as SciPy does not."""
    return nullcontext() if is_traced(point) else np.errstate(all="ignore")


def is_number(value: Any, number: float) -> bool:
    """Whether it is a plain Python number with that value: arithmetic with it may be left out."""
    return type(value) in (int, float, bool) and value == number


def is_true(condition: Any) -> bool:
    """Whether a condition holds everywhere and always will: what depends on Variables may not."""
    return not is_traced(condition) and bool(np.all(condition))


def checked(valid: PARAMETER, value: Any) -> tuple[Any, Any]:
    """A parameter with NaN in place of what is not valid, and where it is.

    So everything that is computed from it is NaN, as in SciPy, and costs an operation of the
    parameter's size only. What is replaced has derivative zero.
    """
    holds = valid(value)
    return (value if is_true(holds) else _core.where(holds, value, np.nan)), holds


def greater_than_0(value: Any) -> Any:
    return _core.greater(value, 0.0)


def not_negative(value: Any) -> Any:
    return _core.greater_equal(value, 0.0)


def probability(value: Any) -> Any:
    """Between 0 and 1."""
    return _core.logical_and(_core.greater_equal(value, 0.0), _core.less_equal(value, 1.0))


def some_probability(value: Any) -> Any:
    """Between 0 and 1, and not 0."""
    return _core.logical_and(_core.greater(value, 0.0), _core.less_equal(value, 1.0))
