"""SciPy's special functions, each with its samplers and its exact value. Tests draw from them.

An operand is an interval from which it is drawn, or plain numbers, by which nothing is
differentiated. The exact value is a function of mpmath's numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from scipy import special as scipys

from array_shapes import Array

__all__ = ["FUNCTIONS", "Interval", "Plain", "SpecialFunction", "mp"]

mp = mpmath.mp.clone()
mp.dps = 40


@dataclass(frozen=True)
class Interval:
    """Where an operand is drawn from; a low end above 0 can be drawn by its logarithm."""

    low: float
    high: float
    by_logarithm: bool = False

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        if self.by_logarithm:
            return np.exp(rng.uniform(np.log(self.low), np.log(self.high), shape))
        return rng.uniform(self.low, self.high, shape)


@dataclass(frozen=True)
class Plain:
    """Numbers that an operand is one of."""

    numbers: tuple[float, ...]

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        return np.asarray(rng.choice(self.numbers, shape))


Operand = Interval | Plain


@dataclass(frozen=True)
class SpecialFunction:
    """One function."""

    name: str
    exact: Callable[..., Any]
    operands: tuple[Operand, ...]
    is_tabled: bool = False  # an operator of the table, whose kernel is not SciPy's

    @property
    def active(self) -> list[int]:
        return [i for i, each in enumerate(self.operands) if isinstance(each, Interval)]

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> list[Array]:
        return [each.draw(rng, shape) for each in self.operands]


ANY, POSITIVE = Interval(-3.0, 3.0), Interval(0.05, 20.0, True)
MODERATE = Interval(0.5, 20.0, True)
SHAPE, UNIT = Interval(0.1, 30.0, True), Interval(0.02, 0.98)
INTEGERS, ORDERS = Plain((0.0, 1.0, 2.0, 3.0)), Plain((-1.0, 0.0, 0.5, 1.0, 2.3, 3.0))


def _lower(a: Any, x: Any) -> Any:
    return mp.gammainc(a, 0, x, regularized=True)


def _upper(a: Any, x: Any) -> Any:
    return mp.gammainc(a, x, mp.inf, regularized=True)


def _beta(a: Any, b: Any, x: Any) -> Any:
    return mp.betainc(a, b, 0, x, regularized=True)


def _scaled(v: Any, x: Any) -> Any:
    return mp.besseli(v, x) * mp.exp(-abs(x))


def _scaled_up(v: Any, x: Any) -> Any:
    return mp.besselk(v, x) * mp.exp(x)


def _inverse(tail: Callable[..., Any], rising: int) -> Callable[..., Any]:
    """Where a tail of the gamma distribution is y, by Newton's iteration from SciPy's value."""

    def found(a: Any, y: Any) -> Any:
        inverse = scipys.gammaincinv if rising > 0 else scipys.gammainccinv
        x = mp.mpf(float(inverse(float(a), float(y))))
        for _ in range(3):
            density = mp.exp((a - 1) * mp.log(x) - x - mp.loggamma(a))
            x = x - rising * (tail(a, x) - y) / density
        return x

    return found


def _beta_inverse(a: Any, b: Any, y: Any) -> Any:
    x = mp.mpf(float(scipys.betaincinv(float(a), float(b), float(y))))
    for _ in range(3):
        density = x ** (a - 1) * (1 - x) ** (b - 1) / mp.beta(a, b)
        x = x - (_beta(a, b, x) - y) / density
    return x


def _huber(delta: Any, x: Any) -> Any:
    return x * x / 2 if abs(x) <= delta else delta * (abs(x) - delta / 2)


def _pseudo_huber(delta: Any, x: Any) -> Any:
    return delta**2 * (mp.sqrt(1 + (x / delta) ** 2) - 1)


def _expit(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def _table(name: str, exact: Callable[..., Any], *operands: Operand) -> SpecialFunction:
    return SpecialFunction(name, exact, operands, True)


def _rule(name: str, exact: Callable[..., Any], *operands: Operand) -> SpecialFunction:
    return SpecialFunction(name, exact, operands)


LISTED = (
    # Gamma and beta.
    _rule("gammainc", _lower, SHAPE, POSITIVE),
    _rule("gammaincc", _upper, SHAPE, POSITIVE),
    _rule("betainc", _beta, SHAPE, SHAPE, UNIT),
    _rule("betaincc", lambda a, b, x: 1 - _beta(a, b, x), SHAPE, SHAPE, UNIT),
    _rule("loggamma", mp.loggamma, POSITIVE),
    _rule("chdtr", lambda v, x: _lower(v / 2, x / 2), SHAPE, POSITIVE),
    _rule("chdtrc", lambda v, x: _upper(v / 2, x / 2), SHAPE, POSITIVE),
    _rule("pdtr", lambda k, m: _upper(k + 1, m), INTEGERS, POSITIVE),
    _rule("pdtrc", lambda k, m: _lower(k + 1, m), INTEGERS, POSITIVE),
    # Bessel's.
    _rule("j0", lambda x: mp.besselj(0, x), Interval(-20.0, 20.0)),
    _rule("j1", lambda x: mp.besselj(1, x), Interval(-20.0, 20.0)),
    _rule("jn", mp.besselj, INTEGERS, Interval(-20.0, 20.0)),
    _rule("jv", mp.besselj, ORDERS, POSITIVE),
    _rule("y0", lambda x: mp.bessely(0, x), POSITIVE),
    _rule("y1", lambda x: mp.bessely(1, x), POSITIVE),
    _rule("yn", mp.bessely, INTEGERS, POSITIVE),
    _rule("yv", mp.bessely, ORDERS, POSITIVE),
    _rule("i0", lambda x: mp.besseli(0, x), ANY),
    _rule("i1", lambda x: mp.besseli(1, x), ANY),
    _rule("iv", mp.besseli, ORDERS, POSITIVE),
    _rule("i0e", lambda x: _scaled(0, x), Interval(-20.0, 20.0)),
    _rule("i1e", lambda x: _scaled(1, x), Interval(-20.0, 20.0)),
    _rule("ive", _scaled, ORDERS, Interval(0.1, 1000.0, True)),
    _rule("k0", lambda x: mp.besselk(0, x), POSITIVE),
    _rule("k1", lambda x: mp.besselk(1, x), POSITIVE),
    _rule("kn", mp.besselk, INTEGERS, POSITIVE),
    _rule("kv", mp.besselk, ORDERS, POSITIVE),
    _rule("k0e", lambda x: _scaled_up(0, x), Interval(0.1, 30.0, True)),
    _rule("k1e", lambda x: _scaled_up(1, x), Interval(0.1, 30.0, True)),
    _rule("kve", _scaled_up, ORDERS, Interval(0.1, 30.0, True)),
    # Integrals of the exponential.
    _rule("expi", mp.ei, POSITIVE),
    _rule("exp1", mp.e1, POSITIVE),
    _rule("exprel", lambda x: mp.expm1(x) / x, Interval(-20.0, 20.0)),
    _rule("expn", mp.expint, INTEGERS, POSITIVE),
    _rule("erfcx", lambda x: mp.exp(x * x) * mp.erfc(x), Interval(-3.0, 5.0)),
    # Zeta.
    _rule("zeta", mp.zeta, Interval(1.2, 10.0), POSITIVE),
    # Entropies.
    _rule("entr", lambda x: -x * mp.log(x), POSITIVE),
    _rule("rel_entr", lambda x, y: x * mp.log(x / y), POSITIVE, POSITIVE),
    _rule("kl_div", lambda x, y: x * mp.log(x / y) - x + y, POSITIVE, POSITIVE),
    # Inverses.
    _rule("erfcinv", lambda y: mp.erfinv(1 - y), Interval(0.05, 1.95)),
    _rule("gammaincinv", _inverse(_lower, 1), MODERATE, UNIT),
    _rule("gammainccinv", _inverse(_upper, -1), MODERATE, UNIT),
    _rule("betaincinv", _beta_inverse, MODERATE, MODERATE, UNIT),
    _rule("betainccinv", lambda a, b, y: _beta_inverse(a, b, 1 - y), MODERATE, MODERATE, UNIT),
    # Powers and losses.
    _rule("boxcox", lambda x, p: (x**p - 1) / p, POSITIVE, ANY),
    _rule("boxcox1p", lambda x, p: ((1 + x) ** p - 1) / p, POSITIVE, ANY),
    _rule("cosm1", lambda x: mp.cos(x) - 1, ANY),
    _rule("exp10", lambda x: mp.mpf(10) ** x, ANY),
    _rule("huber", _huber, POSITIVE, Interval(-5.0, 5.0)),
    _rule("pseudo_huber", _pseudo_huber, POSITIVE, Interval(-5.0, 5.0)),
    # The table's.
    _table("beta", mp.beta, POSITIVE, POSITIVE),
    _table("betaln", lambda a, b: mp.log(mp.beta(a, b)), POSITIVE, POSITIVE),
    _table("digamma", mp.digamma, POSITIVE),
    _table("erf", mp.erf, ANY),
    _table("erfc", mp.erfc, ANY),
    _table("erfinv", mp.erfinv, Interval(-0.95, 0.95)),
    _table("expit", _expit, ANY),
    _table("gamma", mp.gamma, POSITIVE),
    _table("gammaln", mp.loggamma, POSITIVE),
    _table("log_expit", lambda x: mp.log(_expit(x)), ANY),
    _table("log_ndtr", lambda x: mp.log(mp.ncdf(x)), ANY),
    _table("logit", lambda x: mp.log(x / (1 - x)), UNIT),
    _table("ndtr", mp.ncdf, ANY),
    _table("ndtri", lambda p: mp.sqrt(2) * mp.erfinv(2 * p - 1), UNIT),
    _table("psi", mp.digamma, POSITIVE),
    _table("sinc", mp.sincpi, ANY),
    _table("xlog1py", lambda x, y: x * mp.log1p(y), ANY, POSITIVE),
    _table("xlogy", lambda x, y: x * mp.log(y), ANY, POSITIVE),
)
# An old SciPy has not all of them.
FUNCTIONS = {each.name: each for each in LISTED if hasattr(scipys, each.name)}
