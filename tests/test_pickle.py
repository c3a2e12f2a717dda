"""Inputs can be copied and pickled with what belongs to them; results cannot."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from typing import Any

import pytest

COPIES: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    *(
        (lambda x, protocol=protocol: pickle.loads(pickle.dumps(x, protocol)))
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ),
]


@pytest.mark.parametrize("twin_of", COPIES)
def test_leaves(backend: Any, twin_of: Callable[[Any], Any]) -> None:
    x = backend.Variable(0.1, "x")
    x.grad = 5.0
    twin = twin_of(x)
    assert type(twin) is backend.Variable
    assert twin is not x
    assert (twin.value, twin.name, twin.grad) == (0.1, "x", 5.0)
    assert twin.is_leaf
    twin.value = 3.0
    assert x.value == 0.1
    (twin * twin).backward()
    assert (twin.grad, x.grad) == (6.0, 5.0)


@pytest.mark.parametrize("twin_of", COPIES)
def test_placeholders_and_odd_values(backend: Any, twin_of: Callable[[Any], Any]) -> None:
    twin = twin_of(backend.Variable(name="x"))
    with pytest.raises(ValueError, match=r"does not have value: x"):
        _ = twin.value
    twin.value = 2.0
    assert (twin * 2).value == 4.0
    assert math.isnan(twin_of(backend.Variable(math.nan)).value)
    assert math.copysign(1.0, twin_of(backend.Variable(-0.0)).value) == -1.0
    assert twin_of(backend.Variable(1.0)).grad is None


@pytest.mark.parametrize("twin_of", COPIES)
def test_constants(backend: Any, twin_of: Callable[[Any], Any]) -> None:
    twin = twin_of(backend.Constant(2.5))
    assert type(twin) is backend.Constant
    assert twin.value == 2.5
    with pytest.raises(AttributeError):
        twin.value = 1.0


class Attributes:
    """What a subclass may carry."""

    def __init__(self) -> None:
        self.tags = ["a"]


@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy])
def test_subclasses(backend: Any, twin_of: Callable[[Any], Any]) -> None:
    class Weight(backend.Variable):  # type: ignore[misc]
        def __init__(self, value: float) -> None:
            super().__init__(value, "w")
            self.note = Attributes()

    w = Weight(2.0)
    w.grad = 1.0
    twin = twin_of(w)
    assert type(twin) is Weight
    assert (twin.value, twin.name, twin.grad) == (2.0, "w", 1.0)
    assert twin.note.tags == ["a"]
    assert (twin.note is w.note) is (twin_of is copy.copy)


@pytest.mark.parametrize("twin_of", COPIES)
def test_results(backend: Any, twin_of: Callable[[Any], Any]) -> None:
    x = backend.Variable(2.0)
    with pytest.raises(TypeError, match=r"\.value"):
        twin_of(x * x)
    with pytest.raises(TypeError, match=r"\.value"):
        twin_of([x, backend.sin(x)]) if twin_of is not copy.copy else twin_of(backend.sin(x))


def test_shared_leaves_stay_shared(backend: Any) -> None:
    x = backend.Variable(2.0)
    a, b = copy.deepcopy([x, x])
    assert a is b
    a, b = pickle.loads(pickle.dumps([x, x]))
    assert a is b
    table = copy.deepcopy({x: "x"})
    assert list(table.values()) == ["x"]


def test_a_copy_is_another_input(backend: Any) -> None:
    x = backend.Variable(2.0)
    y = x * copy.copy(x)
    y.backward()
    assert x.grad == 2.0
    assert y.inputs[1] is not x
