"""custom_vjp, custom_jvp and primitive: their rules are used, in every mode and to any order."""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Pair = namedtuple("Pair", "left right")


def formula(backend: Any, x: Any, y: Any) -> Any:
    """What the three functions compute, by operators."""
    return {"a": backend.sin(x) * y, "b": (x * x * x,)}


def by_vjp(backend: Any) -> Callable[..., Any]:
    f = backend.custom_vjp(lambda x, y: formula(backend, x, y))

    def bwd(residuals: Any, g: Any) -> Any:
        x, y = residuals
        return (
            g["a"] * backend.cos(x) * y + 3.0 * g["b"][0] * x * x,
            g["a"] * backend.sin(x),
        )

    f.defvjp(lambda x, y: (f(x, y), (x, y)), bwd)
    return f  # type: ignore[no-any-return]


def by_jvp(backend: Any) -> Callable[..., Any]:
    f = backend.custom_jvp(lambda x, y: formula(backend, x, y))

    def rule(primals: Any, tangents: Any) -> Any:
        (x, y), (s, t) = primals, tangents
        change = {
            "a": s * backend.cos(x) * y + t * backend.sin(x),
            "b": (3.0 * x * x * s,),
        }
        return f(x, y), change

    assert f.defjvp(rule) is rule
    return f  # type: ignore[no-any-return]


def opaque(x: Any, y: Any) -> Any:
    assert isinstance(x, float)
    return {"a": math.sin(x) * y, "b": (x * x * x,)}


def by_cotangents(backend: Any) -> Callable[..., Any]:
    f = backend.primitive(opaque)
    f.defvjp(
        lambda g, r, x, y: g["a"] * backend.cos(x) * y + 3.0 * g["b"][0] * x * x,
        lambda g, r, x, y: g["a"] * backend.sin(x),
    )
    return f  # type: ignore[no-any-return]


def by_tangents(backend: Any) -> Callable[..., Any]:
    f = backend.primitive(opaque)
    f.defjvp(
        lambda t, r, x, y: {"a": t * backend.cos(x) * y, "b": (3.0 * x * x * t,)},
        lambda t, r, x, y: {"a": t * backend.sin(x), "b": (0.0 * t,)},
    )
    return f  # type: ignore[no-any-return]


WAYS = {"vjp": by_vjp, "jvp": by_jvp, "cotangents": by_cotangents, "tangents": by_tangents}


def loss(f: Callable[..., Any]) -> Callable[..., Any]:
    def of(x: Any, y: Any) -> Any:
        found = f(x, y)
        return found["a"] ** 2 + found["b"][0] * y

    return of


@pytest.mark.parametrize("way", WAYS)
def test_every_mode_gives_what_the_operators_give(backend: Any, way: str) -> None:
    grad, jvp = backend.grad, backend.jvp

    def derivatives(f: Callable[..., Any]) -> list[Any]:
        h, at, along = loss(f), (0.3, 0.7), (1.0, -0.5)
        found = [
            *backend.value_and_grad(h, (0, 1))(*at),
            jvp(h, at, along),
            grad(grad(h, 0), (0, 1))(*at),
            grad(grad(h, 1), (0, 1))(*at),
            jvp(grad(h), at, along),
            grad(lambda x: jvp(lambda y: h(x, y), (0.7,), (1.0,))[1])(0.3),
            jvp(lambda x: jvp(lambda y: h(x, y), (0.7,), (1.0,))[1], (0.3,), (1.0,)),
            grad(grad(grad(h)))(*at),
            grad(lambda x: h(x, 0.7))(backend.Variable(0.3)).value,
        ]
        x, y = backend.Variable(0.3), backend.Variable(0.7)
        with backend.Graph() as graph:
            z = h(x, y)
        graph.backward()
        found += [z.value, x.grad, y.grad, graph.jvp({x: 1.0, y: -0.5})]
        products = graph.hvp({x: 1.0, y: -0.5})
        found += [products[x], products[y]]
        x.value = 1.1
        found += [graph.forward()]
        graph.backward()
        found += [x.grad, graph.create_gradient_graph().wrt(y)]
        return found

    def flat(nested: Any) -> list[float]:
        if isinstance(nested, (list, tuple)):
            return [number for each in nested for number in flat(each)]
        return [float(nested)]

    mine = flat(derivatives(WAYS[way](backend)))
    theirs = flat(derivatives(lambda x, y: formula(backend, x, y)))
    np.testing.assert_allclose(mine, theirs, rtol=1e-12)


@pytest.mark.parametrize("way", WAYS)
def test_without_variables_it_is_the_function(backend: Any, way: str) -> None:
    assert WAYS[way](backend)(0.3, 2.0) == {"a": math.sin(0.3) * 2.0, "b": (0.3 * 0.3 * 0.3,)}


def wrong(backend: Any) -> list[Callable[..., Any]]:
    """x² with derivative 7 x, in each of the ways."""
    f = backend.custom_vjp(lambda x: x * x)
    f.defvjp(lambda x: (x * x, x), lambda x, g: (7.0 * x * g,))
    h = backend.custom_jvp(lambda x: x * x)
    h.defjvp(lambda p, t: (p[0] * p[0], 7.0 * p[0] * t[0]))
    k = backend.custom_jvp(lambda x: x * x)
    k.defjvps(lambda t, y, x: 7.0 * x * t)
    p = backend.primitive(lambda x: x * x)
    p.defvjp(lambda g, y, x: 7.0 * x * g)
    return [f, h, k, p]


def test_the_rule_is_what_is_used(backend: Any) -> None:
    for f in wrong(backend):
        assert backend.value_and_grad(f)(2.0) == (4.0, 14.0)
        assert backend.jvp(f, (2.0,), (0.5,)) == (4.0, 7.0)
        assert backend.grad(backend.grad(f))(2.0) == 7.0
        x = backend.Variable(np.array([1.0, 2.0]))
        f(x).sum().backward()
        np.testing.assert_array_equal(x.grad, [7.0, 14.0])


def test_gradients_are_clipped(backend: Any) -> None:
    clipped = backend.custom_vjp(lambda x: x)
    clipped.defvjp(lambda x: (x, None), lambda _, g: (np.clip(g, -1.0, 1.0),))
    found = backend.grad(lambda x: (clipped(x) * np.array([0.5, 9.0, -9.0])).sum())(np.ones(3))
    np.testing.assert_array_equal(found, [0.5, 1.0, -1.0])


def test_log1pexp_stays_finite(backend: Any) -> None:
    log1pexp = backend.custom_jvp(lambda x: backend.log(1.0 + backend.exp(x)))
    log1pexp.defjvps(lambda t, y, x: t * (1.0 - 1.0 / (1.0 + backend.exp(x))))
    assert backend.grad(log1pexp)(100.0) == 1.0
    assert backend.grad(backend.grad(log1pexp))(0.0) == 0.25


def test_fixed_arguments(backend: Any) -> None:
    f = backend.custom_vjp(lambda name, x, power: x**power, nondiff_argnums=(0, 2))
    seen = []

    def bwd(name: Any, power: Any, x: Any, g: Any) -> Any:
        seen.append(name)
        return (power * x ** (power - 1) * g,)

    f.defvjp(lambda name, x, power: (x**power, x), bwd)
    assert backend.grad(lambda x: f("cube", x, power=3))(2.0) == 12.0
    assert set(seen) == {"cube"}
    h = backend.custom_jvp(lambda k, x: k(x), nondiff_argnums=0)
    h.defjvp(lambda k, p, t: (k(p[0]), 5.0 * t[0]))
    assert backend.grad(lambda x: h(backend.exp, x))(0.0) == 5.0


def test_containers_and_defaults(backend: Any) -> None:
    def scaled(p: Any, scale: Any = 2.0) -> Any:
        return Pair(p["u"] * scale, [p["v"][0].sum(), None])

    f = backend.custom_vjp(scaled)
    f.defvjp(
        lambda p, scale: (f(p, scale), (p, scale)),
        lambda r, g: ({"u": g.left * r[1], "v": (g.right[0] * np.ones(2),)}, None),
    )
    found = f({"u": 3.0, "v": (np.ones(2),)})
    assert found == Pair(6.0, [2.0, None])

    def total(p: Any) -> Any:
        found = f(p)
        assert found.right[1] is None
        return found.left + 10.0 * found.right[0]

    slope = backend.grad(total)({"u": 3.0, "v": (np.ones(2),)})
    assert slope["u"] == 2.0
    np.testing.assert_array_equal(slope["v"][0], [10.0, 10.0])


def test_float32_stays_float32(backend: Any) -> None:
    x = np.array([1.0, 2.0], np.float32)
    for f in wrong(backend):
        slope = backend.grad(lambda x, f=f: f(x).sum())(x)
        assert slope.dtype == np.float32
        np.testing.assert_array_equal(slope, [7.0, 14.0])


def test_random_rules_agree_with_differences(array_backend: Any) -> None:
    backend, rng = array_backend, np.random.default_rng(3)
    for _ in range(20):
        a, x = rng.normal(size=(3, 4)), rng.normal(size=4)
        f = backend.primitive(lambda x, a=a: np.tanh(a @ x))
        f.defvjp(lambda g, y, x, a=a: a.T @ (g * (1.0 - y * y)))
        weights = rng.normal(size=3)

        def total(x: Any, f: Any = f, weights: Any = weights) -> Any:
            return (f(x) * weights).sum()

        along = rng.normal(size=4)
        step = 1e-5
        expected = (total(x + step * along) - total(x - step * along)) / (2.0 * step)
        slope = backend.grad(total)
        assert slope(x) @ along == pytest.approx(expected, rel=1e-7, abs=1e-9)
        assert backend.jvp(total, (x,), (along,))[1] == pytest.approx(expected, rel=1e-7, abs=1e-9)
        bend = (slope(x + step * along) - slope(x - step * along)) / (2.0 * step)
        for found in (
            backend.jvp(slope, (x,), (along,))[1],
            backend.grad(lambda x: (slope(x) * along).sum())(x),  # noqa: B023
        ):
            np.testing.assert_allclose(found, bend, rtol=1e-6, atol=1e-8)


def test_rules_may_take_derivatives_themselves(backend: Any) -> None:
    f = backend.custom_vjp(lambda x: backend.sin(x))
    f.defvjp(lambda x: (f(x), x), lambda x, g: (g * backend.grad(backend.sin)(x),))
    h = backend.custom_jvp(lambda x: backend.sin(x))
    h.defjvp(lambda p, t: (h(p[0]), t[0] * backend.grad(backend.sin)(p[0])))
    for each in (f, h):
        slope = backend.grad(each)
        assert slope(0.3) == pytest.approx(math.cos(0.3))
        assert backend.grad(slope)(0.3) == pytest.approx(-math.sin(0.3))
        assert backend.jvp(slope, (0.3,), (1.0,))[1] == pytest.approx(-math.sin(0.3))
        assert backend.grad(backend.grad(slope))(0.3) == pytest.approx(-math.cos(0.3))


@pytest.mark.parametrize("way", WAYS)
def test_jacobians_and_hessians(core: Any, way: str) -> None:
    def found(f: Callable[..., Any]) -> list[Any]:
        def h(x: Any) -> Any:
            return loss(f)(x[0], x[1])

        x, along = np.array([0.3, 0.7]), np.array([1.0, -2.0])
        value, pullback = core.vjp(h, x)
        return [
            core.hessian(h)(x),
            core.jacfwd(core.grad(h))(x),
            core.jacrev(core.grad(h))(x),
            core.hvp(h, (x,), (along,)),
            core.jacobian(core.hessian(h))(x),
            value,
            *pullback(2.0),
            core.linearize(h, x)[1](along),
        ]

    mine = found(WAYS[way](core))
    theirs = found(lambda x, y: formula(core, x, y))
    for one, other in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_decorators() -> None:
    import autodiffx as adx

    @adx.primitive
    def sine(x: Any) -> Any:
        """The sine."""
        return math.sin(x)

    sine.defvjp(lambda g, y, x: g * adx.cos(x))
    assert sine.__doc__ == "The sine."
    assert repr(sine) == "<primitive sine>"
    assert adx.grad(sine)(0.0) == 1.0


def test_decisions_and_integers_among_the_results(core: Any) -> None:
    f = core.custom_vjp(lambda x: (x * 2.0, x > 0.0, 3))
    f.defvjp(lambda x: ((x * 2.0, x > 0.0, 3), None), lambda _, g: (2.0 * g[0],))
    h = core.custom_jvp(lambda x: (x * 2.0, x > 0.0, 3))
    h.defjvp(lambda p, t: (h(*p), (2.0 * t[0], p[0] > 0.0, 0.0)))
    for each in (f, h):
        x = core.Variable([1.0, -2.0])
        doubled, positive, three = each(x)
        np.testing.assert_array_equal(positive.value, [True, False])
        assert positive.dtype == np.bool_
        assert three.value == 3.0
        doubled.sum().backward()
        np.testing.assert_array_equal(x.grad, [2.0, 2.0])
        point, along = np.array([1.0, -2.0]), np.array([1.0, 3.0])
        tangent = core.jvp(lambda x, each=each: each(x)[0], (point,), (along,))[1]
        np.testing.assert_array_equal(tangent, [2.0, 6.0])
