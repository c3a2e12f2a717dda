"""Counts: bernoulli, binom, nbinom and poisson."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.scipy.stats.arguments import (
    greater_than_0,
    not_negative,
    probability,
    some_probability,
)
from autodiffx.scipy.stats.betas import beta
from autodiffx.scipy.stats.discrete import Discrete
from autodiffx.scipy.stats.formulas import log_of_power, log_of_power_of_complement
from autodiffx.scipy.stats.gammas import gamma

__all__ = ["bernoulli", "binom", "nbinom", "poisson"]


class Poisson(Discrete):
    """mu**k exp(-mu) / k!.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import poisson
    >>> adx.grad(poisson.logpmf, argnums=1)(3, 2.0)
    0.5
    """

    def _log_mass(self, k: Any, *shapes: Any) -> Any:
        (mu,) = shapes
        return log_of_power(k, mu) - _core.lgamma(k + 1.0) - mu

    def _below(self, k: Any, *shapes: Any) -> Any:
        return gamma._above(shapes[0], k + 1.0)

    def _above(self, k: Any, *shapes: Any) -> Any:
        return gamma._below(shapes[0], k + 1.0)


class Binomial(Discrete):
    """n! / (k! (n - k)!) p**k (1 - p)**(n - k).

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import binom
    >>> adx.grad(binom.logpmf, argnums=2)(3, 4, 0.5)
    4.0
    """

    whole = ("n", "loc")

    def _last(self, *shapes: Any) -> Any:
        return shapes[0]

    def _log_mass(self, k: Any, *shapes: Any) -> Any:
        n, p = shapes
        ways = -_core.betaln(k + 1.0, n - k + 1.0) - _core.log(n + 1.0)
        return ways + log_of_power(k, p) + log_of_power_of_complement(n - k, p)

    def _below(self, k: Any, *shapes: Any) -> Any:
        n, p = shapes
        return beta._above(p, k + 1.0, n - k)

    def _above(self, k: Any, *shapes: Any) -> Any:
        n, p = shapes
        return beta._below(p, k + 1.0, n - k)


class NegativeBinomial(Discrete):
    """gamma(k + n) / (k! gamma(n)) p**n (1 - p)**k.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import nbinom
    >>> round(adx.grad(nbinom.logpmf, argnums=2)(3, 2.0, 0.5), 6)
    -2.0
    """

    def _log_mass(self, k: Any, *shapes: Any) -> Any:
        n, p = shapes
        ways = -_core.betaln(n, k + 1.0) - _core.log(n + k)
        return ways + n * _core.log(p) + log_of_power_of_complement(k, p)

    def _below(self, k: Any, *shapes: Any) -> Any:
        n, p = shapes
        return beta._below(p, n, k + 1.0)

    def _above(self, k: Any, *shapes: Any) -> Any:
        n, p = shapes
        return beta._above(p, n, k + 1.0)


class Bernoulli(Discrete):
    """p for 1, 1 - p for 0.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import bernoulli
    >>> adx.grad(bernoulli.logpmf, argnums=1)(0, 0.5)
    -2.0
    """

    def _last(self, *shapes: Any) -> Any:
        return 1.0

    def _log_mass(self, k: Any, *shapes: Any) -> Any:
        return _core.where(np.equal(k, 1.0), _core.log(shapes[0]), _core.log1p(-shapes[0]))

    def _mass(self, k: Any, *shapes: Any) -> Any:
        return _core.where(np.equal(k, 1.0), shapes[0], 1.0 - shapes[0])

    def _below(self, k: Any, *shapes: Any) -> Any:
        return _core.where(np.equal(k, 0.0), 1.0 - shapes[0], 1.0)

    def _above(self, k: Any, *shapes: Any) -> Any:
        return _core.where(np.equal(k, 0.0), shapes[0], 0.0)

    def _log_below(self, k: Any, *shapes: Any) -> Any:
        return _core.where(np.equal(k, 0.0), _core.log1p(-shapes[0]), 0.0)

    def _log_above(self, k: Any, *shapes: Any) -> Any:
        return _core.where(np.equal(k, 0.0), _core.log(shapes[0]), -np.inf)


def _whole(n: Any) -> Any:
    return np.logical_and(np.greater_equal(n, 0.0), np.floor(n) == n)


bernoulli = Bernoulli("bernoulli", p=probability)
binom = Binomial("binom", n=_whole, p=probability)
nbinom = NegativeBinomial("nbinom", n=greater_than_0, p=some_probability)
poisson = Poisson("poisson", mu=not_negative)
