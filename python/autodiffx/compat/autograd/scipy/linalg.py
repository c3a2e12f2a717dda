"""autograd's ``scipy.linalg``: every function of `autodiffx.scipy.linalg`.

>>> import numpy as np
>>> from autodiffx.compat.autograd import jacobian
>>> from autodiffx.compat.autograd.scipy.linalg import sqrtm
>>> jacobian(lambda s: sqrtm(s * np.eye(2))[0, 0])(4.0)
array(0.25)
"""

from __future__ import annotations

from typing import Any

import scipy.linalg as _plain

import autodiffx.scipy.linalg as _traced
from autodiffx.compat.autograd.tracer import wrapped as _wrapped

__all__ = [name for name in dir(_plain) if not name.startswith("_")]


def __getattr__(name: str) -> Any:
    if name.startswith("_") or not hasattr(_plain, name):
        raise AttributeError(f"module 'autograd.scipy.linalg' has no attribute {name!r}")
    raw = getattr(_plain, name)
    function = callable(raw) and not isinstance(raw, type)
    found = _wrapped(raw, getattr(_traced, name)) if function else raw
    globals()[name] = found
    return found
