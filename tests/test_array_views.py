"""Views: NumPy's values, gradients at the right places, and no statement recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from array_shapes import (
    DTYPES,
    Array,
    arrays,
    assert_close,
    assert_same_bits,
    leaf,
    seeds,
    shapes,
    uniform,
)

View = Callable[[Any], Any]


def scattered(positions: Array, adjoint: Array, shape: tuple[int, ...]) -> Array:
    """Each adjoint added at the place of the source that its element was taken from."""
    result = np.zeros(int(np.prod(shape)))
    np.add.at(result, np.asarray(positions).ravel(), np.asarray(adjoint, float).ravel())
    return result.reshape(shape)


def check(adx: Any, array: Array, view: View, seed: int = 0) -> None:
    """A view of a leaf and of a result: value, gradient, tangent, and nothing recorded."""
    array = np.ascontiguousarray(array, array.dtype.newbyteorder("=")).reshape(array.shape)
    positions = view(np.arange(array.size).reshape(array.shape))
    expected = np.asarray(view(array))
    # Of a single element NumPy makes a number; of an array it makes a view or, at need, a copy.
    copies = expected.ndim > 0 and expected.size > 0 and not np.may_share_memory(expected, array)
    x = leaf(adx, array)
    adjoint = uniform(seed, expected.shape, array.dtype)
    gradient = scattered(positions, adjoint, array.shape).astype(array.dtype)

    seen = view(x)
    assert isinstance(seen, adx.Variable)
    assert seen.shape == expected.shape
    assert seen.dtype == array.dtype
    np.testing.assert_array_equal(np.asarray(seen.value), expected)
    assert not seen.is_leaf or seen is x
    seen.backward(adjoint)
    assert_close(x.grad, gradient)

    with adx.Graph() as graph:
        y = x * 2.0
        of_result = view(y)
        assert len(graph) == (2 if copies else 1)
        again = view(x)
        assert len(graph) == (3 if copies else 1)
        z = of_result + again
    np.testing.assert_array_equal(np.asarray(z.value), expected * 3)
    z.backward(adjoint)
    assert_close(x.grad, 3 * gradient)
    direction = uniform(seed + 1, array.shape, array.dtype)
    assert_close(graph.jvp({x: direction}), 3 * np.asarray(view(direction)))
    x.value = direction
    assert_close(graph.forward(), 3 * np.asarray(view(direction)))


@given(data=st.data(), seed=seeds)
@settings(max_examples=100)
def test_basic_indices(array_backend: Any, data: st.DataObject, seed: int) -> None:
    shape = data.draw(shapes(least=1, side=4))
    index = data.draw(hnp.basic_indices(shape, max_dims=5, allow_newaxis=True))
    array = uniform(seed, shape, data.draw(st.sampled_from(DTYPES)))
    check(array_backend, array, lambda x: x[index], seed)


@pytest.mark.parametrize(
    "index",
    [
        0, -1, np.int64(1), slice(None), slice(None, None, -1), slice(-2, None), slice(5, 9),
        slice(2, 0), slice(2, 0, -2), ..., None, (), (..., 0), (0, ...), (None, 1, None), (1, 2),
        (slice(None), -2), (..., slice(None, None, 2)), (slice(1, 1), 0), (np.uint8(1), np.intp(0)),
        (slice(None, None, -2), slice(None, None, -1)),
    ],
    ids=repr,
)  # fmt: skip
def test_an_index_of_every_kind(array_backend: Any, index: Any) -> None:
    for dtype in DTYPES:
        check(array_backend, np.arange(6, dtype=dtype).reshape(2, 3), lambda x: x[index])


METHODS: dict[str, View] = {
    "T": lambda x: x.T,
    "reshape": lambda x: x.reshape(4, 6),
    "reshape a tuple": lambda x: x.reshape((3, 8)),
    "reshape unknown": lambda x: x.reshape(2, -1),
    "reshape ones": lambda x: x.reshape(1, 24, 1),
    "reshape a transpose": lambda x: x.T.reshape(4, 6),
    "reshape one axis of a transpose": lambda x: x.T.reshape(2, 2, 3, 2),
    "ravel": lambda x: x.ravel(),
    "ravel a transpose": lambda x: x.T.ravel(),
    "ravel in order F": lambda x: x.ravel("F"),
    "ravel a transpose in order F": lambda x: x.T.ravel(order="F"),
    "reshape in order F": lambda x: x.reshape(4, 6, order="F"),
    "reshape a transpose in order F": lambda x: x.T.reshape((-1, 2, 2), order="F"),
    "flatten in order F": lambda x: x.flatten("F"),
    "flatten in order C": lambda x: x.flatten(order="C"),
    "transpose": lambda x: x.transpose(),
    "transpose axes": lambda x: x.transpose(1, 2, 0),
    "transpose a tuple": lambda x: x.transpose((2, 0, -2)),
    "swapaxes": lambda x: x.swapaxes(0, -1),
    "squeeze": lambda x: x[:, :1].squeeze(),
    "squeeze an axis": lambda x: x[:, 1:2, :1].squeeze(1),
    "squeeze axes": lambda x: x[:, 1:2, :1].squeeze((1, 2)),
    "squeeze nothing": lambda x: x.squeeze(),
    "diagonal": lambda x: x.diagonal(),
    "diagonal offset": lambda x: x.diagonal(1, 1, 2),
    "diagonal below": lambda x: x.diagonal(offset=-1, axis1=0, axis2=1),
    "diagonal beyond": lambda x: x.diagonal(9),
}
FUNCTIONS: dict[str, View] = {
    "reshape": lambda x: np.reshape(x, (6, 4)),
    "ravel": lambda x: np.ravel(x),
    "ravel in order F": lambda x: np.ravel(x, "F"),
    "reshape in order F": lambda x: np.reshape(x, (6, 4), order="F"),
    "reshape to one axis in order F": lambda x: np.reshape(x, -1, order="F"),
    "transpose": lambda x: np.transpose(x),
    "transpose axes": lambda x: np.transpose(x, (1, 0, 2)),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "moveaxis": lambda x: np.moveaxis(x, 0, -1),
    "moveaxis several": lambda x: np.moveaxis(x, [0, 1], [-1, 0]),
    "squeeze": lambda x: np.squeeze(x[:1, :, :1]),
    "squeeze an axis": lambda x: np.squeeze(x[:1], axis=0),
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "expand_dims several": lambda x: np.expand_dims(x, (0, -1)),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 2, 3, 4)),
    "broadcast_to a row": lambda x: np.broadcast_to(x[0, :1], (3, 4)),
    "diagonal": lambda x: np.diagonal(x, 1, 0, 2),
    "flip": lambda x: np.flip(x),
    "flip an axis": lambda x: np.flip(x, 1),
    "flip axes": lambda x: np.flip(x, axis=(0, -1)),
    "flip of a flip": lambda x: np.flip(np.flip(x, 0), 0)[:, ::2],
}


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_methods(array_backend: Any, name: str, dtype: type) -> None:
    check(array_backend, np.arange(24, dtype=dtype).reshape(2, 3, 4), METHODS[name])


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_numpys_functions(array_backend: Any, name: str, dtype: type) -> None:
    check(array_backend, np.arange(24, dtype=dtype).reshape(2, 3, 4), FUNCTIONS[name])


def drawn_view(data: st.DataObject, shape: tuple[int, ...]) -> View:
    """One step of a chain of views, which fits the shape."""
    ndim = len(shape)
    kinds = ["index", "reshape", "transpose", "expand", "ravel", "repeat"]
    kinds += ["flip", "moveaxis", "squeeze"] if ndim else []
    kinds += ["diagonal"] if ndim > 1 else []
    kind = data.draw(st.sampled_from(kinds))
    if kind == "index":
        index = data.draw(hnp.basic_indices(shape, max_dims=4, allow_newaxis=True))
        return (lambda x: x[index]) if ndim else (lambda x: x)
    if kind == "reshape":
        size = int(np.prod(shape))
        fitting = [s for s in ((size,), (1, size), (size, 1), (2, -1), (-1, 3)) if fits(size, s)]
        target = data.draw(st.sampled_from(fitting))
        return lambda x: x.reshape(target)
    if kind == "transpose":
        axes = data.draw(st.permutations(range(ndim)))
        return lambda x: np.transpose(x, axes)
    if kind == "expand":
        axis = data.draw(st.integers(-ndim - 1, ndim))
        return lambda x: np.expand_dims(x, axis)
    if kind == "repeat":
        return lambda x: np.broadcast_to(x, (2, *shape))
    if kind == "ravel":
        return lambda x: x.ravel()
    if kind == "squeeze":
        return lambda x: np.squeeze(x)
    if kind == "diagonal":
        offset = data.draw(st.integers(-2, 2))
        return lambda x: x.diagonal(offset, 0, -1)
    axis = data.draw(st.integers(-ndim, ndim - 1))
    return (lambda x: np.flip(x, axis)) if kind == "flip" else (lambda x: np.moveaxis(x, axis, 0))


def fits(size: int, shape: tuple[int, ...]) -> bool:
    known = int(np.prod([n for n in shape if n >= 0]))
    return size == known if -1 not in shape else size > 0 and size % known == 0


@given(data=st.data(), seed=seeds)
@settings(max_examples=60)
def test_chains_of_views(array_backend: Any, data: st.DataObject, seed: int) -> None:
    array = data.draw(arrays(shapes(least=1)))
    array = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    chain: list[View] = []
    seen: Any = array
    for _ in range(data.draw(st.integers(1, 5))):
        assume(np.ndim(seen) <= 4)
        step = drawn_view(data, np.shape(seen))
        chain.append(step)
        seen = np.asarray(step(np.asarray(seen)))
    positions: Any = np.arange(array.size).reshape(array.shape)
    x = leaf(array_backend, array)
    found: Any = x
    for step in chain:
        positions, found = np.asarray(step(positions)), step(found)
    assert found.shape == seen.shape
    np.testing.assert_array_equal(np.asarray(found.value), seen)
    adjoint = uniform(seed, seen.shape, array.dtype)
    (found * 1.0).backward(adjoint)
    assert_close(x.grad, scattered(positions, adjoint, array.shape).astype(array.dtype))


def test_flatten_is_always_a_copy(array_backend: Any) -> None:
    x = array_backend.Variable(np.arange(6.0).reshape(2, 3))
    with array_backend.Graph() as graph:
        flat = x.flatten()
        flat[0] = 9.0
    assert x.value[0, 0] == 0.0
    assert flat.value.tolist() == [9.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert graph.values[0] is not x
    x.T.flatten().backward(np.arange(6.0))
    assert x.grad.tolist() == [[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]]


def test_elements_are_scalars(array_backend: Any) -> None:
    x = array_backend.Variable([[1.0, 2.0], [3.0, 4.0]])
    element = x[1, 0]
    assert type(element.value) is float
    assert repr(element).startswith("Variable(3.0")
    assert (element.shape, element.dtype) == ((), np.float64)
    assert bool(element > 2.0) is True
    assert max(x[0]).value == 2.0
    narrow = array_backend.Variable([1.0, 2.0], dtype=np.float32)[0]
    assert (narrow.shape, narrow.dtype) == ((), np.float32)


def rosenbrock(x: Any) -> Any:
    total = 0.0
    for i in range(len(x) - 1):
        total = total + 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def test_a_loop_over_elements_is_a_loop_over_scalars(array_backend: Any) -> None:
    array = uniform(3, (50,))
    x = array_backend.Variable(array)
    scalars = [array_backend.Variable(v) for v in array]
    with array_backend.Graph() as graph:
        loss = rosenbrock(x)
    with array_backend.Graph() as alone:
        expected = rosenbrock(scalars)
    assert len(graph) == len(alone)
    assert loss.value == expected.value
    loss.backward()
    expected.backward()
    assert x.grad.tolist() == [v.grad for v in scalars]
    x.value = array * 0.5
    for scalar, v in zip(scalars, array, strict=True):
        scalar.value = v * 0.5
    assert graph.forward() == alone.forward()


@given(shape=shapes(least=1), seed=seeds, dtype=st.sampled_from(DTYPES))
@settings(max_examples=25)
def test_overlapping_views_add_up(
    array_backend: Any, shape: tuple[int, ...], seed: int, dtype: type
) -> None:
    array = uniform(seed, shape, dtype)
    x = array_backend.Variable(array)
    parts = list(x) + [x[i:] for i in range(len(x))] + [x.T, x[::-1]]
    gradient = np.zeros(shape)
    joined: Any = 0.0
    for part in parts:
        whole = part.reshape(-1)
        for i in range(len(whole)):
            joined = joined + whole[i]
    for i in range(len(array)):
        gradient[i] += 1.0
        gradient[i:] += 1.0
    if array.size:
        joined.backward()
        assert_same_bits(x.grad, (gradient + 2.0).astype(dtype))
