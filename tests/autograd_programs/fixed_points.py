"""Equations solved by iteration, and differentiated without going through it."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad, hessian, jacobian
from autograd.misc.fixed_points import fixed_point

from autograd_programs.differences import agree, check_gradient


def _distance(x, y):
    return np.max(np.abs(x - y))


def square_root_as_babylonians_took_it():
    def improved(a):
        return lambda x: 0.5 * (x + a / x)

    def root(a):
        return fixed_point(improved, a, 1.0, _distance, 1e-14)

    agree(root(7.0), np.sqrt(7.0))
    agree(grad(root)(7.0), 0.5 / np.sqrt(7.0))
    agree(grad(lambda a: np.sin(root(a**2)))(3.0), np.cos(3.0))


def curvature_of_what_is_iterated():
    calls = []

    def distance(x, y):
        calls.append(1)
        assert len(calls) < 1000, "no fixed point is reached"
        return np.abs(x - y)

    def root(a):
        return fixed_point(lambda a: lambda x: 0.5 * (x + a / x), a, 1.0, distance, 1e-13)

    agree(grad(grad(root))(2.0), -0.25 * 2.0**-1.5)
    agree(hessian(root)(2.0), -0.25 * 2.0**-1.5)


def orbit_by_keplers_equation():
    def anomaly(parameters):
        def step(parameters):
            mean, eccentricity = parameters
            return lambda e: mean + eccentricity * np.sin(e)

        return fixed_point(step, parameters, 0.5, _distance, 1e-13)

    parameters = np.array([0.8, 0.3])
    e = anomaly(parameters)
    agree(e - 0.3 * np.sin(e), 0.8)
    closed = np.array([1.0, np.sin(e)]) / (1 - 0.3 * np.cos(e))
    agree(grad(anomaly)(parameters), closed)
    check_gradient(anomaly, parameters, grad(anomaly)(parameters))


def network_at_equilibrium():
    random = npr.RandomState(0)
    weights = 0.3 * random.randn(4, 4)
    inputs = random.randn(4)

    def layer(parameters):
        weights, inputs = parameters
        return lambda z: np.tanh(np.dot(weights, z) + inputs)

    def loss(parameters):
        return np.sum(fixed_point(layer, parameters, np.zeros(4), _distance, 1e-13) ** 2)

    gradient = grad(loss)((weights, inputs))
    check_gradient(loss, (weights, inputs), gradient)
    z = fixed_point(layer, (weights, inputs), np.zeros(4), _distance, 1e-13)
    slope = 1 - z**2
    adjoint = np.linalg.solve((np.eye(4) - slope[:, None] * weights).T, 2 * z)
    agree(gradient[1], slope * adjoint)
    agree(gradient[0], np.outer(slope * adjoint, z))


def newton_in_a_while_loop():
    """Without fixed_point: the loop itself is differentiated, and its length is a decision."""

    def cube_root(a):
        x = 1.0
        while abs(x**3 - a) > 1e-12:
            x = x - (x**3 - a) / (3 * x**2)
        return x

    agree(grad(cube_root)(5.0), 5.0 ** (-2 / 3) / 3)


def ranks_of_pages():
    links = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])

    def ranks(damping, links):
        shares = links / np.sum(links, axis=0)
        rank = np.ones(3) / 3
        for _ in range(80):
            rank = damping * np.dot(shares, rank) + (1 - damping) / 3
        return rank

    def closed(damping, links):
        shares = links / np.sum(links, axis=0)
        return np.linalg.solve(np.eye(3) - damping * shares, np.full(3, (1 - damping) / 3))

    agree(ranks(0.6, links), closed(0.6, links))
    agree(jacobian(ranks)(0.6, links), jacobian(closed)(0.6, links))
    agree(jacobian(ranks, 1)(0.6, links), jacobian(closed, 1)(0.6, links))
    check_gradient(lambda d: ranks(d, links)[0], 0.6, grad(lambda d: ranks(d, links)[0])(0.6))
