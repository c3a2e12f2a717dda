"""Rules of functions whose derivatives are integrals or sums: exponential integrals and zeta."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from scipy import special

from autodiffx.reference.dispatch import apply, operate
from autodiffx.reference.implementations import IMPLEMENTATIONS
from autodiffx.reference.loops import LOOPS
from autodiffx.reference.rule import Number, Numbers, Rule, hidden, rule
from autodiffx.reference.scipy.special.own import errors_ignored, of_rule, offered, scipys

__all__ = ["moment"]

of_rule(
    scipys("expi", lambda n, x, r: n.divide(n.exp(x), x), doc="Ei(x) of real x;  slope e^x / x")
)
of_rule(
    scipys(
        "exp1",
        lambda n, x, r: n.where(
            n.less(x, 0.0), np.nan, n.negative(n.divide(n.exp(n.negative(x)), x))
        ),
        doc="E1(x) of x >= 0;  slope -e^-x / x",
    )
)


def _below(n: Numbers, order: Number, x: Number) -> Number:
    """E of the order one less; of order -1 it is e^-x (1 + x) / x^2."""
    first = n.divide(n.multiply(n.exp(n.negative(x)), n.add(1.0, x)), n.square(x))
    lower = apply(EXPN, n.maximum(n.subtract(order, 1.0), 0.0), x)
    return n.where(n.equal(order, 0.0), first, lower)


EXPN: Rule = scipys(
    "expn",
    0.0,
    lambda n, order, x, r: n.negative(_below(n, order, x)),
    doc="E_n(x): the integral of e^(-x t) / t^n over t > 1;  by x: -E_(n-1)(x)",
)
of_rule(EXPN, with_order=True)

PLACES, WEIGHTS = np.polynomial.legendre.leggauss(80)
PLACES, WEIGHTS = (PLACES + 1.0) / 2.0, WEIGHTS / 2.0


@functools.cache
def moment(order: int) -> Rule:
    """The integral of t^order e^(x t) over t from 0 to 1, by Gauss and Legendre's rule."""

    @errors_ignored
    def primal(x: float) -> float:
        if not math.isfinite(x):
            return 0.0 if x < 0.0 else math.nan
        return float(np.dot(WEIGHTS, PLACES**order * np.exp(x * PLACES)))

    return hidden(f"exprel_{'x' * order}", primal, lambda n, x, r: apply(moment(order + 1), x))


of_rule(
    scipys(
        "exprel",
        lambda n, x, r: apply(moment(1), x),
        doc="(e^x - 1) / x, 1 at 0;  slope the integral of t e^(x t) over t from 0 to 1",
    )
)

# Half-line u = e^(pi/2 sinh v) of the double-exponential rule.
STEP = 1.0 / 32.0
V = np.arange(-4.5, 4.0, STEP)
U = np.exp(np.pi / 2.0 * np.sinh(V))
U_WEIGHTS = STEP * U * np.pi / 2.0 * np.cosh(V)
FIRST = 4  # terms that are summed one by one, which takes the integrand's poles away


@functools.cache
def _zeta_by_s(order: int) -> Rule:
    """The derivative of zeta(s, q) by s, by Hermite's formula (DLMF 25.11.29).

    With w = q + i u the integrand is the imaginary part of w^-s, so its derivatives have factors
    -log w.
    """

    @errors_ignored
    def primal(s: float, q: float) -> float:
        if not (s >= 0.0 and q > 0.0 and math.isfinite(s)):
            return math.nan
        if s == 1.0:
            return (-1.0) ** order * math.inf
        terms = [(q + k) ** -s * (-math.log(q + k)) ** order for k in range(FIRST)]
        at = q + FIRST
        log = math.log(at)
        half = 0.5 * at**-s * (-log) ** order
        total = sum(
            math.comb(order, k)
            * (-log) ** (order - k)
            * (-1.0) ** k
            * math.factorial(k)
            / (s - 1.0) ** (k + 1)
            for k in range(order + 1)
        )
        w = np.log(at + 1j * U)
        inside = -((-w) ** order * np.exp(-s * w)).imag / np.expm1(2.0 * np.pi * U) * U_WEIGHTS
        integral = 2.0 * math.fsum(inside[np.isfinite(inside)].tolist())
        return math.fsum([*terms, half, at ** (1.0 - s) * total, integral])

    return hidden(
        f"zeta_by_{'s' * order}",
        primal,
        lambda n, s, q, r: apply(_zeta_by_s(order + 1), s, q),
        lambda n, s, q, r: n.negative(
            n.add(
                n.multiply(s, apply(_zeta_by_s(order), n.add(s, 1.0), q)),
                n.multiply(float(order), apply(_lower(order), n.add(s, 1.0), q)),
            )
        ),
    )


def _lower(order: int) -> Rule:
    return HURWITZ if order == 1 else _zeta_by_s(order - 1)


HURWITZ: Rule = rule(
    "zeta",
    lambda s, q: float(special.zeta(s, q)),
    lambda n, s, q, r: n.where(n.less(s, 1.0), np.nan, apply(_zeta_by_s(1), s, q)),
    lambda n, s, q, r: n.where(
        n.less(s, 1.0), np.nan, n.negative(n.multiply(s, apply(HURWITZ, n.add(s, 1.0), q)))
    ),
)
RIEMANN = rule(
    "riemann_zeta",
    lambda s: float(special.zeta(s)),
    lambda n, s, r: apply(_zeta_by_s(1), s, 1.0),
)
LOOPS["zeta"] = LOOPS["riemann_zeta"] = special.zeta


def zeta(x: Any, q: Any = None) -> Any:
    """The sum of (k + q)^-x over k = 0, 1, ...;  by q: -x zeta(x + 1, q)."""
    return operate(RIEMANN, x) if q is None else operate(HURWITZ, x, q)


offered("zeta", zeta)
# SciPy's own function is in Python, and calls one of two ufuncs.
for _name in ("_riemann_zeta", "_zeta"):
    if hasattr(special._ufuncs, _name):
        IMPLEMENTATIONS[getattr(special._ufuncs, _name)] = zeta
