"""Spaces of arrays: autograd's ``numpy_vspaces``."""

from __future__ import annotations

from typing import Any

from autodiffx.compat.autograd.spaces import ArrayVSpace, VSpace
from autodiffx.compat.autograd.values import no_complex

__all__ = ["ArrayVSpace", "ComplexArrayVSpace", "VSpace"]


class ComplexArrayVSpace(ArrayVSpace):
    """Raises NotImplementedError: derivatives of complex numbers are not supported.

    >>> ComplexArrayVSpace(1j)
    Traceback (most recent call last):
        ...
    NotImplementedError: ComplexArrayVSpace: derivatives of complex numbers are not supported. \
Take the real and the imaginary part as two real arrays
    """

    def __init__(self, value: Any) -> None:
        raise no_complex("ComplexArrayVSpace")
