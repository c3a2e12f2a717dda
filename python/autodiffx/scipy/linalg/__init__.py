"""SciPy's linear algebra on Variables, batched as in SciPy.

A function called without any Variable is SciPy's own. Those of SciPy that are not supported stand
here too, for plain numbers.

>>> import autodiffx as adx
>>> from autodiffx.scipy import linalg
>>> a = adx.Variable([[0.0, 1.0], [0.0, 0.0]])
>>> linalg.expm(a).value
array([[1., 1.],
       [0., 1.]])
"""

from __future__ import annotations

from typing import Any

from autodiffx.scipy.calling import unsupported
from autodiffx.scipy.linalg import (
    curves,
    elimination,
    equations,
    functions,
    numpys,
    patterns,
    triangles,
)
from autodiffx.scipy.linalg.curves import *  # noqa: F403
from autodiffx.scipy.linalg.elimination import *  # noqa: F403
from autodiffx.scipy.linalg.equations import *  # noqa: F403
from autodiffx.scipy.linalg.functions import *  # noqa: F403
from autodiffx.scipy.linalg.numpys import *  # noqa: F403
from autodiffx.scipy.linalg.patterns import *  # noqa: F403
from autodiffx.scipy.linalg.reasons import UNSUPPORTED as UNSUPPORTED
from autodiffx.scipy.linalg.reasons import WITHOUT_DERIVATIVE as WITHOUT_DERIVATIVE
from autodiffx.scipy.linalg.triangles import *  # noqa: F403

__all__: list[str] = []
for _file in (curves, elimination, equations, functions, numpys, patterns, triangles):
    __all__ += _file.__all__


def __getattr__(name: str) -> Any:
    found = unsupported("scipy.linalg", name, UNSUPPORTED | WITHOUT_DERIVATIVE)
    globals()[name] = found
    return found
