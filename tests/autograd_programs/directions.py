"""Products of Jacobians with vectors from either side, and derivatives of one variable."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import (
    deriv,
    elementwise_grad,
    grad,
    jacobian,
    make_jvp,
    make_vjp,
    tensor_jacobian_product,
    vector_jacobian_product,
)
from autograd.core import make_jvp as core_make_jvp
from autograd.core import make_vjp as core_make_vjp
from autograd.differential_operators import make_jvp_reversemode

from autograd_programs.differences import agree, check_gradient, check_jacobian, differences


def reach_of_a_robot_arm():
    lengths = np.array([1.0, 0.7, 0.4])

    def hand(angles):
        total = np.cumsum(angles)
        return np.array([np.sum(lengths * np.cos(total)), np.sum(lengths * np.sin(total))])

    angles = np.array([0.3, 0.6, -0.4])
    slopes = jacobian(hand)(angles)
    check_jacobian(hand, angles, slopes)
    x, y = hand(angles)
    agree(slopes[:, 0], [-y, x])
    agree(make_jvp(hand)(angles)(np.array([1.0, 0.0, 0.0]))[1], slopes[:, 0])

    target = np.array([0.5, 1.5])
    for _ in range(50):
        slopes = jacobian(hand)(angles)
        damped = slopes @ slopes.T + 1e-3 * np.eye(2)
        angles = angles + slopes.T @ np.linalg.solve(damped, target - hand(angles))
    agree(hand(angles), target, 1e-6)


def both_sides_of_a_jacobian():
    random = npr.RandomState(0)
    weights = random.randn(4, 3)

    def f(x):
        return np.tanh(np.dot(weights, x)) * np.sum(x**2)

    x, v, u = random.randn(3), random.randn(3), random.randn(4)
    dense = differences(f, x)
    vjp, value = make_vjp(f)(x)
    agree(value, f(x))
    agree(vjp(u), u @ dense, 1e-8)
    agree(vjp(2 * u), 2 * vjp(u))
    value, tangent = make_jvp(f)(x)(v)
    agree(value, f(x))
    agree(tangent, dense @ v, 1e-8)
    agree(make_jvp_reversemode(f)(x)(v), tangent)
    agree(np.dot(u, tangent), np.dot(vjp(u), v))
    core_vjp, value = core_make_vjp(f, x)
    agree(core_vjp(u), vjp(u))
    agree(core_make_jvp(f, x)(v)[1], tangent)


def products_with_tensors():
    random = npr.RandomState(1)

    def f(x, scale):
        return scale * np.outer(np.sin(x), x**2)

    x, tensor = random.randn(3), random.randn(3, 3)
    dense = jacobian(f)(x, 2.0)
    assert dense.shape == (3, 3, 3)
    check_jacobian(lambda y: f(y, 2.0), x, dense)
    agree(tensor_jacobian_product(f)(x, 2.0, tensor), np.tensordot(tensor, dense, axes=2))
    agree(tensor_jacobian_product(f, 1)(x, 2.0, tensor), np.sum(tensor * f(x, 1.0)))

    def g(x):
        return np.cumsum(np.exp(x))

    u = random.randn(3)
    agree(vector_jacobian_product(g)(x, u), u @ jacobian(g)(x))
    agree(vector_jacobian_product(g)(x, u), np.exp(x) * np.cumsum(u[::-1])[::-1])


def jacobian_of_a_matrix_by_a_matrix():
    random = npr.RandomState(2)
    a, b = random.randn(2, 3), random.randn(3, 2)
    slopes = jacobian(lambda a: np.dot(a, b))(a)
    assert slopes.shape == (2, 2, 2, 3)
    agree(slopes, np.einsum("ik,lj->ijkl", np.eye(2), b))
    check_jacobian(lambda a: np.dot(a, b), a, slopes)
    agree(jacobian(np.sum)(a), np.ones((2, 3)))
    agree(jacobian(lambda s: s * b)(2.0), b)


def curve_with_its_frame():
    """Curvature and torsion of a helix, by derivatives of a vector of one variable."""

    def curve(t):
        return np.array([3 * np.cos(t), 3 * np.sin(t), 4 * t])

    def speed(t):
        return make_jvp(curve)(t)(1.0)[1]

    first = jacobian(curve)
    second = jacobian(first)
    third = jacobian(second)
    t = 0.7
    agree(speed(t), first(t))
    normal = np.cross(first(t), second(t))
    agree(np.linalg.norm(normal) / np.linalg.norm(first(t)) ** 3, 3 / 25)
    agree(np.dot(normal, third(t)) / np.dot(normal, normal), 4 / 25)
    agree(np.linalg.norm(first(t)), 5.0)


def orders_of_the_hyperbolic_tangent():
    x = np.linspace(-2.0, 2.0, 9)
    y = np.tanh(x)
    orders = [np.tanh]
    for _ in range(5):
        orders.append(elementwise_grad(orders[-1]))
    square = 1 - y**2
    closed = [
        y,
        square,
        -2 * y * square,
        square * (6 * y**2 - 2),
        8 * y * square * (2 - 3 * y**2),
        8 * square * (2 - 15 * y**2 + 15 * y**4),
    ]
    for found, expected in zip(orders, closed, strict=True):
        agree(found(x), expected, 1e-9)


def derivatives_forwards_by_deriv():
    def f(x):
        return np.exp(-(x**2)) * np.sin(3 * x)

    at = 0.4
    agree(deriv(f)(at), grad(f)(at))
    agree(deriv(deriv(f))(at), grad(grad(f))(at))
    agree(deriv(grad(f))(at), grad(deriv(f))(at))
    check_gradient(deriv(f), at, deriv(deriv(f))(at))
    grid = np.linspace(-1.0, 1.0, 5)
    agree(deriv(f)(grid), elementwise_grad(f)(grid))


def taylor_polynomial_of_a_logarithm():
    coefficients, f, factorial = [], np.log1p, 1.0
    for order in range(6):
        coefficients.append(f(0.0) / factorial)
        f, factorial = grad(f), factorial * (order + 1)
    agree(coefficients, [0.0, 1.0, -1 / 2, 1 / 3, -1 / 4, 1 / 5])
    assert abs(np.polyval(coefficients[::-1], 0.05) - np.log1p(0.05)) < 1e-8


def divergence_and_curl_of_a_field():
    def field(p):
        x, y, z = p
        return np.array([x * y, np.sin(y * z), x * np.exp(z)])

    p = np.array([0.5, -0.3, 0.8])
    slopes = jacobian(field)(p)
    agree(np.trace(slopes), -0.3 + 0.8 * np.cos(-0.24) + 0.5 * np.exp(0.8))
    curl = np.array(
        [slopes[2, 1] - slopes[1, 2], slopes[0, 2] - slopes[2, 0], slopes[1, 0] - slopes[0, 1]]
    )
    agree(curl, [0.3 * np.cos(-0.24), -np.exp(0.8), -0.5])

    def curl_of(p):
        slopes = jacobian(field)(p)
        return np.array(
            [
                slopes[2, 1] - slopes[1, 2],
                slopes[0, 2] - slopes[2, 0],
                slopes[1, 0] - slopes[0, 1],
            ]
        )

    agree(np.trace(jacobian(curl_of)(p)), 0.0)
