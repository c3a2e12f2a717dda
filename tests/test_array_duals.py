"""Duals of arrays: every operator and arrangement acts on value and tangent alike."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from array_assignments import ON_MATRICES, ON_VECTORS
from array_differences import directional
from array_operators import ALL, PASSIVE, function_of, operands_of
from array_shapes import DTYPES, Array, assert_close, assert_same_bits, broadcasting, seeds, uniform
from array_sums import total

SHAPE = (2, 3)


def dual(adx: Any, seed: int = 1, shape: tuple[int, ...] = SHAPE, dtype: Any = np.float64) -> Any:
    return adx.Dual(uniform(seed, shape, dtype), uniform(seed + 1, shape, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
def test_components(array_backend: Any, dtype: type) -> None:
    value: Array = uniform(1, SHAPE, dtype)
    tangent: Array = uniform(2, SHAPE, dtype)
    d = array_backend.Dual(value, tangent, 3)
    assert_same_bits(d.value, value)
    assert_same_bits(d.tangent, tangent)
    assert (d.shape, d.ndim, d.size, d.dtype, len(d)) == (SHAPE, 2, 6, dtype, 2)
    value[...] = tangent[...] = 7.0
    assert not np.any(d.value == 7.0)
    assert not np.any(d.tangent == 7.0)
    for component in (d.value, d.tangent):
        with pytest.raises(ValueError, match="read-only"):
            component[0] = 1.0
    number = array_backend.Dual(2.0, 1.0)
    assert (number.shape, number.ndim, number.size, number.dtype) == ((), 0, 1, np.float64)


@pytest.mark.parametrize("dtype", DTYPES)
def test_tangents_fit_their_values(array_backend: Any, dtype: type) -> None:
    value: Array = np.ones(SHAPE, dtype)
    assert_same_bits(array_backend.Dual(value).tangent, np.zeros(SHAPE, dtype))
    assert_same_bits(array_backend.Dual(value, 0.0).tangent, np.zeros(SHAPE, dtype))
    for other in (np.float64, np.float32, np.int64):
        d = array_backend.Dual(value, np.full(SHAPE, 2, other))
        assert_same_bits(d.tangent, np.full(SHAPE, 2.0, dtype))
    for wrong in (1.0, np.ones(3), np.ones((1, 2, 3)), array_backend.Variable(1.0)):
        with pytest.raises(ValueError, match="shape"):
            array_backend.Dual(value, wrong)
    with pytest.raises(ValueError, match="shape"):
        array_backend.Dual(1.0, np.ones(2))
    for stranger in (np.array([1j]), np.array(["a"]), np.ones(2, np.float16), np.array([None])):
        with pytest.raises(TypeError):
            array_backend.Dual(stranger)
    assert_same_bits(array_backend.Dual(np.array([1, 2])).value, np.array([1.0, 2.0]))


@pytest.mark.parametrize("name", sorted(set(ALL) - set(PASSIVE)))
@given(data=st.data(), seed=seeds, dtype=st.sampled_from(DTYPES))
@settings(max_examples=8)
def test_operators_are_those_of_their_elements(
    array_backend: Any, name: str, data: Any, seed: int, dtype: type
) -> None:
    function, count = function_of(array_backend, name), len(ALL[name])
    shapes = data.draw(broadcasting(count).filter(lambda drawn: all(map(len, drawn))))
    values = operands_of(name, seed, shapes, dtype)
    tangents = [uniform(seed + i, shape, dtype) for i, shape in enumerate(shapes)]
    still = data.draw(st.integers(-1, count - 1))  # one operand may be a plain array
    result = function(
        *[
            value if i == still and count > 1 else array_backend.Dual(value, tangent)
            for i, (value, tangent) in enumerate(zip(values, tangents, strict=True))
        ]
    )
    assert_same_bits(result.value, function(*values))
    expected = np.empty(result.shape)
    spread = np.broadcast_arrays(*values, *tangents)
    for at in np.ndindex(*result.shape):
        numbers = [float(array[at]) for array in spread]
        expected[at] = function(
            *[
                array_backend.Dual(
                    numbers[i], 0.0 if i == still and count > 1 else numbers[count + i]
                )
                for i in range(count)
            ]
        ).tangent
    assert result.tangent.dtype == dtype
    assert_close(result.tangent, expected.astype(dtype), digits=4 if dtype == np.float32 else 12)


@pytest.mark.parametrize("name", PASSIVE)
def test_decisions_are_about_values(array_backend: Any, name: str) -> None:
    operands = operands_of(name, 3, (SHAPE,) * len(ALL[name]), np.float64)
    decided = function_of(array_backend, name)(*[array_backend.Dual(x, x) for x in operands])
    assert_same_bits(np.asarray(decided), function_of(np, name)(*operands))


def test_comparisons(array_backend: Any) -> None:
    d = array_backend.Dual(np.array([1.0, 2.0]), np.array([5.0, 6.0]))
    for found, expected in (
        (d < 2.0, [True, False]),
        (d == np.array([1.0, 3.0]), [True, False]),
        (np.array([1.0, 1.0]) >= d, [True, False]),
        (d != d, [False, False]),
    ):
        assert_same_bits(np.asarray(found), np.array(expected))
    chosen = array_backend.where(d > 1.5, d * d, 0.0)
    assert_same_bits(chosen.tangent, np.array([0.0, 24.0]))
    with pytest.raises(ValueError, match="ambiguous"):
        bool(d)
    assert bool(d[:1]) is True
    assert (d == "a") is False
    for convert in (int, math.floor):
        with pytest.raises(TypeError):
            convert(d)


ARRANGEMENTS: tuple[Callable[[Any], Any], ...] = (
    lambda x: x[0],
    lambda x: x[1, -1],
    lambda x: x[:, ::-2],
    lambda x: x[..., None, 1:],
    lambda x: x[1:1],
    lambda x: x.T,
    lambda x: x.reshape(3, 2),
    lambda x: x.reshape((-1, 1)),
    lambda x: x.T.ravel(),
    lambda x: x.ravel("F"),
    lambda x: x.reshape(3, 2, order="F"),
    lambda x: x.flatten(order="F"),
    lambda x: x.flatten(),
    lambda x: x.transpose(),
    lambda x: x.transpose(1, 0),
    lambda x: x.swapaxes(0, 1),
    lambda x: x[None].squeeze(0),
    lambda x: x.diagonal(1),
    lambda x: x.copy(),
    lambda x: x.astype(np.float32),
    lambda x: list(x)[1],
    lambda x: next(reversed(x)),
    lambda x: np.flip(x, 0),
    lambda x: np.moveaxis(x, 0, -1),
    lambda x: np.expand_dims(x, 1),
    lambda x: np.broadcast_to(x, (2, 2, 3)),
    lambda x: np.reshape(x, 6),
    lambda x: np.transpose(x),
    lambda x: np.ravel(x),
    lambda x: np.ravel(x, order="F"),
    lambda x: np.reshape(x, (3, 2), order="F"),
)


@pytest.mark.parametrize("number", range(len(ARRANGEMENTS)))
@pytest.mark.parametrize("dtype", DTYPES)
def test_arrangements_are_numpys(array_backend: Any, number: int, dtype: type) -> None:
    arranged, d = ARRANGEMENTS[number], dual(array_backend, dtype=dtype)
    found = arranged(d)
    assert isinstance(found, array_backend.Dual)
    assert_same_bits(found.value, arranged(uniform(1, SHAPE, dtype)))
    assert_same_bits(found.tangent, arranged(uniform(2, SHAPE, dtype)))
    nested = arranged(array_backend.Dual(d, d * 2.0, 1))
    assert_same_bits(nested.value.tangent, found.tangent)
    assert_same_bits(nested.tangent.value, arranged(uniform(1, SHAPE, dtype) * 2))
    mixed = arranged(array_backend.Dual(array_backend.Variable(uniform(1, SHAPE, dtype)), d.value))
    assert isinstance(mixed.value, array_backend.Variable)
    assert_same_bits(mixed.value.value, found.value)
    assert_same_bits(mixed.tangent, found.value)


def test_a_dual_is_no_array_of_numpys(array_backend: Any) -> None:
    d = dual(array_backend)
    for drop in (np.asarray, float, lambda d: d[0, 0].item(), lambda d: d.item(0)):
        with pytest.raises((TypeError, AttributeError)):
            drop(d)
    number = array_backend.Dual(1.0, 1.0)
    for use in (lambda: number[0], lambda: len(number), lambda: iter(number), lambda: d[2]):
        with pytest.raises((TypeError, IndexError)):
            use()
    with pytest.raises(ValueError, match="broadcast"):
        d + np.ones(2)
    with pytest.raises(ValueError, match="reshape"):
        d.reshape(5)


def test_levels_nest(array_backend: Any) -> None:
    a = uniform(5, (3,))
    x = array_backend.Dual(array_backend.Dual(a, np.ones(3), 0), np.ones(3), 1)
    y = np.sin(x) * x
    assert_close(y.value.value, np.sin(a) * a)
    assert_close(y.value.tangent, np.sin(a) + a * np.cos(a))
    assert_close(y.tangent.value, y.value.tangent)
    assert_close(y.tangent.tangent, 2 * np.cos(a) - a * np.sin(a))


def test_recorded_components(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    y = array_backend.Dual(x, np.array([1.0, 3.0])) ** 3
    assert y.tangent.value.tolist() == [3.0, 36.0]
    y.tangent.backward([1.0, 1.0])
    assert x.grad.tolist() == [6.0, 36.0]
    z = x * array_backend.Dual(2.0, 1.0)
    assert (z.shape, z.tangent.value.tolist()) == ((2,), [1.0, 2.0])
    s = array_backend.Variable(2.0)
    spread = array_backend.Dual(np.ones(3), np.ones(3)) * array_backend.Dual(s, s)
    total(spread.tangent).backward()
    assert s.grad == 6.0


@pytest.mark.parametrize("dtype", DTYPES)
def test_zero_passes_nothing_on(array_backend: Any, dtype: type) -> None:
    d = array_backend.Dual(np.array([0.0, 0.0, 4.0], dtype), np.array([0.0, 1.0, 1.0], dtype))
    assert array_backend.sqrt(d).tangent.tolist() == [0.0, math.inf, 0.25]
    outer = array_backend.Dual(d, array_backend.Dual(np.zeros(3, dtype), 0.0), 1)
    assert array_backend.sqrt(outer).tangent.value.tolist() == [0.0, 0.0, 0.0]
    assert array_backend.sqrt(outer).tangent.tangent.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("shape", "program"),
    [((5,), f) for f in ON_VECTORS.values()] + [((2, 3), f) for f in ON_MATRICES.values()],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_programs_that_assign(array_backend: Any, shape: tuple[int, ...], program: Any) -> None:
    array, direction = uniform(11, shape, low=0.5, high=1.5), uniform(15, shape)

    def f(x: Any) -> Any:
        return program(x * 1, x) * 1

    value, tangent = array_backend.jvp(f, (array,), (direction,))
    assert_same_bits(value, f(array))
    assert_close(tangent, directional(f, array, direction))


def test_what_was_put_together_is_not_written_into(array_backend: Any) -> None:
    d = dual(array_backend)
    writes: tuple[Any, ...] = (lambda: d.__setitem__(0, 1.0), lambda: d.T.__iadd__(1.0))
    for write in writes:
        with pytest.raises(TypeError, match=r"copy"):
            write()
    y = d.copy()
    y[0] = 1.0
    assert_same_bits(d.value, uniform(1, SHAPE))
    assert (y.value[0].tolist(), y.tangent[0].tolist()) == ([1.0] * 3, [0.0] * 3)
    number = array_backend.Dual(1.0, 1.0)
    with pytest.raises(TypeError):
        number[()] = 2.0


def test_nothing_is_shared_with_operands(array_backend: Any) -> None:
    c: Array = np.array([2.0, 3.0])
    x = array_backend.Dual(np.array([1.0, 1.0]), np.array([1.0, 1.0])) * 1.0
    operations: tuple[Any, ...] = (
        lambda: array_backend.Dual(1.0, 1.0) * c,
        lambda: 1.0 * x,
        lambda: x + 0.0,
        lambda: +x,
        lambda: x * 1.0,
    )
    for operate in operations:
        before, y = (x.value.tolist(), x.tangent.tolist(), c.tolist()), operate()
        y[0] = 9.0
        y += 1.0
        assert (x.value.tolist(), x.tangent.tolist(), c.tolist()) == before
    product = array_backend.Dual(1.0, 1.0) * c
    c[:] = 0.0
    assert (product.value.tolist(), product.tangent.tolist()) == ([2.0, 3.0], [2.0, 3.0])
    power = np.exp(x * 0.0)
    power[0] = 5.0
    assert power.tangent.tolist() == [0.0, 0.0]


def test_writes_that_mix_kinds_change_nothing(core: Any) -> None:
    """The engine refuses what would have to become another kind of array."""
    y = core.Dual(np.ones(2), np.ones(2), 1) * 2.0
    for value in (
        core.Variable(1.0),
        core.Dual(1.0, 1.0, 2),
        core.Dual(core.Variable(1.0), 0.0, 1),
    ):
        with pytest.raises(NotImplementedError, match=r"y = y \+ v"):
            y[0] = value
    assert (y.value.tolist(), y.tangent.tolist()) == ([2.0, 2.0], [2.0, 2.0])


def test_copies(array_backend: Any) -> None:
    d = dual(array_backend, dtype=np.float32)
    for twin in (copy.copy(d), copy.deepcopy(d), pickle.loads(pickle.dumps(d))):
        assert_same_bits(twin.value, d.value)
        assert_same_bits(twin.tangent, d.tangent)


def test_repr(array_backend: Any) -> None:
    d = array_backend.Dual(np.array([1.0, 2.0]), np.array([0.5, 0.0]), 1)
    assert repr(d) == "Dual([1., 2.], tangent=[0.5, 0. ], level=1)"


def test_single_precision_stays(array_backend: Any) -> None:
    a: Array = np.array([0.1, 0.2], np.float32)
    value, tangent = array_backend.jvp(lambda x: x[0] * 2.0 + x[1], (a,), (np.ones_like(a),))
    assert_same_bits(value, a[0] * 2.0 + a[1])
    assert_same_bits(tangent, np.float32(3.0))
    mixed = array_backend.Dual(a, a) * np.float64(2.0)
    assert (mixed.value.dtype, mixed.tangent.dtype) == (np.float64, np.float64)


@pytest.mark.parametrize("name", ["divide", "power", "arctan2", "hypot", "xlogy", "maximum"])
def test_partials_are_calculated_in_the_dtype_of_the_result(array_backend: Any, name: str) -> None:
    """float32 beside float64 is float64, in the partials too."""
    function = getattr(array_backend, name)
    a, b = (uniform(i, (4,), np.float32, 0.5, 2.0) for i in (1, 2))
    wide = uniform(3, (4,), low=0.5, high=2.0)
    d = array_backend.Dual(a, b)
    for found, expected in (
        (function(d, wide), function(array_backend.Dual(a.astype(float), b), wide)),
        (function(wide, d), function(wide, array_backend.Dual(a.astype(float), b))),
        (function(d, np.float64(0.7)), function(array_backend.Dual(a.astype(float), b), 0.7)),
    ):
        assert_same_bits(found.value, expected.value)
        assert found.tangent.dtype == np.float64
        assert_close(found.tangent, expected.tangent, digits=14)
