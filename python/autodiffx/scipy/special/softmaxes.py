"""Sums of exponentials along axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.dispatch import function, is_traced
from autodiffx.numpy.primitives import axes_of, chain, compare, select, sum_over
from autodiffx.numpy.rule import Rule
from autodiffx.numpy.views import broadcast_to, reshape

__all__ = ["log_softmax", "logsumexp", "softmax"]


def _kept(x: Any, axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(1 if i in axes else length for i, length in enumerate(x.shape))


def _relative(a: Any, total: Any) -> Any:
    """exp(a - total), 1 where both are the same infinity."""
    return np.exp(select(compare("equal", a, total), 0.0, a - total))


def _shares(a: Any, total: Any, axes: tuple[int, ...]) -> Any:
    """How much of the sum each is: of equal infinities evenly."""
    found = _relative(a, total)
    infinite = compare("equal", np.abs(total), np.inf)
    return found / select(infinite, sum_over(found, axes, True), 1.0)


def _as_scipys(axes: tuple[int, ...]) -> Any:
    """The axes as SciPy takes them: of a number none, and one as an integer."""
    return None if not axes else axes[0] if len(axes) == 1 else axes


def _total(a: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    return np.asarray(special.logsumexp(a, axis=_as_scipys(axes), keepdims=keepdims))


def _total_vjp(adjoint: Any, result: Any, a: Any, wanted: Any, axes: Any, keepdims: Any) -> Any:
    kept = _kept(a, axes)
    return chain(reshape(adjoint, kept), _shares(a, reshape(result, kept), axes))


def _total_jvp(tangents: Any, result: Any, a: Any, axes: Any, keepdims: Any) -> Any:
    shares = _shares(a, reshape(result, _kept(a, axes)), axes)
    return sum_over(chain(shares, tangents[0]), axes, keepdims)


_logsumexp = Rule("logsumexp", _total, _total_vjp, _total_jvp)


def _signed_total(a: Any, b: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    axis = _as_scipys(axes)
    found = special.logsumexp(a, axis=axis, b=b, keepdims=keepdims, return_sign=True)
    return tuple(map(np.asarray, found))


def _signed_vjp(
    adjoint: Any, result: Any, a: Any, b: Any, wanted: Any, axes: Any, keepdims: Any
) -> Any:
    total, sign, passed = (reshape(each, _kept(a, axes)) for each in (*result, adjoint[0]))
    relative = sign * _relative(a, total)
    return chain(passed, b * relative), chain(passed, relative)


_weighted = Rule("logsumexp", _signed_total, _signed_vjp)


def _floating(a: Any) -> Any:
    x = as_array(a)
    return x if x.dtype in (np.float64, np.float32) else x.astype(np.float64)


@function(special.logsumexp)
def logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """log(sum(b exp(a))) along axes, all of them by default, as `scipy.special.logsumexp`.

    Args:
        a: an array.
        axis: one axis, a tuple of them, or None.
        b: factors that broadcast with a, of either sign.
        keepdims: keep the axes, with length 1.
        return_sign: return the logarithm of the absolute value of the sum, and its sign, which is
            passive. Without it the logarithm of a negative sum is NaN.

    The derivative by a is its share of the sum; of equal infinities each has an equal share.

    >>> x = adx.Variable([0.0, 0.0])
    >>> y = logsumexp(x)
    >>> y.backward()
    >>> round(y.value, 6), x.grad
    (0.693147, array([0.5, 0.5]))
    """
    x = _floating(a)
    if b is None:
        axes = axes_of(axis, x.ndim)
        total = _logsumexp(x, axes=axes, keepdims=keepdims)
        return (total, np.ones(total.shape, total.dtype)) if return_sign else total
    factors = _floating(b)
    dtype = np.result_type(x.dtype, factors.dtype)
    if not is_traced(b) and np.ndim(b) == 0:
        dtype = x.dtype
    shape = np.broadcast_shapes(tuple(x.shape), tuple(factors.shape))
    x, factors = (broadcast_to(each.astype(dtype), shape) for each in (x, factors))
    axes = axes_of(axis, len(shape))
    total, sign = _weighted(x, factors, axes=axes, keepdims=keepdims)
    if return_sign:
        return total, sign
    return select(compare("less", sign, 0.0), total.dtype.type(np.nan), total)


def _softmax_passed(along: Any, result: Any, axes: tuple[int, ...]) -> Any:
    """The derivative is symmetric: adjoints and tangents pass through it alike."""
    term = chain(along, result)
    return term - result * sum_over(term, axes, True)


_softmax = Rule(
    "softmax",
    lambda x, axes: special.softmax(x, axis=_as_scipys(axes)),
    lambda adjoint, result, x, wanted, axes: _softmax_passed(adjoint, result, axes),
    lambda tangents, result, x, axes: _softmax_passed(tangents[0], result, axes),
)
_log_softmax = Rule(
    "log_softmax",
    lambda x, axes: special.log_softmax(x, axis=_as_scipys(axes)),
    lambda adjoint, result, x, wanted, axes: (
        adjoint - np.exp(result) * sum_over(adjoint, axes, True)
    ),
    lambda tangents, result, x, axes: (
        tangents[0] - sum_over(chain(np.exp(result), tangents[0]), axes, True)
    ),
)


@function(special.softmax)
def softmax(x: Any, axis: Any = None) -> Any:
    """exp(x) / sum(exp(x)) along axes, all of them by default, as `scipy.special.softmax`.

    >>> x = adx.Variable([0.0, 0.0])
    >>> softmax(x)[0].backward()
    >>> x.grad
    array([ 0.25, -0.25])
    """
    a = _floating(x)
    return _softmax(a, axes=axes_of(axis, a.ndim))


@function(special.log_softmax)
def log_softmax(x: Any, axis: Any = None) -> Any:
    """log(softmax(x)), all axes by default, as `scipy.special.log_softmax`.

    >>> x = adx.Variable([0.0, 0.0])
    >>> log_softmax(x)[0].backward()
    >>> x.grad
    array([ 0.5, -0.5])
    """
    a = _floating(x)
    return _log_softmax(a, axes=axes_of(axis, a.ndim))
