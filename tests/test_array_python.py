"""Python's own protocols on array Variables, and how results tell where they come from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from array_shapes import DTYPES, Array, assert_same_bits


def test_builtins(array_backend: Any) -> None:
    x = array_backend.Variable([3.0, 1.0, 2.0])
    assert sum(x).value == 6.0
    assert (max(x).value, min(x).value) == (3.0, 1.0)
    assert [v.value for v in sorted(x)] == [1.0, 2.0, 3.0]
    assert [v.value for v in reversed(x)] == [2.0, 1.0, 3.0]
    assert 2.0 in x
    assert 7.0 not in x
    assert [(i, v.value) for i, v in enumerate(x)] == [(0, 3.0), (1, 1.0), (2, 2.0)]
    assert sum(a * b for a, b in zip(x, x[::-1], strict=True)).value == 13.0
    first, *others = x
    assert (first.value, len(others)) == (3.0, 2)
    sum(x).backward()
    assert x.grad.tolist() == [1.0, 1.0, 1.0]
    rows = sum(array_backend.Variable([[1.0, 2.0], [3.0, 4.0]]))
    assert rows.value.tolist() == [4.0, 6.0]


@pytest.mark.parametrize("dtype", DTYPES)
def test_divmod(array_backend: Any, dtype: type) -> None:
    numbers: Array = np.linspace(-7.5, 6.0, 4, dtype=dtype)
    x = array_backend.Variable(numbers)
    for found, expected in (
        (divmod(x, 2.0), np.divmod(numbers, dtype(2.0))),
        (divmod(7, x), np.divmod(dtype(7.0), numbers)),
    ):
        for part, plain in zip(found, expected, strict=True):
            assert_same_bits(np.asarray(getattr(part, "value", part)), plain)


def test_format(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.5])
    assert f"{x}" == "[1.  2.5]"
    assert f"{x!r}" == "Variable([1. , 2.5])"
    with pytest.raises(TypeError, match="format"):
        f"{x:.3f}"
    assert f"{x[1]:.3f}" == "2.500"


def test_shapes_are_plain(array_backend: Any) -> None:
    x = array_backend.Variable(np.zeros((2, 3)))
    for v in (x, x * 2.0, x.T, x[0], x < 1.0):
        assert type(v.shape) is tuple
        assert all(type(n) is int for n in (*v.shape, v.ndim, v.size))
        assert isinstance(v.dtype, np.dtype)


def test_ops_and_inputs(array_backend: Any) -> None:
    x = array_backend.Variable([[1.0, 2.0], [3.0, 4.0]], "x")
    y = x * 2.0
    for seen, op in (
        (x[0], "view"),
        (x[0, 1], "view"),
        (x.T, "view"),
        (y[:, 1:], "view"),
        (np.flip(y), "view"),
        (x.T.reshape(4), "gather"),
        (x.copy(), "copy"),
        (x.flatten(), "copy"),
        (x.astype(np.float32), "astype"),
        (x < 2.0, "less"),
        (x**2, "square"),
    ):
        assert seen.op == op
        assert not seen.is_leaf
    assert x[0].inputs[0] is x
    assert y.inputs[0] is x
    assert y[0].inputs[0].op == "multiply"
    assert np.asarray(y.inputs[1].value).tolist() == 2.0
    z = x[0] * y[1]
    assert [v.value.tolist() for v in z.inputs] == [[1.0, 2.0], [6.0, 8.0]]


def test_an_array_after_a_write(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    with array_backend.Graph() as graph:
        y = x * 2.0
        assert (y.op, len(graph)) == ("multiply", 1)
        y[0] = 5.0
        assert (y.op, len(graph)) == ("assign", 2)
        y[1:] = x[:1]
        y[0] = x[1]
    assert graph.values[0].op == "multiply"
    assert y.shape == (2,)
    assert len(graph) >= 4
    assert y.value.tolist() == [2.0, 1.0]


def test_graphs_describe_themselves(array_backend: Any) -> None:
    x, w = array_backend.Variable(np.zeros((2, 2)), "x"), array_backend.Variable([1.0, 2.0])
    graph = array_backend.Graph()
    empty = graph.nbytes
    with graph:
        y = x[0] * w
        y[0] = w[1]
        y.T + x
    assert repr(graph).endswith(f": {len(graph)} statements, 2 inputs>")
    text = graph.to_dot()
    assert text.startswith("digraph")
    assert "multiply" in text
    assert '"x' in text
    assert text.count("{") == text.count("}")
    assert graph.nbytes > empty
    large = array_backend.Variable(np.zeros(100_000))
    with graph:
        large * 2.0
    assert len(graph.to_dot()) < 20_000


def test_values_that_are_read_while_recording(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    with array_backend.Graph() as graph:
        y = x * 2.0
        assert graph.escapes == []
        _ = y.value
        _ = y[1:].value
    assert len(graph.escapes) == 2
    assert all(__file__ in place for place in graph.escapes)


def test_gradients_of_results_and_their_views(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0, 3.0])
    y: Any = x * x
    z = y * 2.0
    z.backward([1.0, 2.0, 3.0])
    assert z.grad.tolist() == [1.0, 2.0, 3.0]
    assert y.grad.tolist() == [2.0, 4.0, 6.0]
    y.grad[:] = 0.0
    assert y.grad.tolist() == [2.0, 4.0, 6.0]
    x + 1.0
    assert y.grad is None


def test_backward_touches_what_it_depends_on_and_nothing_else(array_backend: Any) -> None:
    x, y, other = (array_backend.Variable([v, v]) for v in (1.0, 2.0, 3.0))
    other.grad = [7.0, 8.0]
    (x + y * 0.0).backward([1.0, 1.0])
    assert (x.grad.tolist(), y.grad.tolist()) == ([1.0, 1.0], [0.0, 0.0])
    assert other.grad.tolist() == [7.0, 8.0]
    array_backend.floor(other).backward([1.0, 1.0])
    assert other.grad.tolist() == [0.0, 0.0]
    other.backward([1.0, 2.0], accumulate=True)
    assert other.grad.tolist() == [1.0, 2.0]
    other[1].backward(accumulate=True)
    assert other.grad.tolist() == [1.0, 3.0]


def test_results_outlive_what_they_were_made_of(array_backend: Any) -> None:
    x = array_backend.Variable(np.ones(1_000))
    y = x * 2.0
    view = y[::-1]
    y += 1.0
    part = view[:10]
    del y, view
    z = part * part
    del part
    z.backward(np.ones(10))
    assert x.grad[-10:].tolist() == [12.0] * 10
    assert not x.grad[:-10].any()


def test_a_write_belongs_to_the_recording_of_its_array(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    ambient = x * 1.0
    with array_backend.Graph("outer"):
        outer = x * 1.0
        with array_backend.Graph("inner") as inner:
            for foreign in (ambient, outer):
                with pytest.raises(array_backend.GraphError, match=r"copy\(\)"):
                    foreign[0] = 5.0
                with pytest.raises(array_backend.GraphError, match=r"copy\(\)"):
                    foreign += 1.0
                assert foreign.value.tolist() == [1.0, 2.0]
            own = outer.copy()
            own[0] = x[1] * 3.0
    assert inner.forward().tolist() == [6.0, 2.0]
    ambient[0] = 5.0
    assert ambient.value.tolist() == [5.0, 2.0]
