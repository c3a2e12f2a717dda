"""Formulas that several families share."""

from __future__ import annotations

import math
from typing import Any

from autodiffx import _core
from autodiffx.scipy.stats.arguments import is_true

__all__ = [
    "LOG_2",
    "LOG_PI",
    "LOG_ROOT_2_PI",
    "ROOT_2_PI",
    "log_of_power",
    "log_of_power_of_complement",
    "log_of_share",
    "log_one_minus_exp",
]

LOG_2 = math.log(2.0)
LOG_PI = math.log(math.pi)
ROOT_2_PI = math.sqrt(2.0 * math.pi)
LOG_ROOT_2_PI = 0.91893853320467274178  # half the logarithm of 2 pi


def log_of_power(exponent: Any, base: Any) -> Any:
    """exponent * log(base), in which 0**0 is 1 and passes nothing on."""
    # xlogy itself has 0 / 0 for the partial by its base there.
    both = _both(_core.equal(exponent, 0.0), _core.equal(base, 0.0))
    return _core.xlogy(exponent, base if both is None else _core.where(both, 1.0, base))


def log_of_power_of_complement(exponent: Any, base: Any) -> Any:
    """exponent * log(1 - base), in which 0**0 is 1 and passes nothing on."""
    both = _both(_core.equal(exponent, 0.0), _core.equal(base, 1.0))
    return _core.xlog1py(exponent, -base if both is None else -_core.where(both, 0.0, base))


def _both(one: Any, other: Any) -> Any:
    """Where both hold, None if that is nowhere and never will be."""
    if any(is_true(_core.logical_not(each)) for each in (one, other)):
        return None
    return _core.logical_and(one, other)


def log_one_minus_exp(exponent: Any) -> Any:
    """log(1 - exp(-exponent)), to the last digits for small and large exponents."""
    return _core.where(
        _core.less(exponent, LOG_2),
        _core.log(-_core.expm1(-exponent)),
        _core.log1p(-_core.exp(-exponent)),
    )


def log_of_share(part: Any, rest: Any) -> Any:
    """The logarithm of part = 1 - rest, from whichever of both has its digits."""
    return _core.where(_core.greater(part, 0.5), _core.log1p(-rest), _core.log(part))
