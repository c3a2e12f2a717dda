"""By which arguments transforms differentiate: positions, from either end, and names."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

TRANSFORMS = ("grad", "elementwise_grad", "jacfwd", "jacrev", "jacobian")


def f(x: Any, y: Any, z: Any = 1.0, *, scale: Any = 1.0) -> Any:
    return x * y * y * z * z * z * scale


NAMES = ("x", "y", "z", "scale")
AT = (2.0, 3.0, 5.0, 7.0)
SLOPES = {"x": 7875.0, "y": 10500.0, "z": 9450.0, "scale": 2250.0}


@given(
    chosen=st.lists(st.sampled_from(NAMES), max_size=4, unique=True),
    ways=st.lists(st.sampled_from(("position", "negative", "name")), min_size=4, max_size=4),
    positional=st.integers(0, 3),
    alone=st.booleans(),
    name=st.sampled_from(TRANSFORMS),
)
def test_any_choice(
    backend: Any, chosen: list[str], ways: list[str], positional: int, alone: bool, name: str
) -> None:
    """Of some arguments passed by position, and the others by name."""
    args, options = AT[:positional], dict(zip(NAMES[positional:], AT[positional:], strict=True))

    def argnum(parameter: str, way: str) -> Any:
        place = NAMES.index(parameter)
        if place >= positional or way == "name":
            return parameter
        return place if way == "position" else place - positional

    argnums: Any = [argnum(parameter, way) for parameter, way in zip(chosen, ways, strict=False)]
    expected: Any = tuple(SLOPES[parameter] for parameter in chosen)
    if alone and len(argnums) == 1:
        (argnums,), (expected,) = argnums, expected
    transform = getattr(backend, name)
    assert transform(f, argnums)(*args, **options) == expected
    if isinstance(argnums, list):
        assert transform(f, tuple(argnums))(*args, **options) == expected


@pytest.mark.parametrize("name", [*TRANSFORMS, "value_and_grad", "hessian"])
def test_wrong_choices(backend: Any, name: str) -> None:
    transform = getattr(backend, name)
    argnums: Any
    for argnums in (2, -3, (0, 5), "z", "scale", "w", ("x", "w")):
        with pytest.raises((ValueError, TypeError), match=r"argnums|argument"):
            transform(f, argnums)(3.0, 2.0)
    for argnums in ((0, 0), (0, -2), ("x", 0), ("y", "y")):
        with pytest.raises(ValueError, match=r"twice|same|more than once|duplicate"):
            transform(f, argnums)(3.0, 2.0)
    for argnums in (1.0, None, (0, None), object(), 0.5):
        with pytest.raises(TypeError):
            transform(f, argnums)(3.0, 2.0)
    with pytest.raises(TypeError):
        transform(f)(3.0)  # one argument of f is missing
    with pytest.raises(TypeError):
        transform(f)(3.0, 2.0, unknown=1.0)


def test_second_derivatives_by_name(backend: Any) -> None:
    assert backend.hessian(f, "y")(2.0, 3.0, 1.0) == 4.0
    assert backend.hessian(f, ("x", -1))(2.0, 3.0) == ((0.0, 6.0), (6.0, 4.0))
    assert backend.grad(backend.grad(f, "y"), "x")(2.0, 3.0) == 6.0
    assert backend.grad(backend.grad(f, "scale"), 0)(2.0, 3.0, scale=4.0) == 9.0


def test_callables_of_every_kind(backend: Any) -> None:
    class Model:
        def __init__(self, power: float) -> None:
            self.power = power

        def __call__(self, x: Any, w: Any) -> Any:
            return x * w**self.power

        def loss(self, x: Any, w: Any) -> Any:
            return self(x, w)

        @staticmethod
        def plain(x: Any, w: Any) -> Any:
            return x * w

    model = Model(2.0)
    for by_w in (1, "w", -1):
        assert backend.grad(model, by_w)(3.0, 2.0) == 12.0
        assert backend.grad(model.loss, by_w)(3.0, 2.0) == 12.0
        assert backend.grad(Model.plain, by_w)(3.0, 2.0) == 3.0
    assert backend.grad(functools.partial(model, 3.0))(2.0) == 12.0
    assert backend.grad(functools.partial(model, w=2.0), "w")(3.0, w=4.0) == 24.0
    assert backend.grad(lambda *parts: parts[0] * parts[1], -1)(3.0, 2.0) == 3.0
    assert backend.grad(lambda **parts: parts["a"] * parts["b"], "b")(a=3.0, b=2.0) == 3.0
    assert backend.grad(backend.sin)(0.0) == 1.0


def test_other_arguments_pass_as_they_are(backend: Any) -> None:
    marker = object()
    seen = []

    def g(x: Any, *args: Any, **options: Any) -> Any:
        seen.append((args, options))
        return x * x

    integers = np.arange(3)
    assert backend.grad(g)(3.0, marker, integers, flag=True, text="a") == 6.0
    ((first, second), options) = seen[0]
    assert first is marker
    assert second is integers
    assert options == {"flag": True, "text": "a"}
    assert backend.grad(lambda x, n: x**n)(3.0, 2) == 6.0


@pytest.mark.parametrize("chosen", [np.int64(1), np.int32(-2)])
def test_positions_of_numpy(backend: Any, chosen: Any) -> None:
    assert backend.grad(f, chosen)(*AT[:3]) == SLOPES["y"] / AT[3]
    assert backend.grad(f, [chosen])(*AT[:3]) == (SLOPES["y"] / AT[3],)


def test_a_range_of_positions(backend: Any) -> None:
    assert backend.grad(f, range(2))(*AT[:2]) == (9.0, 12.0)


@pytest.mark.parametrize("chosen", [True, (False,), {0, 1}, 1.0, None, (0, (1,))])
def test_what_is_no_position(backend: Any, chosen: Any) -> None:
    """A bool is a slip, and a set has no order to give derivatives in."""
    with pytest.raises(TypeError, match="argnums"):
        backend.grad(f, chosen)(*AT[:3])
