"""Decisions taken while a Graph records are found unchanged by a replay, or it raises."""

from __future__ import annotations

import inspect
import math
import operator
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lines import line_here

COMPARISONS = [
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
]  # fmt: skip


def test_a_comparison_is_a_guard(backend: Any) -> None:
    x, y = backend.Variable(1.0, "x"), backend.Variable(2.0, "y")
    with backend.Graph() as graph:
        z, line = (x * 2 if x < y else x * 3), line_here()
    x.value = 1.5
    assert graph.forward() == 3.0
    x.value = 2.5
    with pytest.raises(backend.ControlFlowChanged) as caught:
        graph.forward()
    message = str(caught.value)
    assert f"{__file__}:{line}" in message
    assert re.search("True when recorded", message)
    assert "now False" in message
    assert "record the graph again" in message
    assert "where" in message
    x.value = 0.5
    assert graph.forward() == 1.0
    assert z.value == 1.0


def test_the_message_names_the_line_inside_a_function(backend: Any) -> None:
    def clamp(value: Any, bound: float) -> Any:
        if value > bound:
            return bound + value * 0
        return value

    x = backend.Variable(1.0)
    with backend.Graph() as graph:
        clamp(x * 2, 3.0) * 1
    lines, start = inspect.getsourcelines(clamp)
    line = start + next(i for i, text in enumerate(lines) if "value > bound" in text)
    x.value = 5.0
    with pytest.raises(backend.ControlFlowChanged, match=f"{Path(__file__).name}:{line} "):
        graph.forward()


@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda c: c.__name__)
def test_every_comparison_guards_both_ways(
    backend: Any, compare: Callable[[Any, Any], bool]
) -> None:
    numbers = (1.0, 2.0, 3.0, math.nan)
    for recorded in numbers:
        x = backend.Variable(recorded)
        with backend.Graph() as graph:
            outcome = compare(x, 2.0)
            x * 1
        assert outcome is compare(recorded, 2.0)
        for present in numbers:
            x.value = present
            if compare(present, 2.0) is outcome:
                assert graph.forward() == present or math.isnan(present)
            else:
                with pytest.raises(backend.ControlFlowChanged):
                    graph.forward()


@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda c: c.__name__)
def test_reflected_comparisons_guard(backend: Any, compare: Callable[[Any, Any], bool]) -> None:
    x = backend.Variable(1.0)
    with backend.Graph() as graph:
        outcome = compare(2.0, x)
        x * 1
    x.value = 3.0
    changed = [compare(2.0, 3.0) is not outcome]
    x.value = 2.0
    changed.append(compare(2.0, 2.0) is not outcome)
    for present, change in zip((3.0, 2.0), changed, strict=True):
        x.value = present
        if change:
            with pytest.raises(backend.ControlFlowChanged):
                graph.forward()
        else:
            assert graph.forward() == present


@pytest.mark.parametrize(
    ("convert", "recorded", "same", "other"),
    [
        (bool, 1.0, -2.0, 0.0),
        (int, 1.2, 1.9, 2.0),
        (int, -0.5, 0.5, 1.0),
        (math.floor, 1.2, 1.9, 0.9),
        (math.ceil, 1.2, 1.9, 2.1),
        (math.trunc, -1.2, -1.9, -2.1),
        (round, 1.2, 0.8, 1.6),
        (lambda x: divmod(x, 2.0)[0], 5.0, 4.0, 6.0),
        (lambda x: divmod(5.0, x)[0], 2.0, 2.1, 3.0),
    ],
)
def test_conversions_guard(
    backend: Any, convert: Callable[[Any], Any], recorded: float, same: float, other: float
) -> None:
    x = backend.Variable(recorded)
    with backend.Graph() as graph:
        convert(x * 1)
        x * 3
    assert graph.forward() == recorded * 3
    x.value = same
    assert graph.forward() == same * 3
    x.value = other
    with pytest.raises(backend.ControlFlowChanged):
        graph.forward()
    x.value = recorded
    assert graph.forward() == recorded * 3


def test_what_python_compares_is_guarded(backend: Any) -> None:
    xs = [backend.Variable(v) for v in (3.0, 1.0, 2.0)]
    with backend.Graph() as graph:
        max(xs) - min(xs) + sorted(xs)[1]
    assert graph.forward() == 4.0
    xs[0].value = 5.0
    assert graph.forward() == 6.0
    xs[0].value = 0.0
    with pytest.raises(backend.ControlFlowChanged):
        graph.forward()


def test_guards_stand_where_they_happened(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        y = x
        while y < 100.0:
            y = y * y
    assert y.value == 256.0
    x.value = 2.1
    assert graph.forward() == pytest.approx(2.1**8, rel=1e-14)
    x.value = 1.5
    with pytest.raises(backend.ControlFlowChanged):
        graph.forward()
    x.value = 4.0
    with pytest.raises(backend.ControlFlowChanged):
        graph.forward()


def test_gradients_check_guards_too(backend: Any) -> None:
    x = backend.Variable(1.0)
    with backend.Graph() as graph:
        y = x * x if x > 0 else -x
    x.grad = 99.0
    x.value = -1.0
    for use in (
        graph.backward,
        y.backward,
        graph.create_gradient_graph,
        lambda: graph.jvp({x: 1.0}),
        lambda: graph.hvp({x: 1.0}),
    ):
        with pytest.raises(backend.ControlFlowChanged):
            use()
        with pytest.raises(backend.StaleValueError):
            _ = y.value
    assert x.grad == 99.0
    x.value = 3.0
    graph.backward()
    assert x.grad == 6.0


def test_functions_are_no_guards(backend: Any) -> None:
    x = backend.Variable(1.0)
    with backend.Graph() as graph:
        y = backend.where(backend.less(x, 2.0), x, 10.0)
        z = backend.maximum(y, 3.0) + backend.clip(x, 0.0, 4.0) + backend.floor(x)
        z * backend.logical_and(x, True)
    for value in (1.0, 2.5, 7.0, -1.0):
        x.value = value
        y = value if value < 2 else 10.0
        assert graph.forward() == max(y, 3.0) + min(max(value, 0.0), 4.0) + math.floor(value)


def test_the_truth_of_a_decision_is_a_guard(backend: Any) -> None:
    x = backend.Variable(1.0)
    with backend.Graph() as graph:
        if backend.less(x, 2.0):
            x * 5
    x.value = 1.5
    assert graph.forward() == 7.5
    x.value = 3.0
    with pytest.raises(backend.ControlFlowChanged):
        graph.forward()


def test_constants_make_no_guards(backend: Any) -> None:
    x, c = backend.Variable(1.0), backend.Constant(1.0)
    with backend.Graph() as graph:
        y = x * 5
        if c < 2 and c == 1.0:
            y = y * c
    x.value = 4.0
    assert graph.forward() == 20.0


def test_the_ambient_tape_has_no_guards(backend: Any) -> None:
    x = backend.Variable(1.0)
    assert x < 2
    y = x * x if x < 2 else x
    with backend.Graph() as graph:
        x * 1
    x.value = 5.0
    assert graph.forward() == 5.0
    assert y.value == 1.0


def test_guards_of_an_inner_graph_are_its_own(backend: Any) -> None:
    x = backend.Variable(1.0)
    with backend.Graph() as outer:
        u = x * 2
        with backend.Graph() as inner:
            if u > 0:
                u * 3
        x + 0
    x.value = -1.0
    assert outer.forward() == -1.0
    with pytest.raises(backend.ControlFlowChanged):
        inner.forward()
    x.value = 5.0
    assert inner.forward() == 30.0


def test_clearing_forgets_guards(backend: Any) -> None:
    x = backend.Variable(1.0)
    graph = backend.Graph()
    with graph:
        bool(x < 2)
        x * 1
    graph.clear()
    with graph:
        x * 3
    x.value = 5.0
    assert graph.forward() == 15.0


def test_a_dual_is_guarded_by_its_value(backend: Any) -> None:
    x = backend.Variable(1.0)
    with backend.Graph() as graph:
        d = backend.Dual(x, 1.0)
        if d > 0:
            d = d * d
        _ = d.tangent * 1
    assert graph.forward() == 2.0
    x.value = -1.0
    with pytest.raises(backend.ControlFlowChanged):
        graph.forward()


def test_not_a_number_stays_not_a_number(backend: Any) -> None:
    x = backend.Variable(0.0)
    with backend.Graph() as graph:
        quotient, _ = divmod(x, 0.0)
        x * 2
    assert math.isnan(quotient)
    assert graph.forward() == 0.0
    x.value = 1.0
    with pytest.raises(backend.ControlFlowChanged):
        graph.forward()
