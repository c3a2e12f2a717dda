"""Joining, taking apart, picking and arranging: values, derivatives, guards, and bad input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.exceptions import AxisError

from array_checks import namespaces
from array_shapes import DTYPES, leaf, uniform

numpys: Any = np  # whose types know plain arrays only

MATRIX = np.array([[3.0, 1.0, 2.0], [-4.0, 6.0, -5.0]])


@pytest.mark.parametrize(
    ("use", "name", "other"),
    [
        (lambda x: numpys.extract(x > 0.0, x), "flatnonzero", -MATRIX),
        (lambda x: x[x > 0.0], "mask", -MATRIX),
        (lambda x: numpys.compress(x[0] > 1.5, x, axis=1), "mask", -MATRIX),
        (lambda x: x.ravel()[numpys.flatnonzero(x > 0.0)], "flatnonzero", -MATRIX),
        (lambda x: x[numpys.nonzero(x > 0.0)], "nonzero", -MATRIX),
        (lambda x: x[numpys.where(x > 0.0)], "nonzero", -MATRIX),
        (lambda x: x.ravel()[numpys.argwhere(x > 0.0)], "argwhere", -MATRIX),
        (lambda x: numpys.unique(x), "unique", -MATRIX),
        (lambda x: x[0][numpys.searchsorted(x[0, 1:], 1.5)], "searchsorted", MATRIX + 1.0),
        (lambda x: x[0][numpys.digitize(x[1], [-3.0, 0.0])], "digitize", -MATRIX),
        (lambda x: numpys.take_along_axis(x, numpys.argsort(x), axis=1), "argsort", -MATRIX),
    ],
)
def test_what_was_found_is_a_guard(
    array_backend: Any, use: Callable[[Any], Any], name: str, other: Any
) -> None:
    x = array_backend.Variable(MATRIX)
    np.testing.assert_array_equal(use(x).value, use(MATRIX))
    with array_backend.Graph() as graph:
        use(x) * 2.0
    x.value = MATRIX * 1.01
    np.testing.assert_array_equal(graph.forward(), use(MATRIX * 1.01) * 2.0)
    x.value = other
    with pytest.raises(array_backend.ControlFlowChanged, match=name):
        graph.forward()


@pytest.mark.parametrize("dtype", DTYPES)
def test_repeated_indices_accumulate(array_backend: Any, dtype: type) -> None:
    x = leaf(array_backend, np.array([1.0, 2.0, 3.0], dtype))
    for picked in (x[[2, 0, 2, 2]], numpys.take(x, [2, 0, 2, -1]), x.take([2, 0, 2, 2])):
        assert picked.value.tolist() == [3.0, 1.0, 3.0, 3.0]
        picked.backward([1.0, 10.0, 100.0, 1000.0])
        assert x.grad.tolist() == [10.0, 0.0, 1101.0]
    numpys.repeat(x, [0, 2, 1]).backward([1.0, 2.0, 3.0])
    assert x.grad.tolist() == [0.0, 3.0, 3.0]


def test_pieces_are_views(array_backend: Any) -> None:
    x = array_backend.Variable(np.arange(6.0).reshape(2, 3))
    with array_backend.Graph() as graph:
        y = x * 1.0
        pieces = [
            *numpys.split(y, 3, axis=1), *numpys.array_split(y, 2), *numpys.hsplit(y, [1]),
            *numpys.vsplit(y, 2), *numpys.broadcast_arrays(y, np.ones((4, 1, 1))),
            numpys.atleast_2d(y), numpys.atleast_3d(y), numpys.rot90(y), numpys.fliplr(y),
        ]  # fmt: skip
        assert len(graph) <= 2
        numpys.concatenate([numpys.ravel(piece) for piece in pieces])
    assert len(graph) >= 2
    graph.backward(np.ones(sum(int(np.prod(piece.shape)) for piece in pieces)))
    assert set(x.grad.ravel().tolist()) == {sum(1.0 for _ in range(4)) + 4.0 + 4.0}


def test_writes_into_pieces_are_seen(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0, 3.0, 4.0])
    y = x * 1.0
    head, tail = numpys.split(y, 2)
    head[:] = tail * 10.0
    numpys.atleast_2d(y)[0, 3] = x[0] * x[0]
    assert y.value.tolist() == [30.0, 40.0, 3.0, 1.0]
    y.backward([1.0, 1.0, 1.0, 1.0])
    assert x.grad.tolist() == [2.0, 0.0, 11.0, 10.0]


def test_functions_that_write(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0, 3.0])
    y = array_backend.Variable(np.zeros((3, 3))) * 1.0
    numpys.fill_diagonal(y, x)
    numpys.put_along_axis(y, np.array([[2], [0], [0]]), x[:, None] * 10.0, axis=1)
    expected = np.array([[1.0, 0.0, 10.0], [20.0, 2.0, 0.0], [30.0, 0.0, 3.0]])
    assert y.value.tolist() == expected.tolist()
    y.backward(np.ones((3, 3)))
    assert x.grad.tolist() == [11.0, 11.0, 11.0]
    numpys.copyto(y, x, where=np.array([True, False, True]))
    assert y.value[:, 1].tolist() == expected[:, 1].tolist()
    assert y.value[:, [0, 2]].tolist() == [[1.0, 3.0]] * 3
    plain = np.zeros(3)
    with pytest.raises((TypeError, NotImplementedError), match="copyto"):
        numpys.copyto(plain, x)
    assert plain.tolist() == [0.0, 0.0, 0.0]


def test_arrays_that_are_made_can_be_written_into(array_backend: Any) -> None:
    anp = namespaces(array_backend, "", ())[1]
    x = array_backend.Variable([1.0, 2.0])
    for made, numbers in (
        (anp.zeros((2, 2)), [0.0] * 4),
        (anp.ones((2, 2)), [1.0] * 4),
        (anp.full((2, 2), 3.0), [3.0] * 4),
        (anp.array([[1.0, 2.0], [3.0, 4.0]]), [1.0, 2.0, 3.0, 4.0]),
        (numpys.zeros_like(x * np.ones((2, 1))), [0.0] * 4),
        (numpys.ones_like(x, shape=(2, 2)), [1.0] * 4),
        (numpys.full_like(x, 5.0, shape=(2, 2)), [5.0] * 4),
    ):
        assert made.value.ravel().tolist() == numbers
        made[1] = x * x
        assert made.value.ravel().tolist() == [*numbers[:2], 1.0, 4.0]
        made.backward(np.ones((2, 2)))
        assert x.grad.tolist() == [2.0, 4.0]
    assert anp.zeros(2, np.float32).dtype == np.float32
    stacked = anp.array([x[0], 2.0, x[1]])
    stacked.backward([1.0, 1.0, 5.0])
    assert x.grad.tolist() == [1.0, 5.0]


def test_what_cannot_take_a_derivative_names_what_can(core: Any) -> None:
    numbers, x = np.zeros(2), core.Variable([1.0, 2.0])
    with pytest.raises(TypeError, match=r"write y = y \+ x instead of y \+= x"):
        numbers += x
    assert numbers.tolist() == [0.0, 0.0]
    with pytest.raises(TypeError, match=r"np\.zeros_like\(x\) of a Dual x"):
        core.jvp(lambda u: (x * x).__setitem__(0, u[0]), (numbers,), (numbers,))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_zeros_like_a_dual_can_be_filled_forwards(array_backend: Any, dtype: Any) -> None:
    def filled(x: Any) -> Any:
        for make in (numpys.zeros_like, numpys.empty_like):
            y = make(x)
            assert (y.shape, y.dtype) == (x.shape, x.dtype)
            for i in range(x.size):
                y[i] = x[i] * x[i - 1]
            y[0] += 1.0
        return y

    numbers, along = np.array([2.0, 3.0, np.inf], dtype), np.array([1.0, 10.0, 0.0], dtype)
    value, tangent = array_backend.jvp(filled, (numbers,), (along,))
    assert value.tolist() == [np.inf, 6.0, np.inf]
    assert tangent.tolist()[1] == 23.0
    _, untouched = array_backend.jvp(lambda x: numpys.zeros_like(x) * 1.0, (numbers,), (along,))
    assert untouched.tolist() == [0.0, 0.0, 0.0]


def test_lists_of_variables(array_backend: Any) -> None:
    anp = namespaces(array_backend, "", ())[1]
    x, y = array_backend.Variable(2.0), array_backend.Variable([3.0, 4.0])
    for joined, numbers in (
        (anp.stack([x, x * x, 1.0]), [2.0, 4.0, 1.0]),
        (anp.concatenate([y, [x, 1]]), [3.0, 4.0, 2.0, 1.0]),
        (anp.hstack([x, y]), [2.0, 3.0, 4.0]),
        (numpys.append(y, [x, 7.0]), [3.0, 4.0, 2.0, 7.0]),
        (numpys.where(np.array([True, False]), [x, 1.0], y), [2.0, 4.0]),
    ):
        assert joined.value.tolist() == numbers
        joined.backward(np.ones(len(numbers)))
        assert x.grad == (5.0 if len(numbers) == 3 and numbers[1] == 4.0 else 1.0)


def test_what_is_not_finite_is_replaced_with_derivative_zero(array_backend: Any) -> None:
    x = array_backend.Variable([np.nan, np.inf, -np.inf, 2.0])
    found = np.nan_to_num(x, nan=1.0, posinf=5.0)
    assert found.value.tolist() == [1.0, 5.0, np.finfo(float).min, 2.0]
    found.backward(np.ones(4))
    assert x.grad.tolist() == [0.0, 0.0, 0.0, 1.0]


def test_interpolation_at_knots_and_beyond(array_backend: Any) -> None:
    x = array_backend.Variable([0.0, 1.0, 3.0, -1.0, 4.0])
    found = np.interp(x, [0.0, 1.0, 3.0], [0.0, 2.0, 8.0])
    assert found.value.tolist() == [0.0, 2.0, 8.0, 0.0, 8.0]
    found.backward(np.ones(5))
    assert x.grad.tolist() == [2.0, 3.0, 3.0, 0.0, 0.0]


WRONG: list[tuple[Any, type[Exception]]] = [
    (lambda x: numpys.concatenate([x, np.ones((3, 2))]), ValueError),
    (lambda x: numpys.concatenate([x, x], axis=2), AxisError),
    (lambda x: numpys.concatenate([x, x[0]]), ValueError),
    (lambda x: numpys.stack([x, x[0]]), ValueError),
    (lambda x: numpys.stack([x, x], axis=3), AxisError),
    (lambda x: numpys.vstack([x, np.ones(2)]), ValueError),
    (lambda x: numpys.block([[x], [x, x]]), ValueError),
    (lambda x: numpys.split(x, 2, axis=1), ValueError),
    (lambda x: numpys.array_split(x, 0), ValueError),
    (lambda x: numpys.dsplit(x, 1), ValueError),
    (lambda x: numpys.append(x, np.ones((2, 2)), axis=0), ValueError),
    (lambda x: numpys.insert(x, 5, 1.0, axis=0), IndexError),
    (lambda x: numpys.delete(x, 5, axis=0), IndexError),
    (lambda x: x[[0, 2]], IndexError),
    (lambda x: x[[0.5]], IndexError),
    (lambda x: x[np.ones(3, bool)], IndexError),
    (lambda x: numpys.take(x, 9), IndexError),
    (lambda x: numpys.take(x, [0], axis=2), AxisError),
    (lambda x: numpys.take_along_axis(x, np.zeros((2, 2), int), axis=2), AxisError),
    (lambda x: numpys.repeat(x, [1, 2, 3], axis=0), ValueError),
    (lambda x: numpys.roll(x, 1, axis=2), AxisError),
    (lambda x: numpys.rot90(x, axes=(0, 0)), ValueError),
    (lambda x: numpys.pad(x, -1), ValueError),
    (lambda x: numpys.pad(x, 1, mode="no mode"), ValueError),
    (lambda x: numpys.pad(x, [(1, 2, 3)]), ValueError),
    (lambda x: numpys.select([x > 0.0], [x, x]), ValueError),
    (lambda x: numpys.select([np.ones((2, 3))], [x]), TypeError),
    (lambda x: numpys.choose([0, 5, 0], [x, x]), ValueError),
    (lambda x: numpys.diff(x, -1), ValueError),
    (lambda x: numpys.diff(x, axis=2), AxisError),
    (lambda x: numpys.gradient(x[:, :1]), ValueError),
    (lambda x: numpys.interp(x, [0.0, 1.0], [1.0]), ValueError),
    (lambda x: numpys.convolve(x, x), ValueError),
    (lambda x: numpys.where(x > 0.0, x), ValueError),
    (lambda x: numpys.diag(x[None]), ValueError),
]


@pytest.mark.parametrize(("mistake", "error"), WRONG, ids=range(len(WRONG)))
def test_mistakes_raise_numpys_errors(
    array_backend: Any, mistake: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        mistake(np.ones((2, 3)))
    x = array_backend.Variable(np.ones((2, 3)))
    with array_backend.Graph() as graph:
        with pytest.raises(error):
            mistake(x)
        x * 2.0
    assert graph.forward().tolist() == [[2.0] * 3] * 2


def test_indices_are_plain(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    for use in (
        lambda: np.take([1.0, 2.0], x),
        lambda: np.repeat(x, x),
        lambda: np.roll(x, x),
        lambda: np.split(x, x),
        lambda: np.choose(x, [x, x]),
        lambda: x[x],
        lambda: numpys.insert(x, x, 1.0),
        lambda: np.take(x, [0], out=np.zeros(1)),
    ):
        with pytest.raises((TypeError, IndexError, NotImplementedError)):
            use()


def test_writing_by_index_arrays_and_masks(array_backend: Any) -> None:
    numbers = uniform(5, (3, 2))
    x = array_backend.Variable(numbers)
    y = x * 1.0
    y[[0, 2]] = y[[2, 0]] * 2.0
    y[numbers > 0.0] = 0.0
    expected = numbers.copy()
    expected[[0, 2]] = expected[[2, 0]] * 2.0
    expected[numbers > 0.0] = 0.0
    np.testing.assert_array_equal(y.value, expected)
    y.backward(np.ones((3, 2)))
    left = np.where(numbers > 0.0, 0.0, [[2.0], [1.0], [2.0]])
    np.testing.assert_array_equal(x.grad, left[[2, 1, 0]])


def test_what_functions_make_of_duals_can_be_written_into(array_backend: Any) -> None:
    def f(x: Any) -> Any:
        y = numpys.convolve(x, [1.0, 2.0], "same")
        y[1:] = y[:-1] * 2.0
        z = numpys.concatenate([y, x])
        z[0] = x[1] * x[1]
        return z

    value, tangent = array_backend.jvp(f, (np.array([1.0, 3.0]),), (np.array([1.0, 10.0]),))
    np.testing.assert_array_equal(value, [9.0, 2.0, 1.0, 3.0])
    np.testing.assert_array_equal(tangent, [60.0, 2.0, 1.0, 10.0])


@pytest.mark.parametrize("count", [1, 7, 2000, 2100])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_few_and_many_elements_are_joined_alike(core: Any, count: int, axis: int) -> None:
    x, y, z = (uniform(seed, (count, 1)) for seed in range(3))
    weights = uniform(9, np.concatenate([x, y, z], axis).shape)

    def loss(x: Any, y: Any) -> Any:
        joined = numpys.concatenate([x * y, z, y], axis)
        return (joined**2 * weights).sum()

    by_x, by_y = core.grad(loss, (0, 1))(x, y)
    above, _, below = np.split(weights, 3, axis)
    np.testing.assert_allclose(by_x, 2.0 * x * y**2 * above, rtol=1e-14)
    np.testing.assert_allclose(by_y, 2.0 * x**2 * y * above + 2.0 * y * below, rtol=1e-13)
    twice = core.hvp(loss, (x, y), (np.ones((count, 1)), np.zeros((count, 1))))
    np.testing.assert_allclose(twice[0], 2.0 * y**2 * above, rtol=1e-13)


def test_few_elements_are_joined_without_python(core: Any, monkeypatch: Any) -> None:
    x = core.Variable(uniform(3, (2, 3)))
    with core.Graph() as graph:
        (numpys.stack([x[0] * x[1], x[1]]) ** 2).sum()
    numbers = uniform(4, (2, 3))
    expected = (np.stack([numbers[0] * numbers[1], numbers[1]]) ** 2).sum()
    monkeypatch.setattr(np, "concatenate", None)
    x.value = numbers
    assert graph.forward() == pytest.approx(expected, rel=1e-14)


def test_parts_that_do_not_fit_are_refused_as_by_numpy(core: Any) -> None:
    x, y = core.Variable(np.ones((2, 3))), np.ones((2, 4))
    with pytest.raises(ValueError, match="must match exactly"):
        numpys.concatenate([x, y], 0)
