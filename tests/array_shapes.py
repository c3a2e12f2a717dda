"""Random arrays: shapes of 0 to 4 dimensions, zero sizes among them, in every memory layout."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

__all__ = [
    "DTYPES",
    "LAYOUTS",
    "Array",
    "arrays",
    "assert_close",
    "assert_same_bits",
    "broadcasting",
    "laid_out",
    "leaf",
    "seeds",
    "shapes",
    "uniform",
]

Array = npt.NDArray[Any]
DTYPES = (np.float64, np.float32)
LAYOUTS = ("c", "fortran", "reversed", "strided", "read-only", "byte-swapped", "unaligned")

seeds = st.integers(0, 2**32 - 1)


def shapes(least: int = 0, most: int = 4, side: int = 3) -> st.SearchStrategy[tuple[int, ...]]:
    """Shapes of `least` to `most` dimensions of lengths from 0 to `side`."""
    return hnp.array_shapes(min_dims=least, max_dims=most, min_side=0, max_side=side)


def broadcasting(operands: int) -> st.SearchStrategy[tuple[tuple[int, ...], ...]]:
    """As many shapes that broadcast with each other."""
    return hnp.mutually_broadcastable_shapes(
        num_shapes=operands, max_dims=3, min_side=0, max_side=3
    ).map(lambda drawn: drawn.input_shapes)


def uniform(
    seed: int,
    shape: tuple[int, ...],
    dtype: Any = np.float64,
    low: float = -2.0,
    high: float = 2.0,
) -> Array:
    """Numbers between two bounds, which follow from the seed."""
    return np.asarray(np.random.default_rng(seed).uniform(low, high, shape)).astype(dtype)


def laid_out(array: Array, layout: str) -> Array:
    """The same numbers, lying differently in memory."""
    if layout == "fortran":
        return np.array(array, order="F")
    if layout == "reversed" and array.ndim:
        back = (slice(None, None, -1),) * array.ndim
        return np.array(array[back])[back]
    if layout == "strided" and array.ndim:
        wide = np.zeros(tuple(2 * n for n in array.shape), array.dtype)
        every_second = wide[(slice(None, None, 2),) * array.ndim]
        every_second[...] = array
        return every_second
    if layout == "byte-swapped":
        return array.astype(array.dtype.newbyteorder())
    if layout == "unaligned":
        room = np.frombuffer(bytearray(array.nbytes + 1), np.uint8)
        moved: Array = room[1:].view(array.dtype).reshape(array.shape)
        moved[...] = array
        return moved
    same = np.array(array)
    same.flags.writeable = layout != "read-only"
    return same


@st.composite
def arrays(
    draw: st.DrawFn,
    of: st.SearchStrategy[tuple[int, ...]] | None = None,
    dtypes: tuple[Any, ...] = DTYPES,
) -> Array:
    """Arrays of random shape, dtype and layout, with numbers between -2 and 2."""
    shape = draw(shapes(least=1) if of is None else of)
    numbers = uniform(draw(seeds), shape, draw(st.sampled_from(dtypes)))
    return laid_out(numbers, draw(st.sampled_from(LAYOUTS)))


def leaf(adx: Any, array: Array, name: str | None = None) -> Any:
    """A Variable of the array's shape and dtype, also where it has no dimension."""
    return adx.Variable(array, dtype=array.dtype.newbyteorder("="), name=name)


def assert_same_bits(found: Any, expected: Any) -> None:
    """Equal shape, dtype and bits; one NaN is as good as another."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found, expected)
    if found.dtype != np.bool_:
        signs = np.signbit(found) == np.signbit(expected)
        assert np.all(signs | np.isnan(found)), (found, expected)


def assert_close(found: Any, expected: Any, digits: float | None = None) -> None:
    """Equal shapes and, compared with the largest entry, equal numbers: see `digits`.

    Without `digits` they are 12, of float32 5. Infinities and NaN stand in the same places.
    """
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    if digits is None:
        digits = 5 if found.dtype == np.float32 else 12
    finite = np.abs(expected[np.isfinite(expected)])
    scale = max(1.0, float(finite.max(initial=0.0)))
    np.testing.assert_allclose(found, expected, rtol=10.0**-digits, atol=scale * 10.0**-digits)
