"""Nothing changes under a recording's feet: what users keep on writing into was copied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from array_shapes import DTYPES, Array, assert_same_bits

Use = Callable[[Any, Any, Any], Any]
USES: dict[str, Use] = {
    "an operand": lambda adx, x, c: x * c,
    "an operand on the left": lambda adx, x, c: c / x,
    "a function's operand": lambda adx, x, c: adx.arctan2(x, c),
    "of NumPy's function": lambda adx, x, c: np.hypot(c, x),
    "a view of an operand": lambda adx, x, c: x * c[::-1],
    "a transposed operand": lambda adx, x, c: x * c.reshape(3, 1).T[0],
    "a branch": lambda adx, x, c: adx.where(x > 0, c * x, c),
    "a condition": lambda adx, x, c: adx.where(c > 1.5, x, x * x),
    "whole numbers": lambda adx, x, c: x * c.astype(np.int64),
    "compared": lambda adx, x, c: (x < c) * x,
    "bounds": lambda adx, x, c: adx.clip(x, -c, c),
    "a constant": lambda adx, x, c: x * adx.Constant(c),
}


@pytest.mark.parametrize("name", USES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_operands_are_copied(array_backend: Any, name: str, dtype: type) -> None:
    numbers: Array = np.array([1.0, 2.0, 3.0], dtype)
    untouched, x = array_backend.Variable(numbers), array_backend.Variable(numbers)
    expected = USES[name](array_backend, untouched, numbers.copy())
    operand = numbers.copy()
    with array_backend.Graph() as graph:
        result = USES[name](array_backend, x, operand)
    operand[...] = 77.0
    assert_same_bits(result.value, expected.value)
    expected.backward(np.ones(3))
    result.backward(np.ones(3))
    assert_same_bits(x.grad, untouched.grad)
    x.value = numbers
    assert_same_bits(graph.forward(), expected.value)


def test_gradients_use_the_operands_of_the_recording(array_backend: Any) -> None:
    x, c = array_backend.Variable([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])
    mask = np.array([True, False, True])
    y, z = x * c, array_backend.where(mask, x, 0.0)
    c[:] = 0.0
    mask[:] = False
    y.backward(np.ones(3))
    assert x.grad.tolist() == [4.0, 5.0, 6.0]
    z.backward(np.ones(3))
    assert x.grad.tolist() == [1.0, 0.0, 1.0]


def test_what_is_assigned_is_copied(array_backend: Any) -> None:
    x, c = array_backend.Variable([1.0, 2.0, 3.0]), np.array([4.0, 5.0])
    with array_backend.Graph() as graph:
        y = x * 2.0
        y[:2] = c
        y[1:] *= c
    c[:] = 0.0
    assert y.value.tolist() == [4.0, 20.0, 30.0]
    x.value = [1.0, 1.0, 1.0]
    assert graph.forward().tolist() == [4.0, 20.0, 10.0]
    graph.backward([1.0, 1.0, 1.0])
    assert x.grad.tolist() == [0.0, 0.0, 10.0]


def test_seeds_and_directions_are_copied(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    seed = np.array([3.0, 4.0])
    with array_backend.Graph() as graph:
        y = x * 1.0
    y.backward(seed)
    seed[:] = 0.0
    assert x.grad.tolist() == [3.0, 4.0]
    assert y.grad.tolist() == [3.0, 4.0]
    direction = np.array([1.0, 1.0])
    tangent = graph.jvp({x: direction})
    direction[:] = 0.0
    assert tangent.tolist() == [1.0, 1.0]
    for given_out in (tangent, y.grad, graph.forward()):
        try:
            given_out[:] = 9.0
        except ValueError:
            assert not given_out.flags.writeable
    assert y.value.tolist() == [1.0, 2.0]
    assert y.grad is None or y.grad.tolist() == [3.0, 4.0]


def test_what_transforms_take_and_give(array_backend: Any) -> None:
    a, c = np.array([1.0, 2.0]), np.array([3.0, 4.0])

    def f(x: Any) -> Any:
        y = x * c
        c[:] += 1.0
        return y[0] + y[1] * y[1]

    assert array_backend.grad(f)(a).tolist() == [3.0, 64.0]
    assert a.tolist() == [1.0, 2.0]
    value, tangent = array_backend.jvp(lambda x: x, (a,), (c,))
    for result in (value, tangent):
        if result.flags.writeable:
            result[:] = 0.0
    assert (a.tolist(), c.tolist()) == ([1.0, 2.0], [4.0, 5.0])
