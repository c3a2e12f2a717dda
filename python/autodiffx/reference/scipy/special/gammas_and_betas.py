"""Rules of the incomplete gamma and beta functions, and of gamma's relatives."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from autodiffx.reference.dispatch import apply
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import is_any_ranked
from autodiffx.reference.numpy.given import array_of, floating
from autodiffx.reference.rule import Number, Numbers, Rule, hidden
from autodiffx.reference.scipy.special import tails
from autodiffx.reference.scipy.special.own import of_rule, offered, scipys

__all__: list[str] = []

Partial = Callable[..., Number]


def _gamma_slopes(n: Numbers, order: int, a: Number, x: Number) -> list[Number]:
    """The derivatives by a of the density's logarithm."""
    slopes = [n.subtract(n.log(x), n.digamma(a))]
    return slopes + [n.negative(n.polygamma(float(k), a)) for k in range(1, order)]


GAMMA_DENSITY = hidden(
    "gamma_density",
    tails.gamma_density,
    lambda n, a, x, r: n.multiply(r, _gamma_slopes(n, 1, a, x)[0]),
    lambda n, a, x, r: n.multiply(r, n.subtract(n.divide(n.subtract(a, 1.0), x), 1.0)),
    doc="f = x^(a-1) e^-x / Gamma(a);  by a: f (log x - psi(a)), by x: f ((a-1)/x - 1)",
)


@functools.cache
def gammainc_by_a(order: int) -> Rule:
    """The derivative of P(a, x) by a of some order."""
    return hidden(
        f"gammainc_by_{'a' * order}",
        functools.partial(tails.gamma_tail, order),
        lambda n, a, x, r: apply(gammainc_by_a(order + 1), a, x),
        lambda n, a, x, r: n.multiply(
            apply(GAMMA_DENSITY, a, x), tails.polynomial(order, _gamma_slopes(n, order, a, x))
        ),
    )


of_rule(
    scipys(
        "gammainc",
        lambda n, a, x, r: apply(gammainc_by_a(1), a, x),
        lambda n, a, x, r: apply(GAMMA_DENSITY, a, x),
        doc="P(a, x): the integral of f = t^(a-1) e^-t / Gamma(a) from 0 to x;  by x: f(x)",
    )
)
of_rule(
    scipys(
        "gammaincc",
        lambda n, a, x, r: n.negative(apply(gammainc_by_a(1), a, x)),
        lambda n, a, x, r: n.negative(apply(GAMMA_DENSITY, a, x)),
        doc="1 - P(a, x)",
    )
)


def _chi_square(sign: float) -> tuple[Partial, Partial]:
    """The partials of sign P(v/2, x/2) by v and x."""

    def by_v(n: Numbers, v: Number, x: Number, r: Number) -> Number:
        slope = apply(gammainc_by_a(1), n.multiply(0.5, v), n.multiply(0.5, x))
        return n.multiply(0.5 * sign, slope)

    def by_x(n: Numbers, v: Number, x: Number, r: Number) -> Number:
        density = apply(GAMMA_DENSITY, n.multiply(0.5, v), n.multiply(0.5, x))
        return n.multiply(0.5 * sign, density)

    return by_v, by_x


def _poisson(sign: float) -> Partial:
    """The partial of sign P(k + 1, m) by m, for k >= 0."""

    def by_m(n: Numbers, k: Number, m: Number, r: Number) -> Number:
        density = apply(GAMMA_DENSITY, n.add(n.floor(k), 1.0), m)
        return n.where(n.less(k, 0.0), np.nan, n.multiply(sign, density))

    return by_m


of_rule(scipys("chdtr", *_chi_square(1.0), doc="P(v/2, x/2)"))
of_rule(scipys("chdtrc", *_chi_square(-1.0), doc="1 - P(v/2, x/2)"))
of_rule(scipys("pdtr", 0.0, _poisson(-1.0), doc="1 - P(k + 1, m)"), with_order=True)
of_rule(scipys("pdtrc", 0.0, _poisson(1.0), doc="P(k + 1, m)"), with_order=True)


def _beta_slopes(n: Numbers, a: Number, b: Number, x: Number) -> dict[tuple[int, int], Number]:
    """The derivatives of the density's logarithm, each by (a, b), up to the third order."""
    both = n.add(a, b)
    second, third = n.polygamma(1.0, both), n.polygamma(2.0, both)
    return {
        (1, 0): n.subtract(n.log(x), n.subtract(n.digamma(a), n.digamma(both))),
        (0, 1): n.subtract(n.log1p(n.negative(x)), n.subtract(n.digamma(b), n.digamma(both))),
        (2, 0): n.subtract(second, n.polygamma(1.0, a)),
        (0, 2): n.subtract(second, n.polygamma(1.0, b)),
        (1, 1): second,
        (3, 0): n.subtract(third, n.polygamma(2.0, a)),
        (0, 3): n.subtract(third, n.polygamma(2.0, b)),
        (2, 1): third,
        (1, 2): third,
    }


BETA_DENSITY = hidden(
    "beta_density",
    tails.beta_density,
    lambda n, a, b, x, r: n.multiply(r, _beta_slopes(n, a, b, x)[1, 0]),
    lambda n, a, b, x, r: n.multiply(r, _beta_slopes(n, a, b, x)[0, 1]),
    lambda n, a, b, x, r: n.multiply(
        r,
        n.subtract(
            n.divide(n.subtract(a, 1.0), x), n.divide(n.subtract(b, 1.0), n.subtract(1.0, x))
        ),
    ),
    doc="f = x^(a-1) (1-x)^(b-1) / B(a, b);  by x: f ((a-1)/x - (b-1)/(1-x))",
)


@functools.cache
def betainc_by(by_a: int, by_b: int) -> Rule:
    """The derivative of I_x(a, b), by_a times by a and by_b times by b."""
    return hidden(
        f"betainc_by_{'a' * by_a}{'b' * by_b}",
        functools.partial(tails.beta_tail, by_a, by_b),
        lambda n, a, b, x, r: apply(betainc_by(by_a + 1, by_b), a, b, x),
        lambda n, a, b, x, r: apply(betainc_by(by_a, by_b + 1), a, b, x),
        lambda n, a, b, x, r: n.multiply(
            apply(BETA_DENSITY, a, b, x), tails.mixed(by_a, by_b, _beta_slopes(n, a, b, x))
        ),
    )


of_rule(
    scipys(
        "betainc",
        lambda n, a, b, x, r: apply(betainc_by(1, 0), a, b, x),
        lambda n, a, b, x, r: apply(betainc_by(0, 1), a, b, x),
        lambda n, a, b, x, r: apply(BETA_DENSITY, a, b, x),
        doc="I_x(a, b): the integral of f = t^(a-1) (1-t)^(b-1) / B(a, b) from 0 to x;  by x: f(x)",
    )
)
if hasattr(special, "betaincc"):
    of_rule(
        scipys(
            "betaincc",
            lambda n, a, b, x, r: n.negative(apply(betainc_by(1, 0), a, b, x)),
            lambda n, a, b, x, r: n.negative(apply(betainc_by(0, 1), a, b, x)),
            lambda n, a, b, x, r: n.negative(apply(BETA_DENSITY, a, b, x)),
            doc="1 - I_x(a, b)",
        )
    )
of_rule(
    scipys(
        "loggamma",
        lambda n, x, r: n.where(n.less(x, 0.0), np.nan, n.digamma(x)),
        doc="log Gamma of real x, NaN below 0;  slope psi",
    )
)


def multigammaln(a: Any, d: Any) -> Any:
    """d (d-1) log(pi) / 4 + the sum of log Gamma(a - j/2) for j from 0 to d - 1.

    Raises:
        TypeError: d is a Variable.
        ValueError: an element of a is too small, or d is no positive integer.
    """
    if is_any_ranked((d,)):
        raise TypeError("multigammaln(a, d) takes a plain integer d, not a Variable")
    x = floating(array_of(a, "multigammaln"))
    numbers = x
    while hasattr(numbers, "tangent") or hasattr(numbers, "is_leaf"):
        numbers = numbers.value
    special.multigammaln(numbers, d)  # raises where SciPy does
    total: Any = d * (d - 1) / 4.0 * np.log(np.pi)
    for j in range(d):
        total = total + FUNCTIONS["lgamma"](x - j / 2.0)
    return total


offered("multigammaln", multigammaln)
