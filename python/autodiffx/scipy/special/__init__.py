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

from collections.abc import Callable
from functools import wraps
from typing import Any

from scipy import special as _scipys

from autodiffx.numpy.dispatch import any_traced
from autodiffx.scipy.special.bessel import *  # noqa: F403
from autodiffx.scipy.special.betas import *  # noqa: F403
from autodiffx.scipy.special.entropies import *  # noqa: F403
from autodiffx.scipy.special.exponential_integrals import *  # noqa: F403
from autodiffx.scipy.special.gammas import *  # noqa: F403
from autodiffx.scipy.special.inverses import *  # noqa: F403
from autodiffx.scipy.special.scaled_bessel import *  # noqa: F403
from autodiffx.scipy.special.softmaxes import *  # noqa: F403
from autodiffx.scipy.special.tabled import TABLED as _TABLED
from autodiffx.scipy.special.transformations import *  # noqa: F403
from autodiffx.scipy.special.unsupported import UNSUPPORTED as UNSUPPORTED
from autodiffx.scipy.special.unsupported import WITHOUT_DERIVATIVE as WITHOUT_DERIVATIVE
from autodiffx.scipy.special.unsupported import reason_for as _reason_for
from autodiffx.scipy.special.zetas import *  # noqa: F403

globals().update(_TABLED)
__all__ = [
    name
    for name in dir(_scipys)
    if name in globals() and not name.startswith("_") and callable(globals()[name])
]


def _for_plain(name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is SciPy's alone: it refuses Variables."""

    @wraps(plain)
    def either(*arguments: Any, **keywords: Any) -> Any:
        if any_traced(arguments) or any_traced(keywords.values()):
            raise NotImplementedError(
                f"scipy.special.{name} of Variables is not supported: {_reason_for(name)}"
            )
        return plain(*arguments, **keywords)

    return either


def __getattr__(name: str) -> Any:
    if name.startswith("_") or not hasattr(_scipys, name):
        raise AttributeError(f"module 'autodiffx.scipy.special' has no attribute {name!r}")
    plain = getattr(_scipys, name)
    found = _for_plain(name, plain) if callable(plain) and not isinstance(plain, type) else plain
    globals()[name] = found
    return found
