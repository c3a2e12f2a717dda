"""SciPy's special functions on Variables: values, and derivatives against forty digits."""

from __future__ import annotations

import functools
import importlib
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import special as scipys

from array_shapes import Array, assert_close, assert_same_bits, leaf
from special_functions import FUNCTIONS, SpecialFunction, mp

each = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=list(FUNCTIONS))
POINTS = 10
FEW = 4


def of(adx: ModuleType, name: str) -> Any:
    """The function of the implementation's own namespace."""
    return getattr(importlib.import_module(f"{adx.__name__}.scipy.special"), name)


def drawn(function: SpecialFunction, shape: tuple[int, ...], seed: int = 0) -> list[Array]:
    return function.draw(np.random.default_rng([seed, *map(ord, function.name)]), shape)


def in_leaves(adx: ModuleType, function: SpecialFunction, arrays: list[Array]) -> list[Any]:
    return [leaf(adx, a) if i in function.active else a for i, a in enumerate(arrays)]


@functools.cache
def slope(function: SpecialFunction, order: tuple[int, ...], point: tuple[float, ...]) -> float:
    """A partial derivative of the exact function."""
    active = function.active

    def restricted(*operands: Any) -> Any:
        everything = list(point)
        for i, x in zip(active, operands, strict=True):
            everything[i] = x
        return function.exact(*everything)

    return float(mp.diff(restricted, tuple(mp.mpf(point[i]) for i in active), order))


def unit(length: int, *places: int) -> tuple[int, ...]:
    return tuple(places.count(i) for i in range(length))


@each
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_values_are_scipys(backend: ModuleType, function: SpecialFunction, dtype: Any) -> None:
    arrays = [a.astype(dtype) for a in drawn(function, (3, 4))]
    expected = getattr(scipys, function.name)(*arrays)
    for call in (of(backend, function.name), getattr(scipys, function.name)):
        found = call(*in_leaves(backend, function, arrays)).value
        if function.is_tabled:
            assert_close(found, expected, 6 if dtype == np.float32 else 14)
        else:
            assert_same_bits(found, expected)
    assert_same_bits(of(backend, function.name)(*arrays), expected)


@each
def test_first_derivatives(backend: ModuleType, function: SpecialFunction) -> None:
    arrays = drawn(function, (POINTS,))
    leaves = in_leaves(backend, function, arrays)
    of(backend, function.name)(*leaves).sum().backward()
    points = list(zip(*(a.tolist() for a in arrays), strict=True))
    for k, i in enumerate(function.active):
        order = unit(len(function.active), k)
        exact = np.array([slope(function, order, point) for point in points])
        np.testing.assert_allclose(leaves[i].grad, exact, rtol=1e-11, atol=1e-280)


@each
def test_second_derivatives(backend: ModuleType, function: SpecialFunction) -> None:
    arrays = drawn(function, (FEW,), 1)
    leaves = in_leaves(backend, function, arrays)
    active = [leaves[i] for i in function.active]
    with backend.Graph() as graph:
        of(backend, function.name)(*leaves).sum()
    points = list(zip(*(a.tolist() for a in arrays), strict=True))
    for k, along in enumerate(active):
        products = graph.hvp({along: np.ones(FEW)})
        for m, other in enumerate(active):
            order = unit(len(active), k, m)
            exact = np.array([slope(function, order, point) for point in points])
            scale = np.max(np.abs(exact))
            np.testing.assert_allclose(
                products[other], exact, rtol=1e-9, atol=1e-13 * scale + 1e-40
            )
