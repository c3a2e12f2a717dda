"""The normal distribution, as a module: pdf, cdf, sf, logpdf, logcdf, logsf.

>>> from autodiffx.compat.autograd import grad
>>> grad(cdf)(0.0) == pdf(0.0)
np.True_
"""

from autodiffx.compat.autograd.scipy.stats.distributions import function

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "sf"]

pdf = function("norm", "pdf")
cdf = function("norm", "cdf")
sf = function("norm", "sf")
logpdf = function("norm", "logpdf")
logcdf = function("norm", "logcdf")
logsf = function("norm", "logsf")
