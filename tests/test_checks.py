"""`check_grads` and its kin pass what is right, and say exactly what is wrong."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodiffx.testing import check_grads, check_jvp, check_vjp


class Point(NamedTuple):
    x: Any
    y: Any


@dataclass
class Line:
    slope: Any
    shift: Any


A = np.array([[0.5, -1.5, 2.0], [1.25, 0.75, -0.25]])
V = np.array([0.3, -0.7, 1.9])

# Function, arguments: numbers, arrays and containers, of every kind of result.
RIGHT: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "of a number": (lambda x: np.exp(np.sin(x) * x), (0.5,)),
    "of two": (lambda x, y: x**3 * y + x / y, (1.5, -2.0)),
    "of an int": (lambda x: x * x * x, (3,)),
    "of an array": (lambda a: np.tanh(a).sum(), (A,)),
    "array to array": (lambda a, v: a @ v + np.cos(v)[:2], (A, V)),
    "number to array": (lambda x: x * V * x, (0.4,)),
    "many results": (lambda x, v: {"sum": v.sum() * x, "all": [v * x, (x * x,)]}, (0.4, V)),
    "of a tree": (
        lambda p, scale: np.tanh(p["w"] @ p["at"][0] + p["b"]).sum() * scale.x * scale.y,
        ({"w": A, "b": np.array([0.1, 0.2]), "at": [V, None]}, Point(2.0, 0.5)),
    ),
    "of a dataclass": (lambda line, x: Line(line.shift * x, line.slope), (Line(2.0, V), 1.5)),
    "constant result": (lambda x, y: (x, 3.0), (1.0, 2.0)),
    "no axes": (lambda x: np.sqrt(x) * 2.0, (np.array(2.0),)),
    "cancels": (lambda x: (x + 1e6) - 1e6, (1.0,)),
    "tiny": (lambda x: np.log(x), (1e-8,)),
    "huge": (lambda x: np.log(x) * x, (1e9,)),
    "quick": (lambda x: np.sin(300.0 * x), (1.0,)),
    "very small": (lambda x: 1e-12 * np.sin(x), (1.0,)),
    "steep": (lambda x: np.exp(30.0 * x), (1.0,)),
    "kinks nearby": (lambda v: abs(v) + np.maximum(v, 0.5) ** 2, (np.array([1e-4, 0.501, -2.0]),)),
    "stepped": (lambda x: np.floor(x) * x, (2.5,)),
    "empty leaf": (lambda a, x: a.sum() + x * x, (np.zeros((0, 2)), 2.0)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_derivatives_pass(array_backend: ModuleType, name: str) -> None:
    f, args = RIGHT[name]
    check_grads(f, args, backend=array_backend)
    check_jvp(f, args, backend=array_backend)
    check_vjp(f, args, backend=array_backend)


@pytest.mark.parametrize("name", ["of an array", "array to array", "number to array"])
def test_float32(array_backend: ModuleType, name: str) -> None:
    f, args = RIGHT[name]
    narrow = tuple(a.astype(np.float32) if isinstance(a, np.ndarray) else a for a in args)
    check_grads(f, narrow, backend=array_backend)


def test_order_six(backend: ModuleType) -> None:
    check_grads(lambda x: np.sin(x) * x, (0.7,), order=6, modes=("fwd",), backend=backend)
    check_grads(lambda x: np.sin(x) * x, (0.7,), order=4, backend=backend)


def test_the_same_numbers_in_every_run() -> None:
    seen: list[list[float]] = []
    for _ in range(2):
        points: list[float] = []

        def f(x: Any, points: list[float] = points) -> Any:
            points.append(float(getattr(x, "value", x)))
            return x * x

        check_grads(f, (0.3,), order=1)
        seen.append(points)
    assert seen[0] == seen[1]


def test_arguments_are_left_alone(array_backend: ModuleType) -> None:
    given_array = V.copy()
    check_grads(lambda v: v * v, (given_array,), backend=array_backend)
    assert np.array_equal(given_array, V)


# ---- what is wrong is named -----------------------------------------------------------


def plain(x: Any) -> Any:
    """What is below all Variables and Duals: the derivative is lost."""
    while hasattr(x, "value"):
        x = x.value
    return x


def said(check: Callable[[], None]) -> str:
    with pytest.raises(AssertionError) as caught:
        check()
    return str(caught.value)


def test_message_of_a_lost_factor(backend: ModuleType) -> None:
    message = said(lambda: check_grads(lambda x: x * plain(x), (3.0,), backend=backend))
    assert message.startswith("order 1, forward mode: the derivative of the result by argument 0")
    assert "autodiffx    3.0\n" in message
    assert "differences  6.0" in message
    assert "they differ by 3, allowed is 5." in message
    assert "2 times what autodiffx gives" in message


def test_message_of_a_derivative_that_is_lost(backend: ModuleType) -> None:
    message = said(lambda: check_grads(lambda x, y: plain(x) * y, (3.0, 2.0), backend=backend))
    assert "the result by argument 0 " in message
    assert "taken out of the recording" in message


def test_message_of_a_mode(backend: ModuleType) -> None:
    def only_reverse(x: Any) -> Any:
        return x * (x.value if type(x) is backend.Variable else x)

    message = said(lambda: check_grads(only_reverse, (3.0,), backend=backend))
    assert message.startswith("order 1, reverse mode: ")
    assert "the other mode agrees with the differences" in message
    check_grads(only_reverse, (3.0,), modes=("fwd",), backend=backend)


def test_message_of_an_order(backend: ModuleType) -> None:
    def only_second(x: Any) -> Any:
        inner = getattr(x, "value", None)
        return x * x * (plain(x) if isinstance(inner, backend.Dual) else x)

    def check(order: int) -> None:
        check_grads(only_second, (3.0,), order=order, modes=("fwd",), backend=backend)

    check(1)
    message = said(lambda: check(2))
    assert message.startswith("order 2, forward mode of forward mode: the derivative of the result")


def test_message_of_a_leaf_and_an_element(array_backend: ModuleType) -> None:
    def wrong(p: Any, x: Any) -> Any:
        a = p["a"][1]
        return {"out": [x * x, (a * a)[1] + (a * plain(a))[0, 1] + x]}

    args = ({"a": [1.0, A.reshape(3, 2)]}, 3.0)
    for check in (check_jvp, check_vjp, check_grads):
        message = said(functools.partial(check, wrong, args, backend=array_backend))
        assert "of result, leaf ['out'][1]" in message
        assert "by argument 0, leaf ['a'][1], element [0, 1]" in message


def test_message_of_another_value(backend: ModuleType) -> None:
    message = said(
        lambda: check_grads(
            lambda x: x * 2.0 if isinstance(x, float) else x, (3.0,), backend=backend
        )
    )
    assert "another number where f is differentiated" in message
    assert "differentiated  3.0" in message
    assert "plain           6.0" in message


A3, B2 = np.array([0.5, -1.5, 2.0]), np.array([1.0, 2.0])


def product(a: Any, b: Any) -> Any:
    return a**2 * b.sum()


@given(
    leaf=st.integers(0, 1),
    element=st.integers(0, 1),
    factor=st.floats(-3.0, 3.0).filter(lambda c: abs(c - 1.0) > 1e-4),
)
def test_any_wrong_element_is_found(leaf: int, element: int, factor: float) -> None:
    def spoil(parts: tuple[Any, ...]) -> tuple[Any, ...]:
        parts[leaf][element] *= factor
        return parts

    def vjp(a: Any, b: Any) -> Any:
        def pullback(u: Any) -> Any:
            return spoil((2.0 * a * u * b.sum(), np.full(2, (u * a**2).sum())))

        return product(a, b), pullback

    def jvp(primals: Any, tangents: Any) -> Any:
        (a, b), (t, s) = primals, spoil((tangents[0].copy(), tangents[1].copy()))
        return product(a, b), 2.0 * a * t * b.sum() + a**2 * s.sum()

    words = f"by argument {leaf}, element [{element}] "
    assert words in said(lambda: check_vjp(product, (A3, B2), vjp=vjp))
    assert words in said(lambda: check_jvp(product, (A3, B2), jvp=jvp))


def test_rules_by_hand_that_are_right() -> None:
    check_vjp(lambda x: x**3, (2.0,), vjp=lambda x: (x**3, lambda u: (3.0 * x**2 * u,)))
    check_jvp(lambda x: x**3, (2.0,), jvp=lambda x, t: (x[0] ** 3, 3.0 * x[0] ** 2 * t[0]))


def test_rules_by_hand_of_another_structure_or_shape() -> None:
    def check(gradient: Any) -> str:
        return said(lambda: check_vjp(np.sum, (V,), vjp=lambda v: (v.sum(), lambda u: gradient)))

    assert "what the pullback returned has the structure" in check(V)
    assert "leaf of shape (2,) where the tuple of args has (3,)" in check((V[:2],))


# ---- where there is nothing to compare ------------------------------------------------


def test_a_kink(array_backend: ModuleType) -> None:
    message = said(lambda: check_grads(abs, (0.0,), backend=array_backend))
    assert "has a kink at the point: along argument 0 its slope is -1 on one side and 1" in message
    at = np.array([1e-3, 0.0, 0.5])
    message = said(lambda: check_grads(lambda v: np.maximum(v, 0.0), (at,), backend=array_backend))
    assert "the result, element [1] has a kink" in message
    assert "along argument 0, element [1] its slope is 0 on one side and 1" in message


def test_a_kink_of_the_derivative(backend: ModuleType) -> None:
    message = said(lambda: check_grads(lambda x: x * abs(x), (0.0,), backend=backend))
    assert message.startswith("order 2: forward mode of f, the result has a kink at the point")


@pytest.mark.parametrize(
    ("f", "x", "words"),
    [
        (np.floor, 2.0, "jumps at the point, by 1 along argument 0"),
        (np.sqrt, -1.0, "is nan at the point itself"),
        (lambda x: np.exp(1000.0 * x), 1.0, "is inf at the point itself"),
        (np.sqrt, 0.0, "lies at the edge of the domain"),
        (np.cbrt, 0.0, "has an infinite slope there"),
        (lambda x: abs(x) ** 1.5, 0.0, "bends too sharply"),
    ],
)
def test_what_has_no_slope(backend: ModuleType, f: Any, x: float, words: str) -> None:
    assert words in said(lambda: check_grads(f, (x,), backend=backend))


def test_nan_of_a_derivative_alone(backend: ModuleType) -> None:
    # The value is 0 there, its derivative the quotient of two zeros.
    message = said(
        lambda: check_jvp(
            lambda x: x * 2.0, (1.0,), jvp=lambda x, t: (x[0] * 2.0, float("nan")), backend=backend
        )
    )
    assert "autodiffx    nan" in message
    assert "partial is infinite or nan" in message


def test_noise_is_told() -> None:
    generator = np.random.default_rng(3)
    noisy = lambda x: x + 1e-4 * generator.standard_normal()  # noqa: E731
    message = said(lambda: check_grads(noisy, (1.0,), order=1))
    assert "noisy" in message or "another number" in message


# ---- tolerances, and bad input -------------------------------------------------------


def test_tolerances_are_kept() -> None:
    def slightly(x: Any) -> Any:
        return x + 1e-3 * plain(x)

    check_grads(slightly, (1.0,), order=1, rtol=1e-2)
    check_grads(slightly, (1.0,), order=1, atol=1e-2)
    for options in ({}, {"rtol": 1e-4}, {"atol": 1e-4}, {"eps": 1e-3}):
        with pytest.raises(AssertionError):
            check_grads(slightly, (1.0,), order=1, **options)  # type: ignore[arg-type]


def test_eps_is_the_largest_step() -> None:
    points: list[float] = []

    def f(x: Any) -> Any:
        points.append(plain(x))
        return x * x

    check_grads(f, (0.5,), order=1, eps=1e-3)
    assert 0.5e-3 <= max(points) - 0.5 <= 1e-3


def test_the_implementation_is_given_to_those_who_ask(backend: ModuleType) -> None:
    def f(x: Any, *, adx: ModuleType) -> Any:
        assert adx is backend
        return adx.softplus(x)

    check_grads(f, (0.3,), backend=backend)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((3, (1.0,)), {}, TypeError, "a function is checked"),
        ((abs, 1.0), {}, TypeError, r"write \(x,\)"),
        ((abs, ()), {}, ValueError, "no number and no array"),
        ((lambda x: None, (1.0,)), {}, ValueError, "returned no number"),
        ((abs, (True,)), {}, TypeError, "argument 0 is 'bool'"),
        ((lambda p: p["n"], ({"n": np.arange(3)},)), {}, TypeError, r"leaf \['n'\] is an array of"),
        ((abs, ("a",)), {}, TypeError, "'str'"),
        ((abs, (1.0,)), {"order": 0}, ValueError, "order is a positive int"),
        ((abs, (1.0,)), {"modes": "fwd"}, ValueError, "modes is a tuple"),
        ((abs, (1.0,)), {"modes": ("back",)}, ValueError, "modes is a tuple"),
    ],
)
def test_bad_input(
    arguments: tuple[Any, ...], options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        check_grads(*arguments, **options)
