"""What a function returns beside its result: as derivatives of transforms around go through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

# What is returned beside, by every transform that hands it on.
ASIDE: dict[str, Callable[[Any, Any, Any], Any]] = {
    "grad": lambda n, f, y: n.grad(f, has_aux=True)(y)[1],
    "value_and_grad": lambda n, f, y: n.value_and_grad(f, has_aux=True)(y)[0][1],
    "jacrev": lambda n, f, y: n.jacrev(f, has_aux=True)(y)[1],
    "jacfwd": lambda n, f, y: n.jacfwd(f, has_aux=True)(y)[1],
    "jacobian": lambda n, f, y: n.jacobian(f, has_aux=True)(y)[1],
    "hessian": lambda n, f, y: n.hessian(f, has_aux=True)(y)[1],
    "vjp": lambda n, f, y: n.vjp(f, y, has_aux=True)[2],
    "linearize": lambda n, f, y: n.linearize(f, y, has_aux=True)[2],
    "jvp": lambda n, f, y: n.jvp(f, (y,), (np.ones_like(y),), has_aux=True)[2],
}

every_transform = pytest.mark.parametrize("name", ASIDE)


def test_aux(backend: Any) -> None:
    def f(x: Any) -> Any:
        return x * x, {"twice": x * 2.0, "name": "a", "n": 3, "none": None}

    expected = {"twice": 6.0, "name": "a", "n": 3, "none": None}
    value, pullback, aux = backend.vjp(f, 3.0, has_aux=True)
    assert (value, pullback(1.0), aux) == (9.0, (6.0,), expected)
    assert type(aux["twice"]) is float
    assert type(aux["n"]) is int
    value, pushforward, aux = backend.linearize(f, 3.0, has_aux=True)
    assert (value, pushforward(1.0), aux) == (9.0, 6.0, expected)
    value, tangent, aux = backend.jvp(f, (3.0,), (1.0,), has_aux=True)
    assert (value, tangent, aux) == (9.0, 6.0, expected)
    assert type(aux["twice"]) is float
    assert backend.grad(f, has_aux=True)(3.0) == (6.0, expected)
    assert backend.value_and_grad(f, has_aux=True)(3.0) == ((9.0, expected), 6.0)
    transforms: tuple[Any, ...] = (
        lambda g: backend.grad(g, has_aux=True)(3.0),
        lambda g: backend.vjp(g, 3.0, has_aux=True),
        lambda g: backend.linearize(g, 3.0, has_aux=True),
        lambda g: backend.jvp(g, (3.0,), (1.0,), has_aux=True),
        lambda g: backend.jacfwd(g, has_aux=True)(3.0),
    )
    for transform in transforms:
        for result in (lambda x: x, lambda x: (x,), lambda x: (x, x, x), lambda x: None):
            with pytest.raises((TypeError, ValueError), match="aux"):
                transform(result)


def test_aux_carries_the_derivatives_of_transforms_around(backend: Any) -> None:
    def inner(x: Any) -> Any:
        return lambda y: (x * y, x * x * y)

    for outer in (backend.grad, lambda f: lambda x: backend.jvp(f, (x,), (1.0,))[1]):
        assert outer(lambda x: backend.grad(inner(x), has_aux=True)(2.0)[1])(3.0) == 12.0
        assert outer(lambda x: backend.vjp(inner(x), 2.0, has_aux=True)[2])(3.0) == 12.0
        assert outer(lambda x: backend.jvp(inner(x), (2.0,), (1.0,), has_aux=True)[2])(3.0) == 12.0
    # What depends on the inner argument alone has no derivative any more.
    assert (
        backend.grad(lambda x: x * backend.grad(lambda y: (y, y), has_aux=True)(x)[1])(3.0) == 6.0
    )


@every_transform
@pytest.mark.parametrize("apart", [True, False])
def test_aux_depends_on_what_its_result_does_not(backend: Any, name: str, apart: bool) -> None:
    """Whether the result depends on the outer variable too, or has nothing to do with it."""

    def aside(x: Any) -> Any:
        def f(y: Any) -> Any:
            return (y * y if apart else y * y * x), {"seen": x * y, "twice": [2.0 * y, x]}

        return ASIDE[name](backend, f, 2.0)

    def seen(x: Any) -> Any:
        return aside(x)["seen"]

    assert backend.grad(seen)(3.0) == 2.0
    assert backend.jvp(seen, (3.0,), (1.0,)) == (6.0, 2.0)
    assert all(type(each) is float for each in backend.jvp(seen, (3.0,), (1.0,)))
    assert backend.grad(backend.grad(lambda x: seen(x) * x))(3.0) == 4.0
    assert backend.hessian(lambda x: seen(x) * x)(3.0) == 4.0
    x = backend.Variable(3.0)
    z = seen(x) * x
    z.backward()
    assert (z.value, x.grad) == (18.0, 12.0)
    with backend.Graph() as graph:
        found = aside(x)
        found["seen"] * found["twice"][1] + found["twice"][0]
    x.value = 5.0
    assert graph.forward() == 54.0
    graph.backward()
    assert x.grad == 20.0


@every_transform
def test_aux_of_arrays(array_backend: Any, name: str) -> None:
    y = np.array([2.0, 3.0])

    def aside(x: Any) -> Any:
        def f(y: Any) -> Any:
            return (y * y).sum(), (x * y, y + 1.0, y > 2.5)

        return ASIDE[name](array_backend, f, y)

    product, following, decided = aside(5.0)
    assert type(product) is type(following) is type(decided) is np.ndarray
    assert product.tolist() == [10.0, 15.0]
    assert following.tolist() == [3.0, 4.0]
    assert decided.tolist() == [False, True]
    weights = np.array([1.0, 10.0])
    assert array_backend.grad(lambda x: (aside(x)[0] * weights).sum())(5.0) == 32.0
    value, tangent = array_backend.jvp(lambda x: aside(x)[0], (5.0,), (1.0,))
    assert type(value) is type(tangent) is np.ndarray
    assert (value.tolist(), tangent.tolist()) == ([10.0, 15.0], [2.0, 3.0])


@pytest.mark.parametrize("name", ["vjp", "linearize"])
def test_values_inside_of_jvp_are_plain(backend: Any, name: str) -> None:
    """Whatever part of a result depends on the outer variable."""

    def value(x: Any) -> Any:
        return getattr(backend, name)(lambda y: (y * y, x * y), 2.0)[0]

    found = backend.jvp(value, (3.0,), (1.0,))
    assert found == ((4.0, 6.0), (0.0, 2.0))
    assert all(type(each) is float for part in found for each in part)


def test_the_result_beside_aux_is_one_number(backend: Any) -> None:
    for result in ([1.0, 2.0], {"a": 1.0}, (1.0,)):
        with pytest.raises(TypeError, match="one number"):
            backend.grad(lambda x, result=result: (result, None), has_aux=True)(1.0)
        with pytest.raises(TypeError, match="one number"):
            backend.value_and_grad(lambda x, result=result: (result, None), has_aux=True)(1.0)
