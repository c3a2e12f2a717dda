"""Gradients of the thread's own tape: what `backward` sets, and what it leaves alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from array_backends import has_arrays


def test_gradients_of_a_small_expression(backend: Any) -> None:
    x, y = backend.Variable(2.0, "x"), backend.Variable(3.0, "y")
    z = x * y + backend.sin(x)
    assert z.value == 6.0 + math.sin(2.0)
    z.backward()
    assert x.grad == 3.0 + math.cos(2.0)
    assert y.grad == 2.0
    assert type(x.grad) is float


def test_backward_sets(backend: Any) -> None:
    x = backend.Variable(3.0)
    y = x * x
    y.backward()
    y.backward()
    assert x.grad == 6.0
    (x * 5).backward()
    assert x.grad == 5.0


def test_backward_accumulates_when_asked(backend: Any) -> None:
    x, w = backend.Variable(3.0), backend.Variable(1.0)
    y = x * x
    y.backward(accumulate=True)
    assert x.grad == 6.0
    y.backward(accumulate=True)
    assert x.grad == 12.0
    x.grad = 1.0
    y.backward(1.0, True)
    assert x.grad == 7.0
    x.grad = None
    y.backward(seed=2.0, accumulate=True)
    assert x.grad == 12.0
    assert w.grad is None


def test_backward_touches_what_it_depends_on_and_nothing_else(backend: Any) -> None:
    x, y, other = (backend.Variable(v) for v in (2.0, 3.0, 4.0))
    other.grad = 7.0
    bystander = other * x
    z = x + y * 0.0
    z.backward()
    assert (x.grad, y.grad, other.grad) == (1.0, 0.0, 7.0)
    backend.floor(other).backward()
    assert other.grad == 0.0
    bystander.backward()
    assert (x.grad, other.grad) == (4.0, 2.0)


def test_a_cancelled_dependence_is_a_zero(backend: Any) -> None:
    x = backend.Variable(2.0)
    (x - x).backward()
    assert x.grad == 0.0


def test_seed(backend: Any) -> None:
    x = backend.Variable(3.0)
    y = x * x
    for seed in (2, 2.0, True, np.float32(0.5), np.array(3.0)):
        y.backward(seed)
        assert x.grad == 6.0 * float(seed)
        assert type(x.grad) is float
    y.backward(0.0)
    assert x.grad == 0.0
    x.grad = 9.0
    for stranger in ("1", 1j, [1.0], x, backend.Constant(1.0)):
        with pytest.raises(TypeError):
            y.backward(stranger)
    assert x.grad == 9.0
    if has_arrays(backend):  # a seed left out is None there, since its shape is not known before
        y.backward(None)
        assert x.grad == 6.0
    else:
        with pytest.raises(TypeError):
            y.backward(None)


def test_backward_of_a_leaf(backend: Any) -> None:
    x = backend.Variable(3.0)
    x.backward()
    assert x.grad == 1.0
    x.backward(4)
    assert x.grad == 4.0
    x.backward(accumulate=True)
    assert x.grad == 5.0


def test_backward_of_what_depends_on_nothing(backend: Any) -> None:
    x = backend.Variable(3.0)
    for passive in (
        backend.Constant(2.0),
        backend.Constant(2.0) * 3,
        backend.less(x, 4.0),
        backend.logical_not(x),
        backend.isfinite(x) + 1,
    ):
        with pytest.raises(ValueError, match=r"constant|no Variable"):
            passive.backward()
    assert x.grad is None


def test_the_gradient_of_an_intermediate(backend: Any) -> None:
    x = backend.Variable(3.0)
    y = x * x
    z = y * 5

    def grads() -> tuple[float | None, float | None]:
        return y.grad, z.grad

    assert grads() == (None, None)
    z.backward()
    assert grads() == (5.0, 1.0)
    z.backward(2.0)
    assert grads() == (10.0, 2.0)
    y.backward()
    assert grads() == (1.0, 0.0)
    z.backward()
    x + 1
    assert grads() == (None, None)
    assert x.grad == 30.0


def test_reuse_and_sharing(backend: Any) -> None:
    x = backend.Variable(0.5)
    y = backend.exp(x)
    z = y * y + y / (1 + y)
    z.backward()
    e = math.exp(0.5)
    assert x.grad == pytest.approx(2 * e * e + e / (1 + e) ** 2, rel=1e-15)


def test_results_outlive_each_other(backend: Any) -> None:
    x = backend.Variable(3.0)
    y = x * x
    a = y + 1
    b = y * 2
    del y
    a.backward()
    assert x.grad == 6.0
    del a
    b.backward()
    assert x.grad == 12.0


def test_inputs_outlive_the_callers_handle(backend: Any) -> None:
    y = backend.Variable(3.0, "kept") * backend.Variable(4.0)
    y.backward()
    kept, other = y.inputs
    assert kept.name == "kept"
    assert (kept.grad, other.grad) == (4.0, 3.0)


def test_a_chain_of_a_hundred_thousand(backend: Any) -> None:
    x = backend.Variable(1.0)
    y = x
    for _ in range(100_000):
        y = y + x
    y.backward()
    assert x.grad == 100_001.0
    del y


def test_a_wide_sum(backend: Any) -> None:
    xs = [backend.Variable(float(i)) for i in range(1_000)]
    total = sum(x * x for x in xs)
    total.backward()
    assert [x.grad for x in xs] == [2.0 * i for i in range(1_000)]


def test_many_steps_of_training(backend: Any) -> None:
    slope, intercept = backend.Variable(0.0), backend.Variable(0.0)
    points = [(x / 10, 3 * x / 10 - 2) for x in range(-10, 11)]
    for _ in range(300):
        loss = sum((slope * x + intercept - y) ** 2 for x, y in points) / len(points)
        loss.backward()
        slope.value -= 0.3 * slope.grad
        intercept.value -= 0.3 * intercept.grad
    assert slope.value == pytest.approx(3.0, abs=1e-6)
    assert intercept.value == pytest.approx(-2.0, abs=1e-6)


def test_infinite_partials_meet_zero_adjoints(backend: Any) -> None:
    x = backend.Variable(0.0)
    y = backend.where(backend.greater(x, 0.0), backend.sqrt(x), 0.0)
    y.backward()
    assert x.grad == 0.0
    backend.sqrt(x).backward(0.0)
    assert x.grad == 0.0
    backend.sqrt(x).backward()
    assert x.grad == math.inf
    (0.0 * backend.log(x)).backward()
    assert x.grad == 0.0


def test_values_follow_numpy_without_a_warning(backend: Any) -> None:
    x, zero = backend.Variable(1.0), backend.Variable(0.0)
    assert (x / zero).value == math.inf
    assert (-x / 0).value == -math.inf
    assert math.isnan((zero / 0).value)
    assert backend.exp(backend.Variable(1000.0)).value == math.inf
    assert math.isnan(backend.log(-x).value)
    assert backend.log(zero).value == -math.inf
    assert math.isnan((backend.Variable(-8.0) ** (1 / 3)).value)
    assert (x // zero).value == math.inf
    assert math.isnan((x % zero).value)
    assert (zero**-1).value == math.inf
    assert (backend.Variable(1e300) ** 2).value == math.inf
    assert math.isnan(backend.sin(backend.Variable(math.inf)).value)
    assert (backend.Variable(-7.0) // 2).value == -4.0
    assert (backend.Variable(-7.0) % 2).value == 1.0
    assert (backend.Variable(7.0) % -2).value == -1.0


def test_ties_and_kinks(backend: Any) -> None:
    x, y = backend.Variable(1.0), backend.Variable(1.0)
    for function in (backend.maximum, backend.minimum, backend.fmax, backend.fmin):
        function(x, y).backward()
        assert (x.grad, y.grad) == (0.5, 0.5)
    zero = backend.Variable(0.0)
    for function, slope in (
        (abs, 0.0),
        (backend.relu, 0.0),
        (backend.leaky_relu, 1.0),
        (backend.sign, 0.0),
        (backend.elu, 1.0),
        (backend.sinc, 0.0),
        (backend.floor, 0.0),
        (backend.ceil, 0.0),
        (backend.rint, 0.0),
        (backend.trunc, 0.0),
    ):
        function(zero).backward()
        assert zero.grad == slope, function
    for value, slope in ((0.0, 1.0), (1.0, 1.0), (0.5, 1.0), (-0.1, 0.0), (1.1, 0.0)):
        x.value = value
        backend.clip(x, 0.0, 1.0).backward()
        assert x.grad == slope
    h = backend.hypot(zero, 0.0)
    h.backward()
    assert zero.grad == 0.0


def test_where_takes_one_branch(backend: Any) -> None:
    x, y = backend.Variable(2.0), backend.Variable(3.0)
    chosen = backend.where(backend.less(x, y), x * x, y * y)
    assert chosen.op == "where"
    assert chosen.value == 4.0
    chosen.backward()
    assert (x.grad, y.grad) == (4.0, 0.0)
    backend.where(True, x, y).backward()
    assert (x.grad, y.grad) == (1.0, 0.0)
    backend.where(0, x, y).backward()
    assert (x.grad, y.grad) == (0.0, 1.0)


def test_logical_functions_are_values(backend: Any) -> None:
    x, y = backend.Variable(2.0), backend.Variable(3.0)
    for function, value in (
        (backend.less, 1.0),
        (backend.less_equal, 1.0),
        (backend.greater, 0.0),
        (backend.greater_equal, 0.0),
        (backend.equal, 0.0),
        (backend.not_equal, 1.0),
        (backend.logical_and, 1.0),
        (backend.logical_or, 1.0),
    ):
        result = function(x, y)
        assert isinstance(result, backend.Variable)
        assert result.value == value
        assert result.op == function.__name__
        assert function(2.0, 3.0) is bool(value)
    assert backend.logical_not(x).value == 0.0
    assert backend.isnan(2.0) is False
    assert backend.isinf(math.inf) is True
    assert backend.isfinite(x).value == 1.0


def test_a_product_with_a_decision(backend: Any) -> None:
    x = backend.Variable(2.0)
    y = backend.less(x, 3.0) * x * x
    y.backward()
    assert (y.value, x.grad) == (4.0, 4.0)


def test_a_condition_gets_no_gradient(backend: Any) -> None:
    x, y = backend.Variable(2.0), backend.Variable(3.0)
    backend.where(backend.less(x, 3.0), y * y, y).backward()
    assert (x.grad, y.grad) == (None, 6.0)
