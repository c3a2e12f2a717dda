"""The Dirichlet distribution, as a module: logpdf, pdf.

>>> import numpy as np
>>> from autodiffx.compat.autograd import grad
>>> x = np.array([0.25, 0.75])
>>> grad(logpdf, 1)(x, np.array([1.0, 1.0])).shape
(2,)
"""

from scipy.stats import dirichlet

from autodiffx.compat.autograd.scipy.stats.distributions import function

__all__ = ["logpdf", "pdf", "rvs"]

logpdf = function("dirichlet", "logpdf")
pdf = function("dirichlet", "pdf")

# Of plain numbers.
rvs = dirichlet.rvs
