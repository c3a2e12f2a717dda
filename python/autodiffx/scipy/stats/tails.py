"""Distributions with long tails: Student's t and Cauchy's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.numpy.dispatch import is_traced
from autodiffx.scipy.stats.arguments import greater_than_0, is_true
from autodiffx.scipy.stats.continuous import Continuous
from autodiffx.scipy.stats.formulas import LOG_PI, LOG_ROOT_2_PI

__all__ = ["cauchy", "t"]


class Student(Continuous):
    """Proportional to (1 + y**2 / df)**(-(df + 1) / 2); for df = inf the normal density.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import t
    >>> adx.grad(t.logpdf)(1.0, 3.0)
    -1.0
    """

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        df, normal = _finite(shapes[0])
        scale = -_core.betaln(0.5 * df, 0.5) - 0.5 * _core.log(df)
        if not is_true(_core.logical_not(normal)):
            scale = _core.where(normal, -LOG_ROOT_2_PI, scale)
        return scale - (0.5 * (df + 1.0)) * _core.log1p(_core.square(y) / df)

    def _below(self, y: Any, *shapes: Any) -> Any:
        from autodiffx.scipy.special import betainc, betaincc
        from autodiffx.scipy.stats.student_share import share

        # From 1/2 in the middle, elsewhere as a tail by whichever of two small numbers is exact.
        df, normal = _finite(shapes[0])
        half, square = 0.5 * df, _core.square(y)
        middle = 0.5 + share(half, y / _core.hypot(_core.sqrt(df), y))
        near = betaincc(0.5, half, square / (df + square))
        far = betainc(half, 0.5, 1.0 / (1.0 + square / df))
        tail = 0.5 * _core.where(_core.less(square, df), near, far)
        outer = _core.where(_core.less(y, 0.0), tail, 1.0 - tail)
        value = _core.where(_core.less(square, _core.minimum(0.25, df)), middle, outer)
        if is_true(_core.logical_not(normal)):
            return value
        return _core.where(normal, _core.ndtr(y), value)

    def _above(self, y: Any, *shapes: Any) -> Any:
        return self._below(-y, *shapes)


def _finite(df: Any) -> tuple[Any, Any]:
    """Degrees of freedom, in place of infinitely many so many that nothing changes; which."""
    normal = _core.isinf(df)
    if is_true(_core.logical_not(normal)):
        return df, normal
    dtype = df.dtype if is_traced(df) else np.asarray(df).dtype
    return _core.where(normal, float(np.sqrt(np.finfo(dtype).max)) * 1e30, df), normal


class Cauchy(Continuous):
    """1 / (pi (1 + y**2)).

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import cauchy
    >>> adx.grad(cauchy.logpdf)(1.0)
    -1.0
    """

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        # By the larger of 1 and |y|, so that no square is too large.
        size = _core.absolute(y)
        near = _core.log1p(_core.square(y))
        far = 2.0 * _core.log(size) + _core.log1p(_core.square(1.0 / size))
        return -LOG_PI - _core.where(_core.less(size, 1.0), near, far)

    def _density(self, y: Any, *shapes: Any) -> Any:
        return (1.0 / math.pi) / (1.0 + _core.square(y))

    def _below(self, y: Any, *shapes: Any) -> Any:
        return _core.arctan2(1.0, -y) / math.pi

    def _above(self, y: Any, *shapes: Any) -> Any:
        return _core.arctan2(1.0, y) / math.pi

    def _quantile(self, q: Any, *shapes: Any) -> Any:
        return -self._upper_quantile(q)

    def _upper_quantile(self, q: Any, *shapes: Any) -> Any:
        # Each part from the nearest point at which the angle is exact.
        low = 1.0 / _core.tan(math.pi * q)
        middle = -_core.tan(math.pi * (q - 0.5))
        high = -1.0 / _core.tan(math.pi * (1.0 - q))
        upper = _core.where(_core.less(q, 0.75), middle, high)
        return _core.where(_core.less(q, 0.25), low, upper)


t = Student("t", df=greater_than_0)
cauchy = Cauchy("cauchy")
