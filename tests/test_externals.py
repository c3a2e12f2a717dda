"""Kernels from outside the engine, as statements: in every sweep, in graphs, and when they fail."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest

import autodiffx as adx
from autodiffx.numpy.rule import Rule

# The same function as a kernel and by operators, so that every sweep has a witness.
wave = Rule(
    "wave",
    lambda x, s: np.sin(x) * s,
    lambda g, y, x, s, wanted: (
        g * adx.cos(x) * s if wanted[0] else None,
        total(g * adx.sin(x)) if wanted[1] else None,
    ),
)
summed = Rule(
    "summed",
    lambda x: np.asarray(x.sum()),
    lambda g, y, x, wanted: g + 0.0 * x,
    lambda tangents, y, x: total(tangents[0]),
)
halves = Rule(
    "halves",
    lambda x: (x[: len(x) // 2] ** 2, np.asarray(x[-1] * 3.0)),
    lambda g, y, x, wanted: halves_back(g[0], g[1], x),
)
halves_back: Rule = Rule(
    "halves_back",
    lambda g, h, x: np.concatenate([2.0 * g * x[: len(g)], np.zeros(len(x) - len(g) - 1), [3 * h]]),
    lambda k, y, g, h, x, wanted: (
        2.0 * k[: len(g)] * x[: len(g)],
        3.0 * k[-1],
        np.concatenate([2.0 * g * k[: len(g)], np.zeros(len(x) - len(g))]),
    ),
)


def total(x: Any) -> Any:
    """The sum of all elements."""
    return summed(x) if np.ndim(x) else x


def by_operators(x: Any, s: Any) -> Any:
    """What `wave` computes."""
    return adx.sin(x) * s


POINT = np.array([[0.3, -1.2, 2.0], [0.7, 0.1, -0.4]])


def views() -> dict[str, Any]:
    """Ways to look at an array of two axes."""
    return {
        "whole": lambda x: x,
        "transposed": lambda x: x.T,
        "strided": lambda x: x[:, ::2],
        "backwards": lambda x: x[::-1, 1:],
        "repeated": lambda x: adx._core._broadcast_to(x[0], (4, 3)),
        "element": lambda x: x[1, 1],
    }


@pytest.mark.parametrize("name", views())
def test_a_kernel_is_differentiated_as_the_operators_are(name: str) -> None:
    view = views()[name]
    found = []
    for function in (wave, by_operators):
        x, s = adx.Variable(POINT), adx.Variable(1.5)
        with adx.Graph() as graph:
            y = total(function(view(x), s) ** 2)
        graph.backward()
        direction = {x: np.cos(POINT), s: -2.0}
        products = graph.hvp(direction)
        first = (y.value, x.grad, s.grad, graph.jvp(direction), products[x], products[s])
        x.value = POINT + 0.5
        s.value = -0.5
        found.append((*first, graph.forward()))
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-13, atol=1e-15)


def test_float32_stays_float32() -> None:
    x = adx.Variable(POINT.astype(np.float32))
    y = Rule("twice", lambda x: x * 2, lambda g, y, x, wanted: g * 2)(x)
    assert y.dtype == np.float32
    y.backward(seed=np.ones((2, 3), np.float32))
    assert x.grad.dtype == np.float32
    np.testing.assert_array_equal(x.grad, np.full((2, 3), 2.0))


def test_several_results_lie_side_by_side() -> None:
    x = adx.Variable([1.0, 2.0, 3.0, 4.0, 5.0])
    with adx.Graph() as graph:
        squares, last = halves(x)
        assert squares.shape == (2,)
        assert last.ndim == 0
        y = total(squares * squares[::-1]) + last * squares[0]
    direction = [1.0, 0.0, 0.0, 0.0, 1.0]
    np.testing.assert_array_equal(squares.value, [1.0, 4.0])
    assert last.value == 15.0
    graph.backward()
    np.testing.assert_array_equal(x.grad, [4 * 2 * 2 + 15 * 2, 2 * 2 * 1 * 2, 0.0, 0.0, 3.0])
    assert graph.jvp({x: direction}) == 46.0 + 3.0
    np.testing.assert_array_equal(graph.hvp({x: direction})[x], [52.0, 16.0, 0.0, 0.0, 6.0])
    x.value = [2.0, 1.0, 0.0, 0.0, 1.0]
    assert graph.forward() == 4.0 * 1.0 * 2 + 3.0 * 4.0
    assert y.value == 20.0


@pytest.mark.parametrize("length", [4, 300])  # in the slots, and apart
def test_elements_are_taken_while_a_recorded_sweep_runs(length: int) -> None:
    unit = np.eye(1, length)[0]

    def back(g: Any, y: Any, x: Any, wanted: Any) -> Any:
        twice = y[1] + np.exp(x[0])  # the same, as a result and of an element
        return 2.0 * g[0] * x + 0.5 * g[1] * twice * unit

    both = Rule("both", lambda x: (x**2, np.asarray(np.exp(x[0]))), back)

    def f(x: Any) -> Any:
        squares, first = both(x)
        return np.sum(squares * squares) + first

    numbers = np.linspace(0.5, 1.5, length)
    gradient = adx.grad(f)
    expected = 4.0 * numbers**3 + np.exp(0.5) * unit
    np.testing.assert_allclose(gradient(numbers), expected, rtol=1e-14)
    found = adx.grad(lambda x: np.sum(gradient(x)))(numbers)
    np.testing.assert_allclose(found, 12.0 * numbers**2 + np.exp(0.5) * unit, rtol=1e-14)


def test_plain_arrays_are_only_computed_with() -> None:
    y = wave(POINT, 2.0)
    assert type(y) is np.ndarray
    np.testing.assert_array_equal(y, np.sin(POINT) * 2.0)


def test_of_constants_comes_a_constant() -> None:
    y = wave(adx.Constant(2.0), 3.0)
    assert isinstance(y, adx.Variable)
    assert y.op is None
    with pytest.raises(ValueError, match="depends on no Variable"):
        y.backward()


def test_a_kernel_without_derivative_decides() -> None:
    counted = Rule("counted", lambda x: np.asarray((x > 0).sum(), dtype=float))
    x = adx.Variable([1.0, -1.0, 2.0])
    with adx.Graph() as graph:
        y = counted(x) * x[0]
    graph.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 0.0, 0.0])
    x.value = [3.0, 4.0, 5.0]
    assert graph.forward() == 9.0
    assert y.value == 9.0


def test_statements_tell_what_they_are() -> None:
    x = adx.Variable(POINT, name="x")
    with adx.Graph() as graph:
        y = wave(x[:, 1], 2.0)
    assert y.op == "wave"
    strip, factor = y.inputs
    np.testing.assert_array_equal(strip.value, POINT[:, 1])
    assert factor.value == 2.0
    assert "wave" in graph.to_dot()
    assert "wave" in repr(y)
    whole = wave(x, 2.0).inputs[0]
    assert whole is x


class Refusal(Exception):
    """What kernels of these tests raise."""


def refusing(after: int) -> Rule:
    """A kernel that runs a few times and then refuses."""
    left = [after]

    def forward(x: Any) -> Any:
        if left[0] == 0:
            raise Refusal("no")
        left[0] -= 1
        return x + 1.0

    return Rule("refusing", forward, lambda g, y, x, wanted: g)


def test_a_kernel_that_fails_leaves_the_recording() -> None:
    x, unused = adx.Variable([1.0, 2.0]), adx.Variable([3.0, 4.0])
    with adx.Graph() as graph:
        y = x * 2.0
        before = len(graph), graph.to_dot()
        with pytest.raises(Refusal):
            refusing(0)(unused)
        assert (len(graph), graph.to_dot()) == before
        y = total(y)
    graph.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])
    assert y.value == 6.0


def test_a_replay_that_fails_can_be_repeated() -> None:
    x = adx.Variable([1.0, 2.0])
    kernel = refusing(1)
    with adx.Graph() as graph:
        y = total(kernel(x) * x)
    x.value = [2.0, 3.0]
    with pytest.raises(Refusal):
        graph.forward()
    with pytest.raises(adx.StaleValueError):
        assert y.value
    kernel.forward = lambda x: x + 1.0
    assert graph.forward() == 2.0 * 3.0 + 3.0 * 4.0


def test_kernels_are_given_copies() -> None:
    seen: list[Any] = []

    def forward(x: Any) -> Any:
        seen.append(x)
        result = x + 1.0
        x[:] = -1.0
        return result

    def vjp(g: Any, y: Any, x: Any, wanted: Any) -> Any:
        y[:] = g[:] = x[:] = 7.0
        return np.ones(2)

    x = adx.Variable([1.0, 2.0])
    with adx.Graph() as graph:
        y = Rule("writes", forward, vjp)(x)
        z = total(y * y)
    graph.backward()
    graph.backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])
    np.testing.assert_array_equal(y.value, [2.0, 3.0])
    assert z.value == 13.0
    x.value = [5.0, 5.0]
    graph.forward()
    np.testing.assert_array_equal(seen[0], [-1.0, -1.0])


def test_what_a_kernel_returns_is_copied() -> None:
    kept = np.array([1.0, 2.0])
    y = Rule("kept", lambda x: kept, lambda g, y, x, wanted: g)(adx.Variable([0.0, 0.0]))
    kept[:] = 9.0
    np.testing.assert_array_equal(y.value, [1.0, 2.0])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda g: g[:1], r"an adjoint of an operand of odd has the shape \(2,\), got .* \(1,\)"),
        (lambda g: (g, g), r"_pull_back of odd gives 1 arrays, got 2"),
        (lambda g: g * 1j, "complex"),
    ],
)
def test_an_adjoint_of_another_kind_is_an_error(given: Any, message: str) -> None:
    x = adx.Variable([1.0, 2.0])
    y = Rule("odd", lambda x: x, lambda g, y, x, wanted: given(g))(x)
    with pytest.raises((ValueError, TypeError), match=message):
        y.backward(seed=[1.0, 1.0])
    assert x.grad is None


def test_a_zero_adjoint_asks_for_nothing() -> None:
    def vjp(g: Any, y: Any, x: Any, wanted: Any) -> Any:
        raise AssertionError("there is nothing to pass on")

    x = adx.Variable([1.0, 2.0])
    y = Rule("root", lambda x: x, vjp)(x)
    (y * 0.0).backward(seed=[1.0, 1.0])
    np.testing.assert_array_equal(x.grad, [0.0, 0.0])


def test_only_what_is_active_is_wanted() -> None:
    asked: list[Any] = []

    def vjp(g: Any, y: Any, a: Any, b: Any, c: Any, wanted: Any) -> Any:
        asked.append(wanted)
        return g, None, None

    x = adx.Variable([1.0, 2.0])
    y = Rule("three", lambda a, b, c: a, vjp)(x, x > 0.0, np.ones(2))
    y.backward(seed=[1.0, 1.0])
    assert asked == [(True, False, False)]


def test_many_operands() -> None:
    x = adx.Variable(np.arange(1000.0))
    joined = Rule("joined", lambda *parts: np.array(parts), lambda g, y, *parts, wanted: tuple(g))
    y = joined(*x)
    np.testing.assert_array_equal(y.value, np.arange(1000.0))
    assert len(y.inputs) == 1000
    y.backward(seed=np.arange(1000.0) ** 2)
    np.testing.assert_array_equal(x.grad, np.arange(1000.0) ** 2)


def test_values_of_an_enclosing_graph_are_operands() -> None:
    x = adx.Variable([1.0, 2.0])
    with adx.Graph():
        outer = x * x
        with adx.Graph() as inner:
            y = total(wave(outer, 2.0))
        inner.backward()
    np.testing.assert_allclose(x.grad, 2.0 * np.cos([1.0, 4.0]) * 2.0 * np.array([1.0, 2.0]))
    x.value = [0.5, 1.0]
    assert inner.forward() == pytest.approx(2.0 * np.sin([0.25, 1.0]).sum())
    assert y.inputs[0].op == "wave"


def test_placeholders_are_operands() -> None:
    with adx.Graph() as graph:
        s = adx.Variable(name="s")
        y = total(wave(np.array([1.0, 2.0]), s))
        with pytest.raises(ValueError, match="does not have value: s"):
            assert y.value
    s.value = 2.0
    assert graph.forward() == pytest.approx(2.0 * np.sin([1.0, 2.0]).sum())


def test_entries_go_with_their_statements() -> None:
    class Kept:
        pass

    kept = Kept()
    gone = weakref.ref(kept)
    other = Rule("other", lambda x, kept: x + 1.0, lambda g, y, x, wanted, kept: g)
    x = adx.Variable([1.0, 2.0])
    y = other(x, kept=kept)
    alive = other(x, kept=None)
    del kept, y
    for _ in range(40_000):  # enough for the tape to tidy up
        x[0] * x[1]
    gc.collect()
    assert gone() is None
    alive.backward(seed=[1.0, 2.0])
    np.testing.assert_array_equal(x.grad, [1.0, 2.0])


def test_a_kernel_may_use_variables_of_its_own() -> None:
    inside = Rule(
        "inside",
        lambda x: np.asarray((adx.Variable(x) * 2.0).value),
        lambda g, y, x, wanted: (adx.Variable(g) * 2.0).value,
    )
    x = adx.Variable([1.0, 2.0])
    with adx.Graph() as graph:
        y = total(inside(x))
    graph.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])
    assert len(graph) == 2
    assert y.value == 6.0


def test_duals_of_numbers_carry_tangents_through() -> None:
    cube = Rule("cube", lambda x: x**3, lambda g, y, x, wanted: g * 3.0 * x**2)
    result = cube(adx.Dual(2.0, 1.0))
    assert result.value == 8.0
    assert result.tangent == 12.0
