"""What rules of forward mode are written with: autograd's ``numpy_jvps``."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.compat.autograd.core import def_linear, defjvp, defjvp_argnum
from autodiffx.numpy import broadcast_to, reshape

__all__ = ["broadcast", "def_linear", "defjvp", "defjvp_argnum"]


def broadcast(x: Any, target: Any) -> Any:
    """x in the shape of a target.

    >>> broadcast(np.ones(2), np.zeros((3, 2))).shape
    (3, 2)
    """
    shape = np.shape(target)
    missing = len(shape) - np.ndim(x)
    return broadcast_to(reshape(x, (*(1,) * missing, *np.shape(x))), shape)
