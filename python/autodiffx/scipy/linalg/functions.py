"""Functions of matrices: exponential, logarithm, square root.

The derivative of f at a along e is a block of f itself (R. Mathias, 1996):

    f([[a, e], [0, a]]) = [[f(a), L(a, e)], [0, f(a)]]

and the adjoint passes through L(a transposed, ·), as f's coefficients are real.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from autodiffx.numpy.linalg.matrices import square_of, transposed
from autodiffx.numpy.primitives import concatenate_all
from autodiffx.numpy.rule import Rule
from autodiffx.scipy.calling import function
from autodiffx.scipy.linalg.equations import sylvester

__all__ = ["expm", "logm", "sqrtm"]


def _stacked(a: Any, e: Any, f: Any = None) -> Any:
    """The matrix [[a, e], [0, f]], f being a if it is not given."""
    above = concatenate_all([a, e], -1)
    below = concatenate_all([np.zeros(a.shape, a.dtype), a if f is None else f], -1)
    return concatenate_all([above, below], -2)


def _corner(whole: Any) -> Any:
    """The block above, to the right."""
    length = whole.shape[-1] // 2
    return whole[..., :length, length:]


def _frechet(name: str, kernel: Callable[[Any], Any]) -> Rule:
    """L(a, e), which is linear in e, as a rule of its own: so it serves every order."""

    def forward(a: Any, e: Any) -> Any:
        # An e of the size of 1 does not make the whole larger than a needs.
        size = np.max(np.abs(e), axis=(-2, -1), keepdims=True, initial=0.0).astype(e.dtype)
        size = np.where((size > 0) & np.isfinite(size), size, size.dtype.type(1))
        return (_corner(kernel(_stacked(a, e / size))) * size).astype(a.dtype, copy=False)

    def along(a: Any, e: Any, of_a: Any) -> Any:
        """The derivative of L(a, e) by a: a corner of L of the matrices twice as large."""
        return _corner(rule(_stacked(a, e), _stacked(of_a, np.zeros(a.shape, a.dtype))))

    def vjp(adjoint: Any, result: Any, a: Any, e: Any, wanted: Any) -> Any:
        turned = transposed(a)
        return (
            along(turned, adjoint, transposed(e)) if wanted[0] else None,
            rule(turned, adjoint) if wanted[1] else None,
        )

    def jvp(tangents: Any, result: Any, a: Any, e: Any) -> Any:
        of_a, of_e = tangents
        found = None if of_e is None else rule(a, of_e)
        if of_a is None:
            return found
        moved = along(a, e, of_a)
        return moved if found is None else found + moved

    rule = Rule(f"{name}_derivative", forward, vjp, jvp)
    return rule


def _of_matrices(name: str, kernel: Callable[[Any], Any]) -> Rule:
    """The function with its derivative."""
    derivative = _frechet(name, kernel)
    return Rule(
        name,
        kernel,
        lambda adjoint, result, a, wanted: derivative(transposed(a), adjoint),
        lambda tangents, result, a: derivative(a, tangents[0]),
    )


def _real(name: str, found: Any) -> Any:
    if np.iscomplexobj(found):
        raise NotImplementedError(
            f"scipy.linalg.{name} of a Variable: the result is complex, and Variables are real; "
            "there is a real one if no eigenvalue is negative; call it on x.value for the complex "
            "one"
        )
    return found


def _expm_kernel(a: Any) -> Any:
    return import_module("scipy.linalg").expm(a)


def _logm_kernel(a: Any) -> Any:
    if not np.all(np.linalg.slogdet(a)[0]):
        raise np.linalg.LinAlgError("Singular matrix: its logarithm is not finite")
    # SciPy judges by the digits of float64, and gives float64.
    found = import_module("scipy.linalg").logm(a.astype(np.float64, copy=False))
    return _real("logm", found).astype(a.dtype, copy=False)


def _sqrtm_kernel(a: Any) -> Any:
    return _real("sqrtm", import_module("scipy.linalg").sqrtm(a)).astype(a.dtype, copy=False)


_expm = _of_matrices("expm", _expm_kernel)
_logm = _of_matrices("logm", _logm_kernel)
_sqrtm = Rule(
    "sqrtm",
    _sqrtm_kernel,
    lambda adjoint, result, a, wanted: sylvester(transposed(result), transposed(result), adjoint),
    lambda tangents, result, a: sylvester(result, result, tangents[0]),
)


@function("scipy.linalg")
def expm(A: Any) -> Any:
    """The exponential 1 + A + A @ A / 2 + …, as `scipy.linalg.expm`.

    Args:
        A: matrices, (..., n, n), of float64 or float32, which is kept.

    Raises:
        LinAlgError: the matrices are not square.

    >>> import autodiffx as adx
    >>> a = adx.Variable([[0.0, 1.0], [0.0, 0.0]])
    >>> expm(a)[0, 1].backward()
    >>> a.grad.round(4)
    array([[0.5   , 1.    ],
           [0.1667, 0.5   ]])
    """
    return _expm(square_of(A))


@function("scipy.linalg")
def logm(A: Any) -> Any:
    """The logarithm, of which `expm` is the inverse, as `scipy.linalg.logm`.

    The branch is the principal one. Of float32 it is float32.

    Args:
        A: matrices, (..., n, n).

    Raises:
        NotImplementedError: the result is complex, as it is of negative eigenvalues.
        LinAlgError: a matrix is singular, or not square.

    >>> import autodiffx as adx
    >>> a = adx.Variable([[1.0, 0.0], [0.0, 2.0]])
    >>> logm(a).sum().backward()
    >>> a.grad.round(4)
    array([[1.    , 0.6931],
           [0.6931, 0.5   ]])
    """
    return _logm(square_of(A))


@function("scipy.linalg")
def sqrtm(A: Any) -> Any:
    """The square root s @ s = A without eigenvalues left of 0, as `scipy.linalg.sqrtm`.

    The derivative ds solves s @ ds + ds @ s = dA: at a singular matrix there is none, and sweeping
    back raises LinAlgError.

    Args:
        A: matrices, (..., n, n), of float64 or float32, which is kept.

    Raises:
        NotImplementedError: the result is complex.
        LinAlgError: the matrices are not square.

    >>> import autodiffx as adx
    >>> a = adx.Variable([[4.0, 0.0], [0.0, 9.0]])
    >>> sqrtm(a).sum().backward()
    >>> a.grad.round(4)
    array([[0.25  , 0.2   ],
           [0.2   , 0.1667]])
    """
    return _sqrtm(square_of(A))
