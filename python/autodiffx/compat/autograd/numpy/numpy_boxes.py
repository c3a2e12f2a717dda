"""Boxes of numbers and arrays: autograd's ``numpy_boxes``.

>>> from autodiffx.compat.autograd import grad
>>> seen = []
>>> _ = grad(lambda x: seen.append(type(x) is ArrayBox) or x)(1.0)
>>> seen
[True]
"""

from __future__ import annotations

from autodiffx._core import Variable

__all__ = ["ArrayBox"]

# Numbers in a trace are Variables, but for derivatives along directions in another trace, where
# they are Duals: `isinstance(x, Box)` knows both.
ArrayBox = Variable
