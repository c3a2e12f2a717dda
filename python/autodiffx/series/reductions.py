"""NumPy's functions that choose, order, multiply up and measure, of Series."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx._core import OPS, absolute, sqrt
from autodiffx.series.series import Series

__all__ = ["REDUCTIONS"]


def _refuse_keywords(name: str, keywords: dict[str, Any]) -> None:
    for key, value in keywords.items():
        if value is not None and value is not np._NoValue:
            raise NotImplementedError(f"numpy.{name} of Series takes no {key}=")


def _chosen(x: Series, axis: Any, keepdims: bool, best: Any) -> Any:
    """Where the values are the best along axes; several that are share evenly."""
    kept = best(x.value, axis=axis, keepdims=True)
    share = np.equal(x.value, kept) * 1.0
    share = share / np.sum(share, axis=axis, keepdims=True)
    rest = [
        None if c is None else np.sum(share * c, axis=axis, keepdims=keepdims)
        for c in x.coefficients
    ]
    return x.like([best(x.value, axis=axis, keepdims=keepdims), *rest[1:]])


def largest(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **keywords: Any
) -> Any:
    """The largest along axes, as `numpy.max`; several that are it share evenly."""
    _refuse_keywords("max", {"out": out, **keywords})
    return _chosen(a, axis, keepdims is True, np.max)


def smallest(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **keywords: Any
) -> Any:
    """The smallest along axes, as `numpy.min`; several that are it share evenly."""
    _refuse_keywords("min", {"out": out, **keywords})
    return _chosen(a, axis, keepdims is True, np.min)


def sort(a: Any, axis: Any = -1, **keywords: Any) -> Any:
    """In the order of the values, as `numpy.sort`."""
    _refuse_keywords("sort", keywords)
    if axis is None:
        return sort(np.ravel(a))
    places = np.argsort(a.value, axis=axis, kind="stable")
    return a.mapped(lambda c: np.take_along_axis(c, places, axis=axis))


def _lines(a: Any, axis: Any) -> Any:
    """With the axis to go along in front."""
    return np.ravel(a) if axis is None else np.moveaxis(a, axis, 0)


def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    **keywords: Any,
) -> Any:
    """The product along axes, as `numpy.prod`."""
    _refuse_keywords("prod", {"dtype": dtype, "out": out, **keywords})
    if isinstance(axis, tuple):
        for each in sorted((i % a.ndim for i in axis), reverse=True):
            a = prod(a, each, keepdims=keepdims)
        return a
    lines = _lines(a, axis)
    result: Any = (
        np.ones(lines.shape[1:]) + 0.0 * np.sum(lines, axis=0) if not len(lines) else lines[0]
    )
    for line in list(lines)[1:]:
        result = result * line
    if keepdims is True:
        shape = (
            [1] * a.ndim
            if axis is None
            else [1 if i == axis % a.ndim else n for i, n in enumerate(a.shape)]
        )
        return np.reshape(result, shape)
    return result


def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The products so far, as `numpy.cumprod`."""
    _refuse_keywords("cumprod", {"dtype": dtype, "out": out})
    found: list[Any] = []
    for line in _lines(a, axis):
        found.append(found[-1] * line if found else line)
    if not found:
        return _lines(a, axis) if axis is None else a
    return np.stack(found, axis=0 if axis is None else axis)


def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    **keywords: Any,
) -> Any:
    """The mean square of deviations from the mean, as `numpy.var`."""
    _refuse_keywords("var", {"dtype": dtype, "out": out, **keywords})
    deviations = a - np.mean(a, axis=axis, keepdims=True)
    total = np.sum(deviations * deviations, axis=axis, keepdims=keepdims is True)
    return total / (a.size / max(total.size, 1) - ddof)


def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    **keywords: Any,
) -> Any:
    """The root of var, as `numpy.std`: infinite coefficients where it is 0."""
    return sqrt(var(a, axis, dtype, out, ddof, keepdims, **keywords))


def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, **keywords: Any
) -> Any:
    """The mean with weights, as `numpy.average`."""
    _refuse_keywords("average", {**keywords, "returned": returned or None})
    if weights is None:
        return np.mean(a, axis=axis)
    if not isinstance(weights, Series):
        weights = np.asarray(weights)
    if np.shape(weights) != np.shape(a):
        raise NotImplementedError("numpy.average of Series takes weights of the shape of a")
    return np.sum(a * weights, axis=axis) / np.sum(weights, axis=axis)


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The Euclidean norm, of vectors also those of order 1 and inf, as `numpy.linalg.norm`."""
    lines = axis if axis is not None else None if x.ndim > 1 else 0
    if isinstance(lines, int) and ord in (1, np.inf):
        sizes = absolute(x)
        return (
            np.sum(sizes, axis=lines, keepdims=keepdims)
            if ord == 1
            else largest(sizes, lines, keepdims=keepdims)
        )
    euclidean = ord is None or ord == "fro" or (ord == 2 and isinstance(lines, int))
    if not euclidean:
        raise NotImplementedError(f"numpy.linalg.norm of Series with ord={ord!r}")
    return sqrt(np.sum(x * x, axis=lines, keepdims=keepdims))


def clip(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, **keywords: Any) -> Any:
    """No less than a_min and no more than a_max, as `numpy.clip`; either may be left out."""
    low = keywords.pop("min", a_min)
    high = keywords.pop("max", a_max)
    _refuse_keywords("clip", {"out": out, **keywords})
    if low is None or low is np._NoValue:
        return (
            OPS["positive"](a) if high is None or high is np._NoValue else OPS["minimum"](a, high)
        )
    if high is None or high is np._NoValue:
        return OPS["maximum"](a, low)
    return OPS["clip"](a, low, high)


def round_to(a: Any, decimals: int = 0, out: Any = None) -> Any:
    """Rounded to decimals, as `numpy.round`: constant but for jumps."""
    _refuse_keywords("round", {"out": out})
    return OPS["rint"](a * 10.0**decimals) / 10.0**decimals if decimals else OPS["rint"](a)


def polyval(p: Any, x: Any) -> Any:
    """A polynomial by its coefficients, the highest first, as `numpy.polyval`."""
    result: Any = 0.0
    for coefficient in p:
        result = result * x + coefficient
    return result


def where(condition: Any, *choices: Any) -> Any:
    """One or the other by the value of a condition, as `numpy.where`."""
    plain = condition.value if isinstance(condition, Series) else condition
    return OPS["where"](plain, *choices) if choices else np.nonzero(plain)


REDUCTIONS: dict[Any, Any] = {
    np.average: average,
    np.clip: clip,
    np.cumprod: cumprod,
    np.linalg.norm: norm,
    np.max: largest,
    np.min: smallest,
    np.polyval: polyval,
    np.prod: prod,
    np.round: round_to,
    np.around: round_to,
    np.sort: sort,
    np.std: std,
    np.var: var,
    np.where: where,
}
