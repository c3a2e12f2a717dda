"""autograd's ``numpy.random``: NumPy's, of plain numbers.

>>> seed(0)
>>> randn(2).shape
(2,)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as _np

from autodiffx.compat.autograd.numpy.numpy_wrapper import wrap_namespace as _wrap_namespace
from autodiffx.compat.autograd.tracer import wrapped as _wrapped
from autodiffx.compat.autograd.values import holds_box as _holds_box


def _plain_only(name: str, raw: Callable[..., Any]) -> Any:
    def refusing(*args: Any, **kwargs: Any) -> Any:
        if _holds_box(args) or _holds_box(kwargs):
            raise NotImplementedError(
                f"numpy.random.{name} of a Box has no derivative: draw plain numbers and transform "
                "them, as in loc + scale * randn(n), or pass getval(x)"
            )
        return raw(*args, **kwargs)

    return _wrapped(raw, refusing)


_public = {name: found for name, found in vars(_np.random).items() if not name.startswith("_")}
_wrap_namespace(_public, globals(), _plain_only)
__all__ = [name for name in _public if name in globals()]


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'autograd.numpy.random' has no attribute {name!r}")
