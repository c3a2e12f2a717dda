"""autograd's SciPy: ``import autograd.scipy.stats``, ``autograd.scipy.special`` and so on.

>>> import autodiffx.compat.autograd.scipy.stats.norm as norm
>>> from autodiffx.compat.autograd import grad
>>> grad(norm.logpdf)(1.0)
np.float64(-1.0)
"""

from importlib import import_module
from types import ModuleType

__all__ = ["integrate", "linalg", "misc", "signal", "special", "stats"]


def __getattr__(name: str) -> ModuleType:
    # Each when it is asked for: who needs one of them does not wait for all of SciPy.
    if name not in __all__:
        raise AttributeError(f"module 'autograd.scipy' has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return __all__
