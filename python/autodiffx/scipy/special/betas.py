"""The incomplete beta function."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from autodiffx.numpy.dispatch import function
from autodiffx.scipy.special import incomplete_beta as kernels
from autodiffx.scipy.special.bell import bell_pairs
from autodiffx.scipy.special.pointwise import pointwise
from autodiffx.scipy.special.tabled import TABLED

__all__ = ["betainc", "betaincc"]

digamma, polygamma = TABLED["digamma"], TABLED["polygamma"]


def _log_slopes(a: Any, b: Any, x: Any, by_a: int, by_b: int) -> dict[tuple[int, int], Any]:
    """The derivatives by a and b of the logarithm of the density."""
    found: dict[tuple[int, int], Any] = {}
    for i in range(by_a + 1):
        for j in range(by_b + 1):
            if i + j == 0:
                continue
            order = i + j - 1
            slope = polygamma(order, a + b)
            if j == 0:
                slope = slope - polygamma(order, a)
            if i == 0:
                slope = slope - polygamma(order, b)
            found[i, j] = slope
    if by_a:
        found[1, 0] = found[1, 0] + np.log(x)
    if by_b:
        found[0, 1] = found[0, 1] + np.log1p(-x)
    return found


def _density_slope(a: Any, b: Any, x: Any, by_a: int, by_b: int) -> Any:
    return density(a, b, x) * bell_pairs(_log_slopes(a, b, x, by_a, by_b), (by_a, by_b))


density: Any = pointwise(
    "beta_density",
    kernels.beta_density,
    lambda r, a, b, x: r * _log_slopes(a, b, x, 1, 0)[1, 0],
    lambda r, a, b, x: r * _log_slopes(a, b, x, 0, 1)[0, 1],
    lambda r, a, b, x: r * ((a - 1.0) / x - (b - 1.0) / (1.0 - x)),
)
slope: Any = pointwise(
    "betainc_slope",
    kernels.beta_slope,
    lambda r, a, b, x, by_a, by_b: slope(a, b, x, by_a=by_a + 1, by_b=by_b),
    lambda r, a, b, x, by_a, by_b: slope(a, b, x, by_a=by_a, by_b=by_b + 1),
    lambda r, a, b, x, by_a, by_b: _density_slope(a, b, x, by_a, by_b),
)
_betainc = pointwise(
    "betainc",
    special.betainc,
    lambda r, a, b, x: slope(a, b, x, by_a=1, by_b=0),
    lambda r, a, b, x: slope(a, b, x, by_a=0, by_b=1),
    lambda r, a, b, x: density(a, b, x),
)


@function(special.betainc)
def betainc(a: Any, b: Any, x: Any, /) -> Any:
    """I_x(a, b), the integral of t^(a-1) (1-t)^(b-1) / B(a, b) from 0 to x.

    As `scipy.special.betainc`.

    Args:
        a, b, x: numbers or arrays that broadcast, a, b > 0 and 0 <= x <= 1; elsewhere NaN.

    Derivatives of every order by all three; those by a and b from a quadrature, to 12 digits of
    themselves. At x = 0 and x = 1 those by x are the limits of the density, infinite where it is.
    Source: DLMF 8.17.

    >>> x = adx.Variable(0.25)
    >>> y = betainc(2.0, 1.0, x)
    >>> y.backward()
    >>> round(y.value, 6), round(x.grad, 6)
    (0.0625, 0.5)
    """
    return _betainc(a, b, x)


if hasattr(special, "betaincc"):
    _betaincc = pointwise(
        "betaincc",
        special.betaincc,
        lambda r, a, b, x: -slope(a, b, x, by_a=1, by_b=0),
        lambda r, a, b, x: -slope(a, b, x, by_a=0, by_b=1),
        lambda r, a, b, x: -density(a, b, x),
    )

    @function(special.betaincc)
    def betaincc(a: Any, b: Any, x: Any, /) -> Any:
        """1 - I_x(a, b), as `scipy.special.betaincc`; see `betainc`.

        >>> a = adx.Variable(2.0)
        >>> betaincc(a, 1.0, 0.5).backward()
        >>> round(a.grad, 6)
        0.173287
        """
        return _betaincc(a, b, x)
