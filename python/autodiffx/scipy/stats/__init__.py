"""SciPy's distributions on Variables: log-densities, densities and distribution functions.

The distributions have SciPy's names, parameters and methods, and are differentiated by all real
arguments: the point, every shape, loc and scale. Called without any Variable they are SciPy's own,
which is imported then. Variables of float32 give float32.

>>> import autodiffx as adx
>>> from autodiffx.scipy import stats
>>> scale = adx.Variable(2.0)
>>> stats.norm.logpdf([1.0, 3.0], scale=scale).sum().backward()
>>> scale.grad
0.25
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from autodiffx.scipy.calling import unsupported
from autodiffx.scipy.stats.betas import beta as beta
from autodiffx.scipy.stats.circle import vonmises as vonmises
from autodiffx.scipy.stats.counts import bernoulli as bernoulli
from autodiffx.scipy.stats.counts import binom as binom
from autodiffx.scipy.stats.counts import nbinom as nbinom
from autodiffx.scipy.stats.counts import poisson as poisson
from autodiffx.scipy.stats.gammas import chi2 as chi2
from autodiffx.scipy.stats.gammas import gamma as gamma
from autodiffx.scipy.stats.gammas import invgamma as invgamma
from autodiffx.scipy.stats.normals import lognorm as lognorm
from autodiffx.scipy.stats.normals import norm as norm
from autodiffx.scipy.stats.reasons import UNSUPPORTED as UNSUPPORTED
from autodiffx.scipy.stats.reasons import WITHOUT_DERIVATIVE as WITHOUT_DERIVATIVE
from autodiffx.scipy.stats.tails import cauchy as cauchy
from autodiffx.scipy.stats.tails import t as t
from autodiffx.scipy.stats.vectors import dirichlet as dirichlet
from autodiffx.scipy.stats.vectors import multivariate_normal as multivariate_normal
from autodiffx.scipy.stats.vectors import multivariate_t as multivariate_t
from autodiffx.scipy.stats.waiting import expon as expon
from autodiffx.scipy.stats.waiting import laplace as laplace
from autodiffx.scipy.stats.waiting import logistic as logistic
from autodiffx.scipy.stats.waiting import uniform as uniform
from autodiffx.scipy.stats.waiting import weibull_min as weibull_min
from autodiffx.scipy.stats.wisharts import wishart as wishart

__all__ = [
    "bernoulli", "beta", "binom", "cauchy", "chi2", "dirichlet", "expon", "gamma", "invgamma",
    "laplace", "logistic", "lognorm", "multivariate_normal", "multivariate_t", "nbinom", "norm",
    "poisson", "t", "uniform", "vonmises", "weibull_min", "wishart",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    theirs = None if name.startswith("_") else getattr(import_module("scipy.stats"), name, None)
    is_distribution = hasattr(theirs, "logpmf") or hasattr(theirs, "rvs")
    if theirs is None or (is_distribution and not isinstance(theirs, type)):
        raise AttributeError(
            f"module 'autodiffx.scipy.stats' has no {name!r}: it has {', '.join(__all__)}"
        )
    found = unsupported("scipy.stats", name, UNSUPPORTED | WITHOUT_DERIVATIVE)
    globals()[name] = found
    return found
