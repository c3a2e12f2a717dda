"""The gamma function's relatives that are no operators of the table."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.dispatch import function, is_traced
from autodiffx.numpy.primitives import chain, compare, select
from autodiffx.numpy.rule import Rule
from autodiffx.scipy.special import incomplete_gamma as kernels
from autodiffx.scipy.special.bell import bell
from autodiffx.scipy.special.pointwise import pointwise
from autodiffx.scipy.special.tabled import TABLED

__all__ = ["chdtr", "chdtrc", "gammainc", "gammaincc", "loggamma", "multigammaln", "pdtr", "pdtrc"]

digamma, polygamma = TABLED["digamma"], TABLED["polygamma"]


def _log_slopes(a: Any, x: Any, order: int) -> list[Any]:
    """The derivatives by a of the logarithm of the density."""
    return [np.log(x) - digamma(a), *(-polygamma(k, a) for k in range(1, order))][:order]


density: Any = pointwise(
    "gamma_density",
    kernels.density,
    lambda r, a, x: r * (np.log(x) - digamma(a)),
    lambda r, a, x: r * ((a - 1.0) / x - 1.0),
)
lower_slope: Any = pointwise(
    "gammainc_by_a",
    kernels.lower_slope,
    lambda r, a, x, order: lower_slope(a, x, order=order + 1),
    lambda r, a, x, order: density(a, x) * bell(_log_slopes(a, x, order))[order],
)
_gammainc = pointwise(
    "gammainc",
    special.gammainc,
    lambda r, a, x: lower_slope(a, x, order=1),
    lambda r, a, x: density(a, x),
)
_gammaincc = pointwise(
    "gammaincc",
    special.gammaincc,
    lambda r, a, x: -lower_slope(a, x, order=1),
    lambda r, a, x: -density(a, x),
)


@function(special.gammainc)
def gammainc(a: Any, x: Any, /) -> Any:
    """P(a, x), the integral of t^(a-1) exp(-t) / Gamma(a) from 0 to x, as `scipy.special.gammainc`.

    Args:
        a, x: numbers or arrays that broadcast, a > 0 and x >= 0; elsewhere the value is NaN.

    Derivatives of every order by both; those by a from a power series or a quadrature, to 12 digits
    of themselves. By x at x = 0 the derivative is infinite for a < 1, 1 for a = 1, else 0.
    Source: DLMF 8.2.4, 8.8.13, 8.11.4.

    >>> x = adx.Variable(2.0)
    >>> y = gammainc(1.0, x)
    >>> y.backward()
    >>> round(y.value, 6), round(x.grad, 6)
    (0.864665, 0.135335)
    """
    return _gammainc(a, x)


@function(special.gammaincc)
def gammaincc(a: Any, x: Any, /) -> Any:
    """Q(a, x) = 1 - P(a, x), as `scipy.special.gammaincc`; see `gammainc`.

    >>> a = adx.Variable(1.0)
    >>> gammaincc(a, 2.0).backward()
    >>> round(a.grad, 6)
    0.220825
    """
    return _gammaincc(a, x)


# ---- distribution functions of chi-square and Poisson --------------------------------------------

EVENTS = "the number of events, which is an integer: give it as plain numbers"

_chdtr = pointwise(
    "chdtr",
    special.chdtr,
    lambda r, v, x: 0.5 * lower_slope(0.5 * v, 0.5 * x, order=1),
    lambda r, v, x: 0.5 * density(0.5 * v, 0.5 * x),
)
_chdtrc = pointwise(
    "chdtrc",
    special.chdtrc,
    lambda r, v, x: -0.5 * lower_slope(0.5 * v, 0.5 * x, order=1),
    lambda r, v, x: -0.5 * density(0.5 * v, 0.5 * x),
)


def _of_events(k: Any, m: Any) -> Any:
    """The probability of the whole part of k, which has to be at least 0."""
    return select(compare("less", k, 0.0), np.nan, density(np.floor(k) + 1.0, m))


_pdtr = pointwise("pdtr", special.pdtr, EVENTS, lambda r, k, m: -_of_events(k, m))
_pdtrc = pointwise("pdtrc", special.pdtrc, EVENTS, lambda r, k, m: _of_events(k, m))


@function(special.chdtr)
def chdtr(v: Any, x: Any, /) -> Any:
    """The distribution function of chi-square, gammainc(v/2, x/2), as `scipy.special.chdtr`.

    >>> x = adx.Variable(2.0)
    >>> chdtr(2.0, x).backward()
    >>> round(x.grad, 6)
    0.18394
    """
    return _chdtr(v, x)


@function(special.chdtrc)
def chdtrc(v: Any, x: Any, /) -> Any:
    """1 - chdtr(v, x), as `scipy.special.chdtrc`.

    >>> x = adx.Variable(2.0)
    >>> chdtrc(2.0, x).backward()
    >>> round(x.grad, 6)
    -0.18394
    """
    return _chdtrc(v, x)


@function(special.pdtr)
def pdtr(k: Any, m: Any, /) -> Any:
    """The distribution function of Poisson, gammaincc(floor(k) + 1, m), as `scipy.special.pdtr`.

    Raises:
        NotImplementedError: a derivative by k is asked for.

    >>> m = adx.Variable(1.0)
    >>> pdtr(0, m).backward()
    >>> round(m.grad, 6)
    -0.367879
    """
    return _pdtr(k, m)


@function(special.pdtrc)
def pdtrc(k: Any, m: Any, /) -> Any:
    """1 - pdtr(k, m), as `scipy.special.pdtrc`.

    >>> m = adx.Variable(1.0)
    >>> pdtrc(0, m).backward()
    >>> round(m.grad, 6)
    0.367879
    """
    return _pdtrc(k, m)


_loggamma = pointwise(
    "loggamma",
    special.loggamma,
    lambda r, x: select(compare("greater_equal", x, 0.0), digamma(x), np.nan),
)


@function(special.loggamma)
def loggamma(z: Any, /) -> Any:
    """log Gamma(z) of real z, as `scipy.special.loggamma`: NaN for z < 0, as is the derivative.

    >>> z = adx.Variable(0.5)
    >>> y = loggamma(z)
    >>> y.backward()
    >>> round(y.value, 6), round(z.grad, 6)
    (0.572365, -1.96351)
    """
    return _loggamma(z)


def _halves(a: Any, d: int) -> Any:
    total: Any = 0.0
    for j in range(d):
        total = total + digamma(a - 0.5 * j)
    return total


_multigammaln = Rule(
    "multigammaln",
    lambda a, d: np.asarray(special.multigammaln(a, d)),
    lambda adjoint, result, a, wanted, d: chain(adjoint, _halves(a, d)),
    lambda tangents, result, a, d: chain(_halves(a, d), tangents[0]),
)


@function(special.multigammaln)
def multigammaln(a: Any, d: Any) -> Any:
    """The logarithm of the multivariate gamma function, as `scipy.special.multigammaln`.

    It is d (d-1) log(pi) / 4 + the sum of log Gamma(a - j/2) over j from 0 to d - 1.

    Args:
        a: a number or an array, above (d-1)/2.
        d: the dimension, a plain integer.

    Raises:
        ValueError: an a is too small, or d is no positive integer.
        TypeError: d is a Variable.

    >>> a = adx.Variable(3.0)
    >>> multigammaln(a, 2).backward()
    >>> round(a.grad, 6)
    1.625941
    """
    if is_traced(d):
        raise TypeError("multigammaln(a, d) takes a plain integer d, not a Variable")
    return _multigammaln(as_array(a), d=d)
