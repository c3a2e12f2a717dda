"""Derivatives by replays are those of running the function anew, whatever it does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiffx as adx
import autodiffx.numpy as anp
from autodiffx.errors import EscapeWarning
from autodiffx.pullback import pulled_back
from autodiffx.replayed import Replayed

TABLE = np.array([0.5, -0.25, 0.75, 1.0, 0.5])


def smooth(y: Any, s: Any, p: Any) -> Any:
    return p * anp.sin(y) - y[0] * s


def branching(y: Any, s: Any, p: Any) -> Any:
    return -p * y if y[0] > 0.4 else -p * y + (0.4 - y[0]) ** 2


def by_time(y: Any, s: Any, p: Any) -> Any:
    k = int(4.0 * s)
    return p * y * (TABLE[k] + (4.0 * s - k) * (TABLE[k + 1] - TABLE[k]))


def reading(y: Any, s: Any, p: Any) -> Any:
    seen = y.value if isinstance(y, (adx.Variable, adx.Dual)) else y
    while isinstance(seen, (adx.Variable, adx.Dual)):
        seen = seen.value
    return -p * y * (1.0 + float(np.abs(seen).sum()))


def of_plain_time(y: Any, s: Any, p: Any) -> Any:
    return -p * y * float(s)  # which a Variable refuses


def without_some(y: Any, s: Any, p: Any) -> Any:
    return anp.exp(-(y**2)) * np.array([1.0, 0.0])


FUNCTIONS = [smooth, branching, by_time, reading, of_plain_time, without_some]


def loss(function: Callable[..., Any]) -> Callable[[Any], Any]:
    times = np.array([0.1, 0.5])

    def of(x: Any) -> Any:
        path = adx.odeint(function, x[:2], times, x[2:], rtol=1e-6, atol=1e-6)
        return (path * np.array([[1.0, 2.0], [0.5, -1.0]])).sum()

    return of


ORDERS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "gradient": lambda f, x, t: adx.value_and_grad(f)(x)[1],
    "tangent": lambda f, x, t: adx.jvp(f, (x,), (t,))[1],
    "Hessian times a direction": lambda f, x, t: adx.hvp(f, (x,), (t,)),
}


# A recorded gradient gives f a Variable for the time.
CASES = [
    pytest.param(function, order, id=f"{function.__name__}, {order}")
    for function in FUNCTIONS
    for order in ORDERS
    if function is not of_plain_time or "Hessian" not in order
]


@pytest.mark.parametrize(("function", "order"), CASES)
def test_replays_have_the_bits_of_new_runs(
    function: Callable[..., Any], order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, along = np.array([0.6, -0.3, 0.8, 1.2]), np.array([1.0, 0.5, -1.0, 2.0])
    found = ORDERS[order](loss(function), at, along)
    monkeypatch.setattr(Replayed, "_run", lambda *_: False)
    expected = ORDERS[order](loss(function), at, along)
    # Second derivatives add the same terms in another order.
    np.testing.assert_allclose(found, expected, rtol=1e-9 if "Hessian" in order else 0.0)


@pytest.mark.parametrize("function", [smooth, of_plain_time, without_some])
def test_gradients_through_replays_are_differences(function: Callable[..., Any]) -> None:
    at, along = np.array([0.6, -0.3, 0.8, 1.2]), np.array([1.0, 0.5, -1.0, 2.0])
    gradient = adx.grad(loss(function))(at)
    width = 1e-3
    change = loss(function)(at + width * along) - loss(function)(at - width * along)
    assert gradient @ along == pytest.approx(change / (2.0 * width), rel=1e-4)


# ---- what is replayed, and what is not ----------------------------------------------------------


def counted(function: Callable[[Any], Any]) -> tuple[Replayed, list[int]]:
    """With the number of times that the function has run."""
    runs = [0]

    def counting(leaves: list[Any]) -> list[Any]:
        runs[0] += 1
        return [function(leaves[0])]

    return Replayed(counting), runs


def pulls(replayed: Replayed, points: list[float]) -> list[Any]:
    found = [replayed.pull([np.array([point])], np.ones(1)) for point in points]
    return [None if each is None else float(each[0][0]) for each in found]


def test_a_function_runs_once_for_many_points() -> None:
    replayed, runs = counted(lambda x: x * x)
    assert pulls(replayed, [1.0, 2.0, 3.0, 4.0]) == [None, 4.0, 6.0, 8.0]
    assert runs == [1]


def test_a_function_runs_again_where_it_decides_otherwise() -> None:
    replayed, runs = counted(lambda x: x * x if x[0] > 0.0 else -x)
    assert pulls(replayed, [1.0, 2.0, 3.0, -1.0, -2.0, 4.0]) == [None, 4.0, 6.0, -1.0, -1.0, 8.0]
    assert runs == [3]


def test_a_function_that_always_decides_otherwise_is_given_up() -> None:
    replayed, runs = counted(lambda x: x * float(int(x[0])))
    found = pulls(replayed, [float(point) for point in range(1, 20)])
    assert found[-8:] == [None] * 8
    assert all(each in (None, float(point)) for point, each in enumerate(found, start=1))
    assert runs[0] < 8


def test_what_read_numbers_or_fails_is_not_replayed() -> None:
    def fails(x: Any) -> Any:
        raise RuntimeError

    for function in (lambda x: x * x.value[0], lambda x: x * float(x[0]), fails):
        assert pulls(counted(function)[0], [1.0, 2.0, 3.0]) == [None, None, None]


def test_nothing_is_replayed_while_nan_is_looked_for() -> None:
    replayed, _ = counted(lambda x: x * x)
    assert pulls(replayed, [1.0, 2.0]) == [None, 4.0]
    with adx.debug_nans():
        assert pulls(replayed, [3.0]) == [None]
    assert pulls(replayed, [3.0]) == [6.0]


def test_another_thread_does_without_the_graph_of_the_first() -> None:
    replayed, _ = counted(lambda x: x * x)
    assert pulls(replayed, [1.0, 2.0]) == [None, 4.0]
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.extend(pulls(replayed, [3.0])))
    thread.start()
    thread.join()
    assert found in ([None], [6.0])


def test_a_graph_that_pulls_back_replays_inside() -> None:
    x = adx.Variable(np.array([0.5, 1.5]))
    runs = [0]

    def cube(leaves: list[Any]) -> list[Any]:
        runs[0] += 1
        return [leaves[0] ** 3]

    with adx.Graph() as graph:
        pulled_back(cube, [np.array([1.0, 2.0])], [x], [True])[0].sum()
    before = runs[0]
    for step in range(1, 6):
        x.value = np.array([0.5, 1.5]) + step
        assert graph.forward() == pytest.approx((3.0 * np.array([1.0, 2.0]) * x.value**2).sum())
        along = graph.hvp({x: np.ones(2)})[x]  # third derivatives, which no replay has
        assert along.tolist() == [6.0, 12.0]
    assert runs[0] - before > 0


def test_no_warning_of_what_was_read(recwarn: pytest.WarningsRecorder) -> None:
    adx.grad(loss(reading))(np.array([0.6, -0.3, 0.8, 1.2]))
    assert not [each for each in recwarn if issubclass(each.category, EscapeWarning)]
