"""Vectors: multivariate_normal, multivariate_t and dirichlet."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx import numpy as anp
from autodiffx.numpy.arrays import decide
from autodiffx.numpy.linalg.triangular import solve_lower
from autodiffx.scipy.stats.formulas import LOG_ROOT_2_PI, log_of_power
from autodiffx.scipy.stats.matrices import Multivariate, cholesky_of, log_determinant

__all__ = ["dirichlet", "multivariate_normal", "multivariate_t"]


class Elliptical(Multivariate):
    """Densities of the quadratic form (x - mean)^T cov^-1 (x - mean).

    The last axis of x has the components; with one component an x of one axis has many points.
    Of the matrix the lower triangle is read, as SciPy does, and derivatives are those by
    symmetric matrices. It has to be positive definite: `allow_singular` is refused.
    """

    def _forms(self, x: Any, mean: Any, matrix: Any, names: tuple[str, str]) -> Any:
        """The forms in the shape of x without its last axis, log(det), number of components."""
        given = {"x": x, names[1]: 1.0 if matrix is None else matrix}
        if mean is not None:
            given[names[0]] = mean
        x, square, *centers = self._arrays(**given)
        if centers:
            center = self._vector(names[0], centers[0])
        else:
            center = np.zeros(square.shape[0] if square.ndim > 1 else 1, square.dtype)
        length = center.shape[0]
        square = self._square(names[1], square, length)
        if x.ndim < 2:
            x = x.reshape((-1, 1) if length == 1 else (1, -1))
        if x.shape[-1] not in (1, length):
            raise ValueError(
                f"{self.name} has {length} components: the last axis of x has to be so long, "
                f"but x has shape {x.shape}"
            )
        deviation = x - center
        triangle = cholesky_of(f"{self.name}: {names[1]}", square)
        columns = deviation.reshape((-1, length)).T
        whitened = solve_lower(triangle, columns)
        forms = anp.sum(_core.square(whitened), axis=0).reshape(x.shape[:-1])
        return forms, log_determinant(triangle), length

    def _refuse_singular(self, allow_singular: Any) -> None:
        if allow_singular:
            raise NotImplementedError(
                f"{self.name} of Variables with allow_singular=True is not supported: a singular "
                "matrix has no derivative; add a small multiple of the identity to it"
            )


class MultivariateNormal(Elliptical):
    """exp(-(x - mean)^T cov^-1 (x - mean) / 2) / sqrt(det(2 pi cov)).

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import multivariate_normal
    >>> cov = adx.Variable([[1.0, 0.0], [0.0, 4.0]])
    >>> multivariate_normal.logpdf([[1.0, 2.0], [0.0, 0.0]], cov=cov).sum().backward()
    >>> cov.grad
    array([[-0.5  ,  0.25 ],
           [ 0.25 , -0.125]])
    """

    name = "multivariate_normal"
    parameters = ("mean", "cov", "allow_singular")
    defaults: Mapping[str, Any] = {"mean": None, "cov": 1, "allow_singular": False}

    def _log_density(self, x: Any, *parameters: Any) -> Any:
        mean, cov, allow_singular = parameters
        self._refuse_singular(allow_singular)
        forms, log_det, length = self._forms(x, mean, cov, ("mean", "cov"))
        return -0.5 * (forms + (log_det + 2.0 * LOG_ROOT_2_PI * length))


class MultivariateT(Elliptical):
    """Proportional to (1 + (x - loc)^T shape^-1 (x - loc) / df)**(-(df + d) / 2).

    Degrees of freedom are one finite number: with infinitely many it is `multivariate_normal`.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import multivariate_t
    >>> location = adx.Variable([0.0, 0.0])
    >>> multivariate_t.logpdf([1.0, 1.0], location, df=2.0).backward()
    >>> location.grad
    array([1., 1.])
    """

    name = "multivariate_t"
    parameters = ("loc", "shape", "df", "allow_singular")
    defaults: Mapping[str, Any] = {"loc": None, "shape": 1, "df": 1, "allow_singular": False}

    def _log_density(self, x: Any, *parameters: Any) -> Any:
        loc, shape, df, allow_singular = parameters
        self._refuse_singular(allow_singular)
        df = self._number("df", 1.0 if df is None else df)
        if not decide("df > 0", lambda now: (now > 0.0) & (now < np.inf), df):
            raise ValueError("multivariate_t takes a positive finite number for df")
        forms, log_det, length = self._forms(x, loc, shape, ("loc", "shape"))
        half = 0.5 * (df + length)
        # gamma((df + d) / 2) / gamma(df / 2) from a beta function, which keeps its digits.
        gammas = math.lgamma(0.5 * length) - _core.betaln(0.5 * df, 0.5 * length)
        scale = gammas - 0.5 * length * _core.log(df * math.pi) - 0.5 * log_det
        return scale - half * _core.log1p(forms / df)


class Dirichlet(Multivariate):
    """Proportional to the product of x_i**(alpha_i - 1), the first axis of x being i.

    Each point has as many components as alpha, or one fewer: then the last is what is missing
    to 1. Derivatives by x are those of the formula, each component by itself.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import dirichlet
    >>> alpha = adx.Variable([1.0, 2.0])
    >>> dirichlet.logpdf([0.25, 0.75], alpha).backward()
    >>> alpha.grad.round(6)
    array([0.113706, 0.212318])
    """

    name = "dirichlet"
    parameters = ("alpha",)
    defaults: Mapping[str, Any] = {}

    def _log_density(self, x: Any, *parameters: Any) -> Any:
        x, alpha = self._arrays(x=x, alpha=parameters[0])
        if alpha.ndim != 1 or not decide("alpha > 0", lambda now: np.all(now > 0.0), alpha):
            raise ValueError("dirichlet takes a vector of positive numbers for alpha")
        length = alpha.shape[0]
        if x.ndim not in (1, 2) or x.shape[0] not in (length, length - 1):
            raise ValueError(
                f"dirichlet takes points of {length} or {length - 1} components, along the first "
                f"of one or two axes, for {length} numbers alpha, but x has shape {x.shape}"
            )
        if x.shape[0] != length:
            rest = 1.0 - anp.sum(x, axis=0, keepdims=True)
            x = anp.concatenate([x, rest], axis=0)
        fault = decide("a point of dirichlet", _fault, x, alpha)
        if fault:
            raise ValueError(f"dirichlet: {_FAULTS[int(fault)]}")
        exponents = alpha - 1.0
        exponents = exponents if x.ndim == 1 else exponents.reshape((length, 1))
        powers = anp.sum(log_of_power(exponents, x), axis=0)
        return powers - (anp.sum(_core.lgamma(alpha)) - _core.lgamma(anp.sum(alpha)))


_FAULTS = {
    1: "every component of x has to lie between 0 and 1",
    2: "a component of x may be 0 only where its alpha is at least 1",
    3: "the components of x have to add up to 1",
}


def _fault(x: Any, alpha: Any) -> Any:
    """Which of _FAULTS a point has, 0 for none."""
    alphas = alpha if x.ndim == 1 else alpha[:, None]
    if np.any((x < 0.0) | (x > 1.0)):
        return np.asarray(1)
    if np.any((x == 0.0) & (alphas < 1.0)):
        return np.asarray(2)
    tolerance = max(10e-10, 8.0 * float(np.finfo(x.dtype).eps) * x.shape[0])
    return np.asarray(3 if np.any(np.abs(np.sum(x, axis=0) - 1.0) > tolerance) else 0)


multivariate_normal = MultivariateNormal()
multivariate_t = MultivariateT()
dirichlet = Dirichlet()
