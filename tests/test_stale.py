"""A gradient or a value that no longer belongs to the inputs is impossible to get."""

from __future__ import annotations

from typing import Any

import pytest


def test_the_ambient_tape_keeps_what_was_computed(backend: Any) -> None:
    x = backend.Variable(3.0, "x")
    y = x * x
    x.value = 5.0
    assert y.value == 9.0
    assert repr(y) == "Variable(9.0, op='multiply')"
    assert y > 8
    with pytest.raises(
        backend.StaleValueError, match=r"^x was set after .* was computed"
    ) as caught:
        y.backward()
    assert "Graph" in str(caught.value)
    assert x.grad is None
    y = x * x
    y.backward()
    assert x.grad == 10.0


def test_the_same_number_is_a_new_version(backend: Any) -> None:
    x = backend.Variable(3.0)
    y = x * x
    x.value = 3.0
    with pytest.raises(backend.StaleValueError):
        y.backward()


def test_a_value_set_back_is_a_new_version(backend: Any) -> None:
    x = backend.Variable(3.0)
    y = x * x
    x.value = 5.0
    x.value = 3.0
    with pytest.raises(backend.StaleValueError):
        y.backward()


def test_no_gradient_is_touched_by_a_stale_sweep(backend: Any) -> None:
    x, w = backend.Variable(3.0), backend.Variable(2.0)
    y = x * w
    w.grad, x.grad = 7.0, 8.0
    x.value = 1.0
    for accumulate in (False, True):
        with pytest.raises(backend.StaleValueError):
            y.backward(accumulate=accumulate)
    assert (w.grad, x.grad) == (7.0, 8.0)


def test_no_intermediate_shows_a_stale_gradient(backend: Any) -> None:
    x = backend.Variable(3.0)
    y = x * x
    z = y * 2
    x.value = 4.0
    with pytest.raises(backend.StaleValueError):
        z.backward()
    assert (y.grad, z.grad) == (None, None)


def test_old_and_new_numbers_do_not_mix(backend: Any) -> None:
    x = backend.Variable(3.0, "x")
    y = x * 2
    x.value = 5.0
    z = y * x
    assert z.value == 30.0
    with pytest.raises(backend.StaleValueError, match=r"x was set after"):
        z.backward()


def test_what_does_not_depend_on_it_is_fresh(backend: Any) -> None:
    x, w = backend.Variable(3.0), backend.Variable(2.0)
    y = w * w
    stale = x * w
    x.value = 5.0
    y.backward()
    assert w.grad == 4.0
    with pytest.raises(backend.StaleValueError):
        stale.backward()


def test_a_leaf_is_never_stale(backend: Any) -> None:
    x = backend.Variable(3.0)
    x.value = 4.0
    x.backward()
    assert x.grad == 1.0


def test_a_condition_counts(backend: Any) -> None:
    x, w = backend.Variable(3.0, "x"), backend.Variable(2.0)
    y = backend.where(backend.less(x, 4.0), w, w * w)
    x.value = 5.0
    with pytest.raises(backend.StaleValueError, match=r"x was set after"):
        y.backward()


def test_in_a_graph_the_value_waits_for_forward(backend: Any) -> None:
    x = backend.Variable(3.0, "x")
    with backend.Graph() as graph:
        y = x * x
        z = y + 1
    x.value = 5.0
    for stale in (y, z):
        with pytest.raises(backend.StaleValueError, match=r"^x was set after") as caught:
            _ = stale.value
        assert "forward()" in str(caught.value)
        with pytest.raises(backend.StaleValueError):
            f"{stale:.2f}"
        with pytest.raises(backend.StaleValueError):
            stale < 3  # noqa: B015
    assert repr(y) == "Variable(stale, op='multiply')"
    assert graph.forward() == 26.0
    assert (y.value, z.value) == (25.0, 26.0)


def test_in_a_graph_backward_brings_values_up_to_date(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph():
        y = x * x
    x.value = 5.0
    y.backward()
    assert x.grad == 10.0
    assert y.value == 25.0


def test_a_value_set_while_recording(backend: Any) -> None:
    x = backend.Variable(3.0)
    with backend.Graph() as graph:
        a = x * 1
        x.value = 5.0
        b = x * 1
        a + b
    assert b.value == 5.0
    with pytest.raises(backend.StaleValueError):
        _ = a.value
    assert graph.forward() == 10.0


def test_training_in_a_graph(backend: Any) -> None:
    x = backend.Variable(10.0)
    with backend.Graph() as graph:
        (x - 3) ** 2
    for _ in range(100):
        graph.backward()
        x.value -= 0.25 * x.grad
    assert x.value == pytest.approx(3.0, abs=1e-12)


def test_setting_a_gradient_changes_no_version(backend: Any) -> None:
    x = backend.Variable(3.0)
    y = x * x
    x.grad = 5.0
    y.backward()
    assert x.grad == 6.0


def test_a_failed_assignment_changes_no_version(backend: Any) -> None:
    x = backend.Variable(3.0)
    y = x * x
    with pytest.raises(TypeError):
        x.value = "5"
    y.backward()
    assert x.grad == 6.0
