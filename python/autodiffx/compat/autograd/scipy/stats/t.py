"""Student's t distribution, as a module: pdf, cdf, logpdf, logcdf.

>>> from autodiffx.compat.autograd import grad
>>> grad(logpdf, 2)(1.0, 5.0, 1.0)
np.float64(0.0)
"""

from autodiffx.compat.autograd.scipy.stats.distributions import function

__all__ = ["cdf", "logcdf", "logpdf", "pdf"]

pdf = function("t", "pdf")
cdf = function("t", "cdf")
logpdf = function("t", "logpdf")
logcdf = function("t", "logcdf")
