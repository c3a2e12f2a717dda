"""autograd's NumPy: ``import autograd.numpy as np``.

>>> import autodiffx.compat.autograd.numpy as np
>>> from autodiffx.compat.autograd import grad
>>> grad(lambda x: np.sum(np.where(x > 0.0, x**2, 0.0)))(np.array([-1.0, 2.0]))
array([0., 4.])
"""

from __future__ import annotations

from typing import Any

from autodiffx.compat.autograd.numpy import (
    fft,
    linalg,
    numpy_boxes,
    numpy_jvps,
    numpy_vjps,
    numpy_vspaces,
    numpy_wrapper,
    random,
)
from autodiffx.compat.autograd.numpy.numpy_wrapper import *  # noqa: F403
from autodiffx.compat.autograd.numpy.numpy_wrapper import numpy_version as __version__

__all__ = [
    "__version__",
    "fft",
    "linalg",
    "numpy_boxes",
    "numpy_jvps",
    "numpy_vjps",
    "numpy_vspaces",
    "numpy_wrapper",
    "random",
]
__all__ += numpy_wrapper.__all__


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'autograd.numpy' has no attribute {name!r}")
