"""checkpoint saves memory, and holds nothing longer than without: in the core."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiffx
from autodiffx import _core


def plainly(f: Any) -> Any:
    return f


def chain(wrap: Any, segments: int, operations: int, saw: Callable[[], None]) -> Any:
    def segment(h: Any, w: Any) -> Any:
        for _ in range(operations):
            h = np.tanh(h * w)
        saw()
        return h

    def loss(w: Any, x: Any) -> Any:
        step = wrap(segment)
        for _ in range(segments):
            x = step(x, w)
        return np.sum(x)

    return loss


def test_memory_is_that_of_the_segments_and_of_one() -> None:
    n, segments, operations = 4096, 12, 12
    x = np.linspace(0.1, 0.9, n)

    def peak(wrap: Any) -> float:
        most: float = 0

        def saw() -> None:
            nonlocal most
            most = max(most, _core._bytes_apart())

        before = _core._bytes_apart()
        autodiffx.grad(chain(wrap, segments, operations, saw))(0.9, x)
        return (most - before) / (8 * n)

    kept, again = peak(plainly), peak(autodiffx.checkpoint)
    assert kept > segments * operations
    assert again < 1.5 * (segments + 2 * operations)


@pytest.mark.parametrize("name", ["jacfwd", "jacrev"])
def test_sixteen_lanes_take_one_run(name: str) -> None:
    x = np.linspace(0.1, 0.9, 40)
    runs: list[int] = []

    def f(v: Any) -> Any:
        runs.append(1)
        return np.tanh(v) * np.sum(v[::2]) + v[::-1], v[3]

    def total(wrap: Any) -> Any:
        def of(x: Any) -> Any:
            h = np.sin(x)
            array, element = wrap(f)(h)
            return array * h + element

        return getattr(autodiffx, name)(of)(x)

    expected = total(plainly)
    runs.clear()
    np.testing.assert_allclose(total(autodiffx.checkpoint), expected, rtol=1e-13, atol=1e-15)
    assert len(runs) == 4  # 40 seeds are those of three sweeps


def test_a_graph_holds_a_statement_for_each() -> None:
    x = autodiffx.Variable(0.5)
    with autodiffx.Graph() as graph:
        y = x
        for _ in range(10):
            y = autodiffx.checkpoint(lambda v: autodiffx.sin(autodiffx.exp(v) * x) + v)(y)
    assert len(graph) == 10


def test_nothing_is_held_longer_than_without() -> None:
    class Held:
        pass

    n = 1000
    w = autodiffx.Variable(np.linspace(0.0, 1.0, n))

    def segment(w: Any, h: Any) -> Any:
        return autodiffx.checkpoint(lambda v: np.tanh(v * w) * h)(h)  # captures what it is given

    def loss(w: Any) -> Any:
        h = w * 1.0
        for _ in range(10):
            h = segment(w, h)
        return np.sum(h)

    def kept_in_graph() -> None:
        with autodiffx.Graph() as graph:
            y = loss(w)
        y.backward()
        del graph, y

    total: list[Any] = [None]

    def kept_until_next() -> None:
        total[0] = loss(w)
        total[0].backward()

    steps: list[Callable[[], Any]] = [
        lambda: autodiffx.grad(loss)(np.ones(n)),
        lambda: autodiffx.hvp(loss, (np.ones(n),), (np.ones(n),)),
        lambda: loss(w).backward(),
        kept_until_next,
        kept_in_graph,
    ]
    gc.collect()  # what others have left
    before = _core._bytes_apart()
    for step in steps:
        most = 0
        for _ in range(30):
            step()
            most = max(most, _core._bytes_apart())
        assert most - before < 300 * 8 * n, step
    held = Held()
    seen = weakref.ref(held)
    autodiffx.grad(autodiffx.checkpoint(lambda v, held=held: v * v))(2.0)
    del held
    gc.collect()
    assert seen() is None


def test_what_escapes_says_so() -> None:
    escaped: list[Any] = []

    def f(v: Any) -> Any:
        escaped.append(v * 2.0)
        return v * v

    def g(x: Any) -> Any:
        y = autodiffx.checkpoint(f)(x)
        assert escaped[0].value == 4.0
        return y * escaped[0]

    with pytest.raises(autodiffx.GraphError, match="return it as well"):
        autodiffx.grad(g)(2.0)
