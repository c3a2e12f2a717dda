"""Equations for operators whose partials lead on and on.

The partial of erf is erf_derivative(a, 1), whose partial is erf_derivative(a, 2): a chain that
ends only with the order, and makes the cost cubic. These say the same in a closed form, so that it
is quadratic. An equation is given the index of the operand, the result and the operands, and
returns the partial, or None where the table's own is to be taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autodiffx._core import OPS

__all__ = ["EQUATIONS"]


def _exp2(index: int, r: Any, a: Any) -> Any:
    return math.log(2.0) * r


def _erf_derivative(index: int, r: Any, a: Any, order: Any) -> Any:
    """Of the first derivative only: r is 2 exp(-a**2) / sqrt(pi)."""
    if order.coefficients[0] != 1.0:
        return None
    return -2.0 * (a * r)


def _normal_derivative(index: int, r: Any, a: Any, order: Any) -> Any:
    """Of the density itself only: r is exp(-a**2 / 2) / sqrt(2 pi)."""
    if order.coefficients[0] != 0.0:
        return None
    return -(a * r)


def _log_ndtr_partial(index: int, r: Any, a: Any) -> Any:
    """Left of 0 a and r cancel, and the table does not."""
    return None if _any(a.coefficients[0] < 0.0) else -(r * (a + r))


def _gelu_partial(index: int, r: Any, a: Any) -> Any:
    return (2.0 - a * a) * OPS["normal_derivative"](a, 0.0)


def _power(index: int, r: Any, a: Any, b: Any) -> Any:
    """b r / a by the base, r log(a) by the exponent; at the base 0 the table knows more."""
    base = a.coefficients[0]
    if index == 0:
        return None if _any(base == 0.0) else b * r / a
    return None if _any(base <= 0.0) else r * OPS["log"](a)


def _any(decision: Any) -> bool:
    return bool(decision.any() if getattr(decision, "ndim", 0) else decision)


def _beta(index: int, r: Any, a: Any, b: Any) -> Any:
    return r * (OPS["polygamma_drop"](a, b, 0.0) if index == 0 else _drop(b, a))


def _drop(a: Any, b: Any) -> Any:
    return OPS["polygamma_drop"](a, b, 0.0)


EQUATIONS: dict[str, Callable[..., Any]] = {
    "beta": _beta,
    "erf_derivative": _erf_derivative,
    "exp2": _exp2,
    "gelu_partial": _gelu_partial,
    "log_ndtr_partial": _log_ndtr_partial,
    "normal_derivative": _normal_derivative,
    "power": _power,
}
