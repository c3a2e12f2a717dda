"""Transforms nested in each other at random: exact numbers, whatever is inside of what."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nested_containers import plain
from nested_programs import Fuse, OnPurposeError, Program, programs

LARGEST = 10**9  # of which a float keeps every unit


def examples(config: pytest.Config) -> settings:
    count = config.getoption("--programs")
    return settings(max_examples=count, derandomize=count <= 200)


def agrees(found: Any, expected: int, size: int) -> bool:
    """Equal, but for what rounding may have done to the terms: less than a unit."""
    return bool(abs(found - expected) <= 1e-12 * max(1, size))


def test_random_nests(backend: Any, pytestconfig: pytest.Config) -> None:
    """Their values, and that neither they nor errors in their middle leave anything behind."""

    @examples(pytestconfig)
    @given(program=programs(), part=st.floats(0.0, 1.0, exclude_max=True))
    def check(program: Program, part: float) -> None:
        exact = program.exact(0)
        assume(exact.size() < LARGEST)
        x = backend.Variable(2.0)
        before = x * x * x
        fuse = Fuse()
        found = program.run(backend, [], fuse)
        assert isinstance(found, float)
        assert agrees(found, exact.value(), exact.size()), (found, exact.value())
        middle = int(part * fuse.count)
        assert Fuse(middle).burn(lambda fuse: program.run(backend, [], fuse))
        assert backend.grad(lambda z: z * z)(3.0) == 6.0
        with backend.Graph() as graph:
            recorded = x * 5.0
            assert program.run(backend, [], Fuse()) == found
            if program.is_rewound():
                assert len(graph) == 1
            assert Fuse(middle).burn(lambda fuse: program.run(backend, [], fuse))
            assert program.run(backend, [], Fuse()) == found
            recorded * recorded
        assert graph.forward() == 100.0
        graph.backward()
        assert x.grad == 100.0
        before.backward()
        assert x.grad == 12.0

    check()


def test_random_nests_of_what_is_active_outside(backend: Any, pytestconfig: pytest.Config) -> None:
    """In one variable of a Graph, of the ambient tape, and of transforms around all of it."""

    @examples(pytestconfig)
    @given(program=programs(depth=1), at=st.sampled_from((-2, 1, 3)), fails=st.integers(0, 30))
    def check(program: Program, at: int, fails: int) -> None:
        exact = program.exact(1)
        slope, curvature = exact.by(0), exact.by(0).by(0)
        size = max(p.size([4]) for p in (exact, slope, curvature))
        assume(size < LARGEST)

        def run(x: Any) -> Any:
            return program.run(backend, [x], Fuse())

        x = backend.Variable(float(at))
        Fuse(fails).burn(lambda fuse: program.run(backend, [x], fuse))
        result = run(x)
        assert agrees(plain(result), exact.value([at]), size)
        if isinstance(result, backend.Variable):
            result.backward()
            assert agrees(x.grad or 0.0, slope.value([at]), size)
        value, tangent = backend.jvp(run, (float(at),), (1.0,))
        assert agrees(value, exact.value([at]), size)
        assert agrees(tangent, slope.value([at]), size)
        value, gradient = backend.value_and_grad(backend.grad(run))(float(at))
        assert agrees(value, slope.value([at]), size)
        assert agrees(gradient, curvature.value([at]), size)
        with backend.Graph() as graph:
            Fuse(fails).burn(lambda fuse: program.run(backend, [x], fuse))
            total = run(x) + x
        for replayed in (at, at + 1):
            x.value = float(replayed)
            assert agrees(graph.forward(), exact.value([replayed]) + replayed, size)
            assert agrees(total.value, exact.value([replayed]) + replayed, size)
            graph.backward()
            assert agrees(x.grad, slope.value([replayed]) + 1, size)

    check()


def forward(adx: Any) -> Any:
    return lambda f: lambda x: adx.jvp(f, (x,), (1.0,))[1]


def steps(adx: Any) -> dict[str, Any]:
    """Every way to a derivative of a function of one number."""
    return {
        "grad": adx.grad,
        "value_and_grad": lambda f: lambda x: adx.value_and_grad(f)(x)[1],
        "jvp": forward(adx),
        "vjp": lambda f: lambda x: adx.vjp(f, x)[1](1.0)[0],
        "linearize": lambda f: lambda x: adx.linearize(f, x)[1](1.0),
        "jacfwd": adx.jacfwd,
        "jacrev": adx.jacrev,
        "jacobian": adx.jacobian,
        "elementwise_grad": adx.elementwise_grad,
    }


STEPS = (
    "grad", "value_and_grad", "jvp", "vjp", "linearize", "jacfwd", "jacrev", "jacobian",
    "elementwise_grad",
)  # fmt: skip


@given(names=st.lists(st.sampled_from(STEPS), min_size=1, max_size=6), at=st.floats(-2.0, 2.0))
@settings(max_examples=60)
def test_mixed_to_the_sixth_order(backend: Any, names: list[str], at: float) -> None:
    by = steps(backend)
    f = backend.sin
    for name in names:
        f = by[name](f)
    order = len(names) % 4
    expected = (math.sin(at), math.cos(at), -math.sin(at), -math.cos(at))[order]
    found = f(at)
    assert type(found) is float
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("second", STEPS)
@pytest.mark.parametrize("first", STEPS)
def test_no_confusion(backend: Any, first: str, second: str) -> None:
    by = steps(backend)
    outer, inner = by[first], by[second]
    # d/dx [x * d/dy (x + y)] = 1, where confusion would say 2.
    assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(4.0) == 1.0
    assert outer(lambda x: x * inner(lambda y: x * y)(2.0))(4.0) == 8.0
    # At the very same point, of the very same number.
    assert outer(lambda x: inner(lambda y: x * y)(x))(3.0) == 1.0
    assert outer(lambda x: inner(lambda y: y * y * x)(x))(3.0) == 12.0
    # An intermediate of the outer function is a constant of the inner one.
    assert outer(lambda x: (lambda u: inner(lambda y: u * y * y)(1.0))(x * x))(3.0) == 12.0
    # The inner function returns what does not depend on its own argument.
    assert outer(lambda x: inner(lambda y: x * x)(1.0))(3.0) == 0.0
    assert outer(lambda x: x * inner(lambda y: 5.0)(x))(3.0) == 0.0


@pytest.mark.parametrize("outer", STEPS)
def test_a_function_that_returns_a_function(backend: Any, outer: str) -> None:
    """What is curried is differentiated by its own argument only, at whatever time it is called."""
    d = steps(backend)[outer]

    def shifted(offset: Any) -> Any:
        return lambda f: lambda x: f(x + offset)

    def slope_at(f: Any) -> Any:
        return lambda x: d(f)(x)

    # d/ds f(x + s) at s = 0, twice: the derivative of order two, not zero and not the first.
    twice = d(lambda s: slope_at(shifted(s)(backend.exp))(1.0))(0.0)
    assert twice == pytest.approx(math.e, rel=1e-14)
    assert d(lambda s: shifted(s)(shifted(s)(backend.exp))(1.0))(0.0) == pytest.approx(2 * math.e)


@pytest.mark.parametrize("outer", STEPS)
def test_maps_that_are_applied_elsewhere(backend: Any, outer: str) -> None:
    d = steps(backend)[outer]
    value, pullback = backend.vjp(lambda y: y**3, 2.0)
    _, pushforward = backend.linearize(lambda y: y**3, 2.0)
    assert value == 8.0
    # Made outside: linear in what they are applied to.
    assert d(lambda c: pullback(c)[0] * c)(3.0) == 72.0
    assert d(lambda t: pushforward(t) * t)(3.0) == 72.0
    # Made inside, of a function that closes over the outer argument.
    for x in (2.0, -1.0):
        assert d(lambda x: backend.vjp(lambda y: y**3 * x, x)[1](x)[0])(x) == 12.0 * x**3
        assert d(lambda x: backend.linearize(lambda y: y**3 * x, x)[1](x))(x) == 12.0 * x**3
    assert pullback(1.0) == (12.0,)


def test_orders_of_both_kinds(backend: Any) -> None:
    """d³/dx³ of x⁵ in every mixture of three, and by one transform of a second derivative."""
    by = steps(backend)
    for first in STEPS:
        for second in ("grad", "jvp", "vjp", "linearize", "jacfwd", "jacrev"):
            found = by[second](by[first](by[second](lambda x: x**5)))(2.0)
            assert found == 240.0, (first, second)
        assert by[first](backend.hessian(lambda x: x**5))(2.0) == 240.0
        assert backend.hessian(by[first](lambda x: x**5))(2.0) == 240.0
        assert by[first](lambda x: backend.hvp(lambda y: y**5, (x,), (x,)))(2.0) == 640.0
        assert backend.hvp(by[first](lambda y: y**5), (2.0,), (1.0,)) == 240.0


@pytest.mark.parametrize("name", STEPS)
def test_an_error_leaves_nothing(backend: Any, name: str) -> None:
    d = steps(backend)[name]
    x = backend.Variable(3.0)

    def fail(y: Any) -> Any:
        raise OnPurposeError(d(lambda z: y * z * x)(y))

    with backend.Graph() as graph:
        product = x * 2.0
        before = len(graph)
        with pytest.raises(OnPurposeError):
            d(lambda y: d(lambda z: fail(y * z))(y))(1.0)
        with pytest.raises(OnPurposeError):
            d(lambda y: d(lambda z: fail(z))(1.0) * y)(x)
        with pytest.raises(TypeError):
            d(lambda y: "a")(1.0)
        assert d(lambda y: y * y)(2.0) == 4.0
        slope = d(lambda y: x * y * y)(2.0)
        product * slope
    assert before == 1
    assert d(lambda y: y * y)(2.0) == 4.0
    x.value = 1.0
    assert graph.forward() == 8.0
    graph.backward()
    assert x.grad == 16.0
    assert d(lambda y: d(lambda z: y * z)(y))(2.0) == 1.0


def test_generators(backend: Any) -> None:
    """What is begun inside of one call goes on inside of another, and after both."""

    def slopes(x: Any) -> Any:
        while True:
            yield backend.grad(lambda y: x * y * y)(x)

    def f(u: Any) -> Any:
        own = slopes(u)
        return next(own) * next(shared) * u * next(own)

    shared = slopes(1.5)
    # 2 u² * 4.5 * u * 2 u² = 18 u⁵
    assert backend.grad(f)(3.0) == 90.0 * 81.0
    assert next(shared) == 4.5
    assert type(next(shared)) is float
    assert backend.grad(backend.grad(f))(1.0) == 360.0
    shared.close()


def test_recursion(backend: Any) -> None:
    def power(x: Any, n: int) -> Any:
        return x if n == 0 else x * backend.grad(lambda y: y * power(x, n - 1))(2.0)

    assert backend.grad(lambda x: power(x, 4))(1.5) == 5 * 1.5**4

    def again(x: Any) -> Any:
        return backend.grad(lambda x: x * again(x - 1.0) if x > 0.5 else x)(x)

    # d/dx [x a(x - 1)] = a(x - 1) + x a'(x - 1), from a(0) = 1: a(1) = 1, a(2) = 1.
    assert again(2.0) == 1.0
