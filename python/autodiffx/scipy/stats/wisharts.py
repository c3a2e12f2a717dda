"""Matrices: the Wishart distribution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx import numpy as anp
from autodiffx.numpy.arrays import decide
from autodiffx.numpy.linalg.triangular import solve_lower
from autodiffx.scipy.stats.formulas import LOG_2, LOG_PI
from autodiffx.scipy.stats.matrices import Multivariate, cholesky_of, log_determinant

__all__ = ["wishart"]


class Wishart(Multivariate):
    """Proportional to det(x)**((df - p - 1) / 2) exp(-trace(scale^-1 x) / 2).

    x is a p by p matrix, or several along a third axis. Of both matrices the lower triangles are
    read, and derivatives are those by symmetric matrices.

    Raises:
        LinAlgError: x or scale is not positive definite.
        ValueError: df is not greater than p - 1, or shapes do not go together.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import wishart
    >>> scale = adx.Variable([[1.0, 0.0], [0.0, 1.0]])
    >>> wishart.logpdf([[5.0, 0.0], [0.0, 7.0]], 3.0, scale).backward()
    >>> scale.grad.round(6)
    array([[1., 0.],
           [0., 2.]])
    """

    name = "wishart"
    parameters = ("df", "scale")
    defaults: Mapping[str, Any] = {}

    def _log_density(self, x: Any, *parameters: Any) -> Any:
        x, scale = self._arrays(x=x, scale=1.0 if parameters[1] is None else parameters[1])
        scale = self._square("scale", scale, None)
        length = scale.shape[0]
        df = self._number("df", float(length) if parameters[0] is None else parameters[0])
        if not decide("df > p - 1", lambda now: now > length - 1, df):
            raise ValueError(
                f"wishart of {length} by {length} matrices takes a df greater than {length - 1}"
            )
        x = self._matrices(x, length)
        triangle = cholesky_of("wishart: scale", scale)
        log_det_scale = log_determinant(triangle)
        root = cholesky_of("wishart: x", x)
        trace = anp.sum(_core.square(solve_lower(triangle, root)), axis=(-2, -1))
        half = 0.5 * df
        gammas = 0.25 * length * (length - 1) * LOG_PI
        for i in range(length):
            gammas = gammas + _core.lgamma(half - 0.5 * i)
        powers = 0.5 * (df - length - 1.0) * log_determinant(root) - 0.5 * trace
        return powers - (half * length * LOG_2 + half * log_det_scale + gammas)

    def _matrices(self, x: Any, length: int) -> Any:
        """The points as matrices along a first axis."""
        if x.ndim == 0:
            x = x * np.eye(length, dtype=x.dtype)
        elif x.ndim == 1:
            x = x.reshape((1, 1, -1)) if length == 1 else anp.diag(x)
        if x.ndim not in (2, 3) or x.shape[:2] != (length, length):
            raise ValueError(
                f"wishart takes {length} by {length} matrices, several along a third axis, but x "
                f"has shape {x.shape}"
            )
        return x.reshape((1, length, length)) if x.ndim == 2 else anp.moveaxis(x, -1, 0)


wishart = Wishart()
