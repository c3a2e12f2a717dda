"""Reductions of what is not NaN: a NaN has the partial 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import IMPLEMENTATIONS, implements
from autodiffx.reference.numpy.given import array_of, floating
from autodiffx.reference.numpy.places import indices

__all__: list[str] = []

_where = FUNCTIONS["where"]


def _without(a: Any, name: str, otherwise: float) -> Number:
    """The elements, and what changes nothing in place of NaN."""
    x = floating(array_of(a, name))
    return _where(FUNCTIONS["not_equal"](x, x), otherwise, x)


def _present(a: Any, name: str, where: Any) -> tuple[Number, Number]:
    """The elements, and which of them count."""
    x = floating(array_of(a, name))
    present = FUNCTIONS["equal"](x, x)
    return x, present if where is True else FUNCTIONS["logical_and"](present, where)


@implements(np.nansum)
def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The sum of what is not NaN, 0 where everything is."""
    x = _without(a, "np.nansum", 0.0)
    return IMPLEMENTATIONS[np.sum](x, axis, dtype, keepdims=keepdims, where=where) + (
        0.0 if initial is None else initial
    )


@implements(np.nanprod)
def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The product of what is not NaN, 1 where everything is."""
    x = _without(a, "np.nanprod", 1.0)
    options = {} if initial is None else {"initial": initial}
    return IMPLEMENTATIONS[np.prod](x, axis, dtype, keepdims=keepdims, where=where, **options)


@implements(np.nancumsum)
def nancumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The sums of every element and all before it, as if NaN were 0."""
    return IMPLEMENTATIONS[np.cumsum](_without(a, "np.nancumsum", 0.0), axis, dtype)


@implements(np.nancumprod)
def nancumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The products of every element and all before it, as if NaN were 1."""
    return IMPLEMENTATIONS[np.cumprod](_without(a, "np.nancumprod", 1.0), axis, dtype)


@implements(np.nanmean)
def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = False, where: Any = True
) -> Any:
    """The mean of what is not NaN; NaN where everything is."""
    x, present = _present(a, "np.nanmean", where)
    return IMPLEMENTATIONS[np.mean](x, axis, dtype, keepdims=keepdims, where=present)


@implements(np.nanvar)
def nanvar(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
) -> Any:
    """The variance of what is not NaN; NaN where that is no more than `ddof` elements."""
    x, present = _present(a, "np.nanvar", where)
    found = IMPLEMENTATIONS[np.var](x, axis, dtype, ddof=ddof, keepdims=keepdims, where=present)
    count = IMPLEMENTATIONS[np.sum](present, axis=axis, keepdims=keepdims)
    return _where(FUNCTIONS["less_equal"](count, ddof), np.nan, found)


@implements(np.nanstd)
def nanstd(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
) -> Any:
    """√nanvar; where that is 0 the derivative is 0."""
    return FUNCTIONS["sqrt"](nanvar(a, axis, dtype, ddof, keepdims, where))


@implements(np.nanargmax)
def nanargmax(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The index of the first of the largest that are not NaN: plain, and a guard in a Graph."""
    x = array_of(a, "np.nanargmax")
    return indices("nanargmax", lambda v: np.nanargmax(v, axis=axis, keepdims=keepdims), x)


@implements(np.nanargmin)
def nanargmin(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The index of the first of the smallest that are not NaN: plain, and a guard in a Graph."""
    x = array_of(a, "np.nanargmin")
    return indices("nanargmin", lambda v: np.nanargmin(v, axis=axis, keepdims=keepdims), x)
