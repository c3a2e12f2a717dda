"""ndtr, erf and erfc of arrays have the bits of the SciPy that is installed, wherever they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiffx as adx
from array_shapes import Array, assert_same_bits, seeds

NAMES = ("ndtr", "erf", "erfc")
# Where the formula changes, or an exponential underflows, in units of x or of x / sqrt(2).
BORDERS = (0.5, 1.0, 5.5, 6.0, 8.0, 25.0, 26.0, 26.5, 26.6, 27.0, 38.0)


def scipys(name: str, array: Array) -> Array:
    from scipy import special

    return np.asarray(getattr(special, name)(array))


def compare(name: str, array: Array) -> None:
    """On a Variable, and on a plain array, which is not recorded."""
    function: Any = getattr(adx, name)
    expected = scipys(name, array)
    assert_same_bits(function(adx.Variable(array)).value, expected)
    assert_same_bits(function(array), expected)


@pytest.mark.parametrize("name", NAMES)
@given(seed=seeds, scale=st.floats(-3.0, 2.0), length=st.integers(1, 3_000))
@settings(max_examples=30)
def test_numbers_of_every_size(name: str, seed: int, scale: float, length: int) -> None:
    compare(name, 10.0**scale * np.random.default_rng(seed).standard_normal(length))


@pytest.mark.parametrize("name", NAMES)
@given(seed=seeds)
@settings(max_examples=20)
def test_bits_at_random(name: str, seed: int) -> None:
    """Subnormals, infinities, quiet and other nans among them, and one alone among numbers."""
    random = np.random.default_rng(seed)
    odd = random.integers(0, 2**64, 1_000, np.uint64).view(np.float64)
    compare(name, odd)
    ordinary = random.standard_normal(1_500)
    ordinary[random.integers(0, 1_500)] = odd[0]
    compare(name, ordinary)


@pytest.mark.parametrize("name", NAMES)
def test_neighbours_of_every_border(name: str) -> None:
    ends = np.array([0.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, np.inf, np.nan])
    near = [np.array(BORDERS) * unit for unit in (1.0, np.sqrt(2.0))]
    for step in (0.0, np.inf):
        at = np.concatenate(near[:2])
        for _ in range(200):
            at = np.nextafter(at, step)
            near.append(at)
    points = np.concatenate([ends, *near])
    compare(name, np.concatenate([points, -points]))
    # Ordinary numbers by themselves: these need no help of SciPy's loop.
    ordinary = points[points < 25.0]
    compare(name, np.concatenate([ordinary, -ordinary]))


@pytest.mark.parametrize("name", NAMES)
def test_layouts(name: str) -> None:
    table = np.random.default_rng(1).normal(0.0, 2.0, (41, 30))
    for array in (table.T, table[:, ::2], table[::-1], np.broadcast_to(table[0], (3, 30))):
        compare(name, array)
        recorded: Any = getattr(adx, name)(adx.Variable(table)[:, 3])
        assert_same_bits(recorded.value, scipys(name, table[:, 3]))
