"""stop_gradient: numbers as constants to every derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from array_shapes import assert_same_bits


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
