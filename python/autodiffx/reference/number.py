"""What counts as plain: real numbers, and arrays of them.

Inside the reference a plain number is a Python float, and a plain array an ndarray of float64,
float32 or bool. A float64 array without dimensions is never met: it is a float.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "FLOAT32",
    "FLOAT64",
    "Array",
    "is_number",
    "is_plain",
    "plain_array",
    "require_real",
    "settled",
    "to_array",
    "to_dtype",
    "to_float",
]

Array = np.ndarray[Any, Any]

FLOAT64 = np.dtype(np.float64)
FLOAT32 = np.dtype(np.float32)

_REAL_KINDS = "biuf"  # NumPy's letters for bool, signed, unsigned and floating


def is_number(value: object) -> bool:
    """True for what may stand beside a Variable in an expression without being one."""
    if isinstance(value, (float, int)):
        return True
    if isinstance(value, np.generic):
        return value.dtype.kind in _REAL_KINDS
    return isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in _REAL_KINDS


def is_plain(value: object) -> bool:
    """True for a number or any array; what an array holds is looked at when it is used."""
    return isinstance(value, np.ndarray) or is_number(value)


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


def to_dtype(dtype: Any) -> np.dtype[Any]:
    """float64 or float32, however it is written.

    Raises:
        TypeError: it is another dtype, or none.
    """
    try:
        found: np.dtype[Any] = np.dtype(dtype).newbyteorder("=")
    except TypeError:
        raise TypeError(f"dtype is float64 or float32, not {dtype!r}") from None
    if dtype is None or found not in (FLOAT64, FLOAT32):
        raise TypeError(
            f"dtype is float64 or float32, not {found}: numbers of another kind are converted"
        )
    return found


def require_real(array: Array, where: str) -> None:
    """Refuse arrays of what is not differentiated.

    Raises:
        TypeError: it is of neither float64, float32, integers nor bool.
    """
    kind = array.dtype.kind
    if kind in "biu" or (kind == "f" and array.dtype.newbyteorder("=") in (FLOAT64, FLOAT32)):
        return
    way_out = ".astype(np.float64) first"
    if kind == "c":
        way_out = "pass x.real and x.imag"
    raise TypeError(
        f"{where} takes arrays of float64, float32, integers or bool, not {array.dtype}: {way_out}"
    )


def plain_array(value: Any, where: str) -> Array:
    """NumPy's array of a value that is none of the kinds that calculate in another way.

    Raises:
        TypeError: it is an array with a mask, a matrix, or of another class with operators of its
            own, which would be lost.
    """
    kind = type(value)
    if isinstance(value, np.ndarray) and kind is not np.ndarray:
        for operator in ("__mul__", "__array_ufunc__"):
            if getattr(kind, operator) is not getattr(np.ndarray, operator):
                raise TypeError(
                    f"{where} takes plain arrays, not a {kind.__name__}, which calculates in a way "
                    "of its own: pass np.asarray() of it, and np.where in place of a mask"
                )
    return np.asarray(value)


def to_array(value: Any, where: str, dtype: np.dtype[Any] | None = None) -> float | Array:
    """A float or an array of its own, which nothing else writes into.

    Args:
        value: a number, an array, or lists of numbers.
        where: in whose name a stranger is refused.
        dtype: of the array; without it float32 stays what it is and all else becomes float64.

    Raises:
        TypeError: it holds something else than real numbers.
        ValueError: lists of unequal lengths.
    """
    if is_number(value) and dtype in (None, FLOAT64):
        return to_float(value, where)
    if isinstance(value, (list, tuple)):
        _require_plain_elements(value, where)
    found = plain_array(value, where)
    if found.ndim == 0 and not is_number(value):
        to_float(value, where)
    if is_number(value):
        found = np.asarray(float(value))
    require_real(found, where)
    if dtype is None:
        dtype = FLOAT32 if found.dtype.newbyteorder("=") == FLOAT32 else FLOAT64
    with np.errstate(all="ignore"):
        array = np.array(found, dtype=dtype, order="C", copy=True, subok=False)
    array.setflags(write=False)
    return array


def _require_plain_elements(values: Any, where: str) -> None:
    """Refuse lists with Variables in them: as an array they would have no derivative."""
    for value in values:
        if isinstance(value, (list, tuple)):
            _require_plain_elements(value, where)
        elif hasattr(value, "is_leaf") or hasattr(value, "tangent"):
            raise TypeError(
                f"{where} takes plain numbers, not a list with a {type(value).__name__} in it: "
                "use anp.stack to join values to an array, or their .value"
            )


def settled(array: Any) -> float | Array:
    """What NumPy computed, as the reference keeps it: a float64 without dimensions is a float."""
    if array.ndim == 0:
        return float(array) if array.dtype == FLOAT64 else np.asarray(array)
    return array  # type: ignore[no-any-return]
