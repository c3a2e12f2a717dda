"""The beta distribution."""

from __future__ import annotations

from typing import Any

from autodiffx import _core
from autodiffx.scipy.stats.arguments import greater_than_0
from autodiffx.scipy.stats.continuous import Continuous
from autodiffx.scipy.stats.formulas import log_of_power, log_of_power_of_complement

__all__ = ["beta"]


class Beta(Continuous):
    """y**(a - 1) (1 - y)**(b - 1) / beta(a, b) for 0 <= y <= 1.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import beta
    >>> round(adx.grad(beta.logpdf)(0.25, 2.0, 3.0), 6)
    1.333333
    """

    lower = 0.0
    upper = 1.0

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        a, b = shapes
        powers = log_of_power_of_complement(b - 1.0, y) + log_of_power(a - 1.0, y)
        return powers - _core.betaln(a, b)

    def _below(self, y: Any, *shapes: Any) -> Any:
        from autodiffx.scipy.special import betainc

        a, b = shapes
        return betainc(a, b, y)

    def _above(self, y: Any, *shapes: Any) -> Any:
        from autodiffx.scipy.special import betaincc

        a, b = shapes
        return betaincc(a, b, y)

    def _quantile(self, q: Any, *shapes: Any) -> Any:
        from autodiffx.scipy.special import betaincinv

        a, b = shapes
        return betaincinv(a, b, q)

    def _upper_quantile(self, q: Any, *shapes: Any) -> Any:
        from autodiffx.scipy.special import betainccinv

        a, b = shapes
        return betainccinv(a, b, q)


beta = Beta("beta", a=greater_than_0, b=greater_than_0)
