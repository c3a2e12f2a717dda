"""Jacobians and Hessians through joins of every kind: the engine's own against the reference's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiffx as adx
import autodiffx.numpy as anp
from array_shapes import Array, assert_close, seeds, uniform
from autodiffx import reference

numpys: Any = np  # whose types know plain arrays only

# More seeds than the engine sweeps one by one, and than one sweep of lanes takes.
LENGTH = 20

Shape = tuple[int, ...]
Piece = Callable[[Any], Any]  # of an array of LENGTH numbers
Drawn = Callable[..., Any]


def piece(draw: Drawn, shape: Shape) -> tuple[str, Piece]:
    """An array of a shape, how it lies and what it is made of."""
    size = int(np.prod(shape))
    start = draw(st.integers(0, LENGTH - size))
    fixed = uniform(draw(seeds), shape)
    kinds: dict[str, Piece] = {
        "neighbours": lambda x: x[start : start + size].reshape(shape),
        "reversed": lambda x: x[::-1][start : start + size].reshape(shape),
        "transposed": lambda x: x[start : start + size].reshape(shape[::-1]).T,
        "computed": lambda x: numpys.sin(x[start : start + size].reshape(shape)) * fixed,
        "repeated": lambda x: numpys.broadcast_to(x[start % LENGTH], shape),
        "constant": lambda x: fixed,
        "single": lambda x: x[start : start + size].reshape(shape).astype(np.float32),
        "truths": lambda x: x[start : start + size].reshape(shape) > 0.0,
    }
    if size <= LENGTH // 2:
        kinds["strided"] = lambda x: x[: 2 * size : 2].reshape(shape)
    kind = draw(st.sampled_from(sorted(kinds)))
    return f"{kind}{shape}", kinds[kind]


@dataclass(frozen=True)
class Join:
    """A join of pieces, with one at the least that depends on x."""

    words: str
    function: Piece

    def __repr__(self) -> str:
        return self.words


def along(shape: Shape, axis: int, length: int) -> Shape:
    axis %= len(shape)
    return (*shape[:axis], length, *shape[axis + 1 :])


@st.composite
def joins(draw: Drawn) -> Join:
    sides = st.integers(0, 2) if draw(st.booleans()) else st.integers(1, 2)
    ndim = draw(st.integers(1, 3))
    shape: Shape = tuple(draw(sides) for _ in range(ndim))
    lengths = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    axis = draw(st.integers(-ndim, ndim - 1))
    new = draw(st.integers(-ndim - 1, ndim))
    differing = [along(shape, axis, length) for length in lengths]
    alike = [shape] * len(lengths)
    kinds: dict[str, tuple[list[Shape], Callable[[list[Any]], Any]]] = {
        "concatenate": (differing, lambda parts: numpys.concatenate(parts, axis=axis)),
        "flat": (differing, lambda parts: numpys.concatenate(parts, axis=None)),
        "append": (differing, lambda parts: numpys.append(parts[0], parts[-1], axis=axis)),
        "stack": (alike, lambda parts: numpys.stack(parts, axis=new)),
        "hstack": (alike, numpys.hstack),
        "vstack": (alike, numpys.vstack),
        "dstack": (alike, numpys.dstack),
        "column_stack": ([shape[:1]] * len(lengths), numpys.column_stack),
        "block": (alike, lambda parts: numpys.block([parts, parts])),
        "pad": (alike, lambda parts: numpys.pad(parts[0], 1, constant_values=0.5)),
        "roll": (alike, lambda parts: numpys.roll(numpys.concatenate(parts), 1)),
        "diff": (alike, lambda parts: numpys.diff(parts[0], prepend=parts[-1])),
    }
    kind = draw(st.sampled_from(sorted(kinds)))
    shapes, join = kinds[kind]
    named = [piece(draw, each) for each in shapes]
    words = f"{kind}({', '.join(name for name, _ in named)}), axis {axis} or {new}"

    def function(x: Any) -> Any:
        joined = join([make(x) for _, make in named])
        return joined * 1.0 if joined.dtype == bool else joined

    return Join(words, function)


def close(found: Any, expected: Any) -> None:
    assert_close(found, expected, digits=5)  # of what was float32 on the way


@settings(max_examples=60)
@given(join=joins(), seed=seeds)
def test_jacobians(join: Join, seed: int) -> None:
    x = uniform(seed, (LENGTH,))
    expected: Any = reference.jacfwd(join.function)(x)
    close(adx.jacfwd(join.function)(x), expected)
    close(adx.jacrev(join.function)(x), expected)


@settings(max_examples=25)
@given(join=joins(), seed=seeds)
def test_hessians(join: Join, seed: int) -> None:
    x = uniform(seed, (LENGTH,))

    def f(x: Any) -> Any:
        joined = join.function(x * x)
        return (joined * joined * joined).sum() + x[0] * joined.sum()

    expected: Any = reference.hessian(f)(x)
    for found in (adx.hessian(f)(x), adx.jacrev(adx.grad(f))(x), adx.jacfwd(adx.grad(f))(x)):
        close(found, expected)


@pytest.mark.parametrize("transform", [adx.jacfwd, adx.jacrev])
def test_numbers_that_are_stacked(transform: Any) -> None:
    def f(x: Any) -> Any:
        numbers = [x[i] * x[-1 - i] for i in range(LENGTH)]
        return anp.stack([numbers, list(x), [2.0] * LENGTH])

    x = uniform(3, (LENGTH,))
    eye: Array = np.eye(LENGTH)
    products = eye * x[::-1, None] + eye[::-1] * x[:, None]
    assert_close(transform(f)(x), np.stack([products, eye, 0.0 * eye]))


@pytest.mark.parametrize("count", [1, 2, 33, 300])
@pytest.mark.parametrize("length", [1, 3, 70])
def test_many_parts(array_backend: Any, count: int, length: int) -> None:
    x = array_backend.Variable(np.linspace(-1.0, 1.0, length))
    parts = [x * float(i) for i in range(count)]
    joined = numpys.concatenate(parts)
    assert joined.value.tolist() == np.concatenate([x.value * i for i in range(count)]).tolist()
    seed = uniform(count, joined.shape)
    (joined * 2.0 + numpys.concatenate([*parts[::-1]])).backward(seed)
    rows = seed.reshape(count, length)
    weights = np.arange(count) * 2.0 + np.arange(count)[::-1]
    assert_close(x.grad, weights @ rows)


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("length", [5, 70])
def test_parts_that_overlap_or_are_not_all(array_backend: Any, length: int, again: bool) -> None:
    x = array_backend.Variable(np.linspace(1.0, 2.0, length))
    choices: list[Callable[[Any], list[Any]]] = [
        lambda y: [y, y[1:], y[:2]],
        lambda y: [y[1:], y],
        lambda y: [y[1:]],
        lambda y: [y[:-1]],
        lambda y: [y[::2], y[:0]],
        lambda y: [y[::-1], y[3:]],
        lambda y: [numpys.broadcast_to(y, (2, length)).ravel(), y[4:]],
    ]
    for choose in choices:
        before = x * 1.0
        (before * before).backward(np.full(length, 1e9))  # leaves memory that is used again
        y = x * x
        joined = numpys.concatenate(choose(y))
        total = (joined * joined).sum() + (y[1:].sum() * 3.0 if again else 0.0)
        places = np.concatenate(choose(np.arange(length)))
        counts = np.bincount(places, minlength=length)
        total.backward()
        by_y = 2.0 * x.value**2 * counts + (3.0 * (np.arange(length) > 0) if again else 0.0)
        assert_close(x.grad, by_y * 2.0 * x.value)


def test_a_join_is_an_array_of_its_own(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0, 3.0])
    y = x * 1.0
    for join in (numpys.concatenate, numpys.stack):
        joined = join([y])
        joined[...] = 0.0
        assert y.value.tolist() == [1.0, 2.0, 3.0]
    joined = numpys.concatenate([y, y])
    y[0] = 10.0
    assert joined.value.tolist() == [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]
    (joined.sum() + y.sum()).backward()
    assert x.grad.tolist() == [2.0, 3.0, 3.0]


def test_a_replay_joins_anew(array_backend: Any) -> None:
    x = array_backend.Variable(np.arange(4.0).reshape(2, 2))
    s = array_backend.Variable(0.5)
    with array_backend.Graph() as graph:
        numpys.concatenate([x.T, numpys.stack([s, x[0, 1]])[:, None], np.ones((2, 1))], axis=1)
    x.value = [[5.0, 6.0], [7.0, 8.0]]
    s.value = -1.0
    found = graph.forward()
    assert np.asarray(found).tolist() == [[5.0, 7.0, -1.0, 1.0], [6.0, 8.0, 6.0, 1.0]]
    graph.backward(np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]))
    assert x.grad.tolist() == [[1.0, 12.0], [2.0, 6.0]]
    assert s.grad == 3.0


def test_what_was_joined_can_be_asked_for(core: Any) -> None:
    x, s = core.Variable([1.0, 2.0]), core.Variable(3.0)
    square = x * x
    joined = numpys.concatenate([x, square, np.ones(1)])
    assert joined.op == "concatenate"
    assert [each.value.tolist() for each in joined.inputs] == [[1.0, 2.0], [1.0, 4.0], [1.0]]
    assert joined.inputs[0] is not square
    stacked = numpys.stack([s, x[1], s * s, 7.0])
    assert [float(each.value) for each in stacked.inputs] == [3.0, 2.0, 9.0, 7.0]


def test_numpys_errors(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    calls: tuple[Callable[[Any, Any], Any], ...] = (
        lambda n, x: n.concatenate([x, [[1.0]]]),
        lambda n, x: n.concatenate([x, x], axis=1),
        lambda n, x: n.concatenate([x[0], x[1]]),
        lambda n, x: n.concatenate([x[:, None], x[None]], axis=0),
        lambda n, x: n.stack([x, x[:1]]),
        lambda n, x: n.stack([x, x], axis=3),
    )
    for bad in calls:
        with pytest.raises(ValueError) as theirs:  # noqa: PT011  # whatever NumPy raises
            bad(np, np.array([1.0, 2.0]))
        with pytest.raises(theirs.type):
            bad(np, x)
