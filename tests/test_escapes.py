"""Values read while a Graph records may steer the program unseen: they are listed and reported."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from lines import line_here


def test_an_escape_is_listed(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        y = x * x
        _, line = y.value, line_here()
    assert graph.escapes == [f"{__file__}:{line}"]
    y.value  # noqa: B018
    assert len(graph.escapes) == 1


def test_a_change_warns_once(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        y = x * x
        factor, line = y.value, line_here()
        x * factor
    graph.forward()
    x.value = 3.0
    with pytest.warns(backend.EscapeWarning) as caught:
        assert graph.forward() == 12.0
    assert len(caught) == 1
    assert f"{Path(__file__).name}:{line}" in str(caught[0].message)
    assert caught[0].filename == __file__
    x.value = 4.0
    assert graph.forward() == 16.0


def test_backward_warns_too(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        y = x * x
        x * y.value
    x.value = 3.0
    with pytest.warns(backend.EscapeWarning):
        graph.backward()
    assert x.grad == 4.0


def test_a_change_of_something_else_does_not_warn(backend: Any) -> None:
    x, w = backend.Variable(2.0), backend.Variable(5.0)
    with backend.Graph() as graph:
        y = x * x
        w * y.value
    w.value = 6.0
    assert graph.forward() == 24.0
    x.value = 3.0
    with pytest.warns(backend.EscapeWarning):
        graph.forward()


def test_one_warning_for_each_place(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        y = x
        for _ in range(3):
            y = y * x
            y.value  # noqa: B018
        y.value  # noqa: B018
    assert len(graph.escapes) == 2
    x.value = 3.0
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        graph.forward()
        x.value = 4.0
        graph.forward()
    assert len(caught) == 2
    assert all(issubclass(warning.category, backend.EscapeWarning) for warning in caught)


def test_what_is_no_escape(backend: Any) -> None:
    x = backend.Variable(2.0)
    eager = x * 2
    with backend.Graph() as closed:
        other = x * 3
    with backend.Graph() as graph:
        y = x * x
        _ = x.value, eager.value, other.value, backend.Constant(1.0).value
        repr(y)
        assert y.inputs[0] is x
        assert y > 0
    _ = y.value, f"{y:.1f}"
    assert graph.escapes == []
    assert closed.escapes == []
    x.value = 3.0
    assert graph.forward() == 9.0


def test_formatting_and_floats_are_escapes(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        y = x * x
        f"{y:.1f}"
        float(backend.less(x, 3.0))
    assert len(graph.escapes) == 2


def test_a_value_of_the_enclosing_graph_escapes_there(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as outer:
        y = x * x
        with backend.Graph():
            _ = y.value
        x + 1
    assert len(outer.escapes) == 1
    x.value = 3.0
    with pytest.warns(backend.EscapeWarning):
        outer.forward()


def test_clearing_forgets_escapes(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        y = x * x
        _ = y.value
        graph.clear()
        x * 2
    assert graph.escapes == []
    x.value = 3.0
    assert graph.forward() == 6.0


def test_the_warning_is_public(backend: Any) -> None:
    assert issubclass(backend.EscapeWarning, UserWarning)
