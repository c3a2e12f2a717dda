"""`compat.dual`: values with their derivatives, and losses of them."""

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from autodiffx.compat.dual import Exp, Log, Sigmoid, Variable, exp, log, logloss, mse, sigmoid


def test_a_product_with_a_constant() -> None:
    product = Variable(3) * Variable(4, 1)
    assert product.value == 12
    assert product.grad == 3


def test_attributes_are_as_given_and_assignable() -> None:
    x = Variable(3)
    assert (x.value, x.grad) == (3, 0)
    x.grad = 1
    x.value = 5.0
    assert (x * x).grad == 10.0
    assert repr(x * x) == "Variable(25.0, grad=10.0)"


OPERATIONS = [
    (lambda a, b: a + b, lambda a, b: a + b),
    (lambda a, b: a - b, lambda a, b: a - b),
    (lambda a, b: a * b, lambda a, b: a * b),
    (lambda a, b: a / b, lambda a, b: a / b),
    (lambda a, b: a**b, lambda a, b: a**b),
    (lambda a, b: 2 + a, lambda a, b: 2 + a),
    (lambda a, b: 2 - a, lambda a, b: 2 - a),
    (lambda a, b: 2 * a, lambda a, b: 2 * a),
    (lambda a, b: 2 / a, lambda a, b: 2 / a),
    (lambda a, b: 2**a, lambda a, b: 2**a),
    (lambda a, b: a / 4 - 1, lambda a, b: a / 4 - 1),
    (lambda a, b: a**3, lambda a, b: a**3),
    (lambda a, b: np.float64(1.5) * -a, lambda a, b: -1.5 * a),
    (lambda a, b: log(a), lambda a, b: mpmath.log(a)),
    (lambda a, b: exp(a), lambda a, b: mpmath.exp(a)),
    (lambda a, b: sigmoid(a), lambda a, b: 1 / (1 + mpmath.exp(-a))),
]


@pytest.mark.parametrize(("operate", "exact"), OPERATIONS)
def test_values_and_derivatives(operate: Callable[..., Any], exact: Callable[..., Any]) -> None:
    result = operate(Variable(1.7, 0.5), Variable(2.3, -2.0))
    with mpmath.workdps(50):
        a, b = mpmath.mpf(1.7), mpmath.mpf(2.3)
        value = exact(a, b)
        derivative = mpmath.diff(lambda t: exact(a + t / 2, b - 2 * t), 0)
    assert result.value == pytest.approx(float(value), rel=1e-15)
    assert result.grad == pytest.approx(float(derivative), rel=4e-15)


def test_powers_with_a_varying_exponent() -> None:
    power = Variable(2.0) ** Variable(3.0, 1)
    assert power.value == 8.0
    assert power.grad == pytest.approx(8 * math.log(2), rel=1e-15)
    negative = Variable(-2.0, 1) ** Variable(3)
    assert (negative.value, negative.grad) == (-8.0, 12.0)


def test_functions_are_instances_of_their_classes() -> None:
    for instance, kind in ((log, Log), (exp, Exp), (sigmoid, Sigmoid)):
        assert isinstance(instance, kind)
        assert kind()(Variable(0.3, 1)).grad == instance(Variable(0.3, 1)).grad
    with pytest.raises(TypeError, match="expected a real number"):
        log(STRANGERS[0])


def test_mean_squared_error() -> None:
    assert mse(Variable(3, 1), Variable(1)).value == 4
    assert mse(Variable(3, 1), Variable(1)).grad == 4
    assert mse(Variable(3), Variable(1, 1)).grad == -4
    several = mse([Variable(1, 1), Variable(2, 3)], [0, 4.0])
    assert several.value == 2.5
    assert several.grad == (2 * 1 * 1 + 2 * -2 * 3) / 2
    arrays = mse(Variable(np.array([1.0, 2.0]), np.array([1.0, 3.0])), np.array([0.0, 4.0]))
    assert (arrays.value, arrays.grad) == (several.value, several.grad)
    with pytest.raises(ValueError, match="mean of no values"):
        mse([], [])


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("p", [0.25, 1e-9, 0.999])
def test_log_loss_inside_the_bounds(label: int, p: float) -> None:
    loss = logloss(Variable(label), Variable(p, 1))
    with mpmath.workdps(50):
        probability = mpmath.mpf(p) if label else 1 - mpmath.mpf(p)
        value, slope = -mpmath.log(probability), (-1 if label else 1) / probability
    assert loss.value == pytest.approx(float(value), rel=1e-15)
    assert loss.grad == pytest.approx(float(slope), rel=1e-15)


@pytest.mark.parametrize(
    ("label", "p", "inside"), [(1, 0.0, 1e-15), (1, -3.0, 1e-15), (0, 1.0, 1 - 1e-15)]
)
def test_log_loss_clips_the_value_and_passes_the_gradient(
    label: int, p: float, inside: float
) -> None:
    pred = Variable(p, 2.0)
    loss = logloss(label, pred)
    probability = inside if label else 1 - inside
    assert loss.value == pytest.approx(-math.log(probability), rel=1e-15)
    assert loss.grad == pytest.approx((-2 if label else 2) / probability, rel=1e-15)
    assert (pred.value, pred.grad) == (p, 2.0)


def test_log_loss_of_several() -> None:
    single = [logloss(1, Variable(0.3, 1)), logloss(0, Variable(0.6, 2))]
    several = logloss([1, 0], [Variable(0.3, 1), Variable(0.6, 2)])
    assert several.value == pytest.approx(sum(loss.value for loss in single) / 2, rel=1e-15)
    assert several.grad == pytest.approx(sum(loss.grad for loss in single) / 2, rel=1e-15)


def test_arrays_broadcast() -> None:
    x = Variable(np.array([1.0, 2.0, 3.0]))
    slope = Variable(2.0, 1.0)
    line = slope * x - 1
    np.testing.assert_array_equal(line.value, [1.0, 3.0, 5.0])
    np.testing.assert_array_equal(line.grad, [1.0, 2.0, 3.0])
    np.testing.assert_array_equal((np.array([1.0, 2.0]) * slope).grad, [1.0, 2.0])
    with pytest.raises(ValueError, match="grad has 2 elements where value has 3"):
        Variable(np.ones(3), np.ones(2)) + 1
    with pytest.raises(TypeError, match="array within a sequence"):
        mse([x], [1.0])


STRANGERS: list[Any] = ["a", None, [1.0]]


def test_strangers_are_refused() -> None:
    for stranger in STRANGERS:
        with pytest.raises(TypeError, match="unsupported operand"):
            Variable(1) + stranger
        with pytest.raises(TypeError, match="unsupported operand"):
            stranger - Variable(1)


def test_regression_in_forward_mode() -> None:
    xs = np.linspace(0, 1, 20)
    x, y = Variable(xs), Variable(3 * xs - 2)
    slope, offset = Variable(0.0), Variable(0.0)
    for _ in range(600):
        steps = []
        for parameter in (slope, offset):
            parameter.grad = 1
            steps.append(mse(slope * x + offset, y).grad)
            parameter.grad = 0
        slope.value -= 0.5 * steps[0]
        offset.value -= 0.5 * steps[1]
    assert slope.value == pytest.approx(3, abs=1e-6)
    assert offset.value == pytest.approx(-2, abs=1e-6)
