"""NumPy's functions on Variables: customarily ``import autodiffx.numpy as anp``.

A function called without any Variable is NumPy's own. NumPy itself calls these when one of its
functions is given a Variable, so ``np.moveaxis(x, 0, 1)`` and ``anp.moveaxis(x, 0, 1)`` are the
same. What NumPy has beside functions (dtypes, constants) is found here too. Kernels of your own are
recorded by the class in ``autodiffx.numpy.rule``.

>>> import numpy as np
>>> import autodiffx as adx
>>> x = adx.Variable([[1.0, 2.0], [3.0, 4.0]])
>>> np.flip(x, axis=0).value
array([[3., 4.],
       [1., 2.]])
>>> y = (x @ x.T).sum()
>>> y.backward()
>>> x.grad
array([[ 8., 12.],
       [ 8., 12.]])
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as _numpy

from autodiffx import _core
from autodiffx._core import Variable as _Variable
from autodiffx.numpy import linalg as linalg
from autodiffx.numpy.applying import *  # noqa: F403
from autodiffx.numpy.arranging import *  # noqa: F403
from autodiffx.numpy.cumulative import *  # noqa: F403
from autodiffx.numpy.deciding import *  # noqa: F403
from autodiffx.numpy.differences import *  # noqa: F403
from autodiffx.numpy.dispatch import any_traced
from autodiffx.numpy.einsum import *  # noqa: F403
from autodiffx.numpy.elementwise import *  # noqa: F403
from autodiffx.numpy.ignoring_nan import *  # noqa: F403
from autodiffx.numpy.indexing import *  # noqa: F403
from autodiffx.numpy.indexing import compress_array as _compress
from autodiffx.numpy.joining import *  # noqa: F403
from autodiffx.numpy.making import *  # noqa: F403
from autodiffx.numpy.order import *  # noqa: F403
from autodiffx.numpy.padding import *  # noqa: F403
from autodiffx.numpy.polynomials import *  # noqa: F403
from autodiffx.numpy.products import *  # noqa: F403
from autodiffx.numpy.protocol import apply_function as _apply_function
from autodiffx.numpy.protocol import apply_ufunc as _apply_ufunc
from autodiffx.numpy.reductions import *  # noqa: F403
from autodiffx.numpy.spans import *  # noqa: F403
from autodiffx.numpy.views import *  # noqa: F403
from autodiffx.numpy.writing import *  # noqa: F403
from autodiffx.numpy.writing import fill_in_place as _fill_in_place
from autodiffx.numpy.writing import partition_in_place as _partition_in_place
from autodiffx.numpy.writing import sort_in_place as _sort_in_place

__all__ = [
    "_apply_function",
    "_apply_ufunc",
    "_compress",
    "_fill_in_place",
    "_partition_in_place",
    "_sort_in_place",
    "linalg",
]


def _for_variables(name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    """The function of NumPy, and what it becomes when it is given Variables."""

    own = getattr(_core, name, None) if isinstance(plain, _numpy.ufunc) else None

    @wraps(plain)
    def either(*arguments: Any, **keywords: Any) -> Any:
        if own is not None and not keywords and arguments and isinstance(arguments[0], _Variable):
            return own(*arguments)
        if not (any_traced(arguments) or any_traced(keywords.values())):
            return plain(*arguments, **keywords)
        if isinstance(plain, _numpy.ufunc):
            if own is not None and not keywords:
                return own(*arguments)
            return _apply_ufunc(plain, "__call__", arguments, keywords)
        return _apply_function(plain, arguments, keywords)

    return either


def __getattr__(name: str) -> Any:
    if name.startswith("_") or not hasattr(_numpy, name):
        raise AttributeError(f"module 'autodiffx.numpy' has no attribute {name!r}")
    plain = getattr(_numpy, name)
    function = isinstance(plain, _numpy.ufunc) or (callable(plain) and not isinstance(plain, type))
    found = _for_variables(name, plain) if function else plain
    globals()[name] = found
    return found
