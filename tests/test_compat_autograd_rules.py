"""Rules of one's own in compat.autograd: of any order, in both directions, and on its functions."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy
import pytest
import scipy.special

import autodiffx as adx
import autodiffx.compat.autograd as autograd
import autodiffx.compat.autograd.numpy as np
from autodiffx.compat.autograd import deriv, elementwise_grad, grad, make_jvp, make_vjp
from autodiffx.compat.autograd.core import sum_outgrads
from autodiffx.compat.autograd.extend import (
    Box,
    JVPNode,
    SparseObject,
    VJPNode,
    VSpace,
    def_linear,
    defjvp,
    defjvp_argnum,
    defjvp_argnums,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    notrace_primitive,
    primitive,
    register_notrace,
    vspace,
)
from autodiffx.compat.autograd.misc.fixed_points import fixed_point
from autodiffx.compat.autograd.numpy.numpy_vjps import unbroadcast_f, untake
from autodiffx.compat.autograd.test_util import check_grads
from autodiffx.compat.autograd.tracer import box_types, getval, isbox

X = numpy.array([0.3, 0.8, 1.7])


def product_by(define: Any) -> Any:
    """x * y, elementwise, computed where nothing is seen, with rules of one of five kinds."""

    @primitive
    def product(x: Any, y: Any, scale: float = 1.0) -> Any:
        assert not isbox(x)
        assert not isbox(y)
        return numpy.multiply(x, y) * scale

    define(product)
    return product


def by_vjp(f: Any) -> None:
    defvjp(
        f,
        lambda ans, x, y, scale=1.0: unbroadcast_f(x, lambda g: g * y * scale),
        lambda ans, x, y, scale=1.0: unbroadcast_f(y, lambda g: g * x * scale),
    )


def by_vjp_argnum(f: Any) -> None:
    def maker(argnum: int, ans: Any, args: Any, kwargs: Any) -> Any:
        scale = kwargs.get("scale", 1.0)
        return unbroadcast_f(args[argnum], lambda g: g * args[1 - argnum] * scale)

    defvjp_argnum(f, maker)


def by_vjp_argnums(f: Any) -> None:
    def maker(argnums: Any, ans: Any, args: Any, kwargs: Any) -> Any:
        scale = kwargs.get("scale", 1.0)

        def of(i: int) -> Any:
            return unbroadcast_f(args[i], lambda g: g * args[1 - i] * scale)

        return lambda g: (of(i)(g) for i in argnums)

    defvjp_argnums(f, maker)


def by_jvp(f: Any) -> None:
    defjvp(
        f,
        lambda g, ans, x, y, scale=1.0: g * y * scale,
        lambda g, ans, x, y, scale=1.0: x * g * scale,
    )


def by_jvp_argnum(f: Any) -> None:
    defjvp_argnum(f, lambda i, g, ans, args, kwargs: g * args[1 - i] * kwargs.get("scale", 1.0))


def by_jvp_argnums(f: Any) -> None:
    def maker(argnums: Any, gs: Any, ans: Any, args: Any, kwargs: Any) -> Any:
        scale = kwargs.get("scale", 1.0)
        return sum_outgrads(g * args[1 - i] * scale for i, g in zip(argnums, gs, strict=True))

    defjvp_argnums(f, maker)


KINDS = (by_vjp, by_vjp_argnum, by_vjp_argnums, by_jvp, by_jvp_argnum, by_jvp_argnums)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_rule_serves_both_modes_and_any_order(kind: Any) -> None:
    product = product_by(kind)

    def f(x: Any) -> Any:
        return np.sum(product(np.sin(x), product(x, x), scale=0.5) ** 2)

    def plainly(x: Any) -> Any:
        return np.sum((np.sin(x) * x * x * 0.5) ** 2)

    for operator in (grad, autograd.hessian):
        numpy.testing.assert_allclose(operator(f)(X), operator(plainly)(X), rtol=1e-12)
    v = numpy.array([1.0, -2.0, 0.5])
    numpy.testing.assert_allclose(make_jvp(f)(X)(v)[1], make_jvp(plainly)(X)(v)[1], rtol=1e-12)
    numpy.testing.assert_allclose(
        grad(lambda x: np.sum(grad(f)(x) ** 3))(X), grad(lambda x: np.sum(grad(plainly)(x) ** 3))(X)
    )
    check_grads(product, (0, 1), modes=["fwd", "rev"], order=2)(X, X + 1.0)


def test_arguments_of_different_shapes() -> None:
    product = product_by(by_vjp)
    check_grads(product, (0, 1))(X, 2.0)
    check_grads(product, (0, 1))(X[:, None], X)
    assert grad(lambda y: np.sum(product(X, y)))(2.0) == pytest.approx(X.sum())


def test_none_is_zero_and_argnums_choose() -> None:
    power = primitive(numpy.power)
    defvjp(power, lambda ans, x, n: lambda g: g * n * power(x, n - 1.0), None)
    assert grad(power, (0, 1))(3.0, 2.0) == (6.0, 0.0)
    assert grad(grad(power))(3.0, 2.0) == 2.0
    second = primitive(lambda x, y: x * y)
    defvjp(second, lambda ans, x, y: lambda g: g * x, argnums=[1])
    assert grad(second, 1)(3.0, 2.0) == 3.0
    with pytest.raises(NotImplementedError, match="by argument 0"):
        grad(second, 0)(3.0, 2.0)
    zero = primitive(lambda x: 5.0 * x)
    defjvp(zero, None)
    assert deriv(zero)(1.0) == 0.0


def test_linear_functions() -> None:
    flipped = primitive(numpy.flip)
    defjvp(flipped, "same")
    check_grads(flipped, modes=["fwd"])(X)
    with pytest.raises(NotImplementedError, match="reverse mode"):
        grad(lambda x: np.sum(flipped(x)))(X)
    defvjp(flipped, lambda ans, x: lambda g: flipped(g))
    check_grads(flipped)(X)
    inner = primitive(lambda x, y: numpy.sum(x * y))
    def_linear(inner)
    assert make_jvp(lambda x: inner(x, x))(X)(X) == pytest.approx((X @ X, 2.0 * X @ X))


def test_results_and_arguments_of_several_parts() -> None:
    @primitive
    def polar(point: Any) -> Any:
        return {"r": math.hypot(*point), "angle": math.atan2(point[1], point[0])}

    def maker(ans: Any, point: Any) -> Any:
        x, y = point
        r = ans["r"]
        return lambda g: (
            g["r"] * x / r - g["angle"] * y / r**2,
            g["r"] * y / r + g["angle"] * x / r**2,
        )

    defvjp(polar, maker)
    found = grad(lambda p: polar(p)["angle"] * polar(p)["r"] ** 2)((1.0, 2.0))
    angle = math.atan2(2.0, 1.0)
    assert found == pytest.approx((2.0 * angle - 2.0, 4.0 * angle + 1.0))
    check_grads(polar)((1.0, 2.0))


def test_sparse_cotangents() -> None:
    third = primitive(lambda x: x[2])
    defvjp(third, lambda ans, x: lambda g: untake(g, 2, vspace(x)))
    assert grad(lambda x: third(x) ** 2)(X).tolist() == [0.0, 0.0, 2.0 * 1.7]
    hessian = autograd.hessian(lambda x: third(x) ** 3)(X)
    assert hessian[2, 2] == pytest.approx(6.0 * 1.7)
    second = primitive(lambda x: {"a": x["a"]})
    defvjp(
        second,
        lambda ans, x: lambda g: SparseObject(vspace(x), lambda zeros: {**zeros, "a": g["a"]}),
    )
    assert grad(lambda x: second(x)["a"] ** 2)({"a": 3.0, "b": 1.0}) == {"a": 6.0, "b": 0.0}


def test_a_number_stands_for_an_array_of_itself() -> None:
    total = primitive(numpy.sum)
    defvjp(total, lambda ans, x: lambda g: g)
    assert grad(total)(X).tolist() == [1.0, 1.0, 1.0]
    column = primitive(lambda x: x)
    defvjp(column, lambda ans, x: lambda g: np.reshape(g, (1, 1)))
    assert grad(column)(2.0) == 1.0


def test_rules_on_functions_that_have_derivatives() -> None:
    for function in (np.cbrt, autograd.numpy.linalg.det):
        assert function._rules.given is False
    own = autograd.numpy.numpy_wrapper.wrap_intdtype  # no function of NumPy's
    with pytest.raises(TypeError, match="no primitive"):
        defvjp(own, None)
    from autodiffx.compat.autograd.scipy import special

    before = elementwise_grad(special.erfcx)(X)
    numpy.testing.assert_allclose(before, 2 * X * scipy.special.erfcx(X) - 2 / math.sqrt(math.pi))
    calls = []

    def maker(ans: Any, x: Any) -> Any:
        calls.append(type(x))
        return lambda g: g * 100.0

    defvjp(special.erfcx, maker)
    try:
        assert elementwise_grad(special.erfcx)(X).tolist() == [100.0] * 3
        assert set(calls) == {numpy.ndarray}
    finally:
        special.erfcx._rules.set_vjp(None, ())
    numpy.testing.assert_array_equal(elementwise_grad(special.erfcx)(X), before)


def test_what_is_not_traced() -> None:
    seen = []

    @notrace_primitive
    def bins(x: Any, edges: Any = None) -> Any:
        seen.append((type(x), isinstance(x, Box)))
        return numpy.digitize(x, edges)

    def f(x: Any) -> Any:
        weights = numpy.array([1.0, 10.0])[bins(x, edges=[1.0])]
        return np.sum(weights * x)

    assert grad(f)(X).tolist() == [1.0, 1.0, 10.0]
    assert seen == [(numpy.ndarray, False)]
    rounded = primitive(numpy.round)
    register_notrace(VJPNode, rounded)
    assert grad(lambda x: x * rounded(x))(2.6) == 3.0
    with pytest.raises(NotImplementedError, match="round"):
        make_jvp(lambda x: x * rounded(x))(2.6)(1.0)
    register_notrace(JVPNode, rounded)
    assert make_jvp(lambda x: x * rounded(x))(2.6)(1.0)[1] == 3.0


def test_boxes() -> None:
    found: list[Any] = []

    def look(x: Any) -> Any:
        found.append((isbox(x), isinstance(x, Box), type(x) in box_types))
        found.append((type(getval(x)), numpy.asarray(x._value).tolist()))
        return x

    grad(look)(2.5)
    make_jvp(look)(X)(X)
    assert found == [
        (True, True, True),
        (numpy.float64, 2.5),
        (True, True, True),
        (numpy.ndarray, X.tolist()),
    ]
    assert not isbox(X)
    assert not isinstance(2.5, Box)
    assert not isbox(adx.Constant(2.5))
    # The number of a derivative of a derivative.
    assert grad(lambda x: grad(lambda y: y * y * getval(y))(x))(3.0) == 6.0


def test_an_own_class_of_values() -> None:
    class Pair:
        def __init__(self, left: Any, right: Any) -> None:
            self.left, self.right = left, right

    class PairBox(Box):
        pass

    class PairSpace(VSpace):
        def zeros(self) -> Any:
            return Pair(0.0, 0.0)

        def ones(self) -> Any:
            return Pair(1.0, 1.0)

    PairBox.register(Pair)
    PairBox.register(Pair)
    PairSpace.register(Pair)
    assert vspace(Pair(1.0, 2.0)) == vspace(Pair(3.0, 4.0))

    kinds = []

    def look(pair: Any) -> Any:
        kinds.append((isinstance(pair, PairBox), isinstance(pair, Box), isinstance(pair, Pair)))
        kinds.append((isinstance(pair.left, PairBox), isinstance(pair.left, Box), False))
        return pair.left

    grad(look)(Pair(1.0, 2.0))
    look(Pair(1.0, 2.0))
    assert kinds == [(True, True, True), (False, True, False), (False, False, True), (False,) * 3]

    @primitive
    def swapped(pair: Any) -> Any:
        return Pair(pair.right, pair.left)

    defvjp(swapped, lambda ans, pair: lambda g: Pair(g.right, g.left))
    slope = grad(lambda p: swapped(p).left ** 2 * p.left)(Pair(2.0, 3.0))
    assert isinstance(slope, Pair)
    assert vars(slope) == {"left": 9.0, "right": 12.0}
    assert make_vjp(lambda x: swapped(Pair(x, x**2)))(3.0)[0](Pair(1.0, 10.0)) == 16.0

    class Expansion:
        def __init__(self, kernel: Any, weights: Any) -> None:
            self.kernel, self.weights, self.name = kernel, weights, "expansion"

        def __call__(self, x: Any) -> Any:
            return sum(w * self.kernel(x, y) for y, w in self.weights.items())

    Box.register(Expansion)
    slope = grad(lambda e: e(0.5) ** 2)(Expansion(lambda x, y: x + y, {1.0: 2.0, 2.0: -1.0}))
    at = 2.0 * 1.5 - 2.5
    assert slope.weights == {1.0: 2.0 * at * 1.5, 2.0: 2.0 * at * 2.5}
    assert slope.name == "expansion"

    class Slots:
        __slots__ = ("x",)

    with pytest.raises(TypeError, match="no __dict__"):
        PairBox.register(Slots)


def test_fixed_points() -> None:
    def newton(a: Any) -> Any:
        return lambda x: 0.5 * (x + a / x)

    def far(x: Any, y: Any) -> Any:
        return abs(x - y)

    def root(a: Any) -> Any:
        return fixed_point(newton, a, 1.0, far, 1e-12)

    assert root(2.0) == pytest.approx(math.sqrt(2.0), rel=1e-14)
    assert grad(root)(2.0) == pytest.approx(0.5 / math.sqrt(2.0), rel=1e-12)
    assert grad(grad(root))(2.0) == pytest.approx(-0.25 * 2.0**-1.5, rel=1e-10)
    assert deriv(root)(2.0) == pytest.approx(0.5 / math.sqrt(2.0), rel=1e-12)


def test_old_methods_of_primitives_warn() -> None:
    sine = autograd.primitive(lambda x, shift: math.sin(x) + shift)
    with pytest.warns(UserWarning, match="deprecated"):
        sine.defvjp(lambda g, ans, vs, gvs, x, shift: g * np.cos(x))
    with pytest.warns(UserWarning, match="deprecated"):
        sine.defvjp_is_zero([1])
    assert grad(sine, (0, 1))(0.0, 1.0) == (1.0, 0.0)
    cosine = autograd.primitive(math.cos)
    with pytest.warns(UserWarning, match="deprecated"):
        cosine.defgrad(lambda ans, x: lambda g: -g * np.sin(x))
    assert grad(grad(cosine))(0.0) == -1.0


def test_a_method_is_a_primitive() -> None:
    class Scale:
        def __init__(self, by: float) -> None:
            self.by = by

        @primitive
        def of(self, x: Any) -> Any:
            return self.by * x

    defvjp(Scale.of, None, lambda ans, self, x: lambda g: g * self.by)
    assert grad(Scale(3.0).of)(1.0) == 3.0


def test_closures_of_outer_traces() -> None:
    """A function that sees plain numbers only may use what another trace is about."""
    scaled = primitive(lambda x: 2.0 * x)
    defvjp(scaled, lambda ans, x: lambda g: 2.0 * g)
    assert grad(lambda a: grad(lambda x: a * scaled(x))(1.0))(3.0) == 2.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert grad(lambda a: scaled(1.0) + 0.0 * a)(3.0) == 0.0
