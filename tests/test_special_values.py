"""Values at 0, -0, infinities, NaN, subnormal and huge numbers: those of NumPy and SciPy."""

import itertools
import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import scipy.special

from conventions import INF, LARGEST, NAN, SPECIAL, SUBNORMAL, assert_same

NUMPY_UNARY = [
    "negative",
    "positive",
    "absolute",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "arccosh",
    "arctanh",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sqrt",
    "cbrt",
    "square",
    "reciprocal",
    "sign",
    "floor",
    "ceil",
    "rint",
    "trunc",
    "deg2rad",
    "rad2deg",
    "sinc",
    "isnan",
    "isfinite",
    "isinf",
    "logical_not",
]
NUMPY_BINARY = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "floor_divide",
    "remainder",
    "power",
    "arctan2",
    "hypot",
    "logaddexp",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "copysign",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "equal",
    "not_equal",
    "logical_and",
    "logical_or",
]

Function = Callable[..., Any]
UNARY: dict[str, Function] = {
    **{name: getattr(np, name) for name in NUMPY_UNARY},
    "sigmoid": scipy.special.expit,
    "logit": scipy.special.logit,
    "log_sigmoid": scipy.special.log_expit,
    "softplus": lambda x: np.logaddexp(x, 0.0),
    "relu": lambda x: np.maximum(x, 0.0),
    "erf": scipy.special.erf,
    "erfc": scipy.special.erfc,
    "erfinv": scipy.special.erfinv,
    "ndtr": scipy.special.ndtr,
    "log_ndtr": scipy.special.log_ndtr,
    "ndtri": scipy.special.ndtri,
    "gamma": scipy.special.gamma,
    "lgamma": scipy.special.gammaln,
    "digamma": scipy.special.digamma,
}
BINARY: dict[str, Function] = {
    **{name: getattr(np, name) for name in NUMPY_BINARY},
    "xlogy": scipy.special.xlogy,
    "xlog1py": scipy.special.xlog1py,
    "beta": scipy.special.beta,
    "betaln": scipy.special.betaln,
}

ODD = (
    "negative",
    "sin",
    "tan",
    "arcsin",
    "arctan",
    "sinh",
    "tanh",
    "arcsinh",
    "arctanh",
    "expm1",
    "log1p",
    "sqrt",
    "cbrt",
    "erf",
    "floor",
    "ceil",
    "rint",
    "trunc",
    "softsign",
    "deg2rad",
)

# Where the examples' own answers are not what mathematics says, and what is to be seen here.
MENDED: dict[tuple[str, tuple[float, ...]], float] = {
    # NumPy takes the sine of a rounded multiple of pi: 3.9e-17 at 1, noise beyond
    **{("sinc", (x,)): 0.0 for x in (1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 709.0, -709.0)},
    **{("sinc", (x,)): 0.0 for x in (1e300, -1e300, LARGEST, -LARGEST)},
    # SciPy gives up among the subnormals
    **{("lgamma", (x,)): 744.4400719213812 for x in (SUBNORMAL, -SUBNORMAL)},
    # C's lgamma: the poles are dense there, and it is infinite at each
    ("lgamma", (-INF,)): INF,
    # older SciPy answers infinity at the poles, where the sign is not known
    **{("gamma", (x,)): NAN for x in (-1.0, -2.0, -3.0, -709.0, -1e300, -LARGEST, -INF)},
    # NumPy takes the square root here, IEEE's pow has these
    ("power", (-INF, 0.5)): INF,
    ("power", (-0.0, 0.5)): 0.0,
}


@pytest.mark.parametrize("name", UNARY)
def test_unary_value(backend: ModuleType, name: str) -> None:
    for x in SPECIAL:
        with np.errstate(all="ignore"):
            expected = UNARY[name](np.float64(x))
        expected = MENDED.get((name, (x,)), expected)
        assert_same(getattr(backend, name)(x), expected, f"{name}({x})")


@pytest.mark.parametrize("name", BINARY)
def test_binary_value(backend: ModuleType, name: str) -> None:
    # the beta functions are compared where they are positive and finite: SciPy loses digits
    # beyond and answers NaN at infinity
    everyday = name.startswith("beta")
    operands = (0.5, 1.0, 2.0, 2.5, 3.0, NAN) if everyday else SPECIAL
    for a, b in itertools.product(operands, repeat=2):
        with np.errstate(all="ignore"):
            expected = BINARY[name](np.float64(a), np.float64(b))
        expected = MENDED.get((name, (a, b)), expected)
        assert_same(getattr(backend, name)(a, b), expected, f"{name}({a}, {b})")


def test_polygamma_value(backend: ModuleType) -> None:
    for order, x in itertools.product(range(4), (0.5, 1.0, 2.5, 1e300, INF, NAN, -0.5, -2.5)):
        expected = scipy.special.polygamma(order, x)
        assert_same(backend.polygamma(order, x), expected, f"polygamma({order}, {x})")


def test_clip_and_where_value(backend: ModuleType) -> None:
    for x, low, high in itertools.product((*SPECIAL[:5], -1.0, 0.5, 2.0), repeat=3):
        assert_same(backend.clip(x, low, high), np.clip(x, low, high), f"clip({x}, {low}, {high})")
        chosen = np.where(x, low, high)
        assert_same(backend.where(x, low, high), chosen, f"where({x}, {low}, {high})")


@pytest.mark.parametrize("name", ODD)
def test_negative_zero_keeps_its_sign(backend: ModuleType, name: str) -> None:
    result = getattr(backend, name)(-0.0)
    expected = 1.0 if name == "negative" else -1.0
    assert result == 0.0
    assert math.copysign(1.0, result) == expected
