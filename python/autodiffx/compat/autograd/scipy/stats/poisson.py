"""The Poisson distribution, as a module: cdf, logpmf, pmf.

>>> from autodiffx.compat.autograd import grad
>>> grad(logpmf, 1)(3, 2.0)
np.float64(0.5)
"""

from autodiffx.compat.autograd.scipy.stats.distributions import function

__all__ = ["cdf", "logpmf", "pmf"]

cdf = function("poisson", "cdf")
logpmf = function("poisson", "logpmf")
pmf = function("poisson", "pmf")
