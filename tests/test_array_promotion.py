"""Python's operators on arrays, and the dtypes of what they give: NumPy's."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from array_shapes import (
    DTYPES,
    LAYOUTS,
    Array,
    assert_close,
    assert_same_bits,
    broadcasting,
    laid_out,
    leaf,
    seeds,
    shapes,
    uniform,
)
from array_sums import unbroadcast

BINARY: list[Callable[[Any, Any], Any]] = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod,
    operator.pow,
]  # fmt: skip
COMPARISONS: list[Callable[[Any, Any], Any]] = [
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
]  # fmt: skip

# What may stand beside an array, each as an ordinary operand of NumPy.
BESIDE: list[Any] = [
    2, True, 2.5, 0.1, np.float64(0.1), np.float32(0.1), np.int8(3), np.uint8(3), np.int16(3),
    np.int32(3), np.int64(3), np.bool_(True),
    np.array([0.1, 0.2, 0.3]), np.array([0.1, 0.2, 0.3], np.float32), np.array(0.1),
    *(np.array([1, 0, 1], t) for t in ("?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")),
]  # fmt: skip

each_beside = pytest.mark.parametrize(
    "other", BESIDE, ids=lambda o: f"{type(o).__name__}-{getattr(o, 'dtype', '')}"
)


def numpys(operate: Callable[..., Any], *operands: Any) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(operate(*operands))


@each_beside
@pytest.mark.parametrize("dtype", DTYPES)
def test_plain_operands(array_backend: Any, dtype: type, other: Any) -> None:
    array: Array = np.array([[-1.5, 0.1, 2.7], [0.3, 7.1, -0.9]], dtype)
    x = array_backend.Variable(array)
    for operate in BINARY:
        for operands, plain in (((x, other), (array, other)), ((other, x), (other, array))):
            expected = numpys(operate, *plain)
            result = operate(*operands)
            assert isinstance(result, array_backend.Variable)
            assert result.dtype == expected.dtype, operate
            assert_same_bits(result.value, expected)
    for compare in COMPARISONS:
        assert_same_bits(compare(x, other).value, numpys(compare, array, other))
        assert_same_bits(np.asarray(compare(other, x)), numpys(compare, other, array))


@each_beside
def test_gradients_keep_the_leafs_dtype(array_backend: Any, other: Any) -> None:
    for dtype in DTYPES:
        x = array_backend.Variable(np.ones((2, 3), dtype))
        (x * other).backward(np.ones((2, 3)))
        expected = np.broadcast_to(np.asarray(other, float), (2, 3))
        assert x.grad.dtype == dtype
        assert_close(x.grad, expected.astype(dtype))
        (other - x).backward(np.ones((2, 3)))
        assert_same_bits(x.grad, np.full((2, 3), -1.0, dtype))


def test_mixed_variables(array_backend: Any) -> None:
    wide = array_backend.Variable([0.1, 0.2])
    narrow = array_backend.Variable([0.1, 0.2], dtype=np.float32)
    scalar = array_backend.Variable(0.1)
    small = array_backend.Variable(0.1, dtype=np.float32)
    for left, right, dtype in (
        (wide, narrow, np.float64),
        (narrow, narrow, np.float32),
        (narrow, scalar, np.float64),
        (narrow, small, np.float32),
        (wide, small, np.float64),
        (small, small, np.float32),
        (small, scalar, np.float64),
        (narrow, array_backend.Constant(0.1), np.float64),
        (narrow, array_backend.Constant([0.1, 0.2], dtype=np.float32), np.float32),
        (narrow, narrow[0], np.float32),
        (narrow, wide[0], np.float64),
    ):
        for operate in BINARY:
            for a, b in ((left, right), (right, left)):
                result = operate(a, b)
                assert result.dtype == dtype
                plain = [np.asarray(v.value, v.dtype)[()] for v in (a, b)]
                tolerance = 5e-16 if dtype == np.float64 else 0.0
                expected = numpys(operate, *plain)
                np.testing.assert_allclose(result.value, expected, rtol=tolerance)
        result = left * right
        result.backward(np.ones(result.shape))
        for v in (left, right):
            if not isinstance(v, array_backend.Constant) and v.is_leaf:
                assert np.asarray(v.grad).dtype == v.dtype
                assert np.shape(v.grad) == v.shape


def test_every_operation_rounds_to_float32(array_backend: Any) -> None:
    array = np.linspace(0.1, 0.9, 7, dtype=np.float32)
    x = array_backend.Variable(array)
    expected = array
    for _ in range(20):
        x = np.sin(x * 1.1) + 0.1 / x
        expected = np.sin(expected * 1.1) + 0.1 / expected
        assert_same_bits(x.value, expected)


def test_python_numbers_round_to_float32_first(array_backend: Any) -> None:
    x = array_backend.Variable([1.0], dtype=np.float32)
    y = (x + 0.1) - np.float32(0.1)
    assert y.dtype == np.float32
    assert y.value.tolist() == [1.0]
    assert (x == 1.0 + 1e-12).value.tolist() == [True]


@pytest.mark.parametrize("operate", BINARY, ids=lambda o: o.__name__)
@given(data=st.data())
@settings(max_examples=25)
def test_broadcasting(array_backend: Any, operate: Callable[..., Any], data: st.DataObject) -> None:
    (a_shape, b_shape), seed = data.draw(broadcasting(2)), data.draw(seeds)
    dtype, layout = data.draw(st.sampled_from(DTYPES)), data.draw(st.sampled_from(LAYOUTS))
    a, b = uniform(seed, a_shape, dtype, 0.5, 2.0), uniform(seed + 1, b_shape, dtype, 0.5, 2.0)
    expected = numpys(operate, a, b)
    x, y = leaf(array_backend, laid_out(a, layout)), leaf(array_backend, b)
    seed_array = uniform(seed + 2, expected.shape, dtype)
    pairs: list[tuple[Any, Any]] = [(x, y), (x, laid_out(b, layout)), (a, y)]
    for left, right in pairs:
        x.grad = y.grad = None
        result = operate(left, right)
        assert result.shape == expected.shape
        if expected.ndim:
            assert_same_bits(result.value, expected)
        result.backward(seed_array)
        assert (x.grad is None) is (left is not x)
        assert (y.grad is None) is (right is not y)
        for variable in (x, y):
            assert variable.grad is None or np.shape(variable.grad) == variable.shape
    if operate in (operator.add, operator.mul):
        by_a, by_b = (b, a) if operate is operator.mul else (np.ones_like(b), np.ones_like(a))
        operate(x, y).backward(seed_array)
        assert_close(x.grad, unbroadcast(seed_array * by_a, a_shape).astype(dtype))
        assert_close(y.grad, unbroadcast(seed_array * by_b, b_shape).astype(dtype))


@given(shape=shapes(), seed=seeds)
@settings(max_examples=25)
def test_a_scalar_beside_an_array(array_backend: Any, shape: tuple[int, ...], seed: int) -> None:
    array = uniform(seed, shape)
    x, s = array_backend.Variable(array), array_backend.Variable(1.5)
    result = s * x + s
    seed_array = uniform(seed + 1, shape)
    result.backward(seed_array)
    assert type(s.grad) is float
    assert s.grad == pytest.approx((seed_array * (array + 1)).sum(), rel=1e-13, abs=1e-13)
    assert_close(x.grad, seed_array * 1.5)


@given(shape=shapes(least=1), seed=seeds, dtype=st.sampled_from(DTYPES))
@settings(max_examples=25)
def test_unary_operators(
    array_backend: Any, shape: tuple[int, ...], seed: int, dtype: type
) -> None:
    array = uniform(seed, shape, dtype)
    x = array_backend.Variable(array)
    seed_array = uniform(seed + 1, shape, dtype)
    for result, value, slope in (
        (-x, -array, -1.0),
        (+x, +array, 1.0),
        (abs(x), abs(array), np.sign(array)),
    ):
        assert_same_bits(result.value, value)
        result.backward(seed_array)
        assert_same_bits(x.grad, np.asarray(seed_array * slope, dtype))
    assert (+x).op == "positive"


def test_the_exponent_two_is_a_square(array_backend: Any) -> None:
    for dtype in DTYPES:
        array = np.array([-3.1, 0.1, 1e5], dtype)
        x = array_backend.Variable(array)
        for square in (x**2, x**2.0):
            assert square.op == "square"
            assert_same_bits(square.value, array**2)
            square.backward(np.ones(3))
            assert_same_bits(x.grad, 2 * array)
        assert (x**3).op == "power"
        (x**3).backward(np.ones(3))
        assert_close(x.grad, 3 * array**2)
        assert (x ** array_backend.Variable([2.0, 2.0, 2.0])).op == "power"
        assert (2**x).op == "power"


def test_the_exponents_partial_is_not_computed_for_constants(array_backend: Any) -> None:
    x = array_backend.Variable([-2.0, 3.0])
    for exponent in (3, 3.0, np.array([3, 3]), np.array([3.0, 3.0]), array_backend.Constant(3)):
        y = x**exponent
        assert y.value.tolist() == [-8.0, 27.0]
        y.backward([1.0, 1.0])
        assert x.grad.tolist() == [12.0, 27.0]


@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda c: c.__name__)
@given(data=st.data())
@settings(max_examples=20)
def test_comparisons(array_backend: Any, compare: Callable[..., Any], data: st.DataObject) -> None:
    a_shape, b_shape = data.draw(broadcasting(2))
    seed, dtype = data.draw(seeds), data.draw(st.sampled_from(DTYPES))
    a, b = np.rint(uniform(seed, a_shape, dtype)), np.rint(uniform(seed + 1, b_shape))
    expected = numpys(compare, a, b)
    if not a_shape or not b_shape:
        return  # a number of NumPy compares in its own way
    x, y = leaf(array_backend, a), leaf(array_backend, b)
    for result in (compare(x, y), compare(x, b), compare(a, y)):
        assert isinstance(result, array_backend.Variable)
        assert result.dtype == np.bool_
        assert_same_bits(result.value, expected)
    assert_same_bits(compare(x, 1.0).value, numpys(compare, a, 1.0))


@given(shapes_drawn=broadcasting(2), seed=seeds)
@settings(max_examples=25)
def test_logical_operators(array_backend: Any, shapes_drawn: Any, seed: int) -> None:
    a, b = (uniform(seed + i, shape) for i, shape in enumerate(shapes_drawn))
    if a.ndim == 0 or b.ndim == 0:
        return
    x, y = array_backend.Variable(a), array_backend.Variable(b)
    p, q = a > 0, b < 0.5
    for result, expected in (
        ((x > 0) & (y < 0.5), p & q),
        ((x > 0) | (y < 0.5), p | q),
        (~(x > 0), ~p),
        ((x > 0) & q, p & q),
        (p | (y < 0.5), p | q),
        ((x > 0) & True, p & True),
        (array_backend.logical_and(x > 0, y < 0.5), p & q),
        (array_backend.logical_not(x > 0), ~p),
        ((x > 0) == (y < 0.5), p == q),
    ):
        assert result.dtype == np.bool_
        assert_same_bits(result.value, expected)
        with pytest.raises(ValueError, match="no Variable"):
            result.backward(np.ones(result.shape))


def test_booleans_in_arithmetic_are_numbers(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, -2.0, 3.0])
    positive, large = x > 0, x > 2
    for result, expected in (
        (positive * 2.5, [2.5, 0.0, 2.5]),
        (positive + large, [1.0, 0.0, 2.0]),
        (1 - positive, [0.0, 1.0, 0.0]),
        (positive * x, [1.0, -0.0, 3.0]),
        (positive / 2, [0.5, 0.0, 0.5]),
    ):
        assert_same_bits(result.value, np.array(expected))
    (positive * x * x).backward([1.0, 1.0, 1.0])
    assert x.grad.tolist() == [2.0, 0.0, 6.0]


def test_logical_operators_on_numbers(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    uses: list[Callable[[], Any]] = [
        lambda: x & x,
        lambda: x | True,
        lambda: ~x,
        lambda: (x > 1) & x,
        lambda: x | (x > 1),
        lambda: x << 1,
    ]
    for use in uses:
        with pytest.raises(TypeError):
            use()


def test_operands_of_a_wrong_type(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0, 3.0])
    strangers: list[Any] = [
        "1", b"1", 1j, None, {}, object(), np.array(["a", "b", "c"]), np.array([1j, 2, 3]),
        np.array([None, 1, 2]), np.zeros(3, "M8[s]"),
    ]  # fmt: skip
    for stranger in strangers:
        for operate in (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow):
            with pytest.raises(TypeError):
                operate(x, stranger)
            with pytest.raises(TypeError):
                operate(stranger, x)
        with pytest.raises(TypeError):
            array_backend.maximum(x, stranger)
    (x * x).backward([1.0, 1.0, 1.0])
    assert x.grad.tolist() == [2.0, 4.0, 6.0]


def test_in_place_operators_of_arrays_are_refused(array_backend: Any) -> None:
    x, numbers = array_backend.Variable([1.0, 2.0]), np.ones(2)
    with pytest.raises((TypeError, NotImplementedError), match="out"):
        numbers += x
    with pytest.raises((TypeError, NotImplementedError), match="out"):
        np.sin(x, out=numbers)
    assert numbers.tolist() == [1.0, 1.0]
