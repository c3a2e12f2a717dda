"""Subclasses of ndarray: those to which the same numbers mean something else are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

MASKED = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
with pytest.warns(PendingDeprecationWarning):
    MATRIX = np.matrix([[1.0, 2.0], [3.0, 4.0]])


def total(x: Any) -> Any:
    return (x * x).sum()


@pytest.mark.parametrize("array", [MASKED, MATRIX], ids=["masked", "matrix"])
@pytest.mark.parametrize(
    "use",
    [
        lambda b, a: b.Variable(a),
        lambda b, a: b.grad(total)(a),
        lambda b, a: b.grad(lambda p: total(p["a"]))({"a": a}),
        lambda b, a: b.vjp(total, a),
        lambda b, a: b.jvp(total, (a,), (np.ones(a.shape),)),
        lambda b, a: b.jvp(total, (np.ones(a.shape),), (a,)),
        lambda b, a: b.Variable(np.ones(a.shape)) * a,
        lambda b, a: np.add(b.Variable(np.ones(a.shape)), a),
        lambda b, a: b.grad(lambda x: (x * a).sum())(2.0),
        lambda b, a: setattr(b.Variable(np.ones(a.shape)), "value", a),
    ],
)
def test_same_numbers_of_another_meaning(
    array_backend: ModuleType, array: Any, use: Callable[[Any, Any], Any]
) -> None:
    """Without the mask, or with products of elements, another function is differentiated."""
    with pytest.raises(TypeError, match="takes plain arrays"):
        use(array_backend, array)


def test_arrays_in_files(array_backend: ModuleType, tmp_path: Path) -> None:
    """Where an array lies changes nothing."""
    mapped = np.memmap(tmp_path / "numbers", np.float64, "w+", shape=(3,))
    mapped[:] = [1.0, 2.0, 3.0]
    assert array_backend.grad(total)(mapped).tolist() == [2.0, 4.0, 6.0]
    assert array_backend.grad(lambda x: (x * mapped).sum())(2.0) == 6.0
