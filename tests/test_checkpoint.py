"""checkpoint: the same function, that runs again on the way back instead of being kept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiffx
from array_shapes import assert_close, assert_same_bits, uniform

X = uniform(11, (4,), low=0.2, high=0.9)


def plainly(f: Any) -> Any:
    return f


def nth(adx: Any, f: Any, order: int) -> Any:
    for _ in range(order):
        f = adx.grad(f)
    return f


# What a segment does with its argument, a captured array and a captured number of it.
STEPS: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "products": lambda adx, v, h, s: v * h * s,
    "own numbers": lambda adx, v, h, s: np.tanh(v * v) + 0.5,
    "captured element": lambda adx, v, h, s: v * h[1] + h[2:3] * s,
    "reduced": lambda adx, v, h, s: np.sum(v * h) * v + s,
    "written": lambda adx, v, h, s: written(v, h, s),
    "masked": lambda adx, v, h, s: np.where(v > 0.5, v * s, np.sin(h)),
    "branch": lambda adx, v, h, s: v * h if np.sum(v).value > 1.0 else v - s,
    "stopped": lambda adx, v, h, s: v * adx.stop_gradient(h) + s * h,
    "gradient": lambda adx, v, h, s: adx.grad(lambda u: np.sum(u * u * u * h) * s)(v),
    "direction": lambda adx, v, h, s: adx.jvp(lambda u: u * u * h, (v,), (h * s,))[1],
}


def written(v: Any, h: Any, s: Any) -> Any:
    y = np.zeros_like(v) + v
    y[0] = v[1] * s
    y[1:3] = y[0] * h[1:3]
    y += h
    return y


@st.composite
def programs(draw: st.DrawFn) -> Any:
    """Segments one after the other, some within others, and whether each is checkpointed."""
    steps = draw(st.lists(st.sampled_from(tuple(STEPS)), min_size=1, max_size=3))
    nested = draw(st.booleans())
    chosen = draw(st.lists(st.booleans(), min_size=len(steps), max_size=len(steps)))
    return steps, nested, chosen


def program(adx: Any, wrap: Any, steps: Any, nested: bool, chosen: Any) -> Any:
    def loss(x: Any) -> Any:
        h, s = np.sin(x) + 1.0, x[0] * x[3] + 1.0
        v = x * 1.0
        for name, is_wrapped in zip(steps, chosen, strict=True):
            step = STEPS[name]

            def once(v: Any, step: Any = step) -> Any:
                return step(adx, v, h, s)

            inner = wrap(once) if is_wrapped or not nested else once

            def around(v: Any, inner: Any = inner) -> Any:
                return inner(v) * h + v

            v = wrap(around)(v) if nested else inner(v)
        return np.sum(v * x) + s

    return loss


@given(case=programs())
@settings(max_examples=8)
def test_generated_programs(array_backend: Any, case: Any) -> None:
    adx = array_backend
    f, g = (program(adx, wrap, *case) for wrap in (adx.checkpoint, plainly))
    value, gradient = adx.value_and_grad(f)(X)
    expected, exact = adx.value_and_grad(g)(X)
    assert value == expected
    assert_close(gradient, exact)
    assert_close(adx.hvp(f, (X,), (X,)), adx.hvp(g, (X,), (X,)))
    assert_close(adx.jvp(f, (X,), (X,))[1], adx.jvp(g, (X,), (X,))[1])
    if len(case[0]) == 1:
        assert_close(adx.hessian(f)(X), adx.hessian(g)(X))
    x = adx.Variable(X)
    y = f(x)
    y.backward()
    assert_close(x.grad, exact)


def scalars(adx: Any, wrap: Any) -> dict[str, Any]:
    def captured(x: Any) -> Any:
        h = adx.sin(x)
        inner = wrap(lambda v: v * h * x)
        return inner(x + 1.0) * inner(h)

    def nested(x: Any) -> Any:
        h = adx.sin(x)

        def middle(v: Any) -> Any:
            k = v * h
            return wrap(lambda u: u * k * h * x)(v) + wrap(lambda u: u * u * h)(k)

        return wrap(middle)(x * h)

    return {
        "captured": captured,
        "nested": nested,
        "of a gradient": wrap(adx.grad(lambda x: adx.exp(x) * x)),
        "around a gradient": lambda x: wrap(lambda v: adx.grad(lambda u: u * u * v * x)(v))(x * x),
        "around jvp": lambda x: wrap(lambda v: adx.jvp(lambda u: u * u * v * x, (v,), (x,))[1])(
            x * x
        ),
        "within jvp": lambda x: adx.jvp(
            lambda v: wrap(lambda u: u * u * v * x)(v * x), (x,), (x * x,)
        )[1],
        "within a gradient": lambda x: adx.grad(lambda v: wrap(lambda u: u * u * v * x)(v))(x * x),
        "applied to itself": lambda x: wrap(lambda f: f(f(x)))(wrap(lambda v: v * adx.sin(v) * x)),
    }


@pytest.mark.parametrize("name", list(scalars(autodiffx, plainly)))
def test_any_order(backend: Any, name: str) -> None:
    f, g = (scalars(backend, wrap)[name] for wrap in (backend.checkpoint, plainly))
    for order in range(5):
        expected = nth(backend, g, order)(0.7)
        assert nth(backend, f, order)(0.7) == pytest.approx(expected, rel=1e-12)
    for outer in (backend.grad, backend.jacfwd, backend.jacrev, backend.hessian):
        assert outer(f)(0.7) == pytest.approx(outer(g)(0.7), rel=1e-12)
    mixed = backend.jvp(backend.grad(f), (0.7,), (2.0,))
    assert mixed == pytest.approx(backend.jvp(backend.grad(g), (0.7,), (2.0,)), rel=1e-12)
    for maps in (backend.vjp, backend.linearize):
        assert maps(f, 0.7)[1](2.0) == pytest.approx(maps(g, 0.7)[1](2.0), rel=1e-12)


def test_every_transform_of_arrays(array_backend: Any) -> None:
    adx = array_backend

    def g(x: Any) -> Any:
        return np.tanh(x) * np.sum(x * x)

    f = adx.checkpoint(g)
    assert f.__name__ == "g"
    assert_same_bits(f(X), g(X))
    for name in ("jacobian", "jacrev", "jacfwd", "elementwise_grad"):
        assert_close(getattr(adx, name)(f)(X), getattr(adx, name)(g)(X))
    assert_close(adx.vjp(f, X)[1](X)[0], adx.vjp(g, X)[1](X)[0])
    assert_close(adx.linearize(f, X)[1](X), adx.linearize(g, X)[1](X))
    assert_close(adx.jvp(f, (X,), (X,))[1], adx.jvp(g, (X,), (X,))[1])
    assert_close(adx.taylor(f, X, 3, X), adx.taylor(g, X, 3, X))
    single = X.astype(np.float32)
    found = adx.grad(lambda x: np.sum(f(x)))(single)
    assert found.dtype == np.float32
    assert_close(found, adx.grad(lambda x: np.sum(g(x)))(single))


def test_containers_keywords_and_dtypes(array_backend: Any) -> None:
    adx = array_backend

    def g(p: Any, scale: Any, *, offset: Any = 1.0) -> Any:
        assert p["name"] == "line"
        y = p["w"] * scale + offset
        return {"y": y, "rest": [(y > 1.0, np.float32(2.0) * p["single"]), None, "text", y.sum()]}

    def loss(wrap: Any) -> Any:
        def f(w: Any, single: Any, offset: Any) -> Any:
            found = wrap(g)({"w": w, "name": "line", "single": single}, X, offset=offset)
            (is_large, product), none, text, total = found["rest"]
            assert none is None
            assert text == "text"
            assert product.dtype == np.float32
            assert is_large.dtype == bool
            return np.sum(np.where(is_large, found["y"], 0.5 * w)) * total + product.sum()

        return f

    args = (X * 2.0, X.astype(np.float32), 0.5)
    found = adx.grad(loss(adx.checkpoint), (0, 1, 2))(*args)
    expected = adx.grad(loss(plainly), (0, 1, 2))(*args)
    for one, other in zip(found, expected, strict=True):
        assert_close(one, other)
    assert found[1].dtype == np.float32


def test_what_it_returns(backend: Any) -> None:
    ck = backend.checkpoint
    assert ck(lambda x: x * x)(3.0) == 9.0
    assert backend.grad(lambda x: ck(lambda v: v)(x) * x)(3.0) == 6.0
    assert backend.grad(lambda x: ck(lambda v: 2.0)(x) * x)(3.0) == 2.0
    assert backend.grad(lambda x: ck(lambda v: x)(2.0) * x)(3.0) == 6.0
    assert backend.grad(ck(lambda x: backend.stop_gradient(x * x)))(3.0) == 0.0
    assert backend.grad(lambda x: ck(functools.partial(pow, x))(3.0))(2.0) == 12.0
    with pytest.raises(TypeError, match="function"):
        ck(3.0)


def test_captured_leaves(array_backend: Any) -> None:
    adx = array_backend
    w, s = adx.Variable(X, name="w"), adx.Variable(2.0)
    found: list[tuple[Any, ...]] = []
    for wrap in (adx.checkpoint, plainly):
        inner = wrap(lambda v: np.sum(v * w * s) + w[1] * s)
        (inner(w * 2.0) * inner(s * w)).backward()
        found.append((w.grad, s.grad))
        slope = adx.grad(lambda t, wrap=wrap: wrap(lambda v: v**3 * s * w[2])(t))(3.0)
        slope.backward()
        found[-1] += (w.grad, s.grad)
    for one, other in zip(*found, strict=True):
        assert_close(one, other)


def test_a_loop_that_rebinds_what_is_captured(backend: Any) -> None:
    weights = (0.3, 0.5, 0.7)

    def decorated(f: Any) -> Any:
        @functools.wraps(f)
        def doubled(*args: Any) -> Any:
            return 2.0 * f(*args)

        return doubled

    def f(wrap: Any, decorate: Any) -> Any:
        def chain(x: Any) -> Any:
            h = x
            for k in range(3):
                # Each goes on with the k and h that it was called with.
                step = decorate(lambda v: backend.sin(v * weights[k] * x) + h)  # noqa: B023
                h = wrap(step)(h)
            return h

        return chain

    for decorate in (plainly, decorated):
        for order in (1, 2):
            found = nth(backend, f(backend.checkpoint, decorate), order)(0.7)
            expected = nth(backend, f(plainly, decorate), order)(0.7)
            assert found == pytest.approx(expected, rel=1e-12)


def test_what_is_written_before(array_backend: Any) -> None:
    adx = array_backend

    def f(wrap: Any) -> Any:
        def loss(x: Any) -> Any:
            h = x * 1.0
            h[0] = x[1]
            g = wrap(lambda v: v * h * h[0])
            return np.sum(g(g(x)) * h)

        return loss

    for of in (adx.grad, adx.hessian):
        assert_close(of(f(adx.checkpoint))(X), of(f(plainly))(X))


def test_what_is_written_between_is_an_error(array_backend: Any) -> None:
    adx = array_backend

    def f(x: Any) -> Any:
        h = x * 1.0
        y = adx.checkpoint(lambda v: v * h)(x)
        h[1] = x[2] * 7.0
        return np.sum(y * h)

    with pytest.raises(autodiffx.GraphError, match="assigned to since"):
        adx.grad(f)(X)
    assert adx.grad(lambda x: x * x)(3.0) == 6.0


def test_writes_into_what_was_there_are_an_error(array_backend: Any) -> None:
    adx = array_backend

    def captured(x: Any) -> Any:
        h = x * 1.0

        def g(v: Any) -> Any:
            h[0] = v[1]
            return np.sum(h * v)

        return adx.checkpoint(g)(x)

    def argument(v: Any) -> Any:
        v[0] = 2.0
        return np.sum(v * v)

    with pytest.raises(autodiffx.GraphError, match="copy"):
        adx.grad(captured)(X)
    with pytest.raises(autodiffx.GraphError, match="copy"):
        adx.grad(lambda x: adx.checkpoint(argument)(x * 1.0))(X)


def test_leaves_that_are_set_between(backend: Any) -> None:
    s, x = backend.Variable(2.0), backend.Variable(3.0)
    for y in (backend.checkpoint(lambda v: v * s)(x), backend.checkpoint(lambda v: v * v)(s)):
        s.value += 1.0
        with pytest.raises(autodiffx.StaleValueError, match="set"):
            y.backward()


def test_results_that_differ_are_an_error(array_backend: Any) -> None:
    adx = array_backend
    generator = np.random.default_rng(5)
    noisy = adx.checkpoint(lambda v: v * generator.normal(size=4))
    with pytest.raises(autodiffx.GraphError, match="random"):
        adx.grad(lambda x: np.sum(noisy(x)))(X)
    data = [np.ones(4)]
    changing = adx.checkpoint(lambda v: np.sum(v * data[0]))

    def f(x: Any) -> Any:
        y = changing(x)
        data[0] = data[0] * 2.0
        return y

    with pytest.raises(autodiffx.GraphError, match="something else"):
        adx.grad(f)(X)
    for then in (2.0, np.zeros(4)):
        returned: list[Any] = [1.0, then]
        constant = adx.checkpoint(lambda v: (np.sum(v * v), returned.pop()))  # noqa: B023
        with pytest.raises(autodiffx.GraphError, match="something else"):
            adx.grad(lambda x: constant(x)[0])(X)  # noqa: B023
    # An argument is what it was.
    batch = np.ones(4)
    layer = adx.checkpoint(lambda v, a: v * a)

    def g(x: Any) -> Any:
        y = layer(x - X, batch)
        batch[:] = 5.0
        return np.sum(y)

    assert_same_bits(adx.grad(g)(X), np.ones(4))


def test_an_error_leaves_nothing(backend: Any) -> None:
    x = backend.Variable(3.0)

    def fail(v: Any) -> Any:
        raise KeyError(v * x)

    with backend.Graph() as graph:
        y = x * 2.0
        with pytest.raises(KeyError):
            backend.checkpoint(fail)(y)
        assert len(graph) == 1
        y * backend.checkpoint(lambda v: v * x)(y)
    # An error on the way back.
    calls: list[float] = []

    def fails_later(v: Any) -> Any:
        calls.append(1.0)
        if len(calls) > 1:
            raise KeyError("later")
        return v * v

    z = backend.checkpoint(fails_later)(x)
    with pytest.raises(KeyError, match="later"):
        z.backward()
    assert backend.grad(backend.checkpoint(lambda v: v * v))(2.0) == 4.0
    x.value = 1.0
    assert graph.forward() == 4.0
    graph.backward()
    assert x.grad == 12.0
