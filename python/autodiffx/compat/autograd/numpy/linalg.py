"""autograd's ``numpy.linalg``.

>>> import autodiffx.compat.autograd.numpy as np
>>> from autodiffx.compat.autograd import grad
>>> grad(lambda a: slogdet(a)[1])(np.array([[2.0, 0.0], [0.0, 4.0]]))
array([[0.5 , 0.  ],
       [0.  , 0.25]])
"""

from __future__ import annotations

from typing import Any

import numpy as _np

from autodiffx.compat.autograd.numpy.numpy_wrapper import wrap_namespace as _wrap_namespace
from autodiffx.compat.autograd.tracer import wrapped as _wrapped
from autodiffx.numpy import linalg as _traced

_public = {name: found for name, found in vars(_np.linalg).items() if not name.startswith("_")}
_wrap_namespace(_public, globals(), lambda name, raw: _wrapped(raw, getattr(_traced, name)))
__all__ = [name for name in _public if name in globals()]


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'autograd.numpy.linalg' has no attribute {name!r}")
