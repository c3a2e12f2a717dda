"""NumPy's linear algebra on Variables, batched as in NumPy.

>>> import autodiffx as adx
>>> import autodiffx.numpy as anp
>>> a = adx.Variable([[2.0, 0.0], [0.0, 4.0]])
>>> anp.linalg.det(a).backward()
>>> a.grad
array([[4., 0.],
       [0., 2.]])
"""

from __future__ import annotations

from typing import Any

import numpy as _numpy

from autodiffx.numpy.dispatch import SUPPORTED, function
from autodiffx.numpy.linalg.determinants import *  # noqa: F403
from autodiffx.numpy.linalg.factors import *  # noqa: F403
from autodiffx.numpy.linalg.norms import *  # noqa: F403
from autodiffx.numpy.linalg.solving import *  # noqa: F403
from autodiffx.numpy.linalg.spectra import *  # noqa: F403

__all__: list[str] = []


def __getattr__(name: str) -> Any:
    if name.startswith("_") or not hasattr(_numpy.linalg, name):
        raise AttributeError(f"module 'autodiffx.numpy.linalg' has no attribute {name!r}")
    plain = getattr(_numpy.linalg, name)
    traced = SUPPORTED.get(plain) if callable(plain) else None
    found = plain if traced is None else function(plain)(traced)
    globals()[name] = found
    return found
