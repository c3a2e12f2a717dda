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

__all__ = ["gammainc", "gammaincc", "loggamma", "multigammaln"]

digamma, polygamma = TABLED["digamma"], TABLED["polygamma"]


def _log_slopes(a: Any, x: Any, order: int) -> list[Any]:
    """The derivatives by a of the logarithm of the density."""
    return [np.log(x) - digamma(a), *(-polygamma(k, a) for k in range(1, order))][:order]


_density: Any = pointwise(
    "gamma_density",
    kernels.density,
    lambda r, a, x: r * (np.log(x) - digamma(a)),
    lambda r, a, x: r * ((a - 1.0) / x - 1.0),
)
_lower_slope: Any = pointwise(
    "gammainc_by_a",
    kernels.lower_slope,
    lambda r, a, x, order: _lower_slope(a, x, order=order + 1),
    lambda r, a, x, order: _density(a, x) * bell(_log_slopes(a, x, order))[order],
)
_gammainc = pointwise(
    "gammainc",
    special.gammainc,
    lambda r, a, x: _lower_slope(a, x, order=1),
    lambda r, a, x: _density(a, x),
)
_gammaincc = pointwise(
    "gammaincc",
    special.gammaincc,
    lambda r, a, x: -_lower_slope(a, x, order=1),
    lambda r, a, x: -_density(a, x),
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
