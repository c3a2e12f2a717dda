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

# Values whose sign or size NumPy and SciPy leave to the machine, or have none for: a zero of
# maximum and minimum is the second operand, of fmax and fmin the first.
SIGNED: list[tuple[str, tuple[float, ...], float]] = [
    ("maximum", (0.0, -0.0), -0.0),
    ("maximum", (-0.0, 0.0), 0.0),
    ("minimum", (0.0, -0.0), -0.0),
    ("minimum", (-0.0, 0.0), 0.0),
    ("fmax", (0.0, -0.0), 0.0),
    ("fmax", (-0.0, 0.0), -0.0),
    ("fmin", (0.0, -0.0), 0.0),
    ("fmin", (-0.0, 0.0), -0.0),
    ("clip", (0.0, -0.0, 1.0), 0.0),
    ("clip", (-0.0, 0.0, 1.0), -0.0),
    ("clip", (0.0, -1.0, -0.0), 0.0),
    ("relu", (-0.0,), 0.0),
    ("sinc", (1.0,), 0.0),
    ("sinc", (-1.0,), 0.0),
    ("sinc", (2.0,), 0.0),
    ("sinc", (-1e300,), 0.0),
    ("silu", (-INF,), -0.0),
    ("gelu", (-INF,), -0.0),
    ("leaky_relu", (-0.0, 0.01), -0.0),
    ("elu", (-0.0, -2.0), -0.0),
    ("elu", (0.0, INF), 0.0),
    ("erfinv", (-0.0,), -0.0),
    ("beta", (0.5, INF), 0.0),
    ("beta", (INF, INF), 0.0),
    ("beta", (-0.5, INF), -INF),
    ("beta", (0.5, -INF), NAN),
    ("beta", (0.5, -1.0), INF),
    ("beta", (-1.0, -1.0), INF),
    ("beta", (2.0, -3.0), 1.0 / 6.0),
    ("beta", (1e300, -1e300), 1e-300),
    ("betaln", (0.5, INF), -INF),
    ("betaln", (-0.5, INF), INF),
    ("betaln", (0.5, -1.0), INF),
    ("betaln", (SUBNORMAL, 0.5), 744.4400719213812),
    ("betaln", (SUBNORMAL, SUBNORMAL), 745.1332191019412),
    ("betaln", (1.0, -1e300), -690.7755278982137),
]

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


@pytest.mark.parametrize(("name", "operands", "expected"), SIGNED)
def test_value_with_its_sign(
    backend: ModuleType, name: str, operands: tuple[float, ...], expected: float
) -> None:
    result = getattr(backend, name)(*operands)
    assert_same(result, expected, f"{name}{operands}")
    assert math.isnan(expected) or math.copysign(1.0, result) == math.copysign(1.0, expected)


def test_beta_of_a_negative_operand(backend: ModuleType) -> None:
    """B(a, b) = B(a, b + 2) (a + b) (a + b + 1) / (b (b + 1)), however large a."""
    for a, b in ((2.5, -0.5), (1e10, -0.25), (1e17, -1.5), (-0.7, -0.6), (-1.3, 40.0)):
        raised = backend.beta(a, b + 2.0) * ((a + b) / b) * ((a + b + 1.0) / (b + 1.0))
        assert_same(backend.beta(a, b), raised, f"beta({a}, {b})")


@pytest.mark.parametrize("order", range(1, 5))
def test_polygamma_at_its_poles(backend: ModuleType, order: int) -> None:
    """Odd orders are infinite on both sides; even ones change sign, of which 0 has one."""
    odd = order % 2 == 1
    table = {0.0: INF if odd else -INF, -1.0: INF if odd else NAN, -INF: NAN}
    for x, expected in table.items():
        assert_same(backend.polygamma(order, x), expected, f"polygamma({order}, {x})")
    assert backend.polygamma(order, -0.0) == INF


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
