"""autograd's old place of `logsumexp`.

>>> from autodiffx.compat.autograd import grad
>>> grad(lambda x: logsumexp([x, x]))(0.0)
np.float64(1.0)
"""

from autodiffx.compat.autograd.scipy.special import logsumexp

__all__ = ["logsumexp"]
