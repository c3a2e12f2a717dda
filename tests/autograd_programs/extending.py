"""Rules of one's own: primitives, what they are differentiated by, and new kinds of values."""

import autograd.numpy as np
import autograd.numpy.random as npr
import numpy
from autograd import elementwise_grad, grad, jacobian, make_jvp, make_vjp
from autograd.extend import (
    Box,
    VSpace,
    defjvp,
    defjvp_argnum,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    notrace_primitive,
    primitive,
    vspace,
)
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.numpy.numpy_vjps import unbroadcast_f
from autograd.test_util import check_grads

from autograd_programs.differences import agree, check_gradient, raises


def stable_softplus():
    @primitive
    def softplus(x):
        assert not isinstance(x, Box)
        return numpy.maximum(x, 0) + numpy.log1p(numpy.exp(-numpy.abs(x)))

    defvjp(softplus, lambda ans, x: lambda g: g * (1 - np.exp(-ans)))
    x = np.array([-800.0, -1.0, 0.0, 2.0, 800.0])
    agree(elementwise_grad(softplus)(x), 0.5 * (1 + np.tanh(x / 2)))
    curved = elementwise_grad(elementwise_grad(softplus))(x)
    agree(curved, 0.25 / np.cosh(np.clip(x / 2, -300, 300)) ** 2)
    check_gradient(
        lambda w: np.sum(softplus(w * x[1:4])),
        0.3,
        grad(lambda w: np.sum(softplus(w * x[1:4])))(0.3),
    )


def broadcasting_in_a_primitive():
    @primitive
    def scaled(x, y):
        return numpy.multiply(x, numpy.exp(y))

    defvjp(
        scaled,
        lambda ans, x, y: unbroadcast_f(x, lambda g: g * np.exp(y)),
        lambda ans, x, y: unbroadcast_f(y, lambda g: g * ans),
    )
    random = npr.RandomState(0)
    x, y = random.randn(3, 1), random.randn(4)

    def total(arguments):
        return np.sum(np.sin(scaled(*arguments)))

    gradient = grad(lambda x, y: total((x, y)), (0, 1))(x, y)
    assert gradient[0].shape == (3, 1)
    assert gradient[1].shape == (4,)
    check_gradient(total, (x, y), gradient)
    check_grads(scaled, (0, 1), modes=["rev"], order=2)(x, y)


def forward_rules():
    @primitive
    def cube(x):
        return x**3

    @primitive
    def product(x, y):
        return x * y

    defjvp(cube, lambda g, ans, x: 3 * x**2 * g)
    defvjp(cube, lambda ans, x: lambda g: 3 * x**2 * g)
    defjvp(product, "same", "same")

    value, tangent = make_jvp(lambda x: np.sin(cube(x)))(0.7)(2.0)
    agree(value, np.sin(0.7**3))
    agree(tangent, 2 * 3 * 0.49 * np.cos(0.7**3))
    check_grads(cube, modes=["fwd", "rev"], order=3)(0.7)
    agree(make_jvp(lambda x: product(x, x**2))(3.0)(1.0), (27.0, 27.0))


def rules_by_position():
    @primitive
    def weighted(weights, *columns):
        return sum(w * c for w, c in zip(weights, columns, strict=True))

    def vjp_of(argnum, ans, args, kwargs):
        weights, columns = args[0], args[1:]
        if argnum == 0:
            return lambda g: np.array([np.sum(g * c) for c in columns])
        return lambda g: g * weights[argnum - 1]

    def jvp_of(argnum, g, ans, args, kwargs):
        weights, columns = args[0], args[1:]
        if argnum == 0:
            return sum(g[i] * c for i, c in enumerate(columns))
        return g * weights[argnum - 1]

    defvjp_argnum(weighted, vjp_of)
    defjvp_argnum(weighted, jvp_of)
    random = npr.RandomState(1)
    weights, a, b = random.randn(2), random.randn(3), random.randn(3)

    def total(x):
        return np.sum(weighted(x[0], x[1], x[2]) ** 2)

    gradient = grad(lambda *x: total(x), (0, 1, 2))(weights, a, b)
    check_gradient(total, (weights, a, b), gradient)
    agree(make_jvp(weighted, 2)(weights, a, b)(np.ones(3))[1], weights[1] * np.ones(3))


def work_shared_between_arguments():
    """One call for all arguments: what they have in common is computed once."""
    calls = []

    @primitive
    def product(x, y):
        return x * y

    def vjps(argnums, ans, args, kwargs):
        calls.append(argnums)
        others = [args[1 - argnum] for argnum in argnums]
        return lambda g: [g * other for other in others]

    defvjp_argnums(product, vjps)
    agree(grad(lambda x: product(x, x))(3.0), 6.0)
    assert calls == [(0, 1)]
    agree(grad(product, 1)(3.0, 4.0), 3.0)
    assert calls[1:] == [(1,)]


def arguments_without_a_derivative():
    @primitive
    def rounded_scale(x, digits, y=1.0):
        return numpy.round(x, digits) * y

    defvjp(
        rounded_scale,
        lambda ans, x, digits, y=1.0: lambda g: g * y,
        None,
        lambda ans, x, digits, y=1.0: lambda g: g * numpy.round(x, digits),
    )
    agree(grad(rounded_scale)(1.234, 1, 2.0), 2.0)
    agree(grad(rounded_scale, 2)(1.234, 1, 2.0), 1.2)
    agree(grad(lambda x: rounded_scale(x, 1, y=5.0))(1.234), 5.0)

    @primitive
    def lookup(table, place):
        return table[int(place)]

    defvjp(lookup, None, lambda ans, table, place: lambda g: 0.0 * g, argnums=(0, 1))
    agree(grad(lookup, 1)([1.0, 4.0], 1.0), 0.0)
    raises(NotImplementedError, "opaque", lambda: grad(_opaque())(1.0))


def _opaque():
    @primitive
    def opaque(x):
        return x + 1.0

    return opaque


def numbers_seen_without_a_trace():
    seen = []

    @notrace_primitive
    def note(x):
        seen.append(x)
        return x

    def f(x):
        y = x**2
        note(y)
        return y * note(x)

    agree(grad(f)(3.0), 18.0)
    assert [float(number) for number in seen] == [9.0, 3.0]
    assert not any(isinstance(number, Box) for number in seen)


def boxes_are_told_from_numbers():
    kinds = []

    def f(x):
        kinds.append((isinstance(x, Box), isinstance(x, ArrayBox)))
        kinds.append(x.shape)
        return np.sum(x * x)

    agree(grad(f)(np.ones(2)), 2 * np.ones(2))
    assert kinds == [(True, True), (2,)]
    f(np.ones(2))
    assert kinds[2:] == [(False, False), (2,)]


def spaces_of_values():
    random = npr.RandomState(2)
    value = {"a": random.randn(2), "b": (1.5, [random.randn(1, 2)])}
    space = vspace(value)
    assert isinstance(space, VSpace)
    assert space == vspace(space.ones())
    assert space != vspace({"a": np.zeros(2), "b": (1.5, [np.zeros((2, 2))])})
    assert space.size == 5
    double = space.add(value, value)
    agree(double, space.scalar_mul(value, 2.0))
    squares = np.sum(value["a"] ** 2) + 1.5**2 + np.sum(value["b"][1][0] ** 2)
    agree(space.inner_prod(value, value), squares)
    agree(space.zeros(), space.scalar_mul(value, 0.0))
    basis = list(space.standard_basis())
    assert len(basis) == 5
    total = space.zeros()
    for one in basis:
        total = space.add(total, space.scalar_mul(one, space.inner_prod(one, value)))
    agree(total, value)
    assert space == vspace(space.randn())


def values_of_a_new_kind():
    class Interval:
        def __init__(self, low, high):
            self.low, self.high = low, high

    class IntervalBox(Box):
        low = property(lambda self: end_of(self, 0))
        high = property(lambda self: end_of(self, 1))

    class IntervalSpace(VSpace):
        def __init__(self, value):
            pass

        size = 2

        def zeros(self):
            return Interval(0.0, 0.0)

        def ones(self):
            return Interval(1.0, 1.0)

        def _add(self, x, y):
            return Interval(x.low + y.low, x.high + y.high)

        def _mut_add(self, x, y):
            return self._add(x, y)

    @primitive
    def end_of(interval, which):
        return (interval.low, interval.high)[which]

    @primitive
    def interval_of(low, high):
        return Interval(low, high)

    IntervalBox.register(Interval)
    IntervalSpace.register(Interval)
    defvjp(
        end_of,
        lambda ans, interval, which: lambda g: interval_of(*((0.0, g) if which else (g, 0.0))),
        None,
    )
    defvjp(
        interval_of, lambda ans, low, high: lambda g: g.low, lambda ans, low, high: lambda g: g.high
    )

    def width_of_square(interval):
        return interval.high**2 - interval.low**2

    slope = grad(width_of_square)(Interval(1.0, 3.0))
    assert isinstance(slope, Interval)
    agree((slope.low, slope.high), (-2.0, 6.0))

    def by_number(x):
        return width_of_square(interval_of(np.sin(x), x**2))

    check_gradient(by_number, 0.7, grad(by_number)(0.7))
    agree(grad(lambda x: grad(by_number)(x))(0.7), 12 * 0.49 - 2 * np.cos(1.4))


def solver_with_its_own_adjoint():
    @primitive
    def tridiagonal(lower, main, upper, right):
        matrix = numpy.diag(main) + numpy.diag(lower, -1) + numpy.diag(upper, 1)
        return numpy.linalg.solve(matrix, right)

    def adjoint(main, lower, upper, g):
        return tridiagonal(upper, main, lower, g)

    defvjp(
        tridiagonal,
        lambda ans, lo, ma, up, ri: lambda g: -adjoint(ma, lo, up, g)[1:] * ans[:-1],
        lambda ans, lo, ma, up, ri: lambda g: -adjoint(ma, lo, up, g) * ans,
        lambda ans, lo, ma, up, ri: lambda g: -adjoint(ma, lo, up, g)[:-1] * ans[1:],
        lambda ans, lo, ma, up, ri: lambda g: adjoint(ma, lo, up, g),
    )
    random = npr.RandomState(3)
    arguments = (random.randn(3), 4 + random.rand(4), random.randn(3), random.randn(4))

    def total(x):
        return np.sum(np.cos(tridiagonal(*x)))

    check_gradient(total, arguments, grad(lambda *x: total(x), (0, 1, 2, 3))(*arguments))
    check_grads(tridiagonal, (0, 1, 2, 3), modes=["rev"], order=2)(*arguments)
    slopes = jacobian(tridiagonal, 3)(*arguments)
    agree(make_vjp(tridiagonal, 3)(*arguments)[0](np.ones(4)), np.sum(slopes, axis=0))
