"""Errors are clear, and nothing recorded is lost by one."""

from __future__ import annotations

import math
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest


def run(backend: Any, program: str) -> str:
    """What a program prints in a process of its own."""
    text = f"import {backend.__name__} as adx\n" + textwrap.dedent(program)
    done = subprocess.run(
        [sys.executable, "-c", text],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_error_while_recording_loses_nothing(backend: Any) -> None:
    x, y = backend.Variable(2.0), backend.Variable(3.0)
    z = x * y
    mistakes: list[Callable[[], Any]] = [
        lambda: z + "a",
        lambda: z + 10**400,
        lambda: backend.sin(None),
        lambda: backend.hypot(z),
        lambda: backend.sin(z, z),
        lambda: z.backward("1"),
        lambda: float(z),
        lambda: z < "a",
        lambda: backend.polygamma(z, 1.0),
        lambda: backend.polygamma(-1, z),
        lambda: backend.polygamma(0.5, z),
        lambda: backend.logsumexp(),
        lambda: backend.softmax([]),
        lambda: backend.round(z, 0.5),
        lambda: z.value.nothing,
        lambda: math.sin(z),
    ]
    for mistake in mistakes:
        with pytest.raises((TypeError, OverflowError, ValueError, AttributeError)):
            mistake()
    w = z * z
    w.backward()
    assert (x.grad, y.grad) == (36.0, 24.0)


def test_an_error_in_a_graph_loses_nothing(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        y = x * x
        with pytest.raises(TypeError):
            y + "a"
        with pytest.raises(TypeError):
            float(y)
        with pytest.raises(OverflowError):
            y + 10**400
        y + 1
    assert len(graph) == 2
    assert graph.forward() == 5.0


@pytest.mark.parametrize("name", ["nothing", "Sin", "sech", "__wrapped__"])
def test_a_name_that_does_not_exist(backend: Any, name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(backend, name)
    with pytest.raises(AttributeError, match=name):
        getattr(backend.Variable(1.0), name)


def test_the_wrong_number_of_operands(backend: Any) -> None:
    x = backend.Variable(1.0)
    calls: list[Callable[[], Any]] = [
        lambda: backend.sin(),
        lambda: backend.sin(x, x),
        lambda: backend.arctan2(x),
        lambda: backend.clip(x, 0.0),
        lambda: backend.where(x, x),
        lambda: x.sin(1.0),
        lambda: x.hypot(),
        lambda: backend.Variable(1.0, "x", 3),
        lambda: backend.Constant(),
        lambda: backend.Dual(),
        lambda: backend.Graph("a", "b"),
        lambda: x.backward(1.0, True, 3),
        lambda: backend.sin(x=x),
        lambda: backend.Variable(values=1.0),
    ]
    for call in calls:
        with pytest.raises(TypeError):
            call()


def test_errors_come_before_any_gradient_is_changed(backend: Any) -> None:
    x, w, p = backend.Variable(2.0), backend.Variable(3.0), backend.Variable(name="p")
    x.grad, w.grad = 5.0, 6.0
    eager = x * w
    with backend.Graph() as graph:
        unevaluated = x * p
    x.value = 4.0
    for sweep in (eager.backward, unevaluated.backward, graph.backward):
        with pytest.raises((backend.StaleValueError, ValueError)):
            sweep()
        with pytest.raises(TypeError):
            sweep("1")
    assert (x.grad, w.grad, p.grad) == (5.0, 6.0, None)


def test_little_address_space(backend: Any) -> None:
    """Ten thousand Graphs at once fit into two gigabytes."""
    printed = run(
        backend,
        """
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (2_000_000 * 1024,) * 2)
        x = adx.Variable(2.0)
        graphs = []
        for i in range(10_000):
            with adx.Graph() as graph:
                x * float(i)
            graphs.append(graph)
        x.value = 3.0
        print(sum(graph.forward() for graph in graphs) == 3.0 * sum(range(10_000)))
        """,
    )
    assert printed.strip() == "True"


def test_memory_that_cannot_be_had(core: Any) -> None:
    """A MemoryError leaves the recording as it was before the operation that failed.

    Of the core: where the reference runs out of memory, the interpreter has none either.
    """
    printed = run(
        core,
        """
        import gc
        import resource

        x = adx.Variable(1.0)
        count = 0
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        with adx.Graph() as graph:
            y = x
            resource.setrlimit(resource.RLIMIT_AS, (used + 60_000_000, resource.RLIM_INFINITY))
            try:
                while True:
                    y = y + x
                    count += 1
            except MemoryError:
                resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
            y = y + x
        print(count > 10_000, len(graph) - count, y.value - count)
        print(graph.forward() - count)
        graph.backward()
        print(x.grad - count)
        """,
    )
    assert printed.split() == ["True", "1", "2.0", "2.0", "2.0"]


class Interrupted(Exception):
    pass


@contextmanager
def alarms() -> Iterator[None]:
    """Raise Interrupted again and again, as Ctrl-C raises KeyboardInterrupt."""

    def handle(number: int, frame: FrameType | None) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.003)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("sweep", ["backward", "forward", "jvp", "hvp"])
def test_a_signal_during_a_sweep(backend: Any, sweep: str) -> None:
    """The signal's exception comes through; gradients are the old ones or the new ones."""
    length = 2_000 if backend.__name__.endswith("reference") else 1_000_000
    x, w = backend.Variable(1.0), backend.Variable(1.0)
    with backend.Graph() as graph:
        y = x * w
        for _ in range(length):
            y = y + x
    x.grad, w.grad = -1.0, -2.0
    call: dict[str, Callable[[], Any]] = {
        "backward": graph.backward,
        "forward": graph.forward,
        "jvp": lambda: graph.jvp({x: 1.0}),
        "hvp": lambda: graph.hvp({x: 1.0}),
    }

    def until_interrupted() -> None:
        while True:
            x.grad, w.grad = -1.0, -2.0
            call[sweep]()

    with pytest.raises(Interrupted), alarms():
        until_interrupted()
    old, half, new = (-1.0, -2.0), (-1.0, 1.0), (length + 1.0, 1.0)
    assert (x.grad, w.grad) in (old, new)
    assert (x.grad, w.grad) != half
    graph.backward()
    assert (x.grad, w.grad) == new
    x.value = 2.0
    assert graph.forward() == 2.0 + 2.0 * length
