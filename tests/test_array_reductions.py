"""Reductions: NumPy's values, derivatives in both directions, conventions, and bad input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.exceptions import AxisError

from array_checks import namespaces
from array_shapes import DTYPES, assert_close, leaf, uniform

numpys: Any = np  # whose types know plain arrays only


@pytest.mark.parametrize("dtype", DTYPES)
def test_ties_of_extremes_share_the_derivative(array_backend: Any, dtype: type) -> None:
    x = leaf(array_backend, np.array([[3.0, 1.0, 3.0, 3.0], [2.0, 1.0, 1.0, 2.0]], dtype))
    for name, shares in (
        ("max", [[1 / 3, 0, 1 / 3, 1 / 3], [0.5, 0, 0, 0.5]]),
        ("min", [[0, 1, 0, 0], [0, 0.5, 0.5, 0]]),
        ("ptp", [[1 / 3, -1, 1 / 3, 1 / 3], [0.5, -0.5, -0.5, 0.5]]),
    ):
        getattr(numpys, name)(x, axis=1).backward([1.0, 1.0])
        assert_close(x.grad, np.array(shares, dtype))
    with array_backend.Graph() as graph:
        numpys.max(x, axis=1)
    direction: Any = np.array([[3.0, 9.0, 6.0, 0.0], [1.0, 9.0, 9.0, 2.0]], dtype)
    assert_close(graph.jvp({x: direction}), np.array([3.0, 1.5], dtype))
    numpys.max(x, initial=3.0).backward()
    assert_close(x.grad, np.array([[1 / 6, 0, 1 / 6, 1 / 6], [0] * 4], dtype))


@pytest.mark.parametrize("name", ["max", "min", "ptp", "nanmax", "sum", "mean", "prod", "std"])
def test_a_number_is_reduced_in_either_direction(array_backend: Any, name: str) -> None:
    def reduced(x: Any) -> Any:
        return getattr(numpys, name)(x) * x

    slope = array_backend.grad(reduced)(3.0)
    value, tangent = array_backend.jvp(reduced, (3.0,), (2.0,))
    assert value == reduced(3.0)
    assert tangent == 2.0 * slope
    assert slope == (0.0 if name in ("ptp", "std") else 6.0)


def test_infinities_and_nan_are_extremes(array_backend: Any) -> None:
    for numbers, gradient in (
        ([np.inf, 1.0, np.inf], [0.5, 0.0, 0.5]),
        ([np.nan, 1.0, 3.0], [1.0, 0.0, 0.0]),
        ([np.nan, np.inf, np.nan], [0.5, 0.0, 0.5]),
    ):
        x = array_backend.Variable(numbers)
        largest = numpys.max(x)
        np.testing.assert_equal(largest.value, np.max(numbers))
        largest.backward()
        assert x.grad.tolist() == gradient


def test_equal_elements_in_order_stay_as_they_stand(array_backend: Any) -> None:
    x = array_backend.Variable([2.0, 1.0, 2.0, 1.0, 0.0])
    numpys.sort(x).backward([1.0, 2.0, 3.0, 4.0, 5.0])
    assert x.grad.tolist() == [4.0, 2.0, 5.0, 3.0, 1.0]
    y = array_backend.Variable([1.0, 1.0, 1.0, 1.0])
    numpys.median(y).backward()
    assert y.grad.tolist() == [0.0, 0.5, 0.5, 0.0]
    numpys.quantile(y, 0.25).backward()
    assert y.grad.tolist() == [0.25, 0.75, 0.0, 0.0]
    numpys.median(x).backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.0, 1.0, 0.0]


@pytest.mark.parametrize("name", ["median", "quantile", "percentile"])
def test_nan_has_no_middle(array_backend: Any, name: str) -> None:
    x = array_backend.Variable([[1.0, np.nan, 2.0], [5.0, 3.0, 4.0]])
    arguments = () if name == "median" else (0.5 if name == "quantile" else 50.0,)
    found = getattr(numpys, name)(x, *arguments, axis=1)
    np.testing.assert_equal(found.value, [np.nan, 4.0])
    found.backward([0.0, 1.0])
    assert x.grad[1].tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_spread_of_nothing_has_derivative_zero(array_backend: Any, dtype: type) -> None:
    x = leaf(array_backend, np.array([[2.0, 2.0, 2.0], [1.0, 2.0, 3.0]], dtype))
    with array_backend.Graph() as graph:
        spread = numpys.std(x, axis=1)
    assert spread.value[0] == 0.0
    spread.backward([1.0, 0.0])
    assert x.grad.tolist() == [[0.0] * 3] * 2
    assert graph.jvp({x: np.ones((2, 3), dtype) * [1.0, 2.0, 5.0]})[0] == 0.0
    numpys.var(x, axis=1).backward([1.0, 0.0])
    assert x.grad.tolist() == [[0.0] * 3] * 2


@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_products_with_zeros_have_exact_cofactors(array_backend: Any, zeros: int) -> None:
    numbers = np.array([0.0] * zeros + [2.0, 3.0, 5.0][zeros:] + [7.0])
    x = array_backend.Variable(numbers)
    cofactors = [float(np.prod(np.delete(numbers, i))) for i in range(4)]
    numpys.prod(x).backward()
    assert x.grad.tolist() == cofactors
    numpys.cumprod(x).backward([0.0, 0.0, 0.0, 1.0])
    assert x.grad.tolist() == cofactors
    with array_backend.Graph() as graph:
        numpys.prod(x)
    second = [0.0 if i == 0 else float(np.prod(np.delete(numbers, [0, i]))) for i in range(4)]
    assert graph.hvp({x: [1.0, 0.0, 0.0, 0.0]})[x].tolist() == second


@pytest.mark.parametrize("name", ["nansum", "nanmean", "nanmax", "nanmin", "nanvar"])
def test_nan_is_passed_over_with_derivative_zero(array_backend: Any, name: str) -> None:
    numbers = np.array([[1.0, np.nan, 4.0], [np.nan, 2.0, -3.0]])
    x = array_backend.Variable(numbers)
    found = getattr(numpys, name)(x, axis=1)
    assert_close(found.value, getattr(numpys, name)(numbers, axis=1))
    found.backward([1.0, 1.0])
    share = {
        "nansum": (1, 1),
        "nanmean": (0.5, 0.5),
        "nanmax": (0, 1),
        "nanmin": (1, 0),
        "nanvar": (-1.5, 1.5),
    }[name]
    assert x.grad[0].tolist() == [share[0], 0.0, share[1]]
    assert x.grad[1, 0] == 0.0
    x.value = [[np.nan] * 3, [1.0] * 3]
    of_nothing = getattr(numpys, name)(x, axis=1).value
    np.testing.assert_equal(of_nothing[0], 0.0 if name == "nansum" else np.nan)


def test_logsumexp_and_softmax_over_an_axis(array_backend: Any) -> None:
    adx = array_backend
    numbers = uniform(3, (2, 3))
    shares = np.exp(numbers) / np.exp(numbers).sum(axis=1, keepdims=True)
    x = adx.Variable(numbers)
    for axis, keepdims in ((None, False), (0, False), (-1, True), ((0, 1), True)):
        found = adx.logsumexp(x, axis=axis, keepdims=keepdims)
        expected = np.log(np.exp(numbers).sum(axis=axis, keepdims=keepdims))
        assert_close(found.value, expected)
        found.backward(np.ones(expected.shape))
        whole = np.exp(numbers).sum(axis=axis, keepdims=True)
        assert_close(x.grad, np.exp(numbers) / whole)
    assert_close(adx.softmax(x, axis=1).value, shares)
    assert_close(adx.log_softmax(x, axis=-1).value, np.log(shares))
    weights = uniform(4, (2, 3))
    adx.softmax(x, axis=1).backward(weights)
    inside = (weights * shares).sum(axis=1, keepdims=True)
    assert_close(x.grad, shares * (weights - inside))
    large = adx.Variable([1000.0, 1000.0, -np.inf])
    found = adx.logsumexp(large)
    assert_close(found.value, 1000.0 + np.log(2.0))
    found.backward()
    assert large.grad.tolist() == [0.5, 0.5, 0.0]
    assert isinstance(adx.logsumexp(numbers), float)
    assert_close(adx.softmax(numbers, axis=1), shares)


def test_softmax_and_its_kin_carry_tangents(array_backend: Any) -> None:
    adx = array_backend
    numbers, along = uniform(3, (2, 3)), uniform(5, (2, 3))
    shares = np.exp(numbers) / np.exp(numbers).sum(axis=1, keepdims=True)
    mean = (shares * along).sum(axis=1, keepdims=True)
    for function, expected in (
        (adx.logsumexp, mean[:, 0]),
        (adx.softmax, shares * (along - mean)),
        (adx.log_softmax, along - mean),
    ):
        value, tangent = adx.jvp(lambda x: function(x, axis=1), (numbers,), (along,))  # noqa: B023
        assert_close(value, function(numbers, axis=1))
        assert_close(tangent, expected)


def test_what_is_decided_is_passive_and_replayed(array_backend: Any) -> None:
    x = array_backend.Variable([[1.0, -2.0, 0.0], [3.0, 4.0, 5.0]])
    with array_backend.Graph() as graph:
        counts = numpys.count_nonzero(x > 0.0, axis=1)
        all_ = numpys.all(x > 0.0, axis=1)
        any_ = (x < 0.0).any(axis=0)
        fraction = numpys.mean(x > 0.0)
        y = numpys.sum(x * all_[:, None], axis=0) * any_ * counts[0] + fraction
    assert counts.value.tolist() == [1, 3]
    assert all_.value.tolist() == [False, True]
    assert any_.value.tolist() == [False, True, False]
    assert all_.dtype == any_.dtype == np.bool_
    assert_close(y.value, np.array([0.0, 4.0, 0.0]) + 4 / 6)
    x.value = -x.value
    assert_close(graph.forward(), np.array([0.0, 0.0, 0.0]) + 1 / 6)
    assert counts.value.tolist() == [1, 0]
    x.value = -x.value
    y.backward([1.0, 1.0, 1.0])
    assert x.grad.tolist() == [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    assert bool(numpys.any(x > 4.0))
    assert not numpys.all(x > 4.0)
    with pytest.raises(ValueError, match="no Variable"):
        numpys.count_nonzero(x).backward()


@pytest.mark.parametrize("name", ["argmax", "argmin", "argsort"])
def test_indices_are_guards_in_a_graph(array_backend: Any, name: str) -> None:
    numbers = np.array([[3.0, 1.0, 2.0], [4.0, 6.0, 5.0]])
    x = array_backend.Variable(numbers)
    for axis in (None, 0, -1):
        found = getattr(numpys, name)(x, axis=axis)
        np.testing.assert_array_equal(found, getattr(numpys, name)(numbers, axis=axis))
        np.testing.assert_array_equal(getattr(x, name)(axis=axis), found)
    with array_backend.Graph() as graph:
        at = getattr(numpys, name)(x, axis=None)
        y = x.ravel()[at] * 2.0
    np.testing.assert_array_equal(y.value, numbers.ravel()[at] * 2.0)
    x.value = numbers * 1.5
    np.testing.assert_array_equal(graph.forward(), numbers.ravel()[at] * 3.0)
    x.value = -numbers
    with pytest.raises(array_backend.ControlFlowChanged, match=name):
        graph.forward()


def test_of_no_elements(array_backend: Any) -> None:
    x = array_backend.Variable(np.zeros((0, 3)))
    for found, expected in (
        (numpys.sum(x), 0.0),
        (numpys.prod(x), 1.0),
        (numpys.sum(x, axis=0), [0.0] * 3),
        (numpys.prod(x, axis=0), [1.0] * 3),
        (numpys.max(x, axis=1), []),
        (numpys.max(x, axis=0, initial=2.0), [2.0] * 3),
        (numpys.sort(x, axis=0), np.zeros((0, 3))),
        (numpys.cumsum(x, axis=1), np.zeros((0, 3))),
    ):
        np.testing.assert_array_equal(np.asarray(found.value), expected)
    for name in ("max", "min", "amax", "amin", "argmax", "argmin", "ptp"):
        with pytest.raises(ValueError, match=r"zero-size|empty"):
            getattr(numpys, name)(x)


WRONG: list[tuple[Any, type[Exception], str]] = [
    (lambda x: numpys.sum(x, axis=2), AxisError, "axis 2 is out of bounds"),
    (lambda x: numpys.sum(x, axis=(0, -2)), ValueError, "duplicate value|repeated axis"),
    (lambda x: x.mean(axis=-3), AxisError, "axis -3 is out of bounds"),
    (lambda x: numpys.max(x, axis=5), AxisError, "axis 5 is out of bounds"),
    (lambda x: numpys.prod(x, axis="a"), TypeError, "int"),
    (lambda x: numpys.cumsum(x, axis=2), AxisError, "axis 2 is out of bounds"),
    (lambda x: numpys.cumprod(x, axis=(0, 1)), TypeError, "int"),
    (lambda x: numpys.sort(x, axis=2), AxisError, "axis 2 is out of bounds"),
    (lambda x: numpys.median(x, axis=2), AxisError, "axis 2 is out of bounds"),
    (lambda x: numpys.partition(x, 3), ValueError, "out of bounds"),
    (lambda x: numpys.quantile(x, 1.5), ValueError, "range"),
    (lambda x: numpys.quantile(x, 0.5, method="no method"), ValueError, "method"),
    (lambda x: numpys.sum(x, where=np.ones(4, bool)), ValueError, "broadcast"),
    (lambda x: numpys.max(x, where=np.ones(3, bool)), ValueError, "initial"),
    (lambda x: numpys.average(x, axis=1, weights=[1.0, -1.0, 0.0]), ZeroDivisionError, "zero"),
    (lambda x: numpys.average(x, weights=[1.0, 2.0]), TypeError, "[Aa]xis"),
    (lambda x: numpys.average(x, axis=0, weights=[1.0, 2.0, 3.0]), ValueError, "[Ss]hape"),
    (lambda x: numpys.argmax(x, axis=2), AxisError, "axis 2 is out of bounds"),
    (lambda x: numpys.sum(x, no_option=1), TypeError, "no_option"),
]


@pytest.mark.parametrize(("mistake", "error", "words"), WRONG, ids=range(len(WRONG)))
def test_mistakes_raise_numpys_errors(
    array_backend: Any, mistake: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        mistake(np.ones((2, 3)))
    x = array_backend.Variable(np.ones((2, 3)))
    with array_backend.Graph() as graph:
        with pytest.raises(error, match=words):
            mistake(x)
        x * 2.0
    assert graph.forward().tolist() == [[2.0] * 3] * 2


def test_what_is_not_supported_names_itself(array_backend: Any) -> None:
    x = array_backend.Variable([1.0, 2.0])
    uses: list[tuple[Callable[[], Any], str]] = [
        (lambda: numpys.sum(x, out=np.zeros(())), "sum.*out"),
        (lambda: numpys.add.reduceat(x, [0, 1]), "add"),
        (lambda: numpys.quantile([1.0, 2.0], x), "q"),
    ]
    for use, words in uses:
        with pytest.raises((NotImplementedError, TypeError), match=words):
            use()


def test_sorting_in_place(array_backend: Any) -> None:
    x = array_backend.Variable([[3.0, 1.0, 2.0]])
    y = x * 1.0
    y.sort()
    assert y.value.tolist() == [[1.0, 2.0, 3.0]]
    y.backward([[1.0, 2.0, 3.0]])
    assert x.grad.tolist() == [[3.0, 1.0, 2.0]]
    with pytest.raises(TypeError, match=r"value"):
        x.sort()


def test_without_a_variable_they_are_numpys(array_backend: Any) -> None:
    anp = namespaces(array_backend, "", ())[1]
    numbers = uniform(1, (2, 3), np.float32)
    for name in ("sum", "mean", "prod", "max", "median", "cumsum", "sort", "argmax", "any", "std"):
        found, expected = getattr(anp, name)(numbers), getattr(numpys, name)(numbers)
        assert type(found) is type(expected)
        np.testing.assert_array_equal(found, expected)
    assert type(anp.sum([1, 2])) is np.int64
    x = array_backend.Variable(2.0)
    stacked = anp.sum([x, x * 3.0, 1.0])
    stacked.backward()
    assert (stacked.value, x.grad) == (9.0, 4.0)


def test_an_axis_is_plain(core: Any) -> None:
    x = core.Variable([1.0, 2.0])
    for name in ("sum", "max", "median", "prod"):
        with pytest.raises(TypeError, match=r"an axis is a plain integer"):
            getattr(numpys, name)(x, axis=core.Variable(0.0))
