"""Minima, roots and constraints: SciPy's solvers with derivatives from autograd."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import (
    grad,
    hessian,
    hessian_tensor_product,
    hessian_vector_product,
    jacobian,
    make_ggnvp,
    make_hvp,
    value_and_grad,
)
from autograd.misc import flatten
from scipy.optimize import least_squares, minimize, root
from scipy.sparse.linalg import LinearOperator, cg

from autograd_programs.differences import agree, check_gradient, check_jacobian


def _valley(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def rosenbrock_by_quasi_newton():
    start = np.array([-1.2, 1.0, 0.3, -0.5])
    check_gradient(_valley, start, grad(_valley)(start))
    for method in ("BFGS", "L-BFGS-B", "CG"):
        result = minimize(value_and_grad(_valley), start, jac=True, method=method)
        assert np.max(np.abs(grad(_valley)(result.x))) < 1e-2, method
        assert _valley(result.x) < 1e-4 or abs(_valley(result.x) - 3.7) < 0.1, method


def rosenbrock_by_newton_with_products():
    start = np.array([-1.2, 1.0])
    product = hessian_vector_product(_valley)
    result = minimize(_valley, start, jac=grad(_valley), hessp=product, method="Newton-CG")
    agree(result.x, np.ones(2), 1e-4)
    direction = np.array([0.3, -0.7])
    x, y = start
    closed = np.array([[1200 * x**2 - 400 * y + 2, -400 * x], [-400 * x, 200.0]])
    agree(product(start, direction), closed @ direction)
    agree(hessian(_valley)(start), closed)


def trust_region_with_a_hessian():
    def bowl(x):
        return np.sum(np.log(np.cosh(x - np.arange(3.0)))) + 0.1 * np.sum(x[:, None] * x)

    start = np.array([3.0, -2.0, 0.5])
    check_jacobian(grad(bowl), start, hessian(bowl)(start))
    for method in ("trust-ncg", "trust-exact", "dogleg"):
        result = minimize(bowl, start, jac=grad(bowl), hess=hessian(bowl), method=method)
        assert result.success, method
        assert np.max(np.abs(grad(bowl)(result.x))) < 1e-4, method


def largest_box_in_an_ellipsoid():
    axes = np.array([1.0, 2.0, 3.0])

    def negative_volume(x):
        return -8 * np.prod(x)

    def inside(x):
        return 1 - np.sum((x / axes) ** 2)

    start = np.array([0.3, 0.4, 0.5])
    check_gradient(negative_volume, start, grad(negative_volume)(start))
    agree(grad(inside)(start), -2 * start / axes**2)
    result = minimize(
        negative_volume,
        start,
        jac=grad(negative_volume),
        constraints=[{"type": "ineq", "fun": inside, "jac": grad(inside)}],
        method="SLSQP",
        options={"ftol": 1e-12},
    )
    agree(result.x, axes / np.sqrt(3.0), 1e-5)
    # At the optimum the two gradients point the same way.
    ratio = grad(negative_volume)(result.x) / grad(inside)(result.x)
    agree(ratio, np.mean(ratio) * np.ones(3), 1e-4)


def shares_of_a_portfolio():
    returns = 0.01 * npr.RandomState(2).randn(30, 4) + np.array([0.002, 0.001, 0.003, 0.0])

    def loss(scores):
        shares = np.exp(scores) / np.sum(np.exp(scores))
        gains = returns @ shares
        return -np.mean(gains) / np.std(gains)

    scores = np.zeros(4)
    check_gradient(loss, scores, grad(loss)(scores))
    agree(np.sum(grad(loss)(scores)), 0.0)
    best = minimize(loss, scores, jac=grad(loss), method="BFGS").x
    assert loss(best) < loss(scores)


def intersection_of_curves():
    def system(x):
        return np.array([x[0] ** 2 + x[1] ** 2 - 4.0, np.exp(x[0]) + x[1] - 1.0])

    start = np.array([1.0, -1.5])
    slopes = jacobian(system)
    agree(slopes(start), [[2.0, -3.0], [np.exp(1.0), 1.0]])
    found = root(system, start, jac=slopes)
    assert found.success
    by_hand = start
    for _ in range(12):
        by_hand = by_hand - np.linalg.solve(slopes(by_hand), system(by_hand))
    agree(found.x, by_hand, 1e-7)
    agree(system(by_hand), np.zeros(2))


def curve_fitted_by_least_squares():
    times = np.linspace(0.0, 4.0, 15)
    seen = 2.0 * np.exp(-0.5 * times) * np.cos(3.0 * times + 0.2)

    def misfit(p):
        return p[0] * np.exp(-p[1] * times) * np.cos(p[2] * times + p[3]) - seen

    start = np.array([1.5, 0.4, 2.9, 0.0])
    check_jacobian(misfit, start, jacobian(misfit)(start))
    fitted = least_squares(misfit, start, jac=jacobian(misfit), xtol=1e-12, ftol=1e-12)
    agree(fitted.x, [2.0, 0.5, 3.0, 0.2], 1e-6)


def gauss_newton_by_products():
    """Steps by conjugate gradients; no matrix is ever made."""
    times = np.linspace(0.0, 2.0, 10)
    seen = 1.5 * np.exp(-0.8 * times)

    def misfit(p):
        return p[0] * np.exp(-p[1] * times) - seen

    p = np.array([1.0, 0.5])
    product = make_ggnvp(misfit)(p)
    slopes = jacobian(misfit)(p)
    v = np.array([0.3, -1.1])
    agree(product(v), slopes.T @ slopes @ v)
    for _ in range(15):
        normal = LinearOperator((2, 2), matvec=make_ggnvp(misfit)(p), dtype=float)
        step, _ = cg(normal, -grad(lambda p: 0.5 * np.sum(misfit(p) ** 2))(p), rtol=1e-12)
        p = p + step
    agree(p, [1.5, 0.8], 1e-7)

    agree(make_ggnvp(np.sin)(0.3)(2.0), 2 * np.cos(0.3) ** 2)

    def curved(residual):
        return np.sum(np.log(np.cosh(residual)), axis=-1)

    weighted = make_ggnvp(misfit, curved)(p + 0.1)
    weights = 1 - np.tanh(misfit(p + 0.1)) ** 2
    slopes = jacobian(misfit)(p + 0.1)
    agree(weighted(v), slopes.T @ (weights * (slopes @ v)))


def curvature_along_directions():
    random = npr.RandomState(4)
    tensor = random.randn(3, 2)

    def energy(x):
        return np.sum(np.sin(x) * np.roll(x, 1, axis=0)) + np.sum(x) ** 3

    x = random.randn(3, 2)
    full = hessian(energy)(x)
    assert full.shape == (3, 2, 3, 2)
    product, gradient = make_hvp(energy)(x)
    agree(gradient, grad(energy)(x))
    agree(product(tensor), np.tensordot(full, tensor, axes=2))
    agree(hessian_tensor_product(energy)(x, tensor), np.tensordot(full, tensor, axes=2))
    check_jacobian(lambda y: np.reshape(grad(energy)(y), (6,)), x, full.reshape((6, 3, 2)))


def largest_eigenvalue_by_power_iteration():
    random = npr.RandomState(7)
    inputs = random.randn(12, 3)

    def loss(weights):
        return np.mean(np.logaddexp(0.0, inputs @ weights))

    weights = random.randn(3)
    chances = 1 / (1 + np.exp(-inputs @ weights))
    curvature = inputs.T @ ((chances * (1 - chances))[:, None] * inputs) / 12
    vector = np.ones(3)
    agree(hessian_vector_product(loss)(weights, vector), curvature @ vector)
    for _ in range(100):
        vector = hessian_vector_product(loss)(weights, vector)
        vector = vector / np.linalg.norm(vector)
    largest = vector @ hessian_vector_product(loss)(weights, vector)
    agree(largest, np.max(np.linalg.eigvalsh(curvature)), 1e-8)


def parameters_in_a_dict_minimised_flat():
    def loss(parameters):
        centre, radii = parameters["centre"], parameters["radii"]
        return np.sum((centre - np.array([1.0, 2.0])) ** 2) + np.sum((radii[0] - radii[1]) ** 2)

    start = {"centre": np.zeros(2), "radii": (np.ones(2), np.array([3.0, -1.0]))}
    check_gradient(loss, start, grad(loss)(start))
    vector, unflatten = flatten(start)
    result = minimize(value_and_grad(lambda v: loss(unflatten(v))), vector, jac=True)
    best = unflatten(result.x)
    assert isinstance(best["radii"], tuple)
    agree(best["centre"], [1.0, 2.0], 1e-5)
    agree(best["radii"][0], best["radii"][1], 1e-5)
