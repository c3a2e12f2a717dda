"""SciPy's special functions on Variables.

A function called without any Variable is SciPy's own. SciPy's ufuncs call these when they are given
a Variable, so ``scipy.special.gammaln(x)`` and ``autodiffx.scipy.special.gammaln(x)`` are the same.
What is not supported raises with its name; nothing falls back to numbers without derivative.

>>> import autodiffx as adx
>>> from autodiffx.scipy import special
>>> x = adx.Variable([1.0, 2.0])
>>> special.gammainc(2.0, x).sum().backward()
>>> x.grad
array([0.36787944, 0.27067057])
"""

from __future__ import annotations

from typing import Any

from scipy import special as _scipys

from autodiffx.scipy.calling import unsupported as _unsupported
from autodiffx.scipy.special.bessel import *  # noqa: F403
from autodiffx.scipy.special.betas import *  # noqa: F403
from autodiffx.scipy.special.entropies import *  # noqa: F403
from autodiffx.scipy.special.exponential_integrals import *  # noqa: F403
from autodiffx.scipy.special.gammas import *  # noqa: F403
from autodiffx.scipy.special.inverses import *  # noqa: F403
from autodiffx.scipy.special.reasons import UNSUPPORTED as UNSUPPORTED
from autodiffx.scipy.special.reasons import WITHOUT_DERIVATIVE as WITHOUT_DERIVATIVE
from autodiffx.scipy.special.scaled_bessel import *  # noqa: F403
from autodiffx.scipy.special.softmaxes import *  # noqa: F403
from autodiffx.scipy.special.tabled import TABLED as _TABLED
from autodiffx.scipy.special.transformations import *  # noqa: F403
from autodiffx.scipy.special.zetas import *  # noqa: F403

globals().update(_TABLED)
__all__ = [
    name
    for name in dir(_scipys)
    if name in globals() and not name.startswith("_") and callable(globals()[name])
]


def __getattr__(name: str) -> Any:
    found = _unsupported("scipy.special", name, UNSUPPORTED | WITHOUT_DERIVATIVE)
    globals()[name] = found
    return found
