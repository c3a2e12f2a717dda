"""autograd's SciPy: ``import autograd.scipy.stats``, ``autograd.scipy.special`` and so on.

>>> import autodiffx.compat.autograd.scipy.stats.norm as norm
>>> from autodiffx.compat.autograd import grad
>>> grad(norm.logpdf)(1.0)
np.float64(-1.0)
"""

from autodiffx.compat.autograd.scipy import integrate, linalg, misc, signal, special, stats

__all__ = ["integrate", "linalg", "misc", "signal", "special", "stats"]
