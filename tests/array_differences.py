"""Derivatives of NumPy programs without any rule of differentiation.

The imaginary part of f(x + ih) is h times the derivative, exact to the last digits for a tiny h,
so long as the program is made of functions that NumPy extends to complex numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from array_shapes import Array

__all__ = ["directional", "gradient"]

TINY = 1e-100


def directional(f: Callable[[Array], Any], x: Array, direction: Array) -> Array:
    """The derivative of an array function along a direction."""
    return np.array(np.imag(f(x + TINY * 1j * direction)) / TINY, np.float64)


def gradient(f: Callable[[Array], Any], x: Array, adjoint: Array) -> Array:
    """The gradient of <adjoint, f(x)>, by a direction for each element."""
    result = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        one = np.zeros(x.shape)
        one[index] = 1.0
        result[index] = np.vdot(adjoint, directional(f, x, one))
    return result
