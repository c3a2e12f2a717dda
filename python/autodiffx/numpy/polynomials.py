"""Polynomials as arrays of coefficients, the highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.differences import convolve
from autodiffx.numpy.dispatch import function
from autodiffx.numpy.joining import atleast_1d, concatenate
from autodiffx.numpy.linalg.solving import lstsq
from autodiffx.numpy.primitives import concatenate_all, sum_over
from autodiffx.numpy.views import reshape

__all__ = [
    "poly",
    "polyadd",
    "polyder",
    "polydiv",
    "polyfit",
    "polyint",
    "polymul",
    "polysub",
    "polyval",
]


def _coefficients(p: Any) -> Any:
    return atleast_1d(as_array(p))


@function(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """The polynomial with coefficients p at x, as `numpy.polyval`."""
    coefficients, place = as_array(p), as_array(x)
    result: Any = place * 0.0
    for coefficient in coefficients:
        result = result * place + coefficient
    return result


def _aligned(p: Any, length: int) -> Any:
    missing = length - p.size
    return p if missing == 0 else concatenate_all([np.zeros(missing, p.dtype), p], 0)


@function(np.polyadd)
def polyadd(a1: Any, a2: Any) -> Any:
    """The sum of polynomials, as `numpy.polyadd`."""
    one, other = _coefficients(a1), _coefficients(a2)
    length = max(one.size, other.size)
    return _aligned(one, length) + _aligned(other, length)


@function(np.polysub)
def polysub(a1: Any, a2: Any) -> Any:
    """The difference of polynomials, as `numpy.polysub`."""
    return polyadd(a1, -_coefficients(a2))


@function(np.polymul)
def polymul(a1: Any, a2: Any) -> Any:
    """The product of polynomials, as `numpy.polymul`."""
    return convolve(_coefficients(a1), _coefficients(a2))


@function(np.polydiv)
def polydiv(u: Any, v: Any) -> Any:
    """Quotient and remainder of polynomials, as `numpy.polydiv`; no leading zeros are dropped."""
    rest, divisor = _coefficients(u) * 1.0, _coefficients(v) * 1.0
    steps = rest.size - divisor.size + 1
    if steps < 1:
        return np.zeros(1), rest
    found = []
    for _ in range(steps):
        factor = rest[0] / divisor[0]
        found.append(factor)
        rest = concatenate_all(
            [rest[1 : divisor.size] - factor * divisor[1:], rest[divisor.size :]], 0
        )
    quotient = concatenate([reshape(as_array(each), (1,)) for each in found])
    return quotient, rest if rest.size else np.zeros(1)


@function(np.polyder)
def polyder(p: Any, m: int = 1) -> Any:
    """The derivative of a polynomial, as `numpy.polyder`."""
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    coefficients = _coefficients(p)
    for _ in range(int(m)):
        coefficients = coefficients[:-1] * np.arange(coefficients.size - 1, 0, -1.0)
    return coefficients


@function(np.polyint)
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """The integral of a polynomial with constants k, as `numpy.polyint`."""
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    constants = np.zeros(m) if k is None else _coefficients(k)
    if constants.size == 1 and m > 1:
        constants = concatenate_all([constants] * m, 0)
    if constants.size < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    coefficients = _coefficients(p)
    for i in range(int(m)):
        raised = coefficients / np.arange(coefficients.size, 0, -1.0)
        coefficients = concatenate_all([raised, constants[i : i + 1]], 0)
    return coefficients


@function(np.poly)
def poly(seq_of_zeros: Any) -> Any:
    """The polynomial with given roots, as `numpy.poly`; not that of a matrix."""
    roots = _coefficients(seq_of_zeros)
    if roots.ndim != 1:
        raise NotImplementedError("numpy.poly of a matrix: use np.poly(np.linalg.eigvals(x))")
    result: Any = np.ones(1)
    for root in roots:
        factor = concatenate_all([np.ones(1), reshape(-root, (1,))], 0)
        result = convolve(result, factor)
    return result


@function(np.polyfit)
def polyfit(
    x: Any,
    y: Any,
    deg: int,
    rcond: Any = None,
    full: bool = False,
    w: Any = None,
    cov: Any = False,
) -> Any:
    """The polynomial nearest to points, as `numpy.polyfit`; the coefficients alone."""
    if full or cov:
        raise NotImplementedError(
            "numpy.polyfit of Variables with full= or cov=: use np.linalg.lstsq of np.vander"
        )
    from autodiffx import _core
    from autodiffx.numpy.arranging import vander

    places, heights = as_array(x) * 1.0, as_array(y) * 1.0
    cutoff = places.size * np.finfo(places.dtype).eps if rcond is None else rcond
    powers = vander(places, deg + 1)
    if w is not None:
        weights = as_array(w) * 1.0
        powers = powers * reshape(weights, (-1, 1))
        heights = heights * (weights if heights.ndim == 1 else reshape(weights, (-1, 1)))
    scale = sum_over(powers * powers, (0,))
    scale = _core.sqrt(scale) if not isinstance(scale, np.ndarray) else np.sqrt(scale)
    solution = lstsq(powers / scale, heights, cutoff)[0]
    return solution / (scale if solution.ndim == 1 else reshape(scale, (-1, 1)))
