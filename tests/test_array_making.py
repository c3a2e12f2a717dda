"""Arrays become Variables: conversions, attributes, setting the value, gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from array_shapes import DTYPES, LAYOUTS, Array, arrays, assert_same_bits, laid_out, shapes

WHOLE = ("?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")


def native(array: Array) -> Array:
    return array.astype(array.dtype.newbyteorder("="))


@given(array=arrays())
@settings(max_examples=25)
def test_floats_keep_their_dtype_in_every_layout(array_backend: Any, array: Array) -> None:
    x = array_backend.Variable(array)
    assert_same_bits(x.value, native(array))
    assert type(x.value) is np.ndarray
    assert x.value.dtype.isnative
    assert x.shape == array.shape
    assert (x.ndim, x.size, x.dtype) == (array.ndim, array.size, native(array).dtype)
    assert x.is_leaf
    assert (x.op, x.inputs, x.grad, x.name) == (None, (), None, None)
    assert len(x) == len(array)


@pytest.mark.parametrize("dtype", WHOLE)
@given(data=st.data())
@settings(max_examples=10)
def test_whole_numbers_become_float64(array_backend: Any, dtype: str, data: st.DataObject) -> None:
    array = data.draw(hnp.arrays(dtype, shapes(least=1)))
    array = laid_out(array, data.draw(st.sampled_from(LAYOUTS)))
    for make in (array_backend.Variable, array_backend.Constant):
        assert_same_bits(make(array).value, array.astype(np.float64))


@pytest.mark.parametrize(
    "numbers",
    [
        [1, 2, 3],
        (1.5, 2.5),
        [[1, 2.5], [True, np.float64(4)]],
        [np.array([1.0, 2.0]), np.array([3, 4])],
        [],
        [[], []],
        range(4),
        [np.float32(0.1), np.float32(0.2)],
    ],
    ids=repr,
)
def test_lists_and_tuples(array_backend: Any, numbers: Any) -> None:
    plain: Any = numbers
    expected: Any = np.asarray(plain)
    if expected.dtype != np.float32:
        expected = expected.astype(np.float64)
    assert_same_bits(array_backend.Variable(numbers).value, expected)
    assert_same_bits(array_backend.Constant(numbers).value, expected)


@given(array=arrays(), dtype=st.sampled_from(DTYPES))
@settings(max_examples=25)
def test_a_dtype_converts(array_backend: Any, array: Array, dtype: type) -> None:
    expected: Array = array.astype(dtype)
    ways: list[Any] = [dtype, np.dtype(dtype), np.dtype(dtype).name]
    for given_dtype in ways:
        assert_same_bits(array_backend.Variable(array, dtype=given_dtype).value, expected)
    assert_same_bits(array_backend.Constant(array, dtype=dtype).value, expected)


def test_where_the_dtype_may_stand(array_backend: Any) -> None:
    numbers = [1.0, 2.0]
    makers: list[Callable[[], Any]] = [
        lambda: array_backend.Variable(numbers, np.float32, "w"),
        lambda: array_backend.Variable(numbers, np.dtype(np.float32), "w"),
        lambda: array_backend.Variable(numbers, "w", np.float32),
        lambda: array_backend.Variable(numbers, "w", dtype="float32"),
        lambda: array_backend.Variable(numbers, np.float32, name="w"),
        lambda: array_backend.Variable(value=numbers, dtype=np.float32, name="w"),
    ]
    for make in makers:
        x = make()
        assert (x.dtype, x.name) == (np.float32, "w")
    assert array_backend.Variable(numbers, "float32").name == "float32"
    assert array_backend.Variable(numbers, "float32").dtype == np.float64
    assert array_backend.Variable(numbers, float).dtype == np.float64


def test_numbers_and_arrays_without_dimension_are_scalars(array_backend: Any) -> None:
    for given_number in (2.5, np.float64(2.5), np.float32(2.5), np.array(2.5)):
        x = array_backend.Variable(given_number)
        assert type(x.value) is float
        assert (x.shape, x.ndim, x.size, x.dtype) == ((), 0, 1, np.float64)
        assert x.T.value == 2.5
        with pytest.raises(TypeError, match=r"len\(\) of unsized object"):
            len(x)
    x = array_backend.Variable(0.1, dtype=np.float32)
    assert (x.shape, x.ndim, x.size, x.dtype) == ((), 0, 1, np.float32)
    assert np.asarray(x.value) == np.float32(0.1)
    with pytest.raises(TypeError, match=r"len\(\) of unsized object"):
        len(x)


def test_the_source_is_copied(array_backend: Any) -> None:
    for dtype in DTYPES:
        source = np.arange(6, dtype=dtype).reshape(2, 3)
        x, c = array_backend.Variable(source), array_backend.Constant(source)
        y = x * 1.0
        x.value = source
        source[...] = 77.0
        for kept in (x, c, y):
            assert kept.value[1, 2] == 5.0


def test_a_subclass_of_variable(array_backend: Any) -> None:
    class Weight(array_backend.Variable):  # type: ignore[misc]
        def __init__(self, value: Any) -> None:
            super().__init__(value, name="weight")

    w = Weight([1.0, 2.0])
    assert (w.shape, w.name) == ((2,), "weight")
    assert type(w * w) is array_backend.Variable
    assert type(w[:1]) is array_backend.Variable


@given(array=arrays(), layout=st.sampled_from(LAYOUTS))
@settings(max_examples=25)
def test_setting_the_value_copies_and_keeps_the_dtype(
    array_backend: Any, array: Array, layout: str
) -> None:
    for dtype in DTYPES:
        x = array_backend.Variable(np.zeros(array.shape, dtype))
        source = laid_out(array, layout)
        x.value = source
        expected = array.astype(dtype)
        assert_same_bits(x.value, expected)
        if source.flags.writeable:
            source[...] = 5.0
        assert_same_bits(x.value, expected)
        x.value = array.tolist() if array.size else array
        assert_same_bits(x.value, expected)


def test_setting_a_value_from_itself(array_backend: Any) -> None:
    w = array_backend.Variable([1.0, 2.0, 3.0])
    w.value = w.value[::-1]
    assert w.value.tolist() == [3.0, 2.0, 1.0]
    (w * w).backward([1.0, 1.0, 1.0])
    w.value = w.value - 0.5 * w.grad
    assert w.value.tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="read-only"):
        w.value += 2.0  # would change the array that was read
    assert w.value.tolist() == [0.0, 0.0, 0.0]


@given(
    shape=shapes(least=1), other=shapes(), dtype=st.sampled_from(DTYPES)
)  # broadcasting is for operators
@settings(max_examples=25)
def test_a_value_of_another_shape(
    array_backend: Any, shape: tuple[int, ...], other: tuple[int, ...], dtype: type
) -> None:
    x = array_backend.Variable(np.ones(shape, dtype))
    y = x * 1.0
    if shape == other:
        return
    with pytest.raises(ValueError, match="shape") as caught:
        x.value = np.zeros(other)
    assert str(shape) in str(caught.value)
    assert str(other) in str(caught.value)
    assert np.all(x.value == 1.0)
    y.backward(np.ones(shape))  # a failed assignment is no new version


def test_the_value_is_read_only(array_backend: Any) -> None:
    x = array_backend.Variable([[1.0, 2.0], [3.0, 4.0]])
    for v in (x, x * 2.0, x[0], x.T, array_backend.Constant([1.0, 2.0]), x < 2.0):
        assert not v.value.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            v.value[0] = 9.0
        with pytest.raises(ValueError, match="read-only"):
            v.value[...] += 9.0
    assert x.value.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_value_that_was_read_stays_what_it_was(array_backend: Any) -> None:
    w = array_backend.Variable([1.0, 2.0])
    before = w.value
    part = w[:1].value
    w.value = [5.0, 6.0]
    assert before.tolist() == [1.0, 2.0]
    assert part.tolist() == [1.0]


@given(array=arrays())
@settings(max_examples=25)
def test_the_gradient_is_a_fresh_writable_array(array_backend: Any, array: Array) -> None:
    x = array_backend.Variable(array)
    (x * 3.0).backward(np.ones(array.shape))
    grad = x.grad
    assert_same_bits(grad, np.full(array.shape, 3.0, x.dtype))
    assert grad.flags.writeable
    grad[...] = 7.0
    assert_same_bits(x.grad, np.full(array.shape, 3.0, x.dtype))
    x.grad = grad
    grad[...] = 8.0
    assert_same_bits(x.grad, np.full(array.shape, 7.0, x.dtype))
    x.grad = array.tolist() if array.size else array
    assert_same_bits(x.grad, native(array))
    x.grad = None
    assert x.grad is None


def test_a_gradient_of_another_kind(array_backend: Any) -> None:
    x = array_backend.Variable([[1.0, 2.0, 3.0]])
    x.grad = [[4.0, 5.0, 6.0]]
    with pytest.raises(ValueError, match=r"\(3,\)") as caught:
        x.grad = [1.0, 2.0, 3.0]
    assert "(1, 3)" in str(caught.value)
    for stranger in ("1", x, np.array([[1j, 2, 3]]), [["a", "b", "c"]]):
        with pytest.raises(TypeError):
            x.grad = stranger
    for intermediate in (x * 2.0, x[0]):
        with pytest.raises(AttributeError):
            intermediate.grad = np.ones(intermediate.shape)
    assert x.grad.tolist() == [[4.0, 5.0, 6.0]]


def test_the_gradient_of_a_view_of_a_leaf(array_backend: Any) -> None:
    x = array_backend.Variable(np.arange(6.0).reshape(2, 3))
    view: Any = x[:, ::2]
    element = x[1, 2]
    assert (view.grad, element.grad) == (None, None)
    (x * x).backward(np.ones((2, 3)))
    assert view.grad.tolist() == [[0.0, 4.0], [6.0, 10.0]]
    assert element.grad == 10.0
    view.grad[...] = 9.0
    assert x.grad.tolist() == [[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]]


def test_setting_a_value_makes_what_was_computed_stale(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0], "x")
    y = x * x
    x.value = [1.0, 2.0]
    assert y.value.tolist() == [1.0, 4.0]
    with pytest.raises(array_backend.StaleValueError, match=r"^x was set after"):
        y.backward([1.0, 1.0])
    assert x.grad is None
    with array_backend.Graph() as graph:
        y = x * x
        z = y[1]
    x.value = [3.0, 4.0]
    for stale in (y, z):
        with pytest.raises(array_backend.StaleValueError, match=r"^x was set after"):
            _ = stale.value
    assert "stale" in repr(y)
    graph.forward()
    assert y.value.tolist() == [9.0, 16.0]
    assert z.value == 16.0


def test_views_of_a_leaf_show_its_present_value(array_backend: Any) -> None:
    x = array_backend.Variable([[1.0, 2.0], [3.0, 4.0]])
    row, element = x[1], x[0, 1]
    x.value = [[5.0, 6.0], [7.0, 8.0]]
    assert row.value.tolist() == [7.0, 8.0]
    assert element.value == 6.0
    (row * element).backward([1.0, 1.0])
    assert x.grad.tolist() == [[0.0, 15.0], [6.0, 6.0]]


def test_intermediates_cannot_be_set(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    c = array_backend.Constant([1.0, 2.0])
    for fixed in (x * x, x[:1], c):
        with pytest.raises(AttributeError):
            fixed.value = fixed.value
    for name in ("shape", "ndim", "size", "dtype", "T"):
        with pytest.raises(AttributeError):
            setattr(x, name, getattr(x, name))


def test_constants(array_backend: Any) -> None:
    c = array_backend.Constant([[1.0, 2.0], [3.0, 4.0]])
    assert c.is_leaf
    assert c.grad is None
    assert c.shape == (2, 2)
    folded = c * c + 1.0
    assert folded.value.tolist() == [[2.0, 5.0], [10.0, 17.0]]
    for passive in (c, folded, c[0]):
        with pytest.raises(ValueError, match=r"constant|no Variable"):
            passive.backward(np.ones(passive.shape))
    x = array_backend.Variable([1.0, 2.0])
    (x * c).backward(np.ones((2, 2)))
    assert x.grad.tolist() == [4.0, 6.0]
    assert np.asarray(c).tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_names_and_hashes(array_backend: Any) -> None:
    a, b = array_backend.Variable([1.0, 2.0], "a"), array_backend.Variable([1.0, 2.0])
    y = a * b
    table = {a: "a", b: "b", y: "y"}
    assert (table[a], table[b], table[y]) == ("a", "b", "y")
    a.value = [3.0, 4.0]
    assert table[a] == "a"
    a.name = "another"
    assert a.name == "another"
    with pytest.raises(TypeError):
        array_backend.Variable([1.0], name=3)
