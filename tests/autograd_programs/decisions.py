"""Python's own control flow, on values; derivatives inside of derivatives."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import elementwise_grad, grad, jacobian, value_and_grad
from autograd.tracer import getval, isbox

from autograd_programs.differences import agree, check_gradient


def loop_that_ends_by_value():
    def halvings(x):
        count = 0
        while x > 1.0:
            x = x / 2 if count % 2 else x / 3 + 0.1
            count += 1
        return x * count

    check_gradient(halvings, 37.0, grad(halvings)(37.0))
    assert grad(halvings)(0.5) == 0.0


def power_by_recursion():
    def power(x, n):
        if n == 0:
            return 1.0
        half = power(x, n // 2)
        return half * half * (x if n % 2 else 1.0)

    agree(grad(power)(1.1, 13), 13 * 1.1**12)
    agree(grad(grad(power))(1.1, 13), 13 * 12 * 1.1**11)


def continued_fraction_by_a_generator():
    def terms(x):
        for n in range(12):
            yield (2 * n + 1) / x

    def tanh(x):
        value = 0.0
        for term in reversed(list(terms(x))):
            value = 1 / (term + value)
        return value

    agree(tanh(0.8), np.tanh(0.8))
    agree(grad(tanh)(0.8), 1 - np.tanh(0.8) ** 2)


def branches_on_passive_values():
    taken = []

    def f(x):
        plain = getval(x)
        assert not isbox(plain)
        assert float(plain) == float(getval(x))
        taken.append(isbox(x))
        return x**2 if float(plain) > 1 else x**3

    agree(grad(f)(2.0), 4.0)
    agree(grad(f)(0.5), 0.75)
    agree(grad(grad(f))(0.5), 3.0)
    f(0.5)
    assert taken == [True, True, True, False]


def straight_through_estimate():
    """What is rounded forwards and not at all backwards, by taking a value out of its trace."""

    def rounded(x):
        return x + (np.round(getval(x)) - getval(x))

    x = np.array([0.2, 0.7, 1.6])
    agree(rounded(x), np.round(x))
    agree(elementwise_grad(lambda x: rounded(x) ** 2)(x), 2 * np.round(x))


def perturbations_are_not_confused():
    def outer(x):
        return x * grad(lambda y: x + y)(2.0)

    agree(grad(outer)(1.0), 1.0)

    def deeper(x):
        return grad(lambda y: x * y * grad(lambda z: x * y * z**2)(y))(x)

    # y * x * (2 x y²) has the slope 6 x² y² by y.
    agree(deeper(1.1), 6 * 1.1**4)
    agree(grad(deeper)(1.1), 24 * 1.1**3)

    def same_name(x):
        inner = grad(lambda x: x**3)(x)
        return inner * x

    agree(grad(same_name)(0.9), 9 * 0.81)


def derivatives_with_respect_to_what_surrounds():
    scale = 0.7

    def loss(weight):
        def model(x):
            return np.tanh(weight * x) * scale

        slope = elementwise_grad(model)
        x = np.linspace(-1.0, 1.0, 7)
        return np.mean((slope(x) - 1.0) ** 2)

    check_gradient(loss, 1.3, grad(loss)(1.3))
    check_gradient(grad(loss), 1.3, grad(grad(loss))(1.3))


def forces_from_an_energy_fitted_to_data():
    random = npr.RandomState(1)
    places = random.randn(5, 3)

    def energy(place, parameters):
        depth, width = parameters
        distance = np.sqrt(np.sum(place**2) + 0.01)
        return depth * (1 - np.exp(-width * distance)) ** 2

    def loss(parameters):
        total = 0.0
        for place in places:
            force = -grad(energy)(place, parameters)
            total = total + np.sum((force + place) ** 2)
        return total

    parameters = np.array([1.2, 0.8])
    check_gradient(loss, parameters, grad(loss)(parameters))


def comparisons_see_values():
    def f(x):
        assert x > 0.5
        assert not (x < 0.5)
        assert x >= 0.5
        assert x != 3
        assert np.all(np.isfinite(x))
        best = max([x, x**2, 0.1], key=getval)
        return best if best is not x else np.sqrt(x)

    agree(grad(f)(0.81), 0.5 / 0.9)
    agree(grad(f)(1.5), 3.0)


def decisions_that_are_negated():
    def f(x):
        small = ~(x > 2)
        return x**2 if small else x**3

    agree(grad(f)(3.0), 27.0)
    agree(grad(f)(1.0), 2.0)

    def g(x):
        inside = (x > 0) & ~(x > 1)
        return np.sum(np.where(inside, x**2, 0.0)) * inside.sum()

    agree(grad(g)(np.array([-1.0, 0.5, 2.0])), [0.0, 1.0, 0.0])


def exceptions_leave_nothing_behind():
    def fails(x):
        if x > 1:
            raise ValueError("too large")
        return x**2

    def tries(x):
        try:
            return grad(fails)(2 * x)
        except ValueError:
            return x**3

    agree(tries(0.4), 1.6)
    agree(grad(tries)(0.4), 4.0)
    agree(grad(tries)(1.0), 3.0)
    agree(grad(fails)(0.5), 1.0)


def absolute_value_and_friends_at_their_kinks():
    x = np.array([-2.0, 0.0, 3.0])
    agree(elementwise_grad(np.abs)(x), [-1.0, 0.0, 1.0])
    agree(elementwise_grad(lambda x: np.maximum(x, 0.5))(x), [0.0, 0.0, 1.0])
    agree(grad(lambda x: np.maximum(x, x))(1.0), 1.0)
    agree(grad(lambda x: np.maximum(x, 2.0))(2.0), 0.5)
    agree(grad(np.max)(np.array([1.0, 3.0, 3.0])), [0.0, 0.5, 0.5])
    agree(elementwise_grad(lambda x: np.where(x > 0, x**2, -x))(x), [-1.0, -1.0, 6.0])
    agree(elementwise_grad(lambda x: x + np.sign(x) + np.floor(x))(x), np.ones(3))


def memory_of_earlier_values():
    known = {}

    def fibonacci_like(x, n):
        if n < 2:
            return x if n else 1.0
        if n not in known:
            known[n] = fibonacci_like(x, n - 1) * 0.5 + x * fibonacci_like(x, n - 2)
        return known[n]

    def f(x):
        known.clear()
        return fibonacci_like(x, 10)

    value, slope = value_and_grad(f)(0.6)
    agree(value, f(0.6))
    check_gradient(f, 0.6, slope)


def inner_solver_inside_a_jacobian():
    def response(load):
        x = np.zeros(2)
        for _ in range(8):
            slope = jacobian(lambda x: x + 0.3 * np.sin(x[::-1]))(x)
            x = x - np.linalg.solve(slope, x + 0.3 * np.sin(x[::-1]) - load)
        return x

    load = np.array([0.5, -0.2])
    x = response(load)
    closed = np.linalg.inv(np.eye(2) + 0.3 * np.diag(np.cos(x[::-1])) @ np.eye(2)[::-1])
    agree(jacobian(response)(load), closed)
