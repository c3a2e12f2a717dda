"""What becomes of the memory of arrays that nobody refers to: never a wrong number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiffx as adx
import autodiffx.numpy as anp

LENGTH = 200  # enough to lie apart from the slots


def forgotten() -> Any:
    """An array that no partial needs and no Variable has shown since it was computed."""
    x = adx.Variable(np.arange(float(LENGTH)))
    total = anp.sin(x).sum()
    total.backward()
    return total.inputs[0]


USES: dict[str, Callable[[Any], Any]] = {
    "value": lambda y: y.value,
    "element": lambda y: y[3],
    "operator": lambda y: y * 2.0,
    "operator between arrays": lambda y: y * np.ones(LENGTH),
    "view": lambda y: y[::2] * 2.0,
    "function": np.exp,
    "sum": lambda y: y.sum(),
    "product": lambda y: y @ y,
    "rule": np.sort,
    "assignment": lambda y: y.__setitem__(3, 1.0),
    "iteration": list,
    "gradient of its own": lambda y: y.grad,
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_what_was_given_back_is_said_to_be(use: Callable[[Any], Any]) -> None:
    with pytest.raises(ValueError, match="given back"):
        use(forgotten())
    assert "no value" in repr(forgotten())


def test_capturing_what_was_given_back_says_so() -> None:
    y = forgotten()
    with adx.Graph(), pytest.raises(ValueError, match="given back"):
        y * 2.0


def test_what_is_kept_has_its_value_and_gradient() -> None:
    x = adx.Variable(np.linspace(0.0, 1.0, LENGTH))
    y = x + 1.0
    z = anp.exp(y)
    total = (z * 3.0).sum()
    total.backward()
    np.testing.assert_array_equal(y.value, x.value + 1.0)
    np.testing.assert_array_equal(z.grad, np.full(LENGTH, 3.0))
    np.testing.assert_array_equal(y.grad, 3.0 * z.value)
    assert y[7].grad == y.grad[7]
    assert z[7].value == z.value[7]
    total.backward(accumulate=True)
    np.testing.assert_array_equal(x.grad, 2.0 * y.grad)


def test_in_a_graph_everything_is_kept() -> None:
    x = adx.Variable(np.arange(float(LENGTH)))
    with adx.Graph():
        total = ((x + 1.0) * 2.0).sum()
    total.backward()
    np.testing.assert_array_equal(total.inputs[0].inputs[0].value, x.value + 1.0)
    np.testing.assert_array_equal(total.inputs[0].inputs[0].grad, np.full(LENGTH, 2.0))


def test_what_is_shown_does_not_follow_what_is_written() -> None:
    x = adx.Variable(np.zeros((100, 100)))
    before = x.value
    (x * x).sum().backward()
    gradient = x.grad
    gradient += 1.0
    x.value = np.ones((100, 100))
    assert not before.any()
    assert not x.grad.any()
    assert not before.flags.writeable
    del x
    assert not before.any()
