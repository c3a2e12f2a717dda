"""Posteriors: variational, sampled, approximated, and the densities that they are made of."""

import autograd.numpy as np
import autograd.numpy.random as npr
import autograd.scipy.stats as stats
import autograd.scipy.stats.norm as norm
from autograd import elementwise_grad, grad, hessian, value_and_grad
from autograd.misc.optimizers import adam
from autograd.scipy.special import digamma, gammaln, logsumexp

from autograd_programs.differences import agree, check_gradient


def variational_inference_of_a_gaussian():
    """The family contains the posterior, so the bound reaches the evidence."""

    def log_joint(z):
        return norm.logpdf(z, 1.0, 2.0) + norm.logpdf(0.5, z, 0.7)

    precision = 1 / 4 + 1 / 0.49
    mean = (1.0 / 4 + 0.5 / 0.49) / precision
    noise = npr.RandomState(0).randn(200)
    noise = (noise - np.mean(noise)) / np.std(noise)

    def bound(parameters, step):
        z = parameters[0] + np.exp(parameters[1]) * noise
        return -np.mean(log_joint(z)) - parameters[1] - 0.5 * np.log(2 * np.pi) - 0.5

    start = np.zeros(2)
    check_gradient(lambda p: bound(p, 0), start, grad(bound)(start, 0))
    found = adam(grad(bound), start, num_iters=400, step_size=0.05)
    agree(found, [mean, -0.5 * np.log(precision)], 1e-3)
    exact = np.array([mean, -0.5 * np.log(precision)])
    agree(grad(bound)(exact, 0), np.zeros(2))
    agree(bound(exact, 0), -norm.logpdf(0.5, 1.0, np.sqrt(4 + 0.49)))


def reparametrised_noise_is_drawn_inside():
    """Random numbers of the same seed are the same in the function and in its gradient."""

    def objective(parameters):
        npr.seed(11)
        z = parameters["mean"] + parameters["width"] * npr.randn(20, 2)
        shift = npr.RandomState(3).uniform(size=2)
        return np.mean(np.cos(z + shift))

    parameters = {"mean": np.array([0.2, -0.4]), "width": np.array([0.5, 1.5])}
    value, gradient = value_and_grad(objective)(parameters)
    agree(value, objective(parameters))
    check_gradient(objective, parameters, gradient)


def network_of_dependent_quantities():
    rates = np.array([0.3, 1.7, 0.9])

    def log_density(theta):
        chance, shape, precision, level = theta
        return (
            stats.beta.logpdf(chance, 2.0, 3.5)
            + stats.gamma.logpdf(shape, 2.5)
            + stats.chi2.logpdf(precision, 3.0)
            + stats.t.logpdf(level, 5.0, chance, np.sqrt(1 / precision))
            + np.sum(stats.gamma.logpdf(rates, shape))
            + np.sum(stats.norm.logpdf(rates, level, 1 / np.sqrt(precision)))
        )

    theta = np.array([0.4, 1.3, 0.8, 0.2])
    gradient = grad(log_density)(theta)
    check_gradient(log_density, theta, gradient)
    # By the shape alone.
    closed = 1.5 / 1.3 - 1 + np.sum(np.log(rates)) - 3 * digamma(1.3)
    agree(gradient[1], closed)


def densities_are_slopes_of_distributions():
    x = np.array([0.2, 0.5, 0.9])
    agree(elementwise_grad(stats.norm.cdf)(x, 0.3, 1.2), stats.norm.pdf(x, 0.3, 1.2))
    agree(elementwise_grad(stats.norm.sf)(x, 0.3, 1.2), -stats.norm.pdf(x, 0.3, 1.2))
    agree(elementwise_grad(stats.t.cdf)(x, 4.0), stats.t.pdf(x, 4.0))
    agree(elementwise_grad(stats.gamma.cdf)(x, 2.0), stats.gamma.pdf(x, 2.0))
    agree(elementwise_grad(stats.beta.cdf)(x, 2.0, 3.0), stats.beta.pdf(x, 2.0, 3.0))
    agree(elementwise_grad(stats.chi2.cdf)(x, 3.0), stats.chi2.pdf(x, 3.0))
    hazard = np.exp(stats.norm.logpdf(x) - stats.norm.logsf(x))
    agree(elementwise_grad(stats.norm.logsf)(x), -hazard)
    for density in (stats.norm.pdf, stats.norm.logpdf, stats.norm.logcdf):
        check_gradient(
            lambda p, density=density: np.sum(density(x, p[0], p[1])),
            np.array([0.3, 1.2]),
            grad(lambda p, density=density: np.sum(density(x, p[0], p[1])))(np.array([0.3, 1.2])),
        )


def discrete_counts_by_their_rate():
    k = np.array([0, 1, 4])
    agree(elementwise_grad(stats.poisson.logpmf, 1)(k, np.full(3, 1.5)), k / 1.5 - 1)
    agree(
        elementwise_grad(stats.poisson.cdf, 1)(k, np.full(3, 1.5)),
        -stats.poisson.pmf(k, 1.5),
    )
    agree(grad(lambda m: np.sum(stats.poisson.pmf(np.arange(40), m)))(1.5), 0.0)


def posterior_of_a_multivariate_mean():
    random = npr.RandomState(3)
    points = random.randn(8, 2) + np.array([1.0, -1.0])
    prior = np.array([[2.0, 0.3], [0.3, 1.0]])

    def log_posterior(mean):
        seen = np.sum(stats.multivariate_normal.logpdf(points, mean, np.eye(2)))
        return seen + stats.multivariate_normal.logpdf(mean, np.zeros(2), prior)

    mean = np.array([0.3, 0.4])
    check_gradient(log_posterior, mean, grad(log_posterior)(mean))
    closed = np.linalg.solve(8 * np.eye(2) + np.linalg.inv(prior), np.sum(points, axis=0))
    agree(grad(log_posterior)(closed), np.zeros(2), 1e-9)

    def spread(root):
        return stats.multivariate_normal.entropy(np.zeros(2), root @ root.T)

    root = np.array([[1.0, 0.0], [0.5, 2.0]])
    check_gradient(spread, root, grad(spread)(root))


def approximation_at_the_mode():
    """Laplace's approximation of a factorial, which is Stirling's formula."""

    def exponent(x, n):
        return n * np.log(x) - x

    n = 30.0
    mode = 5.0
    for _ in range(30):
        mode = mode - grad(exponent)(mode, n) / grad(grad(exponent))(mode, n)
    agree(mode, n)
    curvature = hessian(exponent)(mode, n)
    estimate = exponent(mode, n) + 0.5 * np.log(2 * np.pi / -curvature)
    agree(estimate, n * np.log(n) - n + 0.5 * np.log(2 * np.pi * n))
    assert abs(estimate - gammaln(n + 1)) < 1 / (11 * n)


def hamiltonian_steps_keep_the_energy():
    precision = np.array([[2.0, 0.6], [0.6, 1.0]])

    def potential(q):
        return 0.5 * np.dot(q, np.dot(precision, q)) + 0.1 * np.sum(q**4)

    force = grad(potential)

    def leapfrog(q, p, step, count):
        p = p - 0.5 * step * force(q)
        for _ in range(count):
            q = q + step * p
            p = p - step * force(q)
        return q, p + 0.5 * step * force(q)

    q, p = np.array([1.0, -0.5]), np.array([0.3, 0.8])
    agree(force(q), precision @ q + 0.4 * q**3)
    end, speed = leapfrog(q, p, 0.01, 100)
    agree(potential(end) + 0.5 * speed @ speed, potential(q) + 0.5 * p @ p, 1e-4)
    back, _ = leapfrog(end, -speed, 0.01, 100)
    agree(back, q)

    def landing(q):
        return leapfrog(q, p, 0.1, 5)[0][0]

    check_gradient(landing, q, grad(landing)(q))


def independent_components_are_unmixed():
    random = npr.RandomState(5)
    sources = np.sign(random.randn(2, 300)) * random.exponential(size=(2, 300))
    mixed = np.array([[1.0, 0.6], [0.4, 1.0]]) @ sources

    def loss(unmixing):
        estimates = np.dot(unmixing, mixed)
        _, log_volume = np.linalg.slogdet(unmixing)
        return np.mean(np.sum(np.log(np.cosh(estimates)), axis=0)) - log_volume

    unmixing = np.eye(2)
    check_gradient(loss, unmixing, grad(loss)(unmixing))
    natural = grad(loss)(unmixing) @ unmixing.T @ unmixing
    estimates = unmixing @ mixed
    agree(natural, (np.tanh(estimates) @ estimates.T / 300 - np.eye(2)) @ unmixing)
    for _ in range(200):
        unmixing = unmixing - 0.3 * grad(loss)(unmixing) @ unmixing.T @ unmixing
    product = np.abs(unmixing @ np.array([[1.0, 0.6], [0.4, 1.0]]))
    assert np.max(np.min(product, axis=1) / np.max(product, axis=1)) < 0.15


def importance_weights_by_logsumexp():
    noise = npr.RandomState(6).randn(50, 3)

    def log_mean_weight(parameters):
        mean, log_width = parameters
        z = mean + np.exp(log_width) * noise
        target = stats.t.logpdf(z, 3.0)
        weights = np.sum(target - norm.logpdf(z, mean, np.exp(log_width)), axis=1)
        return logsumexp(weights) - np.log(50.0)

    parameters = (np.array([0.1, 0.0, -0.1]), np.array([0.2, 0.0, 0.1]))
    check_gradient(log_mean_weight, parameters, grad(log_mean_weight)(parameters))
