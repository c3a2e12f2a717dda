"""Integrals of the gamma and beta densities, differentiated under the integral sign.

Every derivative of a density by its shapes is the density times a polynomial in the logarithms of
x and 1 - x, and its integral over everything is zero: so the lower tail may stand for the upper.
The integrals are computed by the double-exponential rules of Takahasi and Mori.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiffx.reference import gammas
from autodiffx.reference.number import Array

__all__ = ["beta_density", "beta_tail", "gamma_density", "gamma_tail", "polynomial"]

STEP = 1.0 / 32.0
PLACES = np.arange(-6.5, 6.5, STEP)


def gamma_density(a: float, x: float) -> float:
    """x^(a-1) e^-x / Gamma(a)."""
    if not (a >= 0.0 and x >= 0.0):
        return math.nan
    if math.isinf(x):
        return 0.0 if math.isfinite(a) else math.nan
    if x == 0.0:
        return math.nan if a == 0.0 else math.inf if a < 1.0 else float(a == 1.0)
    return 0.0 if a == 0.0 else math.exp((a - 1.0) * math.log(x) - x - gammas.lgamma(a))


def beta_density(a: float, b: float, x: float) -> float:
    """x^(a-1) (1-x)^(b-1) / B(a, b)."""
    if not (a > 0.0 and b > 0.0 and 0.0 <= x <= 1.0):
        return math.nan
    if x in (0.0, 1.0):
        near, other = (a, b) if x == 0.0 else (b, a)
        return math.inf if near < 1.0 else other if near == 1.0 else 0.0
    logs = (a - 1.0) * math.log(x) + (b - 1.0) * math.log1p(-x)
    return math.exp(logs - gammas.betaln(a, b))


def polynomial(order: int, slopes: Sequence[Any]) -> Any:
    """The derivative of order 1, 2 or 3 of e^h over e^h, from h', h'' and h'''.

    Raises:
        NotImplementedError: for another order.
    """
    if order == 1:
        return slopes[0]
    if order == 2:
        return slopes[0] * slopes[0] + slopes[1]
    if order == 3:
        h = slopes[0]
        return h * h * h + 3.0 * (h * slopes[1]) + slopes[2]
    raise NotImplementedError("derivatives by a shape are written out to the third order")


def gamma_tail(order: int, a: float, x: float) -> float:
    """The derivative of P(a, x) by a, of order 1 to 3.

    The tail is an integral over s from 0 to infinity, for t = x e^-s below a and x e^s above.
    """
    if not (a > 0.0 and x >= 0.0 and math.isfinite(a)):
        return math.nan
    if x == 0.0 or math.isinf(x):
        return 0.0
    side = 1.0 if x > a else -1.0
    u = np.pi / 2.0 * np.sinh(PLACES)
    s = np.exp(u) / math.sqrt(max(a, x))  # of the width of the density
    weights = STEP * s * np.pi / 2.0 * np.cosh(PLACES)
    log_t = math.log(x) + side * s
    with np.errstate(all="ignore"):
        logs = a * log_t - np.exp(log_t) - gammas.lgamma(a)
        slopes = [log_t - gammas.digamma(a), -gammas.polygamma(1.0, a), -gammas.polygamma(2.0, a)]
        terms = np.exp(logs) * polynomial(order, slopes) * weights
    return -side * _total(terms)


def beta_tail(by_a: int, by_b: int, a: float, b: float, x: float) -> float:
    """The derivative of I_x(a, b), by_a times by a and by_b times by b, together 1 to 3 times.

    The tail is an integral over t from 0 to x, by the rule for finite intervals; the one above the
    mean is that from 0 to 1 - x with exchanged shapes.
    """
    if not (a > 0.0 and b > 0.0 and 0.0 <= x <= 1.0 and math.isfinite(a) and math.isfinite(b)):
        return math.nan
    if x in (0.0, 1.0):
        return 0.0
    if x > a / (a + b):
        return -_lower(by_b, by_a, b, a, 1.0 - x, x)
    return _lower(by_a, by_b, a, b, x, 1.0 - x)


def _lower(by_a: int, by_b: int, a: float, b: float, x: float, rest: float) -> float:
    u = np.pi * np.sinh(PLACES)
    with np.errstate(all="ignore"):
        part, other = 1.0 / (1.0 + np.exp(-u)), 1.0 / (1.0 + np.exp(u))  # t / x and (x - t) / x
        log_t = math.log(x) - np.log1p(np.exp(-u))
        log_t = np.where(u < -700.0, math.log(x) + u, log_t)
        log_rest = np.log(rest + x * other)
        weights = STEP * np.pi * np.cosh(PLACES) * other  # of dt / t
        logs = a * log_t + (b - 1.0) * log_rest - gammas.betaln(a, b)
        ratio = mixed(by_a, by_b, _slopes(a, b, log_t, log_rest))
        terms = np.exp(logs) * ratio * weights
    return _total(np.where(part > 0.0, terms, 0.0))


def _slopes(a: float, b: float, log_t: Array, log_rest: Array) -> dict[tuple[int, int], Any]:
    """The derivatives of the density's logarithm, each by (a, b)."""
    found: dict[tuple[int, int], Any] = {}
    for n in (1, 2, 3):
        psi = gammas.polygamma(n - 1.0, a + b) if n > 1 else gammas.digamma(a + b)
        for k in range(n + 1):
            found[n - k, k] = psi
    found[1, 0] = log_t + gammas.betaln_by_a(a, b) * -1.0
    found[0, 1] = log_rest - gammas.betaln_by_a(b, a)
    found[2, 0], found[0, 2] = -gammas.betaln_by_aa(a, b), -gammas.betaln_by_aa(b, a)
    found[3, 0] = found[3, 0] - gammas.polygamma(2.0, a)
    found[0, 3] = found[0, 3] - gammas.polygamma(2.0, b)
    return found


def mixed(by_a: int, by_b: int, h: dict[tuple[int, int], Any]) -> Any:
    """The derivative of e^h over e^h, up to the third order in all, written out.

    Raises:
        NotImplementedError: for a higher order.
    """
    if by_a == 0:
        return polynomial(by_b, [h.get((0, n + 1)) for n in range(3)])
    if by_b == 0:
        return polynomial(by_a, [h.get((n + 1, 0)) for n in range(3)])
    if (by_a, by_b) == (1, 1):
        return h[1, 0] * h[0, 1] + h[1, 1]
    if (by_a, by_b) == (2, 1):
        return (h[1, 0] * h[1, 0] + h[2, 0]) * h[0, 1] + 2.0 * (h[1, 0] * h[1, 1]) + h[2, 1]
    if (by_a, by_b) == (1, 2):
        return (h[0, 1] * h[0, 1] + h[0, 2]) * h[1, 0] + 2.0 * (h[0, 1] * h[1, 1]) + h[1, 2]
    return polynomial(by_a + by_b, [])


def _total(terms: Array) -> float:
    return math.fsum(terms[np.isfinite(terms)].tolist())
