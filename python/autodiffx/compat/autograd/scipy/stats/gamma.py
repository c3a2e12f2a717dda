"""The gamma distribution, as a module: cdf, logpdf, pdf.

>>> from autodiffx.compat.autograd import grad
>>> grad(logpdf)(2.0, 3.0)
np.float64(0.0)
"""

from autodiffx.compat.autograd.scipy.stats.distributions import function

__all__ = ["cdf", "logpdf", "pdf"]

cdf = function("gamma", "cdf")
logpdf = function("gamma", "logpdf")
pdf = function("gamma", "pdf")
