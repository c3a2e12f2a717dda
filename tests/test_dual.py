"""Dual numbers: forward mode, levels, and mixtures with recorded values."""

from __future__ import annotations

import copy
import math
import operator
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from array_backends import has_arrays


def test_components(backend: Any) -> None:
    d = backend.Dual(3, 1, 2)
    assert (d.value, d.tangent, d.level) == (3.0, 1.0, 2)
    assert type(d.value) is float
    assert type(d.tangent) is float
    d = backend.Dual(np.float32(0.5))
    assert (d.value, d.tangent, d.level) == (0.5, 0.0, 0)
    d = backend.Dual(value=1.0, tangent=2.0, level=0)
    assert d.tangent == 2.0
    for name in ("value", "tangent", "level"):
        with pytest.raises(AttributeError):
            setattr(d, name, 1)


@pytest.mark.parametrize("stranger", ["1", None, 1j, [1.0], np.array([1.0, 2.0])])
def test_components_of_a_wrong_type(backend: Any, stranger: Any) -> None:
    if has_arrays(backend) and isinstance(stranger, np.ndarray):
        assert backend.Dual(stranger, stranger).value.tolist() == stranger.tolist()
    else:
        with pytest.raises(TypeError):
            backend.Dual(stranger)
        with pytest.raises(TypeError):
            backend.Dual(1.0, stranger)
    with pytest.raises(TypeError):
        backend.Dual(1.0, 1.0, stranger)


def test_levels_go_down_inwards(backend: Any) -> None:
    inner = backend.Dual(1.0, 2.0, 3)
    outer = backend.Dual(inner, 1.0, 4)
    assert outer.value.tangent == 2.0
    for level in (0, 3):
        with pytest.raises(ValueError, match=r"level"):
            backend.Dual(inner, 1.0, level)
        with pytest.raises(ValueError, match=r"level"):
            backend.Dual(1.0, inner, level)
    with pytest.raises(ValueError, match=r"level"):
        backend.Dual(1.0, 1.0, -1)
    with pytest.raises(TypeError):
        backend.Dual(1.0, 1.0, 1.5)


def test_repr(backend: Any) -> None:
    assert repr(backend.Dual(3.0, 1.0)) == "Dual(3.0, tangent=1.0)"
    assert repr(backend.Dual(3, 1, 1)) == "Dual(3.0, tangent=1.0, level=1)"
    assert repr(backend.Dual(3.0)) == "Dual(3.0, tangent=0.0)"


@pytest.mark.parametrize(
    ("function", "value", "tangent"),
    [
        (lambda d: d + 2, 5.0, 1.0),
        (lambda d: 2 + d, 5.0, 1.0),
        (lambda d: d - 2, 1.0, 1.0),
        (lambda d: 2 - d, -1.0, -1.0),
        (lambda d: d * 2, 6.0, 2.0),
        (lambda d: 2 * d, 6.0, 2.0),
        (lambda d: d / 2, 1.5, 0.5),
        (lambda d: 3 / d, 1.0, -1 / 3),
        (lambda d: d**2, 9.0, 6.0),
        (lambda d: d**3, 27.0, 27.0),
        (lambda d: 2**d, 8.0, 8.0 * math.log(2.0)),
        (lambda d: d**d, 27.0, 27.0 * (math.log(3.0) + 1.0)),
        (lambda d: d // 2, 1.0, 0.0),
        (lambda d: d % 2, 1.0, 1.0),
        (lambda d: 7 % d, 1.0, -2.0),
        (lambda d: -d, -3.0, -1.0),
        (lambda d: +d, 3.0, 1.0),
        (lambda d: abs(-d), 3.0, 1.0),
        (lambda d: d * d - d / d, 8.0, 6.0),
        (lambda d: np.float64(2.0) * d, 6.0, 2.0),
        (lambda d: np.array(2.0) * d, 6.0, 2.0),
        (lambda d: d.sin(), math.sin(3.0), math.cos(3.0)),
        (np.sin, math.sin(3.0), math.cos(3.0)),
    ],
)
def test_operators(
    backend: Any, function: Callable[[Any], Any], value: float, tangent: float
) -> None:
    result = function(backend.Dual(3.0, 1.0))
    assert isinstance(result, backend.Dual)
    assert result.value == pytest.approx(value, rel=1e-15)
    assert result.tangent == pytest.approx(tangent, rel=1e-15)
    assert result.level == 0
    seeded = function(backend.Dual(3.0, -2.0, 5))
    assert seeded.tangent == pytest.approx(-2.0 * tangent, rel=1e-15)
    assert seeded.level == 5


def test_in_place(backend: Any) -> None:
    d = first = backend.Dual(3.0, 1.0)
    d *= d
    d += 1
    assert (d.value, d.tangent) == (10.0, 6.0)
    assert (first.value, first.tangent) == (3.0, 1.0)


@pytest.mark.parametrize("stranger", ["a", None, 1j, [1.0]])
def test_strangers(backend: Any, stranger: Any) -> None:
    d = backend.Dual(3.0, 1.0)
    for operate in (operator.add, operator.mul, operator.pow, operator.lt):
        with pytest.raises(TypeError):
            operate(d, stranger)
        with pytest.raises(TypeError):
            operate(stranger, d)
    assert (d == stranger) is False


def test_comparisons_are_by_value(backend: Any) -> None:
    a, b = backend.Dual(1.0, 5.0), backend.Dual(1.0, 7.0, 1)
    assert a == b
    assert a == 1
    assert (a != 1.0) is False
    assert a <= b
    assert not a < b
    assert a > 0.5
    assert a > 0.5
    assert bool(a)
    assert not backend.Dual(0.0, 1.0)
    assert int(backend.Dual(2.7, 1.0)) == 2
    assert math.floor(backend.Dual(2.7, 1.0)) == 2
    assert divmod(backend.Dual(7.0, 1.0), 2)[0] == 3.0
    assert len({a, b}) == 2


def test_a_dual_is_no_float(backend: Any) -> None:
    d = backend.Dual(1.0, 1.0)
    for drop in (float, math.sin, np.asarray, lambda d: np.asarray([d, d], dtype=float)):
        with pytest.raises(TypeError, match=r"x\.value"):
            drop(d)
    for use in (len, iter, lambda d: d[0], operator.index):
        with pytest.raises(TypeError):
            use(d)


def test_decisions_are_about_values(backend: Any) -> None:
    d = backend.Dual(1.0, 1.0)
    assert backend.less(d, 2.0) is True
    assert backend.isnan(d) is False
    chosen = backend.where(backend.less(d, 2.0), d * 3, d)
    assert (chosen.value, chosen.tangent) == (3.0, 3.0)


def test_the_zero_rule(backend: Any) -> None:
    still = backend.sqrt(backend.Dual(0.0, 0.0))
    assert (still.value, still.tangent) == (0.0, 0.0)
    moving = backend.sqrt(backend.Dual(0.0, 1.0))
    assert (moving.value, moving.tangent) == (0.0, math.inf)
    d = backend.Dual(0.0, 1.0)
    safe = backend.where(backend.greater(d, 0), backend.sqrt(d), 0.0)
    assert safe.tangent == 0.0


def test_equal_levels_combine(backend: Any) -> None:
    product = backend.Dual(3.0, 1.0, 2) * backend.Dual(4.0, 10.0, 2)
    assert (product.value, product.tangent, product.level) == (12.0, 34.0, 2)


def test_different_levels_nest(backend: Any) -> None:
    low, high = backend.Dual(3.0, 1.0, 1), backend.Dual(4.0, 1.0, 2)
    for product in (low * high, high * low):
        assert product.level == 2
        assert product.value.level == 1
        assert product.value.value == 12.0
        assert product.value.tangent == 4.0
        assert product.tangent.value == 3.0
        assert product.tangent.tangent == 1.0


def test_second_derivatives_by_two_levels(backend: Any) -> None:
    x = backend.Dual(backend.Dual(0.7, 1.0, 0), 1.0, 1)
    y = backend.sin(x) * x
    assert y.value.value == pytest.approx(0.7 * math.sin(0.7), rel=1e-15)
    assert y.value.tangent == pytest.approx(math.sin(0.7) + 0.7 * math.cos(0.7), rel=1e-15)
    assert y.tangent.value == pytest.approx(y.value.tangent, rel=1e-15)
    assert y.tangent.tangent == pytest.approx(2 * math.cos(0.7) - 0.7 * math.sin(0.7), rel=1e-15)


def test_any_depth(backend: Any) -> None:
    depth = 8
    x: Any = 1.5
    for level in range(depth):
        x = backend.Dual(x, 1.0, level)
    y = backend.exp(x)
    for _ in range(depth):
        y = y.tangent
    assert y == pytest.approx(math.exp(1.5), rel=1e-13)


def test_recorded_components(backend: Any) -> None:
    x = backend.Variable(2.0)
    y = backend.Dual(x, 1.0) ** 3
    assert isinstance(y.value, backend.Variable)
    assert y.value.value == 8.0
    assert y.tangent.value == 12.0
    y.tangent.backward()
    assert x.grad == 12.0
    mixed = backend.Dual(3.0, 1.0) * x
    assert mixed.value.value == 6.0
    assert (backend.Dual(3.0, 1.0) * 1.0).value == 3.0
    mixed = x * backend.Dual(3.0, 1.0)
    assert isinstance(mixed, backend.Dual)
    mixed.tangent.backward()
    assert x.grad == 1.0


def test_recorded_tangents_replay(backend: Any) -> None:
    x = backend.Variable(2.0)
    with backend.Graph() as graph:
        slope = backend.sin(backend.Dual(x, 1.0)).tangent
        slope * 1
    x.value = 0.5
    assert graph.forward() == math.cos(0.5)
    graph.backward()
    assert x.grad == -math.sin(0.5)


def test_functions_of_several_scalars(backend: Any) -> None:
    xs = [backend.Dual(v, float(v == 1.0)) for v in (0.0, 1.0, 2.0)]
    parts = backend.softmax(xs)
    total = sum(math.exp(v) for v in (0.0, 1.0, 2.0))
    p = math.e / total
    assert parts[1].value == pytest.approx(p, rel=1e-14)
    assert parts[1].tangent == pytest.approx(p * (1 - p), rel=1e-14)
    assert backend.logsumexp(*xs).tangent == pytest.approx(p, rel=1e-14)


def test_copies(backend: Any) -> None:
    d = backend.Dual(backend.Dual(1.0, 2.0, 0), 3.0, 1)
    for twin in (copy.copy(d), copy.deepcopy(d), pickle.loads(pickle.dumps(d))):
        assert (twin.value.value, twin.value.tangent, twin.tangent) == (1.0, 2.0, 3.0)
        assert twin.level == 1


def test_every_method_is_a_function(backend: Any) -> None:
    d = backend.Dual(0.5, 1.0)
    for name in ("sin", "tanh", "erf", "lgamma", "sigmoid", "cbrt", "ndtri"):
        method, function = getattr(d, name)(), getattr(backend, name)(d)
        assert (method.value, method.tangent) == (function.value, function.tangent)


def test_the_zero_rule_component_by_component(backend: Any) -> None:
    still, moving = backend.Dual(0.0, 0.0, 0), backend.Dual(0.0, 1.0, 0)
    root = backend.sqrt(backend.Dual(still, moving, 1))
    assert root.value.value == 0.0
    assert root.tangent.value == 0.0
    assert root.tangent.tangent == math.inf
