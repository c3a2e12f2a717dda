"""Containers as one vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autodiffx.numpy as anp
from autodiffx.compat.autograd.spaces import ArrayVSpace, vspace
from autodiffx.compat.autograd.values import getval, holds_box

__all__ = ["flatten", "flatten_func"]


def flatten(value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """All numbers of a container one after the other, and the way back.

    Args:
        value: lists, tuples and dicts of numbers and arrays, nested at will. Dicts are taken in the
            order of their sorted keys.

    Returns:
        ``(vector, unflatten)``, of which derivatives can be taken. ``unflatten(vector)`` has the
        structure of value, with numbers as arrays without axes.

    Raises:
        TypeError: something in it is an int or no number.

    >>> vector, unflatten = flatten([1.0, (np.eye(2),)])
    >>> vector
    array([1., 1., 0., 0., 1.])
    >>> unflatten(2.0 * vector)
    [np.float64(2.0), (array([[2., 0.],
           [0., 2.]]),)]
    """
    leaves: list[Any] = []
    rebuild = _taken_apart(value, leaves)
    shapes = [np.shape(leaf) for leaf in leaves]
    ends = np.cumsum([0, *(int(np.prod(shape, dtype=np.intp)) for shape in shapes)]).tolist()

    def unflatten(vector: Any) -> Any:
        flat = anp.ravel(vector)
        if np.shape(flat) != (ends[-1],):
            raise ValueError(
                f"the vector has {np.size(getval(flat))} elements, and the container {ends[-1]}"
            )
        parts = (
            anp.reshape(flat[start:stop], shape) if shape else flat[start]
            for start, stop, shape in zip(ends, ends[1:], shapes, strict=True)
        )
        return rebuild(parts)

    if not leaves:
        return np.array([]), unflatten
    flat = [anp.ravel(leaf) for leaf in leaves]
    if len(flat) == 1:
        return flat[0] if holds_box(flat) else np.array(flat[0]), unflatten
    return anp.concatenate(flat), unflatten


def _taken_apart(value: Any, leaves: list[Any]) -> Callable[[Any], Any]:
    """Appends the leaves, and returns what takes as many from an iterator."""
    if type(value) in (list, tuple):
        kind = type(value)
        parts = [_taken_apart(each, leaves) for each in value]
        return lambda found: kind([part(found) for part in parts])
    if type(value) is dict:
        named = {key: _taken_apart(value[key], leaves) for key in sorted(value)}

        def as_dict(found: Any) -> dict[Any, Any]:
            made = {key: part(found) for key, part in named.items()}
            return {key: made[key] for key in value}

        return as_dict
    if not isinstance(vspace(value), ArrayVSpace):
        raise TypeError(f"flatten() takes numbers, arrays, lists, tuples and dicts, got {value!r}")
    leaves.append(value)
    return next


def flatten_func(
    func: Callable[..., Any], example: Any
) -> tuple[Callable[..., Any], Callable[[Any], Any], Any]:
    """A function of containers as one of vectors.

    Args:
        func: a function of a container, and of whatever else, that returns a container.
        example: a container of the structure that func takes.

    Returns:
        The function of a vector, `unflatten`, and example as a vector.

    >>> on_vectors, unflatten, start = flatten_func(lambda p: {"a": 2.0 * p["a"]}, {"a": 1.0})
    >>> on_vectors(start)
    array([2.])
    """
    start, unflatten = flatten(example)

    def on_vectors(x: Any, *args: Any) -> Any:
        return flatten(func(unflatten(x), *args))[0]

    return on_vectors, unflatten, start
