"""What array Variables can do beside arithmetic: repr, iteration, item, casts, copies, pickles."""

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

from array_shapes import DTYPES, Array, arrays, assert_same_bits, leaf, shapes


def printed(array: Array) -> str:
    """The numbers as NumPy prints them inside of "Variable(...)"."""
    return np.array2string(array, separator=", ", prefix="Variable(")


def test_repr(array_backend: Any) -> None:
    make = array_backend.Variable
    assert repr(make([1, 2])) == "Variable([1., 2.])"
    assert repr(make([1, 2], dtype=np.float32)) == "Variable([1., 2.], dtype=float32)"
    assert repr(make([1, 2], "w")) == "Variable([1., 2.], name='w')"
    assert repr(make([1, 2]) + make([3, 4])) == "Variable([4., 6.], op='add')"
    assert repr(array_backend.Constant([1, 2])) == "Constant([1., 2.])"
    assert str(make([1, 2], "w")) == "Variable([1., 2.], name='w')"
    assert repr(make([])).startswith("Variable([]")
    assert repr(make([0.1, 1e300, math.nan, -math.inf])) == (
        f"Variable({printed(np.array([0.1, 1e300, math.nan, -math.inf]))})"
    )


@given(array=arrays(shapes(least=1).filter(lambda shape: 0 not in shape), dtypes=(np.float64,)))
@settings(max_examples=25)
def test_repr_is_numpys(array_backend: Any, array: Array) -> None:
    array = np.ascontiguousarray(array, np.float64)
    assert repr(array_backend.Variable(array)) == f"Variable({printed(array)})"
    with np.printoptions(precision=3, suppress=True):
        assert repr(array_backend.Variable(array)) == f"Variable({printed(array)})"


def test_long_arrays_are_summarised(array_backend: Any) -> None:
    text = repr(array_backend.Variable(np.arange(100_000.0)))
    assert "..." in text
    assert len(text) < 150


@given(array=arrays())
@settings(max_examples=25)
def test_iteration_goes_along_the_first_axis(array_backend: Any, array: Array) -> None:
    x = array_backend.Variable(array)
    parts = list(x)
    assert len(parts) == len(x) == len(array)
    for part, expected in zip(parts, array, strict=True):
        assert isinstance(part, array_backend.Variable)
        assert part.shape == expected.shape
        np.testing.assert_array_equal(np.asarray(part.value), expected)
    if array.ndim == 1 and array.dtype == np.float64:
        assert all(type(part.value) is float for part in parts)


def test_what_has_no_dimension_cannot_be_iterated(array_backend: Any) -> None:
    for x in (array_backend.Variable(1.0), array_backend.Variable(1.0, dtype=np.float32)):
        with pytest.raises(TypeError):
            iter(x)
    first, second = array_backend.Variable([1.0, 2.0])
    assert (first.value, second.value) == (1.0, 2.0)
    (first * second).backward()


def test_item(array_backend: Any) -> None:
    c = array_backend.Constant([[1.0, 2.0, 3.0]])
    assert type(c.item(1)) is float
    assert (c.item(1), c.item(-1), c.item(0, 2), c.item((0, 1))) == (2.0, 3.0, 3.0, 2.0)
    assert array_backend.Constant([5.0]).item() == 5.0
    assert array_backend.Constant(5.0).item() == 5.0
    with pytest.raises(ValueError, match=r"size 1|one element"):
        c.item()
    for index in (3, (0, 3), (1, 0)):
        with pytest.raises(IndexError):
            c.item(index)
    x = array_backend.Variable([1.0, 2.0])
    for active in (x, x * x, array_backend.Variable(2.0)):
        with pytest.raises(TypeError, match=r"\.value"):
            active.item(0) if active.ndim else active.item()
    assert (x < 1.5).item(0) is True or (x < 1.5).item(0) == 1.0


def test_an_array_is_no_number(array_backend: Any) -> None:
    for numbers in ([1.0], [1.0, 2.0], [[1.0]]):
        x = array_backend.Variable(numbers)
        for drop in (float, math.sin, complex, np.asarray, np.array):
            with pytest.raises(TypeError):
                drop(x)
        with pytest.raises(TypeError, match=r"\.value"):
            float(x)
        with pytest.raises(TypeError, match=r"\.value"):
            np.asarray(x)
        with pytest.raises(TypeError):
            [1, 2][x]
        with pytest.raises(TypeError):
            range(x)
    with pytest.raises(TypeError):
        np.array([array_backend.Variable([1.0]), array_backend.Variable([2.0])], dtype=float)


def test_truth(array_backend: Any) -> None:
    for numbers, truth in (([2.0], True), ([0.0], False), ([[math.nan]], True)):
        x = array_backend.Variable(numbers)
        assert bool(x) is truth
        assert bool(x * 1.0) is truth
    for ambiguous in ([1.0, 2.0], [], [[1.0], [0.0]]):
        x = array_backend.Variable(ambiguous)
        with pytest.raises(ValueError, match=r"truth value of an (array|empty array)") as caught:
            bool(x)
        with pytest.raises(ValueError, match="truth value"):
            bool(x == x)
        assert "ambiguous" in str(caught.value)


@given(array=arrays(shapes(least=0)), dtype=st.sampled_from(DTYPES))
@settings(max_examples=25)
def test_casts_are_recorded(array_backend: Any, array: Array, dtype: type) -> None:
    x = leaf(array_backend, array)
    for copied in (True, False):
        y = x.astype(dtype, copy=copied)
        assert y.dtype == dtype
        assert_same_bits(y.value, np.asarray(x.value).astype(dtype))
        (y * 1.0).backward(np.ones(array.shape))
        assert_same_bits(x.grad, np.ones(array.shape, x.dtype))
    for spelled in ("float32", np.dtype("float32"), "f4"):
        assert x.astype(spelled).dtype == np.float32
    assert not x.astype(dtype).is_leaf


def test_rounding_in_a_cast_does_not_concern_the_gradient(array_backend: Any) -> None:
    x = array_backend.Variable([0.1, 1e300])
    y = x.astype(np.float32)
    assert y.value.tolist() == [float(np.float32(0.1)), math.inf]
    y.backward([1.0, 0.1])
    assert x.grad.tolist() == [1.0, float(np.float32(0.1))]


@pytest.mark.parametrize("dtype", [int, np.int32, complex, np.float16, object])
def test_casts_to_what_has_no_derivative(array_backend: Any, dtype: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    with pytest.raises(TypeError, match=str(np.dtype(dtype))):
        x.astype(dtype)


def test_a_copy_is_a_result(array_backend: Any) -> None:
    for array in (np.arange(6.0).reshape(2, 3), np.ones(2, np.float32), np.zeros((0, 2))):
        x = array_backend.Variable(array)
        for y in (x.copy(), x.T.copy(), x[:1].copy()):
            assert not y.is_leaf
            assert y.dtype == x.dtype
            y.backward(np.ones(y.shape))
        assert_same_bits(x.copy().value, array)
        assert_same_bits(x.T.copy().value, array.T)
    with array_backend.Graph() as graph:
        x.copy()
    assert len(graph) == 1


COPIES: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    *(
        (lambda x, protocol=protocol: pickle.loads(pickle.dumps(x, protocol)))
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ),
]


@pytest.mark.parametrize("twin_of", COPIES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_leaves_are_copied_and_pickled(
    array_backend: Any, twin_of: Callable[[Any], Any], dtype: type
) -> None:
    array: Array
    for array in (np.arange(6, dtype=dtype).reshape(2, 3), np.zeros((0, 3), dtype)):
        x = array_backend.Variable(array, "x")
        assert twin_of(x).grad is None
        x.grad = array + 1
        twin = twin_of(x)
        assert type(twin) is array_backend.Variable
        assert twin.is_leaf
        assert twin.name == "x"
        assert_same_bits(twin.value, array)
        assert_same_bits(twin.grad, array + 1)
        twin.value = array + 5
        assert_same_bits(x.value, array)
        (twin * 2.0).backward(np.ones(array.shape))
        assert_same_bits(x.grad, array + 1)


@pytest.mark.parametrize("twin_of", COPIES)
def test_constants_and_small_arrays(array_backend: Any, twin_of: Callable[[Any], Any]) -> None:
    twin = twin_of(array_backend.Constant([1.0, math.nan, -0.0]))
    assert type(twin) is array_backend.Constant
    assert_same_bits(twin.value, np.array([1.0, math.nan, -0.0]))
    twin = twin_of(array_backend.Variable(0.1, dtype=np.float32))
    assert (twin.shape, twin.dtype) == ((), np.float32)
    assert np.asarray(twin.value) == np.float32(0.1)


@pytest.mark.parametrize("twin_of", COPIES)
def test_results_and_views_are_not_copied(
    array_backend: Any, twin_of: Callable[[Any], Any]
) -> None:
    x = array_backend.Variable([1.0, 2.0])
    for made in (x * x, x[:1], x[0], x.T, x < 1.5):
        with pytest.raises(TypeError, match=r"\.value"):
            twin_of(made)


def test_shared_arrays_stay_shared(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    for a, b in (copy.deepcopy([x, x]), pickle.loads(pickle.dumps([x, x]))):
        assert a is b
