"""Decisions as data: recorded, evaluated again by a replay, without derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.dispatch import function, refuse_keywords
from autodiffx.numpy.primitives import axes_of, is_nan
from autodiffx.numpy.rule import Rule

__all__ = [
    "all",
    "allclose",
    "any",
    "array_equal",
    "array_equiv",
    "count_nonzero",
    "isclose",
    "isneginf",
    "isposinf",
]

absent = np._NoValue

_all = Rule("all", lambda x, axis, keepdims: np.all(x, axis=axis, keepdims=keepdims))
_any = Rule("any", lambda x, axis, keepdims: np.any(x, axis=axis, keepdims=keepdims))
_count = Rule(
    "count_nonzero",
    lambda x, axis, keepdims: np.count_nonzero(x, axis=axis, keepdims=keepdims),
)
_close = Rule(
    "isclose",
    lambda a, b, rtol, atol, equal_nan: np.isclose(a, b, rtol, atol, equal_nan),
)


def _kept(keepdims: Any) -> bool:
    return keepdims is not absent and bool(keepdims)


@function(np.all)
def all(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = absent, *, where: Any = absent
) -> Any:
    """Whether all along axes are true, as `numpy.all`: a passive Variable."""
    refuse_keywords("all", out=out)
    x = as_array(a)
    if where is not absent and where is not True:
        x = _core.logical_or(x, _core.logical_not(where))
    return _all(x, axis=axes_of(axis, x.ndim), keepdims=_kept(keepdims))


@function(np.any)
def any(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = absent, *, where: Any = absent
) -> Any:
    """Whether any along axes is true, as `numpy.any`: a passive Variable."""
    refuse_keywords("any", out=out)
    x = as_array(a)
    if where is not absent and where is not True:
        x = _core.logical_and(x, where)
    return _any(x, axis=axes_of(axis, x.ndim), keepdims=_kept(keepdims))


@function(np.count_nonzero)
def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """How many along axes are not zero, as `numpy.count_nonzero`: a passive Variable."""
    x = as_array(a)
    return _count(x, axis=axes_of(axis, x.ndim), keepdims=keepdims)


@function(np.isclose)
def isclose(
    a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Any:
    """Whether elements are nearly equal, as `numpy.isclose`: a passive Variable."""
    return _close(as_array(a), as_array(b), rtol=rtol, atol=atol, equal_nan=equal_nan)


@function(np.allclose)
def allclose(
    a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Any:
    """Whether all elements are nearly equal, as `numpy.allclose`: a passive Variable."""
    return all(isclose(a, b, rtol, atol, equal_nan))


@function(np.array_equal)
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> Any:
    """Whether shapes and all elements are equal, as `numpy.array_equal`."""
    x, y = as_array(a1), as_array(a2)
    if x.shape != y.shape:
        return False
    same = _core.equal(x, y)
    if equal_nan:
        same = _core.logical_or(same, _core.logical_and(is_nan(x), is_nan(y)))
    return all(same)


@function(np.array_equiv)
def array_equiv(a1: Any, a2: Any) -> Any:
    """Whether all elements are equal in the shape that both broadcast to, `numpy.array_equiv`."""
    x, y = as_array(a1), as_array(a2)
    try:
        np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        return False
    return all(_core.equal(x, y))


@function(np.isneginf)
def isneginf(x: Any, out: Any = None) -> Any:
    """Whether elements are negative infinity, as `numpy.isneginf`."""
    refuse_keywords("isneginf", out=out)
    return _core.equal(x, -np.inf)


@function(np.isposinf)
def isposinf(x: Any, out: Any = None) -> Any:
    """Whether elements are positive infinity, as `numpy.isposinf`."""
    refuse_keywords("isposinf", out=out)
    return _core.equal(x, np.inf)
