"""NumPy's functions on scalars record; NumPy's arrays do not swallow derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from array_backends import has_arrays

# Every ufunc whose operator has the same name, and the names NumPy has beside them.
UNARY = [
    "negative", "positive", "absolute", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh",
    "cosh", "tanh", "arcsinh", "arctanh", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p",
    "sqrt", "cbrt", "square", "reciprocal", "sign", "floor", "ceil", "rint", "trunc", "deg2rad",
    "rad2deg", "logical_not", "isnan", "isfinite", "isinf",
]  # fmt: skip
BINARY = [
    "add", "subtract", "multiply", "divide", "floor_divide", "remainder", "power", "arctan2",
    "hypot", "logaddexp", "maximum", "minimum", "fmax", "fmin", "copysign", "less", "less_equal",
    "greater", "greater_equal", "equal", "not_equal", "logical_and", "logical_or",
]  # fmt: skip
ALIASES = {
    "abs": "absolute",
    "mod": "remainder",
    "true_divide": "divide",
    "radians": "deg2rad",
    "degrees": "rad2deg",
    "fabs": "absolute",
    "float_power": "power",
    "around": "round",
    "round": "round",
}


def numbers_of(result: Any) -> tuple[float, ...]:
    """Value and tangent of whatever an operator returns on a Dual."""
    if isinstance(result, bool):
        return (float(result),)
    return (result.value, result.tangent)


@pytest.mark.parametrize("name", UNARY)
def test_unary_ufuncs(backend: Any, name: str) -> None:
    x = backend.Variable(0.625)
    result = getattr(np, name)(x)
    assert type(result) is backend.Variable
    assert result.op == name
    assert result.inputs[0] is x
    assert result.value == pytest.approx(float(getattr(np, name)(0.625)), rel=1e-14)
    d = backend.Dual(0.625, 1.0)
    assert numbers_of(getattr(np, name)(d)) == numbers_of(getattr(backend, name)(d))


@pytest.mark.parametrize("name", BINARY)
def test_binary_ufuncs(backend: Any, name: str) -> None:
    x, y = backend.Variable(2.5), backend.Variable(1.75)
    ufunc = getattr(np, name)
    value = pytest.approx(float(ufunc(2.5, 1.75)), rel=1e-14)
    for left, right in (
        (x, y),
        (x, 1.75),
        (2.5, y),
        (x, np.float64(1.75)),
        (np.array(2.5), y),
    ):
        result = ufunc(left, right)
        assert type(result) is backend.Variable
        assert result.op == name
        assert result.value == value


@pytest.mark.parametrize("name", ALIASES)
def test_other_names(backend: Any, name: str) -> None:
    function, expected = getattr(np, name), getattr(backend, ALIASES[name])
    operands = [backend.Variable(v) for v in (2.5, 1.75)]
    if ALIASES[name] in ("absolute", "deg2rad", "rad2deg", "round"):
        operands = operands[:1]
    assert function(*operands).value == expected(*operands).value


def test_array_functions(backend: Any) -> None:
    x = backend.Variable(0.75)
    sinc: Any = np.sinc(x)
    chosen: Any = np.where(np.less(x, 1.0), x, 0.0)
    assert (sinc.op, chosen.op) == ("sinc", "where")
    assert chosen.value == 0.75
    assert np.clip(x, 0.0, 0.5).value == 0.5
    assert np.round(x).value == 1.0
    assert np.round(x, 1).value == 0.8
    assert np.around(x, decimals=1).value == 0.8
    assert np.clip(0.3, x, 2.0).value == 0.75


def test_scipys_ufuncs(backend: Any) -> None:
    from scipy import special

    x = backend.Variable(0.75)
    for name, op in (
        ("erf", "erf"),
        ("expit", "sigmoid"),
        ("gammaln", "lgamma"),
        ("ndtr", "ndtr"),
    ):
        assert getattr(special, name)(x).op == op
    assert special.xlogy(x, 2.0).op == "xlogy"


def test_numpy_scalars_on_the_left(backend: Any) -> None:
    x = backend.Variable(3.0)
    for two in (np.float64(2), np.float32(2), np.int64(2), np.array(2), np.array(2.0)):
        for result, value in (
            (two + x, 5.0),
            (two - x, -1.0),
            (two * x, 6.0),
            (two / x, 2 / 3),
            (two**x, 8.0),
            (two // x, 0.0),
            (two % x, 2.0),
        ):
            assert type(result) is backend.Variable
            assert result.value == value


def test_squares_by_numpy(backend: Any) -> None:
    x = backend.Variable(3.0)
    for square in (np.square(x), np.power(x, 2)):
        square.backward()
        assert x.grad == 6.0


@pytest.mark.parametrize(
    "use",
    [
        lambda x: np.sin(x, out=np.zeros(())),
        lambda x: np.add(x, 1.0, where=np.array(True)),
        lambda x: np.sin(x, dtype=np.float32),
        lambda x: np.add.accumulate(x),
        lambda x: np.add.at(x, 0, 1.0),
        lambda x: np.add(x, [1.0, 2.0]),
        lambda x: np.nextafter(x, 3.0),
        lambda x: np.fft.fft(x),
        lambda x: np.add(x, "a"),
        lambda x: np.add(x, 1j),
    ],
)
def test_what_numpy_cannot_do_here(backend: Any, use: Callable[[Any], Any]) -> None:
    x = backend.Variable(2.0)
    with pytest.raises(TypeError):
        use(x)
    with pytest.raises(TypeError):
        use(backend.Dual(2.0, 1.0))
    (x * x).backward()
    assert x.grad == 4.0


@pytest.mark.parametrize(
    "use",
    [
        lambda x: np.array([1.0, 2.0]) * x,
        lambda x: x * np.array([1.0, 2.0]),
        lambda x: np.array([1.0, 2.0]) < x,
        lambda x: np.array([1.0]) + x,
        lambda x: np.clip(np.array([1.0]), x, 2.0),
    ],
)
def test_an_array_beside_a_number(backend: Any, use: Callable[[Any], Any]) -> None:
    x = backend.Variable(2.0)
    if has_arrays(backend):
        assert use(x).value.tolist() == use(2.0).tolist()
    else:
        with pytest.raises(TypeError, match=r"array"):
            use(x)


def test_the_message_names_the_function(backend: Any) -> None:
    x = backend.Variable(2.0)
    with pytest.raises(TypeError, match=r"nextafter"):
        np.nextafter(x, 0.5)
    with pytest.raises(TypeError, match=r"fft"):
        np.fft.fft(x)
    with pytest.raises(TypeError, match=r"out"):
        np.sin(x, out=np.zeros(()))


def test_in_place_on_an_array_is_refused(backend: Any) -> None:
    x = backend.Variable(2.0)
    numbers = np.ones(3)
    with pytest.raises(TypeError):
        numbers += x
    assert numbers.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    "use",
    [
        np.asarray,
        lambda x: np.asarray([x, x], dtype=float),
        lambda x: np.array([x]),
        lambda x: np.array([1.0, x]),
        lambda x: np.zeros(3).__setitem__(0, x),
        lambda x: np.zeros(3).fill(x),
        lambda x: np.float64(x),
        lambda x: np.array(x, dtype=np.float32),
    ],
)
def test_arrays_of_numbers_would_drop_the_derivative(
    backend: Any, use: Callable[[Any], Any]
) -> None:
    x = backend.Variable(2.0)
    for active in (x, x * x):
        with pytest.raises((TypeError, ValueError)) as caught:
            use(active)
        error: BaseException | None = caught.value
        if backend.__name__.endswith("reference") and not isinstance(error, TypeError):
            # NumPy takes any Python class with __getitem__ for a sequence and wraps what it raises.
            error = caught.value.__cause__
        assert isinstance(error, TypeError)
        for way_out in ("x.value", "adx.sin", "anp.stack", "anp.zeros"):
            assert way_out in str(error)


def test_passive_values_become_arrays(backend: Any) -> None:
    c = backend.Constant(2.0)
    array = np.asarray(c)
    assert array.shape == ()
    assert array.dtype == np.float64
    assert array == 2.0
    assert np.asarray([c, c], dtype=float).tolist() == [2.0, 2.0]
    assert np.asarray(c, dtype=np.float32).dtype == np.float32
    numbers = np.zeros(2)
    numbers[1] = c
    assert numbers.tolist() == [0.0, 2.0]
    assert np.float64(c) == 2.0
    decision = backend.less(backend.Variable(1.0), 2.0)
    assert np.asarray(decision) == 1.0


def test_plain_numbers_stay_plain(backend: Any) -> None:
    for number in (0.5, np.float64(0.5), np.float32(0.5), np.array(0.5)):
        result = backend.sin(number)
        assert type(result) is float
        assert result == math.sin(0.5)
    assert type(backend.add(1, 2)) is float
    assert type(backend.maximum(1, np.int8(2))) is float
    assert type(backend.less(1, 2)) is bool
    assert type(backend.logical_not(0)) is bool
    assert type(backend.floor(1.5)) is float
    assert type(backend.round(1.5)) is float
    assert all(type(part) is float for part in backend.softmax(1, 2, 3))
    assert type(backend.logsumexp([1, 2])) is float
