"""Random sessions: what a user does in any order gives the same on the core and the reference.

A session makes inputs, records, sets values, sweeps, opens and leaves and clears Graphs, drops
handles and collects garbage. After each step both must have answered alike: the same number, the
same gradients, or a refusal. `--programs N` tries N/10 sessions.
"""

from __future__ import annotations

import gc
import warnings
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

VALUES = (0.5, -1.0, 2.0, 0.0, 1.5, -0.25)
UNARY = ("sin", "tanh", "exp", "square", "negative", "floor", "relu", "softplus", "less_than_one")
BINARY = ("add", "multiply", "subtract", "maximum", "hypot", "less")
MOST = 12  # handles or graphs at once


class Session:
    """One implementation's side of a session."""

    def __init__(self, adx: Any) -> None:
        self.adx = adx
        self.leaves: list[Any] = [adx.Variable(value) for value in VALUES[:3]]
        self.results: list[Any] = []
        self.graphs: list[Any] = []
        self.open: list[Any] = []

    def step(self, action: str, a: int, b: int) -> Any:
        """Do one thing; returns what can be compared."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", self.adx.EscapeWarning)
            try:
                return self.shown(getattr(self, action)(a, b))
            except (ValueError, TypeError, KeyError, RuntimeError):
                return "refused"  # of several reasons either may be given first

    @staticmethod
    def shown(answer: Any) -> Any:
        """Floats to nine digits: the two may differ in the last ones."""
        if isinstance(answer, float):
            return round(answer, 9) + 0.0 if abs(answer) < 1.0 else float(f"{answer:.10g}")
        if isinstance(answer, (list, tuple)):
            return [Session.shown(part) for part in answer]
        return answer

    def pick(self, index: int) -> Any:
        handles = self.leaves + self.results
        return handles[index % len(handles)]

    def keep(self, result: Any) -> float:
        if isinstance(result, float):
            return result
        self.results.append(result)
        del self.results[:-MOST]
        return 0.0 if result.op is None else 1.0

    def leaf(self, a: int, b: int) -> None:
        self.leaves.append(self.adx.Variable(VALUES[a % len(VALUES)], f"x{b % 5}"))
        del self.leaves[:-MOST]

    def unary(self, a: int, b: int) -> float:
        name = UNARY[a % len(UNARY)]
        x = self.pick(b)
        return (
            self.keep((x < 1.0 and x * 1) or -x)
            if name == "less_than_one"
            else self.keep(getattr(self.adx, name)(x))
        )

    def binary(self, a: int, b: int) -> float:
        function = getattr(self.adx, BINARY[a % len(BINARY)])
        return self.keep(function(self.pick(b), self.pick(b // 7)))

    def constant(self, a: int, b: int) -> float:
        return self.keep(self.pick(b) * VALUES[a % len(VALUES)])

    def choose(self, a: int, b: int) -> float:
        adx, x, y = self.adx, self.pick(a), self.pick(b)
        return self.keep(adx.where(adx.less(x, 1.0), x, y))

    def derive(self, a: int, b: int) -> float:
        x, y = self.pick(a) + self.leaves[0], self.pick(b)
        self.keep(x + y)  # refuses what cannot be recorded here, before the transform begins
        return self.keep(self.adx.grad(lambda x: x * self.adx.sin(x * y))(x) * 1.0)

    def set_value(self, a: int, b: int) -> None:
        self.leaves[a % len(self.leaves)].value = VALUES[b % len(VALUES)]

    def set_grad(self, a: int, b: int) -> None:
        self.leaves[a % len(self.leaves)].grad = None if b % 2 else 1.0

    def value(self, a: int, b: int) -> float:
        found: float = self.pick(a).value
        return found

    def gradient(self, a: int, b: int) -> float | None:
        found: float | None = self.pick(a).grad
        return found

    def compare(self, a: int, b: int) -> bool:
        return bool(self.pick(a) < self.pick(b))

    def shape(self, a: int, b: int) -> Any:
        x = self.pick(a)
        return "cleared" in repr(x) or [x.is_leaf, x.op, len(x.inputs)]

    def backward(self, a: int, b: int) -> list[float | None]:
        self.pick(a).backward(VALUES[b % 3], accumulate=b % 5 == 0)
        return [x.grad for x in self.leaves]

    def enter(self, a: int, b: int) -> None:
        if self.open:
            raise ValueError("one at a time")
        if a % 3 or not self.graphs:
            self.graphs.append(self.adx.Graph())
            if len(self.graphs) > MOST and self.graphs[0] not in self.open:
                del self.graphs[0]
        graph = self.graphs[a % len(self.graphs)]
        graph.__enter__()
        self.open.append(graph)
        self.results.clear()  # what is captured from outside has tests of its own

    def leave(self, a: int, b: int) -> None:
        if self.open:
            self.open.pop().__exit__(None, None, None)

    def graph(self, a: int) -> Any:
        if not self.graphs:
            raise ValueError("no graph yet")
        return self.graphs[a % len(self.graphs)]

    def forward(self, a: int, b: int) -> float:
        found: float = self.graph(a).forward()
        return found

    def sweep(self, a: int, b: int) -> list[float | None]:
        self.graph(a).backward()
        return [x.grad for x in self.leaves]

    def input_of(self, graph: Any, index: int) -> Any:
        used = {x for value in graph.values for x in value.inputs}
        inputs = [x for x in self.leaves if x in used]
        if not inputs:
            raise ValueError("no input")
        return inputs[index % len(inputs)]

    def jvp(self, a: int, b: int) -> float:
        graph = self.graph(a)
        found: float = graph.jvp({self.input_of(graph, b): 1.0})
        return found

    def hvp(self, a: int, b: int) -> list[float]:
        graph = self.graph(a)
        product = graph.hvp({self.input_of(graph, b): 1.0})
        return [product.get(leaf, -7.0) for leaf in self.leaves]

    def clear(self, a: int, b: int) -> None:
        if a % 4 == 0:
            self.graph(b).clear()

    def forget(self, a: int, b: int) -> None:
        if self.results:
            del self.results[a % len(self.results)]
        if b % 3 == 0 and len(self.leaves) > 3:
            del self.leaves[b % len(self.leaves)]
        if b % 4 == 0 and self.graphs:
            graph = self.graphs[b % len(self.graphs)]
            if graph not in self.open:
                self.graphs.remove(graph)

    def collect(self, a: int, b: int) -> None:
        """Let the ambient tape grow past the point at which it is compacted."""
        x = self.leaves[a % len(self.leaves)]
        y = x
        for _ in range(b % 300):
            y = y * 1.0 + x
        if b % 10 == 0:
            gc.collect()

    def close(self) -> None:
        while self.open:
            self.leave(0, 0)


ACTIONS = (
    "unary", "binary", "constant", "choose", "unary", "binary", "constant", "choose", "derive",
    "leaf", "set_value", "set_value", "set_grad", "value", "gradient", "compare",
    "shape", "backward", "backward", "enter", "leave", "forward", "sweep", "jvp", "hvp", "clear",
    "forget", "collect",
)  # fmt: skip
STEP = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 999), st.integers(0, 999))
SESSIONS = st.integers(1, 120).flatmap(lambda n: st.lists(STEP, min_size=n, max_size=n))


def test_sessions_agree(
    core: ModuleType, reference: ModuleType, pytestconfig: pytest.Config
) -> None:
    count = pytestconfig.getoption("--programs")

    @settings(max_examples=max(60, count // 10), derandomize=count <= 200)
    @given(SESSIONS)
    def compare(steps: list[tuple[str, int, int]]) -> None:
        sides = [Session(core), Session(reference)]
        try:
            for number, (action, a, b) in enumerate(steps):
                answers = [side.step(action, a, b) for side in sides]
                assert repr(answers[0]) == repr(answers[1]), (number, action)
        finally:
            for side in sides:
                side.close()

    compare()
