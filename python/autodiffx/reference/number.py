"""What counts as a plain number: int, float, bool, real NumPy scalars and 0-d arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["is_number", "to_float"]

_REAL_KINDS = "biuf"  # NumPy's letters for bool, signed, unsigned and floating


def is_number(value: object) -> bool:
    """True for what may stand beside a Variable in an expression without being one."""
    if isinstance(value, (float, int)):
        return True
    if isinstance(value, np.generic):
        return value.dtype.kind in _REAL_KINDS
    return isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in _REAL_KINDS


def to_float(value: Any, where: str) -> float:
    """The number as a Python float.

    `where` says in whose name a stranger is refused.

    Raises:
        TypeError: `value` is no plain real number.
        OverflowError: an int is too large for a float.
    """
    if not is_number(value):
        found = type(value).__name__
        hint = ""
        if isinstance(value, np.ndarray):
            hint = f" of {value.ndim} dimensions; pass one element at a time"
        raise TypeError(
            f"unsupported operand type for {where}: {found!r}{hint} "
            "(expected int, float, bool, a real NumPy scalar or a 0-d array)"
        )
    return float(value)
