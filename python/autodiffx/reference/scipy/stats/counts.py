"""Distributions of counts: masses of k, and what loc does."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Ranked
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.numpy.given import array_of
from autodiffx.reference.scipy.stats.distribution import Distribution
from autodiffx.reference.scipy.stats.families import from_areas, from_log, power_log
from autodiffx.reference.scipy.stats.family import (
    Family,
    arguments_of,
    everywhere,
    replaced,
)

__all__ = ["COUNTS", "Counts"]

lgamma, log, log1p, where = map(FUNCTIONS.__getitem__, ("lgamma", "log", "log1p", "where"))


def _choices(n: Any, k: Any) -> Any:
    """log(n! / (k! (n - k)!)), for any real n."""
    return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0)


def _poisson(k: Any, mu: Any) -> Any:
    return power_log(k, mu) - mu - lgamma(k + 1.0)


def _binomial(k: Any, n: Any, p: Any) -> Any:
    return _choices(n, k) + power_log(k, p) + power_log(n - k, 1.0 - p)


def _negative_binomial(k: Any, n: Any, p: Any) -> Any:
    return _choices(n + k - 1.0, k) + n * log(p) + power_log(k, 1.0 - p)


def _chosen(zero: Callable[[Any], Any], one: Callable[[Any], Any]) -> Callable[..., Any]:
    """One formula of p for k = 0, another for k = 1."""
    return lambda k, p: where(np.equal(k, 0.0), zero(p), one(p))


_BERNOULLI = {
    "pmf": _chosen(lambda p: 1.0 - p, lambda p: p),
    "logpmf": _chosen(lambda p: log1p(-p), log),
    "cdf": _chosen(lambda p: 1.0 - p, lambda p: 1.0),
    "logcdf": _chosen(lambda p: log1p(-p), lambda p: 0.0),
    "sf": _chosen(lambda p: p, lambda p: 0.0),
    "logsf": _chosen(log, lambda p: -math.inf),
}


def masses(name: str, log_mass: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """pmf, cdf, sf and their logarithms."""
    both = from_log(log_mass)
    return {"pmf": both["pdf"], "logpmf": both["logpdf"], **from_areas(name)}


COUNTS: dict[str, Family] = {
    "poisson": Family({"mu": "not negative"}, masses("poisson", _poisson)),
    "binom": Family(
        {"n": "whole", "p": "probability"}, masses("binom", _binomial), upper=lambda n, p: n
    ),
    "nbinom": Family(
        {"n": "positive", "p": "probability above 0"}, masses("nbinom", _negative_binomial)
    ),
    "bernoulli": Family({"p": "probability"}, _BERNOULLI, upper=lambda p: 1.0),
}

# Values below and above the support.
_OUTSIDE = {
    "pmf": (0.0, 0.0),
    "logpmf": (-math.inf, -math.inf),
    "cdf": (0.0, 1.0),
    "logcdf": (-math.inf, 0.0),
    "sf": (1.0, 0.0),
    "logsf": (0.0, -math.inf),
}


class Counts(Distribution):
    """SciPy's methods of a family of counts.

    k, loc and whole parameters are plain numbers: there is no derivative by them.

    >>> from autodiffx.reference import Variable
    >>> from autodiffx.reference.scipy.stats import bernoulli
    >>> p = Variable(0.25)
    >>> bernoulli.logpmf([1, 1, 0], p).sum().backward()
    >>> round(p.grad, 6)
    6.666667
    """

    points = ("k",)

    def _evaluated(self, method: str, point: Any, args: tuple[Any, ...], kwds: Any) -> Any:
        place = f"{self.name}.{method}"
        names = (*self.family.shapes, "loc")
        *shapes, loc = arguments_of(place, names, {"loc": 0.0}, args, kwds)
        k = array_of(point, place)
        whole = [
            s
            for s, words in zip(shapes, self.family.shapes.values(), strict=True)
            if words == "whole"
        ]
        if any(isinstance(each, Ranked) for each in (k, loc, *whole)):
            raise TypeError(f"{place} takes counts in plain whole numbers: pass their .value")
        fine = self._fine(shapes)
        counts = np.asarray(k) - loc
        last = self.family.upper(*shapes) if self.family.upper else math.inf
        low, known = counts < 0, ~np.isnan(counts)
        if method in ("pmf", "logpmf"):
            high = (counts > last) | (np.floor(counts) != counts) | np.isinf(counts)
        else:
            high = counts >= last
        usable: Any = np.where(low | high | ~known, 0.0, np.floor(counts))
        usable = float(usable) if type(k) is float and type(loc) is float else usable
        value = self.family.formulas[method](usable, *shapes)
        below, above = _OUTSIDE[method]
        value = replaced(~(high & known), replaced(~low, value, below), above)
        value = replaced(~low, value, below)
        fine = fine if known.all() else FUNCTIONS["logical_and"](fine, known)
        return value if everywhere(fine) else where(fine, value, math.nan)
