"""Distributions of real numbers, moved by loc and stretched by scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.numpy.dispatch import any_traced
from autodiffx.scipy.stats.arguments import (
    PARAMETER,
    checked,
    given,
    greater_than_0,
    is_number,
    is_true,
    probability,
    quiet,
)
from autodiffx.scipy.stats.distribution import Distribution
from autodiffx.scipy.stats.formulas import log_of_share

__all__ = ["Continuous"]


class Continuous(Distribution):
    """A distribution of real numbers: with y = (x - loc) / scale its formulas are those of y.

    Families give `_log_density` and `_below`, and what has more digits than these defaults.

    Outside the support the value is SciPy's (-inf, 0 or 1) and all derivatives are zero; where a
    parameter is not valid the value is NaN, and the derivative by that parameter zero. The ends
    of the support belong to it, and have the derivatives of the formula inside: those towards the
    inside, of logpdf infinite where the density is 0 or infinite there; of pdf they are then zero.
    """

    lower: float | None = None  # ends of the support in y
    upper: float | None = None
    is_open = False  # whether the density is 0, and flat, at the ends themselves
    shapes: dict[str, PARAMETER]

    def __init__(self, name: str, **shapes: PARAMETER) -> None:
        self.name = name
        self.shapes = shapes
        self.parameters = (*shapes, "loc", "scale")
        self.defaults = {"loc": 0, "scale": 1}
        self.methods = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf")
        if type(self)._quantile is not Continuous._quantile:
            self.methods = (*self.methods, "ppf", "isf")

    # ---- what a family gives -------------------------------------------------------------------

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        raise NotImplementedError

    def _density(self, y: Any, *shapes: Any) -> Any:
        logarithm = self._log_density(y, *shapes)
        if self.lower is None or self.is_open:
            return _core.exp(logarithm)
        # Infinite at an end, where derivatives would be differences of infinities.
        infinite = _core.equal(logarithm, np.inf)
        return _core.exp(_core.where(infinite, np.inf, logarithm))

    def _below(self, y: Any, *shapes: Any) -> Any:
        """The probability of less than y."""
        raise NotImplementedError

    def _above(self, y: Any, *shapes: Any) -> Any:
        """The probability of more than y."""
        raise NotImplementedError

    def _log_below(self, y: Any, *shapes: Any) -> Any:
        return log_of_share(self._below(y, *shapes), self._above(y, *shapes))

    def _log_above(self, y: Any, *shapes: Any) -> Any:
        return log_of_share(self._above(y, *shapes), self._below(y, *shapes))

    def _quantile(self, q: Any, *shapes: Any) -> Any:
        """The y below which the probability is q."""
        raise NotImplementedError

    def _upper_quantile(self, q: Any, *shapes: Any) -> Any:
        """The y above which the probability is q."""
        raise NotImplementedError

    # ---- SciPy's methods -----------------------------------------------------------------------

    def pdf(self, x: Any, *args: Any, **kwds: Any) -> Any:
        """The density at x.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import expon
        >>> expon.pdf(Variable(-1.0)).value
        0.0
        """
        return self._at_point("pdf", x, args, kwds)

    def logpdf(self, x: Any, *args: Any, **kwds: Any) -> Any:
        """The logarithm of the density at x.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import norm
        >>> mean = Variable(1.0)
        >>> norm.logpdf([2.0, 4.0], loc=mean).sum().backward()
        >>> mean.grad
        4.0
        """
        return self._at_point("logpdf", x, args, kwds)

    def cdf(self, x: Any, *args: Any, **kwds: Any) -> Any:
        """The probability of at most x.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import uniform
        >>> uniform.cdf(Variable([0.25, 2.0])).value
        array([0.25, 1.  ])
        """
        return self._at_point("cdf", x, args, kwds)

    def logcdf(self, x: Any, *args: Any, **kwds: Any) -> Any:
        """The logarithm of the probability of at most x, also where that is tiny.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import norm
        >>> round(norm.logcdf(Variable(-100.0)).value, 2)
        -5005.52
        """
        return self._at_point("logcdf", x, args, kwds)

    def sf(self, x: Any, *args: Any, **kwds: Any) -> Any:
        """The probability of more than x.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import uniform
        >>> uniform.sf(Variable([0.25, 2.0])).value
        array([0.75, 0.  ])
        """
        return self._at_point("sf", x, args, kwds)

    def logsf(self, x: Any, *args: Any, **kwds: Any) -> Any:
        """The logarithm of the probability of more than x, also where that is tiny.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import expon
        >>> expon.logsf(Variable(1000.0)).value
        -1000.0
        """
        return self._at_point("logsf", x, args, kwds)

    def ppf(self, q: Any, *args: Any, **kwds: Any) -> Any:
        """The x for which cdf(x) is q; NaN where q is no probability.

        Raises:
            NotImplementedError: the distribution has no inverse here.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import expon
        >>> rate = Variable(2.0)
        >>> expon.ppf(0.0, scale=1.0 / rate).value
        0.0
        """
        return self._at_probability("ppf", q, args, kwds)

    def isf(self, q: Any, *args: Any, **kwds: Any) -> Any:
        """The x for which sf(x) is q; NaN where q is no probability.

        Raises:
            NotImplementedError: the distribution has no inverse here.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import norm
        >>> norm.isf(0.5, loc=Variable(3.0)).value
        3.0
        """
        return self._at_probability("isf", q, args, kwds)

    # ---- loc, scale and the ends of the support ------------------------------------------------

    def _read(self, method: str, args: Any, kwds: Any, point: Any) -> Any:
        """Point, shapes, loc and scale as numbers, and where the shapes are valid.

        None if all of them are plain.
        """
        values = self._bound(method, args, kwds)
        if not any_traced((point, *values)):
            return None
        point, *values = (given(f"{self.name}.{method}", each) for each in (point, *values))
        *shapes, loc, scale = values
        valid: Any = True
        for i, requirement in enumerate(self.shapes.values()):
            shapes[i], holds = checked(requirement, shapes[i])
            if not is_true(holds):
                valid = holds if valid is True else _core.logical_and(valid, holds)
        return point, shapes, loc, checked(greater_than_0, scale)[0], valid

    def _at_point(self, method: str, x: Any, args: Any, kwds: Any) -> Any:
        found = self._read(method, args, kwds, x)
        if found is None:
            return self._plainly(method, x, *args, **kwds)
        x, shapes, loc, scale, valid = found
        y = x if is_number(loc, 0.0) else x - loc
        y = y if is_number(scale, 1.0) else y / scale
        formula, below, above = _METHODS[method]
        with quiet(x):
            value = getattr(self, formula)(y, *shapes)
        if not is_number(scale, 1.0):
            if method == "pdf":
                value = value / scale
            elif method == "logpdf":
                value = value - _core.log(scale)
        return self._bounded(y, value, below, above, valid)

    def _bounded(self, y: Any, value: Any, below: float, above: float, valid: Any) -> Any:
        """The value inside the support, below and above where it ends."""

        def outside(number: float) -> Any:
            if is_true(valid):
                return number
            found = _core.where(valid, number, np.nan)
            return found if type(found) is float else found.astype(value.dtype)

        if self.lower is not None:
            ends = _core.less_equal if self.is_open else _core.less
            value = _core.where(ends(y, self.lower), outside(below), value)
        if self.upper is not None:
            ends = _core.greater_equal if self.is_open else _core.greater
            value = _core.where(ends(y, self.upper), outside(above), value)
        return value

    def _at_probability(self, method: str, q: Any, args: Any, kwds: Any) -> Any:
        found = self._read(method, args, kwds, q)
        if found is None:
            return self._plainly(method, q, *args, **kwds)
        if method not in self.methods:
            raise self._unsupported(method)
        q, shapes, loc, scale, _ = found
        q = checked(probability, q)[0]
        with quiet(q):
            value = (self._quantile if method == "ppf" else self._upper_quantile)(q, *shapes)
        value = value if is_number(scale, 1.0) else value * scale
        return value if is_number(loc, 0.0) else value + loc


# By method: the formula, and its value below and above the support.
_METHODS = {
    "pdf": ("_density", 0.0, 0.0),
    "logpdf": ("_log_density", -np.inf, -np.inf),
    "cdf": ("_below", 0.0, 1.0),
    "logcdf": ("_log_below", -np.inf, 0.0),
    "sf": ("_above", 1.0, 0.0),
    "logsf": ("_log_above", 0.0, -np.inf),
}
