"""Inverses of the error function and of the incomplete gamma and beta functions.

Their derivatives are those of what they invert, at the result.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from autodiffx.numpy.dispatch import function
from autodiffx.scipy.special.betas import density as beta_density
from autodiffx.scipy.special.betas import slope as beta_slope
from autodiffx.scipy.special.gammas import density as gamma_density
from autodiffx.scipy.special.gammas import lower_slope
from autodiffx.scipy.special.pointwise import pointwise

__all__ = ["betainccinv", "betaincinv", "erfcinv", "gammainccinv", "gammaincinv"]

HALF_SQRT_PI = 0.5 * math.sqrt(math.pi)


def _by_shape(r: Any, a: Any, y: Any) -> Any:
    return -lower_slope(a, r, order=1) / gamma_density(a, r)


_erfcinv = pointwise("erfcinv", special.erfcinv, lambda r, y: -HALF_SQRT_PI * np.exp(r * r))
_gammaincinv = pointwise(
    "gammaincinv", special.gammaincinv, _by_shape, lambda r, a, y: 1.0 / gamma_density(a, r)
)
_gammainccinv = pointwise(
    "gammainccinv", special.gammainccinv, _by_shape, lambda r, a, y: -1.0 / gamma_density(a, r)
)
_betaincinv = pointwise(
    "betaincinv",
    special.betaincinv,
    lambda r, a, b, y: -beta_slope(a, b, r, by_a=1, by_b=0) / beta_density(a, b, r),
    lambda r, a, b, y: -beta_slope(a, b, r, by_a=0, by_b=1) / beta_density(a, b, r),
    lambda r, a, b, y: 1.0 / beta_density(a, b, r),
)


@function(special.erfcinv)
def erfcinv(y: Any, /) -> Any:
    """The inverse of erfc, as `scipy.special.erfcinv`; its derivative is infinite at 0 and 2.

    >>> y = adx.Variable(1.0)
    >>> erfcinv(y).backward()
    >>> round(y.grad, 6)
    -0.886227
    """
    return _erfcinv(y)


@function(special.gammaincinv)
def gammaincinv(a: Any, y: Any, /) -> Any:
    """The x at which gammainc(a, x) is y, as `scipy.special.gammaincinv`.

    Derivatives by both operands: that by y is one over the density of the gamma distribution at x.

    >>> y = adx.Variable(0.5)
    >>> gammaincinv(1.0, y).backward()
    >>> round(y.grad, 6)
    2.0
    """
    return _gammaincinv(a, y)


@function(special.gammainccinv)
def gammainccinv(a: Any, y: Any, /) -> Any:
    """The x at which gammaincc(a, x) is y, as `scipy.special.gammainccinv`; see `gammaincinv`.

    >>> y = adx.Variable(0.5)
    >>> gammainccinv(1.0, y).backward()
    >>> round(y.grad, 6)
    -2.0
    """
    return _gammainccinv(a, y)


@function(special.betaincinv)
def betaincinv(a: Any, b: Any, y: Any, /) -> Any:
    """The x at which betainc(a, b, x) is y, as `scipy.special.betaincinv`.

    Derivatives by all three: that by y is one over the density of the beta distribution at x.

    >>> y = adx.Variable(0.25)
    >>> betaincinv(2.0, 1.0, y).backward()
    >>> round(y.grad, 6)
    1.0
    """
    return _betaincinv(a, b, y)


# betaincc and its inverse are younger than the oldest SciPy.
if hasattr(special, "betainccinv"):
    _betainccinv = pointwise(
        "betainccinv",
        special.betainccinv,
        lambda r, a, b, y: -beta_slope(a, b, r, by_a=1, by_b=0) / beta_density(a, b, r),
        lambda r, a, b, y: -beta_slope(a, b, r, by_a=0, by_b=1) / beta_density(a, b, r),
        lambda r, a, b, y: -1.0 / beta_density(a, b, r),
    )

    @function(special.betainccinv)
    def betainccinv(a: Any, b: Any, y: Any, /) -> Any:
        """The x at which betaincc(a, b, x) is y, as `scipy.special.betainccinv`; see `betaincinv`.

        >>> y = adx.Variable(0.75)
        >>> betainccinv(2.0, 1.0, y).backward()
        >>> round(y.grad, 6)
        -1.0
        """
        return _betainccinv(a, b, y)
