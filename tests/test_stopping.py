"""stop_gradient: numbers as constants; checkpoint, of the reference: the same derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autodiffx.reference as reference
from array_shapes import assert_close, assert_same_bits, uniform


def test_stop_gradient(backend: Any) -> None:
    stop, x = backend.stop_gradient, 3.0
    assert stop(x) == 3.0
    assert type(stop(x)) is float
    assert backend.value_and_grad(lambda x: stop(x * x))(x) == (9.0, 0.0)
    assert backend.value_and_grad(lambda x: x * stop(x))(x) == (9.0, 3.0)
    assert backend.jvp(lambda x: x * stop(x * x), (x,), (1.0,)) == (27.0, 9.0)
    assert backend.vjp(lambda x: (stop(x), x), x)[1]((5.0, 1.0)) == (1.0,)
    assert backend.linearize(lambda x: (stop(x), x), x)[1](1.0) == (0.0, 1.0)
    assert backend.jacobian(lambda x: [stop(x), x])(x) == [0.0, 1.0]
    # Partials by it are never computed: the exponent may be a constant of a negative number.
    assert backend.grad(lambda x: x ** stop(x + 5.0))(-2.0) == 3.0 * 4.0


def test_it_stops_every_derivative(backend: Any) -> None:
    stop = backend.stop_gradient
    for first in (backend.grad, lambda f: lambda x: backend.jvp(f, (x,), (1.0,))[1]):
        for second in (backend.grad, lambda f: lambda x: backend.jvp(f, (x,), (1.0,))[1]):
            assert first(second(lambda x: x**3 * stop(x)))(2.0) == 6.0 * 2.0 * 2.0
            assert (
                first(lambda x, second=second: second(lambda y: y * stop(x * y))(2.0))(3.0) == 0.0
            )
            assert (
                first(lambda x, second=second: stop(second(lambda y: y * x)(2.0)) * x)(3.0) == 3.0
            )
    assert backend.hvp(lambda x: x * stop(x), (3.0,), (1.0,)) == 0.0


def test_containers_of_constants(array_backend: Any) -> None:
    x = {"w": np.array([1.0, 2.0]), "rest": (3.0, None, "name", 4)}

    def f(p: Any) -> Any:
        stopped = array_backend.stop_gradient(p)
        assert stopped["rest"][1:3] == (None, "name")
        return np.sum(p["w"] * stopped["w"]) * stopped["rest"][0]

    found = array_backend.grad(lambda w: f({**x, "w": w}))(x["w"])
    assert_same_bits(found, np.array([3.0, 6.0]))
    kept = array_backend.stop_gradient(x)
    assert_same_bits(kept["w"], x["w"])
    assert kept["rest"] == (3.0, None, "name", 4)
    single = array_backend.grad(lambda w: np.sum(w * array_backend.stop_gradient(w)))
    assert_same_bits(single(np.ones(2, np.float32)), np.ones(2, np.float32))


def test_what_is_active_outside(backend: Any) -> None:
    x = backend.Variable(3.0)
    (x * backend.stop_gradient(x * x)).backward()
    assert x.grad == 9.0
    with backend.Graph() as graph:
        x * backend.stop_gradient(x * x)
    x.value = 2.0
    assert graph.forward() == 8.0  # computed anew: nothing stays from the recording
    graph.backward()
    assert x.grad == 4.0
    d = backend.stop_gradient(backend.Dual(2.0, 1.0)) * backend.Dual(3.0, 1.0)
    assert (d.value, d.tangent) == (6.0, 2.0)


def test_checkpoint() -> None:
    def f(x: Any, scale: Any, *, power: int = 2) -> Any:
        """What is computed twice."""
        return np.sin(x) ** power * scale

    g = reference.checkpoint(f)
    assert g.__name__ == "f"
    x = uniform(3, (3,))
    assert_same_bits(g(x, 2.0, power=3), f(x, 2.0, power=3))

    def loss(h: Any) -> Any:
        return lambda x, s: np.sum(h(h(x, s, power=3), s) * x)

    value, slopes = reference.value_and_grad(loss(g), (0, 1))(x, 2.0)
    expected, exact = reference.value_and_grad(loss(f), (0, 1))(x, 2.0)
    assert value == pytest.approx(expected, rel=1e-15)
    assert_close(slopes[0], exact[0])
    assert slopes[1] == pytest.approx(exact[1], rel=1e-13)
    assert_close(reference.jacobian(g)(x, 2.0), reference.jacobian(f)(x, 2.0))
    assert_close(reference.hessian(loss(g))(x, 2.0), reference.hessian(loss(f))(x, 2.0))
    assert_close(reference.jvp(g, (x, 2.0), (x, 1.0))[1], reference.jvp(f, (x, 2.0), (x, 1.0))[1])
    with pytest.raises(TypeError):
        reference.checkpoint(3.0)


def test_checkpoint_of_containers_and_of_what_it_closes_over() -> None:
    def outer(x: Any) -> Any:
        @reference.checkpoint  # type: ignore[untyped-decorator]
        def f(p: Any) -> Any:
            return {"y": p["a"] * p["a"] * x, "z": [p["a"], None]}

        found = f({"a": x * 2.0})
        return found["y"] + found["z"][0]

    # 4 x³ + 2 x
    assert reference.value_and_grad(outer)(3.0) == (114.0, 110.0)
    assert reference.grad(reference.grad(outer))(3.0) == 72.0
    assert reference.jvp(reference.grad(outer), (3.0,), (1.0,)) == (110.0, 72.0)


def test_an_error_in_a_checkpoint() -> None:
    @reference.checkpoint  # type: ignore[untyped-decorator]
    def fail(x: Any) -> Any:
        raise KeyError("the user's own")

    with pytest.raises(KeyError, match="own"):
        reference.grad(lambda x: x * fail(x * x))(2.0)
    assert reference.grad(reference.checkpoint(lambda x: x * x))(2.0) == 4.0
