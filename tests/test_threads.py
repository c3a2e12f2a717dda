"""Each thread has a tape of its own; Graphs are entered by one thread at a time."""

from __future__ import annotations

import gc
import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest


def in_a_thread(function: Callable[[], Any]) -> Any:
    """The function's result, or its exception, from a thread that has ended since."""
    results: list[Any] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(function())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def test_eight_threads_record_and_sweep_and_their_values_die_here(backend: Any) -> None:
    start = threading.Barrier(8)

    def work(seed: int) -> list[Any]:
        start.wait()
        x, y = backend.Variable(0.1 * seed, f"x{seed}"), backend.Variable(1.0)
        kept: list[Any] = []
        for step in range(60):
            z = x
            for _ in range(20):
                z = backend.tanh(z * y + x)
            z.backward()
            again = x.grad
            z.backward()
            assert x.grad == again
            with backend.Graph() as graph:
                w = backend.sin(x) * y
            y.value = 1.0 + step / 60
            assert graph.forward() == math.sin(0.1 * seed) * y.value
            kept.extend((z, w, x, graph))
        return kept

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(8)))
    for seed, kept in enumerate(results):
        for z, w, x, graph in zip(*(kept[i::4] for i in range(4)), strict=True):
            assert math.isfinite(z.value)
            assert repr(z).startswith("Variable(")
            assert x.value == 0.1 * seed
            assert len(graph) == 2
            assert w.op == "multiply"
    del kept, z, w, x, graph
    while results:
        results.pop()
    gc.collect()
    x = backend.Variable(3.0)
    (x * x).backward()
    assert x.grad == 6.0


def test_leaves_are_shared(backend: Any) -> None:
    x = backend.Variable(3.0)

    def work() -> float:
        y = x * x
        y.backward(accumulate=True)
        return float(y.value)

    assert [in_a_thread(work) for _ in range(3)] == [9.0] * 3
    assert x.grad == 18.0


def test_intermediates_of_another_thread(backend: Any) -> None:
    x = backend.Variable(3.0, "x")
    y = in_a_thread(lambda: x * x)
    assert y.value == 9.0
    assert repr(y) == "Variable(9.0, op='multiply')"
    assert y.inputs[0] is x
    assert y > 8
    for use in (backend.sin, lambda y: y + 1, lambda y: x * y):
        with pytest.raises(backend.GraphError, match=r"ambient tape.*thread"):
            use(y)
    y.backward()
    assert x.grad == 6.0


def test_intermediates_of_here_in_another_thread(backend: Any) -> None:
    x = backend.Variable(3.0)
    y = x * x
    with pytest.raises(backend.GraphError):
        in_a_thread(lambda: y + 1)
    assert in_a_thread(lambda: y.value) == 9.0
    y.backward()
    assert x.grad == 6.0


def test_a_graph_is_open_in_one_thread_only(backend: Any) -> None:
    x = backend.Variable(3.0)
    graph = backend.Graph("shared")

    def enter() -> None:
        with graph:
            x + 1

    with graph:
        x * x
        with pytest.raises(backend.GraphError, match=r"'shared'.*thread"):
            in_a_thread(enter)
        x * 2
    assert [value.op for value in graph.values] == ["multiply", "multiply"]
    in_a_thread(enter)
    assert len(graph) == 3


def test_an_open_graph_records_its_own_thread_only(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph() as graph:
        y = x * x
        assert in_a_thread(lambda: (x + 1).value) == 4.0
        with pytest.raises(backend.GraphError):
            in_a_thread(lambda: y + 1)
    assert len(graph) == 1


def test_a_closed_graph_may_be_used_by_any_thread(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph() as graph:
        x * x
    in_a_thread(graph.backward)
    assert x.grad == 6.0
    x.value = 4.0
    assert in_a_thread(graph.forward) == 16.0


def test_a_graph_of_a_thread_that_has_ended(backend: Any) -> None:
    x = backend.Variable(3.0)

    def record() -> Any:
        with backend.Graph() as graph:
            x * x
        return graph

    graph = in_a_thread(record)
    x.value = 5.0
    assert graph.forward() == 25.0
    graph.backward()
    assert x.grad == 10.0
    with graph:
        graph.values[0] + 1
    assert graph.forward() == 26.0


def test_transforms_in_threads(backend: Any) -> None:
    def work(n: int) -> tuple[float, float]:
        slope = backend.grad(backend.grad(lambda x: backend.sin(x * n)))(0.3)
        return slope, backend.jvp(backend.grad(lambda x: x**n), (2.0,), (1.0,))[1]

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(1, 33)))
    for n, (slope, second) in enumerate(results, start=1):
        assert slope == pytest.approx(-n * n * math.sin(0.3 * n), rel=1e-12)
        assert second == pytest.approx(n * (n - 1) * 2.0 ** (n - 2), rel=1e-12)
