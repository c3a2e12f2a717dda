"""Distributions made of exponentials: waiting times, and what falls off as they do."""

from __future__ import annotations

from typing import Any

from autodiffx import _core
from autodiffx.scipy.stats.arguments import greater_than_0
from autodiffx.scipy.stats.continuous import Continuous
from autodiffx.scipy.stats.formulas import LOG_2, log_of_power, log_one_minus_exp

__all__ = ["expon", "laplace", "logistic", "uniform", "weibull_min"]


class Exponential(Continuous):
    """exp(-y) for y >= 0.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import expon
    >>> adx.grad(expon.logpdf, argnums=2)(3.0, 0.0, 2.0)
    0.25
    """

    lower = 0.0

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        return -y

    def _density(self, y: Any, *shapes: Any) -> Any:
        return _core.exp(-y)

    def _below(self, y: Any, *shapes: Any) -> Any:
        return -_core.expm1(-y)

    def _above(self, y: Any, *shapes: Any) -> Any:
        return _core.exp(-y)

    def _log_below(self, y: Any, *shapes: Any) -> Any:
        return log_one_minus_exp(y)

    def _log_above(self, y: Any, *shapes: Any) -> Any:
        return -y

    def _quantile(self, q: Any, *shapes: Any) -> Any:
        return -_core.log1p(-q)

    def _upper_quantile(self, q: Any, *shapes: Any) -> Any:
        return -_core.log(q)


class Weibull(Continuous):
    """c y**(c - 1) exp(-y**c) for y >= 0: y**c is exponential.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import weibull_min
    >>> adx.grad(weibull_min.logpdf)(1.0, 2.0)
    -1.0
    """

    lower = 0.0

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        (c,) = shapes
        return _core.log(c) + log_of_power(c - 1.0, y) - _core.power(y, c)

    def _below(self, y: Any, *shapes: Any) -> Any:
        return expon._below(_core.power(y, shapes[0]))

    def _above(self, y: Any, *shapes: Any) -> Any:
        return expon._above(_core.power(y, shapes[0]))

    def _log_below(self, y: Any, *shapes: Any) -> Any:
        return expon._log_below(_core.power(y, shapes[0]))

    def _log_above(self, y: Any, *shapes: Any) -> Any:
        return -_core.power(y, shapes[0])

    def _quantile(self, q: Any, *shapes: Any) -> Any:
        return _core.power(expon._quantile(q), 1.0 / shapes[0])

    def _upper_quantile(self, q: Any, *shapes: Any) -> Any:
        return _core.power(expon._upper_quantile(q), 1.0 / shapes[0])


class Laplace(Continuous):
    """exp(-|y|) / 2. At 0 the derivative of logpdf and pdf is 0, further ones are of y > 0.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import laplace
    >>> adx.grad(laplace.logpdf)(2.0)
    -1.0
    """

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        return -LOG_2 - _core.absolute(y)

    def _below(self, y: Any, *shapes: Any) -> Any:
        return _core.where(_core.less(y, 0.0), 0.5 * _core.exp(y), 1.0 - 0.5 * _core.exp(-y))

    def _above(self, y: Any, *shapes: Any) -> Any:
        return _core.where(_core.greater(y, 0.0), 0.5 * _core.exp(-y), 1.0 - 0.5 * _core.exp(y))

    def _log_below(self, y: Any, *shapes: Any) -> Any:
        return _core.where(_core.less(y, 0.0), y - LOG_2, _core.log1p(-0.5 * _core.exp(-y)))

    def _log_above(self, y: Any, *shapes: Any) -> Any:
        return _core.where(_core.greater(y, 0.0), -y - LOG_2, _core.log1p(-0.5 * _core.exp(y)))

    def _quantile(self, q: Any, *shapes: Any) -> Any:
        low, high = _core.log(2.0 * q), -_core.log(2.0 * (1.0 - q))
        return _core.where(_core.less_equal(q, 0.5), low, high)

    def _upper_quantile(self, q: Any, *shapes: Any) -> Any:
        return -self._quantile(q)


class Logistic(Continuous):
    """exp(-y) / (1 + exp(-y))**2.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import logistic
    >>> adx.grad(logistic.cdf)(0.0)
    0.25
    """

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        return _core.log_sigmoid(y) + _core.log_sigmoid(-y)

    def _density(self, y: Any, *shapes: Any) -> Any:
        return _core.sigmoid(y) * _core.sigmoid(-y)

    def _below(self, y: Any, *shapes: Any) -> Any:
        return _core.sigmoid(y)

    def _above(self, y: Any, *shapes: Any) -> Any:
        return _core.sigmoid(-y)

    def _log_below(self, y: Any, *shapes: Any) -> Any:
        return _core.log_sigmoid(y)

    def _log_above(self, y: Any, *shapes: Any) -> Any:
        return _core.log_sigmoid(-y)

    def _quantile(self, q: Any, *shapes: Any) -> Any:
        return _core.logit(q)

    def _upper_quantile(self, q: Any, *shapes: Any) -> Any:
        return -_core.logit(q)


class Uniform(Continuous):
    """1 for 0 <= y <= 1.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import uniform
    >>> adx.grad(uniform.logpdf, argnums=2)(1.0, 0.0, 4.0)
    -0.25
    """

    lower = 0.0
    upper = 1.0

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        return _core.where(_core.isnan(y), y, 0.0)

    def _density(self, y: Any, *shapes: Any) -> Any:
        return _core.where(_core.isnan(y), y, 1.0)

    def _below(self, y: Any, *shapes: Any) -> Any:
        return y

    def _above(self, y: Any, *shapes: Any) -> Any:
        return 1.0 - y

    def _quantile(self, q: Any, *shapes: Any) -> Any:
        return q

    def _upper_quantile(self, q: Any, *shapes: Any) -> Any:
        return 1.0 - q


expon = Exponential("expon")
laplace = Laplace("laplace")
logistic = Logistic("logistic")
uniform = Uniform("uniform")
weibull_min = Weibull("weibull_min", c=greater_than_0)
