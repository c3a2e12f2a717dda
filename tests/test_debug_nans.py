"""`debug_nans`: the first value that is not finite raises, where it arises."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest


def raised(backend: ModuleType, f: Callable[[], Any]) -> str:
    """The message, and nothing raised without debug_nans."""
    with np.errstate(all="ignore"):
        f()
        with pytest.raises(FloatingPointError) as caught, backend.debug_nans():
            f()
    return str(caught.value)


def here(offset: int = 0) -> str:
    """This file with the number of the caller's line."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return f"{__file__}:{frame.f_back.f_lineno + offset}"


def test_a_primal_of_a_number(backend: ModuleType) -> None:
    x = backend.Variable(-1.0)
    places = []

    def f() -> Any:
        y = x * 2.0
        places.append(here(1))
        z = backend.log(y + 1.0)
        return z + 1.0

    message = raised(backend, f)
    assert message == f"log(-1.0) is nan, recorded at {places[0]}"


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda adx, x: 1.0 / x, "divide(1.0, 0.0) is inf"),
        (lambda adx, x: x / x, "divide(0.0, 0.0) is nan"),
        (lambda adx, x: adx.exp(x + 1000.0), "exp(1000.0) is inf"),
        (lambda adx, x: (x + 2.0) ** 5000.0, "power(2.0, 5000.0) is inf"),
        (lambda adx, x: x.log(), "log(0.0) is -inf"),
        (lambda adx, x: np.log(x), "log(0.0) is -inf"),
        (lambda adx, x: adx.where(x > 0.0, adx.log(x), x), "log(0.0) is -inf"),
    ],
)
def test_every_way_in(backend: ModuleType, f: Any, words: str) -> None:
    x = backend.Variable(0.0)
    assert raised(backend, lambda: f(backend, x)).startswith(f"{words}, recorded at {__file__}:")


def test_it_is_raised_at_once(backend: ModuleType) -> None:
    steps = []
    x = backend.Variable(-1.0)

    def f() -> None:
        steps.append("before")
        backend.log(x)
        steps.append("after")

    raised(backend, f)
    assert steps == ["before", "after", "before"]


def test_what_numpys_functions_record(array_backend: ModuleType) -> None:
    x = array_backend.Variable(np.array([1e308, 1e308]))
    places = []

    def f() -> None:
        places.append(here(1))
        total = np.sum(x)
        _ = total * 0.0

    assert raised(array_backend, f).endswith(f" is inf, recorded at {places[0]}")


@pytest.mark.parametrize("size", [3, 200])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_primal_of_an_array(array_backend: ModuleType, size: int, dtype: Any) -> None:
    values = np.ones(size, dtype)
    values[-1] = 0.0
    x = array_backend.Variable(values)
    for f in (lambda: np.log(x), lambda: 1.0 / x, lambda: (x * 2.0)[1:] / x[1:]):
        message = raised(array_backend, f)
        assert __file__ in message
        assert "log(" in message or "divide(" in message
    assert "nan" in raised(array_backend, lambda: x @ (x - np.array(np.inf, dtype)))


def test_an_adjoint_of_a_number(backend: ModuleType) -> None:
    x = backend.Variable(0.0)
    places = []

    def f() -> None:
        places.append(here(1))
        y = backend.sqrt(x)
        z = y * 3.0
        z.backward()

    message = raised(backend, f)
    assert message == (
        "the adjoint that sqrt(0.0) passes on to its operand 1 is inf, from the adjoint 3.0; "
        f"recorded at {places[0]}"
    )


@pytest.mark.parametrize("size", [3, 200, 5000])
def test_an_adjoint_of_an_array(array_backend: ModuleType, size: int) -> None:
    values = np.ones(size)
    values[1] = 0.0
    f = lambda: array_backend.grad(lambda v: (np.sqrt(v) * 3.0).sum())(values)  # noqa: E731
    message = raised(array_backend, f)
    assert message.startswith("the adjoint that sqrt(")
    assert "is inf" in message
    assert __file__ in message


def test_a_tangent(backend: ModuleType) -> None:
    message = raised(backend, lambda: backend.jvp(backend.sqrt, (0.0,), (1.0,)))
    assert message.startswith("the tangent of sqrt(Dual(0.0, tangent=1.0")
    assert "is inf, computed at" in message
    assert __file__ in message


def test_a_tangent_of_an_array(array_backend: ModuleType) -> None:
    at = np.array([1.0, 0.0])
    message = raised(array_backend, lambda: array_backend.jvp(np.sqrt, (at,), (at + 1.0,)))
    assert message.startswith("the tangent of sqrt(Dual(")
    assert "is inf" in message


@pytest.mark.parametrize("size", [1, 3, 20, 100])
@pytest.mark.parametrize(
    "derivative",
    [
        lambda adx, f, x: adx.jacfwd(f)(x),
        lambda adx, f, x: adx.jacrev(f)(x),
        lambda adx, f, x: adx.linearize(f, x)[1](np.ones_like(x)),
        lambda adx, f, x: adx.hessian(lambda x: f(x * x).sum())(x),
        lambda adx, f, x: adx.hvp(lambda x: (x * f(x)).sum(), (x,), (np.ones_like(x),)),
    ],
    ids=["jacfwd", "jacrev", "linearize", "hessian", "hvp"],
)
def test_sweeps_of_transforms(array_backend: ModuleType, derivative: Any, size: int) -> None:
    x = np.arange(float(size))
    message = raised(array_backend, lambda: derivative(array_backend, np.sqrt, x))
    assert "sqrt" in message or "power" in message
    assert "inf" in message or "nan" in message
    assert __file__ in message


def test_derivatives_of_derivatives(backend: ModuleType) -> None:
    f = backend.grad(backend.grad(lambda x: x * backend.sqrt(x)))
    message = raised(backend, lambda: f(0.0))
    assert "is inf" in message or "is nan" in message


def test_partials_that_meet_a_zero_are_none_of_it(backend: ModuleType) -> None:
    def f(x: Any) -> Any:
        return backend.where(x > 0.0, backend.sqrt(x), 0.0 * x)

    with backend.debug_nans():
        assert backend.grad(f)(0.0) == 0.0
        assert backend.jvp(f, (0.0,), (0.0,)) == (0.0, 0.0)
        assert backend.grad(lambda x: backend.jvp(f, (x,), (0.0,))[0])(0.0) == 0.0
        assert backend.grad(lambda x: x * 2.0 + backend.grad(f)(x))(0.0) == 2.0


def test_a_replay(backend: ModuleType) -> None:
    x = backend.Variable(1.0)
    with backend.debug_nans():
        with backend.Graph() as graph:
            place = here(1)
            backend.log(x) * 2.0
        x.value = -1.0
        with pytest.raises(FloatingPointError) as caught:
            graph.forward()
    assert str(caught.value) == f"log(-1.0) is nan, recorded at {place}"


def test_a_graph_that_is_open(backend: ModuleType) -> None:
    x = backend.Variable(-1.0)
    with backend.Graph(), pytest.raises(FloatingPointError), backend.debug_nans():
        backend.log(x)
    graph = backend.Graph()
    with graph:
        x * 2.0
    with backend.debug_nans(), graph, pytest.raises(FloatingPointError):
        backend.log(x)


def test_what_was_recorded_before(backend: ModuleType) -> None:
    x = backend.Variable(0.0)
    y = backend.sqrt(x) * 2.0
    with backend.debug_nans(), pytest.raises(FloatingPointError, match="recorded before debug_n"):
        y.backward()


def test_nothing_is_left_behind(backend: ModuleType) -> None:
    x = backend.Variable(0.0)
    with backend.debug_nans(), backend.debug_nans():
        assert (x + 1.0).value == 1.0
    for _ in range(2):
        with pytest.raises(FloatingPointError), backend.debug_nans():
            backend.grad(backend.sqrt)(0.0)
    assert np.isinf(backend.grad(backend.sqrt)(0.0))
    with backend.debug_nans():
        assert backend.grad(lambda v: v * v)(3.0) == 6.0
        with pytest.raises(FloatingPointError):
            backend.log(x - 1.0)
        assert backend.grad(lambda v: v * v)(3.0) == 6.0  # told once
    with pytest.raises(KeyError), backend.debug_nans():
        raise KeyError
    assert np.isnan(backend.log(x - 1.0).value)


def test_other_threads_do_not_notice(backend: ModuleType) -> None:
    found: list[float] = []
    with backend.debug_nans():
        thread = threading.Thread(
            target=lambda: found.append(backend.log(backend.Variable(-1.0)).value)
        )
        thread.start()
        thread.join()
    assert np.isnan(found[0])


def test_the_same_numbers_and_many_steps(backend: ModuleType) -> None:
    def train(steps: int) -> float:
        w = backend.Variable(0.5)
        for _ in range(steps):
            loss = (backend.tanh(w * 2.0) - 0.3) ** 2
            loss.backward()
            w.value = w.value - 0.1 * w.grad
        return float(w.value)

    with backend.debug_nans():
        watched = train(300)
    assert watched == train(300)
