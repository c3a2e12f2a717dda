"""What distributions share: methods that are found by name, and parameters that are fixed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.scipy.stats.family import CONDITIONS, Family, refusal, replaced

__all__ = ["Distribution", "Fixed"]


class Distribution:
    """A family under SciPy's name: its formulas are methods of a point and parameters."""

    points: tuple[str, ...]  # SciPy's names for the point

    def __init__(self, name: str, family: Family) -> None:
        self.name = name
        self.family = family

    def __call__(self, *args: Any, **kwds: Any) -> Any:
        """The distribution with its parameters fixed: methods take the point alone."""
        return Fixed(self, args, kwds)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)
        formulas = self.family.formulas

        def at(*args: Any, **kwds: Any) -> Any:
            if method not in formulas:
                raise refusal(self.name, method, tuple(formulas))
            named = [kwds.pop(name) for name in self.points if name in kwds]
            if not named and not args:
                raise TypeError(f"{self.name}.{method} needs a point")
            point, *parameters = (*named, *args)
            return self._evaluated(method, point, tuple(parameters), kwds)

        return at

    def _evaluated(self, method: str, point: Any, args: tuple[Any, ...], kwds: Any) -> Any:
        raise NotImplementedError

    def _fine(self, shapes: list[Any]) -> Any:
        """Where all shapes are what they have to be; NaN takes the place of others."""
        fine: Any = True
        for index, words in enumerate(self.family.shapes.values()):
            holds = CONDITIONS[words](shapes[index])
            shapes[index] = replaced(holds, shapes[index], math.nan)
            fine = FUNCTIONS["logical_and"](fine, holds)
        return fine


class Fixed:
    """A distribution whose parameters are given.

    >>> from autodiffx.reference.scipy.stats import uniform
    >>> uniform(loc=1.0).cdf(1.25)
    0.25
    """

    def __init__(self, distribution: Any, args: tuple[Any, ...], kwds: dict[str, Any]) -> None:
        self.distribution = distribution
        self.args = args
        self.kwds = kwds

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)
        return lambda point: getattr(self.distribution, method)(point, *self.args, **self.kwds)
