"""Taylor coefficients of functions of arrays along a direction, and what they cost."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import autodiffx as adx
import autodiffx.numpy as anp
from autodiffx.series import products

MATRIX = np.random.default_rng(1).normal(size=(3, 3))
START = np.array([0.3, 0.7, 1.1])
DIRECTION = np.array([1.0, -0.5, 0.25])


def nested(f: Callable[[Any], Any], order: int) -> Any:
    """The coefficients by grad of grad of ... along the direction."""
    found: list[Any] = []

    def g(t: Any) -> Any:
        return f(START + t * DIRECTION)

    for k in range(order + 1):
        value = g(0.0)
        # Of a derivative that is recorded, as with constant arrays of Variables, the number.
        found.append(
            (value.value if isinstance(value, adx.Variable) else value) / math.factorial(k)
        )
        g = adx.grad(g)
    return found


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sum": lambda x: (x * x).sum(),
    "mean": lambda x: np.mean(np.exp(x) * x),
    "norm": lambda x: np.linalg.norm(x),
    "norm 1": lambda x: np.linalg.norm(x - 0.5, 1),
    "matmul": lambda x: ((MATRIX @ x) ** 2).sum(),
    "rmatmul": lambda x: (x @ MATRIX @ np.sin(x)).sum(),
    "dot": lambda x: x.dot(x) / x[0],
    "outer": lambda x: (np.outer(x, np.exp(x)) * MATRIX).sum(),
    "einsum": lambda x: np.einsum("i,ij,j->", x, MATRIX, np.exp(x)),
    "convolve": lambda x: (np.convolve(x, np.cos(x)) ** 2).sum(),
    "solve": lambda x: np.linalg.solve(MATRIX + np.outer(x, x), np.sin(x)).sum(),
    "solve many": lambda x: np.linalg.solve(MATRIX + x[:, None, None] * np.eye(3), x).sum(),
    "inv": lambda x: np.linalg.inv(MATRIX * x)[0, 1],
    "var": lambda x: np.var(x * x),
    "std": lambda x: np.std(x, ddof=1),
    "average": lambda x: np.average(x, weights=np.exp(x)),
    "prod": lambda x: np.prod(x),
    "prod axis": lambda x: np.prod(x[:, None] * MATRIX, axis=(0,)).sum(),
    "cumprod": lambda x: np.cumprod(x).sum(),
    "cumsum": lambda x: (np.cumsum(x) ** 2).sum(),
    "max": lambda x: np.max(np.sin(x)),
    "min axis": lambda x: (np.min(x[:, None] * MATRIX, axis=1) ** 2).sum(),
    "sort": lambda x: (np.sort(np.sin(3 * x)) * MATRIX[0]).sum(),
    "where": lambda x: np.where(x > 0.5, x**3, np.exp(x)).sum(),
    "clip": lambda x: np.clip(x * x, 0.2, 1.0).sum(),
    "concatenate": lambda x: (np.concatenate([x, np.cos(x), [1.0, 2.0]]) ** 2).sum(),
    "stack": lambda x: np.prod(np.stack([x[0], x[1] * x[2], x[2]])),
    "diff": lambda x: (np.diff(x) ** 3).sum(),
    "roll": lambda x: (np.roll(x, 1) * x).sum(),
    "index": lambda x: x[[0, 0, 2]].sum() * x[-1] ** 2,
    "transpose": lambda x: ((x[:, None] * x[None, :]).T @ MATRIX).sum(),
    "reshape": lambda x: (x.reshape(3, 1) * x).ravel()[1:5].sum(),
    "split": lambda x: np.split(x, 3)[1][0] ** 2,
    "loop": lambda x: sum(math.pi * each**2 for each in x),
    "logsumexp": lambda x: adx.logsumexp(x * x),
    "logsumexp of numbers": lambda x: adx.logsumexp(x[0], x[1], x[2]),
    "softmax": lambda x: adx.softmax(np.exp(x))[1],
    "log_softmax": lambda x: (adx.log_softmax(x[:, None] * MATRIX, axis=1) * MATRIX).sum(),
    "anp": lambda x: anp.sum(anp.tanh(x)),
    "reduce": lambda x: np.add.reduce(x**2) + np.maximum.reduce(x),
    "polyval": lambda x: np.polyval([1.0, 2.0, 3.0], x[0]),
    "power": lambda x: (x**x).sum() + (2.0**x).sum(),
    "division": lambda x: (START / x).sum(),
    "scipy": lambda x: adx.scipy.special.erf(x).sum() + adx.scipy.special.gammaln(x).sum(),
    "method": lambda x: x.clip(0.5, 2.0).mean() + x.std() * x.max() + x.repeat(2).var(),
    "a tie": lambda x: np.max(np.stack([x[0], 2.0 * x[0] - 0.3, 0.0 * x[1]])),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_coefficients_along_a_direction(name: str) -> None:
    f = FUNCTIONS[name]
    expected = nested(f, 4)
    found = adx.taylor(f, START, 4, DIRECTION)
    assert found.shape == (5,)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["sum", "dot", "outer", "index", "division", "loop"])
def test_the_reference_goes_through_the_elements(name: str) -> None:
    import autodiffx.reference as reference

    found = reference.taylor(FUNCTIONS[name], START, 6, DIRECTION)
    expected = adx.taylor(FUNCTIONS[name], START, 6, DIRECTION)
    np.testing.assert_allclose(found.astype(float), expected, rtol=1e-12, atol=1e-15)


def test_every_element_has_its_series(backend: ModuleType) -> None:
    found = backend.taylor(lambda x: np.exp(x) * 2.0, START, 5, DIRECTION)
    assert found.shape == (6, 3)
    for i in range(3):
        alone = backend.taylor(lambda x: backend.exp(x) * 2.0, START[i], 5, DIRECTION[i])
        np.testing.assert_allclose(found[:, i], alone, rtol=1e-14)


def test_a_constant_has_no_other_coefficients() -> None:
    found = adx.taylor(lambda x: [np.ones((2, 2)), x.shape[0]], START, 2, DIRECTION)
    assert found[0].shape == (3, 2, 2)
    assert found[0].sum() == 4.0
    assert found[1].tolist() == [3.0, 0.0, 0.0]


def test_a_stopped_gradient_is_a_constant() -> None:
    found = adx.taylor(lambda x: (adx.stop_gradient(x * x) * x).sum(), START, 3, DIRECTION)
    np.testing.assert_allclose(found, [(START**3).sum(), (START**2) @ DIRECTION, 0.0, 0.0])


def test_float32_stays_float32() -> None:
    x = START.astype(np.float32)
    assert adx.taylor(lambda x: np.exp(x) * 2.0, x, 3, x).dtype == np.float32


def test_arrays_of_coefficients_are_differentiated() -> None:
    def second(v: Any) -> Any:
        return adx.taylor(lambda z: (adx.exp(z) * z[0]).sum(), v, 3, DIRECTION)[2]

    gradient = adx.grad(second)(START)
    step = 1e-5
    for i in range(3):
        shift = step * np.eye(3)[i]
        slope = (second(START + shift) - second(START - shift)) / (2.0 * step)
        np.testing.assert_allclose(gradient[i], slope, rtol=1e-7)


def test_captured_arrays_are_differentiated() -> None:
    def coefficient(weights: Any) -> Any:
        return adx.taylor(lambda x: np.tanh(weights @ x).sum(), START, 3, DIRECTION)[3]

    gradient = adx.grad(coefficient)(MATRIX)
    step = 1e-5
    shift = np.zeros((3, 3))
    shift[1, 2] = step
    slope = (coefficient(MATRIX + shift) - coefficient(MATRIX - shift)) / (2.0 * step)
    np.testing.assert_allclose(gradient[1, 2], slope, rtol=1e-6)


# ---- cost ----------------------------------------------------------------------------------------


def multiplications(monkeypatch: pytest.MonkeyPatch, f: Callable[[Any], Any], order: int) -> int:
    """How many products of coefficients a call takes."""
    count = 0
    plain = products.passed

    def counted(one: Any, other: Any) -> Any:
        nonlocal count
        count += 1
        return plain(one, other)

    with monkeypatch.context() as patched:
        patched.setattr(products, "passed", counted)
        adx.taylor(f, 0.6, order)
    return count


# Families that obey no simple differential equation: every order asks for a derivative of its own.
CUBIC = {"beta", "betaln", "digamma", "gamma", "lgamma", "polygamma", "sinc"}
SMOOTH = [n for n, row in adx.OPS.items() if row.public and row.smoothness == "smooth"]


@pytest.mark.parametrize("name", SMOOTH)
def test_the_cost_grows_with_the_square_of_the_order(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def f(x: Any) -> Any:
        operands = [0.3 + 0.5 * adx.sin(x)] * adx.OPS[name].arity
        if name == "arccosh":
            operands = [1.5 + operands[0]]
        if name == "polygamma":
            operands[0] = 1
        return getattr(adx, name)(*operands)

    counts = [multiplications(monkeypatch, f, order) for order in range(20, 70, 10)]
    assert min(counts) > 0
    assert not np.diff(counts, 4 if name in CUBIC else 3).any()  # a polynomial of its degree
    assert name not in CUBIC or np.diff(counts, 3).any()


def test_a_composition_is_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def f(x: Any) -> Any:
        nonlocal calls
        calls += 1
        return adx.exp(adx.sin(x)) / (1.0 + x * x)

    counts = [multiplications(monkeypatch, f, order) for order in (10, 20, 30, 40)]
    assert calls == 4
    assert not np.diff(counts, 3).any()


# ---- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "error", "text"),
    [
        (lambda x: np.fft.fft(x), NotImplementedError, "fft"),
        (lambda x: np.median(x), NotImplementedError, "median"),
        (lambda x: np.fmod(x, 1.0), NotImplementedError, "fmod"),
        (lambda x: np.linalg.det(x[:, None] * x), NotImplementedError, "det"),
        (lambda x: np.sum(x, initial=3.0), NotImplementedError, "initial"),
        (lambda x: np.sum(x, None, int), NotImplementedError, "dtype"),
        (lambda x: np.cumsum(x, out=np.ones(3)), NotImplementedError, "out"),
        (lambda x: np.add.reduce(x, initial=3.0), NotImplementedError, "initial"),
        (lambda x: np.concatenate([x, x], out=np.ones(6)), NotImplementedError, "out"),
        (lambda x: np.add(x, 1.0, out=np.ones(3)), NotImplementedError, "out"),
        (lambda x: np.array([x[0], x[1]]), TypeError, "np.stack"),
        (lambda x: np.asarray(x), TypeError, "np.stack"),
        (lambda x: np.ones(3).__setitem__(0, x[0]), (TypeError, ValueError), "."),
        (lambda x: x.__setitem__(0, 1.0), TypeError, "never written"),
        (lambda x: x.__iadd__(1.0), TypeError, "x = x"),
        (lambda x: adx.Variable(x), TypeError, "."),
        (lambda x: adx.Dual(x, x), TypeError, "."),
        (lambda x: adx.grad(lambda y: (y * y).sum())(x), TypeError, "Series"),
        (lambda x: adx.jvp(np.sin, (x,), (x,)), TypeError, "Series"),
        (lambda x: adx.vjp(np.sin, x)[1](np.ones(3)), TypeError, "Series"),
        (lambda x: adx.vjp(lambda y: x * y, np.ones(3))[1](np.ones(3)), TypeError, "Series"),
        (lambda x: adx.vjp(np.sin, np.ones(3))[1](x), TypeError, "Series"),
        (lambda x: adx.linearize(lambda y: x * y, np.ones(3))[1](np.ones(3)), TypeError, "Series"),
        (lambda x: adx.linearize(np.sin, np.ones(3))[1](x), TypeError, "Series"),
        (lambda x: adx.jacfwd(lambda y: x * y)(np.ones(3)), TypeError, "Series"),
        (lambda x: adx.jacrev(lambda y: x * y)(np.ones(3)), TypeError, "Series"),
        (lambda x: adx.hessian(lambda y: (x * y * y).sum())(np.ones(3)), TypeError, "Series"),
        (lambda x: adx.jacfwd(np.sin)(x), TypeError, "Series"),
        (lambda x: adx.hessian(lambda y: (y * y).sum())(x), TypeError, "Series"),
        (lambda x: adx.hvp(lambda y: (y * y).sum(), (x,), (x,)), TypeError, "Series"),
        (lambda x: adx.hvp(lambda y: (y * y).sum(), (np.ones(3),), (x,)), TypeError, "Series"),
        (lambda x: adx.elementwise_grad(np.sin)(x), TypeError, "Series"),
        (lambda x: adx.elementwise_grad(lambda y: x * y)(np.ones(3)), TypeError, "Series"),
    ],
)
def test_what_is_not_supported_raises(
    f: Callable[[Any], Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        adx.taylor(f, START, 2, DIRECTION)


def test_operators_are_methods(backend: ModuleType) -> None:
    found = backend.taylor(lambda x: x.exp() + x.power(2.0) + x.polygamma(1), 0.5, 3)
    expected = backend.taylor(lambda x: backend.exp(x) + x**2 + backend.polygamma(1, x), 0.5, 3)
    assert found.tolist() == expected.tolist()


def test_anp_array_joins_series() -> None:
    found = adx.taylor(lambda x: anp.array([[x, 1.0], [x * x, 2.0]]), 3.0, 2)
    assert found.shape == (3, 2, 2)
    assert found[:, 1, 0].tolist() == [9.0, 6.0, 1.0]
    assert found[:, 0, 1].tolist() == [1.0, 0.0, 0.0]


# ---- operators of other numbers ------------------------------------------------------------------


def test_operators_are_called_and_their_partials() -> None:
    assert adx.OPS["multiply"](3.0, 4.0) == 12.0
    assert adx.OPS["cbrt_partial"](8.0) == pytest.approx(1.0 / 12.0)
    assert adx.OPS["divide"].partial(1, 1.0, 2.0, 0.5) == -0.25
    assert adx.OPS["clip"].partial(2, 3.0, 0.0, 1.0, 1.0) == 1.0
    with pytest.raises(TypeError, match="1 operands: expected 1 arguments, got 2"):
        adx.OPS["sin"](1.0, 2.0)
    with pytest.raises(TypeError, match="expected 2 arguments, got 1"):
        adx.OPS["sin"].partial(0, 1.0)
    with pytest.raises(IndexError, match="no operand 1"):
        adx.OPS["sin"].partial(1, 1.0, 1.0)


def test_numbers_of_other_kinds_carry_operators_out() -> None:
    class Word:
        def __autodiffx_apply__(self, name: str, operands: tuple[Any, ...]) -> Any:
            return NotImplemented if name == "cos" else (name, len(operands))

    word: Any = Word()
    assert adx.sin(word) == ("sin", 1)
    assert adx.maximum(1.0, word) == ("maximum", 2)
    assert adx.clip(adx.Variable(1.0), 0.0, word) == ("clip", 3)
    with pytest.raises(TypeError, match="got 'Word'"):
        adx.cos(word)
    with pytest.raises(TypeError, match="got 'str'"):
        adx.sin("text")


def test_another_byte_order() -> None:
    x, direction = np.array([1.0, 2.0], ">f8"), np.ones(2)
    found = adx.taylor(lambda x: x * x, x, 2, direction)
    assert found.tolist() == [[1.0, 4.0], [2.0, 4.0], [1.0, 1.0]]


def test_weights_in_a_list() -> None:
    found = adx.taylor(lambda x: np.average(x, weights=[1.0, 3.0]), np.zeros(2), 1, np.ones(2))
    assert found.tolist() == [0.0, 1.0]


@pytest.mark.parametrize("shape", [(0,), (0, 2)])
def test_products_of_nothing(shape: tuple[int, ...]) -> None:
    x = np.zeros(shape)
    found = adx.taylor(lambda x: np.cumprod(x, axis=0), x, 2, x)
    assert found.shape == (3, *shape)
