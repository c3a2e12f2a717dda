"""How values look in a repr."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiffx.reference.number import FLOAT32

if TYPE_CHECKING:
    from autodiffx.reference.variable import Variable

__all__ = ["result_parts", "shown"]


def shown(value: Any) -> str:
    """A number as Python shows it, an array as NumPy does within its `array(...)`."""
    if type(value) is float:
        return repr(value)
    text = np.array2string(value, separator=", ", prefix="Variable(", suffix=")")
    if value.size == 0 and value.shape != (0,):
        text += f", shape={value.shape}"
    return f"{text}, dtype=float32" if value.dtype == FLOAT32 else text


def result_parts(node: Variable, value: str | None) -> list[str]:
    """What the repr of a result begins with; it never raises."""
    from autodiffx.reference.freshness import is_stale

    statement = node._statement
    assert statement is not None
    if value is None:
        return ["no value", *(["cleared"] if statement.tape.cleared else [])]
    if statement.tape.cleared:
        return [value, "cleared"]
    if statement.tape.keeps and is_stale(node):
        return ["stale"]
    return [value]
