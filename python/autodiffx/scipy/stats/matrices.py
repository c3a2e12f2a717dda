"""What distributions of vectors and matrices share: their arguments, and quadratic forms."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx import numpy as anp
from autodiffx.numpy.arrays import own
from autodiffx.numpy.dispatch import any_traced
from autodiffx.scipy.stats.arguments import given
from autodiffx.scipy.stats.distribution import Distribution

__all__ = ["Multivariate", "cholesky_of", "log_determinant", "squeezed"]


class Multivariate(Distribution):
    """A distribution of vectors or matrices: its density and the logarithm of that."""

    methods = ("pdf", "logpdf")

    def pdf(self, x: Any, *args: Any, **kwds: Any) -> Any:
        """The density at x.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import dirichlet
        >>> dirichlet.pdf([0.5, 0.5], Variable([1.0, 1.0])).value
        1.0
        """
        found = self._logarithm("pdf", x, args, kwds)
        return self._plainly("pdf", x, *args, **kwds) if found is None else _core.exp(found)

    def logpdf(self, x: Any, *args: Any, **kwds: Any) -> Any:
        """The logarithm of the density at x.

        >>> from autodiffx import Variable
        >>> from autodiffx.scipy.stats import multivariate_normal
        >>> mean = Variable([0.0, 0.0])
        >>> multivariate_normal.logpdf([1.0, 2.0], mean).backward()
        >>> mean.grad
        array([1., 2.])
        """
        found = self._logarithm("logpdf", x, args, kwds)
        return self._plainly("logpdf", x, *args, **kwds) if found is None else found

    def _logarithm(self, method: str, x: Any, args: Any, kwds: Any) -> Any:
        """None where all is plain."""
        values = self._bound(method, args, kwds)
        if not any_traced((x, *values)):
            return None
        return squeezed(self._log_density(x, *values))

    def _log_density(self, x: Any, *parameters: Any) -> Any:
        raise NotImplementedError

    def _number(self, name: str, value: Any) -> Any:
        """A parameter without axes. Raises ValueError for an array."""
        number = given(f"{self.name}: {name}", value)
        if np.ndim(number):
            raise ValueError(f"{self.name} takes a number for {name}, not shape {number.shape}")
        return number

    def _arrays(self, **values: Any) -> list[Any]:
        """Arguments as arrays; a plain Python number takes the dtype of the others."""
        found = [given(f"{self.name}: {name}", value) for name, value in values.items()]
        strong = [each.dtype for each in found if type(each) is not float]
        dtype = np.result_type(*strong) if strong else np.dtype(np.float64)
        return [np.asarray(each, dtype) if type(each) is float else each for each in found]

    def _square(self, name: str, matrix: Any, length: int | None) -> Any:
        """A matrix, of a number the one with it on the diagonal, of a vector the diagonal one.

        Raises:
            ValueError: it is not square, or has not the length.
        """
        shape = matrix.shape
        if length in (None, 1) and matrix.size == 1:
            return matrix.reshape((1, 1))
        if matrix.ndim == 0:
            return matrix * np.eye(length or 1, dtype=matrix.dtype)
        if matrix.ndim == 1:
            matrix = anp.diag(matrix)
        rows = matrix.shape[0] if length is None else length
        if matrix.shape != (rows, rows):
            raise ValueError(
                f"{self.name} takes a number, a vector or a square matrix for {name}, "
                f"with {rows} rows, not shape {shape}"
            )
        return matrix

    def _vector(self, name: str, vector: Any) -> Any:
        vector = vector.reshape((1,)) if vector.size == 1 else vector
        if vector.ndim != 1:
            raise ValueError(f"{self.name} takes a vector for {name}, not shape {vector.shape}")
        return vector


def cholesky_of(name: str, matrix: Any) -> Any:
    """The lower triangle L with L L^T = matrix, of which the lower triangle is read.

    Raises:
        LinAlgError: it is not positive definite.
    """
    try:
        return anp.linalg.cholesky(matrix)
    except np.linalg.LinAlgError as error:
        raise np.linalg.LinAlgError(
            f"{name} has to be symmetric and positive definite: of singular matrices, which have "
            "a density in a subspace only, there is no derivative"
        ) from error


def log_determinant(triangle: Any) -> Any:
    """log(det(L L^T)) of lower triangles."""
    return 2.0 * anp.sum(_core.log(anp.diagonal(triangle, axis1=-2, axis2=-1)), axis=-1)


def squeezed(value: Any) -> Any:
    """Without axes of length 1, as SciPy gives it."""
    return own(value.reshape(tuple(length for length in value.shape if length != 1)))
