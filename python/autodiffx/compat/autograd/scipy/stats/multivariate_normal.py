"""The normal distribution of vectors, as a module: pdf, logpdf, entropy.

>>> import numpy as np
>>> from autodiffx.compat.autograd import grad
>>> grad(logpdf, 1)(np.array([1.0, 2.0]), np.zeros(2), np.eye(2))
array([1., 2.])
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.stats import multivariate_normal as _plain

from autodiffx.compat.autograd.scipy.stats.distributions import function
from autodiffx.compat.autograd.tracer import wrapped
from autodiffx.compat.autograd.values import holds_box
from autodiffx.numpy import linalg

__all__ = ["entropy", "logpdf", "pdf"]

pdf = function("multivariate_normal", "pdf")
logpdf = function("multivariate_normal", "logpdf")


def _entropy(mean: Any = None, cov: Any = 1) -> Any:
    """d/2 (1 + log 2 pi) + log det(cov) / 2."""
    if not holds_box((mean, cov)):
        return _plain.entropy(mean, cov)
    size = np.shape(cov)[-1]
    return 0.5 * (size * (1.0 + math.log(2.0 * math.pi)) + linalg.slogdet(cov)[1])


entropy = wrapped(_plain.entropy, _entropy)
