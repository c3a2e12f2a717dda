"""Sums of exponentials along axes, and SciPy's names for the operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from autodiffx.reference.constant import Constant
from autodiffx.reference.dispatch import operate
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.numpy.folds import log_softmax, softmax
from autodiffx.reference.numpy.folds import logsumexp as sum_of_exponentials
from autodiffx.reference.numpy.given import array_of, floating
from autodiffx.reference.rules import RULES
from autodiffx.reference.scipy.special.own import offered
from autodiffx.reference.shapes import dtype_of, shape_of

__all__: list[str] = []

# SciPy's name and, where it is another one, the operator's.
OPERATORS = {
    **dict.fromkeys(("beta", "betaln", "cbrt", "digamma", "erf", "erfc", "erfinv", "exp2")),
    **dict.fromkeys(("expm1", "gamma", "log1p", "log_ndtr", "logit", "ndtr", "ndtri")),
    **dict.fromkeys(("polygamma", "round", "sinc", "softplus", "xlog1py", "xlogy")),
    "expit": "sigmoid",
    "gammaln": "lgamma",
    "log_expit": "log_sigmoid",
    "psi": "digamma",
}


def _of_operator(operator: str) -> Callable[..., Any]:
    def traced(*operands: Any) -> Any:
        given = [array_of(x, operator) if isinstance(x, (list, tuple)) else x for x in operands]
        return FUNCTIONS[operator](*given)

    traced.__doc__ = FUNCTIONS[operator].__doc__
    return traced


for _name, _operator in OPERATORS.items():
    if hasattr(special, _name):
        offered(_name, _of_operator(_operator or _name))


def logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """log Σ b e^a over the axes; with return_sign that of the absolute value, and the sign.

    The largest a is taken out of the sum and put back: its derivative cancels.
    """
    x = floating(array_of(a, "logsumexp"))
    _require_elements("logsumexp", x, axis)
    if b is None:
        total = sum_of_exponentials(x, axis, keepdims)
        ones = np.ones(shape_of(total), dtype_of(total))
        return (total, Constant(ones)) if return_sign else total
    factors = floating(array_of(b, "logsumexp"))
    present = operate(RULES["where"], operate(RULES["equal"], factors, 0.0), -np.inf, x)
    largest = np.max(present, axis=axis, keepdims=True)
    total = np.sum(factors * np.exp(x - largest), axis=axis, keepdims=True)
    sign = np.sign(total)
    found = np.log(np.abs(total)) + largest
    if not keepdims:
        axes = tuple(range(np.ndim(found))) if axis is None else axis
        found, sign = np.squeeze(found, axes), np.squeeze(sign, axes)
    if return_sign:
        return found, sign
    return operate(RULES["where"], operate(RULES["less"], sign, 0.0), np.nan, found)


def _require_elements(name: str, x: Any, axis: Any) -> None:
    """Raises where SciPy does for a lack of elements."""
    if 0 in shape_of(x):
        with np.errstate(all="ignore"):
            getattr(special, name)(np.zeros(shape_of(x)), axis=axis)


def _shared(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def traced(x: Any, axis: Any = None) -> Any:
        given = array_of(x, name)
        _require_elements(name, given, axis)
        return function(given, axis)

    traced.__doc__ = function.__doc__
    return traced


offered("logsumexp", logsumexp)
offered("softmax", _shared("softmax", softmax))
offered("log_softmax", _shared("log_softmax", log_softmax))
