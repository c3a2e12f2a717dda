"""Arrays of other kinds beside Variables, and what of lists and out= NumPy's code writes there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

MASKED = np.ma.masked_array([1.0, 2.0, 3.0], mask=[False, True, False])
POINT = np.array([0.5, -1.0, 2.0])
Function = Callable[[Any], Any]


class Matrix(np.ndarray):
    """An array whose product is another one, as numpy.matrix has it."""

    def __mul__(self, other: Any) -> Any:
        return self @ other

    def __rmul__(self, other: Any) -> Any:
        return other @ self


class Metres(np.ndarray):
    """An array with a unit, as of packages that have such."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return NotImplemented


class Labelled(np.ndarray):
    """An array that calculates as others do."""


KINDS: dict[str, Any] = {
    "masked": MASKED,
    "matrix": POINT.view(Matrix),
    "metres": POINT.view(Metres),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_calculates_in_its_own_way_is_refused(array_backend: Any, kind: str) -> None:
    other = KINDS[kind]
    x = array_backend.Variable(POINT)
    result = x * 1.0
    refused: dict[str, Callable[[], Any]] = {
        "leaf": lambda: array_backend.Variable(other),
        "product": lambda: x * other,
        "sum with a number": lambda: array_backend.Variable(2.0) + other,
        "joined": lambda: np.concatenate([x, other]),
        "chosen": lambda: np.where(x > 0.0, x, other),
        "written": lambda: result.__setitem__(slice(None), other),
        "set": lambda: setattr(x, "value", other),
        "tangent": lambda: array_backend.jvp(lambda v: v * other, (POINT,), (POINT,)),
        "argument": lambda: array_backend.grad(lambda v: v.sum())(other),
    }
    for name, attempt in refused.items():
        with pytest.raises(TypeError):
            pytest.fail(f"{name}: {attempt()}")
    assert (x * np.asarray(other)).shape == (3,)


@pytest.mark.parametrize("kind", KINDS)
def test_the_message_names_the_kind_and_the_way_out(array_backend: Any, kind: str) -> None:
    name = type(KINDS[kind]).__name__
    with pytest.raises(TypeError, match=rf"{name}.*np\.asarray\(\).*np\.where"):
        array_backend.Variable(POINT) * KINDS[kind]


def test_other_kinds_are_arrays(array_backend: Any, tmp_path: Any) -> None:
    stored = np.memmap(tmp_path / "numbers", float, "w+", shape=3)
    stored[:] = POINT
    for other in (stored, POINT.view(Labelled)):
        x = array_backend.Variable(other)
        (x * other).sum().backward()
        assert np.array_equal(x.grad, POINT)


LISTS: dict[str, Function] = {
    "difference": lambda x: x - [1.0, 2.0, 3.0],
    "from the left": lambda x: [1.0, 2.0, 3.0] - x,
    "tuple": lambda x: x * (1, 2, 3),
    "nested": lambda x: x * [[1.0], [2.0]],
    "of Variables": lambda x: x * [x[0], 2.0, x[1]],
    "compared": lambda x: np.where(x > [0.0, 0.0, 9.0], x, 0.0),
    "in place": lambda x: _added(x, [1.0, 2.0, 3.0]),
    "ufunc": lambda x: np.maximum(x, [1.0, -2.0, 3.0]) * x,
}


def _added(x: Any, other: Any) -> Any:
    y = x * x
    y += other
    return y


def _out(x: Any) -> Any:
    y = x * 1.0
    np.multiply(y, x, out=y)
    return np.exp(y, out=y)


def _out_where(x: Any) -> Any:
    y = x * 3.0
    assert np.log(x, out=y, where=x > 0.0) is y
    return y


def _reciprocal(x: Any) -> Any:
    return np.divide(1.0, x, out=np.zeros_like(x), where=x != 0.0)


def _added_at(x: Any) -> Any:
    y = x * x
    np.add.at(y, [0, 1, 1, 1], [x[2], x[0], 2.0, x[1]])
    return y


def _subtracted_at(x: Any) -> Any:
    y = np.stack([x, x * x])
    np.subtract.at(y, (np.array([0, 1, 0]), np.array([1, 1, 1])), x)
    return y


def _multiplied_at(x: Any) -> Any:
    y = x * x
    np.multiply.at(y, [0, 1, 1, 2, 1], np.concatenate([x, x[:2]]))
    return y


def _maximum_at(x: Any) -> Any:
    y = x * 1.0
    np.maximum.at(y, np.array([2, 2, 0]), x)
    return y


def _filled(x: Any) -> Any:
    y = x * x
    y[1:].fill(x[0])
    return y * x


WRITES: dict[str, Function] = {
    "out": _out,
    "out and where": _out_where,
    "reciprocal": _reciprocal,
    "add.at": _added_at,
    "subtract.at": _subtracted_at,
    "multiply.at": _multiplied_at,
    "maximum.at": _maximum_at,
    "fill": _filled,
    "clip from below": lambda x: x.clip(0.0) * x,
    "clip from above": lambda x: x.clip(max=1.0) * x,
    "clip by names": lambda x: x.clip(min=-0.5, max=1.0) * x,
}


def _plain(function: Function, x: Any) -> Any:
    """Of plain numbers: NumPy itself, which does not multiply lists into arrays of objects."""
    return np.asarray(function(x), dtype=float)


@pytest.mark.parametrize("name", LISTS | WRITES)
def test_values_and_derivatives(array_backend: Any, name: str) -> None:
    function = (LISTS | WRITES)[name]
    weights = np.random.default_rng(3).normal(size=_plain(function, POINT.copy()).shape)
    direction = np.array([0.3, -0.7, 1.1])

    def total(x: Any) -> Any:
        return (function(x) * weights).sum()

    step = 1e-6
    ahead, behind = (total(POINT + sign * step * direction) for sign in (1.0, -1.0))
    expected = (ahead - behind) / (2.0 * step)
    value, gradient = array_backend.value_and_grad(total)(POINT)
    assert value == pytest.approx(total(POINT.copy()), rel=1e-12)
    assert gradient @ direction == pytest.approx(expected, rel=1e-6)
    assert array_backend.jvp(total, (POINT,), (direction,))[1] == pytest.approx(expected, rel=1e-6)


def test_a_plain_array_is_not_written_into(array_backend: Any) -> None:
    x, plain = array_backend.Variable(POINT), np.zeros(3)
    square = np.zeros((3, 3))
    attempts: list[Callable[[], Any]] = [
        lambda: np.multiply(x, x, out=plain),
        lambda: np.add.at(plain, [0, 1, 2], x),
        lambda: np.matmul(square, array_backend.Variable(np.eye(3)), out=square),
    ]
    for attempt in attempts:
        with pytest.raises(TypeError):
            attempt()
    with pytest.raises(TypeError, match="where"):
        np.log(x, where=x > 0.0)
    assert not plain.any()
    assert not square.any()
