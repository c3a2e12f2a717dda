"""What a value depends on, besides what one call has made of its inputs and of constants."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from autodiffx.reference.constant import Constant
from autodiffx.reference.dispatch import Number
from autodiffx.reference.storage import content_of, picked
from autodiffx.reference.sweep import ancestors, made_from
from autodiffx.reference.variable import Variable

__all__ = ["closed", "outside_of", "reaches_outside"]


def outside_of(results: Iterable[Variable], inputs: Collection[Variable]) -> set[Variable]:
    """Those of a call's results, in the order of recording, that reach outside, and what is there.

    Outside is what was recorded before the call, and active leaves that are not its inputs.
    """
    inside: set[Variable] = set()
    outside: set[Variable] = set()
    for result in results:
        for operand in made_from(result):
            if operand not in inside and _is_outside(operand, inputs):
                outside.add(operand)
            if operand in outside:
                outside.add(result)
        inside.add(result)
    return outside


def _is_outside(variable: Variable, inputs: Collection[Variable]) -> bool:
    """Of what the call has not made."""
    if isinstance(variable, Constant):
        return False
    if variable._statement is not None:
        return True
    return variable._is_active and not any(variable is own for own in inputs)


def reaches_outside(node: Variable, mark: int, inputs: Collection[Variable] = ()) -> bool:
    """True where it depends on more than constants, a call's inputs and what is after its mark."""
    results = ancestors(node, after=mark)
    if not results:
        return _is_outside(node, inputs)
    return node in outside_of(results, inputs)


def closed(number: Variable, mark: int, inputs: Collection[Variable] = ()) -> Number:
    """The plain number or array, where nothing outside is involved."""
    content = content_of(number)
    if reaches_outside(content, mark, inputs):
        return number
    found = picked(number, content._value)
    return found.copy() if isinstance(found, np.ndarray) else found
