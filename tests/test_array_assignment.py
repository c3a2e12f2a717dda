"""Assignment: NumPy's values, and gradients as NumPy's own complex arithmetic gives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from array_assignments import ON_MATRICES, ON_VECTORS
from array_differences import directional, gradient
from array_shapes import DTYPES, Array, assert_close, assert_same_bits, uniform
from array_sums import inner

Assignment = Callable[[Any, Any], Any]
PROGRAMS = [((5,), f) for f in ON_VECTORS.values()] + [((2, 3), f) for f in ON_MATRICES.values()]

each_program = pytest.mark.parametrize(
    ("shape", "program"), PROGRAMS, ids=[f.__name__ for _, f in PROGRAMS]
)


def started(program: Assignment) -> Callable[[Any], Any]:
    """The program on a result, which can be assigned to; a copy is returned."""
    return lambda x: program(x * 1, x) * 1


@each_program
@pytest.mark.parametrize("dtype", DTYPES)
def test_values_and_gradients(
    array_backend: Any, shape: tuple[int, ...], program: Assignment, dtype: type
) -> None:
    array = uniform(11, shape, dtype, 0.5, 1.5)
    x = array_backend.Variable(array)
    result = started(program)(x)
    expected = started(program)(array)
    assert_same_bits(result.value, expected)
    adjoint = uniform(12, expected.shape, dtype)
    result.backward(adjoint)
    slopes = gradient(started(program), array.astype(np.float64), adjoint)
    assert_close(x.grad, slopes.astype(dtype))
    assert_same_bits(x.value, array)
    assert_same_bits(result.value, expected)
    first = x.grad
    result.backward(adjoint)
    assert_same_bits(x.grad, first)


@each_program
def test_replay_tangent_and_second_order(
    array_backend: Any, shape: tuple[int, ...], program: Assignment
) -> None:
    f = started(program)
    arrays = [uniform(seed, shape, low=0.5, high=1.5) for seed in (11, 13, 14)]
    x = array_backend.Variable(arrays[0])
    with array_backend.Graph() as graph:
        result = f(x)
    adjoint = uniform(12, result.shape)
    for array in arrays:
        x.value = array
        assert_same_bits(graph.forward(), f(array))
        direction = uniform(15, shape)
        assert_close(graph.jvp({x: direction}), directional(f, array, direction))
        graph.backward(adjoint)
        assert_close(x.grad, gradient(f, array, adjoint))
        assert_same_bits(graph.forward(), f(array))

    with graph:
        inner(result, adjoint)
    product = graph.hvp({x: direction})[x]
    h = 1e-5
    around = [gradient(f, array + step * direction, adjoint) for step in (h, -h)]
    assert_close(product, (around[0] - around[1]) / (2 * h), digits=7)


@each_program
def test_transforms(array_backend: Any, shape: tuple[int, ...], program: Assignment) -> None:
    f, array = started(program), uniform(11, shape, low=0.5, high=1.5)
    adjoint, direction = uniform(12, f(array).shape), uniform(15, shape)
    slope = array_backend.grad(lambda x: inner(f(x), adjoint))
    assert_close(slope(array), gradient(f, array, adjoint))
    value, tangent = array_backend.jvp(f, (array,), (direction,))
    assert_same_bits(value, f(array))
    assert_close(tangent, directional(f, array, direction))
    nested = array_backend.grad(lambda x: inner(slope(x), direction))(array)
    h = 1e-5
    around = [gradient(f, array + step * direction, adjoint) for step in (h, -h)]
    assert_close(nested, (around[0] - around[1]) / (2 * h), digits=7)


@each_program
def test_the_caller_sees_what_numpy_shows(
    array_backend: Any, shape: tuple[int, ...], program: Assignment
) -> None:
    array = uniform(11, shape, low=0.5, high=1.5)
    y, plain = array_backend.Variable(array) * 1.0, array * 1.0
    program(y, array)
    program(plain, array)
    assert_same_bits(y.value, plain)


def test_overlapping_strides(array_backend: Any) -> None:
    """As if the value were copied first, also where NumPy reads what it has just written."""
    array = np.array([10.0, 11.0, 12.0, 13.0, 14.0])
    x = array_backend.Variable(array)
    y, plain = x * 1.0, array * 1.0
    y[::2] = y[:3]
    plain[::2] = plain[:3].copy()
    assert_same_bits(y.value, plain)
    y.backward([1.0, 2.0, 4.0, 8.0, 16.0])
    assert x.grad.tolist() == [1.0, 6.0, 16.0, 8.0, 0.0]


def test_handles_are_views_or_numbers(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0, 3.0])
    y = x * 1.0
    number, view, whole = y[0], y[0:1], y
    y[0] = 10.0
    assert (number.value, view.value.tolist(), whole.value.tolist()) == (
        1.0,
        [10.0],
        [10.0, 2.0, 3.0],
    )
    number_after = y[0]
    y[0] = 20.0
    assert (number.value, number_after.value, view.value.tolist()) == (1.0, 10.0, [20.0])
    (number * 2.0).backward()
    assert x.grad.tolist() == [2.0, 0.0, 0.0]
    (whole * 1.0).backward([1.0, 1.0, 1.0])
    assert x.grad.tolist() == [0.0, 1.0, 1.0]


def test_a_result_before_a_write_has_its_own_gradient(array_backend: Any) -> None:
    x = array_backend.Variable([2.0, 3.0])
    y = x * x
    before = y[0] * y[1]
    y[0] = x[1] * 5.0
    after = y[0] * y[1]
    assert (before.value, after.value) == (36.0, 135.0)
    before.backward()
    assert x.grad.tolist() == [36.0, 24.0]
    after.backward()
    assert x.grad.tolist() == [0.0, 135.0]
    before.backward()
    assert x.grad.tolist() == [36.0, 24.0]
    assert y.value.tolist() == [15.0, 9.0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "given", [1, True, 0.1, np.float32(0.1), np.float64(0.1), np.int8(3), np.array(0.1)], ids=repr
)
def test_numbers_that_are_assigned(array_backend: Any, dtype: type, given: Any) -> None:
    y = array_backend.Variable(np.ones(3, dtype)) * 1.0
    plain: Array = np.ones(3, dtype)
    for target in (y, plain):
        target[1] = given
        target[2:] = given
    assert_same_bits(y.value, plain)


@pytest.mark.parametrize("dtype", DTYPES)
def test_assigning_casts_to_the_dtype_of_the_array(array_backend: Any, dtype: type) -> None:
    other = np.float32 if dtype == np.float64 else np.float64
    source = np.array([0.1, 0.2, 0.3], other)
    x = array_backend.Variable(source)
    y = array_backend.Variable(np.zeros(3, dtype)) * 1.0
    y[:2] = x[:2]
    y[2] = x[2] * 1.0
    assert y.dtype == dtype
    assert_same_bits(y.value, source.astype(dtype))
    y.backward([1.0, 2.0, 3.0])
    assert_same_bits(x.grad, np.array([1.0, 2.0, 3.0], other))
    y += x
    assert y.dtype == dtype
    y[0] = array_backend.Variable(0.1)
    assert y.value[0] == dtype(0.1)


def test_a_value_that_was_read_stays_what_it_was(array_backend: Any) -> None:
    y = array_backend.Variable([1.0, 2.0]) * 1.0
    before, part = y.value, y[:1].value
    y[0] = 9.0
    y += 1.0
    assert (before.tolist(), part.tolist()) == ([1.0, 2.0], [1.0])


def test_scalars_are_rebound(array_backend: Any) -> None:
    x = array_backend.Variable(3.0)
    y = x
    y += 1.0
    assert (x.value, y.value) == (3.0, 4.0)
    v = array_backend.Variable([1.0, 2.0])
    element = v[0]
    element += 5.0
    element *= 2.0
    assert element.value == 12.0
    assert v.value.tolist() == [1.0, 2.0]
    y = v * 1.0
    element = y[0]
    element += 5.0
    assert y.value.tolist() == [1.0, 2.0]


def test_in_place_operators_of_integers_and_remainders(array_backend: Any) -> None:
    array = np.array([7.5, -7.5, 3.0])
    x = array_backend.Variable(array)
    y, plain = x * 1.0, array * 1.0
    y //= 2
    plain //= 2
    assert_same_bits(y.value, plain)
    z, plain = x * 1.0, array * 1.0
    z %= np.array([2, 4, 3])
    plain %= np.array([2, 4, 3])
    assert_same_bits(z.value, plain)
    z.backward([1.0, 1.0, 1.0])
    assert x.grad.tolist() == [1.0, 1.0, 1.0]


def test_a_write_into_a_constant_result_is_active(array_backend: Any) -> None:
    """An array that depends on nothing depends on what is written into it."""
    x = array_backend.Variable([1.0, 2.0])
    y = x * 0.0
    y[0] = x[1] * 3.0
    y.backward([1.0, 1.0])
    assert x.grad.tolist() == [0.0, 3.0]
    z = array_backend.Constant([0.0, 0.0, 0.0]).copy()
    for i in range(2):
        z[i] = x[i] * x[i]
    z.backward([1.0, 1.0, 1.0])
    assert x.grad.tolist() == [2.0, 4.0]
    assert z.value.tolist() == [1.0, 4.0, 0.0]


def test_many_writes(array_backend: Any) -> None:
    count = 500
    x = array_backend.Variable(1.001)
    y = array_backend.Variable(np.ones(count)) * 1.0
    for i in range(1, count):
        y[i] = y[i - 1] * x
    y[count - 1].backward()
    assert x.grad == pytest.approx((count - 1) * 1.001 ** (count - 2), rel=1e-11)
