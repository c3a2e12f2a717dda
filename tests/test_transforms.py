"""grad, value_and_grad and jvp: nested in each other to any order, nothing confused or dropped."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

SQRT = math.sqrt(2.0)


def test_grad(backend: Any) -> None:
    slope = backend.grad(lambda x: x**3)(2.0)
    assert slope == 12.0
    assert type(slope) is float
    assert backend.grad(backend.sin)(0.5) == math.cos(0.5)
    assert backend.grad(lambda x: x * x)(3) == 6.0
    assert backend.grad(lambda x: x * x)(np.float32(1.5)) == 3.0


def test_value_and_grad(backend: Any) -> None:
    value, slope = backend.value_and_grad(lambda x: x**3)(2.0)
    assert (value, slope) == (8.0, 12.0)
    assert type(value) is float
    assert type(slope) is float


def test_argnums(backend: Any) -> None:
    def f(x: Any, y: Any, z: Any = 1.0) -> Any:
        return x * y * y * z

    assert backend.grad(f)(3.0, 2.0) == 4.0
    assert backend.grad(f, 1)(3.0, 2.0) == 12.0
    assert backend.grad(f, argnums=-1)(3.0, 2.0) == 12.0
    assert backend.grad(f, argnums=(0, 1))(3.0, 2.0) == (4.0, 12.0)
    assert backend.grad(f, argnums=(1,))(3.0, 2.0) == (12.0,)
    assert backend.grad(f, argnums=[2, 0])(3.0, 2.0, 1.0) == (12.0, 4.0)
    assert backend.grad(f)(3.0, 2.0, z=5.0) == 20.0
    assert backend.value_and_grad(f, (0, 1))(3.0, 2.0) == (12.0, (4.0, 12.0))
    for argnums in (2, -3, (0, 5)):
        with pytest.raises((ValueError, TypeError), match=r"argnums|argument"):
            backend.grad(f, argnums)(3.0, 2.0)


def test_what_does_not_depend(backend: Any) -> None:
    for f in (lambda x: 5, lambda x: 5.0, lambda x: backend.Constant(5.0), backend.floor):
        assert backend.value_and_grad(f)(5.5) == (5.0, 0.0)
    assert backend.grad(lambda x, y: y * y)(1.0, 2.0) == 0.0
    assert backend.grad(lambda x: x)(7.0) == 1.0
    assert backend.grad(lambda x: backend.less(x, 1.0))(0.0) == 0.0


def test_a_function_of_something_else(backend: Any) -> None:
    with pytest.raises(TypeError):
        backend.grad(lambda x: x)("a")
    with pytest.raises(TypeError):
        backend.grad(lambda x: x)([1.0])
    with pytest.raises(TypeError):
        backend.grad(3.0)
    for result in ((1.0, 2.0), None, "a", [1.0]):
        with pytest.raises(TypeError, match=r"number"):
            backend.grad(lambda x, result=result: result)(1.0)


def test_an_error_in_the_function_passes(backend: Any) -> None:
    def fail(x: Any) -> Any:
        raise KeyError("the user's own")

    for transform in (backend.grad, backend.value_and_grad):
        with pytest.raises(KeyError, match=r"own"):
            transform(fail)(1.0)
    with pytest.raises(KeyError, match=r"own"):
        backend.jvp(fail, (1.0,), (1.0,))
    assert backend.grad(lambda x: x * x)(2.0) == 4.0


def test_higher_orders(backend: Any) -> None:
    f: Callable[..., Any] = backend.sin
    expected = (math.sin, math.cos, lambda x: -math.sin(x), lambda x: -math.cos(x))
    for order in range(6):
        assert f(0.3) == pytest.approx(expected[order % 4](0.3), rel=1e-13), order
        f = backend.grad(f)


def test_mixed_partial_derivatives(backend: Any) -> None:
    def f(x: Any, y: Any) -> Any:
        return x**2 * y**3 + backend.sin(x * y)

    mixed = backend.grad(backend.grad(f, 0), 1)(0.4, 0.7)
    swapped = backend.grad(backend.grad(f, 1), 0)(0.4, 0.7)
    exact = 6 * 0.4 * 0.49 + math.cos(0.28) - 0.28 * math.sin(0.28)
    assert mixed == pytest.approx(exact, rel=1e-13)
    assert swapped == pytest.approx(exact, rel=1e-13)


def test_the_nested_example(backend: Any) -> None:
    grad = backend.grad
    assert grad(lambda x: (lambda u: grad(lambda y: u * y * y)(1.0))(x * x))(3.0) == 12.0


def test_the_confusion_example(backend: Any) -> None:
    def inner(x: Any) -> Any:
        return x * backend.jvp(lambda y: x + y, (1.0,), (1.0,))[1]

    for x in (-2.0, 0.0, 3.5):
        assert backend.jvp(inner, (x,), (1.0,)) == (x, 1.0)
        assert backend.grad(inner)(x) == 1.0


def test_no_confusion_in_any_mixture(backend: Any) -> None:
    def forward(f: Any) -> Any:
        return lambda x: backend.jvp(f, (x,), (1.0,))[1]

    for outer in (forward, backend.grad):
        for inner in (forward, backend.grad):
            assert outer(lambda x, inner=inner: x * inner(lambda y: x + y)(1.0))(4.0) == 1.0
            assert outer(lambda x, inner=inner: x * inner(lambda y: x * y)(2.0))(4.0) == 8.0
            second = outer(inner(backend.sin))(0.3)
            assert second == pytest.approx(-math.sin(0.3), rel=1e-15)
            for third in (forward, backend.grad):
                result = third(outer(inner(backend.sin)))(0.3)
                assert type(result) is float
                assert result == pytest.approx(-math.cos(0.3), rel=1e-14)


def test_forward_over_reverse_with_a_captured_dual(backend: Any) -> None:
    def f(x: Any) -> Any:
        return backend.grad(lambda y: x * x * y * y * y)(2.0)

    assert backend.jvp(f, (3.0,), (1.0,)) == (9.0 * 12.0, 6.0 * 12.0)


def test_a_dual_argument(backend: Any) -> None:
    d = backend.grad(lambda x: x**3)(backend.Dual(2.0, 1.0))
    assert isinstance(d, backend.Dual)
    assert (d.value, d.tangent) == (12.0, 12.0)
    nested = backend.Dual(backend.Dual(2.0, 1.0, 0), 1.0, 1)
    d = backend.grad(lambda x: x**4)(nested)
    assert (d.value.value, d.value.tangent) == (32.0, 48.0)
    assert d.tangent.tangent == pytest.approx(48.0, rel=1e-15)


def test_jvp(backend: Any) -> None:
    value, tangent = backend.jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.5))
    assert (value, tangent) == (12.0, 5.5)
    assert type(value) is float
    assert type(tangent) is float
    assert backend.jvp(lambda x: 5, [1.0], [1.0]) == (5.0, 0.0)
    assert backend.jvp(backend.exp, (0,), (2,)) == (1.0, 2.0)
    assert backend.jvp(lambda: 3.0, (), ()) == (3.0, 0.0)


def test_jvp_keeps_structure(backend: Any) -> None:
    value, tangent = backend.jvp(lambda x: (x * x, [x, 1.0]), (3.0,), (1.0,))
    assert value == (9.0, [3.0, 1.0])
    assert tangent == (6.0, [1.0, 0.0])


def test_bad_directions(backend: Any) -> None:
    with pytest.raises(ValueError, match=r"tangent"):
        backend.jvp(lambda x: x, (1.0,), (1.0, 2.0))
    with pytest.raises(TypeError):
        backend.jvp(lambda x: x, 1.0, 1.0)
    with pytest.raises(TypeError):
        backend.jvp(lambda x: x, ("1",), (1.0,))
    with pytest.raises(TypeError):
        backend.jvp(lambda x: x, (1.0,), (None,))
    with pytest.raises(TypeError):
        backend.jvp(lambda x: "a", (1.0,), (1.0,))


def test_every_call_draws_a_level(backend: Any) -> None:
    seen: list[int] = []

    def note(x: Any) -> Any:
        seen.append(x.level)
        return x

    for _ in range(3):
        backend.jvp(note, (1.0,), (1.0,))
    assert len(set(seen)) == 3
    assert seen == sorted(seen)


def test_jvp_leaves_other_levels_alone(backend: Any) -> None:
    d = backend.Dual(3.0, 1.0)
    value, tangent = backend.jvp(lambda y: d * y, (2.0,), (1.0,))
    assert (value.value, value.tangent, value.level) == (6.0, 2.0, 0)
    assert (tangent.value, tangent.tangent) == (3.0, 1.0)
    high = backend.Dual(3.0, 1.0, 10**6)
    value, tangent = backend.jvp(lambda y: high * y, (2.0,), (1.0,))
    assert (value.value, value.tangent, value.level) == (6.0, 2.0, 10**6)
    assert (tangent.value, tangent.tangent) == (3.0, 1.0)


def test_loops_and_branches(backend: Any) -> None:
    def root(a: Any) -> Any:
        x = a
        while abs(x * x - a) > 1e-14:
            x = (x + a / x) / 2
        return x

    value, slope = backend.value_and_grad(root)(2.0)
    assert value == pytest.approx(SQRT, rel=1e-15)
    assert slope == pytest.approx(1 / (2 * SQRT), rel=1e-12)
    assert backend.jvp(root, (2.0,), (1.0,))[1] == pytest.approx(slope, rel=1e-14)
    assert backend.grad(backend.grad(root))(2.0) == pytest.approx(-1 / (8 * SQRT), rel=1e-9)


def test_a_deep_function(backend: Any) -> None:
    def f(x: Any) -> Any:
        y = x
        for _ in range(5_000):
            y = y * 0.9999 + x
        return y

    exact = sum(0.9999**i for i in range(5_001))
    assert backend.grad(f)(1.0) == pytest.approx(exact, rel=1e-12)


def test_infinite_partials_in_nested_derivatives(backend: Any) -> None:
    def f(x: Any) -> Any:
        return backend.where(backend.greater(x, 0.0), backend.sqrt(x), x * x)

    assert backend.grad(f)(0.0) == 0.0
    assert backend.grad(backend.grad(f))(0.0) == 2.0
    assert backend.jvp(backend.grad(f), (0.0,), (1.0,)) == (0.0, 2.0)


def test_names_and_documentation(backend: Any) -> None:
    for function in (backend.grad, backend.value_and_grad, backend.jvp):
        assert function.__doc__
        assert ">>>" in function.__doc__


def test_jvp_of_a_dual_of_a_high_level(backend: Any) -> None:
    d = backend.Dual(3.0, 1.0, 10**6)
    value, tangent = backend.jvp(lambda y: y * y, (d,), (1.0,))
    assert (value.value, value.tangent, value.level) == (9.0, 6.0, 10**6)
    assert (tangent.value, tangent.tangent) == (6.0, 2.0)


def test_a_derivative_that_is_a_captured_variable(backend: Any) -> None:
    h = backend.Variable(3.0)
    slope = backend.grad(lambda y: h * y)(2.0)
    assert slope.value == 3.0
    (slope * slope + slope).backward()
    assert h.grad == 7.0
    with backend.Graph() as graph:
        slope = backend.grad(lambda y: h * y)(2.0)
        total = slope * slope
    h.value = 5.0
    graph.forward()
    assert total.value == 25.0
    assert (slope + 0.0).value == 5.0
