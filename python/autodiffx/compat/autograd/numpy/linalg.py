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

import autodiffx.numpy as _anp
from autodiffx.compat.autograd.numpy.numpy_wrapper import wrap_namespace as _wrap_namespace
from autodiffx.compat.autograd.tracer import wrapped as _wrapped
from autodiffx.numpy import linalg as _traced


def _of_one_triangle(traced: Any) -> Any:
    """A function of symmetric matrices, which reads one triangle of them.

    So the other has the derivative zero.
    """

    def of_triangle(a: Any, UPLO: str = "L") -> Any:
        a = _anp.asarray(a)
        half, inner = (_anp.tril, -1) if UPLO.upper() == "L" else (_anp.triu, 1)
        return traced(half(a) + _anp.swapaxes(half(a, inner), -1, -2), UPLO)

    return of_triangle


def _wrapper(name: str, raw: Any) -> Any:
    traced = getattr(_traced, name)
    return _wrapped(raw, _of_one_triangle(traced) if name in ("eigh", "eigvalsh") else traced)


_public = {name: found for name, found in vars(_np.linalg).items() if not name.startswith("_")}
_wrap_namespace(_public, globals(), _wrapper)
__all__ = [name for name in _public if name in globals()]


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'autograd.numpy.linalg' has no attribute {name!r}")
