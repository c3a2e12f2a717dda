"""Boxes of numbers and arrays: autograd's ``numpy_boxes``."""

from __future__ import annotations

from autodiffx.compat.autograd.tracer import Box

__all__ = ["ArrayBox"]


class ArrayBox(Box):
    """What a number or an array is while derivatives are taken: ``isinstance(x, ArrayBox)``.

    >>> from autodiffx.compat.autograd import grad
    >>> seen = []
    >>> _ = grad(lambda x: seen.append(isinstance(x, ArrayBox)) or x)(1.0)
    >>> seen
    [True]
    """
