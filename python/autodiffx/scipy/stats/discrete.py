"""Distributions of counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.numpy.dispatch import any_traced
from autodiffx.scipy.stats.arguments import PARAMETER, checked, given, is_number, is_true
from autodiffx.scipy.stats.distribution import Distribution
from autodiffx.scipy.stats.formulas import log_of_share

__all__ = ["Discrete"]


class Discrete(Distribution):
    """A distribution of whole numbers k from 0, moved by loc.

    Counts, and the parameters in `whole`, are plain numbers: there is no derivative by them.
    Elsewhere than at the whole numbers of the support a mass is 0, with derivative 0; where a
    parameter is not valid the value is NaN, and the derivative by that parameter 0.
    """

    shapes: dict[str, PARAMETER]
    whole: tuple[str, ...] = ("loc",)  # parameters that are plain

    def __init__(self, name: str, **shapes: PARAMETER) -> None:
        self.name = name
        self.shapes = shapes
        self.parameters = (*shapes, "loc")
        self.defaults = {"loc": 0}
        self.methods = ("pmf", "logpmf", "cdf", "logcdf", "sf", "logsf")

    # ---- what a family gives -------------------------------------------------------------------

    def _last(self, *shapes: Any) -> Any:
        """The largest number of the support."""
        return np.inf

    def _log_mass(self, k: Any, *shapes: Any) -> Any:
        raise NotImplementedError

    def _mass(self, k: Any, *shapes: Any) -> Any:
        return _core.exp(self._log_mass(k, *shapes))

    def _below(self, k: Any, *shapes: Any) -> Any:
        """The probability of at most k."""
        raise NotImplementedError

    def _above(self, k: Any, *shapes: Any) -> Any:
        """The probability of more than k."""
        raise NotImplementedError

    def _log_below(self, k: Any, *shapes: Any) -> Any:
        return log_of_share(self._below(k, *shapes), self._above(k, *shapes))

    def _log_above(self, k: Any, *shapes: Any) -> Any:
        return log_of_share(self._above(k, *shapes), self._below(k, *shapes))

    # ---- SciPy's methods -----------------------------------------------------------------------

    def pmf(self, k: Any, *args: Any, **kwds: Any) -> Any:
        """The probability of k.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import bernoulli
        >>> bernoulli.pmf([0, 1, 2], Variable(0.25)).value
        array([0.75, 0.25, 0.  ])
        """
        return self._at_count("pmf", k, args, kwds)

    def logpmf(self, k: Any, *args: Any, **kwds: Any) -> Any:
        """The logarithm of the probability of k.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import poisson
        >>> mean = Variable(2.0)
        >>> poisson.logpmf(3, mean).backward()
        >>> mean.grad
        0.5
        """
        return self._at_count("logpmf", k, args, kwds)

    def cdf(self, k: Any, *args: Any, **kwds: Any) -> Any:
        """The probability of at most k.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import bernoulli
        >>> bernoulli.cdf(0, Variable(0.25)).value
        0.75
        """
        return self._at_count("cdf", k, args, kwds)

    def logcdf(self, k: Any, *args: Any, **kwds: Any) -> Any:
        """The logarithm of the probability of at most k.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import bernoulli
        >>> bernoulli.logcdf(1, Variable(0.25)).value
        0.0
        """
        return self._at_count("logcdf", k, args, kwds)

    def sf(self, k: Any, *args: Any, **kwds: Any) -> Any:
        """The probability of more than k.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import bernoulli
        >>> bernoulli.sf(0, Variable(0.25)).value
        0.25
        """
        return self._at_count("sf", k, args, kwds)

    def logsf(self, k: Any, *args: Any, **kwds: Any) -> Any:
        """The logarithm of the probability of more than k.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import bernoulli
        >>> bernoulli.logsf(-1, Variable(0.25)).value
        0.0
        """
        return self._at_count("logsf", k, args, kwds)

    # ---- loc and the ends of the support -------------------------------------------------------

    def _at_count(self, method: str, k: Any, args: Any, kwds: Any) -> Any:
        values = self._bound(method, args, kwds)
        if not any_traced((k, *values)):
            return self._plainly(method, k, *args, **kwds)
        place = f"{self.name}.{method}"
        names = dict(zip(self.parameters, values, strict=True))
        plain = {"k": k, **{name: names[name] for name in self.whole}}
        for name, value in plain.items():
            if any_traced((value,)):
                raise TypeError(
                    f"{place} takes whole numbers for {name}, by which there is no derivative: "
                    f"pass {name}.value"
                )
        count, *shapes = (given(place, each) for each in (k, *values))
        loc = shapes.pop()
        count = count if is_number(loc, 0.0) else count - loc
        valid: Any = True
        for i, requirement in enumerate(self.shapes.values()):
            shapes[i], holds = checked(requirement, shapes[i])
            valid = holds if valid is True else _core.logical_and(valid, holds)
        return self._inside(method, count, shapes, valid)

    def _inside(self, method: str, count: Any, shapes: Any, valid: Any) -> Any:
        formula, below, above = _METHODS[method]
        last = self._last(*shapes)
        low, high, unknown = np.less(count, 0.0), np.greater_equal(count, last), np.isnan(count)
        if formula in ("_mass", "_log_mass"):
            high = np.greater(count, last) | (np.floor(count) != count) | np.isinf(count)
        # No formula sees a count for which it has no value.
        inside: Any = np.where(low | high | unknown, 0.0, np.floor(count))
        inside = float(inside) if type(count) is float else inside
        value = getattr(self, formula)(inside, *shapes)
        if np.any(low):
            value = _core.where(low, below, value)
        if np.any(high & ~unknown):
            value = _core.where(high & ~unknown, above, value)
        valid = _core.logical_and(valid, ~unknown) if np.any(unknown) else valid
        return value if is_true(valid) else _core.where(valid, value, np.nan)


# By method: the formula, and its value below and above the support.
_METHODS = {
    "pmf": ("_mass", 0.0, 0.0),
    "logpmf": ("_log_mass", -np.inf, -np.inf),
    "cdf": ("_below", 0.0, 1.0),
    "logcdf": ("_log_below", -np.inf, 0.0),
    "sf": ("_above", 1.0, 0.0),
    "logsf": ("_log_above", 0.0, -np.inf),
}
