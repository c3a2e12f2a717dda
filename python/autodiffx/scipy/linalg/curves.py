"""Sines and cosines of matrices, made of the exponential."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import own
from autodiffx.numpy.linalg.matrices import square_of
from autodiffx.numpy.linalg.solving import solve
from autodiffx.numpy.primitives import concatenate_all
from autodiffx.scipy.calling import function
from autodiffx.scipy.linalg.functions import expm

__all__ = ["coshm", "cosm", "sinhm", "sinm", "tanhm", "tanm"]


def _both(x: Any) -> tuple[Any, Any]:
    """Cosine and sine: the exponential of [[0, -x], [x, 0]] has them as blocks."""
    none, length = np.zeros(x.shape, x.dtype), x.shape[-1]
    above, below = concatenate_all([none, -x], -1), concatenate_all([x, none], -1)
    whole = expm(concatenate_all([above, below], -2))
    return whole[..., :length, :length], whole[..., length:, :length]


@function("scipy.linalg")
def cosm(A: Any) -> Any:
    """The cosine 1 - A @ A / 2 + … of square matrices, as `scipy.linalg.cosm`.

    >>> import autodiffx as adx
    >>> cosm(adx.Variable([[0.0]])).value
    array([[1.]])
    """
    return own(_both(square_of(A))[0])


@function("scipy.linalg")
def sinm(A: Any) -> Any:
    """The sine A - A @ A @ A / 6 + … of square matrices, as `scipy.linalg.sinm`.

    >>> import autodiffx as adx
    >>> a = adx.Variable([[0.0]])
    >>> sinm(a).sum().backward()
    >>> a.grad
    array([[1.]])
    """
    return own(_both(square_of(A))[1])


@function("scipy.linalg")
def tanm(A: Any) -> Any:
    """The tangent, the sine divided by the cosine, as `scipy.linalg.tanm`.

    Raises LinAlgError where the cosine is singular.

    >>> import autodiffx as adx
    >>> tanm(adx.Variable([[0.0]])).value
    array([[0.]])
    """
    cosine, sine = _both(square_of(A))
    return solve(cosine, sine)


@function("scipy.linalg")
def coshm(A: Any) -> Any:
    """The hyperbolic cosine of square matrices, (e^A + e^-A) / 2, as `scipy.linalg.coshm`.

    >>> import autodiffx as adx
    >>> coshm(adx.Variable([[0.0]])).value
    array([[1.]])
    """
    x = square_of(A)
    return (expm(x) + expm(-x)) * 0.5


@function("scipy.linalg")
def sinhm(A: Any) -> Any:
    """The hyperbolic sine of square matrices, (e^A - e^-A) / 2, as `scipy.linalg.sinhm`.

    >>> import autodiffx as adx
    >>> sinhm(adx.Variable([[0.0]])).value
    array([[0.]])
    """
    x = square_of(A)
    return (expm(x) - expm(-x)) * 0.5


@function("scipy.linalg")
def tanhm(A: Any) -> Any:
    """The hyperbolic tangent of square matrices, as `scipy.linalg.tanhm`.

    >>> import autodiffx as adx
    >>> tanhm(adx.Variable([[0.0]])).value
    array([[0.]])
    """
    x = square_of(A)
    up, down = expm(x), expm(-x)
    return solve(up + down, up - down)
