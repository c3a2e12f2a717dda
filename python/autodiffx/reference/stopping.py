"""What changes how a function is differentiated, and not its value."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.containers import mapped
from autodiffx.reference.dispatch import Ranked, apply
from autodiffx.reference.rule import hidden

__all__ = ["stop_gradient"]

# An operation of its own, so that a Graph computes the constant anew when it is replayed.
_STOP = hidden("stop_gradient", lambda x: x, 0.0, kind="passive", doc="x, without a derivative")


def stop_gradient(x: Any) -> Any:
    """The same numbers as constants: the derivative of what is computed from them is zero.

    Args:
        x: a number, an array, or a container of them. What is no number in it stays what it is.

    Returns:
        The same structure. Plain numbers and arrays are returned as they are.

    >>> from autodiffx.reference import grad
    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return mapped(_stopped, x)


def _stopped(leaf: Any) -> Any:
    if not isinstance(leaf, Ranked) or leaf.dtype == np.dtype(bool):
        return leaf
    return apply(_STOP, leaf)
