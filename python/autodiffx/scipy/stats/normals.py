"""The normal distribution, and that of a number whose logarithm is normal."""

from __future__ import annotations

from typing import Any

from autodiffx import _core
from autodiffx.scipy.stats.arguments import greater_than_0
from autodiffx.scipy.stats.continuous import Continuous
from autodiffx.scipy.stats.formulas import LOG_ROOT_2_PI, ROOT_2_PI

__all__ = ["lognorm", "norm"]


class Normal(Continuous):
    """exp(-y**2 / 2) / sqrt(2 pi).

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import norm
    >>> adx.grad(norm.logpdf, argnums=(0, 1, 2))(3.0, 1.0, 2.0)
    (-0.5, 0.5, 0.0)
    """

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        return _core.square(y) * -0.5 - LOG_ROOT_2_PI

    def _density(self, y: Any, *shapes: Any) -> Any:
        return _core.exp(_core.square(y) * -0.5) / ROOT_2_PI

    def _below(self, y: Any, *shapes: Any) -> Any:
        return _core.ndtr(y)

    def _above(self, y: Any, *shapes: Any) -> Any:
        return _core.ndtr(-y)

    def _log_below(self, y: Any, *shapes: Any) -> Any:
        return _core.log_ndtr(y)

    def _log_above(self, y: Any, *shapes: Any) -> Any:
        return _core.log_ndtr(-y)

    def _quantile(self, q: Any, *shapes: Any) -> Any:
        return _core.ndtri(q)

    def _upper_quantile(self, q: Any, *shapes: Any) -> Any:
        return -_core.ndtri(q)


class LogNormal(Continuous):
    """exp(-(log(y) / s)**2 / 2) / (s y sqrt(2 pi)) for y > 0; at 0 flat.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import lognorm
    >>> adx.grad(lognorm.logpdf, argnums=1)(1.0, 2.0)
    -0.5
    """

    lower = 0.0
    is_open = True

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        (s,) = shapes
        at = _core.log(y)
        return _core.square(at / s) * -0.5 - _core.log(s) - at - LOG_ROOT_2_PI

    def _below(self, y: Any, *shapes: Any) -> Any:
        return norm._below(_core.log(y) / shapes[0])

    def _above(self, y: Any, *shapes: Any) -> Any:
        return norm._above(_core.log(y) / shapes[0])

    def _log_below(self, y: Any, *shapes: Any) -> Any:
        return norm._log_below(_core.log(y) / shapes[0])

    def _log_above(self, y: Any, *shapes: Any) -> Any:
        return norm._log_above(_core.log(y) / shapes[0])

    def _quantile(self, q: Any, *shapes: Any) -> Any:
        return _core.exp(shapes[0] * norm._quantile(q))

    def _upper_quantile(self, q: Any, *shapes: Any) -> Any:
        return _core.exp(shapes[0] * norm._upper_quantile(q))


norm = Normal("norm")
lognorm = LogNormal("lognorm", s=greater_than_0)
