"""Arrays that are refused: clear errors of NumPy's own types, and nothing recorded is lost."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from array_shapes import DTYPES, seeds, shapes, uniform

AxisError = np.exceptions.AxisError

REFUSED: list[tuple[Any, str]] = [
    (np.array([1, None]), "object"),
    (np.array([1j, 2]), "complex128"),
    (np.array([1, 2], np.complex64), "complex64"),
    (np.array([1, 2], np.float16), "float16"),
    (np.array(["a", "b"]), "U1"),
    (np.array([b"a"]), "S1"),
    (np.array(["2026-01-01"], "M8[D]"), "datetime64"),
    (np.array([1], "m8[s]"), "timedelta64"),
    (np.zeros(2, [("a", float)]), "f8"),
    (["a", "b"], "U1"),
    ([1j, 2.0], "complex128"),
    ([None, 1.0], "object"),
]
if np.dtype(np.longdouble) != np.float64:
    REFUSED.append((np.array([1, 2], np.longdouble), np.dtype(np.longdouble).name))


@pytest.mark.parametrize(("stranger", "dtype"), REFUSED, ids=[d for _, d in REFUSED])
def test_dtypes_that_are_refused(array_backend: Any, stranger: Any, dtype: str) -> None:
    for make in (array_backend.Variable, array_backend.Constant):
        with pytest.raises(TypeError, match=dtype) as caught:
            make(stranger)
        message = str(caught.value)
        assert "float64" in message
        assert "float32" in message
        if "complex" in dtype:
            assert ".real" in message
            assert ".imag" in message
        else:
            assert "astype(np.float64)" in message
    x = array_backend.Variable([1.0, 2.0])
    with pytest.raises(TypeError):
        x.value = stranger
    with pytest.raises(TypeError):
        x.grad = stranger
    assert x.value.tolist() == [1.0, 2.0]


def test_ragged_lists(array_backend: Any) -> None:
    with pytest.raises(ValueError, match="inhomogeneous"):
        array_backend.Variable([[1.0], [1.0, 2.0]])
    with pytest.raises(ValueError, match="inhomogeneous"):
        array_backend.Constant([[1.0, 2.0], 3.0])


def test_lists_of_variables(array_backend: Any) -> None:
    x, y = array_backend.Variable(1.0), array_backend.Variable([1.0, 2.0])
    for stranger in ([x, 1.0], [[x, x]], (x * 2.0, x), [y, y], [1.0, y[0]]):
        for make in (array_backend.Variable, array_backend.Constant):
            with pytest.raises(TypeError, match=r"anp\.stack"):
                make(stranger)
    for variable in (y, y * 2.0, y[:1], array_backend.Constant([1.0])):
        with pytest.raises(TypeError, match=r"\.value"):
            array_backend.Variable(variable)
        with pytest.raises(TypeError, match=r"\.value"):
            y.value = variable


@pytest.mark.parametrize("dtype", [int, complex, np.float16, np.longdouble, "U1", object, bool])
def test_dtypes_that_are_asked_for(array_backend: Any, dtype: Any) -> None:
    if np.dtype(dtype) == np.float64:
        return
    for make in (array_backend.Variable, array_backend.Constant):
        with pytest.raises(TypeError, match=str(np.dtype(dtype))):
            make([1.0, 2.0], dtype=dtype)
    with pytest.raises(TypeError):
        array_backend.Variable([1.0], dtype="no dtype at all")


def message_of(error: type[Exception], use: Callable[[], Any]) -> str:
    with pytest.raises(error) as caught:
        use()
    return str(caught.value)


@given(a=shapes(least=1, most=3), b=shapes(least=1, most=3), seed=seeds)
@settings(max_examples=25)
def test_shapes_that_do_not_broadcast(
    array_backend: Any, a: tuple[int, ...], b: tuple[int, ...], seed: int
) -> None:
    try:
        np.broadcast_shapes(a, b)
    except ValueError:
        pass
    else:
        return
    x, y = array_backend.Variable(uniform(seed, a)), array_backend.Variable(uniform(seed, b))
    expected = message_of(ValueError, lambda: uniform(seed, a) + uniform(seed, b))
    uses: list[Callable[[], Any]] = [
        lambda: x + y,
        lambda: x + y.value,
        lambda: x.value + y,
        lambda: array_backend.add(x, y),
        lambda: np.add(x, y),
        lambda: array_backend.arctan2(x, y),
        lambda: x < y,
    ]
    for use in uses:
        assert message_of(ValueError, use).strip() == expected.strip()
    with pytest.raises(ValueError, match="broadcast"):
        array_backend.where(x > 0, x, y)


SHAPE = (2, 3)
# Of an array of this shape, with NumPy's own type of error.
MISTAKES: list[tuple[Callable[[Any], Any], type[Exception]]] = [
    (lambda x: x[2], IndexError),
    (lambda x: x[-3], IndexError),
    (lambda x: x[0, 3], IndexError),
    (lambda x: x[:, -4], IndexError),
    (lambda x: x[0, 0, 0], IndexError),
    (lambda x: x[..., ...], IndexError),
    (lambda x: x[0.0], IndexError),
    (lambda x: x["a"], IndexError),
    (lambda x: x[0, 1.5], IndexError),
    (lambda x: x[2**70], IndexError),
    (lambda x: x[:, 2**70], IndexError),
    (lambda x: x[0:1.5], TypeError),
    (lambda x: x[::0], ValueError),
    (lambda x: x.reshape(4), ValueError),
    (lambda x: x.reshape(-1, 4), ValueError),
    (lambda x: x.reshape(-1, -1), ValueError),
    (lambda x: x.reshape(2**40, 2**40), ValueError),
    (lambda x: x.reshape(2.0, 3.0), TypeError),
    (lambda x: x.reshape(6, order="K"), ValueError),
    (lambda x: x.ravel("Q"), ValueError),
    (lambda x: x.flatten(axis=0), TypeError),
    (lambda x: np.reshape(x, (7,)), ValueError),
    (lambda x: x.transpose(0), ValueError),
    (lambda x: x.transpose(0, 0), ValueError),
    (lambda x: x.transpose(0, 2), AxisError),
    (lambda x: np.transpose(x, (0, 1, 2)), ValueError),
    (lambda x: x.swapaxes(0, 2), AxisError),
    (lambda x: np.swapaxes(x, -3, 0), AxisError),
    (lambda x: np.moveaxis(x, 0, 2), AxisError),
    (lambda x: np.moveaxis(x, (0, 0), (0, 1)), ValueError),
    (lambda x: np.moveaxis(x, (0, 1), 0), ValueError),
    (lambda x: x.squeeze(0), ValueError),
    (lambda x: x.squeeze(2), AxisError),
    (lambda x: np.expand_dims(x, 3), AxisError),
    (lambda x: np.expand_dims(x, (0, 0)), ValueError),
    (lambda x: np.flip(x, 2), AxisError),
    (lambda x: np.broadcast_to(x, (2, 2)), ValueError),
    (lambda x: np.broadcast_to(x, (3,)), ValueError),
    (lambda x: np.broadcast_to(x, (-1, 3)), ValueError),
    (lambda x: x.diagonal(0, 0, 0), ValueError),
    (lambda x: x.diagonal(0, 0, 2), AxisError),
    (lambda x: x[0].diagonal(), ValueError),
]


@pytest.mark.parametrize(("mistake", "error"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes_raise_numpys_errors(
    array_backend: Any, mistake: Callable[[Any], Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        mistake(np.ones(SHAPE))
    x = array_backend.Variable(np.ones(SHAPE))
    with array_backend.Graph() as graph:
        y = x * 3.0
        for source in (x, y):
            with pytest.raises(error):
                mistake(source)
    assert len(graph) == 1
    graph.backward(np.ones(SHAPE))
    assert x.grad.tolist() == [[3.0] * 3] * 2


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda x: x[5], r"index 5 is out of bounds for axis 0 with size 2"),
        (lambda x: x[0, -9], r"index -9 is out of bounds for axis 1 with size 3"),
        (lambda x: x[0, 0, 0], r"too many indices.*2-dimensional, but 3 were indexed"),
        (lambda x: x.reshape(4), r"cannot reshape array of size 6 into shape \(4,\)"),
        (lambda x: x.swapaxes(0, 5), r"axis 5 is out of bounds for array of dimension 2"),
    ],
)  # fmt: skip
def test_the_words_are_numpys(array_backend: Any, use: Callable[[Any], Any], message: str) -> None:
    for x in (np.ones(SHAPE), array_backend.Variable(np.ones(SHAPE))):
        with pytest.raises((IndexError, ValueError), match=message):
            use(x)


def write(x: Any, index: Any, value: Any) -> None:
    x[index] = value


WRONG_WRITES: list[tuple[Any, Any, type[Exception]]] = [
    (2, 1.0, IndexError),
    ((0, 0, 0), 1.0, IndexError),
    ("a", 1.0, IndexError),
    (0, [1.0, 2.0], ValueError),
    (slice(None), np.ones((3, 2)), ValueError),
    ((0, 0), [1.0, 2.0], (ValueError, TypeError)),  # type: ignore[list-item]
    (0, np.ones((2, 3)), ValueError),
    (0, "a", (TypeError, ValueError)),  # type: ignore[list-item]
    (0, 1j, TypeError),
    (0, np.array([1j, 2, 3]), (TypeError, np.exceptions.ComplexWarning)),  # type: ignore[list-item]
    (0, None, TypeError),
    (0, np.array([None, 1, 2]), TypeError),
]


@pytest.mark.parametrize(("index", "value", "error"), WRONG_WRITES, ids=range(len(WRONG_WRITES)))
def test_wrong_assignments_change_nothing(
    array_backend: Any, index: Any, value: Any, error: type[Exception]
) -> None:
    x = array_backend.Variable(np.ones(SHAPE))
    with array_backend.Graph() as graph:
        y = x * 3.0
        with pytest.raises(error):
            write(y, index, value)
        z = y * 1.0
    assert y.value.tolist() == [[3.0] * 3] * 2
    assert len(graph) == 2
    z.backward(np.ones(SHAPE))
    assert x.grad.tolist() == [[3.0] * 3] * 2


def test_writing_words_are_numpys(array_backend: Any) -> None:
    for y in (np.ones(SHAPE), array_backend.Variable(np.ones(SHAPE)) * 1.0):
        with pytest.raises(ValueError, match=r"could not broadcast input array from shape \(2,\)"):
            y[0] = [1.0, 2.0]
        with pytest.raises(ValueError, match=r"shapes? \(2,3\)"):
            y += np.ones((2, 2))


@pytest.mark.parametrize("dtype", DTYPES)
def test_leaves_are_not_assigned_to(array_backend: Any, dtype: type) -> None:
    x = array_backend.Variable(np.ones(SHAPE, dtype), "x")
    c = array_backend.Constant(np.ones(SHAPE, dtype))
    row, transposed = x[0], x.T

    def add(target: Any) -> None:
        target += 1.0

    def multiply(target: Any) -> None:
        target *= np.ones(3)

    uses: list[Callable[[], Any]] = [
        lambda: write(x, (0, 0), 1.0),
        lambda: write(x, slice(None), 1.0),
        lambda: write(x, ..., x),
        lambda: write(row, 0, 2.0),
        lambda: write(transposed, 0, [1.0, 2.0]),
        lambda: write(x.reshape(-1), 0, 1.0),
        lambda: add(x),
        lambda: multiply(x),
        lambda: add(row),
        lambda: add(transposed[0]),
    ]
    for use in uses:
        assert "value" in message_of(TypeError, use)
    with pytest.raises(TypeError, match=r"w\.value = .*copy\(\)"):
        x[0] = 1.0
    uses = [lambda: write(c, 0, 1.0), lambda: write(c[0], 0, 1.0), lambda: add(c)]
    for use in uses:
        with pytest.raises(TypeError):
            use()
    for untouched in (x, c):
        assert np.all(untouched.value == 1.0)
    y = x.copy()
    y[0] = 2.0
    assert y.value.tolist() == [[2.0] * 3, [1.0] * 3]
    assert np.all(x.value == 1.0)


def test_broadcast_views_are_read_only(array_backend: Any) -> None:
    y = array_backend.Variable(np.ones(3)) * 1.0
    wide = np.broadcast_to(y, (2, 3))
    for index, value in ((0, 1.0), ((0, 0), 1.0), (slice(None), np.ones((2, 3)))):
        with pytest.raises(ValueError, match="read-only"):
            write(wide, index, value)
        with pytest.raises(ValueError, match="read-only"):
            write(wide[:, 1:], index, 1.0)
    with pytest.raises(ValueError, match="read-only"):
        wide += 1.0
    assert y.value.tolist() == [1.0, 1.0, 1.0]


def test_what_is_no_place_to_write_to(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0, 3.0])
    with pytest.raises((AttributeError, TypeError, ValueError)):
        del x[0]
    with pytest.raises(TypeError):
        write(array_backend.Variable(1.0), 0, 1.0)
    numbers = np.zeros(3)
    with pytest.raises(TypeError):
        numbers[:] = x
    assert numbers.tolist() == [0.0, 0.0, 0.0]


def test_what_is_not_supported_names_itself(array_backend: Any) -> None:
    x = array_backend.Variable(np.ones(SHAPE))
    with pytest.raises((TypeError, NotImplementedError), match=r"fft"):
        np.fft.fft(x)
    with pytest.raises((TypeError, NotImplementedError), match=r"nextafter"):
        np.nextafter(x, 0.5)
    with pytest.raises((TypeError, NotImplementedError), match=r"out"):
        np.sin(x, out=np.zeros(SHAPE))


def test_memory_that_cannot_be_had(array_backend: Any) -> None:
    x = array_backend.Variable(2.0)
    enormous = np.broadcast_to(np.float64(1.0), (2**45,))
    with array_backend.Graph() as graph:
        y = x * x
        for use in (
            lambda: x * enormous,
            lambda: np.broadcast_to(x, (2**45,)) + 1.0,
            lambda: array_backend.sin(np.broadcast_to(y, (2**22, 2**23))),
            lambda: array_backend.Variable(enormous),
        ):
            with pytest.raises(MemoryError):
                use()
        y + 1.0
    assert len(graph) == 2
    assert graph.forward() == 5.0
    graph.backward()
    assert x.grad == 4.0


def test_lengths_that_overflow(array_backend: Any) -> None:
    x = array_backend.Variable([2.0])
    column, row = (np.broadcast_to(x, (2**40,)).reshape(s) for s in ((-1, 1), (1, -1)))
    for use in (
        lambda: np.broadcast_to(x, (2**40, 2**40)),
        lambda: column * row,
        lambda: column - row,
    ):
        with pytest.raises((ValueError, MemoryError)):
            use()
    (x * x).backward()
    assert x.grad.tolist() == [4.0]


def test_what_takes_several_numbers_takes_no_arrays(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    for name in ("logsumexp", "softmax", "log_softmax"):
        with pytest.raises(NotImplementedError, match=name):
            getattr(array_backend, name)(1.0, x * 2.0)


def test_an_array_is_no_integer(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    for convert in (int, math.floor, math.ceil, math.trunc):
        with pytest.raises(TypeError):
            convert(x)
