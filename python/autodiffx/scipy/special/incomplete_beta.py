"""Kernels: the density of the beta distribution, and its tails differentiated by a and b.

A tail is an integral over u = log(x / t) with t running from x to 0, by the double-exponential rule
u = width exp(s - exp(-s)): it finds structure of any size, such as that of shapes far below 1. The
tail beyond the mean a / (a + b) is that of exchanged operands. So digits cancel little: the
integrand of a first derivative has one sign up to exp(psi(a) - psi(a + b)), which is near the mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from autodiffx import _core
from autodiffx.scipy.special.bell import bell_pairs
from autodiffx.scipy.special.incomplete_gamma import excess, stirling
from autodiffx.scipy.special.pointwise import in_float64

__all__ = ["beta_density", "beta_slope"]

NEGLIGIBLE = 40.0
ROUGHLY = 0.02  # how well the end of that range is found
BLOCK = 256  # whose nodes stay in cache
STEP = 1.0 / 12.0
PLACES = np.arange(-5.0, 4.3, STEP)
NODES = np.exp(PLACES - np.exp(-PLACES))
WEIGHTS = STEP * NODES * (1.0 + np.exp(-PLACES))
FEW_NODES, FEW_WEIGHTS = np.polynomial.legendre.leggauss(9)
FEW_NODES, FEW_WEIGHTS = 0.5 * (FEW_NODES + 1.0), 0.5 * FEW_WEIGHTS


def _power(a: Any, b: Any, x: Any, y: Any) -> Any:
    """x^a y^b / B(a, b), where x + y = 1."""
    large = (a >= 10.0) & (b >= 10.0)
    p, q = np.where(large, a, 10.0), np.where(large, b, 10.0)
    fall = p * excess((x * q - p * y) / p) + q * excess((p * y - x * q) / q)
    corrections = stirling(p + q) - stirling(p) - stirling(q)
    saddle = np.exp(corrections - fall) * np.sqrt(p / (p + q) * q / (2.0 * np.pi))
    logs = special.xlogy(a, np.where(x > 0.5, 1.0, x)) + special.xlog1py(
        a, np.where(x > 0.5, -y, 0.0)
    )
    logs = logs + special.xlogy(b, np.where(y > 0.5, 1.0, y))
    logs = logs + special.xlog1py(b, np.where(y > 0.5, -x, 0.0))
    return np.where(large, saddle, np.exp(logs - _core.betaln(a, b)))


@in_float64
def beta_density(a: Any, b: Any, x: Any) -> Any:
    """x^(a-1) (1-x)^(b-1) / B(a, b); NaN outside of a, b > 0 and 0 <= x <= 1."""
    inside = (a > 0.0) & (b > 0.0) & (x >= 0.0) & (x <= 1.0)
    between = inside & (x > 0.0) & (x < 1.0)
    middle = np.where(between, x, 0.5)
    found = _power(a, b, middle, 1.0 - middle) / (middle * (1.0 - middle))
    logs = special.xlogy(a - 1.0, x) + special.xlog1py(b - 1.0, -x)
    edge = np.exp(logs - _core.betaln(a, b))
    return np.where(inside, np.where(between, found, edge), np.nan)


def _exponent(a: Any, b: Any, x: Any, y: Any, u: Any) -> Any:
    """How far the logarithm of t^a (1-t)^(b-1) has fallen at t = x exp(-u)."""
    return a * u - (b - 1.0) * np.log1p(-x * np.expm1(-u) / y)


def _width(a: Any, b: Any, x: Any, y: Any) -> Any:
    """Where it has fallen by so much that the rest is negligible; Newton's, from the right."""
    u = (NEGLIGIBLE + np.maximum(b - 1.0, 0.0) * -np.log(y)) / a
    for _ in range(40):
        t = x * np.exp(-u)
        slope = a - np.maximum(b - 1.0, 0.0) * t / (1.0 - t)
        fallen = _exponent(a, np.maximum(b, 1.0), x, y, u)
        step = np.where(slope > 0.0, (fallen - NEGLIGIBLE) / np.maximum(slope, 1e-300), 0.0)
        u = u - step
        if np.all(np.abs(step) <= ROUGHLY * u):
            break
    return u / NEGLIGIBLE


def _rise(order: int, a: Any, b: Any) -> Any:
    """psi_n(a + b) - psi_n(a): a small b beside a is not lost, by the integral of psi_(n+1)."""
    small = b < 0.5 * a
    places = a[:, None] + np.where(small, b, 0.0)[:, None] * FEW_NODES
    integral = b * (special.polygamma(order + 1, places) @ FEW_WEIGHTS)
    return np.where(small, integral, special.polygamma(order, a + b) - special.polygamma(order, a))


def _slopes(a: Any, b: Any, log_t: Any, log_rest: Any, order: tuple[int, int]) -> Any:
    """The derivatives by a and b of the logarithm of the density."""
    found = {}
    for i in range(order[0] + 1):
        for j in range(order[1] + 1):
            if i + j == 0:
                continue
            if j == 0:
                slope = _rise(i - 1, a, b)
            elif i == 0:
                slope = _rise(j - 1, b, a)
            else:
                slope = special.polygamma(i + j - 1, a + b)
            found[i, j] = slope[:, None]
    if order[0]:
        found[1, 0] = found[1, 0] + log_t
    if order[1]:
        found[0, 1] = found[0, 1] + log_rest
    return found


def _tail(a: Any, b: Any, x: Any, y: Any, order: tuple[int, int]) -> Any:
    """The derivative of the integral of the density from 0 to x."""
    width = _width(a, b, x, y)
    u = width[:, None] * NODES
    part = -x[:, None] * np.expm1(-u)  # of x, from x to t
    log_t = np.log(x)[:, None] - u
    log_ratio = np.log1p(part / y[:, None])
    slopes = _slopes(a, b, log_t, np.log(y)[:, None] + log_ratio, order)
    inside = np.exp((b[:, None] - 1.0) * log_ratio - a[:, None] * u) * bell_pairs(slopes, order)
    return _power(a, b, x, y) / y * width * (inside @ WEIGHTS)


@in_float64
def beta_slope(a: Any, b: Any, x: Any, by_a: int, by_b: int) -> Any:
    """The derivative of I_x(a, b), by_a times by a and by_b times by b, not both 0."""
    found = np.full(a.shape, np.nan)
    inside = (a > 0.0) & (b > 0.0) & np.isfinite(a) & np.isfinite(b)
    found[inside & ((x == 0.0) | (x == 1.0))] = 0.0
    inside &= (x > 0.0) & (x < 1.0)
    below = x * (a + b) <= a
    places = np.flatnonzero(inside & below)
    for start in range(0, places.size, BLOCK):
        at = places[start : start + BLOCK]
        found[at] = _tail(a[at], b[at], x[at], 1.0 - x[at], (by_a, by_b))
    places = np.flatnonzero(inside & ~below)
    for start in range(0, places.size, BLOCK):
        at = places[start : start + BLOCK]
        found[at] = -_tail(b[at], a[at], 1.0 - x[at], x[at], (by_b, by_a))
    return found
