"""How the distribution function of Student's t grows from its middle."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.scipy.special import betainc
from autodiffx.scipy.special.bell import bell
from autodiffx.scipy.special.incomplete_beta import beta_slope
from autodiffx.scipy.special.pointwise import in_float64, pointwise

__all__ = ["share"]


def _density(b: Any, w: Any) -> Any:
    return _core.exp(_core.xlog1py(b - 1.0, -_core.square(w)) - _core.betaln(0.5, b))


def _log_slopes(b: Any, w: Any, order: int) -> list[Any]:
    """The derivatives by b of the logarithm of the density."""
    found: list[Any] = [
        _core.polygamma(k, b + 0.5) - _core.polygamma(k, b)
        if k
        else _core.digamma(b + 0.5) - _core.digamma(b) + _core.log1p(-_core.square(w))
        for k in range(order)
    ]
    return found


@in_float64
def _share_kernel(b: Any, w: Any) -> Any:
    return 0.5 * np.sign(w) * betainc(0.5, b, w * w)


@in_float64
def _slope_kernel(b: Any, w: Any, order: int) -> Any:
    return 0.5 * np.sign(w) * beta_slope(np.full_like(b, 0.5), b, w * w, by_a=0, by_b=order)


_slope: Any = pointwise(
    "student_share_slope",
    _slope_kernel,
    lambda r, b, w, order: _slope(b, w, order=order + 1),
    lambda r, b, w, order: _density(b, w) * bell(_log_slopes(b, w, order))[order],
)

# sign(w) betainc(1/2, b, w**2) / 2, which is smooth in w: the density by w is
# (1 - w**2)**(b - 1) / beta(1/2, b).
share = pointwise(
    "student_share",
    _share_kernel,
    lambda r, b, w: _slope(b, w, order=1),
    lambda r, b, w: _density(b, w),
)
