"""Rules of other forms: linear, sparse, by helpers of autograd's own, and as they once were."""

import warnings

import autograd
import autograd.numpy as np
import autograd.numpy.random as npr
import numpy
from autograd import elementwise_grad, grad, hessian, jacobian, make_jvp
from autograd.extend import (
    SparseObject,
    VJPNode,
    def_linear,
    defjvp,
    defvjp,
    primitive,
    register_notrace,
    vspace,
)
from autograd.misc import const_graph, flatten
from autograd.misc.flatten import flatten_func
from autograd.numpy.numpy_vjps import balanced_eq, repeat_to_match_shape, unbroadcast_f
from scipy.optimize import minimize

from autograd_programs.differences import agree, check_gradient, check_jacobian


def mean_filter_is_linear():
    @primitive
    def smoothed(x, weights):
        return numpy.convolve(x, weights, mode="same")

    def_linear(smoothed)
    random = npr.RandomState(0)
    x, v, weights = random.randn(6), random.randn(6), np.array([0.2, 0.5, 0.3])
    value, tangent = make_jvp(smoothed)(x, weights)(v)
    agree(value, np.convolve(x, weights, mode="same"))
    agree(tangent, np.convolve(v, weights, mode="same"))
    _, tangent = make_jvp(lambda x: smoothed(np.sin(x), weights))(x)(v)
    agree(tangent, np.convolve(np.cos(x) * v, weights, mode="same"))


def cotangents_that_are_mostly_zero():
    @primitive
    def rows(table, which):
        return table[which]

    @primitive
    def scattered(g, which, space):
        def added(total):
            numpy.add.at(total, which, g)
            return total

        return SparseObject(space, added)

    defvjp(rows, lambda ans, table, which: lambda g: scattered(g, which, vspace(table)), None)
    defvjp(scattered, lambda ans, g, which, space: lambda x: rows(x, which), None, None)
    table = npr.RandomState(1).randn(5, 2)
    which = np.array([0, 3, 3])

    def total(table):
        return np.sum(rows(table, which) ** 2) + np.sum(np.sin(rows(table, np.array([1]))))

    gradient = grad(total)(table)
    check_gradient(total, table, gradient)
    agree(gradient[[2, 4]], np.zeros((2, 2)))
    agree(gradient[3], 4 * table[3])


def largest_along_an_axis_by_a_rule():
    @primitive
    def largest(x, axis):
        return numpy.max(x, axis=axis)

    def vjp(ans, x, axis):
        shape, dtype = np.shape(x), np.result_type(x)

        def pull(g):
            wide, _ = repeat_to_match_shape(g, shape, dtype, axis, False)
            top, _ = repeat_to_match_shape(ans, shape, dtype, axis, False)
            found = x == top
            return wide * found / np.sum(found, axis=axis, keepdims=True)

        return pull

    defvjp(largest, vjp, None)
    x = npr.RandomState(2).randn(3, 4)
    for axis in (0, 1):
        check_jacobian(lambda x, axis=axis: largest(x, axis), x, jacobian(largest)(x, axis))
    agree(grad(lambda x: np.sum(largest(x, 1)))(np.ones((1, 4))), np.full((1, 4), 0.25))

    @primitive
    def larger(x, y):
        return numpy.maximum(x, y)

    defvjp(
        larger,
        lambda ans, x, y: unbroadcast_f(x, lambda g: g * balanced_eq(x, ans, y)),
        lambda ans, x, y: unbroadcast_f(y, lambda g: g * balanced_eq(y, ans, x)),
    )
    agree(elementwise_grad(larger)(np.array([0.0, 1.0, 2.0]), 1.0), [0.0, 0.5, 1.0])
    agree(grad(lambda y: np.sum(larger(np.array([0.0, 1.0, 2.0]), y)))(1.0), 1.5)


def rules_in_their_old_form():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")

        square = autograd.primitive(lambda x: x**2)
        square.defgrad(lambda ans, x: lambda g: 2 * g * x)
        product = autograd.primitive(lambda x, y: x * y)
        product.defvjp(lambda g, ans, vs, gvs, x, y: g * y)
        product.defvjp(lambda g, ans, vs, gvs, x, y: g * x, argnum=1)
        steps = autograd.primitive(numpy.round)
        steps.defvjp_is_zero(argnums=(0,))

    agree(grad(lambda x: square(np.sin(x)))(0.4), np.sin(0.8))
    agree(grad(lambda x: product(x, np.exp(x)))(0.4), 1.4 * np.exp(0.4))
    agree(grad(lambda x: steps(x) * x)(2.3), 2.0)


def ranks_are_no_part_of_the_derivative():
    @primitive
    def ranks(x):
        return numpy.argsort(numpy.argsort(x)).astype(float)

    register_notrace(VJPNode, ranks)
    x = npr.RandomState(3).randn(5)
    agree(grad(lambda x: np.dot(ranks(x), x))(x), ranks(x))
    agree(hessian(lambda x: np.dot(ranks(x), x**2))(x), np.diag(2 * ranks(x)))


def both_modes_of_one_rule():
    @primitive
    def bell(x):
        return numpy.exp(-(x**2))

    defvjp(bell, lambda ans, x: lambda g: -2 * g * x * bell(x))
    defjvp(bell, lambda g, ans, x: -2 * g * x * bell(x))
    x = np.array([-0.5, 0.3, 1.0])
    second = (4 * x**2 - 2) * np.exp(-(x**2))
    agree(elementwise_grad(elementwise_grad(bell))(x), second)
    forwards = make_jvp(lambda x: make_jvp(bell)(x)(np.ones(3))[1])(x)(np.ones(3))
    agree(forwards[1], second)
    mixed = make_jvp(elementwise_grad(bell))(x)(np.ones(3))
    agree(mixed[1], second)


def function_between_flat_vectors():
    def loss_gradient(parameters, scale):
        return grad(lambda p: scale * np.sum(p["w"] ** 4) + np.sum(p["b"] ** 2))(parameters)

    start = {"w": np.array([[0.5, -1.0]]), "b": np.array([1.0, 2.0])}
    flat_gradient, unflatten, vector = flatten_func(loss_gradient, start)
    agree(flat_gradient(vector, 3.0), flatten(loss_gradient(start, 3.0))[0])
    agree(unflatten(vector)["w"], start["w"])
    curvature = jacobian(flat_gradient)(vector, 3.0)
    agree(curvature, np.diag([2.0, 2.0, 36 * 0.25, 36.0]))


def graph_that_is_recorded_once():
    calls = []

    def misfit(x, power):
        calls.append(1)
        return np.sum((x - np.array([1.0, 2.0])) ** power)

    recorded = const_graph(misfit, power=2)
    x = np.array([3.0, 3.0])
    agree(recorded(x), 5.0)
    agree(recorded(np.zeros(2)), 5.0)
    agree(recorded(np.array([1.0, 4.0])), 4.0)
    assert len(calls) == 1
    agree(grad(recorded)(x), [4.0, 2.0])
    found = minimize(recorded, x, jac=grad(recorded))
    agree(found.x, [1.0, 2.0], 1e-6)
