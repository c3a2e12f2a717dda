"""Transforms of functions of users' own containers: dataclasses, and classes known to optree."""

from __future__ import annotations

from collections import deque, namedtuple
from dataclasses import InitVar, dataclass, field
from typing import Any, ClassVar

import numpy as np
import optree
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optree import registry

from array_shapes import assert_close, seeds, shapes, uniform


@dataclass
class Line:
    """One whose values are checked where it is made."""

    slope: Any
    shift: Any = None
    history: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not isinstance(self.slope, float) or self.slope < 0.0:
            raise ValueError("a slope is a positive float")

    def at(self, x: Any) -> Any:
        return self.slope * x + self.shift


@dataclass(frozen=True)
class Frozen:
    lines: tuple[Line, ...]
    scale: Any


class Interval:
    """One that was registered for this library alone."""

    def __init__(self, low: Any, high: Any, unit: str) -> None:
        self.low, self.high, self.unit = low, high, unit


class Box(Interval):
    """One that was registered for everybody."""


Split = namedtuple("Split", "left right")


def parts_of(interval: Any) -> tuple[list[Any], str]:
    """What is differentiated by, and what is not."""
    return [interval.low, interval.high], interval.unit


def registered(kind: Any, namespace: Any) -> None:
    optree.register_pytree_node(
        kind,
        parts_of,
        lambda unit, ends: kind(*ends, unit),
        namespace=namespace,
    )


registered(Interval, "autodiffx")
registered(Box, registry.__GLOBAL_NAMESPACE)


def test_dataclasses(backend: Any) -> None:
    line = Line(2.0, 3.0)

    def f(p: Any, x: float) -> Any:
        assert type(p) is Line
        return p.at(x) ** 2

    value, slope = backend.value_and_grad(f)(line, 4.0)
    assert value == 121.0
    assert type(slope) is Line
    assert (slope.slope, slope.shift, slope.history) == (88.0, 22.0, [])
    assert line == Line(2.0, 3.0)
    # A derivative may be what its class would refuse.
    assert backend.grad(lambda p: -p.slope * p.slope)(Line(2.0)).slope == -4.0
    value, tangent = backend.jvp(lambda p: p.at(4.0), (line,), (Line(1.0, 1.0),))
    assert (value, tangent) == (11.0, 5.0)
    value, pullback = backend.vjp(lambda x: Line(2.0, x * x), 3.0)
    assert (value.slope, value.shift) == (2.0, 9.0)
    assert pullback(Line(1.0, 1.0)) == (6.0,)


def test_dataclasses_inside(backend: Any) -> None:
    model = Frozen((Line(1.0, 2.0), Line(3.0, None, [4.0])), 5.0)

    def f(p: Any) -> Any:
        assert type(p) is Frozen
        return p.lines[0].slope * p.lines[1].slope * p.scale + p.lines[1].history[0] ** 2

    slope = backend.grad(f)(model)
    assert type(slope) is Frozen
    first, second = slope.lines
    assert (first.slope, first.shift, second.slope, second.shift) == (15.0, 0.0, 5.0, None)
    assert (second.history, slope.scale) == ([8.0], 3.0)
    curvature = backend.hessian(f)(model)
    assert curvature.lines[0].slope.lines[1].slope == 5.0
    assert curvature.lines[1].history[0].lines[1].history == [2.0]
    with pytest.raises(TypeError):
        backend.grad(lambda p: 1.0)(Line(1.0, "a"))


@pytest.mark.parametrize("kind", [Interval, Box])
def test_registered_classes(backend: Any, kind: Any) -> None:
    interval = kind(2.0, [3.0, None], "m")

    def f(p: Any) -> Any:
        assert type(p) is kind
        assert p.unit == "m"
        return p.low * p.high[0] ** 2

    slope = backend.grad(f)(interval)
    assert type(slope) is kind
    assert (slope.low, slope.high, slope.unit) == (9.0, [12.0, None], "m")
    by = backend.jacobian(lambda x: kind(x, x * x, "s"))(3.0)
    assert (type(by), by.low, by.high, by.unit) == (kind, 1.0, 6.0, "s")
    assert backend.hvp(f, (interval,), (kind(1.0, [0.0, None], "m"),)).high == [6.0, None]
    with pytest.raises(TypeError, match="structure"):
        backend.jvp(f, (interval,), ([1.0, [0.0, None]],))


def test_a_class_that_nobody_knows(backend: Any) -> None:
    class Stranger:
        weight = 2.0

    for transform in (backend.grad, backend.jacobian, backend.elementwise_grad):
        with pytest.raises(TypeError, match="Stranger"):
            transform(lambda p: p.weight)(Stranger())
        with pytest.raises(TypeError, match="Stranger"):
            transform(lambda p: Stranger())(1.0)


def test_deques(backend: Any) -> None:
    slope = backend.grad(lambda q: q[0] * q[1] ** 2)(deque([2.0, 3.0], maxlen=5))
    assert slope == deque([9.0, 12.0])
    assert type(slope) is deque
    assert slope.maxlen == 5


nests = st.recursive(
    st.just(0),
    lambda parts: (
        st.lists(parts, min_size=1, max_size=3)
        | st.lists(parts, max_size=2).map(tuple)
        | st.dictionaries(st.sampled_from("cab"), parts, min_size=1, max_size=3)
        | st.tuples(parts, st.none() | parts).map(lambda ends: Split(*ends))
        | parts.map(lambda part: Frozen((), part))
        | st.tuples(parts, parts).map(lambda ends: Interval(*ends, "m"))
        | st.lists(parts, max_size=2).map(deque)
    ),
    max_leaves=5,
)


@given(nest=nests, seed=seeds, data=st.data())
@settings(max_examples=40)
def test_any_nest_of_arrays(array_backend: Any, nest: Any, seed: int, data: Any) -> None:
    """Along a random direction every transform says what differences of the function say."""
    count = len(leaves_of(nest))
    leaves: list[Any] = []
    for place in range(count):
        shape = data.draw(st.none() | shapes(least=1, most=2, side=2))
        leaves.append(0.5 + place if shape is None else uniform(seed + place, shape))
    directions = [
        -1.0 if isinstance(leaf, float) else uniform(seed + 50 + place, leaf.shape)
        for place, leaf in enumerate(leaves)
    ]
    x, direction = filled(nest, leaves), filled(nest, directions)

    def f(p: Any) -> Any:
        result: Any = 1.0
        for place, leaf in enumerate(leaves_of(p)):
            number = leaf if np.shape(leaf) == () else np.sum(np.sin(leaf) * leaf)
            result = result * (1.0 + number * (place + 1)) + number**3
        return result

    def along(g: Any, h: float = 1e-5) -> Any:
        plus, minus = (
            g(filled(nest, [a + s * d for a, d in zip(leaves, directions, strict=True)]))
            for s in (h, -h)
        )
        return (plus - minus) / (2 * h)

    def dot(by: Any) -> float:
        parts = zip(leaves_of(by), directions, strict=True)
        return sum(float(np.vdot(a, d)) for a, d in parts)

    gradient = array_backend.grad(f)(x)
    for found, leaf in zip(leaves_of(gradient), leaves, strict=True):
        assert type(found) is type(leaf)
        assert np.shape(found) == np.shape(leaf)
    slope = along(f)
    close = {"rel": 1e-6, "abs": 1e-6 * max(1.0, abs(f(x)))}
    assert dot(gradient) == pytest.approx(slope, **close)
    assert array_backend.jvp(f, (x,), (direction,))[1] == pytest.approx(slope, **close)
    assert array_backend.linearize(f, x)[1](direction) == pytest.approx(slope, **close)
    assert dot(array_backend.vjp(f, x)[1](1.0)[0]) == pytest.approx(slope, **close)
    for name in ("jacfwd", "jacrev", "jacobian", "elementwise_grad"):
        by = getattr(array_backend, name)(f)(x)
        for a, b in zip(leaves_of(by), leaves_of(gradient), strict=True):
            assert type(a) is type(b)
            assert_close(a, b)
    product = array_backend.hvp(f, (x,), (direction,))
    curvature = along(lambda p: dot(array_backend.grad(f)(p)))
    assert dot(product) == pytest.approx(curvature, rel=1e-6, abs=1e-6 * max(1.0, abs(curvature)))
    blocks = leaves_of(array_backend.hessian(f)(x))
    twice = 0.0
    for place, d in enumerate(directions):
        for block, e in zip(blocks[place * count :][:count], directions, strict=True):
            assert np.shape(block) == np.shape(d) + np.shape(e)
            twice += float(np.vdot(block, np.multiply.outer(d, e)))
    assert twice == pytest.approx(dot(product), rel=1e-9, abs=1e-9)


def leaves_of(value: Any) -> list[Any]:
    """The leaves in the order in which the structure is written, whatever optree's is."""
    if value is None:
        return []
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves_of(part)]
    if isinstance(value, (list, tuple, deque)):
        return [leaf for part in value for leaf in leaves_of(part)]
    if isinstance(value, Frozen):
        return leaves_of(value.scale)
    if isinstance(value, Interval):
        return leaves_of(value.low) + leaves_of(value.high)
    return [value]


def filled(nest: Any, leaves: list[Any]) -> Any:
    """The same structure with other leaves."""
    rest = iter(leaves)

    def put(value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, dict):
            return {key: put(part) for key, part in value.items()}
        if isinstance(value, Split):
            return Split(*map(put, value))
        if isinstance(value, (list, tuple, deque)):
            return type(value)(map(put, value))
        if isinstance(value, Frozen):
            return Frozen((), put(value.scale))
        if isinstance(value, Interval):
            return Interval(put(value.low), put(value.high), value.unit)
        return next(rest)

    return put(nest)


@dataclass
class Model:
    """One with what is no field of an instance, beside those that are."""

    weight: Any
    started: InitVar[float]
    name: ClassVar[str] = "model"
    limit: ClassVar[float] = 3.0

    def __post_init__(self, started: float) -> None:
        self.doubled = 2.0 * started


@dataclass(frozen=True, slots=True)
class Slotted:
    weight: Any
    limit: ClassVar[float] = 3.0


def test_fields_of_instances_only(backend: Any) -> None:
    """Neither what belongs to the class nor what only __init__ takes is differentiated by."""

    def f(model: Any) -> Any:
        return model.limit * model.weight**2

    gradient = backend.grad(f)(Model(2.0, 1.0))
    assert gradient.weight == 12.0
    assert vars(gradient) == {"weight": 12.0}
    assert backend.grad(f)(Slotted(2.0)) == Slotted(12.0)


def test_attributes_that_are_no_fields(backend: Any) -> None:
    """They were computed from plain numbers: a derivative through them would be lost."""
    with pytest.raises(AttributeError, match="doubled"):
        backend.grad(lambda model: model.weight * model.doubled)(Model(2.0, 2.0))
