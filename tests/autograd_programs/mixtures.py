"""Models with hidden classes, summed out by logsumexp and differentiated as they stand."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad, hessian_vector_product, jacobian
from autograd.scipy.special import digamma, gammaln, logsumexp
from autograd.scipy.stats import dirichlet, multivariate_normal, norm
from scipy.optimize import minimize

from autograd_programs.differences import agree, check_gradient


def gaussian_mixture_without_expectation_maximisation():
    random = npr.RandomState(0)
    points = np.concatenate((random.randn(30) - 3.0, 0.5 * random.randn(30) + 2.0))

    def loss(parameters):
        shares = parameters["shares"] - logsumexp(parameters["shares"])
        rest = (points[:, None] - parameters["means"]) / np.exp(parameters["log_widths"])
        parts = shares - 0.5 * rest**2 - parameters["log_widths"]
        return -np.mean(logsumexp(parts, axis=1))

    parameters = {
        "shares": np.array([0.1, -0.1]),
        "means": np.array([-1.0, 1.0]),
        "log_widths": np.zeros(2),
    }
    check_gradient(loss, parameters, grad(loss)(parameters))
    for _ in range(150):
        slopes = grad(loss)(parameters)
        parameters = {name: parameters[name] - 0.2 * slopes[name] for name in parameters}
    assert np.max(np.abs(parameters["means"] - np.array([-3.0, 2.0]))) < 0.6
    # At the end every mean is that of the points, as far as they belong to it.
    rest = (points[:, None] - parameters["means"]) / np.exp(parameters["log_widths"])
    parts = np.exp(parameters["shares"] - parameters["log_widths"] - 0.5 * rest**2)
    belongs = parts / np.sum(parts, axis=1, keepdims=True)
    agree(parameters["means"], belongs.T @ points / np.sum(belongs, axis=0), 1e-2)


def mixture_in_the_plane():
    random = npr.RandomState(1)
    points = np.vstack((random.randn(15, 2), random.randn(15, 2) @ np.diag([0.4, 2.0]) + 3.0))

    def loss(parameters):
        logs = []
        for share, mean, root in parameters:
            lower = np.tril(root)
            covariance = lower @ lower.T + 0.01 * np.eye(2)
            logs.append(share + multivariate_normal.logpdf(points, mean, covariance))
        total = logsumexp(np.array([share for share, _, _ in parameters]))
        return total - np.mean(logsumexp(np.array(logs), axis=0))

    parameters = [(0.3, np.array([0.2, -0.1]), np.eye(2)), (-0.2, np.array([2.5, 2.0]), np.eye(2))]
    check_gradient(loss, parameters, grad(loss)(parameters))


def hidden_markov_chain_by_the_forward_pass():
    random = npr.RandomState(2)
    seen = random.randint(0, 3, 12)

    def logarithms(scores):
        return scores - logsumexp(scores, axis=-1, keepdims=True)

    def likelihood(start, moves, shows):
        forward = start + shows[:, seen[0]]
        for symbol in seen[1:]:
            forward = logsumexp(forward[:, None] + moves, axis=0) + shows[:, symbol]
        return logsumexp(forward)

    def loss(parameters):
        return -likelihood(*map(logarithms, parameters))

    parameters = (random.randn(2), random.randn(2, 2), random.randn(2, 3))
    gradient = grad(loss)(parameters)
    check_gradient(loss, parameters, gradient)
    # Moving all scores of a row alike changes nothing.
    agree(np.sum(gradient[1], axis=1), np.zeros(2))
    # What was shown, and how often the state moved, as expected in view of what was seen.
    moved, shown = grad(likelihood, (1, 2))(*map(logarithms, parameters))
    agree(np.sum(shown, axis=0), np.bincount(seen, minlength=3))
    agree(np.sum(moved), 11.0)


def zero_inflated_measurements():
    values = np.array([0.0, 0.0, 1.2, 0.0, 2.3, 0.7])

    def loss(parameters):
        empty, mean, log_width = parameters
        density = norm.logpdf(values, mean, np.exp(log_width)) - np.logaddexp(0.0, empty)
        either = np.logaddexp(empty - np.logaddexp(0.0, empty), density)
        return -np.sum(np.where(values == 0, either, density))

    parameters = np.array([0.3, 1.1, -0.2])
    check_gradient(loss, parameters, grad(loss)(parameters))


def topics_with_a_dirichlet_prior():
    counts = np.array([4.0, 1.0, 0.0, 7.0])

    def log_evidence(strengths):
        total = np.sum(strengths)
        return (
            gammaln(total)
            - gammaln(total + np.sum(counts))
            + np.sum(gammaln(strengths + counts) - gammaln(strengths))
        )

    strengths = np.array([0.8, 1.3, 0.5, 2.0])
    closed = (
        digamma(np.sum(strengths))
        - digamma(np.sum(strengths) + 12.0)
        + digamma(strengths + counts)
        - digamma(strengths)
    )
    agree(grad(log_evidence)(strengths), closed)
    check_gradient(log_evidence, strengths, grad(log_evidence)(strengths))

    shares = np.array([0.1, 0.2, 0.3, 0.4])
    by_strengths = grad(dirichlet.logpdf, 1)(shares, strengths)
    agree(by_strengths, digamma(np.sum(strengths)) - digamma(strengths) + np.log(shares))

    def fitted(parameters):
        return -log_evidence(np.exp(parameters)) + 0.5 * np.sum(parameters**2)

    best = minimize(
        fitted,
        np.zeros(4),
        jac=grad(fitted),
        hessp=hessian_vector_product(fitted),
        method="Newton-CG",
        options={"xtol": 1e-10},
    )
    assert np.max(np.abs(grad(fitted)(best.x))) < 1e-6


def density_of_a_transformed_variable():
    """The change of variables: the logarithm of a density needs that of a determinant."""
    random = npr.RandomState(4)
    weights = random.randn(3, 3) / 3

    def flow(x, weights):
        return x + np.tanh(np.dot(weights, x))

    def log_density(weights, x):
        _, log_volume = np.linalg.slogdet(jacobian(flow)(x, weights))
        return np.sum(norm.logpdf(flow(x, weights))) + log_volume

    x = random.randn(3)
    agree(
        jacobian(flow)(x, weights),
        np.eye(3) + (1 - np.tanh(weights @ x) ** 2)[:, None] * weights,
    )
    check_gradient(lambda w: log_density(w, x), weights, grad(log_density)(weights, x))
