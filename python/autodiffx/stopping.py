"""Where derivatives end on purpose."""

from __future__ import annotations

from typing import Any

from autodiffx._core import _stopped
from autodiffx.trees import flatten

__all__ = ["stop_gradient"]


def stop_gradient(x: Any) -> Any:
    """The same numbers, of which no derivative is taken: as constants to all transforms.

    Args:
        x: a number, an array or a container of them.

    Returns:
        The same structure. A Variable is passive then, but recorded: a replay of a Graph reads it
        anew. Of a Dual the value is left. What is plain stays as it is.

    >>> import autodiffx as adx
    >>> adx.grad(lambda x: x * adx.stop_gradient(x))(3.0)
    3.0
    """
    leaves, tree = flatten(x)
    return tree.unflatten([_constant(leaf) for leaf in leaves])


def _constant(leaf: Any) -> Any:
    # Of a number that carries operators out itself, as in taylor, the value is left as well.
    while hasattr(type(leaf), "__autodiffx_apply__"):
        leaf = leaf.value
    return _stopped(leaf)
