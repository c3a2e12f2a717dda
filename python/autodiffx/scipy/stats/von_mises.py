"""The von Mises distribution's norm, and its distribution function differentiated by kappa.

With h(kappa) = kappa (cos(t) - 1) - log(exp(-kappa) I0(kappa)) the density is exp(h) / (2 pi).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from autodiffx import _core
from autodiffx.numpy.primitives import compare, select
from autodiffx.scipy.special.bell import bell
from autodiffx.scipy.special.pointwise import in_float64, pointwise
from autodiffx.scipy.special.scaled_bessel import fall

__all__ = ["distribution_function", "log_norm"]

NEGLIGIBLE = 40.0
# Gauss's rule in panels: the weights of a longer one have not all their digits.
PANELS = 4
PLACES, PARTS = np.polynomial.legendre.leggauss(24)
NODES = np.concatenate([(0.5 * (PLACES + 1.0) + panel) / PANELS for panel in range(PANELS)])
WEIGHTS = np.tile(0.5 * PARTS / PANELS, PANELS)

# ---- the norm -----------------------------------------------------------------------------------


def _fall_slope(r: Any, kappa: Any) -> Any:
    """The derivative of r = 1 - I1 / I0: Riccati's equation (DLMF 10.29.2), odd in 1 - r."""
    slope = (1.0 - r) / kappa - r * (2.0 - r)
    return select(compare("equal", kappa, 0.0), -0.5, slope)


_relative_fall: Any = pointwise(
    "relative_bessel_fall",
    in_float64(lambda kappa: fall(0.0, kappa) / special.i0e(kappa)),
    _fall_slope,
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


# ---- the distribution function ------------------------------------------------------------------


def _log_slopes(t: Any, kappa: Any, order: int) -> list[Any]:
    """The derivatives of h by kappa.

    Raises:
        NotImplementedError: more than three are asked for.
    """
    if order > 3:
        raise NotImplementedError(
            "vonmises.cdf is differentiated up to three times by kappa: give it as plain numbers"
        )
    r = _relative_fall(kappa)
    found = [r - 2.0 * _core.square(_core.sin(0.5 * t))]
    if order > 1:
        found.append(_fall_slope(r, kappa))
    if order > 2:
        slope = found[1]
        third = -slope / kappa - (1.0 - r) / _core.square(kappa) - 2.0 * slope * (1.0 - r)
        found.append(select(compare("equal", kappa, 0.0), 0.0, third))
    return found[:order]


def _density(y: Any, kappa: Any) -> Any:
    height = -2.0 * _core.square(_core.sin(0.5 * y))
    return _core.exp(kappa * height - log_norm(kappa)) * (0.5 / math.pi)


def _density_slope(y: Any, kappa: Any, order: int) -> Any:
    density = _density(y, kappa)
    return density * bell(_log_slopes(y, kappa, order))[order] if order else density


@in_float64
def _area(y: Any, kappa: Any, order: int) -> Any:
    """The integral from -pi to y, differentiated by kappa; periodic but for whole turns.

    The derivative of the integral over everything, and so of that over a half, is zero: it may run
    outwards from |y| as far as the density matters, or inwards to the middle. The integrand of a
    first derivative has one sign on either side of where the first slope is zero: there the one
    takes over from the other.
    """
    turns = np.round(y / (2.0 * np.pi))
    around = y - 2.0 * np.pi * turns
    far = np.abs(around)
    ends = np.arccos(np.maximum(np.cos(far) - NEGLIGIBLE / kappa, -1.0))
    stop = np.where(kappa == 0.0, np.pi, ends)
    if order:
        stop = np.where(np.asarray(_log_slopes(far, kappa, 1)[0]) < 0.0, stop, 0.0)
    places = far[..., None] + (stop - far)[..., None] * NODES
    inside = np.asarray(_density_slope(places, kappa[..., None], order))
    tail = (stop - far) * (inside @ WEIGHTS)
    if order:
        return -np.sign(around) * tail
    return turns + np.where(around > 0.0, 1.0 - tail, tail)


_area_by_kappa: Any = pointwise(
    "vonmises_cdf",
    _area,
    lambda r, y, kappa, order: _density_slope(y, kappa, order),
    lambda r, y, kappa, order: _area_by_kappa(y, kappa, order=order + 1),
)


def distribution_function(y: Any, kappa: Any) -> Any:
    """The probability of less than y, and of one more after every turn."""
    return _area_by_kappa(y, kappa, order=0)
