"""Taylor coefficients of functions of one number, on the core and the reference alike."""

from __future__ import annotations

import importlib
import math
import random
from collections.abc import Callable
from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import pytest

import autodiffx as adx

ORDER = 20
Function = Callable[[Any, Any], Any]


def nested_derivatives(library: ModuleType, f: Callable[[Any], Any], x: float, order: int) -> Any:
    """The Taylor coefficients by grad of grad of ..."""
    found = []
    for k in range(order + 1):
        found.append(f(x) / math.factorial(k))
        f = library.grad(f)
    return found


# Written once for floats, series and mpmath: `n` is the library, x the argument.
FUNCTIONS: dict[str, tuple[Function, float]] = {
    "exp": (lambda n, x: n.exp(x), 0.3),
    "expm1": (lambda n, x: n.expm1(x), 0.3),
    "log": (lambda n, x: n.log(x), 1.7),
    "log1p": (lambda n, x: n.log1p(x), 0.4),
    "log10": (lambda n, x: n.log10(x), 1.7),
    "sqrt": (lambda n, x: n.sqrt(x), 1.3),
    "cbrt": (lambda n, x: n.cbrt(x), 1.3),
    "sin": (lambda n, x: n.sin(x), 1.1),
    "cos": (lambda n, x: n.cos(x), 1.1),
    "tan": (lambda n, x: n.tan(x), 0.6),
    "sinh": (lambda n, x: n.sinh(x), 0.8),
    "cosh": (lambda n, x: n.cosh(x), 0.8),
    "tanh": (lambda n, x: n.tanh(x), 0.7),
    "arcsin": (lambda n, x: n.asin(x), 0.4),
    "arccos": (lambda n, x: n.acos(x), 0.4),
    "arctan": (lambda n, x: n.atan(x), 0.6),
    "arcsinh": (lambda n, x: n.asinh(x), 0.6),
    "arccosh": (lambda n, x: n.acosh(x), 1.9),
    "arctanh": (lambda n, x: n.atanh(x), 0.3),
    "reciprocal": (lambda n, x: 1 / x, 1.4),
    "power": (lambda n, x: x**2.5, 1.2),
    "negative power": (lambda n, x: x**-3, 1.2),
    "exponential": (lambda n, x: 2.0**x, 0.7),
    "x**x": (lambda n, x: x**x, 1.3),
    "sigmoid": (lambda n, x: 1 / (1 + n.exp(-x)), 0.9),
    "erf": (lambda n, x: n.erf(x), 0.8),
    "erfc": (lambda n, x: n.erfc(x), 0.8),
    "gamma": (lambda n, x: n.gamma(x), 1.6),
    "density": (lambda n, x: n.exp(-x * x / 2), 0.45),
    "composition": (lambda n, x: n.exp(n.sin(x)) / (1 + x * x), 0.55),
    "nested": (lambda n, x: n.log(2 + n.cos(x * n.exp(x))), 0.35),
}

MP: Any = mpmath.mp.clone()


def exact(f: Function, x: float) -> list[Any]:
    """The coefficients with 50 digits."""
    MP.dps = 50
    found: list[Any] = MP.taylor(lambda t: f(MP, t), MP.mpf(x), ORDER)
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_twenty_orders_of_a_function(backend: ModuleType, name: str) -> None:
    f, x = FUNCTIONS[name]
    found = backend.taylor(lambda t: f(backend, t), x, ORDER)
    assert found.shape == (ORDER + 1,)
    for k, (computed, coefficient) in enumerate(zip(found, exact(f, x), strict=True)):
        assert abs(MP.mpf(float(computed)) - coefficient) <= 1e-12 * abs(coefficient), k


# ---- every operator of the table -----------------------------------------------------------------

OPERATORS = [name for name, row in adx.OPS.items() if row.public]
SLOPES = (0.3, 0.2, 0.1)


def line(name: str, fractions: tuple[float, ...]) -> Callable[[ModuleType], Function]:
    """The operator along a line through its domain."""
    ends = [(max(low, -3.0), min(high, 3.0)) for low, high in adx.OPS[name].intervals]
    start = [low + (high - low) * part for (low, high), part in zip(ends, fractions, strict=False)]

    def of(library: ModuleType) -> Any:
        def f(t: Any) -> Any:
            operands = [x + slope * t for x, slope in zip(start, SLOPES, strict=False)]
            if name == "polygamma":
                operands[0] = 1
            return getattr(library, name)(*operands)

        return f

    return of


@pytest.mark.parametrize("fractions", [(0.71, 0.38, 0.4), (0.2, 0.6, 0.9), (0.35, 0.8, 0.15)])
@pytest.mark.parametrize("name", OPERATORS)
def test_core_and_reference_agree(name: str, fractions: tuple[float, ...]) -> None:
    reference = importlib.import_module("autodiffx.reference")
    f: Any = line(name, fractions)
    found = adx.taylor(f(adx), 0.0, 12)
    expected = reference.taylor(f(reference), 0.0, 12)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", [n for n in OPERATORS if adx.OPS[n].smoothness != "passive"])
def test_coefficients_are_nested_derivatives(backend: ModuleType, name: str) -> None:
    f: Any = line(name, (0.44, 0.62, 0.3))
    expected = nested_derivatives(backend, f(backend), 0.0, 3)
    found = backend.taylor(f(backend), 0.0, 3)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", ["exp", "composition", "nested", "x**x", "arcsinh"])
def test_coefficients_are_nested_derivatives_to_order_4(backend: ModuleType, name: str) -> None:
    f, x = FUNCTIONS[name]
    expected = nested_derivatives(backend, lambda t: f(backend, t), x, 4)
    np.testing.assert_allclose(
        backend.taylor(lambda t: f(backend, t), x, 4), expected, rtol=1e-11, atol=1e-14
    )


# ---- identities ----------------------------------------------------------------------------------


def polynomial(rng: random.Random, start: float) -> Callable[[Any], Any]:
    """A polynomial of degree 6 with this value at 0."""
    slopes = [rng.uniform(-1.0, 1.0) for _ in range(6)]

    def value(t: Any) -> Any:
        found: Any = 0.0
        for slope in reversed(slopes):
            found = (found + slope) * t
        return found + start

    return value


IDENTITIES: dict[str, Callable[[Any, Any], Any]] = {
    "exp(log(x))": lambda n, x: n.exp(n.log(x)) - x,
    "log(exp(x))": lambda n, x: n.log(n.exp(x)) - x,
    "sqrt(x)**2": lambda n, x: n.sqrt(x) ** 2 - x,
    "cbrt(x)**3": lambda n, x: n.cbrt(x) ** 3 - x,
    "tan(arctan(x))": lambda n, x: n.tan(n.arctan(x)) - x,
    "sinh(arcsinh(x))": lambda n, x: n.sinh(n.arcsinh(x)) - x,
    "sin**2 + cos**2": lambda n, x: n.sin(x) ** 2 + n.cos(x) ** 2 - 1.0,
    "cosh**2 - sinh**2": lambda n, x: n.cosh(x) ** 2 - n.sinh(x) ** 2 - 1.0,
    "x / x": lambda n, x: x / x - 1.0,
    "x**3 / x**2": lambda n, x: x**3 / x**2 - x,
    "erf + erfc": lambda n, x: n.erf(x) + n.erfc(x) - 1.0,
    "sigmoid": lambda n, x: n.logit(n.sigmoid(x)) - x,
    "ndtri": lambda n, x: n.ndtri(n.ndtr(x)) - x,
    "softplus": lambda n, x: n.logaddexp(x, 0.0) - n.softplus(x),
    "gamma": lambda n, x: n.gamma(x + 1.0) - x * n.gamma(x),
    "hypot": lambda n, x: n.hypot(3.0 * x, 4.0 * x) - 5.0 * x,
    "arctan2": lambda n, x: n.arctan2(x, 1.0) - n.arctan(x),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", IDENTITIES)
def test_identities_hold_in_every_coefficient(backend: ModuleType, name: str, seed: int) -> None:
    inner = polynomial(random.Random(seed), 0.9)
    zero = backend.taylor(lambda t: IDENTITIES[name](backend, inner(t)), 0.0, 10)
    size = np.abs(backend.taylor(inner, 0.0, 10)).max()
    np.testing.assert_allclose(zero, 0.0, atol=2e-10 * max(size, 1.0))


def test_polynomials_are_exact(backend: ModuleType) -> None:
    found = backend.taylor(lambda x: 2.0 * x**5 - 3.0 * x**2 + x - 7.0, 0.0, 8)
    assert found.tolist() == [-7.0, 1.0, -3.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0]
    found = backend.taylor(lambda x: (1.0 + x) ** 6 * (x - 2.0), 1.0, 9)
    assert found.tolist() == [-64.0, -128.0, -48.0, 80.0, 100.0, 48.0, 11.0, 1.0, 0.0, 0.0]


def test_a_composition_is_substitution(backend: ModuleType) -> None:
    outer = backend.taylor(backend.sin, 0.0, 9)
    inner = backend.taylor(lambda t: backend.expm1(t), 0.0, 9)
    substituted, power = np.zeros(10), np.eye(10)[0]
    for coefficient in outer:
        substituted += coefficient * power
        power = np.convolve(power, inner)[:10]
    found = backend.taylor(lambda t: backend.sin(backend.expm1(t)), 0.0, 9)
    np.testing.assert_allclose(found, substituted, rtol=1e-13, atol=1e-16)


# ---- kinks, decisions, edges ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (lambda n, x: abs(x), 0.0, [0, 0, 0, 0]),
        (lambda n, x: abs(x), -2.0, [2, -1, 0, 0]),
        (lambda n, x: n.maximum(x, x * x), 0.0, [0, 0.5, 0.5, 0]),
        (lambda n, x: n.minimum(x, x * x), 2.0, [2, 1, 0, 0]),
        (lambda n, x: n.relu(x) + n.leaky_relu(x), 0.0, [0, 1, 0, 0]),
        (lambda n, x: n.where(x > 0.0, n.sqrt(x), 0.0), 0.0, [0, 0, 0, 0]),
        (lambda n, x: n.clip(x, 0.0, 1.0) ** 2, 0.0, [0, 0, 1, 0]),
        (lambda n, x: x % 0.75 + x // 0.75, 2.0, [2.5, 1, 0, 0]),
        (lambda n, x: n.floor(x) * x, 2.5, [5, 2, 0, 0]),
        (lambda n, x: x * x if x > 1.0 else x, 2.0, [4, 4, 1, 0]),
        (lambda n, x: x * int(x), 2.5, [5, 2, 0, 0]),
        (lambda n, x: x**3, 0.0, [0, 0, 0, 1]),
        (lambda n, x: x**0, 0.0, [1, 0, 0, 0]),
        (lambda n, x: n.sinc(x) * 0.0 + 3.0, 0.0, [3, 0, 0, 0]),
        (lambda n, x: 5.0, 0.0, [5, 0, 0, 0]),
        (lambda n, x: round(x * 1.5, 1), 1.0, [1.5, 0, 0, 0]),
    ],
)
def test_branches_and_kinks(
    backend: ModuleType, f: Function, x: float, expected: list[float]
) -> None:
    assert backend.taylor(lambda t: f(backend, t), x, 3).tolist() == expected


def test_a_direction_scales_powers(backend: ModuleType) -> None:
    plain = backend.taylor(backend.exp, 0.5, 6)
    scaled = backend.taylor(backend.exp, 0.5, 6, 3.0)
    np.testing.assert_allclose(scaled, plain * 3.0 ** np.arange(7), rtol=1e-14)


def test_the_first_coefficients(backend: ModuleType) -> None:
    assert backend.taylor(backend.exp, 0.0, 0).tolist() == [1.0]
    value, tangent = backend.jvp(backend.tanh, (0.4,), (2.0,))
    np.testing.assert_allclose(backend.taylor(backend.tanh, 0.4, 1, 2.0), [value, tangent])


def test_normalisation(backend: ModuleType) -> None:
    found = backend.taylor(lambda x: backend.exp(2.0 * x), 0.0, 5)
    derivatives = [math.factorial(k) * c for k, c in enumerate(found)]
    np.testing.assert_allclose(derivatives, [2.0**k for k in range(6)])


def test_containers(backend: ModuleType) -> None:
    def f(p: Any) -> Any:
        return {"product": p["a"] * p["b"][0], "rest": [p["b"][1], 3.0]}

    found = backend.taylor(f, {"a": 2.0, "b": (3.0, 4.0)}, 2, {"a": 1.0, "b": (1.0, 0.5)})
    assert found["product"].tolist() == [6.0, 5.0, 1.0]
    assert [each.tolist() for each in found["rest"]] == [[4.0, 0.5, 0.0], [3.0, 0.0, 0.0]]


# ---- inside and outside of other derivatives -----------------------------------------------------


def test_the_coefficients_are_differentiated(backend: ModuleType) -> None:
    def third(x: Any) -> Any:
        return backend.taylor(backend.tanh, x, 5)[3]

    expected = backend.taylor(backend.tanh, 0.5, 5)
    np.testing.assert_allclose(backend.grad(third)(0.5), 4.0 * expected[4], rtol=1e-12)
    np.testing.assert_allclose(
        backend.jvp(third, (0.5,), (1.0,)), [expected[3], 4.0 * expected[4]], rtol=1e-12
    )
    np.testing.assert_allclose(
        backend.grad(backend.grad(third))(0.5), 20.0 * expected[5], rtol=1e-12
    )


def test_what_f_captures_is_differentiated(backend: ModuleType) -> None:
    def coefficient(a: Any) -> Any:
        return backend.taylor(lambda t: backend.sin(a * t), 0.0, 5)[3]

    np.testing.assert_allclose(backend.grad(coefficient)(1.3), -(1.3**2) / 2.0)


def test_nested_calls_are_not_confused(backend: ModuleType) -> None:
    taylor = backend.taylor
    inner = taylor(lambda x: x * taylor(lambda y: x + y, 1.0, 1)[1], 5.0, 1)
    assert inner.tolist() == [5.0, 1.0]
    found = taylor(lambda x: taylor(lambda y: x * y * y, x, 2)[1], 3.0, 2)
    assert found.tolist() == [18.0, 12.0, 2.0]


# ---- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "order", "direction", "error"),
    [
        (1.0, -1, None, ValueError),
        (1.0, 1.5, None, TypeError),
        (1.0, "2", None, TypeError),
        (1.0, True, None, TypeError),
        ("a", 2, None, TypeError),
        (True, 2, None, TypeError),
        (1.0, 2, "a", TypeError),
        (1.0, 2, np.ones(2), ValueError),
        (np.ones(2), 2, None, TypeError),
        (np.ones(2), 2, 1.0, ValueError),
        (np.ones(2), 2, np.ones(3), ValueError),
        (np.ones(2, int), 2, np.ones(2), TypeError),
        ([1.0, 2.0], 2, None, TypeError),
        ([1.0, 2.0], 2, (1.0, 2.0), ValueError),
        ([1.0, 2.0], 2, [1.0], ValueError),
    ],
)
def test_bad_arguments(
    backend: ModuleType, x: Any, order: Any, direction: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        backend.taylor(lambda t: t, x, order, direction)


@pytest.mark.parametrize(
    "f",
    [
        lambda n, x: "text",
        lambda n, x: None,
        lambda n, x: math.sin(x),
        lambda n, x: float(x),
        lambda n, x: x + "text",
        lambda n, x: x * 1j,
        lambda n, x: n.maximum(x, "text"),
        lambda n, x: n.grad(n.sin)(x),
        lambda n, x: n.grad(lambda y: y * x)(1.0),
        lambda n, x: n.polygamma(x, 2.0),
    ],
)
def test_what_would_lose_coefficients_raises(backend: ModuleType, f: Function) -> None:
    with pytest.raises(TypeError):
        backend.taylor(lambda t: f(backend, t), 0.5, 2)
    assert backend.taylor(lambda t: t * t, 1.0, 2).tolist() == [1.0, 2.0, 1.0]


def test_a_custom_rule_is_not_passed_by(backend: ModuleType) -> None:
    @backend.custom_vjp  # type: ignore[untyped-decorator]
    def ten_times(x: Any) -> Any:
        return backend.sin(x)

    ten_times.defvjp(lambda x: (backend.sin(x), x), lambda x, adjoint: (10.0 * adjoint,))
    with pytest.raises(NotImplementedError, match="series"):
        backend.taylor(ten_times, 0.5, 2)
