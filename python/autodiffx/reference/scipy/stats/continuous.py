"""Continuous distributions: formulas of y = (x - loc) / scale, and what loc and scale do."""

from __future__ import annotations

import math
from typing import Any

from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.numpy.given import array_of, in_dtype
from autodiffx.reference.scipy.stats.distribution import Distribution
from autodiffx.reference.scipy.stats.family import (
    CONDITIONS,
    arguments_of,
    everywhere,
    replaced,
)
from autodiffx.reference.shapes import dtype_of

__all__ = ["Continuous"]

# Values below and above the support.
_OUTSIDE = {
    "pdf": (0.0, 0.0),
    "logpdf": (-math.inf, -math.inf),
    "cdf": (0.0, 1.0),
    "logcdf": (-math.inf, 0.0),
    "sf": (1.0, 0.0),
    "logsf": (0.0, -math.inf),
}


class Continuous(Distribution):
    """SciPy's methods of a continuous family.

    Outside the support derivatives are zero; where a parameter is not what it has to be the value
    is NaN, and the derivative by that parameter zero.

    >>> from autodiffx.reference import Variable
    >>> from autodiffx.reference.scipy.stats import expon
    >>> scale = Variable(2.0)
    >>> expon.logpdf(4.0, scale=scale).backward()
    >>> scale.grad
    0.5
    """

    points = ("x", "q")

    def _evaluated(self, method: str, point: Any, args: tuple[Any, ...], kwds: Any) -> Any:
        place = f"{self.name}.{method}"
        family = self.family
        names = (*family.shapes, "loc", "scale")
        *shapes, loc, scale = arguments_of(place, names, {"loc": 0.0, "scale": 1.0}, args, kwds)
        x = array_of(point, place)
        fine = self._fine(shapes)
        scale = replaced(CONDITIONS["positive"](scale), scale, math.nan)
        if method in ("ppf", "isf"):
            q = replaced(CONDITIONS["probability"](x), x, math.nan)
            return family.formulas[method](q, *shapes) * scale + loc
        y = (x - loc) / scale
        value = family.formulas[method](y, *shapes)
        if method == "pdf":
            value = value / scale
        if method == "logpdf":
            value = value - FUNCTIONS["log"](scale)
        below, above = _OUTSIDE[method]
        value = self._cut(y, value, family.lower, below, fine, ("less", "less_equal"))
        return self._cut(y, value, family.upper, above, fine, ("greater", "greater_equal"))

    def _cut(
        self, y: Any, value: Any, end: Any, outside: float, fine: Any, names: tuple[str, str]
    ) -> Any:
        """The value inside, and another number beyond an end of the support."""
        if end is None:
            return value
        beyond = FUNCTIONS[names[self.family.open]](y, end)
        fill: Any = outside
        if not everywhere(fine):
            fill = in_dtype(FUNCTIONS["where"](fine, outside, math.nan), dtype_of(value))
        return FUNCTIONS["where"](beyond, fill, value)
