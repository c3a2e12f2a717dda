"""What rules of reverse mode are written with: autograd's ``numpy_vjps``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autodiffx.numpy as anp
from autodiffx.compat.autograd.numpy import numpy_wrapper
from autodiffx.compat.autograd.numpy.numpy_wrapper import PASSIVE, metadata
from autodiffx.compat.autograd.spaces import SparseObject, VSpace
from autodiffx.compat.autograd.values import getval, isbox, no_complex

__all__ = [
    "balanced_eq",
    "match_complex",
    "nograd_functions",
    "repeat_to_match_shape",
    "replace_zero",
    "unbroadcast",
    "unbroadcast_f",
    "untake",
]

# The functions whose results are plain.
nograd_functions = [getattr(numpy_wrapper, name) for name in sorted(PASSIVE)]


def unbroadcast(x: Any, target_meta: tuple[Any, ...], broadcast_idx: int = 0) -> Any:
    """x summed along the axes that broadcasting a target to x's shape added or stretched.

    Args:
        x: a cotangent.
        target_meta: metadata() of the target.
        broadcast_idx: where axes were added: 0 for before the others, -1 for after them.

    >>> unbroadcast(np.ones((2, 3)), metadata(np.ones((1, 3))))
    array([[2., 2., 2.]])
    """
    shape, ndim = target_meta[:2]
    while np.ndim(x) > ndim:
        x = anp.sum(x, axis=broadcast_idx)
    stretched = tuple(i for i, length in enumerate(shape) if length == 1 != np.shape(x)[i])
    return anp.sum(x, axis=stretched, keepdims=True) if stretched else x


def unbroadcast_f(target: Any, f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function g ↦ f(g), summed to the shape of the target.

    For rules of what broadcasts its arguments: ``lambda ans, x, y: unbroadcast_f(x, lambda g: g *
    y)``.

    >>> unbroadcast_f(np.ones(3), lambda g: 2.0 * g)(np.ones((2, 3)))
    array([4., 4., 4.])
    """
    target_meta = metadata(target)
    return lambda g: unbroadcast(f(g), target_meta)


def balanced_eq(x: Any, z: Any, y: Any) -> Any:
    """How much of a cotangent x gets where z is the larger (or smaller) of x and y: half at ties.

    >>> balanced_eq(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 3.0]), np.array([2.0, 2.0, 0.0]))
    array([0. , 0.5, 1. ])
    """
    return np.equal(*_plain(x, z)) / (1.0 + np.equal(*_plain(x, y)))


def _plain(*numbers: Any) -> list[Any]:
    return [getval(number) for number in numbers]


def replace_zero(x: Any, val: Any) -> Any:
    """x with val in the place of zeros.

    >>> replace_zero(np.array([0.0, 2.0]), 1.0)
    array([1., 2.])
    """
    (value,) = _plain(x)
    return anp.where(np.not_equal(value, 0.0), x, val)


def match_complex(target: Any, x: Any) -> Any:
    """x itself, for real numbers.

    Raises:
        NotImplementedError: one of both is complex.

    >>> match_complex(1.0, 2.0)
    2.0
    """
    if np.iscomplexobj(getval(target)) or np.iscomplexobj(getval(x)):
        raise no_complex("match_complex()")
    return x


def repeat_to_match_shape(g: Any, shape: Any, dtype: Any, axis: Any, keepdims: Any) -> Any:
    """What a sum along an axis passes back, and how many elements each is the sum of.

    Args:
        g: the cotangent of the sum.
        shape, dtype: of what was summed.
        axis, keepdims: as for the sum.

    >>> repeat_to_match_shape(np.array([1.0, 2.0]), (2, 3), float, 1, False)
    (array([[1., 1., 1.],
           [2., 2., 2.]]), 3)
    """
    if shape == ():
        return g, 1
    axes = range(len(shape)) if axis is None else (axis,) if isinstance(axis, int) else axis
    chosen = {each % len(shape) for each in axes}
    kept = [1 if i in chosen else length for i, length in enumerate(shape)]
    repeated = anp.broadcast_to(anp.reshape(g, kept), shape)
    if not isbox(repeated):
        repeated = np.array(repeated, dtype)
    return repeated, int(np.prod([shape[i] for i in chosen], dtype=np.intp))


def untake(x: Any, idx: Any, vs: VSpace) -> SparseObject:
    """The cotangent of an array of which ``[idx]`` was taken, x being that of what was taken.

    >>> from autodiffx.compat.autograd.extend import vspace
    >>> untake(5.0, 1, vspace(np.zeros(3))).mut_add(np.zeros(3))
    array([0., 5., 0.])
    """

    def mut_add(array: Any) -> Any:
        if isbox(x) or isbox(array):
            from autodiffx.numpy.primitives import scatter_add

            places = np.arange(array.size).reshape(array.shape)[idx]
            part = anp.broadcast_to(x, np.shape(places))
            return array + scatter_add(part, places, array.shape)
        np.add.at(array, idx, x)
        return array

    return SparseObject(vs, mut_add)
