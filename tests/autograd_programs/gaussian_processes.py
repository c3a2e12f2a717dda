"""Gaussian processes and other models with a matrix of covariances."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import elementwise_grad, grad, jacobian, value_and_grad
from autograd.scipy.linalg import solve_banded, solve_triangular
from autograd.scipy.stats import multivariate_normal

from autograd_programs.differences import agree, check_gradient, check_jacobian


def _squares(x, y):
    return np.sum((x[:, None, :] - y[None, :, :]) ** 2, axis=2)


def _kernel(parameters, x, y):
    log_width, log_height = parameters[0], parameters[1]
    return np.exp(2 * log_height - 0.5 * _squares(x, y) * np.exp(-2 * log_width))


def _covariance(parameters, x):
    return _kernel(parameters, x, x) + np.exp(2 * parameters[2]) * np.eye(len(x))


def _data():
    x = npr.RandomState(1).rand(12, 2) * 3
    return x, np.sin(x[:, 0]) + 0.3 * np.cos(2 * x[:, 1])


def marginal_likelihood_by_cholesky():
    x, y = _data()

    def loss(parameters):
        lower = np.linalg.cholesky(_covariance(parameters, x))
        white = solve_triangular(lower, y, lower=True)
        return 0.5 * white @ white + np.sum(np.log(np.diag(lower)))

    parameters = np.array([-0.1, 0.2, -1.0])
    gradient = grad(loss)(parameters)
    check_gradient(loss, parameters, gradient)

    inverse = np.linalg.inv(_covariance(parameters, x))
    slopes = jacobian(lambda p: _covariance(p, x))(parameters)
    inner = inverse - np.outer(inverse @ y, inverse @ y)
    agree(gradient, 0.5 * np.einsum("ij,ijk->k", inner, slopes), 1e-9)


def marginal_likelihood_by_the_density():
    x, y = _data()

    def loss(parameters):
        mean = parameters[3] * np.ones(len(y))
        return -multivariate_normal.logpdf(y, mean, _covariance(parameters, x))

    parameters = np.array([-0.1, 0.2, -0.7, 0.3])
    value, gradient = value_and_grad(loss)(parameters)
    check_gradient(loss, parameters, gradient)

    def by_solving(parameters):
        covariance = _covariance(parameters, x)
        rest = y - parameters[3]
        _, log_volume = np.linalg.slogdet(covariance)
        quadratic = rest @ np.linalg.solve(covariance, rest)
        return 0.5 * (quadratic + log_volume + len(y) * np.log(2 * np.pi))

    agree(value, by_solving(parameters))
    agree(gradient, grad(by_solving)(parameters), 1e-9)


def prediction_and_its_slope():
    x, y = _data()
    parameters = np.array([0.1, 0.0, -1.5])

    def mean(at):
        weights = np.linalg.solve(_covariance(parameters, x), y)
        return np.dot(_kernel(parameters, np.reshape(at, (1, 2)), x), weights)[0]

    def deviation(at):
        lower = np.linalg.cholesky(_covariance(parameters, x))
        cross = _kernel(parameters, np.reshape(at, (1, 2)), x)
        white = solve_triangular(lower, cross.T, lower=True)
        return np.sqrt(1.0 - np.sum(white**2))

    at = np.array([1.3, 0.8])
    check_gradient(mean, at, grad(mean)(at))
    check_gradient(deviation, at, grad(deviation)(at))

    def expected_improvement_bound(at):
        return mean(at) + 2.0 * deviation(at)

    best = at
    for _ in range(20):
        best = best + 0.05 * grad(expected_improvement_bound)(best)
    assert expected_improvement_bound(best) > expected_improvement_bound(at)


def slopes_of_a_process_are_a_process():
    def kernel(a, b):
        return np.exp(-0.5 * (a - b) ** 2)

    a, b = np.meshgrid(np.linspace(0.0, 2.0, 5), np.linspace(0.5, 1.5, 5))
    mixed = elementwise_grad(elementwise_grad(kernel, 0), 1)(a, b)
    agree(mixed, (1 - (a - b) ** 2) * np.exp(-0.5 * (a - b) ** 2))


def inducing_points_are_moved():
    x, y = _data()
    parameters = np.array([0.0, 0.0, -0.5])

    def loss(inducing):
        inner = _kernel(parameters, inducing, inducing) + 1e-4 * np.eye(4)
        cross = _kernel(parameters, inducing, x)
        lower = np.linalg.cholesky(inner)
        white = solve_triangular(lower, cross, lower=True)
        noise = np.exp(2 * parameters[2])
        capacity = np.eye(4) + white @ white.T / noise
        projected = white @ y
        quadratic = y @ y / noise - projected @ np.linalg.solve(capacity, projected) / noise**2
        lost = np.trace(_kernel(parameters, x, x)) - np.sum(white**2)
        return 0.5 * (quadratic + np.log(np.linalg.det(capacity)) + lost / noise)

    inducing = x[:4] + 0.1
    check_gradient(loss, inducing, grad(loss)(inducing), 1e-6)


def whitening_with_either_triangle():
    random = npr.RandomState(5)
    matrix = random.randn(4, 4)
    matrix = matrix @ matrix.T + 4 * np.eye(4)
    right = random.randn(4, 3)

    def solved(matrix, right):
        lower = np.linalg.cholesky(matrix)
        half = solve_triangular(lower, right, lower=True)
        return solve_triangular(lower, half, trans="T", lower=True)

    agree(solved(matrix, right), np.linalg.solve(matrix, right))
    check_jacobian(lambda r: solved(matrix, r), right, jacobian(solved, 1)(matrix, right))

    def total(matrix):
        symmetric = 0.5 * (matrix + matrix.T)
        return np.sum(np.sin(solved(symmetric, right)))

    check_gradient(total, matrix, grad(total)(matrix))

    def upper_total(matrix):
        return np.sum(solve_triangular(np.triu(matrix), right) ** 2)

    check_gradient(upper_total, matrix, grad(upper_total)(matrix))


def precision_of_a_band():
    right = np.array([1.0, -2.0, 0.5, 3.0, 1.0])

    def band(parameters):
        main = np.exp(parameters[0]) * np.ones(5) + 2.0
        side = parameters[1] * np.ones(5)
        return np.vstack((side, main, side))

    def quadratic(parameters):
        return np.dot(right, solve_banded((1, 1), band(parameters), right))

    def dense(parameters):
        main = (np.exp(parameters[0]) + 2.0) * np.eye(5)
        sides = parameters[1] * (np.eye(5, k=1) + np.eye(5, k=-1))
        return np.dot(right, np.linalg.solve(main + sides, right))

    parameters = np.array([0.2, -0.6])
    agree(quadratic(parameters), dense(parameters))
    check_gradient(quadratic, parameters, grad(quadratic)(parameters))
    agree(grad(quadratic)(parameters), grad(dense)(parameters))
