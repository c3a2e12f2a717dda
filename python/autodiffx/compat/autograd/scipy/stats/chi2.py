"""The chi-squared distribution, as a module: cdf, logpdf, pdf.

>>> from autodiffx.compat.autograd import grad
>>> grad(logpdf)(2.0, 4.0)
np.float64(0.0)
"""

from autodiffx.compat.autograd.scipy.stats.distributions import function

__all__ = ["cdf", "logpdf", "pdf"]

cdf = function("chi2", "cdf")
logpdf = function("chi2", "logpdf")
pdf = function("chi2", "pdf")
