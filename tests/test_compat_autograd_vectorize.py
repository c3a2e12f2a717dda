"""autograd.numpy.vectorize: NumPy's on plain arrays, and the same on boxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

import autodiffx.compat.autograd.numpy as np
from autodiffx.compat.autograd import grad, jacobian, make_jvp, value_and_grad

X = numpy.array([[0.5, -1.5, 2.0], [3.0, -0.25, 1.0]])
ROW = numpy.array([2.0, -1.0, 0.5])


def branching(x: Any, y: Any = 1.0) -> Any:
    return x * x * y if x > 0.0 else np.sin(x) - y


# Of arrays of any kind: with boxes among them, the values are those without.
CALLS: dict[str, Callable[[Any], Any]] = {
    "elements": lambda x: np.vectorize(branching)(x),
    "broadcast": lambda x: np.vectorize(branching)(x, ROW),
    "two boxes": lambda x: np.vectorize(branching)(x[:, :1], x[0]),
    "a keyword": lambda x: np.vectorize(branching)(x, y=ROW),
    "a box by keyword": lambda x: np.vectorize(branching)(ROW, y=x),
    "excluded": lambda x: np.vectorize(lambda x, p: p[0] * x + p[1], excluded=[1])(x, [2.0, 3.0]),
    "excluded by name": lambda x: np.vectorize(lambda x, p: p[0] * x, excluded="p")(x, p=[2.0]),
    "otypes": lambda x: np.vectorize(branching, otypes=[float])(x),
    "float32": lambda x: np.vectorize(branching, otypes="f")(x),
    "a list": lambda x: np.vectorize(branching)([x[0, 0], 2.0, x[1, 1]]),
    "a number": lambda x: np.vectorize(branching)(x[0, 0]),
    "reduced": lambda x: np.vectorize(np.sum, signature="(n)->()")(x),
    "an inner product": lambda x: np.vectorize(np.dot, signature="(n),(n)->()")(x, ROW),
    "a product": lambda x: np.vectorize(np.dot, signature="(m,n),(n)->(m)")(x[None], x),
    "one call": lambda x: np.vectorize(np.sum, signature="(m,n)->()")(x),
}


@pytest.mark.parametrize("name", CALLS)
def test_values_and_derivatives_are_those_of_the_calls(name: str) -> None:
    call = CALLS[name]
    expected = call(X)
    value, gradient = value_and_grad(lambda x: np.sum(call(x) ** 2))(X)
    tolerance = 1e-6 if name == "float32" else 1e-14
    numpy.testing.assert_allclose(value, numpy.sum(expected**2), rtol=tolerance)
    direction = numpy.cos(numpy.arange(6.0)).reshape(2, 3)
    found, tangent = make_jvp(call)(X)(direction)
    numpy.testing.assert_allclose(found, expected, rtol=tolerance)
    assert found.dtype == expected.dtype
    ahead = numpy.sum(2.0 * expected * tangent)
    numpy.testing.assert_allclose(numpy.sum(gradient * direction), ahead, rtol=10.0 * tolerance)
    if name != "float32":
        step = 1e-6 * direction
        slope = (call(X + step) - call(X - step)) / 2e-6
        numpy.testing.assert_allclose(tangent, slope, rtol=1e-7, atol=1e-8)


def test_several_results() -> None:
    both = np.vectorize(lambda x: (x**2, 3.0 * x))
    squares, multiples = both(X)
    assert type(squares) is type(multiples) is numpy.ndarray

    def f(x: Any) -> Any:
        squares, multiples = both(x)
        return np.sum(squares * multiples)

    numpy.testing.assert_allclose(grad(f)(X), 9.0 * X**2, rtol=1e-14)


def test_options_before_the_function() -> None:
    f = np.vectorize(otypes=[float])(lambda x: x**3)
    numpy.testing.assert_allclose(numpy.diag(jacobian(f)(ROW)), 3.0 * ROW**2, rtol=1e-14)
    assert isinstance(f, numpy.vectorize)


def test_each_element_is_asked_for_once() -> None:
    seen: list[float] = []

    def f(x: Any) -> Any:
        seen.append(float(x._value))
        return x

    grad(lambda x: np.sum(np.vectorize(f)(x)))(ROW)
    assert seen == ROW.tolist()


@pytest.mark.parametrize(
    ("kind", "words", "call"),
    [
        (ValueError, "without elements", lambda x: np.vectorize(branching)(x[:, :0])),
        (ValueError, "broadcast", lambda x: np.vectorize(branching)(x, numpy.ones(2))),
        (TypeError, "1 arguments", lambda x: np.vectorize(np.dot, signature="(n),(n)->()")(x)),
        (ValueError, "axis n", lambda x: np.vectorize(np.dot, signature="(n),(n)->()")(x, X.T)),
        (
            ValueError,
            "asks for 2 axes",
            lambda x: np.vectorize(np.sum, signature="(m,n)->()")(x[0]),
        ),
        # A function that captures a box would lose its derivative in NumPy.
        (TypeError, "derivative", lambda x: np.vectorize(lambda i: x[0, i])([0, 1])),
    ],
)
def test_mistakes(kind: type[Exception], words: str, call: Callable[[Any], Any]) -> None:
    with pytest.raises(kind, match=words):
        grad(lambda x: np.sum(call(x)))(X)
