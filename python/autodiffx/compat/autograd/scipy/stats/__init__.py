"""autograd's ``scipy.stats``: a module for each distribution.

>>> from autodiffx.compat.autograd import grad
>>> from autodiffx.compat.autograd.scipy.stats import norm
>>> grad(norm.logpdf, 1)(0.0, 2.0)
np.float64(-2.0)
"""

from autodiffx.compat.autograd.scipy.stats import (
    beta,
    chi2,
    dirichlet,
    gamma,
    multivariate_normal,
    norm,
    poisson,
    t,
)

__all__ = ["beta", "chi2", "dirichlet", "gamma", "multivariate_normal", "norm", "poisson", "t"]
