"""Deliberate mistakes with compat.autograd: the type of error is autograd's, the words say why."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy
import pytest

import autodiffx.compat.autograd as autograd
import autodiffx.compat.autograd.numpy as np
from autodiffx.compat.autograd import grad, make_jvp, make_vjp
from autodiffx.compat.autograd.core import vspace
from autodiffx.compat.autograd.extend import defjvp, defvjp, defvjp_argnums, primitive
from autodiffx.compat.autograd.scipy.stats import poisson
from autodiffx.compat.autograd.test_util import check_grads
from autodiffx.compat.autograd.tracer import register_notrace

X = numpy.array([1.0, 2.0])
WRONG: Any = 3.0

MISTAKES: dict[str, tuple[type[Exception], str, Callable[[], Any]]] = {
    "an int": (TypeError, "of type int: give a float", lambda: grad(lambda x: x**2)(3)),
    "a bool": (TypeError, "of type bool", lambda: grad(lambda x: x * 1.0)(True)),
    "a string": (TypeError, "of type str", lambda: grad(lambda x: 1.0)("three")),
    "None": (TypeError, "of type NoneType", lambda: grad(lambda x: 1.0)(None)),
    "an int inside": (TypeError, "by 2, which", lambda: grad(lambda x: x["a"])({"a": 1.0, "b": 2})),
    "booleans": (TypeError, "of dtype bool", lambda: grad(lambda x: np.sum(x * 1.0))(X > 1.0)),
    "half a float": (TypeError, "of dtype float16", lambda: grad(lambda x: x)(numpy.float16(1.0))),
    "a complex number": (NotImplementedError, "complex argument", lambda: grad(abs)(1.0 + 1j)),
    "complex numbers": (NotImplementedError, "complex", lambda: make_vjp(np.sum)(X * 1j)),
    "a complex result": (NotImplementedError, "complex", lambda: make_vjp(lambda x: 1j)(1.0)),
    "holomorphic": (
        NotImplementedError,
        "holomorphic_grad",
        lambda: autograd.holomorphic_grad(abs),
    ),
    "an array": (TypeError, r"shape \(2,\): use jacobian", lambda: grad(np.sin)(X)),
    "an array and value": (TypeError, "jacobian", lambda: autograd.value_and_grad(np.sin)(X)),
    "a list": (TypeError, "returned list", lambda: grad(lambda x: [x, x])(1.0)),
    "an int result": (TypeError, "returned 3", lambda: grad(lambda x: 3)(1.0)),
    "a decision": (TypeError, "type bool", lambda: grad(lambda x: x > 1.0)(1.0)),
    "decisions": (TypeError, "dtype bool", lambda: grad(lambda x: x > 1.0)(numpy.ones(1))),
    "no result": (TypeError, "NoneType", lambda: grad(lambda x: None)(1.0)),
    "no result of vjp": (TypeError, "forget to return", lambda: make_vjp(lambda x: None)(1.0)),
    "argnum": (AssertionError, "a position", lambda: grad(lambda x: x, "x")),
    "argnum of bool": (AssertionError, "type bool", lambda: grad(lambda x: x, True)),
    "no such argument": (IndexError, "argument 3", lambda: grad(lambda x: x, 3)(1.0)),
    "by keyword": (IndexError, "0 arguments by position", lambda: grad(lambda x: x)(x=1.0)),
    "no such name": (ValueError, "it has x, y", lambda: autograd.grad_named(lambda x, y: x, "z")),
    "a container's jacobian": (TypeError, "list", lambda: autograd.jacobian(lambda x: x[0])([1.0])),
    "a jacobian of lists": (TypeError, "np.array", lambda: autograd.jacobian(lambda x: [x])(1.0)),
    "several jacobians": (
        TypeError,
        "tuple",
        lambda: autograd.jacobian(lambda x, y: x * y, (0, 1))(1.0, 2.0),
    ),
    "a cotangent's shape": (
        ValueError,
        r"shape \(2,\)",
        lambda: make_vjp(np.sin)(X)[0](np.ones(3)),
    ),
    "a cotangent's structure": (TypeError, "structure", lambda: make_vjp(np.sin)(X)[0]([1.0, 2.0])),
    "a tangent's shape": (ValueError, r"shape \(2,\)", lambda: make_jvp(np.sin)(X)(np.ones(3))),
    "a tangent's structure": (TypeError, "structure", lambda: make_jvp(np.sin)(X)((1.0, 2.0))),
    "float()": (TypeError, "float", lambda: grad(lambda x: float(x) * x)(1.0)),
    "math": (TypeError, "derivative", lambda: grad(lambda x: math.sin(x))(1.0)),
    "a space of text": (TypeError, "no vector space", lambda: vspace("text")),
    "no primitive": (TypeError, "no primitive", lambda: defvjp(math.sin, None)),
    "a rule that is none": (TypeError, "no VJP", lambda: defvjp(primitive(abs), WRONG)),
    "a rule of forward mode": (TypeError, "'all' is no JVP", lambda: defjvp(primitive(abs), "all")),
    "no trace": (TypeError, "no primitive", lambda: register_notrace(None, math.sin)),
    "a count": (
        NotImplementedError,
        "poisson.pmf has no derivative by k",
        lambda: grad(poisson.pmf)(2.0, 3.0),
    ),
    "a count by name": (
        NotImplementedError,
        "poisson.cdf",
        lambda: make_jvp(lambda k: poisson.cdf(mu=3.0, k=[k]))(2.0)(1.0),
    ),
    "a mode of checks": (
        AssertionError,
        "'fwd' and 'rev'",
        lambda: check_grads(abs, modes=["x"])(1.0),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(mistake: str) -> None:
    kind, words, run = MISTAKES[mistake]
    with pytest.raises(kind, match=words):
        run()


def test_writing_into_an_argument() -> None:
    def f(x: Any) -> Any:
        x[0] = 1.0
        return np.sum(x)

    for operator in (grad, lambda f: lambda x: make_jvp(f)(x)(x), autograd.hessian):
        with pytest.raises(TypeError, match="item assignment"):
            operator(f)(X)

    def g(x: Any) -> Any:
        plain = np.zeros(2)
        plain[0] = x
        return plain[0]

    with pytest.raises(TypeError, match="derivative"):
        grad(g)(1.0)


def test_what_is_independent_warns() -> None:
    cases: list[tuple[Callable[[], Any], Any]] = [
        (lambda: grad(lambda x: 3.0)(2.0), 0.0),
        (lambda: autograd.jacobian(lambda x: np.ones(2))(np.ones(3)), np.zeros((2, 3))),
        (lambda: autograd.elementwise_grad(lambda x: X)(X), np.zeros(2)),
        (lambda: make_vjp(lambda x: [1.0])([1.0, X])[0]([1.0])[1], np.zeros(2)),
        (lambda: make_jvp(lambda x: 3.0)(2.0)(1.0)[1], 0.0),
    ]
    for run, zeros in cases:
        with pytest.warns(UserWarning, match="independent of input"):
            numpy.testing.assert_array_equal(run(), zeros)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert grad(lambda x: 0.0 * x)(2.0) == 0.0


def test_wrong_rules() -> None:
    f = primitive(lambda x, y=1.0: 2.0 * x)
    with pytest.raises(NotImplementedError, match="argument 0: define one with defvjp"):
        grad(f)(1.0)
    with pytest.raises(NotImplementedError, match=r"arguments? \(0, 1\)|argument \(0, 1\)"):
        grad(f, (0, 1))(1.0, 2.0)
    defvjp(f, lambda ans, x: lambda g: np.ones(3) * g)
    with pytest.raises(ValueError, match="sum over what broadcasting repeated"):
        grad(f)(1.0)
    with pytest.raises(TypeError, match="keyword argument y"):
        grad(lambda x: f(x, y=x))(1.0)
    defvjp(f, lambda ans, x: lambda g: "text")
    with pytest.raises(TypeError, match="cotangent"):
        grad(f)(1.0)
    defvjp_argnums(f, lambda argnums, ans, args, kwargs: lambda g: [g, g, g])
    with pytest.raises(TypeError, match=r"gave 3 cotangents for the arguments \(0,\)"):
        grad(f)(1.0)
    h = primitive(lambda x: "text")
    defvjp(h, None)
    with pytest.raises(TypeError, match="numbers and arrays"):
        grad(h)(1.0)
    k = primitive(lambda x: x * 1j)
    defvjp(k, None)
    with pytest.raises(NotImplementedError, match="complex"):
        grad(k)(1.0)
    curved = primitive(lambda x: x)
    defjvp(curved, lambda g, ans, x: g * g)
    with pytest.raises(ValueError, match="not linear"):
        grad(curved)(1.0)


def test_captured_boxes_are_not_lost() -> None:
    def outer(a: Any) -> Any:
        scaled = primitive(lambda x: a * x)
        defvjp(scaled, lambda ans, x: lambda g: a * g)
        return scaled(a)

    with pytest.raises(TypeError, match="captured"):
        grad(outer)(2.0)
    assert grad(lambda a: autograd.checkpoint(lambda x: a * x)(a))(2.0) == 4.0


def test_an_error_names_the_users_own() -> None:
    with pytest.raises(IndexError, match="5"):
        grad(lambda x: x[5])(X)
    with pytest.raises(ValueError, match="broadcast"):
        grad(lambda x: np.sum(x + np.ones(3)))(X)
    with pytest.raises(numpy.linalg.LinAlgError):
        grad(lambda x: np.sum(np.linalg.inv(x)))(np.zeros((2, 2)))
