"""Gamma distributions: gamma, invgamma and chi2."""

from __future__ import annotations

from typing import Any

from autodiffx import _core
from autodiffx.scipy.stats.arguments import greater_than_0
from autodiffx.scipy.stats.continuous import Continuous
from autodiffx.scipy.stats.formulas import LOG_2, log_of_power

__all__ = ["chi2", "gamma", "invgamma"]


class Gamma(Continuous):
    """y**(a - 1) exp(-y) / gamma(a) for y >= 0.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import gamma
    >>> adx.grad(gamma.logpdf)(2.0, 3.0)
    0.0
    """

    lower = 0.0

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        (a,) = shapes
        return log_of_power(a - 1.0, y) - y - _core.lgamma(a)

    def _below(self, y: Any, *shapes: Any) -> Any:
        from autodiffx.scipy.special import gammainc

        return gammainc(shapes[0], y)

    def _above(self, y: Any, *shapes: Any) -> Any:
        from autodiffx.scipy.special import gammaincc

        return gammaincc(shapes[0], y)

    def _quantile(self, q: Any, *shapes: Any) -> Any:
        from autodiffx.scipy.special import gammaincinv

        return gammaincinv(shapes[0], q)

    def _upper_quantile(self, q: Any, *shapes: Any) -> Any:
        from autodiffx.scipy.special import gammainccinv

        return gammainccinv(shapes[0], q)


class InverseGamma(Continuous):
    """y**(-a - 1) exp(-1 / y) / gamma(a) for y > 0: 1 / y has a gamma distribution; at 0 flat.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import invgamma
    >>> adx.grad(invgamma.logpdf)(2.0, 3.0)
    -1.75
    """

    lower = 0.0
    is_open = True

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        (a,) = shapes
        return -(a + 1.0) * _core.log(y) - _core.lgamma(a) - 1.0 / y

    def _below(self, y: Any, *shapes: Any) -> Any:
        return gamma._above(1.0 / y, *shapes)

    def _above(self, y: Any, *shapes: Any) -> Any:
        return gamma._below(1.0 / y, *shapes)

    def _quantile(self, q: Any, *shapes: Any) -> Any:
        return 1.0 / gamma._upper_quantile(q, *shapes)

    def _upper_quantile(self, q: Any, *shapes: Any) -> Any:
        return 1.0 / gamma._quantile(q, *shapes)


class ChiSquared(Continuous):
    """y**(df / 2 - 1) exp(-y / 2) / (2**(df / 2) gamma(df / 2)) for y >= 0.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import chi2
    >>> adx.grad(chi2.logpdf)(2.0, 5.0)
    0.25
    """

    lower = 0.0

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        half = 0.5 * shapes[0]
        return log_of_power(half - 1.0, y) - 0.5 * y - _core.lgamma(half) - LOG_2 * half

    def _below(self, y: Any, *shapes: Any) -> Any:
        return gamma._below(0.5 * y, 0.5 * shapes[0])

    def _above(self, y: Any, *shapes: Any) -> Any:
        return gamma._above(0.5 * y, 0.5 * shapes[0])

    def _quantile(self, q: Any, *shapes: Any) -> Any:
        return 2.0 * gamma._quantile(q, 0.5 * shapes[0])

    def _upper_quantile(self, q: Any, *shapes: Any) -> Any:
        return 2.0 * gamma._upper_quantile(q, 0.5 * shapes[0])


gamma = Gamma("gamma", a=greater_than_0)
invgamma = InverseGamma("invgamma", a=greater_than_0)
chi2 = ChiSquared("chi2", df=greater_than_0)
