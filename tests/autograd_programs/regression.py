"""Models of how one quantity depends on others, fitted by their gradients."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import elementwise_grad, grad, hessian, jacobian, value_and_grad
from autograd.misc.optimizers import sgd
from autograd.scipy.special import expit, gammaln, logsumexp
from autograd.scipy.stats import norm, poisson, t

from autograd_programs.differences import agree, check_gradient, check_jacobian


def _measurements(count=40, features=3, seed=1):
    random = npr.RandomState(seed)
    inputs = random.randn(count, features)
    return inputs, inputs @ np.arange(1.0, features + 1) + 0.1 * random.randn(count)


def logistic_regression():
    inputs, scores = _measurements()
    labels = scores > 0

    def loss(weights):
        chance = 0.5 * (np.tanh(np.dot(inputs, weights) / 2) + 1)
        return -np.sum(np.log(np.where(labels, chance, 1 - chance))) + 0.5 * np.sum(weights**2)

    loss_gradient = grad(loss)
    start = np.array([0.3, -0.2, 0.1])
    check_gradient(loss, start, loss_gradient(start))
    closed = inputs.T @ (expit(inputs @ start) - labels) + start
    agree(loss_gradient(start), closed)

    weights = start
    for _ in range(200):
        weights = weights - 0.05 * loss_gradient(weights)
    assert np.max(np.abs(loss_gradient(weights))) < 1e-5
    assert np.mean((inputs @ weights > 0) == labels) > 0.95


def ridge_regression_reaches_the_normal_equations():
    inputs, targets = _measurements()

    def loss(weights, strength):
        rest = targets - inputs @ weights
        return rest @ rest / 2 + strength * weights @ weights / 2

    curvature = hessian(loss)(np.zeros(3), 2.0)
    agree(curvature, inputs.T @ inputs + 2.0 * np.eye(3))
    newton = -np.linalg.solve(curvature, grad(loss)(np.zeros(3), 2.0))
    agree(newton, np.linalg.solve(inputs.T @ inputs + 2.0 * np.eye(3), inputs.T @ targets))
    by_strength = grad(loss, 1)(newton, 2.0)
    agree(by_strength, newton @ newton / 2)


def classes_by_softmax():
    random = npr.RandomState(3)
    inputs, classes = random.randn(25, 4), random.randint(0, 3, 25)

    def loss(weights):
        scores = np.dot(inputs, weights)
        chances = scores - logsumexp(scores, axis=1, keepdims=True)
        return -np.mean(chances[np.arange(25), classes])

    weights = random.randn(4, 3)
    gradient = grad(loss)(weights)
    check_gradient(loss, weights, gradient)
    chances = np.exp(inputs @ weights)
    chances = chances / np.sum(chances, axis=1, keepdims=True)
    agree(gradient, inputs.T @ (chances - np.eye(3)[classes]) / 25)
    trained = sgd(lambda w, i: grad(loss)(w), weights, num_iters=50, step_size=0.5)
    assert loss(trained) < loss(weights)


def counts_by_poisson():
    inputs, _ = _measurements(30, 2, seed=5)
    counts = npr.RandomState(6).poisson(np.exp(inputs @ np.array([0.5, -0.4])))

    def loss(weights):
        return -np.sum(poisson.logpmf(counts, np.exp(inputs @ weights)))

    weights = np.array([0.2, 0.1])
    check_gradient(loss, weights, grad(loss)(weights))
    agree(grad(loss)(weights), inputs.T @ (np.exp(inputs @ weights) - counts))

    def by_hand(weights):
        rates = np.exp(inputs @ weights)
        return np.sum(rates - counts * np.log(rates) + gammaln(counts + 1.0))

    agree(loss(weights), by_hand(weights))
    agree(hessian(by_hand)(weights), inputs.T @ (np.exp(inputs @ weights)[:, None] * inputs))


def outliers_by_student_t():
    inputs, targets = _measurements()
    targets = np.where(np.arange(40) % 10 == 0, targets + 20.0, targets)

    def loss(parameters):
        weights, log_scale, log_freedom = parameters[:3], parameters[3], parameters[4]
        rest = targets - inputs @ weights
        return -np.sum(t.logpdf(rest, np.exp(log_freedom), 0.0, np.exp(log_scale)))

    parameters = np.array([0.5, 1.5, 2.5, -0.3, 0.8])
    gradient = grad(loss)(parameters)
    check_gradient(loss, parameters, gradient)
    scale, freedom = np.exp(parameters[3:])
    rest = (targets - inputs @ parameters[:3]) / scale
    pull = (freedom + 1) * rest / (freedom + rest**2) / scale
    agree(gradient[:3], -inputs.T @ pull)


def huber_loss_has_a_bounded_slope():
    inputs, targets = _measurements()

    def huber(rest):
        small = np.abs(rest) < 0.7
        return np.where(small, 0.5 * rest**2, 0.7 * (np.abs(rest) - 0.35))

    slope = elementwise_grad(huber)
    rest = np.linspace(-2.0, 2.0, 12)
    agree(slope(rest), np.clip(rest, -0.7, 0.7))
    agree(elementwise_grad(slope)(rest), np.abs(rest) < 0.7)

    def loss(weights):
        return np.mean(huber(targets - inputs @ weights))

    value, gradient = value_and_grad(loss)(np.ones(3))
    agree(value, loss(np.ones(3)))
    check_gradient(loss, np.ones(3), gradient)


def probit_regression():
    inputs, scores = _measurements(20, 2, seed=9)
    signs = np.sign(scores)

    def loss(weights):
        return -np.sum(norm.logcdf(signs * (inputs @ weights)))

    weights = np.array([0.4, -0.6])
    check_gradient(loss, weights, grad(loss)(weights))
    margin = signs * (inputs @ weights)
    closed = -inputs.T @ (signs * np.exp(norm.logpdf(margin) - norm.logcdf(margin)))
    agree(grad(loss)(weights), closed)
    check_jacobian(grad(loss), weights, jacobian(grad(loss))(weights))
