"""NumPy's functions on Variables: customarily ``import autodiffx.numpy as anp``.

A function called without any Variable is NumPy's own. NumPy itself calls these when one of its
functions is given an array Variable, so ``np.moveaxis(x, 0, 1)`` and ``anp.moveaxis(x, 0, 1)``
are the same.

>>> import numpy as np
>>> import autodiffx as adx
>>> x = adx.Variable([[1.0, 2.0], [3.0, 4.0]])
>>> np.flip(x, axis=0).value
array([[3., 4.],
       [1., 2.]])
"""

from __future__ import annotations

from autodiffx.numpy.views import *  # noqa: F403
from autodiffx.numpy.views import __all__ as __all__
