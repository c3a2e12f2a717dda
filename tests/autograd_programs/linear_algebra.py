"""Matrices: their inverses, volumes, factors and spectra."""

import autograd.numpy as np
import autograd.numpy.linalg as npla
import autograd.numpy.random as npr
import autograd.scipy.linalg as spla
from autograd import elementwise_grad, grad, jacobian

from autograd_programs.differences import agree, check_gradient, check_jacobian


def _matrix(size=3, seed=0):
    return npr.RandomState(seed).randn(size, size) + size * np.eye(size)


def volumes_of_matrices():
    a = _matrix()
    agree(grad(npla.det)(a), npla.det(a) * npla.inv(a).T)
    agree(grad(lambda a: npla.slogdet(a)[1])(a), npla.inv(a).T)
    sign, _ = npla.slogdet(-a)
    assert sign == -1.0
    check_gradient(npla.det, a, grad(npla.det)(a))
    batch = np.stack((a, 2 * a))
    agree(grad(lambda b: np.sum(npla.det(b)))(batch)[1], npla.det(2 * a) * npla.inv(2 * a).T)


def inverses_and_solutions():
    a, b = _matrix(), npr.RandomState(1).randn(3, 2)
    check_jacobian(npla.inv, a, jacobian(npla.inv)(a))
    inverse = npla.inv(a)
    agree(jacobian(npla.inv)(a), -np.einsum("ik,lj->ijkl", inverse, inverse))

    def misfit(a, b):
        return np.sum(np.sin(npla.solve(a, b)))

    by_a, by_b = grad(misfit, (0, 1))(a, b)
    check_gradient(lambda a: misfit(a, b), a, by_a)
    check_gradient(lambda b: misfit(a, b), b, by_b)
    agree(by_a, -by_b @ npla.solve(a, b).T)
    tall = npr.RandomState(2).randn(4, 2)
    weights = npr.RandomState(3).randn(2, 4)
    pseudo = lambda x: np.sum(weights * npla.pinv(x))  # noqa: E731
    check_gradient(pseudo, tall, grad(pseudo)(tall))


def spectrum_of_a_symmetric_matrix():
    root = _matrix(4)

    def lowest(root):
        values, _ = npla.eigh(0.5 * (root + root.T))
        return values[0]

    gradient = grad(lowest)(root)
    check_gradient(lowest, root, gradient)
    _, vectors = npla.eigh(0.5 * (root + root.T))
    agree(gradient, np.outer(vectors[:, 0], vectors[:, 0]))

    def exponential(root):
        values, vectors = npla.eigh(0.5 * (root + root.T))
        return np.dot(vectors * np.exp(values), vectors.T)

    check_gradient(lambda r: exponential(r)[0, 1], root, grad(lambda r: exponential(r)[0, 1])(root))
    agree(grad(lambda r: np.trace(exponential(r)))(root), exponential(root), 1e-9)


def singular_values():
    a = npr.RandomState(4).randn(4, 3)

    def nuclear(a):
        return np.sum(npla.svd(a, compute_uv=False))

    u, _, vt = npla.svd(a, full_matrices=False)
    agree(grad(nuclear)(a), u @ vt)
    check_gradient(nuclear, a, grad(nuclear)(a))

    def low_rank_part(a):
        u, s, vt = npla.svd(a, full_matrices=False)
        return np.sum(np.cos(np.dot(u[:, :2] * s[:2], vt[:2])))

    check_gradient(low_rank_part, a, grad(low_rank_part)(a), 1e-6)


def lengths_of_vectors_and_matrices():
    a = npr.RandomState(5).randn(3, 4)
    agree(grad(npla.norm)(a), a / npla.norm(a))
    agree(jacobian(lambda a: npla.norm(a, axis=1))(a)[1, 1], a[1] / npla.norm(a[1]))
    for order in (2, 3, 4.5):
        vector_norm = lambda v, order=order: npla.norm(v, order)  # noqa: E731
        check_gradient(vector_norm, a[0], grad(vector_norm)(a[0]))
    u, _, vt = npla.svd(a, full_matrices=False)
    agree(grad(lambda a: npla.norm(a, "nuc"))(a), u @ vt)
    agree(grad(lambda a: npla.norm(a, "fro"))(a), a / npla.norm(a))
    check_jacobian(grad(npla.norm), a, jacobian(grad(npla.norm))(a))


def factors_of_cholesky():
    def covariance(p):
        return np.array([[p[0], p[1]], [p[1], p[2]]])

    def factor(p):
        return npla.cholesky(covariance(p))

    p = np.array([2.0, 0.6, 1.5])
    lower = factor(p)
    agree(lower @ lower.T, covariance(p))
    check_jacobian(factor, p, jacobian(factor)(p))
    agree(jacobian(factor)(p)[0, 0], [0.5 / np.sqrt(2.0), 0.0, 0.0])


def columns_made_orthogonal():
    """Gram and Schmidt by a loop, beside the factors that NumPy finds."""

    def orthogonal(a):
        columns = []
        for j in range(a.shape[1]):
            rest = a[:, j]
            for column in columns:
                rest = rest - np.dot(column, rest) * column
            columns.append(rest / np.sqrt(np.dot(rest, rest)))
        return np.array(columns).T

    a = _matrix(3, seed=6)
    q, r = npla.qr(a)
    agree(orthogonal(a), q * np.sign(np.diag(r)))

    def total(a):
        return np.sum(np.arange(9.0).reshape((3, 3)) * orthogonal(a))

    gradient = grad(total)(a)
    check_gradient(total, a, gradient)
    agree(np.dot(gradient[:, 0], a[:, 0]), 0.0)


def roots_and_equations_of_matrices():
    random = npr.RandomState(7)
    root = random.randn(3, 3)
    a = root @ root.T + 3 * np.eye(3)
    half = spla.sqrtm(a)
    agree(half @ half, a)

    def total(a):
        return np.sum(np.cos(spla.sqrtm(a)))

    check_gradient(total, a, grad(total)(a))
    b, c = random.randn(2, 2) + 3 * np.eye(2), random.randn(3, 2)

    def solution(a, b, c):
        return np.sum(spla.solve_sylvester(a, b, c) ** 2)

    arguments = (a, b, c)
    check_gradient(lambda x: solution(*x), arguments, grad(solution, (0, 1, 2))(*arguments))


def exponentials_of_generators():
    """The probabilities of a chain in continuous time, by scaling and squaring a series."""

    def exponential(a):
        term = result = np.eye(3)
        for n in range(1, 12):
            term = np.dot(term, a) / (n * 64.0)
            result = result + term
        for _ in range(6):
            result = result @ result
        return result

    def chances(rates, t):
        generator = np.array(
            [
                [-rates[0], rates[0], 0.0],
                [rates[1], -rates[1] - rates[2], rates[2]],
                [0.0, rates[3], -rates[3]],
            ]
        )
        return exponential(generator * t)

    rates = np.array([0.5, 0.3, 0.8, 0.2])
    agree(np.sum(chances(rates, 1.5), axis=1), np.ones(3))
    by_time = jacobian(chances, 1)(rates, 1.5)
    generator = jacobian(chances, 1)(rates, 0.0)
    agree(by_time, generator @ chances(rates, 1.5))
    check_jacobian(lambda r: chances(r, 1.5), rates, jacobian(chances)(rates, 1.5))


def distances_on_a_sphere():
    def angle(x, y):
        cosine = np.dot(x, y) / npla.norm(x) / npla.norm(y)
        return np.arccos(np.clip(cosine, -1.0, 1.0))

    x, y = np.array([1.0, 0.2, -0.3]), np.array([0.1, 1.0, 0.5])
    gradient = grad(angle)(x, y)
    check_gradient(lambda x: angle(x, y), x, gradient)
    agree(np.dot(gradient, x), 0.0)
    agree(npla.norm(gradient), 1 / npla.norm(x))
    agree(elementwise_grad(np.arccos)(np.array([0.3])), -1 / np.sqrt(1 - 0.09))
