"""Functions of mathematical physics, by autograd.scipy.special."""

import autograd.numpy as np
import autograd.numpy.random as npr
import autograd.scipy.signal as signal
import autograd.scipy.special as special
from autograd import elementwise_grad, grad, jacobian

from autograd_programs.differences import agree, check_gradient, check_jacobian


def gamma_and_its_relatives():
    x = np.array([0.7, 1.3, 2.9])
    psi = special.psi(x)
    agree(elementwise_grad(special.gamma)(x), special.gamma(x) * psi)
    agree(elementwise_grad(special.gammaln)(x), psi)
    agree(elementwise_grad(special.rgamma)(x), -psi / special.gamma(x))
    agree(elementwise_grad(special.digamma)(x), special.polygamma(1, x))
    agree(elementwise_grad(lambda x: special.polygamma(1, x))(x), special.polygamma(2, x))
    agree(grad(special.gammaln)(1.0), -0.57721566490153286)
    agree(elementwise_grad(elementwise_grad(special.psi))(x), special.polygamma(2, x))
    density = np.exp(-x) * x**1.5 / special.gamma(2.5)
    agree(elementwise_grad(lambda x: special.gammainc(2.5, x))(x), density)
    agree(elementwise_grad(lambda x: special.gammaincc(2.5, x))(x), -density)
    agree(grad(special.multigammaln)(3.2, 2), special.psi(3.2) + special.psi(2.7))


def beta_functions():
    a, b = np.array([0.8, 2.0]), np.array([1.5, 0.6])
    by_a = special.psi(a) - special.psi(a + b)
    agree(elementwise_grad(special.betaln)(a, b), by_a)
    agree(elementwise_grad(special.beta)(a, b), special.beta(a, b) * by_a)
    agree(elementwise_grad(special.beta, 1)(a, b), elementwise_grad(special.beta)(b, a))
    x = np.array([0.2, 0.7])
    density = x ** (a - 1) * (1 - x) ** (b - 1) / special.beta(a, b)
    agree(elementwise_grad(special.betainc, 2)(a, b, x), density)


def errors_and_their_inverses():
    x = np.array([-1.2, 0.0, 0.4])
    bell = 2 / np.sqrt(np.pi) * np.exp(-(x**2))
    agree(elementwise_grad(special.erf)(x), bell)
    agree(elementwise_grad(special.erfc)(x), -bell)
    agree(elementwise_grad(lambda x: special.erfinv(special.erf(x)))(x), np.ones(3))
    agree(elementwise_grad(special.erfcinv)(np.array([1.0])), -np.sqrt(np.pi) / 2)
    agree(elementwise_grad(elementwise_grad(special.erf))(x), -2 * x * bell)


def bessel_functions_satisfy_their_equation():
    x = np.array([0.7, 2.1, 5.3])
    for order, f in ((0, special.j0), (1, special.j1), (0, special.y0), (1, special.y1)):
        first = elementwise_grad(f)
        second = elementwise_grad(first)
        rest = x**2 * second(x) + x * first(x) + (x**2 - order**2) * f(x)
        assert np.max(np.abs(rest)) < 1e-11
    agree(
        elementwise_grad(lambda x: special.jn(3, x))(x),
        0.5 * (special.jn(2, x) - special.jn(4, x)),
    )
    agree(elementwise_grad(special.i0)(x), special.i1(x))
    agree(elementwise_grad(special.i1)(x), special.i0(x) - special.i1(x) / x)
    agree(
        elementwise_grad(lambda x: special.iv(2, x))(x),
        0.5 * (special.iv(1, x) + special.iv(3, x)),
    )


def chances_and_their_odds():
    x = np.array([-3.0, 0.2, 4.0])
    chance = special.expit(x)
    agree(elementwise_grad(special.expit)(x), chance * (1 - chance))
    agree(elementwise_grad(special.logit)(chance), 1 / (chance * (1 - chance)))
    agree(elementwise_grad(lambda x: special.logit(special.expit(x)))(x), np.ones(3))


def sums_of_exponentials():
    scores = npr.RandomState(0).randn(3, 4) + 500.0
    chances = np.exp(scores - 500.0)
    agree(grad(special.logsumexp)(scores), chances / np.sum(chances))
    rows = jacobian(lambda s: special.logsumexp(s, axis=1))(scores)
    agree(rows[2, 2], chances[2] / np.sum(chances[2]))
    agree(rows[2, 1], np.zeros(4))

    def weighted(scores):
        return np.sum(special.logsumexp(scores, axis=0, b=2.0, keepdims=True) ** 2)

    check_gradient(weighted, scores - 500.0, grad(weighted)(scores - 500.0))


def signal_sharpened_by_its_gradient():
    """A blurred signal is found again by descending the misfit."""
    kernel = np.array([0.1, 0.8, 0.1])
    truth = np.array([0.0, 0.0, 1.0, 0.0, 0.5, 0.0])
    seen = signal.convolve(truth, kernel)
    agree(seen, np.convolve(truth, kernel))

    def misfit(estimate, kernel):
        return 0.5 * np.sum((signal.convolve(estimate, kernel) - seen) ** 2)

    estimate = np.zeros(6)
    agree(grad(misfit)(estimate, kernel), -np.convolve(seen, kernel)[2:-2])
    check_gradient(lambda k: misfit(truth + 0.1, k), kernel, grad(misfit, 1)(truth + 0.1, kernel))
    for _ in range(60):
        estimate = estimate - 1.2 * grad(misfit)(estimate, kernel)
    agree(estimate, truth, 1e-6)


def image_filtered_in_two_directions():
    random = npr.RandomState(1)
    image, kernel = random.randn(4, 5), random.randn(2, 3)

    for mode, shape in (("full", (5, 7)), ("valid", (3, 3))):

        def filtered(image, kernel, mode=mode):
            return signal.convolve(image, kernel, mode=mode)

        assert filtered(image, kernel).shape == shape
        check_jacobian(
            lambda k, f=filtered: f(image, k), kernel, jacobian(filtered, 1)(image, kernel)
        )

    def energy(arguments):
        return np.sum(signal.convolve(*arguments, axes=([1], [1]), dot_axes=([0], [0])) ** 2)

    pair = (random.randn(2, 5), random.randn(2, 3))
    check_gradient(energy, pair, grad(energy)(pair))
