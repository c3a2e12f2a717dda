"""autograd's ``numpy.fft``: NumPy's on plain arrays.

>>> import autodiffx.compat.autograd.numpy as np
>>> from autodiffx.compat.autograd import grad
>>> grad(lambda x: np.sum(np.real(np.fft.fft(x))))(np.ones(2))
Traceback (most recent call last):
    ...
NotImplementedError: numpy.fft.fft: derivatives of complex numbers are not supported. Take the \
real and the imaginary part as two real arrays
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as _np

from autodiffx.compat.autograd.numpy.numpy_wrapper import wrap_namespace as _wrap_namespace
from autodiffx.compat.autograd.tracer import wrapped as _wrapped
from autodiffx.compat.autograd.values import holds_box as _holds_box
from autodiffx.compat.autograd.values import no_complex as _no_complex


def _plain_only(name: str, raw: Callable[..., Any]) -> Any:
    def refusing(*args: Any, **kwargs: Any) -> Any:
        if _holds_box(args) or _holds_box(kwargs):
            raise _no_complex(f"numpy.fft.{name}")
        return raw(*args, **kwargs)

    return _wrapped(raw, refusing)


_public = {name: found for name, found in vars(_np.fft).items() if not name.startswith("_")}
_wrap_namespace(_public, globals(), _plain_only)
__all__ = [name for name in _public if name in globals()]


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'autograd.numpy.fft' has no attribute {name!r}")
