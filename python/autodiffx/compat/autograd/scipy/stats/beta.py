"""The beta distribution, as a module: cdf, logpdf, pdf.

>>> from autodiffx.compat.autograd import grad
>>> grad(logpdf)(0.5, 2.0, 2.0)
np.float64(0.0)
"""

from autodiffx.compat.autograd.scipy.stats.distributions import function

__all__ = ["cdf", "logpdf", "pdf"]

cdf = function("beta", "cdf")
logpdf = function("beta", "logpdf")
pdf = function("beta", "pdf")
