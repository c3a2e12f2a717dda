"""Kernels: the density of the gamma distribution, and its tails differentiated by the shape a.

P(a, x), the integral of the density from 0 to x, is a power series whose terms and their
derivatives by a have one sign up to x = exp(psi(a + 1)) (DLMF 8.11.4). Beyond it, and for large a
on either side, tails are integrated by Gauss and Legendre's rule in the logarithm of x; there too
the integrand of the first derivative has one sign, so that no digits cancel, however small a tail.
"""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np
from scipy import special

from autodiffx.scipy.special.bell import bell
from autodiffx.scipy.special.pointwise import in_float64

__all__ = ["density", "excess", "lower_slope", "stirling"]

NEGLIGIBLE = 40.0  # exp(-40) of the whole is beyond the last digit
ROUGHLY = 0.02  # how well the end of that range is found
LARGE = 30.0  # shapes from which the series would be longer than the quadrature
BLOCK = 512  # whose nodes stay in cache
NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)
NODES, WEIGHTS = 0.5 * (NODES + 1.0), 0.5 * WEIGHTS


def excess(t: Any) -> Any:
    """t - log(1 + t), to the last digits where t is small too.

    With v = t / (2 + t) it is t v - 2 (v^3/3 + v^5/5 + ...).
    """
    v = t / (2.0 + t)
    square = v * v
    series = np.zeros_like(v)
    for k in range(25, 1, -2):
        series = square * (series + 1.0 / k)
    return np.where(np.abs(t) < 0.3, v * (t - 2.0 * series), t - np.log1p(t))


def stirling(a: Any) -> Any:
    """log Gamma(a) less Stirling's formula, for a >= 10 (DLMF 5.11.1)."""
    s = 1.0 / (a * a)
    inner = 1.0 / 1680 - s * (1.0 / 1188 - s * (691.0 / 360360 - s / 156.0))
    return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * inner))) / a


def _power(a: Any, x: Any) -> Any:
    """x^a exp(-x) / Gamma(a + 1)."""
    large = a >= 10.0
    safe = np.where(large, a, 10.0)
    saddle = np.exp(-safe * excess((x - safe) / safe) - stirling(safe))
    direct = np.exp(special.xlogy(a, x) - x - special.gammaln(a + 1.0))
    return np.where(large, saddle / np.sqrt(2.0 * np.pi * safe), direct)


@in_float64
def density(a: Any, x: Any) -> Any:
    """x^(a-1) exp(-x) / Gamma(a): 0 for infinite x, NaN outside of a, x >= 0."""
    direct = np.exp(special.xlogy(a - 1.0, x) - x - special.gammaln(a))
    found = np.where(a >= 10.0, np.where(x == 0.0, 0.0, _power(a, x) * a / x), direct)
    found = np.where(np.isinf(x) & np.isfinite(a), 0.0, found)
    return np.where((a >= 0.0) & (x >= 0.0), found, np.nan)


def _series(a: Any, x: Any, order: int) -> Any:
    """The derivative of the sum of x^(a+k) exp(-x) / Gamma(a + k + 1)."""
    term = _power(a, x)
    log_x = np.log(x)
    gammas = [special.polygamma(k, a + 1.0) for k in range(order)]
    total = np.zeros_like(a)
    z = a + 1.0
    for _ in range(1000):
        slopes = [log_x - gammas[0], *(-each for each in gammas[1:])]
        change = term * bell(slopes)[order]
        total = total + change
        if np.all(np.abs(term) * (1.0 + np.abs(log_x)) ** order <= 1e-18 * np.abs(total)):
            break
        term = term * x / z
        gammas = [each + (-1.0) ** k * factorial(k) / z ** (k + 1) for k, each in enumerate(gammas)]
        z = z + 1.0
    return total


def _exponent(a: Any, x: Any, u: Any, side: int) -> Any:
    """How far the logarithm of t^a exp(-t) has fallen at t = x exp(u) or x exp(-u)."""
    return x * np.expm1(u) - a * u if side > 0 else a * u + x * np.expm1(-u)


def _range(a: Any, x: Any, side: int) -> Any:
    """Where it has fallen by so much that the rest is negligible; Newton's, from the right."""
    slope = np.abs(x - a) if side > 0 else np.zeros_like(a)
    u = (np.sqrt(slope * slope + 2.0 * NEGLIGIBLE * x) - slope) / x
    u = u if side > 0 else (NEGLIGIBLE + x) / a
    for _ in range(30):
        steep = x * np.exp(u) - a if side > 0 else a - x * np.exp(-u)
        step = (_exponent(a, x, u, side) - NEGLIGIBLE) / steep
        u = u - step
        if np.all(np.abs(step) <= ROUGHLY * u):
            break
    return u


def _tail(a: Any, x: Any, order: int, side: int) -> Any:
    """The derivative of the integral of the density from x outwards, to infinity or to 0.

    The density is a times F = x^(a-1) exp(-x) / Gamma(a + 1), whose derivatives have no poles
    at a = 0.
    """
    ends = _range(a, x, side)
    u = ends[:, None] * NODES
    log_t = np.log(x)[:, None] + side * u
    gammas = [special.polygamma(k, a + 1.0)[:, None] for k in range(order)]
    ratios = bell([log_t - gammas[0], *(-each for each in gammas[1:])])
    inside = a[:, None] * ratios[order] + order * ratios[order - 1]
    inside = inside * np.exp(-_exponent(a[:, None], x[:, None], u, side))
    return _power(a, x) * ends * (inside @ WEIGHTS)


def _in_blocks(function: Any, a: Any, x: Any, *rest: Any) -> Any:
    parts = [function(a[i : i + BLOCK], x[i : i + BLOCK], *rest) for i in range(0, a.size, BLOCK)]
    return np.concatenate([np.zeros(0), *parts])


@in_float64
def lower_slope(a: Any, x: Any, order: int) -> Any:
    """The derivative of P(a, x) of some order, 1 or more, by a."""
    found = np.full(a.shape, np.nan)
    inside = (a >= 0.0) & (x >= 0.0) & np.isfinite(a)
    found[inside & ((x == 0.0) | np.isinf(x))] = 0.0
    inside &= (x > 0.0) & np.isfinite(x)
    below = x < np.exp(special.psi(np.where(inside, a, 1.0) + 1.0))
    for where, kernel, arguments, sign in (
        (inside & below & (a < LARGE), _series, (), 1.0),
        (inside & below & (a >= LARGE), _tail, (-1,), 1.0),
        (inside & ~below, _tail, (1,), -1.0),
    ):
        if where.any():
            found[where] = sign * _in_blocks(kernel, a[where], x[where], order, *arguments)
    return found
