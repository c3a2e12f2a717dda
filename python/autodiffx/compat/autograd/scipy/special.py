"""autograd's ``scipy.special``: every function of `autodiffx.scipy.special`.

>>> from autodiffx.compat.autograd import grad
>>> from autodiffx.compat.autograd.scipy.special import gammaln
>>> round(float(grad(gammaln)(2.0)), 6)
0.422784
"""

from __future__ import annotations

from typing import Any

import scipy.special as _plain

import autodiffx.scipy.special as _traced
from autodiffx.compat.autograd.core import defvjp as _defvjp
from autodiffx.compat.autograd.tracer import notrace_primitive as _notrace_primitive
from autodiffx.compat.autograd.tracer import primitive as _primitive
from autodiffx.compat.autograd.tracer import wrapped as _wrapped
from autodiffx.compat.autograd.wrap_util import get_name as _get_name

# 1/gamma, which is finite everywhere.
rgamma = _primitive(_plain.rgamma)
_defvjp(rgamma, lambda ans, x: lambda g: -g * ans * _traced.digamma(x))
gammasgn = _notrace_primitive(_plain.gammasgn)

__all__ = [name for name in dir(_plain) if not name.startswith("_")]


def __getattr__(name: str) -> Any:
    if name.startswith("_") or not hasattr(_plain, name):
        raise AttributeError(f"module 'autograd.scipy.special' has no attribute {name!r}")
    raw = getattr(_plain, name)
    function = callable(raw) and not isinstance(raw, type)
    found = _wrapped(raw, getattr(_traced, name)) if function else raw
    if function and _get_name(found) != name:  # ufuncs may have an underscore
        found.__name__ = name
    globals()[name] = found
    return found
