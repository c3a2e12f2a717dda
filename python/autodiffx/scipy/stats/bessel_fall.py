"""The norm of the von Mises distribution, and its distribution function."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from autodiffx.numpy.primitives import compare, select
from autodiffx.scipy.special.pointwise import in_float64, pointwise
from autodiffx.scipy.special.scaled_bessel import fall
from autodiffx.scipy.stats import circle

__all__ = ["distribution_function", "log_norm"]


def _relative_fall_slope(r: Any, kappa: Any) -> Any:
    # Riccati's equation of I1 / I0 (DLMF 10.29.2), odd in kappa: 1/2 at 0.
    return select(compare("equal", kappa, 0.0), -0.5, (1.0 - r) / kappa - r * (2.0 - r))


_relative_fall: Any = pointwise(
    "relative_bessel_fall",
    in_float64(lambda kappa: fall(0.0, kappa) / special.i0e(kappa)),
    _relative_fall_slope,
)

_log_norm: Any = pointwise(
    "log_i0e",
    in_float64(lambda kappa: np.log(special.i0e(kappa))),
    lambda r, kappa: -_relative_fall(kappa),
)


def log_norm(kappa: Any) -> Any:
    """log(exp(-kappa) I0(kappa)) for kappa >= 0; at 0 the derivative to the right."""
    found = _log_norm(kappa)
    return float(found) if type(kappa) is float else found


@in_float64
def _scipys(y: Any, kappa: Any) -> Any:
    from scipy import stats  # slow to import

    return stats.vonmises.cdf(y, kappa)


distribution_function: Any = pointwise(
    "vonmises.cdf",
    _scipys,
    lambda r, y, kappa: circle.vonmises._density(y, kappa),
    "kappa, which has no closed form: give it as plain numbers",
)
